"""Measure again: the images that another version measured, on all cores, then compare them."""

import asyncio
from collections.abc import Sequence
from functools import partial

from dbos import DBOS

from dashboard.jobs import engine, measuring
from dashboard.jobs.context import context
from dashboard.jobs.workflows.importing import find_pairs
from dashboard.jobs.workflows.reporter import Arguments, follow

CHUNK_IMAGES, BATCH_IMAGES = 200, 16
_MEASURED = 0.9  # of the job's time; the rest compares, as after an import


@DBOS.workflow(name="measure")
async def measure_again(arguments: Arguments) -> dict[str, int]:
    """Measure outdated images on all cores, then look for near-duplicates among them."""
    stretches = await list_outdated()
    newest = stretches[-1][1] if stretches else 0
    n_images = await count_outdated(newest)
    parts = [
        await DBOS.enqueue_workflow_async(engine.CPU, measure_part, first, last)
        for first, last in stretches
    ]
    await follow_measuring(n_images, newest, [part.workflow_id for part in parts])
    for part in parts:
        await part.get_result()
    n_unread = await count_outdated(newest)
    await find_pairs()
    return {"measured": n_images - n_unread, "unreadable": n_unread}


@DBOS.step()
async def list_outdated() -> list[tuple[int, int]]:
    """List the stretches of outdated images."""
    return await asyncio.to_thread(measuring.list_stretches, context(), CHUNK_IMAGES)


@DBOS.step()
async def count_outdated(newest: int) -> int:
    """Count the outdated images up to a number."""
    return await asyncio.to_thread(measuring.count_outdated, context(), newest)


@DBOS.workflow(name="measure part")
async def measure_part(first: int, last: int) -> None:
    """Measure one stretch of images."""
    await measure_images(first, last)


@DBOS.step(preemptible=True)
async def measure_images(first: int, last: int) -> None:
    """Measure batch by batch; a cancel takes effect between two."""
    at: int | None = first - 1
    while at is not None:
        at = await asyncio.to_thread(measuring.measure_batch, context(), at, last, BATCH_IMAGES)


@DBOS.step(preemptible=True)
async def follow_measuring(n_images: int, newest: int, parts: Sequence[str]) -> None:
    """Publish how many images are measured until the parts have ended."""
    count_left = partial(measuring.count_outdated, context(), newest)
    await follow(parts, n_images, count_left, "Measured {} of {} images", _MEASURED)
