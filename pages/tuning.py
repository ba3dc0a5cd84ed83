"""Tuning: search good settings by random trials on cached features."""

import streamlit as st

from dashboard import choices, job_view, resources, training_form, tuning_view
from db import runs, versions

# Load
with resources.session() as session:
    frozen = versions.list_versions(session)
    studies = {number: (job_id, version) for number, job_id, version in runs.list_studies(session)}
current = job_view.find_current(job_view.list_jobs("tune"))
live_job = current.id if current and current.is_active else None

# Show
st.title("Tuning", anchor=False)
st.caption(
    "Heads drawn at random are trained on the training split and measured on validation. The "
    "features are computed once, so a trial takes seconds."
)
if not frozen:
    choices.invite("A search needs a frozen dataset version.", "dataset", "Freeze one")
    st.stop()
if current:
    job_view.follow(current.id)
if live_job:
    tuning_view.follow_trials(live_job)

# Act
with (
    st.expander("New search", icon=":material/add:", expanded=not studies, key="new-search"),
    st.form("tune", border=False),
):
    source = training_form.source_fields(frozen, "tune")
    params = tuning_view.space_fields()
    if st.form_submit_button("Search", type="primary", icon=":material/search:", key="tune-start"):
        tuning_view.start_search(source, params)

# Show
if not studies:
    st.stop()
study_id = choices.pick_number(
    "study",
    "Study",
    list(studies),
    describe=lambda number: f"Study {number} on version {studies[number][1]}",
)
if live_job is None or live_job != studies[study_id][0]:
    tuning_view.show_trials(study_id)
