"""Slides in the browser: turned by keyboard or mouse, on the page or on the full screen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import streamlit as st

from dashboard.component import component
from dashboard.story_chapter import Chapter

_STORY = component(Path(__file__).parent)
_SHOWN = "story-shown"


def present(
    chapters: Sequence[Chapter],
    sources: Mapping[str, str],
    *,
    place: int,
    key: str,
    on_turn: Callable[[int], None],
) -> None:
    """Draw the slides.

    Args:
        chapters: One slide each.
        sources: Data URIs of the pictures by checksum; a picture without one is left out.
        place: The slide that a show starts with, from 1; later the browser turns them itself.
        key: Stable name; another one than on the last run starts another show.
        on_turn: Told the slide, from 1, a moment after it was turned.
    """
    if st.session_state.get(_SHOWN, ("", 0))[0] != key:
        st.session_state[_SHOWN] = key, place
    opened = st.session_state[_SHOWN][1]
    slides = [
        {
            **asdict(chapter),
            "figures": [{**asdict(each), "is_word": each.is_word} for each in chapter.figures],
            "pictures": [
                {"source": sources[each.checksum], "caption": each.caption}
                for each in chapter.pictures
                if each.checksum in sources
            ],
        }
        for chapter in chapters
    ]

    def turned() -> None:
        shown = place_of(st.session_state[key]["slide"], len(slides))
        if shown:
            on_turn(shown)

    # The same data on every run: what the browser holds is not sent again when a slide is turned.
    _STORY(
        key=key,
        data={"slides": slides, "place": opened - 1, "opened": key},
        on_slide_change=turned,
    )


def place_of(told: object, n_slides: int) -> int | None:
    """Return the slide that the browser tells, from 1, or None for anything that is none."""
    if not isinstance(told, int) or isinstance(told, bool):
        return None
    return told if 1 <= told <= n_slides else None
