"""Suggestions about identities: kept, answered once, and a declined one is never made again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.curation.identity_suggestions import Kind, Suggestion
from core.errors import Conflict
from core.types import ImageRecord, Status
from db import answers, identities
from db.images import get_images
from db.tables import FaceRow, ImageRow, SuggestionRow, now

N_SHOWN = 6


@dataclass(frozen=True)
class OpenSuggestion:
    """A suggestion that waits for an answer.

    Attributes:
        images: Those it is about, at most six; for a merge those of the name that would go.
        likely: Images of the person it names, or that would keep the name, at most six.
        n_images: How many it is about.
    """

    id: int
    kind: Kind
    before: str | None
    after: str | None
    evidence: Mapping[str, Any]
    images: Sequence[ImageRecord]
    likely: Sequence[ImageRecord]
    n_images: int


def store_suggestions(
    session: Session, kind: Kind, found: Sequence[Suggestion], image_ids: Sequence[int]
) -> int:
    """Replace the open suggestions of a kind; return how many are open now.

    Args:
        found: With indices into `image_ids`.
        image_ids: Numbers of the images that were looked at.
    """
    rows = [_row(each, [image_ids[index] for index in each.indices]) for each in found]
    answers.replace_open(session, kind, rows)
    return count_open(session, kind)


def _row(found: Suggestion, ids: Sequence[int]) -> dict[str, Any]:
    is_single = found.kind in (Kind.RENAME, Kind.NAME)
    return {
        "kind": found.kind.value,
        "key": _key(found, ids),
        "image_id": ids[0] if is_single else None,
        "before": found.before,
        "after": found.after,
        "score": found.score,
        "evidence": {**found.evidence, "ids": list(ids)},
        "created_at": now(),
    }


def _key(found: Suggestion, ids: Sequence[int]) -> str:
    """Name what is suggested: a new name is arbitrary, and a merge has no direction."""
    names: list[str | None] = [found.before, found.after]
    if found.kind is Kind.MERGE:
        names = sorted(names, key=str)
    elif found.kind in (Kind.SPLIT, Kind.NEW):
        names = [found.before]
    return hashlib.sha256(json.dumps([names, sorted(ids)]).encode()).hexdigest()


def open_suggestions(session: Session, kind: Kind, limit: int = 20) -> list[OpenSuggestion]:
    """Return up to `limit` suggestions that are not answered and still apply, surest first."""
    query = (
        select(SuggestionRow)
        .where(*_open(kind))
        .order_by(SuggestionRow.score.desc(), SuggestionRow.id)
        .limit(limit)
    )
    return [_shown(session, row) for row in session.scalars(query)]


def count_open(session: Session, kind: Kind) -> int:
    """Count the suggestions of a kind that are not answered and still apply."""
    return session.scalar(select(func.count(SuggestionRow.id)).where(*_open(kind))) or 0


def _open(kind: Kind) -> list[ColumnElement[bool]]:
    """Leave out what was answered, and what others have settled since it was found."""
    of_image, of_before, of_after = aliased(ImageRow), aliased(ImageRow), aliased(ImageRow)
    is_same = of_image.identity.is_not_distinct_from(SuggestionRow.before)
    is_active = of_image.status == Status.ACTIVE
    conditions = [
        SuggestionRow.kind == kind,
        SuggestionRow.verdict.is_(None),
        or_(
            SuggestionRow.image_id.is_(None),
            select(of_image.id)
            .where(of_image.id == SuggestionRow.image_id, is_same, is_active)
            .exists(),
        ),
    ]
    if kind in (Kind.MERGE, Kind.SPLIT):
        has_name = of_before.identity == SuggestionRow.before
        conditions.append(select(of_before.id).where(has_name).exists())
    if kind is Kind.MERGE:
        conditions.append(
            select(of_after.id).where(of_after.identity == SuggestionRow.after).exists()
        )
    return conditions


def _shown(session: Session, row: SuggestionRow) -> OpenSuggestion:
    kind, ids = Kind(row.kind), row.evidence["ids"]
    about = get_images(session, ids[:N_SHOWN])
    likely: list[ImageRecord] = []
    if kind is Kind.MERGE and row.before:
        about = identities.images_of(session, row.before, limit=N_SHOWN)
    if row.before and (kind is Kind.SPLIT or (kind is Kind.RENAME and not row.after)):
        kept = identities.images_of(session, row.before, limit=N_SHOWN + len(ids))
        likely = [image for image in kept if image.id not in set(ids)][:N_SHOWN]
    elif row.after and kind is not Kind.NEW:
        likely = identities.images_of(session, row.after, limit=N_SHOWN)
    n_images = int(row.evidence.get("n_before", len(ids)))
    return OpenSuggestion(
        row.id, kind, row.before, row.after, row.evidence, about, likely, n_images
    )


def accept(session: Session, suggestion_id: int, *, actor: str, name: str | None = None) -> int:
    """Do what is suggested, as one act; `identities.undo_identity` takes it back.

    Args:
        name: In place of the suggested one.

    Returns:
        How many images changed.

    Raises:
        NotFound: If there is no such suggestion.
        Conflict: If it was answered, or the images were named otherwise since.
        InvalidInput: If the name is none.
    """
    row, moment = answers.get_open(session, suggestion_id), now()
    wanted, ids = name or row.after, row.evidence["ids"]
    if row.kind == Kind.MERGE and row.before and row.after:
        n_changed = identities.merge(session, row.before, row.after, actor=actor, at=moment)
    else:
        names = set(identities.names_of(session, ids))
        if names != {row.before}:
            raise Conflict(
                f"Expected images called {row.before!r} as when the suggestion was made. Received "
                "ones that were named since: look for suggestions anew."
            )
        n_changed = identities.assign(session, ids, wanted, actor=actor, at=moment)
    answers.answer(session, row, answers.ACCEPTED, actor=actor, action=identities.ACTION, at=moment)
    return n_changed


def decline(session: Session, suggestion_id: int, *, actor: str) -> None:
    """Refuse a suggestion for ever, or until `identities.undo_identity`.

    Raises:
        NotFound: If there is no such suggestion.
        Conflict: If it was answered.
    """
    row = answers.get_open(session, suggestion_id)
    answers.answer(session, row, answers.DECLINED, actor=actor, action=identities.ACTION, at=now())


def has_embeddings(session: Session) -> bool:
    """Return whether any face is described, so that there is something to compare."""
    query = select(FaceRow.id).where(FaceRow.embedding.is_not(None)).limit(1)
    return session.scalar(query) is not None
