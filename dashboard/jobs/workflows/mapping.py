"""Drawing the map of faces: in a process of its own, which a cancel kills."""

from typing import Any

from dbos import DBOS

from dashboard.jobs.workflows.children import run_child
from dashboard.jobs.workflows.reporter import Arguments


@DBOS.workflow(name="map")
async def draw_map(arguments: Arguments) -> dict[str, Any]:
    """Draw the map, or put new images on it; a cancelled one leaves the map as it was."""
    return await run_child("map", str(DBOS.workflow_id), DBOS.authenticated_user or "", arguments)
