"""The parts of Story: what is told, the slides, and the files to hand around."""

from functools import partial

import streamlit as st

from core.errors import NotFound
from core.types import ChecksumSha256, Run
from dashboard import choices, resources
from dashboard.grid import thumbnail
from dashboard.story import present
from dashboard.story_chapters import Chapter, tell
from dashboard.story_facts import gather
from dashboard.story_types import Facts
from dashboard.story_words import percent
from db import provenance

_PREVALENCES = ("0.001", "0.01", "0.1", "0.5")


def choose_prevalence() -> float | None:
    """Draw the choice of how many of the images in use are fake, which stands in the URL."""
    chosen = st.segmented_control(
        "Fakes among the images in use",
        _PREVALENCES,
        format_func=lambda share: percent(float(share)),
        key="prevalence",
        bind="query-params",
        help="Test images are half fakes or so; in use fakes are rarer, and then more of the "
        "images that are called fake are genuine. Without a choice: what the threshold was chosen "
        "for, else 1 %.",
    )
    return float(chosen) if chosen else None


def facts_of(run: Run, prevalence: float | None) -> Facts:
    """Return what is told of a run, gathered anew where anything changed."""
    with resources.session() as session:
        changed = provenance.last_change(session)
    return _facts(run.id, prevalence, str(run.finished_at), changed)


@st.cache_data(show_spinner="Gathering the figures ...", max_entries=16)
def _facts(
    run_id: int, prevalence: float | None, finished: str, changed: tuple[int, int, int, int]
) -> Facts:
    with resources.session() as session:
        return gather(session, run_id, prevalence)


def show_slides(facts: Facts) -> None:
    """Draw the slides; the one that is shown stands in the URL."""
    chapters = tell(facts)
    present(
        chapters,
        _sources(chapters),
        place=choices.number_in_url("slide") or 1,
        key=f"story-{facts.run.id}-{facts.prevalence}",
        on_turn=_remember,
    )


def _remember(slide: int) -> None:
    st.query_params["slide"] = str(slide)


def _sources(chapters: tuple[Chapter, ...]) -> dict[ChecksumSha256, str]:
    return {
        picture.checksum: thumbnail(picture.checksum)
        for chapter in chapters
        for picture in chapter.pictures
    }
