from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.types import DuplicatePair, ImageRecord, Label, Status
from dashboard.comparing import crossings

IMAGE = ImageRecord(
    id=1,
    checksum="ab" * 32,
    size_bytes=10,
    format="PNG",
    width_px=4,
    height_px=3,
    label=Label.GENUINE,
    identity="Ada",
    generator=None,
    status=Status.ACTIVE,
    status_reason=None,
    notes=(),
    face=None,
    n_faces=0,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("right", "crossed"),
    [
        (IMAGE, []),
        (replace(IMAGE, label=Label.FAKE), ["labels (genuine and fake)"]),
        (replace(IMAGE, identity="Grace"), ["identities"]),
        (replace(IMAGE, identity=None), []),
        (replace(IMAGE, label=Label.UNKNOWN), []),
        (
            replace(IMAGE, label=Label.FAKE, identity="Grace"),
            ["labels (genuine and fake)", "identities"],
        ),
    ],
)
def test_crossings(right: ImageRecord, crossed: list[str]) -> None:
    pair = DuplicatePair(1, IMAGE, right, 2, False, 0.99, None, None, None)
    assert crossings(pair) == crossed
