"""Duplicates, group by group: all copies of one photograph on one screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from sqlalchemy.orm import Session

from core.curation.clusters import clusters
from core.curation.keepers import GroupSuggestion, by_preference, suggest_of_group
from core.types import ImageRecord, Location, Split, Status
from dashboard import pair_view, pictures, resources, tidying
from dashboard.auth import actor
from dashboard.text import count, plain
from dashboard.widgets import key_facts, name_of
from db import groups, images, pairs
from db.groups import GroupPair
from db.protected import protected_among

N_CARDS = 9
_COLUMNS = 5
_PAGE = "group-page"


@dataclass(frozen=True)
class GroupReview:
    """What the screen shows.

    Attributes:
        leads: The smallest number of each group that waits; the largest group first.
        at: Which of them is shown.
        members: Its images, the one most worth keeping first.
        waiting: Its pairs that wait, nearest first.
        protected: Those of its images that lie in a protected folder.
        splits: Of the newest dataset version, by image.
        places: Where the images of the shown page were found.
        offset: Where that page begins.
    """

    leads: Sequence[int]
    at: int
    members: Sequence[ImageRecord]
    waiting: Sequence[GroupPair]
    protected: frozenset[int]
    splits: Mapping[int, Split]
    places: Mapping[int, Sequence[Location]]
    offset: int
    n_decided: int
    n_pending: int

    @property
    def lead(self) -> int:
        """What names the group."""
        return self.leads[self.at]

    @property
    def next_lead(self) -> int | None:
        """What names the group to show once this one is decided."""
        rest = [*self.leads[self.at + 1 :], *self.leads[: self.at]]
        return rest[0] if rest else None

    @property
    def ids(self) -> list[int]:
        """Numbers of its images."""
        return [image.id for image in self.members]

    @property
    def cards(self) -> Sequence[ImageRecord]:
        """The images of the shown page."""
        return self.members[self.offset : self.offset + N_CARDS]


def load_groups(session: Session, wanted: str | None) -> GroupReview:
    """Load the group of the image that the URL asks for, or the largest one."""
    counts = pairs.count_pairs(session)
    found = _clusters(groups.stamp(session), session)
    at = next((i for i, ids in enumerate(found) if wanted in {str(i) for i in ids}), 0)
    ids = found[at] if found else []
    records = images.get_images(session, ids)
    protected = protected_among(session, ids)
    order = {image_id: i for i, image_id in enumerate(by_preference(records, protected))}
    members = sorted(records, key=lambda image: order[image.id])
    offset = _offset(len(members))
    shown = members[offset : offset + N_CARDS]
    return GroupReview(
        [ids[0] for ids in found],
        at,
        members,
        groups.pairs_among(session, ids),
        protected,
        pairs.latest_splits(session, ids),
        {image.id: images.locations(session, image.id) for image in shown},
        offset,
        counts["decided"],
        counts["pending"],
    )


@st.cache_data(max_entries=2, show_spinner=False)
def _clusters(stamp: tuple[int, int], _session: Session) -> list[list[int]]:
    """Group the pairs that wait; `stamp` changes whenever they do."""
    return clusters(groups.pending_links(_session))


def _offset(n_members: int) -> int:
    n_pages = max(-(-n_members // N_CARDS), 1)
    return (min(st.session_state.get(_PAGE) or 1, n_pages) - 1) * N_CARDS


def show_groups(review: GroupReview) -> None:
    """Draw one group: what it is, what to do with it, and all its copies."""
    tidying.bar(review.n_decided, review.n_pending, _undo)
    if not review.leads:
        tidying.nothing_left(review.n_decided)
        return
    suggestion = suggest_of_group(review.members, review.protected)
    _headline(review)
    _acts(review, suggestion)
    _cards(review, suggestion.keeper)
    _pages(review)


def _headline(review: GroupReview) -> None:
    nearest, farthest = review.waiting[0].distance_bits, review.waiting[-1].distance_bits
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, icon, shortcut, step in (
            ("Previous group", ":material/chevron_left:", "Left", -1),
            ("Next group", ":material/chevron_right:", "Right", 1),
        ):
            st.button(
                label,
                key=f"group-step-{step}",
                icon=icon,
                shortcut=shortcut,
                disabled=not 0 <= review.at + step < len(review.leads),
                on_click=_show_group,
                args=(review.leads[(review.at + step) % len(review.leads)],),
            )
        st.markdown(f"**Group {review.at + 1:,} of {len(review.leads):,}**", width="content")
        st.badge(count(len(review.members), "image"), color="gray")
        apart = f"{nearest}" if nearest == farthest else f"{nearest} to {farthest}"
        st.badge(f"{apart} of 64 bits apart", color="gray")
        if any(pair.is_mirrored for pair in review.waiting):
            st.badge("some mirrored", icon=":material/flip:", color="gray")
        pair_view.show_crossings(pair_view.crossings(review.members, review.splits))


def _acts(review: GroupReview, suggestion: GroupSuggestion) -> None:
    """Draw the suggestion and what can be done with the whole group."""
    which = (
        "all" if suggestion.keeper is None else f"image {review.ids.index(suggestion.keeper) + 1}"
    )
    st.caption(f":material/lightbulb: Keep {which}: {suggestion.reason}")
    strangers = [i for i in review.ids if i in _ticked(review)]
    accept, keep_all, part = st.columns(3)
    accept.button(
        "Accept suggestion",
        key=f"{review.lead}-accept",
        icon=":material/done_all:",
        type="primary",
        shortcut="Enter",
        width="stretch",
        disabled=bool(strangers),
        on_click=resources.act,
        args=(_keep_all, review)
        if suggestion.keeper is None
        else (_keep, review, suggestion.keeper),
    )
    keep_all.button(
        "Keep all",
        key=f"{review.lead}-keep-all",
        icon=":material/join_inner:",
        shortcut="B",
        width="stretch",
        on_click=resources.act,
        args=(_keep_all, review),
    )
    part.button(
        f"{count(len(strangers), 'ticked is no duplicate', 'ticked are no duplicates')}"
        if strangers
        else "None are duplicates",
        key=f"{review.lead}-part",
        icon=":material/link_off:",
        shortcut="N",
        width="stretch",
        on_click=resources.act,
        args=(_part, review, strangers or review.ids),
    )


def _cards(review: GroupReview, suggested: int | None) -> None:
    """Draw the shown copies; what differs from the first of the group is bold."""
    model = _facts(review.members[0])
    columns = st.columns(_COLUMNS) + st.columns(_COLUMNS)
    for number, image in enumerate(review.cards, start=1):
        with columns[number - 1].container(border=True, key=f"card-{image.id}"):
            _card(review, number, image, model, is_suggested=image.id == suggested)


def _card(
    review: GroupReview,
    number: int,
    image: ImageRecord,
    model: Mapping[str, str],
    *,
    is_suggested: bool,
) -> None:
    with pair_view.complaining():
        shown = pictures.original(image)
        st.image(shown.data, width="stretch", alt=f"Image {number}: {name_of(image)}")
    _marks(review, image, is_suggested)
    lines = []
    for name, value in _facts(image).items():
        mark = "**" if value != model[name] else ""
        lines.append(f"{mark}{plain(value)}{mark}")
    st.caption(" · ".join(lines))
    st.caption(plain(pair_view.describe_places(review.places[image.id])))
    st.button(
        "Keep this one",
        key=f"{review.lead}-keep-{image.id}",
        shortcut=str(number),
        type="primary" if is_suggested else "secondary",
        width="stretch",
        on_click=resources.act,
        args=(_keep, review, image.id),
    )
    is_ticked = image.id in _ticked(review)
    # Not a checkbox: a page's keys rest while one has the focus.
    st.button(
        "No duplicate",
        key=f"{review.lead}-tick-{image.id}",
        icon=":material/check_box:" if is_ticked else ":material/check_box_outline_blank:",
        type="tertiary",
        on_click=_ticked(review).symmetric_difference_update,
        args=({image.id},),
    )


def _marks(review: GroupReview, image: ImageRecord, is_suggested: bool) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        if is_suggested:
            st.badge("suggested", icon=":material/lightbulb:", color="blue")
        if image.id in review.protected:
            st.badge("protected", icon=":material/shield:", color="green")
        if image.status is Status.EXCLUDED:
            st.badge("excluded", icon=":material/do_not_disturb_on:", color="orange")


def _facts(image: ImageRecord) -> dict[str, str]:
    facts = key_facts(image)
    del facts["Status"]
    return {"Name": name_of(image) if image.identity else "no name", **facts}


def _ticked(review: GroupReview) -> set[int]:
    """Return the images of a group that a person is about to call no duplicates."""
    ticked: set[int] = st.session_state.setdefault(f"{review.lead}-ticked", set())
    return ticked


def _pages(review: GroupReview) -> None:
    n_pages = -(-len(review.members) // N_CARDS)
    if n_pages > 1:
        last = review.offset + len(review.cards)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Images {review.offset + 1:,} to {last:,} of {len(review.members):,}")
            st.pagination(n_pages, key=_PAGE, max_visible_pages=5)


def _show_group(lead: int | None) -> None:
    """Make Duplicates show the group of an image, from its first page."""
    st.session_state[_PAGE] = 1
    if lead is None:
        st.query_params.pop("group", None)
    else:
        st.query_params["group"] = str(lead)


def _keep(session: Session, review: GroupReview, keeper: int) -> None:
    kept = groups.keep_one(session, review.ids, keeper, actor=actor())
    rest = f" {count(kept.n_protected, 'protected one')} stay too." if kept.n_protected else ""
    resources.notify(f"Kept one, excluded {kept.n_excluded:,}.{rest}", icon=":material/done:")
    _show_group(review.next_lead)


def _keep_all(session: Session, review: GroupReview) -> None:
    groups.keep_all(session, review.ids, actor=actor())
    resources.notify(f"Kept all {len(review.ids):,}.", icon=":material/done:")
    _show_group(review.next_lead)


def _part(session: Session, review: GroupReview, strangers: Sequence[int]) -> None:
    """Take images out of a group; what is left of it stays on the screen."""
    n_pairs = groups.refute(session, review.ids, strangers, actor=actor())
    resources.notify(f"{count(n_pairs, 'pair')}: not a duplicate.", icon=":material/link_off:")
    _ticked(review).clear()
    left = [i for i in review.ids if i not in strangers]
    _show_group(min(left) if len(left) > 1 else review.next_lead)


def _undo(session: Session) -> None:
    """Take the last act of verdicts back, whole, and bring its group forward."""
    _show_group(pairs.get_pair(session, tidying.undo(session)).left.id)
