"""An image record for tests that need no database."""

from dataclasses import replace
from datetime import UTC, datetime

from core.types import ImageRecord, Label, Status


def record(**changes: object) -> ImageRecord:
    """Return a small JPEG's record, changed as told."""
    image = ImageRecord(
        id=1,
        checksum="0" * 64,
        size_bytes=1000,
        format="JPEG",
        width_px=100,
        height_px=100,
        label=Label.UNKNOWN,
        identity=None,
        generator=None,
        status=Status.ACTIVE,
        status_reason=None,
        notes=(),
        face=None,
        n_faces=1,
        created_at=datetime(2024, 1, 1, tzinfo=UTC),
    )
    return replace(image, **changes)  # type: ignore[arg-type]
