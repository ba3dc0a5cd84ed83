"""Identities: who is on which images, and where names and faces disagree."""

import streamlit as st

from dashboard import identities_view, people_view, resources, way_back

st.title("Identities", anchor=False)
way_back.open_asked_image()
person = st.query_params.get("person")
view = None if person else identities_view.pick_view()

# Load
with resources.session() as session:
    if person:
        shown = people_view.load_person(session, person)
    elif view == people_view.PEOPLE:
        listed = people_view.load_people(session, people_view.search())
    else:
        review = identities_view.load_review(session)

# Show
if person:
    # Act
    people_view.show_person(shown)
elif view == people_view.PEOPLE:
    people_view.show_people(listed)
else:
    identities_view.show_jobs(review)
    identities_view.show_suggestions(review)
