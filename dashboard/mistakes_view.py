"""Mistakes: the images behind a figure."""

import streamlit as st

from core.types import Run, Split


def show(run: Run, split: Split) -> None:
    """Draw the part of Evaluate."""
    st.info(f"{run.id} {split}")
