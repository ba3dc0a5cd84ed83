"""Groups of duplicates: what the screen shows of one, and what a person does with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from sqlalchemy.orm import Session

from core.curation.clusters import clusters
from core.curation.keepers import by_preference
from core.types import ImageRecord, Location, Split
from dashboard import resources, tidying
from dashboard.auth import actor
from dashboard.text import count
from db import groups, images, pairs
from db.groups import GroupPair
from db.protected import protected_among

N_CARDS = 9
PAGE_KEY = "group-page"


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
    return (min(st.session_state.get(PAGE_KEY) or 1, n_pages) - 1) * N_CARDS


def ticked(review: GroupReview) -> set[int]:
    """Return the images of a group that a person is about to call no duplicates."""
    ticked: set[int] = st.session_state.setdefault(f"{review.lead}-ticked", set())
    return ticked


def show_group(lead: int | None) -> None:
    """Make Duplicates show the group of an image, from its first page."""
    st.session_state[PAGE_KEY] = 1
    if lead is None:
        st.query_params.pop("group", None)
    else:
        st.query_params["group"] = str(lead)


def keep(session: Session, review: GroupReview, keeper: int) -> None:
    """Keep one image of the group and go on to the next."""
    kept = groups.keep_one(session, review.ids, keeper, actor=actor())
    rest = f" {count(kept.n_protected, 'protected one')} stay too." if kept.n_protected else ""
    resources.notify(f"Kept one, excluded {kept.n_excluded:,}.{rest}", icon=":material/done:")
    resources.afterwards(show_group, review.next_lead)


def keep_all(session: Session, review: GroupReview) -> None:
    """Keep the whole group and go on to the next."""
    groups.keep_all(session, review.ids, actor=actor())
    resources.notify(f"Kept all {len(review.ids):,}.", icon=":material/done:")
    resources.afterwards(show_group, review.next_lead)


def refute(session: Session, review: GroupReview, strangers: Sequence[int]) -> None:
    """Take images out of a group; what is left of it stays on the screen."""
    n_pairs = groups.refute(session, review.ids, strangers, actor=actor())
    resources.notify(f"{count(n_pairs, 'pair')}: not a duplicate.", icon=":material/link_off:")
    left = [i for i in review.ids if i not in strangers]
    resources.afterwards(_go_on, review, min(left) if len(left) > 1 else review.next_lead)


def _go_on(review: GroupReview, lead: int | None) -> None:
    ticked(review).clear()
    show_group(lead)


def undo(session: Session) -> None:
    """Take the last act of verdicts back, whole, and bring its group forward."""
    resources.afterwards(show_group, pairs.get_pair(session, tidying.undo(session)).left.id)
