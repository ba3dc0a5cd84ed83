"""Waiting for a job at the command line, with a progress bar."""

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from dashboard.jobs.client import Job, Jobs, JobState

EXIT_CODES = {JobState.DONE: 0, JobState.FAILED: 1, JobState.CANCELLED: 3}
_POLL_S = 0.3


def follow(jobs: Jobs, job_id: str) -> Job:
    """Show a job's progress on standard error until it has ended, and return it."""
    with Progress(
        TextColumn("{task.fields[kind]}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task("waiting for a worker", total=1.0, kind=jobs.get_job(job_id).kind)
        said = ""
        while (job := jobs.get_job(job_id)).is_active:
            if told := jobs.find_progress(job_id):
                bar.update(task, completed=told.fraction, description=told.message)
            said = _say_once(bar, told.message if told else f"{job.kind} {job.state}", said)
            time.sleep(_POLL_S)
        bar.update(task, completed=float(job.state is JobState.DONE), description=job.state.value)
    return job


def _say_once(bar: Progress, message: str, said: str) -> str:
    """Print a new message where no bar can be drawn, as in a log file; return it."""
    if message != said and not bar.console.is_terminal:
        print(message, file=sys.stderr, flush=True)
    return message
