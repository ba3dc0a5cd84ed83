"""A near-duplicate pair on the screen: both pictures, how they differ, and what that means."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.types import DuplicatePair, ImageRecord, Label, Location, Split, Verdict
from dashboard import pictures, widgets
from dashboard.compare import Pane, compare, data_uri
from dashboard.text import plain
from dashboard.widgets import key_facts, name_of

SIDE_BY_SIDE, BLINK, DIFFERENCE = "Side by side", "Blink", "Difference"


def show_pair(
    pair: DuplicatePair,
    left_places: Sequence[Location],
    right_places: Sequence[Location],
    splits: Mapping[int, Split],
) -> None:
    """Draw a pair: what the machine says of it, both pictures, and what tells them apart."""
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "View",
            [SIDE_BY_SIDE, BLINK, DIFFERENCE],
            default=SIDE_BY_SIDE,
            required=True,
            key="view",
            label_visibility="collapsed",
            persist_state="page",
        )
        _headline(pair, splits)
    pictures_side, facts_side = st.columns([7, 4], gap="medium")
    with pictures_side, widgets.complaining():
        if view == DIFFERENCE:
            _difference(pair)
        else:
            _both(pair, left_places, right_places, is_blinking=view == BLINK)
    with facts_side:
        _facts(pair)


def _headline(pair: DuplicatePair, splits: Mapping[int, Split]) -> None:
    st.badge(f"{pair.distance_bits} of 64 bits apart", color="gray")
    st.badge(f"similarity {pair.similarity:.2f}", color="gray")
    if pair.is_mirrored:
        st.badge("mirrored", icon=":material/flip:", color="gray")
    show_crossings(crossings_of(pair, splits))


def show_crossings(found: Sequence[str]) -> None:
    """Draw a warning for each way in which copies differ that one photograph could not."""
    for difference in found:
        st.badge(f"Different {difference}", icon=":material/warning:", color="orange")


def crossings_of(pair: DuplicatePair, splits: Mapping[int, Split]) -> list[str]:
    """Return the crossings of a pair, unless a person said that it is none."""
    if pair.verdict is Verdict.NOT_DUPLICATE:
        return []
    return crossings([pair.left, pair.right], splits)


def crossings(images: Sequence[ImageRecord], splits: Mapping[int, Split]) -> list[str]:
    """Return in what copies differ that one photograph could not, and what comes of it."""
    labels = sorted({image.label for image in images} - {Label.UNKNOWN}, reverse=True)
    identities = {image.identity for image in images} - {None}
    stand = [splits[image.id] for image in images if image.id in splits]
    found = []
    if len(labels) > 1:
        found.append(f"labels ({' and '.join(labels)}): leakage if split apart")
    if len(identities) > 1:
        found.append("identities: leakage if split apart")
    if len(set(stand)) > 1:
        names = " and ".join(split for split in Split if split in stand)
        found.append(f"splits ({names}): leakage in the newest version")
    return found


def _both(
    pair: DuplicatePair,
    left_places: Sequence[Location],
    right_places: Sequence[Location],
    *,
    is_blinking: bool,
) -> None:
    """Draw both originals at one width; a mirrored copy is flipped to lie on the other."""
    left = _pane("Left", pair.left, left_places)
    right = _pane("Right", pair.right, right_places, flipped=pair.is_mirrored)
    compare([left, right], name=str(pair.id), key="compare", blink=is_blinking)


def _pane(
    side: str, image: ImageRecord, places: Sequence[Location], *, flipped: bool = False
) -> Pane:
    shown = pictures.original(image)
    mime = "image/jpeg" if shown.note else f"image/{image.format.lower()}"
    title = f"{side} · {name_of(image)}"
    notes = (describe_places(places), shown.note or "")
    return Pane(
        data_uri(shown.data, mime),
        title,
        f"{side}: {name_of(image)}",
        tuple(filter(None, notes)),
        flipped,
    )


def _difference(pair: DuplicatePair) -> None:
    found = pictures.difference_of(pair.left.checksum, pair.right.checksum, pair.is_mirrored)
    alt = "Where the two images differ; bright is more"
    pane = Pane(data_uri(found.data, "image/png"), "", alt)
    compare([pane], name=f"{pair.id} difference", key="compare")
    flipped = " after flipping the right one" if pair.is_mirrored else ""
    st.caption(
        f"Difference of the normalised copies{flipped}, {pictures.DIFFERENCE_GAIN} times "
        f"amplified; {found.mean_levels:.1f} of 255 levels on average."
    )


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


def describe_places(places: Sequence[Location]) -> str:
    """Return where an image was found: two places, and how many more."""
    shown = [f"{place.storage}/{place.key}" for place in places[:2]]
    more = [f"and {len(places) - 2} more"] if len(places) > 2 else []
    return ", ".join([*shown, *more]) or "nowhere: it was made here"
