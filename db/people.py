"""Who has worked here, by name."""

import unicodedata

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

    "ada" is the "Ada" who is known: one person must not count as two.

    Raises:
        InvalidInput: If it is none.
    """
    told = checked_name(name)
    if known := next((each for each in names(session) if is_same_person(each, told)), None):
        return known
    insert_missing(session, PersonRow, [{"name": told}])
    return told


def is_same_person(name: str, other: str) -> bool:
    """Say whether two names differ in blanks, capitals or ways of writing a letter only."""
    return _plain_name(name) == _plain_name(other)


def names(session: Session) -> list[str]:
    """Return the names of everybody who has worked here, in alphabetical order."""
    return sorted(session.scalars(select(PersonRow.name)), key=lambda name: (name.casefold(), name))


def _plain_name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
