"""Labels: where a detector and a label disagree, one image at a time."""

import streamlit as st

from dashboard import choices, labels_look, labels_view, resources, way_back
from db import runs

st.title("Labels", anchor=False)
way_back.open_asked_image()

# Load
with resources.session() as session:
    trained = runs.list_runs(session)
    review = labels_view.load_review(session, choices.number_in_url("suggestion"))

# Show
if not trained:
    choices.invite("Labels are judged by a trained detector's scores.", "train", "Train one")
    st.stop()
labels_look.follow_look()
if review.look:
    labels_look.show_worth(review.look)

# Act
if review.current:
    row = labels_view.progress_row(review)
    with row.popover("Look again", icon=":material/search:"):
        labels_look.look_form(trained, is_first=False)
    labels_view.show_suggestion(review, review.current)
    labels_view.show_ahead(review.ahead)
elif review.look:
    labels_view.progress_row(review)
    labels_look.look_form(trained, is_first=False)
    labels_view.nothing_open()
else:
    labels_look.look_form(trained, is_first=True)
