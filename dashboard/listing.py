"""Lists that the command line prints."""

from typing import Any

from core.types import ImageRecord
from dashboard.home import open_database
from dashboard.settings import Settings
from db import images, pairs
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


def _places(found: list[Any], image: ImageRecord) -> dict[str, Any]:
    return {
        "checksum": image.checksum,
        "label": image.label,
        "identity": image.identity,
        "places": [f"{place.storage}/{place.key}" for place in found],
    }
