"""Story: what a detector does, where it fails and who decided, told to those who must know."""

import streamlit as st

from core.types import Split
from dashboard import choices, evaluation, evaluation_view, resources
from dashboard import story_view as view
from db import runs

# Load
with resources.session() as session:
    trained = runs.list_runs(session)

# Show
st.title("Story", anchor=False)
if not trained:
    choices.invite("No detector has been trained yet.", "train", "Train one")
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom"):
    run = evaluation_view.choose_run(trained)
    prevalence = view.choose_prevalence(run)

if not evaluation.scored(run, Split.TEST).scores.size:
    evaluation_view.offer_scoring(run)
    st.stop()

# Load
facts = view.facts_of(run, prevalence)

# Show
view.show_slides(facts)
view.offer_files(facts)
