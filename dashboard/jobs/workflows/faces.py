"""Faces: features, cues and vectors of the images that wait for it, on all cores."""

import asyncio
from collections.abc import Sequence
from functools import partial

from dbos import DBOS

from dashboard.jobs import engine, facing
from dashboard.jobs.context import context
from dashboard.jobs.workflows.reporter import Arguments, follow

CHUNK_IMAGES, BATCH_IMAGES = 200, 8


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
    return await asyncio.to_thread(facing.list_stretches, context(), CHUNK_IMAGES)


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
        at = await asyncio.to_thread(facing.measure_batch, context(), at, last, BATCH_IMAGES)


@DBOS.step(preemptible=True)
async def follow_faces(n_images: int, newest: int, parts: Sequence[str]) -> None:
    """Publish how many images are measured until the parts have ended."""
    count_left = partial(facing.count_waiting, context(), newest)
    await follow(parts, n_images, count_left, "Measured the faces of {} of {} images")
