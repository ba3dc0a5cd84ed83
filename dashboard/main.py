"""The pages, in groups: a new page is one file and one line here."""

from contextlib import suppress
from copy import copy
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from dashboard import auth, people_bar, resources

PAGES = Path(__file__).resolve().parent.parent / "pages"
MARK = """<rect x="1" y="2" width="28" height="28" rx="8" fill="#3f82c2"/>
<path d="M8 15.5l5.2 6L22.5 10" fill="none" stroke="#fff" stroke-width="3.2"
stroke-linecap="round" stroke-linejoin="round"/>"""
NAME = """<text x="39" y="23" font-family="system-ui, sans-serif" font-size="21"
font-weight="600" fill="#3f82c2">Verity</text>"""


def svg(width: int, content: str) -> str:
    """Return a drawing 32 high."""
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="32"
viewBox="0 0 {width} 32"><title>Verity</title>{content}</svg>"""


def declare(
    file: str, title: str, icon: str, *, default: bool = False, is_listed: bool = True
) -> st.Page:
    """Declare one page; its address is its title. One that is not listed opens by links only."""
    return st.Page(
        PAGES / file,
        title=title,
        icon=f":material/{icon}:",
        url_path=title.lower().replace(" ", "-"),
        default=default,
        visibility="visible" if is_listed else "hidden",
    )


@st.cache_resource(show_spinner=False)
def declared() -> dict[str, list[st.Page]]:
    """Declare the pages once a process: each looks its file up, together a fifth of a run."""
    return {
        "": [declare("overview.py", "Overview", "home", default=True)],
        "Curate": [
            declare("import_files.py", "Import", "upload"),
            declare("browse.py", "Browse", "grid_view"),
            declare("duplicates.py", "Duplicates", "compare"),
            declare("quality.py", "Quality", "speed"),
            declare("faces.py", "Faces", "face"),
            declare("identities.py", "Identities", "groups"),
            declare("labels.py", "Labels", "label"),
            declare("map.py", "Map", "scatter_plot"),
            declare("similar.py", "Similar", "image_search", is_listed=False),
            declare("dataset.py", "Dataset", "inventory_2"),
            declare("export.py", "Export", "ios_share"),
        ],
        "Detect": [
            declare("generate.py", "Generate", "auto_fix_high"),
            declare("train.py", "Train", "model_training"),
            declare("tuning.py", "Tuning", "tune"),
            declare("evaluate.py", "Evaluate", "fact_check"),
            declare("try_it.py", "Try it", "add_a_photo"),
            declare("review.py", "Review", "rate_review"),
            declare("story.py", "Story", "slideshow"),
        ],
        "System": [declare("jobs.py", "Jobs", "list_alt")],
    }


def run(page: st.Page) -> None:
    """Run a page to its end, also where it stops early.

    Streamlit forgets the polling parts of the run before only where the script was not stopped. A
    browser that asks for one of them once more would have it drawn where its place is gone, which
    ends in a blank window.
    """
    with suppress(StopException):
        page.run()


st.set_page_config(page_title="Verity", page_icon=svg(30, MARK), layout="wide")
st.logo(svg(128, MARK + NAME), size="large")
page = st.navigation(
    {group: [copy(each) for each in pages] for group, pages in declared().items()},
    expanded=True,
    position="hidden" if auth.must_sign_in() else "sidebar",
)
resources.show_messages()
if auth.must_sign_in():
    people_bar.sign_in()
else:
    with resources.turn():
        people_bar.show()
        run(page)
