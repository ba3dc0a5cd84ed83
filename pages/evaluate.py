"""Evaluate: how a detector does on images it has not seen, and which ones it gets wrong."""

import streamlit as st

from dashboard import charts, choices, evaluation, gallery, resources
from dashboard import evaluation_view as view
from dashboard.threshold import threshold_slider
from db import runs

# Load
choices.open_asked_image()
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

# Load
with resources.session() as session:
    saved = runs.thresholds(session, run.id)
data = evaluation.scored(run, split)

# Show
if not data.scores.size:
    view.offer_scoring(run)
    st.stop()
figures = evaluation.summary(run, split)
initial = evaluation.initial_threshold(run, saved)
value = view.threshold_in_url(initial)
counts = evaluation.counts_at(figures, value)
view.show_figures(data, figures, split)

# Act
threshold_slider(
    value,
    figures.counts,
    figures.histogram,
    key=f"threshold-{run.id}-{split}",
    on_change=view.remember_threshold,
)
view.show_origin(value, initial)

# Show
matrix, rates = st.columns(2, gap="medium")
with matrix:
    st.subheader("Confusion matrix", anchor=False)
    view.show_matrix(counts)
with rates:
    st.subheader("Rates at this threshold", anchor=False)
    view.show_rates(counts)
    view.save_fields(run, split, value)
view.show_history(saved)
st.subheader("Images", anchor=False)
for cell in gallery.choose_cells():
    gallery.show_cell(data, value, cell, counts[charts.CELLS.index(cell)])
