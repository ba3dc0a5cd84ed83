"""Lists that the command line prints."""

from typing import Any

from core.types import DatasetItem, ImageRecord
from dashboard.home import open_database
from dashboard.settings import Settings
from db import differences, images, pairs, versions
from db.engine import reading


def list_pairs(settings: Settings) -> list[dict[str, Any]]:
    """Return the near-duplicate pairs that the page offers, nearest first."""
    with reading(open_database(settings)) as session:
        return [
            {
                "pair": pair.id,
                "distance_bits": pair.distance_bits,
                "similarity": round(pair.similarity, 4),
                "mirrored": pair.is_mirrored,
                "verdict": pair.verdict,
                "left": _places(images.locations(session, pair.left.id), pair.left),
                "right": _places(images.locations(session, pair.right.id), pair.right),
            }
            for pair in pairs.all_pairs(session)
        ]


def list_differences(
    settings: Settings, before: int, after: int, *, in_full: bool
) -> dict[str, Any]:
    """Return what came, went and changed between two versions: by checksum, or how many.

    Raises:
        NotFound: If one of them does not exist.
    """
    with reading(open_database(settings)) as session:
        for number in (before, after):
            versions.get_version(session, number)
        counts = differences.count_differences(session, before, after).counts
        listed = {
            kind: differences.list_differences(session, before, after, kind) if in_full else []
            for kind in counts
        }
    return {
        f"changed_{kind}" if kind in differences.CHANGES else kind: (
            sorted((_change(kind, *each) for each in listed[kind]), key=str) if in_full else n
        )
        for kind, n in counts.items()
    }


def _change(kind: str, before: DatasetItem | None, item: DatasetItem) -> str | dict[str, Any]:
    if before is None:
        return item.checksum
    values = {"before": getattr(before, kind), "after": getattr(item, kind)}
    return {"checksum": item.checksum, **values}


def _places(found: list[Any], image: ImageRecord) -> dict[str, Any]:
    return {
        "checksum": image.checksum,
        "label": image.label,
        "identity": image.identity,
        "places": [f"{place.storage}/{place.key}" for place in found],
    }
