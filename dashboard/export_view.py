"""The parts of Export: choosing what to write, and the exports that are whole."""

import io
import zipfile
from functools import partial
from pathlib import Path

import streamlit as st

from core.curation.exports.base import Copies
from core.curation.exports.read import Finished, finished
from core.curation.exports.registry import EXPORTS
from core.errors import InvalidInput
from core.types import DatasetVersion
from dashboard import resources
from dashboard.settings import settings
from dashboard.text import count, plain, size
from db import exports, versions

DOWNLOADED_BYTES = 64_000_000
_SAMPLED = 50
COPIES_TOLD = {
    Copies.ORIGINALS: "Originals",
    Copies.NORMALISED: "480 × 320 copies",
}


def describe_version(version: DatasetVersion) -> str:
    """Name a version in a select box."""
    return f"Version {version.number} · {count(n_images(version), 'image')}"


def n_images(version: DatasetVersion) -> int:
    """Count a version's images."""
    return sum(sum(labels.values()) for labels in version.counts.values())


def describe_format(name: str) -> str:
    """Name a format in a choice."""
    return EXPORTS[name].title


def describe_copies(copies: str) -> str:
    """Name the kind of files in a choice."""
    return COPIES_TOLD[Copies(copies)]


def explain_format(name: str) -> None:
    """Say in a sentence who reads a format."""
    st.caption(EXPORTS[name].about)


def estimate(number: int, copies: Copies) -> int:
    """Return about how many bytes the images of an export take: sampled for the copies."""
    with resources.session() as session:
        if copies is Copies.ORIGINALS:
            return exports.size_of_originals(session, number)
        items = versions.items(session, number)
    paths = [resources.store().path("normalised", item.checksum) for item in items[:_SAMPLED]]
    sizes = [path.stat().st_size for path in paths if path.is_file()]
    return sum(sizes) * len(items) // max(len(sizes), 1)


def show_estimate(version: DatasetVersion, copies: Copies) -> None:
    """Say how large the export will be."""
    n_bytes = estimate(version.number, copies)
    images = count(n_images(version), "image")
    st.caption(f"{images}, about {size(n_bytes)}, into a folder of this machine.")


def start_export(version: int, name: str, copies: Copies) -> None:
    """Start an export, and draw the page anew to follow it."""
    resources.start(resources.jobs().export, version, name, copies)
    st.rerun()


def list_finished() -> list[Finished]:
    """Return the whole exports of this home; a message for one that cannot be read."""
    try:
        return list(finished(settings().folder("exports")))
    except InvalidInput as error:
        st.error(plain(str(error)), icon=":material/error:")
        return []


def show_finished(export: Finished) -> None:
    """Draw an export: what it is, where it lies, how it is loaded, and its download."""
    export_format, folder = EXPORTS[export.format], str(export.folder)
    copies = COPIES_TOLD[Copies(export.copies)]
    with st.container(border=True, key=f"export-{export.folder.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**Version {export.version} · {export_format.title}**  \n"
                f"{count(export.n_images, 'image')} · {copies} · {size(export.n_bytes)}",
                width="stretch",
            )
            _download(export)
        st.code(folder, language=None, wrap_lines=True)
        if export.not_read_by_keras:
            st.warning(
                f"Keras' loader passes over {count(export.not_read_by_keras, 'image')} in WebP or "
                "TIFF without a word. Export the 480 × 320 copies, which are JPEG, to train.",
                icon=":material/warning:",
            )
        with st.expander("How to load it", icon=":material/code:", key=f"load-{folder}"):
            st.code(export_format.loading.replace("{folder}", folder), language="python")
            st.caption("Back into Verity, labels and identities included, every byte checked:")
            st.code(f'python -m dashboard import "{folder}" --wait', language="shell")


def _download(export: Finished) -> None:
    name = export.folder.name
    if export.n_bytes >= DOWNLOADED_BYTES:
        st.caption(f"Over {size(DOWNLOADED_BYTES)}: copy the folder.", width="content")
        return
    st.download_button(
        "Download",
        partial(zipped, export.folder),
        f"verity-{name}.zip",
        "application/zip",
        key=f"download-{name}",
        icon=":material/download:",
        on_click="ignore",
    )


def zipped(folder: Path) -> bytes:
    """Pack an export, under its own name; images are stored as they are, being packed already."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder.parent))
    return buffer.getvalue()
