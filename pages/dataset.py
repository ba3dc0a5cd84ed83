"""Dataset: freeze what is labelled into a numbered version with a split, and look at versions."""

import streamlit as st

from dashboard import charts, choices, dataset_view, job_view, resources, widgets
from db import overview, versions

# Load
with resources.session() as session:
    counts = overview.counts(session)
    frozen = versions.list_versions(session)
    sources = versions.sources(session)
freezing = job_view.find_current(job_view.list_jobs("freeze"))

# Show
st.title("Dataset", anchor=False)
st.caption(
    "A version is frozen: its images, labels and split never change, so that every figure of a "
    "detector can be walked back to the images behind it."
)
st.subheader("Next version", anchor=False)
if not counts["images"]:
    choices.invite("There are no images yet.", "import_files", "Import images")
    st.stop()
dataset_view.show_next(counts)

# Act
with st.form("freeze", border=False):
    share, seed, button = st.columns([2, 1, 1], vertical_alignment="bottom")
    test_percent = share.slider("Test share, per cent", 10, 60, 30, 5, key="freeze-test-percent")
    chosen_seed = seed.number_input(
        "Seed", 0, 2**31 - 1, 0, key="freeze-seed", help="Another seed, another draw."
    )
    chosen_sources = st.multiselect(
        "Sources",
        sources,
        key="freeze-sources",
        placeholder="All, or choose some",
        help="Where images were imported from; fakes follow the photographs they were made of.",
    )
    if button.form_submit_button(
        "Freeze",
        type="primary",
        icon=":material/lock:",
        key="freeze-start",
        width="stretch",
        disabled=not (counts["next_genuine"] and counts["next_fake"]),
    ):
        dataset_view.start_freeze(test_percent, chosen_seed, chosen_sources)
if freezing:
    job_view.follow(freezing.id)

# Show
st.subheader("Versions", anchor=False)
if not frozen:
    st.info("No version is frozen yet. The first one takes the images counted above.")
for version in frozen:
    with st.container(border=True, key=f"version-{version.number}"):
        facts, chart = st.columns([1, 1])
        with facts:
            dataset_view.show_facts(version)
        chart.plotly_chart(
            charts.draw_splits(charts.split_values(version)),
            key=f"splits-{version.number}",
            config=widgets.CALM,
            alt=dataset_view.describe_split(version),
        )
dataset_view.explain_split()
