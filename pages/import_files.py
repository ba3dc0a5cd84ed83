"""Import: take in a folder or an upload, and see what became of every file."""

import streamlit as st

from dashboard import import_view, resources
from dashboard.job_view import find_job, follow, list_jobs
from db import imports

N_PAST = 10

st.title("Import", anchor=False)

# Load
job_id = st.query_params.get("job")
job = find_job(job_id) if job_id else None
past = list_jobs("import")[:N_PAST]
with resources.session() as session:
    rule = imports.find_rule(session)

# Show
if job:
    follow(job.id)
    import_view.show_figures(job.id, job.is_active)

# Act
import_view.source_form(rule)
if past:
    import_view.past_imports(past)
