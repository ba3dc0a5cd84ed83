"""Databases of invented rows: as many images as wanted, with all that hangs on them.

What is drawn follows from the number of images alone, so every run measures the same database.
"""

import random
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Engine, Table, insert

from core.faces.cues import FACE_CHECKS
from core.images.quality import CHECKS
from core.types import Label, NormaliseRule, Split, Status
from db.engine import writing
from db.schema import upgrade
from db.tables import Base

MEASURES = (*CHECKS, *FACE_CHECKS)
GENERATORS = ("self-blended", "masked-gan")
SOURCES = tuple(f"source-{number}" for number in range(5))
TAGS = {"odd": 0.02, "seen": 0.1, "glasses": 0.2}
"""With the share of the images that have them."""

VERSION = 1
N_PEOPLE = 50_000
_CHUNK = 20_000
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def person(number: int) -> str:
    """Return an invented name."""
    return f"Person {number}"


def fill(database: Engine, n: int) -> None:
    """Bring the schema up and write `n` images, their places and tags, and a version of a half."""
    upgrade(database)
    draw = random.Random(n)  # noqa: S311 - synthetic rows
    _write(database, "dataset_versions", [_version(n)])
    numbers = iter(range(1, n + 1))
    while chunk := list(islice(numbers, _CHUNK)):
        _write(database, "images", [_image(draw, number) for number in chunk])
        _write(database, "locations", [_place(draw, number) for number in chunk])
        _write(database, "image_tags", [tag for number in chunk for tag in _tags(draw, number)])
        _write(database, "dataset_items", [_item(draw, number) for number in chunk[::2]])


def _write(database: Engine, table: str, rows: list[dict[str, Any]]) -> None:
    chosen: Table = Base.metadata.tables[table]
    with writing(database) as session:
        if rows:
            session.execute(insert(chosen), rows)


def _image(draw: random.Random, number: int) -> dict[str, Any]:
    is_faceless = draw.random() < 0.05
    return {
        "id": number,
        "checksum": f"{draw.getrandbits(256):064x}",
        "size_bytes": int(draw.lognormvariate(11, 1)),
        "format": draw.choice(["JPEG", "JPEG", "PNG", "WEBP"]),
        "width_px": draw.randrange(100, 1200),
        "height_px": draw.randrange(100, 1200),
        "notes": [],
        "label": draw.choice(list(Label)).value,
        "identity": person(draw.randrange(N_PEOPLE)) if draw.random() < 0.8 else None,
        "generator": draw.choice([None, None, *GENERATORS]),
        "status": (Status.EXCLUDED if draw.random() < 0.05 else Status.ACTIVE).value,
        "face": None,
        "n_faces": 0 if is_faceless else draw.choice([1, 1, 1, 2]),
        "scores": dict(_scores(draw, () if is_faceless else FACE_CHECKS)),
        "revision": 1 + number // _CHUNK,
        "created_at": _MOMENT,
        "is_paired": False,
        "is_label_decided": False,
        "is_identity_decided": False,
    }


def _scores(draw: random.Random, face_checks: Iterable[str]) -> list[tuple[str, float]]:
    return [(name, round(draw.random() * 100, 3)) for name in (*CHECKS, *face_checks)]


def _place(draw: random.Random, number: int) -> dict[str, Any]:
    return {
        "image_id": number,
        "storage": draw.choice(SOURCES),
        "key": f"{number}.jpg",
        "claimed_label": Label.UNKNOWN.value,
        "seen_at": _MOMENT,
    }


def _tags(draw: random.Random, number: int) -> list[dict[str, Any]]:
    return [
        {"tag": tag, "image_id": number} for tag, share in TAGS.items() if draw.random() < share
    ]


def _version(n: int) -> dict[str, Any]:
    return {
        "number": VERSION,
        "content_hash": "0" * 64,
        "created_at": _MOMENT,
        "author": "ada",
        "normalise_rule": NormaliseRule.CROP.value,
        "test_fraction": 0.3,
        "seed": 7,
        "sources": [],
        "counts": {split.value: {Label.GENUINE.value: n // 8} for split in Split},  # about
        "split_rule": None,
        "shortcut": None,
    }


def _item(draw: random.Random, number: int) -> dict[str, Any]:
    return {
        "version": VERSION,
        "image_id": number,
        "label": Label.GENUINE.value,
        "identity": None,
        "group_number": number,
        "split": draw.choice(list(Split)).value,
    }
