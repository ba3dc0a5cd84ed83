"""Dataset: freeze numbered versions with a split, compare them, and go back to one."""

import streamlit as st

from core.review.verdicts import HARD_EXAMPLE
from dashboard import charts, choices, dataset_view, diff_view, job_view, resources, widgets
from dashboard.auth import actor
from db import overview, restoring, tags, versions

# Load
with resources.session() as session:
    counts = overview.counts(session)
    frozen = versions.list_versions(session)
    sources = versions.sources(session)
    n_hard = tags.list_tags(session).get(HARD_EXAMPLE, 0)
    can_undo = restoring.can_undo(session, actor=actor())
freezing = job_view.find_current(job_view.list_jobs("freeze"))

# Show
st.title("Dataset", anchor=False)
st.caption(
    "A version is frozen: its images, labels and split never change, so that every figure of a "
    "detector can be walked back to the images behind it."
)
st.subheader("Next version", anchor=False)
if not counts["images"]:
    choices.invite("There are no images yet.", "import_files", "Import images")
    st.stop()
dataset_view.show_next(counts)

# Act
is_ready = bool(counts["next_genuine"] and counts["next_fake"])
dataset_view.freeze_form(sources, is_ready=is_ready, n_hard=n_hard)
if freezing:
    job_view.follow(freezing.id)

# Show
st.subheader("Versions", anchor=False)
if not frozen:
    st.info("No version is frozen yet. The first one takes the images counted above.")
diff_view.offer_undo(can_undo)
for version in frozen:
    with st.container(border=True, key=f"version-{version.number}"):
        facts, chart = st.columns([1, 1])
        with facts:
            dataset_view.show_facts(version)
        chart.plotly_chart(
            charts.draw_splits(charts.split_values(version)),
            key=f"splits-{version.number}",
            config=widgets.CALM,
            alt=dataset_view.describe_split(version),
        )
        dataset_view.show_shortcut(version)
        diff_view.offer_restore(version)
if len(frozen) > 1:
    st.subheader("What changed", anchor=False)
    diff_view.show_diff(frozen)
dataset_view.explain_split()
