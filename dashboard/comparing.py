"""Duplicates, pair by pair: what is shown, and deciding which of two images to keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st
from sqlalchemy.orm import Session

from core.errors import VerityError
from core.types import DuplicatePair, Location, Split, Verdict
from dashboard import pair_view, resources, tidying
from dashboard.auth import actor
from dashboard.grid import Badge, Cell, image_grid, thumbnail
from dashboard.pair_view import crossings_of
from dashboard.text import plain
from dashboard.widgets import name_of
from db import images, pairs
from db.protected import protected_among

N_AHEAD = 12
_LOOKS = {
    Verdict.KEEP_LEFT: ("Left", ":material/arrow_back:"),
    Verdict.KEEP_BOTH: ("B", ":material/join_inner:"),
    Verdict.KEEP_RIGHT: ("Right", ":material/arrow_forward:"),
    Verdict.NOT_DUPLICATE: ("N", ":material/link_off:"),
}


@dataclass(frozen=True)
class Review:
    """What the screen shows.

    Attributes:
        pair: In question now, or None if all are decided.
        ahead: The next undecided ones, nearest first.
        left_locations: Where the left image was found.
        splits: Of the newest dataset version, by image.
        protected: Those images of the pair that lie in a protected folder.
    """

    pair: DuplicatePair | None
    ahead: Sequence[DuplicatePair]
    left_locations: Sequence[Location]
    right_locations: Sequence[Location]
    n_decided: int
    n_pending: int
    splits: Mapping[int, Split] = field(default_factory=dict)
    protected: frozenset[int] = frozenset()


def load_review(session: Session, wanted: str | None) -> Review:
    """Load the pair that the URL asks for, or the nearest undecided one."""
    ahead = pairs.pending_pairs(session, N_AHEAD)
    pair = _find_pair(session, wanted) or (ahead[0] if ahead else None)
    counts = pairs.count_pairs(session)
    shown = {image.id for each in [pair, *ahead] if each for image in (each.left, each.right)}
    return Review(
        pair,
        [other for other in ahead if pair and other.id != pair.id],
        images.locations(session, pair.left.id) if pair else [],
        images.locations(session, pair.right.id) if pair else [],
        counts["decided"],
        counts["pending"],
        pairs.latest_splits(session, shown),
        protected_among(session, shown),
    )


def _find_pair(session: Session, wanted: str | None) -> DuplicatePair | None:
    if wanted is None or not wanted.isdecimal():
        return None
    try:
        return pairs.get_pair(session, int(wanted))
    except VerityError as error:
        st.warning(plain(str(error)), icon=":material/error:")
        return None


def show_pairs(review: Review) -> None:
    """Draw the pair in question with its verdicts, and those that come next."""
    tidying.bar(review.n_decided, review.n_pending, _undo)
    if not review.pair:
        tidying.nothing_left(review.n_decided)
        return
    _verdict_buttons(review, review.pair)
    pair_view.show_pair(review.pair, review.left_locations, review.right_locations, review.splits)
    _show_ahead(review)


def _verdict_buttons(review: Review, pair: DuplicatePair) -> None:
    """Draw the suggestion and the four verdicts; a decided pair shows its verdict instead."""
    if pair.verdict is not None:
        st.info(
            f"{plain(str(pair.decided_by))} decided: {pair.verdict}.", icon=":material/how_to_reg:"
        )
        return
    from core.curation.keepers import suggest_keeper

    suggestion = suggest_keeper(pair.left, pair.right, review.protected)
    st.caption(f":material/lightbulb: {suggestion.reason}")
    for column, (verdict, (shortcut, icon)) in zip(
        st.columns(len(_LOOKS)), _LOOKS.items(), strict=True
    ):
        column.button(
            verdict.capitalize(),
            # With the pair's number, a key pressed twice cannot decide a pair not yet seen.
            key=f"{pair.id}-{verdict}",
            icon=icon,
            shortcut=shortcut,
            type="primary" if verdict is suggestion.verdict else "secondary",
            width="stretch",
            on_click=resources.act,
            args=(_decide, pair.id, verdict),
        )


def _decide(session: Session, pair_id: int, verdict: Verdict) -> None:
    """Record a verdict and go on to the next pair; a key pressed twice is one verdict."""
    pair = pairs.get_pair(session, pair_id)
    if (pair.verdict, pair.decided_by) != (verdict, actor()):
        pairs.decide(session, pair_id, verdict, actor=actor())
    resources.afterwards(tidying.nearest_pair)


def _undo(session: Session) -> None:
    """Take the last act of verdicts back, whole, and bring its first pair forward."""
    resources.afterwards(show_pair_number, tidying.undo(session))


def _show_ahead(review: Review) -> None:
    """Draw the next pairs as a strip; a click brings one forward."""
    if not review.ahead:
        return
    st.markdown("**Next**")
    image_grid(
        [_pair_cell(pair, review.splits) for pair in review.ahead],
        key="ahead",
        label="Next pairs",
        on_open=show_pair_number,
        selectable=False,
        strip=True,
    )


def _pair_cell(pair: DuplicatePair, splits: Mapping[int, Split]) -> Cell:
    badges = [Badge(f"{pair.distance_bits} bits")]
    if crossings_of(pair, splits):
        badges.append(Badge("leakage", "warning"))
    return Cell(
        id=pair.id,
        images=(thumbnail(pair.left.checksum), thumbnail(pair.right.checksum)),
        title=name_of(pair.left),
        alt=f"{name_of(pair.left)} and {name_of(pair.right)}",
        badges=tuple(badges),
    )


def show_pair_number(pair_id: int) -> None:
    """Make Duplicates show one pair."""
    st.query_params["pair"] = str(pair_id)
