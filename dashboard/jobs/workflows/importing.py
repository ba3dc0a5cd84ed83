"""Import: list, settle on all cores, compare."""

import asyncio
from collections.abc import Sequence
from time import monotonic

from dbos import DBOS

from dashboard.jobs import engine, importing, pairing
from dashboard.jobs.context import context
from dashboard.jobs.stretches import part_size
from dashboard.jobs.workflows.reporter import (
    Arguments,
    Reporter,
    have_ended,
    in_thread,
    pause,
)

CHUNK_FILES = 200
BATCH_FILES = 50  # a transaction; a cancel waits for some half a second
BATCH_PAIRS = 20
_IMPORTED = 0.9  # of an import's time; the rest compares the new images


@DBOS.workflow(name="import")
async def import_folder(arguments: Arguments) -> dict[str, int]:
    """Import a folder: list it, settle its files on all cores, then look for near-duplicates."""
    job_id = str(DBOS.workflow_id)
    n_files = await list_files(job_id, arguments)
    size = part_size(n_files, CHUNK_FILES)
    parts = [
        await DBOS.enqueue_workflow_async(engine.CPU, import_part, job_id, start, start + size)
        for start in range(0, n_files, size)
    ]
    await follow_import(job_id, n_files, [part.workflow_id for part in parts])
    for part in parts:
        await part.get_result()
    counts = await reconcile(job_id, DBOS.authenticated_user or "")
    await find_pairs()
    importing.refuse_unsettled(counts)
    return counts


@DBOS.step(preemptible=True)
async def list_files(job_id: str, arguments: Arguments) -> int:
    """List what the import sees and return how many files that are."""
    reporter, listed = Reporter(), importing.list_files(context(), job_id, arguments)
    n_files = 0
    while more := await in_thread(next, listed, 0):
        n_files = more
        await reporter.tell(0.0, f"Found {n_files:,} so far")
    return n_files


@DBOS.workflow(name="import part")
async def import_part(job_id: str, start: int, stop: int) -> None:
    """Settle one stretch of an import's files."""
    await settle_files(job_id, start, stop)


@DBOS.step(preemptible=True)
async def settle_files(job_id: str, start: int, stop: int) -> None:
    """Settle files batch by batch; a cancel takes effect between two."""
    for first in range(start, stop, BATCH_FILES):
        last = min(first + BATCH_FILES, stop)
        await asyncio.to_thread(importing.settle_files, context(), job_id, first, last)


@DBOS.step(preemptible=True)
async def follow_import(job_id: str, n_files: int, parts: Sequence[str]) -> None:
    """Publish the import's counts until its parts have ended."""
    reporter = Reporter()
    while True:
        began = monotonic()
        counts = await asyncio.to_thread(importing.count_outcomes, context(), job_id)
        done = n_files - counts["waiting"]
        share = done / n_files if n_files else 1.0
        message = f"{done} of {n_files} files"
        await reporter.tell(_IMPORTED * share, message, done=done, total=n_files, counts=counts)
        if counts["waiting"] == 0 or await have_ended(parts):
            return
        await pause(began)


@DBOS.step()
async def reconcile(job_id: str, author: str) -> dict[str, int]:
    """Settle the claims of images found in several places."""
    return await asyncio.to_thread(importing.reconcile, context(), job_id, author)


@DBOS.step(preemptible=True)
async def find_pairs() -> int:
    """Compare new images with all; return how many candidates were looked at."""
    reporter = Reporter()
    await reporter.tell(_IMPORTED, "Comparing hashes")
    found, new = await asyncio.to_thread(pairing.candidates, context())
    for start in range(0, len(found), BATCH_PAIRS):
        part = found[start : start + BATCH_PAIRS]
        await asyncio.to_thread(pairing.check, context(), part)
        done = start + len(part)
        fraction = _IMPORTED + (1 - _IMPORTED) * done / len(found)
        message = f"Looked at {done} of {len(found)} look-alikes"
        await reporter.tell(fraction, message, done=done, total=len(found))
    await asyncio.to_thread(pairing.finish, context(), new)
    return len(found)
