"""YOLO: a text file an image with its face box (Ultralytics' detection dataset format)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from upath import UPath

from core.curation.exports.base import CLASSES, Format, Images, Written, visible, write_images
from core.curation.exports.csv_manifest import write_manifest
from core.curation.scan import LABELS, scan
from core.errors import InvalidInput
from core.types import Claim, Label, Split

_NAMES = {Split.TRAIN: "train", Split.VALIDATION: "val", Split.TEST: "test"}


def write(folder: Path, images: Images) -> None:
    """Write `images/<split>/`, `labels/<split>/` and `data.yaml`."""
    written = write_images(folder, images, lambda item: f"images/{item.split}")
    for each in written:
        path = (folder / "labels" / each.item.split / each.item.checksum).with_suffix(".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_line(each), "utf-8")
    text = yaml.safe_dump(_data(written), sort_keys=False)
    (folder / "data.yaml").write_text(text, "utf-8")
    write_manifest(folder, written)


def _data(written: Sequence[Written]) -> dict[str, Any]:
    """Say where each split lies; without `path`, they lie beside this file."""
    splits = sorted({each.item.split for each in written})
    places = {_NAMES.get(split, split.value): f"images/{split}" for split in splits}
    return {**places, "names": {number: label.value for number, label in enumerate(CLASSES)}}


def _line(each: Written) -> str:
    """Write "class cx cy w h", the box as shares of the image; nothing where there is no face."""
    item = each.item
    if item.face is None:
        return ""
    box = visible(item.face.box, item.width_px, item.height_px)
    shares = (
        (box.x + box.width / 2) / item.width_px,
        (box.y + box.height / 2) / item.height_px,
        box.width / item.width_px,
        box.height / item.height_px,
    )
    return f"{CLASSES.index(item.label)} " + " ".join(f"{share:.6f}" for share in shares) + "\n"


def find(root: UPath) -> dict[str, Claim] | None:
    """Read the claims of a folder with a `data.yaml` that names classes; else None.

    Every image below the folder is listed; its label is that of its text file's classes where
    they agree.

    Raises:
        InvalidInput: If `data.yaml` is no YAML.
    """
    path = root / "data.yaml"
    if not path.is_file():
        return None
    try:
        said = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Expected YAML at {path}. Received: {error}.") from error
    names = _names(said)
    if names is None:
        return None
    keys = [file.key for file in scan(root, identity_from=None) if file.refusal is None]
    return {key: Claim(_label(root, key, names)) for key in keys if "images" in key.split("/")}


def _names(said: Any) -> dict[str, Label] | None:
    named = said.get("names") if isinstance(said, dict) else None
    if isinstance(named, list):
        named = dict(enumerate(named))
    if not isinstance(named, dict):
        return None
    return {
        str(number): LABELS.get(str(name).lower(), Label.UNKNOWN) for number, name in named.items()
    }


def _label(root: UPath, key: str, names: Mapping[str, Label]) -> Label:
    before, _, after = f"/{key}".rpartition("/images/")
    text = (root / f"{before}/labels/{after}".lstrip("/")).with_suffix(".txt")
    lines = text.read_text("utf-8", errors="replace").splitlines() if text.is_file() else []
    found = {names.get(line.split()[0], Label.UNKNOWN) for line in lines if line.strip()}
    return found.pop() if len(found) == 1 else Label.UNKNOWN


FORMAT = Format(
    title="YOLO",
    about="Face boxes as text files with the label as class; for Ultralytics, Roboflow, CVAT.",
    loading="""from ultralytics import YOLO

YOLO("yolo11n.pt").train(data="{folder}/data.yaml")""",
    write=write,
    find=find,
)
