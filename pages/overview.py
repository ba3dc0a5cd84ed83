"""Overview: how far the images are, what waits for a person, what is under way."""

import streamlit as st

from dashboard import measuring_view, resources, review_queues_view, summary, widgets
from dashboard.auth import actor
from dashboard.job_view import list_jobs
from db import overview, runs, thresholds, versions

st.title("Overview", anchor=False)

# Load
with resources.session() as session:
    counts = overview.counts(session)
    undecided = thresholds.runs_without_threshold(session)
    proposed = thresholds.pending(session)
    queues = review_queues_view.left_for(session, actor())
    frozen = versions.list_versions(session)
    trained = runs.list_runs(session)
jobs = list_jobs()

# Show
summary.show_running(jobs)
measuring_view.show_outdated(counts["outdated"], is_followed=False)
if counts["files_seen"] or counts["images"]:
    # Act
    st.subheader("Waiting for you", anchor=False)
    summary.show_waiting(summary.waiting(counts, undecided, proposed, queues, actor()))

    way, latest = st.columns([3, 2], gap="large")
    with way:
        st.subheader("From files to the dataset", anchor=False)
        funnel = widgets.bars(summary.funnel_stages(counts))
        st.plotly_chart(funnel, key="funnel", config=widgets.CALM)
        summary.show_holdings(counts)
    with latest:
        st.subheader("Latest", anchor=False)
        summary.show_latest(frozen[0] if frozen else None, trained[0] if trained else None)
else:
    widgets.empty(
        "Verity keeps track of every face image you train deepfake detectors on: "
        "whose it is, whether it is genuine or fake, and what a detector made of it.",
        "../pages/import_files.py",
        "Import your first images",
        ":material/upload:",
    )
