"""Duplicates: two look-alike images side by side, and deciding which to keep."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from core.errors import VerityError
from core.types import DuplicatePair, ImageRecord, Label, Location, Split, Verdict
from dashboard import pictures, resources, tidying
from dashboard.auth import actor
from dashboard.grid import Badge, Cell, image_grid, thumbnail
from dashboard.text import plain
from dashboard.widgets import key_facts, name_of
from db import images, pairs
from db.protected import protected_among

N_AHEAD = 12
SIDE_BY_SIDE, DIFFERENCE = "Side by side", "Difference"
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

    @property
    def n_pairs(self) -> int:
        """How many pairs there are in all."""
        return self.n_decided + self.n_pending


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


def progress(review: Review) -> None:
    """Draw how many pairs are decided, and the way back from the last verdict."""
    with st.container(horizontal=True, vertical_alignment="center"):
        share = review.n_decided / review.n_pairs if review.n_pairs else 0.0
        st.progress(share, text=f"{review.n_decided:,} of {review.n_pairs:,} decided")
        st.button(
            "Undo last verdict",
            key="undo-verdict",
            icon=":material/undo:",
            shortcut="Z",
            on_click=resources.act,
            args=(_undo,),
        )
        tidying.accept_panel()
        tidying.protected_panel()


def show_pair(review: Review, pair: DuplicatePair) -> None:
    """Draw a pair: what the machine says of it, both pictures, and what tells them apart."""
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "View",
            [SIDE_BY_SIDE, DIFFERENCE],
            default=SIDE_BY_SIDE,
            required=True,
            key="view",
            label_visibility="collapsed",
            persist_state="page",
        )
        _headline(review, pair)
    pictures_side, facts_side = st.columns([7, 4], gap="medium")
    with pictures_side:
        _difference(pair) if view == DIFFERENCE else _side_by_side(review, pair)
    with facts_side:
        _facts(pair)


def _headline(review: Review, pair: DuplicatePair) -> None:
    st.badge(f"{pair.distance_bits} of 64 bits apart", color="gray")
    st.badge(f"similarity {pair.similarity:.2f}", color="gray")
    if pair.is_mirrored:
        st.badge("mirrored", icon=":material/flip:", color="gray")
    for difference in crossings(pair, review.splits):
        st.badge(
            f"Different {difference}",
            icon=":material/warning:",
            color="orange",
        )


def crossings(pair: DuplicatePair, splits: Mapping[int, Split]) -> list[str]:
    """Return in what the two differ that one photograph could not, and what comes of it."""
    if pair.verdict is Verdict.NOT_DUPLICATE:
        return []
    labels = {pair.left.label, pair.right.label} - {Label.UNKNOWN}
    identities = {pair.left.identity, pair.right.identity} - {None}
    found = []
    if len(labels) > 1:
        found.append(f"labels ({pair.left.label} and {pair.right.label}): leakage if split apart")
    if len(identities) > 1:
        found.append("identities: leakage if split apart")
    left, right = splits.get(pair.left.id), splits.get(pair.right.id)
    if left and right and left != right:
        found.append(f"splits ({left} and {right}): leakage in the newest version")
    return found


def _side_by_side(review: Review, pair: DuplicatePair) -> None:
    """Draw both originals at one width."""
    left, right = st.columns(2)
    with left, _complaining():
        _side("Left", pair.left, review.left_locations)
    with right, _complaining():
        _side("Right", pair.right, review.right_locations)


def _side(side: str, image: ImageRecord, places: Sequence[Location]) -> None:
    shown = pictures.original(image)
    st.image(shown.data, width="stretch", alt=f"{side}: {name_of(image)}")
    st.markdown(f"**{side}** · {plain(name_of(image))}")
    st.caption(plain(_places(places)))
    if shown.note:
        st.caption(plain(shown.note))


def _difference(pair: DuplicatePair) -> None:
    with _complaining():
        found = pictures.difference_of(pair.left.checksum, pair.right.checksum, pair.is_mirrored)
        st.image(found.data, width="stretch", alt="Where the two images differ; bright is more")
        st.caption(
            f"Difference of the normalised copies, {pictures.DIFFERENCE_GAIN} times amplified; "
            f"{found.mean_levels:.1f} of 255 levels on average."
        )


@contextmanager
def _complaining() -> Iterator[None]:
    """Turn our own errors into a message in the picture's place."""
    try:
        yield
    except VerityError as error:
        st.error(plain(str(error)), icon=":material/error:")


def _facts(pair: DuplicatePair) -> None:
    """Draw what tells the two apart; what differs is bold."""
    left, right = key_facts(pair.left), key_facts(pair.right)
    mark = {name: "**" if left[name] != right[name] else "" for name in left}
    rows = {
        name: {
            "Left": f"{mark[name]}{plain(left[name])}{mark[name]}",
            "Right": f"{mark[name]}{plain(right[name])}{mark[name]}",
        }
        for name in left
    }
    st.table(pd.DataFrame.from_dict(rows, orient="index"), border="horizontal")


def _places(places: Sequence[Location]) -> str:
    shown = [f"{place.storage}/{place.key}" for place in places[:2]]
    more = [f"and {len(places) - 2} more"] if len(places) > 2 else []
    return ", ".join([*shown, *more]) or "nowhere: it was made here"


def verdict_buttons(review: Review, pair: DuplicatePair) -> None:
    """Draw the suggestion and the four verdicts; a decided pair shows its verdict instead."""
    if pair.verdict is not None:
        st.info(f"{pair.decided_by} decided: {pair.verdict}.", icon=":material/how_to_reg:")
        return
    from core.curation.duplicates import suggest_keeper

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
    st.query_params.pop("pair", None)


def _undo(session: Session) -> None:
    """Take the last act of verdicts back, whole, and bring its first pair forward."""
    act = pairs.undo_decision(session, actor=actor())
    show_pair_number(act[0].subject_id)
    if len(act) > 1:
        resources.notify(f"Took {len(act):,} verdicts back.", icon=":material/undo:")


def show_ahead(review: Review) -> None:
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
    if crossings(pair, splits):
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
