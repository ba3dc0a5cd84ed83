"""Declaring a component: its markup, its style and its scripts from the files of its folder."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_SHARED = Path(__file__).with_name("shared.js")


def component(folder: Path, *scripts: str) -> ComponentRenderer:
    """Declare the component of a folder; its files are named after it.

    Args:
        folder: With NAME.html, NAME.css and NAME.js.
        scripts: Names of the scripts where there are several: one module, in which each uses those
            before it. What all components share comes first.
    """
    name = folder.name
    files = [_SHARED, *(folder / f"{script}.js" for script in scripts or (name,))]
    return st.components.v2.component(
        f"verity_{name}",
        html=(folder / f"{name}.html").read_text("utf-8"),
        css=(folder / f"{name}.css").read_text("utf-8"),
        js="\n".join(file.read_text("utf-8") for file in files),
    )
