"""Jobs: everything long that was started, how far it is, and what became of it."""

import streamlit as st

from dashboard import choices, job_view, jobs_view

# Load
jobs = job_view.list_jobs()
job_id = st.query_params.get("job", "")

# Show and act
st.title("Jobs", anchor=False)
st.caption(
    "Imports, freezes, fakes, trainings and searches run in workers. They go on when you close "
    "this page, and a killed one is taken up again where it was."
)
if job_id:
    job_view.follow(job_id)
if not jobs:
    choices.invite(
        "Nothing has been started yet. The first job is usually an import.",
        "import_files",
        "Import images",
    )
    st.stop()
jobs_view.show(is_any_active=any(job.is_active for job in jobs))
