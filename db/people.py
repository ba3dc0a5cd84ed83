"""Who has worked here, by name."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.short_text import checked
from db.tables import PersonRow
from db.upsert import insert_missing

_NAME_MOST = 64


def checked_name(text: str) -> str:
    """Return a person's name without stray blanks.

    Raises:
        InvalidInput: If it is blank, longer than 64 characters or not printable.
    """
    return checked(text, "a name", _NAME_MOST)


def remember(session: Session, name: str) -> str:
    """Keep a name among the known ones, where it may be already; return it as it is kept.

    Raises:
        InvalidInput: If it is none.
    """
    kept = checked_name(name)
    insert_missing(session, PersonRow, [{"name": kept}])
    return kept


def names(session: Session) -> list[str]:
    """Return the names of everybody who has worked here, in alphabetical order."""
    return sorted(session.scalars(select(PersonRow.name)), key=lambda name: (name.casefold(), name))
