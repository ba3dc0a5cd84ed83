"""Faces: images without a face, with several or a small one, and what people corrected."""

import streamlit as st

from dashboard import browsing, faces_view, resources, way_back

way_back.open_asked_image()
st.title("Faces", anchor=False)

# Load
with resources.session() as session:
    triage = faces_view.load(session)
    kind = faces_view.pick_kind(triage)
    faces_view.explain(kind, triage)
    tools = st.container(horizontal=True, vertical_alignment="center")
    with tools:
        offset = browsing.pager(triage.counts[kind])
    found = faces_view.find(session, kind, triage.line_px, offset)

# Show
if triage.n_images:
    # Act
    with tools:
        faces_view.acts(kind, found.images)
if found.images:
    faces_view.show_grid(found)
else:
    faces_view.nothing(kind, triage)
