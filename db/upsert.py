"""`INSERT ... ON CONFLICT` in the dialects that Verity runs on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import DeclarativeBase, Session

if TYPE_CHECKING:
    from sqlalchemy import SelectBase
    from sqlalchemy.dialects import postgresql, sqlite


def _insert(session: Session, row: type[DeclarativeBase]) -> "sqlite.Insert | postgresql.Insert":
    """Begin the statement; only the dialect in use is loaded, as each takes a while."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(row)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(row)


def insert_missing(
    session: Session, row: type[DeclarativeBase], values: Sequence[dict[str, Any]]
) -> None:
    """Insert rows, leaving those alone that already exist by any unique key."""
    if values:
        session.execute(_insert(session, row).on_conflict_do_nothing(), list(values))


def upsert(
    session: Session, row: type[DeclarativeBase], key: Sequence[str], values: dict[str, Any]
) -> None:
    """Insert a row, or overwrite the one that has the same `key` columns."""
    upsert_all(session, row, key, [values])


def upsert_all(
    session: Session,
    row: type[DeclarativeBase],
    key: Sequence[str],
    values: Sequence[dict[str, Any]],
) -> None:
    """Insert rows of the same columns, overwriting those that have the same `key` columns."""
    if not values:
        return
    statement = _insert(session, row)
    rest = {name: statement.excluded[name] for name in values[0] if name not in key}
    update = statement.on_conflict_do_update(index_elements=list(key), set_=rest)
    session.execute(update, list(values))


def upsert_selected(
    session: Session,
    row: type[DeclarativeBase],
    key: Sequence[str],
    rest: Sequence[str],
    query: "SelectBase",
) -> None:
    """Insert what a query with a condition finds, overwriting the `rest` of what has its `key`.

    Without a rest, what exists by any unique key is left alone.
    """
    statement = _insert(session, row).from_select([*key, *rest], query)
    values = {name: statement.excluded[name] for name in rest}
    session.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=values)
        if values
        else statement.on_conflict_do_nothing()
    )
