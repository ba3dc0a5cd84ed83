"""The parts of Story: what is told, the slides, and the files to hand around."""

from functools import partial

import streamlit as st

from core.types import ChecksumSha256, Run
from dashboard import choices, resources
from dashboard.grid import thumbnail
from dashboard.report.files import pictures_of, write
from dashboard.story import present
from dashboard.story_chapter import Chapter
from dashboard.story_chapters import tell
from dashboard.story_facts import assumed_prevalence, gather
from dashboard.story_types import Facts
from dashboard.story_words import percent
from db import provenance, thresholds

_PREVALENCES = (0.001, 0.01, 0.1, 0.5)
_PREVALENCE = "prevalence"


def choose_prevalence(run: Run) -> float:
    """Draw the choice of how many of the images in use are fake, which stands in the URL.

    Without one it is what the run's threshold was chosen for.
    """
    with resources.session() as session:
        assumed = assumed_prevalence(thresholds.in_force(session, run.id))
    options = {f"{share:g}": share for share in sorted({*_PREVALENCES, assumed})}
    asked = st.query_params.get(_PREVALENCE)
    st.session_state[_PREVALENCE] = asked if asked in options else f"{assumed:g}"
    st.segmented_control(
        "Fakes among the images in use",
        list(options),
        required=True,
        format_func=lambda name: percent(options[name]),
        key=_PREVALENCE,
        on_change=_remember_prevalence,
        help="About half of the test images are fakes. In use they are rarer, and the rarer they "
        "are, the more of the images that are called fake are genuine.",
    )
    return options[str(st.session_state[_PREVALENCE])]


def _remember_prevalence() -> None:
    st.query_params[_PREVALENCE] = st.session_state[_PREVALENCE]


def facts_of(run: Run, prevalence: float) -> Facts:
    """Return what is told of a run, gathered anew where anything changed."""
    with resources.session() as session:
        changed = provenance.last_change(session)
    return _facts(run.id, prevalence, str(run.finished_at), changed)


@st.cache_data(show_spinner="Gathering the figures ...", max_entries=16)
def _facts(run_id: int, prevalence: float, finished: str, changed: tuple[int, ...]) -> Facts:
    with resources.session() as session:
        return gather(session, resources.catalogue(), run_id, prevalence)


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


def offer_files(facts: Facts) -> None:
    """Draw the buttons that write the same story into a file, when they are pressed."""
    st.subheader("To hand around", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        is_open = st.toggle(
            "With photographs",
            key="story-pictures",
            help="Files travel further than this page, and most of those on the photographs were "
            "never asked. Without them a file shows nobody.",
        )
        for kind, (words, mime) in _FILES.items():
            st.download_button(
                words,
                data=partial(_file, facts, kind, is_open),
                file_name=f"verity-run-{facts.run.id}.{kind}",
                mime=mime,
                key=f"story-{kind}",
                icon=":material/download:",
                on_click="ignore",
            )


_FILES = {
    "html": ("HTML report", "text/html"),
    "pdf": ("PDF report", "application/pdf"),
    "json": ("Model card as JSON", "application/json"),
}


def _file(facts: Facts, kind: str, with_pictures: bool) -> bytes:
    """Write a file; outside of the page's run, so nothing of the page is at hand."""
    return write(facts, kind, pictures_of(facts, resources.store()) if with_pictures else {})


def _remember(slide: int) -> None:
    st.query_params["slide"] = str(slide)


def _sources(chapters: tuple[Chapter, ...]) -> dict[ChecksumSha256, str]:
    return {
        picture.checksum: thumbnail(picture.checksum)
        for chapter in chapters
        for picture in chapter.pictures
    }
