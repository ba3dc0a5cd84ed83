"""Similar: the images most like one, in order, with a limit to move."""

import streamlit as st

from dashboard import choices, resources, selection, similar, way_back

way_back.open_asked_image()
selection.open_asked_browse()
st.title("Similar images", anchor=False)
checksum = st.query_params.get("image")
if not checksum:
    choices.invite("Open an image to look for others like it.", "browse", "Browse images")
    st.stop()

# Load
with resources.session() as session:
    asked = similar.find_asked(session, checksum)

# Show
if asked:
    within = similar.headline(asked)

    # Act
    similar.show_similar(within)
