"""Train: start a training on a frozen version, watch its curves, and compare runs."""

import streamlit as st

from dashboard import choices, job_view, resources, training_form, training_view
from db import runs, versions

# Load
with resources.session() as session:
    frozen = versions.list_versions(session)
    trained = runs.list_runs(session)
    run = choices.chosen(trained, "run")
    epochs = runs.epochs(session, run.id) if run else []
jobs = job_view.list_jobs("train", "evaluate")
is_open = not trained or "fill" in st.query_params
current = job_view.find_current(jobs)
live_job = current.id if current and current.is_active else None

# Show
st.title("Train", anchor=False)
st.caption(
    "A frozen VGG16 trunk turns every image into features once; a small head is trained on them."
)
if not frozen:
    choices.invite("A training needs a frozen dataset version.", "dataset", "Freeze one")
    st.stop()
if current:
    job_view.follow(current.id)
if live_job:
    training_view.follow_curves(live_job)

# Act
with (
    st.expander("New training", key="new-training", icon=":material/add:", expanded=is_open),
    st.form("train", border=False),
):
    source = training_form.source_fields(frozen, "train")
    params = training_form.param_fields()
    if st.form_submit_button(
        "Train", type="primary", icon=":material/play_arrow:", key="train-start"
    ):
        training_view.start_training(source, params)

# Show
if run is None:
    st.stop()
st.subheader("Runs", anchor=False)
training_view.say_missing(run)
training_view.runs_table(trained, jobs)
training_view.show_run(run)
if epochs and (live_job is None or live_job != run.job_id):
    training_view.show_curves(epochs, key=str(run.id))
training_view.show_origin(run)
