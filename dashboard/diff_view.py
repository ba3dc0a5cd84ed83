"""Comparing two dataset versions, and going back to one."""

from collections.abc import Sequence

import streamlit as st
from sqlalchemy.orm import Session

from core.types import DatasetItem, DatasetVersion
from dashboard import choices, resources, way_back, widgets
from dashboard.auth import actor
from dashboard.grid import Badge, Cell, image_grid, thumbnail
from dashboard.settings import settings
from dashboard.text import count
from db import differences, restoring
from db.differences import CHANGES, Change, Differences

_SHOWN = 24


@st.cache_data(max_entries=8)  # what a number names never changes
def _compare(home: str, before: int, after: int) -> tuple[Differences, dict[str, list[Change]]]:
    """Return what differs, and the first images of each kind."""
    with resources.session() as session:
        found = differences.count_differences(session, before, after)
        return found, {
            kind: differences.list_differences(session, before, after, kind, _SHOWN)
            for kind, n in found.counts.items()
            if n
        }


def show_diff(frozen: Sequence[DatasetVersion]) -> None:
    """Draw what differs between two versions of which the numbers stand in the URL."""
    way_back.open_asked_image()
    numbers = [version.number for version in frozen]
    left, right = st.columns(2)
    with left:
        before = choices.pick_number("from", "From", numbers, _name, numbers[1], thing="version")
    with right:
        after = choices.pick_number("to", "To", numbers, _name, numbers[0], thing="version")
    found, first = _compare(str(settings().home), before, after)
    if not first:
        st.info(f"Versions {before} and {after} hold the same images, labels, splits and people.")
        return
    figures = {_title(kind): n for kind, n in found.counts.items()}
    words = ", ".join(f"{title}: {n:,}" for title, n in figures.items())
    st.plotly_chart(widgets.bars(figures), key="diff-bars", config=widgets.CALM, alt=words)
    if found.n_other_tests:
        st.caption(
            f"{count(found.n_other_tests, 'image')} tested on by only one of the two, or under "
            "another label: figures of detectors trained on them cannot be compared."
        )
    for kind, changes in first.items():
        _strip(kind, changes, found.counts[kind])


def _name(number: int) -> str:
    return f"Version {number}"


def _title(kind: str) -> str:
    return f"Changed {kind}" if kind in CHANGES else kind.capitalize()


def _strip(kind: str, shown: Sequence[Change], n: int) -> None:
    title = _title(kind)
    first = f", the first {_SHOWN} shown" if n > _SHOWN else ""
    st.markdown(f"**{title}** · {count(n, 'image')}{first}")
    checksums = {item.image_id: item.checksum for _, item in shown}
    image_grid(
        [_cell(kind, *change) for change in shown],
        key=f"diff-{title}",
        label=title,
        on_open=lambda image_id: way_back.remember_image(checksums[image_id]),
        selectable=False,
        strip=True,
    )


def _cell(kind: str, before: DatasetItem | None, item: DatasetItem) -> Cell:
    name = item.identity or item.checksum[:12]
    text = item.label.value
    if before is not None:
        text = f"{getattr(before, kind) or 'nobody'} → {getattr(item, kind) or 'nobody'}"
    return Cell(
        id=item.image_id,
        images=(thumbnail(item.checksum),),
        title=name,
        alt=f"{name}, {text}",
        badges=(Badge(text, item.label.value),),
    )


def offer_restore(version: DatasetVersion) -> None:
    """Draw the way back to a version, which asks before it acts."""
    with st.popover("Restore", icon=":material/history:", key=f"restore-{version.number}"):
        st.markdown(
            f"Labels, identities and status become those of version {version.number}. Images that "
            "are not in it, and would be in the next version, are excluded. The versions stay as "
            "they are, and you can undo this."
        )
        st.button(
            f"Restore version {version.number}",
            key=f"restore-now-{version.number}",
            type="primary",
            on_click=resources.act,
            args=(_restore, version.number),
        )


def offer_undo(can_undo: bool) -> None:
    """Draw a button that takes the newest restoring back, where there is one."""
    if can_undo:
        st.button(
            "Undo your last restoring",
            key="restore-undo",
            icon=":material/undo:",
            on_click=resources.act,
            args=(_undo,),
        )


def _restore(session: Session, number: int) -> None:
    n_changed = restoring.restore(session, number, actor=actor())
    said = f"{count(n_changed, 'image')} changed back" if n_changed else "Nothing had changed"
    resources.notify(f"{said}: as in version {number}.", icon=":material/history:")


def _undo(session: Session) -> None:
    n_changed = restoring.undo_restore(session, actor=actor())
    resources.notify(f"Undone for {count(n_changed, 'image')}.", icon=":material/undo:")
