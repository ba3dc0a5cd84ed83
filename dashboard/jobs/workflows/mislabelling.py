"""Comparing labels with a detector's scores: one worker, one step."""

import asyncio
from typing import Any

from dbos import DBOS

from dashboard.jobs import mislabelling
from dashboard.jobs.context import context
from dashboard.jobs.workflows.reporter import Arguments, Reporter


@DBOS.workflow(name="mislabelled")
async def mislabelled(arguments: Arguments) -> dict[str, Any]:
    """Look for labels that a run's scores contradict."""
    return await suggest_labels(DBOS.authenticated_user or "", arguments)


@DBOS.step(preemptible=True)
async def suggest_labels(author: str, arguments: Arguments) -> dict[str, Any]:
    """Read, judge and store; a cancel takes effect between two of these."""
    reporter = Reporter()
    run_id, join_folds = int(arguments["run_id"]), bool(arguments["join_folds"])
    await reporter.tell(0.0, "Reading labels and scores")
    judged = await asyncio.to_thread(mislabelling.load, context(), run_id, join_folds)
    await reporter.tell(0.3, f"Comparing {len(judged.ids):,} labels with their scores")
    found = await asyncio.to_thread(mislabelling.judge, judged)
    await reporter.tell(0.6, "Resampling people for the interval of the AUC")
    summary = await asyncio.to_thread(mislabelling.summarise, judged, found)
    await reporter.tell(0.9, f"Storing {len(found.mistakes):,} suggestions")
    return await asyncio.to_thread(mislabelling.store, context(), judged, found, summary, author)
