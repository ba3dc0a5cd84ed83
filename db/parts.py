"""Long lists of numbers in statements: in parts that every database takes."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from db.tables import ImageRow

PART = 5000

_T = TypeVar("_T")


def parts(things: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Cut a list into stretches of at most 5,000."""
    for start in range(0, len(things), PART):
        yield things[start : start + PART]


def change_images(session: Session, ids: Sequence[int], **values: Any) -> None:
    """Write the same values (or expressions of a row) into many images; records no event."""
    for part in parts(ids):
        session.execute(
            update(ImageRow).where(ImageRow.id.in_(part)).values(**values),
            execution_options={"synchronize_session": False},
        )
    session.expire_all()
