"""Slices: on which images a detector does worse than on the whole, and whether that is chance."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.evaluation.slices import MIN_GROUPS, MIN_IMAGES, Measure, Slice, furthest_first
from core.types import Run, Split
from dashboard import choices, doors, slice_charts, slicing, widgets
from dashboard.slice_words import ORDER, value_of
from dashboard.text import count
from dashboard.text import threshold as shown_threshold
from dashboard.threshold_view import current

N_SHOWN = 20
_ROWS, _TABLE = "slice-rows", "slice-table"
_ANY, _MORE = "any", "more"
_FACE_SIZE = "face_size"
_COUNTED = {
    Measure.FPR: "genuine images",
    Measure.MISS: "fakes",
    Measure.AUC: "images of both labels",
}
_METHOD = (
    "Each slice is compared with all other images. Images of one person count for less the more "
    "alike the calls on them are (Rao and Scott, 1992), and the p-values of all slices are "
    "corrected together (Benjamini and Hochberg): of those called beyond chance about 1 in 20 is "
    f"chance. With fewer than {MIN_IMAGES} images of the label, or an AUC of fewer than "
    f"{MIN_GROUPS} people, nothing is said. What is known of "
    "the images is as of today; the labels are those of the frozen version."
)


def show(run: Run, split: Split) -> None:
    """Draw how far each slice lies from the whole, the furthest beyond chance first."""
    threshold = current(run).value
    found = slicing.slices(run, split, threshold)
    with st.container(horizontal=True, vertical_alignment="center"):
        measure = Measure(choices.pick_word("measure", "Measure", list(Measure), _measure_title))
        kind = choices.pick_option("kind", "Slices by", _kinds(found), _kind_title)
    whole = slicing.whole(run, split, threshold)[measure]
    of_kind = [each for each in found if kind in (_ANY, each.kind)]
    ranked = furthest_first(of_kind, measure)
    if whole is None or not ranked:
        _nothing(measure, kind, split, is_counted=whole is not None)
        return
    _summary(ranked, measure, whole, threshold)
    shown = ranked[: choices.number_in_url(_MORE) or N_SHOWN]
    _chart(shown, measure, whole)
    _show_more(len(shown), len(ranked))
    _table(ranked, measure)
    if _FACE_SIZE not in {each.kind for each in found}:
        st.caption(
            "Faces are not measured yet: with them, size and sharpness of the face are here."
        )
        choices.link("faces", "Measure faces", icon=":material/face:")


def _measure_title(name: str) -> str:
    return slicing.MEASURES[Measure(name)]


def _kinds(found: Sequence[Slice]) -> list[str]:
    held = {each.kind for each in found}
    return [_ANY, *(kind for kind in slicing.KINDS if kind in held)]


def _kind_title(kind: str) -> str:
    return "All kinds of slices" if kind == _ANY else slicing.KINDS[kind]


def _nothing(measure: Measure, kind: str, split: Split, *, is_counted: bool) -> None:
    title, needed = slicing.MEASURES[measure], _COUNTED[measure]
    if not is_counted:
        why = f"the {split} split does not hold {needed}, so there is no {title}."
    elif kind != _ANY:
        why = f"in slices by {_kind_title(kind)} no {needed} differ. Choose other slices."
    else:
        why = f"nothing is known in which {needed} differ. Measure faces, or tag images."
    st.info(f"Nothing to compare: {why}", icon=":material/info:")
    if is_counted and kind == _ANY:
        choices.link("faces", "Measure faces", icon=":material/face:")


def _summary(ranked: Sequence[Slice], measure: Measure, whole: float, threshold: float) -> None:
    """Say in words how many stand out, and what the marks mean."""
    n_beyond = sum(each.figures[measure].is_beyond_chance for each in ranked)
    n_few = sum(each.figures[measure].is_too_few for each in ranked)
    verb = "stands" if n_beyond == 1 else "stand"
    words = f"**{n_beyond:,} of {count(len(ranked), 'slice')}** {verb} out beyond chance"
    few = f"; too few images to say: {n_few:,} (hollow)" if n_few else ""
    at = "" if measure is Measure.AUC else f" at threshold {shown_threshold(threshold)}"
    st.markdown(
        f"{words}{few}. The dashed line is the whole: {value_of(measure, whole)}{at}.", help=_METHOD
    )
    st.caption(f"In order: {ORDER}.")


def _chart(shown: Sequence[Slice], measure: Measure, whole: float) -> None:
    names = [slicing.title_of(each.key) for each in shown]
    st.plotly_chart(
        slice_charts.draw_slices(shown, names, measure, whole),
        key=_ROWS,
        config=widgets.CALM,
        on_select=_open_slice,
        selection_mode="points",
        alt=f"{slicing.MEASURES[measure]} of {count(len(shown), 'slice')} with intervals; the "
        "table below says the same",
    )
    st.caption("Dots with 95 % intervals. Click a row to list its images.")


def _open_slice() -> None:
    if key := doors.clicked(_ROWS):
        doors.open_images(slice=key)


def _show_more(n_shown: int, n_all: int) -> None:
    if n_shown < n_all:
        st.button(
            f"Show {min(N_SHOWN, n_all - n_shown):,} more",
            key="more-slices",
            icon=":material/expand_more:",
            on_click=_raise,
            args=(n_shown + N_SHOWN,),
        )


def _raise(n: int) -> None:
    st.query_params[_MORE] = str(n)


def _table(ranked: Sequence[Slice], measure: Measure) -> None:
    """Draw the same in words and numbers, with ways to the images and to a file."""
    import pandas as pd

    with st.expander("As a table", icon=":material/table:"):
        frame = pd.DataFrame([row_of(each, measure) for each in ranked])
        st.dataframe(
            frame,
            key=_TABLE,
            hide_index=True,
            on_select=partial(_open_row, [each.key for each in ranked]),
            selection_mode="single-row",
            column_config={"p before correction": st.column_config.NumberColumn(format="%.2g")},
        )
        st.caption("Choose a row to list its images.")
        st.download_button(
            "Download as CSV",
            frame.to_csv(index=False).encode(),
            file_name="slices.csv",
            mime="text/csv",
            icon=":material/download:",
            key="slices-csv",
        )


def _open_row(keys: Sequence[str]) -> None:
    for row in st.session_state[_TABLE]["selection"]["rows"][:1]:
        doors.open_images(slice=keys[row])


def row_of(each: Slice, measure: Measure) -> dict[str, object]:
    """Return a slice as a row of the table."""
    figure = each.figures[measure]
    low, high = figure.interval or (None, None)
    return {
        "Slices by": slicing.KINDS[each.kind],
        "Slice": each.name,
        slicing.MEASURES[measure]: figure.value,
        "95 % from": low,
        "95 % to": high,
        "Difference": figure.difference,
        "p before correction": figure.p_value,
        "Finding": slice_charts.told(each, measure),
        "Genuine": each.n_genuine,
        "Fake": each.n_fake,
    }
