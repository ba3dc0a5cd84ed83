"""CSV: the images and one manifest that spreadsheets, pandas and Verity's own import read."""

import csv
from collections.abc import Sequence
from pathlib import Path

from upath import UPath

from core.curation.exports.base import Format, Images, Written, write_images
from core.curation.scan import read_manifest
from core.types import Claim

MANIFEST = "manifest.csv"
COLUMNS = (
    *("path", "checksum", "label", "identity", "generator", "split", "group"),
    *("width", "height", "box"),
)


def write(folder: Path, images: Images) -> None:
    """Write `images/` and `manifest.csv`."""
    write_manifest(folder, write_images(folder, images, lambda item: "images"))


def write_manifest(folder: Path, written: Sequence[Written]) -> None:
    """Write one line an image (RFC 4180, UTF-8): `box` is the face's "x y width height" in px."""
    with (folder / MANIFEST).open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        lines.writerows(_line(each) for each in written)


def _line(each: Written) -> tuple[object, ...]:
    item = each.item
    box = item.face.box if item.face else None
    return (
        *(each.path, item.checksum, item.label.value, item.identity, item.generator),
        *(item.split.value, item.group, item.width_px, item.height_px),
        f"{box.x:g} {box.y:g} {box.width:g} {box.height:g}" if box else "",
    )


def find(root: UPath) -> dict[str, Claim] | None:
    """Read the manifest of a folder; None where it has none.

    Raises:
        InvalidInput: If it cannot be read.
    """
    path = root / MANIFEST
    return read_manifest(path) if path.is_file() else None


FORMAT = Format(
    title="CSV and images",
    about="One folder of images and one table; for spreadsheets, pandas and your own scripts.",
    loading="""import pandas as pd

images = pd.read_csv("{folder}/manifest.csv")""",
    write=write,
    find=find,
)
