"""What every export format works with: the images of a version, and where each is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from upath import UPath

from core.types import Box, ChecksumSha256, Claim, Face, Label, NormaliseRule, Split

EXTENSIONS: Mapping[str, str] = {
    "JPEG": "jpg",
    "PNG": "png",
    "WEBP": "webp",
    "BMP": "bmp",
    "TIFF": "tif",
    "GIF": "gif",
}
CLASSES = (Label.GENUINE, Label.FAKE, Label.UNKNOWN)
"""The classes of detection formats, in the order of their numbers from 0."""


class Copies(StrEnum):
    """Which files of the images an export holds."""

    ORIGINALS = "originals"
    NORMALISED = "normalised"


@dataclass(frozen=True)
class ExportItem:
    """One image of a version as it is exported.

    Attributes:
        checksum: Of the original.
        format: The real format of the file that is written ("JPEG", ...).
        width_px: Of the upright image in that file.
        height_px: The same.
        face: The largest face, in pixels of the upright image in that file.
    """

    checksum: ChecksumSha256
    label: Label
    identity: str | None
    generator: str | None
    split: Split
    group: int
    format: str
    width_px: int
    height_px: int
    face: Face | None

    @property
    def file_name(self) -> str:
        """The checksum and the extension of the real format: no name from outside is used."""
        return f"{self.checksum}.{EXTENSIONS[self.format]}"


@dataclass(frozen=True)
class Written:
    """An image whose file lies in the export's folder, at a relative path."""

    path: str
    item: ExportItem


@dataclass(frozen=True)
class Format:
    """A way of writing a version out.

    Attributes:
        title: For people.
        about: One sentence: who reads it.
        loading: Three lines of Python that load it; `{folder}` stands for the folder.
        write: Writes the images (read one at a time) and what is said of them into a folder.
        find: Reads the claims out of a folder that another tool wrote in this format, keyed by
            relative path; None where the folder is in another format.
    """

    title: str
    about: str
    loading: str
    write: Callable[[Path, "Images"], None]
    find: Callable[[UPath], dict[str, Claim] | None]


Images = Iterable[tuple[ExportItem, bytes]]


def write_images(folder: Path, images: Images, place: Callable[[ExportItem], str]) -> list[Written]:
    """Write each image where `place` puts its folder (relative, with forward slashes)."""
    return list(_write_each(folder, images, place))


def _write_each(
    folder: Path, images: Images, place: Callable[[ExportItem], str]
) -> Iterator[Written]:
    for item, data in images:
        path = f"{place(item)}/{item.file_name}"
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        yield Written(path, item)


def as_normalised(item: ExportItem, rule: NormaliseRule) -> ExportItem:
    """Describe the 480 x 320 copy of an image: its format, size, and where the face lies in it."""
    from core.images.normalise import NORMALISED_HEIGHT_PX, NORMALISED_WIDTH_PX, normalised_box

    face = item.face
    if face:
        box = normalised_box(item.width_px, item.height_px, face, rule)
        face = replace(face, box=box)
    return replace(
        item,
        format="JPEG",
        width_px=NORMALISED_WIDTH_PX,
        height_px=NORMALISED_HEIGHT_PX,
        face=face,
    )


def visible(box: Box, width_px: int, height_px: int) -> Box:
    """Cut off what of a box lies outside its image, as detection formats ask for."""
    left, top = max(box.x, 0.0), max(box.y, 0.0)
    right = min(box.x + box.width, float(width_px))
    bottom = min(box.y + box.height, float(height_px))
    return Box(left, top, max(right - left, 0.0), max(bottom - top, 0.0))
