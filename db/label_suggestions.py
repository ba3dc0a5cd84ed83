"""Suggestions about labels: what a detector doubts, and what a person said to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from core.curation.label_mistakes import LabelMistake
from core.errors import Conflict, NotFound
from core.types import Event, ImageRecord, Label, Status
from db import answers, events, images
from db.tables import EventRow, ImageRow, SuggestionRow, now

KIND = "label"
ANSWER, LOOK = "judge label", "look for label mistakes"
_RELABEL = "relabel"


@dataclass(frozen=True)
class LabelSuggestion:
    """A label that is perhaps wrong and waits for an answer.

    Attributes:
        rank: Its place in the review: the higher the earlier.
        evidence: "run" and "score", the probability that the image is fake.
    """

    id: int
    image: ImageRecord
    before: Label
    after: Label
    rank: float
    evidence: Mapping[str, Any]


def store_look(
    session: Session,
    run_id: int,
    mistakes: Sequence[LabelMistake],
    image_ids: Sequence[int],
    *,
    summary: Mapping[str, Any],
    author: str,
) -> int:
    """Replace the open suggestions by what a look found; return how many are open now.

    Args:
        mistakes: With indices into `image_ids`.
        summary: What the look rests on, kept in the run's history.
    """
    answers.replace_open(
        session, KIND, [_row(run_id, each, image_ids[each.index]) for each in mistakes]
    )
    events.record(
        session,
        actor=author,
        action=LOOK,
        subject="run",
        subject_id=run_id,
        before={},
        after=summary,
    )
    return count_open(session)


def _row(run_id: int, mistake: LabelMistake, image_id: int) -> dict[str, Any]:
    is_first = mistake.before is Label.GENUINE
    return {
        "kind": KIND,
        "key": f"{image_id} {mistake.before} {mistake.after}",
        "image_id": image_id,
        "before": mistake.before.value,
        "after": mistake.after.value,
        "score": mistake.certainty + is_first,  # above all of those labelled fake
        "evidence": {"run": run_id, "score": mistake.score},
        "created_at": now(),
    }


def newest_look(session: Session) -> Event | None:
    """Return the look that the open suggestions come from: its run, and its summary as `after`."""
    query = select(EventRow.subject_id).where(EventRow.action == LOOK).order_by(EventRow.id.desc())
    run_id = session.scalar(query.limit(1))
    looks = events.history(session, "run", run_id) if run_id is not None else []
    return next((event for event in looks if event.action == LOOK), None)


def open_suggestions(
    session: Session, limit: int, *, after: LabelSuggestion | None = None
) -> list[LabelSuggestion]:
    """Return up to `limit` open suggestions: labelled genuine first, then surest first.

    Args:
        after: Only those that follow this one.
    """
    query = _open()
    if after:
        is_later = (SuggestionRow.score == after.rank) & (SuggestionRow.id > after.id)
        query = query.where(or_(SuggestionRow.score < after.rank, is_later))
    query = query.order_by(SuggestionRow.score.desc(), SuggestionRow.id).limit(limit)
    return [_suggestion(row, image) for row, image in session.execute(query)]


def find_open(session: Session, suggestion_id: int) -> LabelSuggestion | None:
    """Return one suggestion if it is open and still applies."""
    found = session.execute(_open().where(SuggestionRow.id == suggestion_id)).first()
    return _suggestion(found[0], found[1]) if found else None


def count_open(session: Session) -> int:
    """Count the suggestions that wait and still apply."""
    return session.scalar(select(func.count()).select_from(_open().subquery())) or 0


def count_answers(session: Session) -> dict[str, int]:
    """Count what people answered: `answers.ACCEPTED` and `answers.DECLINED`."""
    query = (
        select(SuggestionRow.verdict, func.count())
        .where(SuggestionRow.kind == KIND, SuggestionRow.verdict.is_not(None))
        .group_by(SuggestionRow.verdict)
    )
    return {verdict: n for verdict, n in session.execute(query) if verdict}


def _open() -> Select[SuggestionRow, ImageRow]:
    """Leave out what was answered, and images relabelled or excluded since."""
    return (
        select(SuggestionRow, ImageRow)
        .join(ImageRow, ImageRow.id == SuggestionRow.image_id)
        .where(
            SuggestionRow.kind == KIND,
            SuggestionRow.verdict.is_(None),
            SuggestionRow.before == ImageRow.label,
            ImageRow.status == Status.ACTIVE,
        )
    )


def _suggestion(row: SuggestionRow, image: ImageRow) -> LabelSuggestion:
    before, after = Label(str(row.before)), Label(str(row.after))
    return LabelSuggestion(row.id, images.to_record(image), before, after, row.score, row.evidence)


def accept(session: Session, suggestion_id: int, *, actor: str) -> None:
    """Give the image the suggested label.

    Raises:
        NotFound: If there is no such suggestion.
        Conflict: If it was answered, or the image was relabelled or excluded since.
    """
    row = answers.get_open(session, suggestion_id)
    found = find_open(session, suggestion_id)
    if found is None:
        raise Conflict(
            f"Expected an image that is active and labelled {row.before!r}, as when the suggestion "
            "was made. Received one that was changed since: look for mistakes anew."
        )
    images.relabel(session, [found.image.id], found.after, actor=actor)
    moment = label_givers(session, found.image.id)[0].at
    answers.answer(session, row, answers.ACCEPTED, actor=actor, action=ANSWER, at=moment)


def keep(session: Session, suggestion_id: int, *, actor: str) -> None:
    """Say that the label is right: it is never doubted again, unless `undo_answer`.

    Raises:
        NotFound: If there is no such suggestion.
        Conflict: If it was answered.
    """
    row = answers.get_open(session, suggestion_id)
    answers.answer(session, row, answers.DECLINED, actor=actor, action=ANSWER, at=now())


def undo_answer(session: Session, *, actor: str) -> int:
    """Take this person's newest answer back, with the label it gave; return the suggestion.

    Raises:
        NotFound: If there is none.
        Conflict: If this person or another relabelled something since.
    """
    act = events.last_act(session, actor, ANSWER)
    if not act:
        raise NotFound("There is no answer about a label of yours left to undo.")
    row = session.get_one(SuggestionRow, act[0].subject_id)
    if row.verdict == answers.ACCEPTED and row.image_id is not None:
        _take_label_back(session, row.image_id, act[0])
    answers.reopen(session, act)
    events.mark_act_undone(session, act)
    return act[0].subject_id


def _take_label_back(session: Session, image_id: int, answer: Event) -> None:
    standing = label_givers(session, image_id)
    if not any((event.at, event.actor) == (answer.at, answer.actor) for event in standing):
        return  # taken back elsewhere
    newest = events.last_image_act(session, answer.actor, _RELABEL)
    if newest is None or newest.at != answer.at:
        raise Conflict(
            "Expected your answer to be the newest of your labels. Received others that you gave "
            "since: undo those under Browse first."
        )
    images.undo_relabel(session, actor=answer.actor)


def label_givers(session: Session, image_id: int) -> list[Event]:
    """Return who gave an image its labels by hand and was not undone, newest first."""
    return events.standing(session, _RELABEL, "image", image_id)
