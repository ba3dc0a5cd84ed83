"""Small pieces that several screens draw: badges, facts, grid cells of images."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import plotly.graph_objects as go
import streamlit as st

from core.errors import VerityError
from core.types import ImageRecord, Status
from dashboard.charts import ACCENT
from dashboard.grid import Badge, Cell, image_grid, thumbnail
from dashboard.text import count, plain, size

CHECKSUM_SHOWN = 12
CALM = {"displayModeBar": False}
"""Plotly without its tools, for charts that are only read."""


def name_of(image: ImageRecord) -> str:
    """Return what a person would call an image: whom it shows, or how its checksum begins."""
    return image.identity or image.checksum[:CHECKSUM_SHOWN]


def status_badge(image: ImageRecord) -> None:
    """Draw that an image is left out of the next version, and why."""
    if image.status is Status.EXCLUDED:
        reason = f": {plain(image.status_reason)}" if image.status_reason else ""
        st.badge(f"Excluded{reason}", icon=":material/do_not_disturb_on:", color="orange")


@contextmanager
def complaining() -> Iterator[None]:
    """Turn our own errors into a message in the place of what could not be drawn."""
    try:
        yield
    except VerityError as error:
        st.error(plain(str(error)), icon=":material/error:")


def facts(rows: Mapping[str, str]) -> None:
    """Draw names and values as a plain table; values are text, never Markdown."""
    shown = {name: plain(value) for name, value in rows.items()}
    st.table(shown, border="horizontal", hide_header=True)


def key_facts(image: ImageRecord) -> dict[str, str]:
    """Return what tells two copies of a photograph apart."""
    return {
        "Size": f"{image.width_px} x {image.height_px} px",
        "Format": image.format,
        "File": size(image.size_bytes),
        "Label": image.label.value,
        "Status": image.status.value,
    }


def image_cell(image: ImageRecord) -> Cell:
    """Return an image as a cell of the grid."""
    badges = [Badge(image.label.value, image.label.value)]
    if image.status is Status.EXCLUDED:
        badges.append(Badge("excluded", "warning"))
    return Cell(
        id=image.id,
        images=(thumbnail(image.checksum),),
        title=name_of(image),
        alt=name_of(image),
        badges=tuple(badges),
        dimmed=image.status is Status.EXCLUDED,
    )


def image_strip(title: str, images: Sequence[ImageRecord], *, key: str) -> None:
    """Draw a row of thumbnails that open in Browse, under a title; nothing if there are none."""
    if not images:
        return
    checksums = {image.id: image.checksum for image in images}
    st.markdown(f"**{title}** · {count(len(images), 'image')}")
    image_grid(
        [image_cell(image) for image in images],
        key=key,
        label=title,
        on_open=lambda image_id: show_image(checksums[image_id]),
        selectable=False,
        strip=True,
    )


def show_image(checksum: str) -> None:
    """Make Browse show one image."""
    st.query_params["image"] = checksum


def empty(message: str, page: str, label: str, icon: str) -> None:
    """Draw an empty state: what to do next, and the way there."""
    with st.container(border=True, horizontal_alignment="center", key=f"empty-{page}"):
        st.space("small")
        st.markdown(message, width=560, text_alignment="center")
        if st.button(label, key=f"go-{page}", icon=icon, type="primary"):
            st.switch_page(page)
        st.space("small")


def bars(figures: Mapping[str, int], colour: str = ACCENT) -> go.Figure:
    """Draw numbers as horizontal bars from zero, the first on top, each with its number."""
    bar = go.Bar(
        x=list(figures.values()),
        y=list(figures),
        orientation="h",
        text=[f"{n:,}" for n in figures.values()],
        textposition="outside",
        cliponaxis=False,
        marker={"color": colour, "cornerradius": 4},
        hovertemplate="%{y}: %{x:,}<extra></extra>",
    )
    figure = go.Figure(bar)
    figure.update_layout(
        height=36 * len(figures) + 10,
        margin={"l": 0, "r": 50, "t": 0, "b": 0},
        font_size=14,
        xaxis={"visible": False, "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "ticksuffix": "   ", "tickfont": {"size": 14}},
        bargap=0.45,
    )
    return figure
