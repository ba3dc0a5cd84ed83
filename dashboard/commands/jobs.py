"""Commands that look at the home and at its jobs."""

import dataclasses

from dashboard import console
from dashboard.commands.options import AsJson, Wait, app
from dashboard.settings import settings


@app.command()
def status(as_json: AsJson = False) -> None:
    """Print what this home holds."""
    from dashboard.home import open_database
    from db.engine import reading
    from db.overview import counts

    with reading(open_database(settings())) as session:
        console.print_values(counts(session), as_json=as_json)


@app.command()
def jobs(as_json: AsJson = False) -> None:
    """Print the latest jobs, newest first."""
    found = [dataclasses.asdict(job) for job in console.open_jobs().list_jobs()]
    console.print_rows(found, as_json=as_json)


@app.command()
def cancel(job_id: str, as_json: AsJson = False) -> None:
    """Stop a job; what it finished stays."""
    client = console.open_jobs()
    client.cancel(job_id)
    console.print_values({"job": job_id, "state": client.get_job(job_id).state}, as_json=as_json)


@app.command()
def retry(job_id: str, wait: Wait = False, as_json: AsJson = False) -> None:
    """Go on with a cancelled job, or start a failed one anew."""
    console.start(lambda jobs: jobs.retry(job_id), wait=wait, as_json=as_json)
