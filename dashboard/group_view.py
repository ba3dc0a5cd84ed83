"""Duplicates, group by group: all copies of one photograph on one screen."""

from collections.abc import Mapping

import streamlit as st

from core.curation.keepers import GroupSuggestion, suggest_of_group
from core.types import ImageRecord, Status
from dashboard import grouping, pair_view, pictures, resources, tidying, widgets
from dashboard.grouping import N_CARDS, PAGE_KEY, GroupReview, ticked
from dashboard.text import count, plain
from dashboard.widgets import key_facts, name_of

_FEWEST, _COLUMNS = 3, 5


def show_groups(review: GroupReview) -> None:
    """Draw one group: what it is, what to do with it, and all its copies."""
    tidying.bar(review.n_decided, review.n_pending, grouping.undo)
    if not review.leads:
        tidying.nothing_left(review.n_decided)
        return
    suggestion = suggest_of_group(review.members, review.protected)
    _headline(review)
    _acts(review, suggestion)
    _cards(review, suggestion.keeper)
    _pages(review)


def _headline(review: GroupReview) -> None:
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
                on_click=grouping.show_group,
                args=(review.leads[(review.at + step) % len(review.leads)],),
            )
        st.markdown(f"**Group {review.at + 1:,} of {len(review.leads):,}**", width="content")
        st.badge(count(len(review.members), "image"), color="gray")
        distances = sorted({pair.distance_bits for pair in review.waiting})
        apart = " to ".join(str(bits) for bits in dict.fromkeys([*distances[:1], *distances[-1:]]))
        st.badge(f"{apart} of 64 bits apart", color="gray")
        if any(pair.is_mirrored for pair in review.waiting):
            st.badge("some mirrored", icon=":material/flip:", color="gray")
        pair_view.show_crossings(pair_view.crossings(review.members, review.splits))


def _acts(review: GroupReview, suggestion: GroupSuggestion) -> None:
    """Draw the suggestion and what can be done with the whole group."""
    accept: tuple[object, ...]
    if suggestion.keeper is None:
        which, accept = "all", (grouping.keep_all, review)
    else:
        which = f"image {review.ids.index(suggestion.keeper) + 1}"
        accept = (grouping.keep, review, suggestion.keeper)
    st.caption(f":material/lightbulb: Keep {which}: {suggestion.reason}")
    strangers = [i for i in review.ids if i in ticked(review)]
    first, second, third = st.columns(3)
    first.button(
        "Accept suggestion",
        key=f"{review.lead}-accept",
        icon=":material/done_all:",
        type="primary",
        shortcut="Enter",
        width="stretch",
        disabled=bool(strangers),
        on_click=resources.act,
        args=accept,
    )
    second.button(
        "Keep all",
        key=f"{review.lead}-keep-all",
        icon=":material/join_inner:",
        shortcut="B",
        width="stretch",
        on_click=resources.act,
        args=(grouping.keep_all, review),
    )
    third.button(
        count(len(strangers), "ticked is no duplicate", "ticked are no duplicates")
        if strangers
        else "None are duplicates",
        key=f"{review.lead}-part",
        icon=":material/link_off:",
        shortcut="N",
        width="stretch",
        on_click=resources.act,
        args=(grouping.refute, review, strangers or review.ids),
    )


def _cards(review: GroupReview, suggested: int | None) -> None:
    """Draw the shown copies; what differs from the first of the group is bold."""
    model = _facts(review.members[0])
    n_columns = min(max(len(review.cards), _FEWEST), _COLUMNS)
    columns = st.columns(n_columns) + st.columns(n_columns)
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
    with widgets.complaining():
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
        args=(grouping.keep, review, image.id),
    )
    is_ticked = image.id in ticked(review)
    # Not a checkbox: a page's keys rest while one has the focus.
    st.button(
        "No duplicate",
        key=f"{review.lead}-tick-{image.id}",
        icon=":material/check_box:" if is_ticked else ":material/check_box_outline_blank:",
        type="tertiary",
        on_click=ticked(review).symmetric_difference_update,
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


def _pages(review: GroupReview) -> None:
    n_pages = -(-len(review.members) // N_CARDS)
    if n_pages > 1:
        last = review.offset + len(review.cards)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Images {review.offset + 1:,} to {last:,} of {len(review.members):,}")
            st.pagination(n_pages, key=PAGE_KEY, max_visible_pages=5)
