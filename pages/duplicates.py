"""Duplicates: decide which of two look-alike images to keep."""

import streamlit as st

from dashboard import comparing, resources
from dashboard.widgets import empty

st.title("Duplicates", anchor=False)

# Load
with resources.session() as session:
    review = comparing.load_review(session, st.query_params.get("pair"))

# Show
if review.n_pairs:
    comparing.progress(review)
if review.pair:
    # Act
    comparing.verdict_buttons(review, review.pair)
    comparing.show_pair(review, review.pair)
    comparing.show_ahead(review)
elif review.n_pairs:
    empty(
        "Every pair is decided.",
        "../pages/dataset.py",
        "Freeze the next dataset version",
        ":material/inventory_2:",
    )
else:
    empty(
        "No look-alike images were found. Every import looks for them.",
        "../pages/import_files.py",
        "Import images",
        ":material/upload:",
    )
