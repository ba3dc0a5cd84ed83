"""Export: write a frozen version out for other tools, and find what was written."""

import streamlit as st

from core.curation.exports.base import Copies
from core.curation.exports.registry import EXPORTS
from dashboard import choices, export_view, job_view, resources
from db import versions

st.title("Export", anchor=False)
st.caption(
    "A frozen version as a folder that other tools read, with labels, identities, splits and "
    "checksums. Verity imports every one of them back without loss."
)

# Load
with resources.session() as session:
    frozen = {version.number: version for version in versions.list_versions(session)}
if not frozen:
    choices.invite("There is no frozen version to export yet.", "dataset", "Freeze a version")
    st.stop()
exporting = job_view.find_current(job_view.list_jobs("export"))

# Show
left, middle, right = st.columns([2, 3, 2])
with left:
    number = choices.pick_number(
        "version", "Version", list(frozen), lambda n: export_view.describe_version(frozen[n])
    )
with middle:
    name = st.selectbox(
        "Format",
        list(EXPORTS),
        format_func=export_view.describe_format,
        key="format",
        bind="query-params",
    )
    export_view.explain_format(name)
with right:
    copies = Copies(
        st.radio(
            "Images",
            [copies.value for copies in Copies],
            format_func=export_view.describe_copies,
            key="export-copies",
            horizontal=True,
        )
    )

# Act
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button("Export", type="primary", icon=":material/ios_share:", key="export-start"):
        export_view.start_export(number, name, copies)
    export_view.show_estimate(frozen[number], copies)
if exporting:
    job_view.follow(exporting.id)

# Show
st.subheader("Exports", anchor=False)
done = export_view.list_finished()
if not done:
    st.info("Nothing is exported yet. Finished exports stand here, with how to load them.")
for export in done:
    export_view.show_finished(export)
