"""Freezing versions and comparing names with faces: one worker, one step."""

import asyncio
from typing import Any

from dbos import DBOS

from core.curation.identity_suggestions import Kind
from dashboard.jobs import freezing, identifying
from dashboard.jobs.context import context
from dashboard.jobs.workflows.reporter import Arguments, Reporter


@DBOS.workflow(name="freeze")
async def freeze(arguments: Arguments) -> dict[str, Any]:
    """Freeze the next dataset version."""
    return await freeze_version(DBOS.authenticated_user or "", arguments)


@DBOS.step()
async def freeze_version(author: str, arguments: Arguments) -> dict[str, Any]:
    """Group, split and store."""
    reporter, loop = Reporter(), asyncio.get_running_loop()

    def tell(fraction: float, message: str) -> None:
        asyncio.run_coroutine_threadsafe(reporter.tell(fraction, message), loop).result()

    return await asyncio.to_thread(freezing.freeze, context(), author, arguments, tell)


@DBOS.workflow(name="identify")
async def identify(arguments: Arguments) -> dict[str, Any]:
    """Look for disagreements between names and faces."""
    return await suggest_identities()


@DBOS.step(preemptible=True)
async def suggest_identities() -> dict[str, Any]:
    """Store suggestions kind by kind; a cancel takes effect between two."""
    reporter = Reporter()
    await reporter.tell(0.0, "Reading names and faces")
    described = await asyncio.to_thread(identifying.load, context())
    counts: dict[str, int] = {}
    for done, kind in enumerate(Kind):
        fraction = (done + 1) / (len(Kind) + 1)
        await reporter.tell(fraction, f"Looking for {kind} suggestions", counts=counts)
        counts[kind.value] = await asyncio.to_thread(
            identifying.suggest, context(), described, kind
        )
    cosine = round(described.same_person, 3)
    return {"images": len(described.ids), "same_person_cosine": cosine, **counts}
