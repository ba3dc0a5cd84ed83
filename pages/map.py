"""Map: all faces as points, those that are alike side by side; what a lasso holds."""

import streamlit as st

from dashboard import map_view, resources, selection, way_back

way_back.open_asked_image()
selection.open_asked_browse()
st.title("Map", anchor=False)

# Load
with resources.session() as session:
    face_map = map_view.load(session)

# Show
map_view.show_jobs(face_map)
if not len(face_map.ids):
    map_view.nothing_drawn(face_map)
    st.stop()
with resources.session() as session:
    colours = map_view.pick_colours(session, face_map)
chart, picked = st.columns([3, 2], gap="medium")
with chart:
    selected = map_view.show_map(face_map, colours)

# Act
with picked:
    map_view.show_selected(selected)
