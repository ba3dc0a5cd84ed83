"""Evaluate: how a detector does on images it has not seen, and which ones it gets wrong."""

import streamlit as st

from dashboard import (
    choices,
    compare_runs_view,
    evaluation,
    figures_view,
    mistakes_view,
    resources,
    selection,
    slices_view,
    threshold_view,
    way_back,
)
from dashboard import evaluation_view as view
from db import runs

PARTS = {
    "figures": figures_view.show,
    "threshold": threshold_view.show,
    "mistakes": mistakes_view.show,
    "slices": slices_view.show,
    "compare": compare_runs_view.show,
}

# Load
way_back.open_asked_image(back="evaluate")
selection.open_asked_browse()
with resources.session() as session:
    trained = runs.list_runs(session)

# Show
st.title("Evaluate", anchor=False)
if not trained:
    choices.invite("No detector has been trained yet.", "train", "Train one")
    st.stop()
with st.container(horizontal=True, vertical_alignment="bottom"):
    run = view.choose_run(trained)
    split = view.choose_split()
view.show_run(run)
if not evaluation.scored(run, split).scores.size:
    view.offer_scoring(run)
    st.stop()
part = view.choose_part(list(PARTS))
PARTS[part](run, split)
