"""Writing a story into a file; another format is one function and one line in WRITERS."""

import base64
import json
from collections.abc import Callable, Mapping

from core.errors import InvalidInput, NotFound
from core.images.storage import Store
from core.types import ChecksumSha256
from dashboard.story_chapters import tell
from dashboard.story_types import Facts

Pictures = Mapping[ChecksumSha256, bytes]


def write(facts: Facts, kind: str, pictures: Pictures) -> bytes:
    """Return a run's story as a file.

    Args:
        facts: Of the run.
        kind: One of WRITERS.
        pictures: Thumbnails by checksum. Without any the file shows nobody: it will be handed
            around, and most of those on the photographs were never asked.

    Raises:
        InvalidInput: If there is no such kind.
    """
    if kind not in WRITERS:
        names = ", ".join(f".{name}" for name in WRITERS)
        raise InvalidInput(f"Expected a file that ends in one of {names}. Received .{kind}.")
    return WRITERS[kind](facts, pictures)


def pictures_of(facts: Facts, store: Store) -> dict[ChecksumSha256, bytes]:
    """Return the thumbnails that a story shows; missing files are left out."""
    wanted = {picture.checksum for chapter in tell(facts) for picture in chapter.pictures}
    found = {checksum: _thumbnail(store, checksum) for checksum in sorted(wanted)}
    return {checksum: data for checksum, data in found.items() if data is not None}


def _thumbnail(store: Store, checksum: ChecksumSha256) -> bytes | None:
    try:
        return store.read("thumbnails", checksum)
    except NotFound:
        return None


def _html(facts: Facts, pictures: Pictures) -> bytes:
    from dashboard.report.html import write_html

    return write_html(facts, {checksum: data_uri(data) for checksum, data in pictures.items()})


def data_uri(picture: bytes) -> str:
    """Return a picture as an address that holds it; browsers look at its first bytes."""
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"


def _pdf(facts: Facts, pictures: Pictures) -> bytes:
    from dashboard.report.pdf import write_pdf

    return write_pdf(facts, pictures)


def _json(facts: Facts, pictures: Pictures) -> bytes:
    from dashboard.report.card import card_values

    return json.dumps(card_values(facts), indent=2, ensure_ascii=False).encode("utf-8")


WRITERS: dict[str, Callable[[Facts, Pictures], bytes]] = {
    "html": _html,
    "pdf": _pdf,
    "json": _json,
}
"""By the end of a file's name; JSON holds the model card alone."""
