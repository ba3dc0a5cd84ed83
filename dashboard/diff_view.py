"""Comparing two dataset versions, and going back to one."""

from collections.abc import Sequence

import streamlit as st
from sqlalchemy.orm import Session

from core.curation.versions import Diff, diff
from core.types import DatasetItem, DatasetVersion
from dashboard import choices, resources, way_back, widgets
from dashboard.auth import actor
from dashboard.grid import Badge, Cell, image_grid, thumbnail
from dashboard.settings import settings
from dashboard.text import count
from db import restoring, versions

_SHOWN = 24
Change = tuple[DatasetItem | None, DatasetItem]


@st.cache_data(max_entries=8)  # what a number names never changes
def _compare(home: str, before: int, after: int) -> Diff:
    with resources.session() as session:
        return diff(versions.items(session, before), versions.items(session, after))


def show_diff(frozen: Sequence[DatasetVersion]) -> None:
    """Draw what differs between two versions of which the numbers stand in the URL."""
    way_back.open_asked_image()
    numbers = [version.number for version in frozen]
    left, right = st.columns(2)
    with left:
        before = choices.pick_number("from", "From", numbers, _name, numbers[1], thing="version")
    with right:
        after = choices.pick_number("to", "To", numbers, _name, numbers[0], thing="version")
    found = _compare(str(settings().home), before, after)
    sections = _sections(found)
    if not any(sections.values()):
        st.info(f"Versions {before} and {after} hold the same images, labels, splits and people.")
        return
    figures = {title: len(changes) for title, changes in sections.items()}
    words = ", ".join(f"{title}: {n:,}" for title, n in figures.items())
    st.plotly_chart(widgets.bars(figures), key="diff-bars", config=widgets.CALM, alt=words)
    if found.n_other_tests:
        st.caption(
            f"{count(found.n_other_tests, 'image')} tested on by only one of the two, or under "
            "another label: figures of detectors trained on them cannot be compared."
        )
    for title, changes in sections.items():
        _strip(title, changes)


def _name(number: int) -> str:
    return f"Version {number}"


def _sections(found: Diff) -> dict[str, list[Change]]:
    return {
        "Came": [(None, item) for item in found.came],
        "Went": [(None, item) for item in found.went],
        "Changed label": [*found.changed_label],
        "Changed split": [*found.changed_split],
        "Changed identity": [*found.changed_identity],
    }


def _strip(title: str, changes: Sequence[Change]) -> None:
    if not changes:
        return
    first = f", the first {_SHOWN} shown" if len(changes) > _SHOWN else ""
    st.markdown(f"**{title}** · {count(len(changes), 'image')}{first}")
    shown = changes[:_SHOWN]
    checksums = {item.image_id: item.checksum for _, item in shown}
    image_grid(
        [_cell(title, *change) for change in shown],
        key=f"diff-{title}",
        label=title,
        on_open=lambda image_id: way_back.remember_image(checksums[image_id]),
        selectable=False,
        strip=True,
    )


def _cell(title: str, before: DatasetItem | None, item: DatasetItem) -> Cell:
    name = item.identity or item.checksum[:12]
    what = title.removeprefix("Changed ")
    text = item.label.value
    if before is not None:
        text = f"{getattr(before, what) or 'nobody'} → {getattr(item, what) or 'nobody'}"
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
