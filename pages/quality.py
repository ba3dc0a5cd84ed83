"""Quality: what is weak in an image or odd in a face, and where to draw the line."""

import streamlit as st

from dashboard import quality_checks, quality_view, resources, way_back

way_back.open_asked_image()
st.title("Quality", anchor=False)

# Load
with resources.session() as session:
    standing = quality_checks.load_standing(session)
    name = quality_view.pick_check(standing)
    measured = quality_checks.load(session, name)

# Show
quality_view.show_waiting(name, standing)
if not len(measured.values):
    quality_view.nothing_measured(name, standing)
    st.stop()
line = quality_view.draw_line(measured)
with resources.session() as session:
    found = quality_checks.worst(session, measured, line, quality_view.n_shown(measured))

# Act
quality_view.acts(measured, line)
quality_view.show_flagged(found, measured, line)
