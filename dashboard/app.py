"""The ASGI app that `streamlit run` serves."""

from pathlib import Path

import streamlit as st

app = st.App(Path(__file__).with_name("main.py"))
