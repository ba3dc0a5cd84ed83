"""The jobs as durable workflows: what a killed worker began, the next one goes on with."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from dbos import DBOS

from core.curation.identity_suggestions import Kind
from dashboard.jobs import engine, exporting, facing, freezing, identifying, importing, pairing
from dashboard.jobs.context import context
from dashboard.jobs.pairing import Candidate

CHUNK_FILES = 200
BATCH_FILES = 16
BATCH_PAIRS = 20
FACES_CHUNK, FACES_BATCH = 200, 8
_FOLLOW_S = 0.5
_IMPORTED = 0.9  # of an import's time; the rest compares the new images

Arguments = dict[str, Any]


class JobError(Exception):
    """A job's child process ended without a result; the text is what it said last."""


class Reporter:
    """Publishes a job's progress as an event, from inside a step.

    A phase begins when what is counted changes: the pace of one tells nothing about the next.
    """

    def __init__(self) -> None:
        self._phase: dict[str, Any] = {}
        self._total: int | None = None

    async def tell(
        self, fraction: float, message: str, done: int = 0, total: int = 0, **figures: Any
    ) -> None:
        """Publish the fraction done, one line, and things done of a total."""
        if total != self._total:
            self._total = total
            self._phase = {
                "started_at": datetime.now(UTC).isoformat(),
                "started_from": fraction,
                "started_done": done,
            }
        said = {"fraction": fraction, "message": message, "done": done, "total": total}
        await DBOS.set_event_async(engine.PROGRESS, {**said, **self._phase, **figures})


@DBOS.workflow(name="import")
async def import_folder(arguments: Arguments) -> dict[str, int]:
    """Import a folder: list it, settle its files on all cores, then look for near-duplicates."""
    job_id = str(DBOS.workflow_id)
    n_files = await list_files(job_id, arguments)
    starts = range(0, n_files, CHUNK_FILES)
    parts = [
        await DBOS.enqueue_workflow_async(
            engine.CPU, import_part, job_id, start, start + CHUNK_FILES
        )
        for start in starts
    ]
    await follow_import(job_id, n_files, [part.workflow_id for part in parts])
    for part in parts:
        await part.get_result()
    counts = await reconcile(job_id)
    await find_pairs()
    return counts


@DBOS.step()
async def list_files(job_id: str, arguments: Arguments) -> int:
    """List what the import sees."""
    return await asyncio.to_thread(importing.list_files, context(), job_id, arguments)


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
        counts = await asyncio.to_thread(importing.count_outcomes, context(), job_id)
        done = n_files - counts["waiting"]
        share = done / n_files if n_files else 1.0
        message = f"{done} of {n_files} files"
        await reporter.tell(_IMPORTED * share, message, done=done, total=n_files, counts=counts)
        if counts["waiting"] == 0 or await _have_ended(parts):
            return
        await asyncio.sleep(_FOLLOW_S)


async def _have_ended(parts: Sequence[str]) -> bool:
    active = ["ENQUEUED", "PENDING", "DELAYED"]
    return not await DBOS.list_workflows_async(workflow_ids=list(parts), status=active)


@DBOS.step()
async def reconcile(job_id: str) -> dict[str, int]:
    """Settle the claims of images found in several places."""
    return await asyncio.to_thread(importing.reconcile, context(), job_id)


@DBOS.step(preemptible=True)
async def find_pairs() -> int:
    """Compare new images with all; return how many candidates were looked at."""
    reporter = Reporter()
    await reporter.tell(_IMPORTED, "Comparing hashes")
    found, new = await asyncio.to_thread(pairing.candidates, context())
    for part in _parts(found):
        await asyncio.to_thread(pairing.check, context(), part)
        done = found.index(part[-1]) + 1
        fraction = _IMPORTED + (1 - _IMPORTED) * done / len(found)
        message = f"Looked at {done} of {len(found)} look-alikes"
        await reporter.tell(fraction, message, done=done, total=len(found))
    await asyncio.to_thread(pairing.finish, context(), new)
    return len(found)


def _parts(found: Sequence[Candidate]) -> list[Sequence[Candidate]]:
    return [found[i : i + BATCH_PAIRS] for i in range(0, len(found), BATCH_PAIRS)]


@DBOS.workflow(name="faces")
async def find_faces(arguments: Arguments) -> dict[str, int]:
    """Measure the faces of the images that wait for it, on all cores."""
    stretches = await list_stretches()
    newest = stretches[-1][1] if stretches else 0  # an import beside this job adds higher ones
    n_images = await count_faceless(newest)
    parts = [
        await DBOS.enqueue_workflow_async(engine.CPU, faces_part, first, last)
        for first, last in stretches
    ]
    await follow_faces(n_images, newest, [part.workflow_id for part in parts])
    for part in parts:
        await part.get_result()
    n_unread = await count_faceless(newest)
    return {"measured": n_images - n_unread, "unreadable": n_unread}


@DBOS.step()
async def list_stretches() -> list[tuple[int, int]]:
    """List the stretches of images whose faces wait to be measured."""
    return await asyncio.to_thread(facing.stretches, context(), FACES_CHUNK)


@DBOS.step()
async def count_faceless(newest: int) -> int:
    """Count the images up to a number whose faces wait to be measured."""
    return await asyncio.to_thread(facing.count_waiting, context(), newest)


@DBOS.workflow(name="faces part")
async def faces_part(first: int, last: int) -> None:
    """Measure the faces of one stretch of images."""
    await measure_faces(first, last)


@DBOS.step(preemptible=True)
async def measure_faces(first: int, last: int) -> None:
    """Measure batch by batch; a cancel takes effect between two."""
    at: int | None = first - 1
    while at is not None:
        at = await asyncio.to_thread(facing.measure_batch, context(), at, last, FACES_BATCH)


@DBOS.step(preemptible=True)
async def follow_faces(n_images: int, newest: int, parts: Sequence[str]) -> None:
    """Publish how many images are measured until the parts have ended."""
    reporter = Reporter()
    while True:
        has_ended = await _have_ended(parts)
        done = n_images - await asyncio.to_thread(facing.count_waiting, context(), newest)
        share = done / n_images if n_images else 1.0
        message = f"Measured the faces of {done} of {n_images} images"
        await reporter.tell(share, message, done=done, total=n_images)
        if has_ended or done == n_images:
            return
        await asyncio.sleep(_FOLLOW_S)


@DBOS.workflow(name="freeze")
async def freeze(arguments: Arguments) -> dict[str, Any]:
    """Freeze the next dataset version."""
    return await freeze_version(DBOS.authenticated_user or "", arguments)


@DBOS.step()
async def freeze_version(author: str, arguments: Arguments) -> dict[str, Any]:
    """Group, split and store."""
    await Reporter().tell(0.0, "Grouping and splitting")
    return await asyncio.to_thread(freezing.freeze, context(), author, arguments)


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
