"""Quality: what is blurred, dark, small or strongly compressed, and where to draw the line."""

import streamlit as st

from dashboard import choices, quality_view, resources

choices.open_asked_image()
st.title("Quality", anchor=False)
name = quality_view.pick_check()

# Load
with resources.session() as session:
    measured = quality_view.load(session, name)

# Show
if measured is None or not len(measured.values):
    choices.invite("No image has this figure yet.", "import_files", "Import images")
    st.stop()
line = quality_view.draw_line(measured)
with resources.session() as session:
    found, n_flagged = quality_view.find_flagged(session, measured, line)

# Act
quality_view.acts(measured, line, n_flagged)
quality_view.show_flagged(found, n_flagged)
