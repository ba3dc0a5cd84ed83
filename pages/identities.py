"""Identities: who is on which images, and where names and faces disagree."""

import streamlit as st

from dashboard import choices, identities_view, resources

st.title("Identities", anchor=False)
choices.open_asked_image()
person = st.query_params.get("person")
view = None if person else identities_view.pick_view()

# Load
with resources.session() as session:
    if person:
        shown = identities_view.load_person(session, person)
    elif view == identities_view.PEOPLE:
        listed = identities_view.load_people(session, identities_view.search())
    else:
        review = identities_view.load_review(session)

# Show
if person:
    # Act
    identities_view.show_person(shown)
elif view == identities_view.PEOPLE:
    identities_view.show_people(listed)
else:
    identities_view.show_jobs(review)
    identities_view.show_suggestions(review)
