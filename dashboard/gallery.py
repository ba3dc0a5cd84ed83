"""The images behind a confusion matrix, cell by cell."""

import streamlit as st

from core.types import ImageRecord
from dashboard import choices, widgets
from dashboard.evaluation import images_in_cell
from dashboard.grid import Badge, Cell, image_grid, thumbnail
from dashboard.scores import Scored
from dashboard.text import count

PAGE_SIZE = 24
MISTAKES = "mistakes"
CELL_TITLES = {
    "genuine-called-fake": "Genuine called fake",
    "fakes-missed": "Missed fakes",
    "genuine-passed": "Genuine passed",
    "fakes-caught": "Fakes caught",
}


def choose_cells() -> list[str]:
    """Draw the choice of what the gallery shows, which stands in the URL."""
    chosen = st.segmented_control(
        "Images",
        [MISTAKES, *CELL_TITLES],
        default=MISTAKES,
        required=True,
        format_func=lambda name: CELL_TITLES.get(name, "All mistakes"),
        key="cell",
        bind="query-params",
        label_visibility="collapsed",
    )
    return list(CELL_TITLES)[:2] if chosen == MISTAKES else [str(chosen)]


def show_cell(data: Scored, threshold: float, cell: str, n_images: int) -> None:
    """Draw the images of one cell, mistakes worst first, page by page."""
    st.markdown(f"**{CELL_TITLES[cell]}** · {count(n_images, 'image')} · {_ORDERS[cell]}")
    if not n_images:
        st.caption("None at this threshold.")
        return
    page = _page(cell, n_images)
    shown = images_in_cell(data, threshold, cell, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
    image_grid(
        [_scored_cell(image, score, cell) for image, score in shown],
        key=f"gallery-{cell}",
        label=CELL_TITLES[cell],
        on_open=choices.opener(image for image, _ in shown),
        selectable=False,
    )


_ORDERS = {
    "genuine-called-fake": "highest score first",
    "fakes-missed": "lowest score first",
    "genuine-passed": "highest score first",
    "fakes-caught": "lowest score first",
}


def _page(cell: str, n_images: int) -> int:
    """Draw the pages where there are several, and return the chosen one, from 0."""
    n_pages = -(-n_images // PAGE_SIZE)
    if n_pages == 1:
        return 0
    page = st.pagination(n_pages, key=f"page-{cell}", max_visible_pages=5)
    return min(page, n_pages) - 1  # there may be fewer pages than before the threshold moved


def _scored_cell(image: ImageRecord, score: float, cell: str) -> Cell:
    frozen = "fake" if cell.startswith("fake") else "genuine"
    badges = [Badge(f"score {score:.3f}"), Badge(frozen, frozen)]
    if image.label != frozen:
        badges.append(Badge(f"now {image.label}", "warning"))
    name = widgets.name_of(image)
    return Cell(
        id=image.id,
        images=(thumbnail(image.checksum),),
        title=name,
        alt=f"{name}, {frozen}, score {score:.3f}",
        badges=tuple(badges),
    )
