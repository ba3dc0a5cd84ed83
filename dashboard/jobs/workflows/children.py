"""Jobs that run in a process of their own, which a cancel kills and whose memory returns."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from typing import Any

from dbos import DBOS

from dashboard.jobs import engine, exporting
from dashboard.jobs.context import context
from dashboard.jobs.workflows.reporter import Arguments, Reporter


class JobError(Exception):
    """A job's child process ended without a result; the text is what it said last."""


def _in_child(kind: str) -> Callable[[Arguments], Awaitable[dict[str, Any]]]:
    """Register the workflow of a kind of job that runs in a child process."""

    async def run(arguments: Arguments) -> dict[str, Any]:
        return await run_child(
            kind, str(DBOS.workflow_id), DBOS.authenticated_user or "", arguments
        )

    return DBOS.workflow(name=kind)(run)


generate = _in_child("generate")
train = _in_child("train")
tune = _in_child("tune")
evaluate = _in_child("evaluate")


@DBOS.workflow(name="export")
async def export(arguments: Arguments) -> dict[str, Any]:
    """Export a frozen version; nothing is left of one that was stopped."""
    job_id = str(DBOS.workflow_id)
    try:
        return await run_child("export", job_id, DBOS.authenticated_user or "", arguments)
    finally:
        exporting.clear(context(), job_id)


@DBOS.step(preemptible=True)
async def run_child(kind: str, job_id: str, author: str, arguments: Arguments) -> dict[str, Any]:
    """Run a job's work in a child process and pass on what it says.

    Raises:
        JobError: With the child's error, or the last line it logged.
    """
    command = (sys.executable, "-m", "dashboard.jobs.child", kind, job_id, author)
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    try:
        return await _converse(process, arguments)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _converse(process: Process, arguments: Arguments) -> dict[str, Any]:
    assert process.stdin and process.stdout and process.stderr  # noqa: S101 - all are pipes
    process.stdin.write(json.dumps(arguments).encode())
    process.stdin.close()
    log = asyncio.create_task(_pass_on_log(process.stderr))
    reporter = Reporter()
    async for line in process.stdout:
        said = json.loads(line)
        if "result" in said:
            return dict(said["result"])
        if "error" in said:
            raise JobError(said["error"])
        await reporter.tell(**said["progress"])
        await DBOS.write_stream_async(engine.LOG, said["progress"]["message"])
    raise JobError(await log)


async def _pass_on_log(lines: asyncio.StreamReader) -> str:
    last = "the process ended without a word: it was killed, or ran out of memory"
    async for line in lines:
        text = line.decode(errors="replace").rstrip()
        if text:
            last = text
            await DBOS.write_stream_async(engine.LOG, text)
    return last
