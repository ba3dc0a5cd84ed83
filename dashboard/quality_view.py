"""Quality: one check at a time, its histogram, the line that a person draws, and what it flags."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.images.quality import CHECKS, Check
from core.types import ImageRecord
from dashboard import charts, choices, resources, widgets
from dashboard.auth import actor
from dashboard.grid import image_grid
from dashboard.text import count
from db import checks, images, tags
from db.catalogue import Sort
from db.images import ImageFilter, Range

N_SHOWN = 24
N_BINS = 60
_TAIL = 0.005
_STEPS = 200


@dataclass(frozen=True)
class Measured:
    """One check over all images.

    Attributes:
        values: The known figures, in no order.
        n_unknown: Images of which the check cannot tell, or that were not measured yet.
    """

    name: str
    check: Check
    values: NDArray[np.float32]
    n_unknown: int
    threshold: float


def pick_check() -> str:
    """Draw the checks to choose from; the URL holds the choice."""
    return str(
        st.pills(
            "Check",
            list(CHECKS),
            default=next(iter(CHECKS)),
            required=True,
            key="check",
            bind="query-params",
            format_func=lambda name: CHECKS[name].title,
            label_visibility="collapsed",
        )
    )


def load(session: Session, name: str) -> Measured | None:
    """Read one check's figures; None before any image was measured."""
    catalogue = resources.catalogue()
    n_images = catalogue.count(session, ImageFilter())
    if name not in catalogue.measures(session):
        return None
    values = catalogue.values(session, name, ImageFilter())
    threshold = checks.thresholds(session).get(name, CHECKS[name].threshold)
    return Measured(name, CHECKS[name], values, n_images - len(values), threshold)


def flagged(measured: Measured, threshold: float) -> ImageFilter:
    """Return the filter that finds what lies on the bad side of the line."""
    is_low = measured.check.bad_when == "below"
    line = float(np.nextafter(np.float32(threshold), np.float32(-np.inf if is_low else np.inf)))
    limits = Range(measured.name, high=line) if is_low else Range(measured.name, low=line)
    return ImageFilter(ranges=(limits,))


def find_flagged(
    session: Session, measured: Measured, threshold: float
) -> tuple[list[ImageRecord], int]:
    """Return the worst flagged images, and how many are flagged in all."""
    sort = Sort(measured.name, is_descending=measured.check.bad_when == "above")
    wanted = flagged(measured, threshold)
    ids, n = resources.catalogue().find(session, wanted, sort, limit=N_SHOWN)
    return images.get_images(session, ids), n


def draw_line(measured: Measured) -> float:
    """Draw the explanation, the histogram and the line to be dragged; return where it is."""
    check = measured.check
    st.markdown(f"{check.explanation} Flagged when {check.bad_when} the line.")
    low, high = _limits(measured)
    line = st.slider(
        f"Line ({check.unit})" if check.unit else "Line",
        low,
        high,
        min(max(measured.threshold, low), high),
        (high - low) / _STEPS,
        key=f"line-{measured.name}",
    )
    figure = draw_histogram(measured, line, low, high)
    alt = f"Histogram of {check.title}; the line stands at {line:.3g}"
    st.plotly_chart(figure, key=f"histogram-{measured.name}", config=widgets.CALM, alt=alt)
    if measured.n_unknown:
        st.caption(f"{count(measured.n_unknown, 'image')} without this figure.")
    return float(line)


def _limits(measured: Measured) -> tuple[float, float]:
    """Leave the longest tails out of sight, but never the line."""
    low, high = np.quantile(measured.values, [0.0, 1 - _TAIL])
    low, high = min(float(low), measured.threshold), max(float(high), measured.threshold)
    return low, high if high > low else low + 1


def draw_histogram(measured: Measured, line: float, low: float, high: float) -> go.Figure:
    """Draw how often each figure occurs; flagged bars stand out."""
    counts, edges = np.histogram(np.clip(measured.values, low, high), N_BINS, (low, high))
    middles = (edges[:-1] + edges[1:]) / 2
    is_bad = [measured.check.is_bad(float(middle), line) for middle in middles]
    bars = go.Bar(
        x=middles,
        y=counts,
        width=edges[1] - edges[0],
        marker_color=[charts.COSTLY if bad else charts.ACCENT for bad in is_bad],
        hovertemplate="%{x:.3g}: %{y:,} images<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.add_vline(x=line, line={"color": charts.NEUTRAL, "width": 2, "dash": "dot"})
    figure.update_layout(
        height=220,
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        bargap=0.05,
        xaxis_title=measured.check.unit or None,
        yaxis_title="images",
    )
    return figure


def acts(measured: Measured, line: float, n_flagged: int) -> None:
    """Draw what can be done with the line and with what it flags."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{count(n_flagged, 'image')} flagged**", width="content")
        st.button(
            "Keep this line",
            key="keep-line",
            icon=":material/bookmark:",
            help="For everybody, from now on",
            disabled=line == measured.threshold,
            on_click=resources.act,
            args=(_keep_line, measured.name, line),
        )
        st.button(
            f"Tag as {measured.check.title.lower()}",
            key="tag-flagged",
            icon=":material/sell:",
            disabled=not n_flagged,
            on_click=resources.act,
            args=(_tag, measured, line),
        )
        st.button(
            "Undo tag",
            key="undo-tag",
            icon=":material/undo:",
            type="tertiary",
            on_click=resources.act,
            args=(_undo_tag,),
        )


def show_flagged(found: Sequence[ImageRecord], n_flagged: int) -> None:
    """Draw the worst flagged images; each opens in Browse."""
    if not found:
        st.info("Nothing is flagged at this line.", icon=":material/check_circle:")
        return
    st.caption(f"The worst {len(found)} of {n_flagged:,}" if n_flagged > len(found) else "All")
    checksums = {image.id: image.checksum for image in found}
    image_grid(
        [widgets.image_cell(image) for image in found],
        key="flagged",
        label="Flagged images",
        on_open=lambda image_id: choices.remember_image(checksums[image_id]),
        selectable=False,
    )


def _keep_line(session: Session, name: str, line: float) -> None:
    checks.set_threshold(session, name, line, actor=actor())
    resources.notify("The line is kept for everybody.", icon=":material/bookmark:")


def _tag(session: Session, measured: Measured, line: float) -> None:
    ids, _ = resources.catalogue().find(session, flagged(measured, line))
    n = tags.add_tag(session, ids, measured.check.title.lower(), actor=actor())
    resources.notify(f"{count(n, 'image')} tagged.", icon=":material/sell:")


def _undo_tag(session: Session) -> None:
    n = tags.undo_tag(session, actor=actor())
    resources.notify(f"Taken back on {count(n, 'image')}.", icon=":material/undo:")
