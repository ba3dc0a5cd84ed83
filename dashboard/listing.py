"""Lists that the command line prints."""

from typing import Any

from core.curation.versions import diff
from core.types import ImageRecord
from dashboard.home import open_database
from dashboard.settings import Settings
from db import images, pairs, versions
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


def list_differences(settings: Settings, before: int, after: int) -> dict[str, Any]:
    """Return what came, went and changed between two versions, by checksum.

    Raises:
        NotFound: If one of them does not exist.
    """
    with reading(open_database(settings)) as session:
        for number in (before, after):
            versions.get_version(session, number)
        found = diff(versions.items(session, before), versions.items(session, after))
    return {
        "came": [item.checksum for item in found.came],
        "went": [item.checksum for item in found.went],
        **{
            f"changed_{what}": [
                {"checksum": a.checksum, "before": getattr(a, what), "after": getattr(b, what)}
                for a, b in getattr(found, f"changed_{what}")
            ]
            for what in ("label", "split", "identity")
        },
    }


def _places(found: list[Any], image: ImageRecord) -> dict[str, Any]:
    return {
        "checksum": image.checksum,
        "label": image.label,
        "identity": image.identity,
        "places": [f"{place.storage}/{place.key}" for place in found],
    }
