"""Import's screen: what to import, what became of it, and earlier imports."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import plotly.graph_objects as go
import streamlit as st
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.types import Label, NormaliseRule, Outcome
from dashboard import importing, resources
from dashboard.charts import NEUTRAL
from dashboard.importing import Wishes
from dashboard.job_view import badge
from dashboard.jobs.client import Job
from dashboard.text import count, moment, plain
from dashboard.widgets import CALM, bars
from db import imports

FOLDER, UPLOAD = "Folder on this machine", "Upload"
FOLDERS, MANIFEST = "Folder names", "manifest.csv"
EXTENSIONS = ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "gif", "csv", "zip"]
_RULES = {
    NormaliseRule.CROP: "Crop around the face",
    NormaliseRule.LETTERBOX: "Fit in whole, grey margins",
}
_SHOWN_REJECTED = 200
_MAX_UPLOAD_MB = 500


@dataclass(frozen=True)
class Figures:
    """What became of an import's files.

    Attributes:
        outcomes: Files new, known, rejected and waiting, which add up to the files seen.
        reasons: Rejected files by reason.
        rejected: (file, reason, sentence), the first 200.
    """

    outcomes: dict[str, int]
    reasons: dict[str, int]
    rejected: Sequence[tuple[str, str, str]]

    @property
    def n_files(self) -> int:
        """Files seen."""
        return sum(self.outcomes.values())


def load_figures(session: Session, job_id: str) -> Figures:
    """Load what became of an import's files so far."""
    return Figures(
        imports.outcomes(session, job_id),
        imports.reasons(session, job_id),
        imports.rejected_files(session, job_id, _SHOWN_REJECTED),
    )


def show_figures(job_id: str, is_active: bool) -> None:
    """Draw what became of an import's files, kept current while it runs."""
    st.fragment(_figures, run_every="2s" if is_active else None)(job_id, is_active)


def _figures(job_id: str, is_active: bool) -> None:
    with resources.session() as session:
        figures = load_figures(session, job_id)
    if not is_active:  # until then the job tells its counts
        _totals(figures)
    if figures.rejected:
        _rejected(figures)


def _totals(figures: Figures) -> None:
    with st.container(horizontal=True):
        st.metric("Files seen", figures.n_files, format="localized", border=True)
        for outcome in Outcome:
            name = outcome.value.capitalize()
            st.metric(name, figures.outcomes[outcome], format="localized", border=True)
        if figures.outcomes["waiting"]:
            st.metric("Waiting", figures.outcomes["waiting"], format="localized", border=True)


def _rejected(figures: Figures) -> None:
    st.markdown(f"**Rejected files** · {count(figures.outcomes[Outcome.REJECTED], 'file')}")
    st.plotly_chart(draw_reasons(figures.reasons), key="reasons", config=CALM, width=520)
    st.dataframe(
        [
            {"File": key, "Reason": in_words(reason), "What to know": detail}
            for key, reason, detail in figures.rejected
        ],
        hide_index=True,
        key="rejected",
    )


def draw_reasons(reasons: dict[str, int]) -> go.Figure:
    """Draw how many files were rejected for each reason, most frequent on top."""
    return bars({in_words(reason): n for reason, n in reasons.items()}, NEUTRAL)


def in_words(reason: str) -> str:
    """Return a reason as people write it: "not-an-image" is "Not an image"."""
    return reason.replace("-", " ").capitalize()


def source_form(rule: NormaliseRule | None) -> None:
    """Draw what to import and the button that starts it.

    Args:
        rule: The one that the first import chose; None before it.
    """
    with st.container(border=True):
        source = st.segmented_control(
            "Where the files are", [FOLDER, UPLOAD], default=FOLDER, required=True, key="source"
        )
        is_upload = source == UPLOAD
        _upload() if is_upload else _folder()
        _wishes(rule)
        st.button(
            "Import",
            key="start-import",
            type="primary",
            icon=":material/upload:",
            on_click=_start,
            args=(is_upload, rule),
        )


def _folder() -> None:
    path = st.text_input("Folder", key="folder", placeholder="/photographs/by-person")
    if not path:
        st.caption("The folder's subfolders are the people: by-person/Ada_Lovelace/1.jpg.")
        return
    try:
        found = importing.preview(path)
    except InvalidInput as error:
        st.warning(plain(str(error)), icon=":material/folder_off:")
        return
    more = "More than " if found.is_cut_off else ""
    first = f": {plain(', '.join(found.first))} ..." if found.first else ""
    st.caption(f"{more}{count(found.n_files, 'file')}{first}")


def _upload() -> None:
    st.file_uploader(
        "Files, or one zip",
        key=_uploads_key(),
        type=EXTENSIONS,
        accept_multiple_files=True,
        max_upload_size=_MAX_UPLOAD_MB,
    )


def _wishes(rule: NormaliseRule | None) -> None:
    names, label, fit = st.columns(3)
    from_manifest = names.radio("Names of people from", [FOLDERS, MANIFEST], key="names")
    label.radio(
        "What the files are",
        list(Label),
        index=list(Label).index(Label.UNKNOWN),
        format_func=str.capitalize,
        key="claimed",
        disabled=from_manifest == MANIFEST,
        help="With a manifest, its column label says so.",
    )
    fit.radio(
        "How images become 480 x 320",
        list(NormaliseRule),
        index=list(NormaliseRule).index(rule or NormaliseRule.CROP),
        format_func=lambda choice: _RULES[choice],
        key="rule",
        disabled=rule is not None,
        help="The first import fixes it for all images.",
    )


def _start(is_upload: bool, rule: NormaliseRule | None) -> None:
    state = st.session_state
    wishes = Wishes(
        with_manifest=state["names"] == MANIFEST, label=state["claimed"], rule=rule or state["rule"]
    )
    if is_upload:
        begin = partial(importing.start_uploads, state[_uploads_key()])
    else:
        begin = partial(importing.start_folder, state["folder"])
    job_id = resources.start(begin, wishes)
    if job_id:
        st.query_params["job"] = job_id
        state["n-uploads"] = state.get("n-uploads", 0) + 1


def _uploads_key() -> str:
    """Return the uploader's key: another after each import, so that it is empty again."""
    return f"uploads-{st.session_state.get('n-uploads', 0)}"


def past_imports(jobs: Sequence[Job]) -> None:
    """Draw earlier imports with their figures; each opens."""
    st.subheader("Past imports", anchor=False)
    with resources.session() as session:
        outcomes = {job.id: imports.outcomes(session, job.id) for job in jobs}
    for job in jobs:
        _past_import(job, outcomes[job.id])


def _past_import(job: Job, outcomes: dict[str, int]) -> None:
    told = [f"{outcomes[outcome]:,} {outcome}" for outcome in Outcome]
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        badge(job)
        st.markdown(f"**{plain(str(job.arguments['storage']))}**", width="content")
        st.caption(f"{moment(job.created_at)} · {plain(job.author)}", width="content")
        st.space("stretch")
        seen = count(sum(outcomes.values()), "file")
        st.markdown(f"{seen} seen: {', '.join(told)}", width="content")
        st.button("Open", key=f"open-{job.id}", on_click=_open, args=(job.id,))


def _open(job_id: str) -> None:
    st.query_params["job"] = job_id
