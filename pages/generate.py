"""Generate: make fakes from the genuine images, with their parents on record."""

import streamlit as st

from core.types import Label
from dashboard import choices, generation_view, job_view, jobs_view, resources
from db import overview

# Load
with resources.session() as session:
    n_genuine = overview.counts(session)[Label.GENUINE]
jobs = job_view.list_jobs("generate")
job = choices.chosen(jobs, "job")

# Show
st.title("Generate", anchor=False)
st.caption(
    "Fakes made here are labelled fake, know the photographs they were made from, and never stand "
    "on another side of a split than those."
)
if not n_genuine:
    choices.invite(
        "Fakes are made from genuine photographs, and there are none yet.",
        "import_files",
        "Import images",
    )
    st.stop()
if job and job.is_active:
    generation_view.show_job(job)
name = generation_view.choose_generator()

# Act
with st.form("generate"):
    params = generation_view.param_fields(name)
    limit, seed, button = st.columns([1, 1, 1], vertical_alignment="bottom")
    n_parents = limit.number_input(
        "Photographs to start from",
        1,
        n_genuine,
        min(n_genuine, 100),
        key="generate-limit",
        help=f"Of {n_genuine:,} genuine images; at most one fake is made of each.",
    )
    chosen_seed = seed.number_input(
        "Seed", 0, 2**31 - 1, 0, key="generate-seed", help="Equal seeds give equal fakes."
    )
    if button.form_submit_button(
        "Make fakes",
        type="primary",
        icon=":material/auto_fix_high:",
        key="generate-start",
        width="stretch",
    ):
        generation_view.start_generation(name, params, chosen_seed, n_parents)

# Show
if job is None:
    st.stop()
if not job.is_active:
    generation_view.show_job(job)
st.subheader("Past generations", anchor=False)
jobs_view.table(jobs, key="generations")
