"""COCO: one instances file a split (Lin et al. 2014, "Microsoft COCO", the data format's page).

A face is an object whose category is the image's label. What COCO has no field for stands under
the key "verity" of each image.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from upath import UPath

from core.curation.exports.base import CLASSES, Format, Images, Written, visible, write_images
from core.curation.exports.csv_manifest import write_manifest
from core.curation.scan import LABELS
from core.errors import InvalidInput
from core.types import Claim, Label


def write(folder: Path, images: Images) -> None:
    """Write `images/<split>/` and `annotations/instances_<split>.json`."""
    written = write_images(folder, images, lambda item: f"images/{item.split}")
    (folder / "annotations").mkdir(exist_ok=True)
    for split in sorted({each.item.split for each in written}):
        part = [each for each in written if each.item.split is split]
        text = json.dumps(_instances(part), ensure_ascii=False)
        (folder / "annotations" / f"instances_{split}.json").write_text(text, "utf-8")
    write_manifest(folder, written)


def _instances(written: Sequence[Written]) -> dict[str, Any]:
    numbered = list(enumerate(written, start=1))
    return {
        "info": {"description": "Faces, genuine and fake; exported by Verity"},
        "categories": [
            {"id": number, "name": label.value, "supercategory": "face"}
            for number, label in enumerate(CLASSES, start=1)
        ],
        "images": [_image(number, each) for number, each in numbered],
        "annotations": [_annotation(n, each) for n, each in numbered if each.item.face],
    }


def _image(number: int, each: Written) -> dict[str, Any]:
    item = each.item
    return {
        "id": number,
        "file_name": each.path,
        "width": item.width_px,
        "height": item.height_px,
        "verity": {
            "checksum": item.checksum,
            "label": item.label.value,
            "identity": item.identity,
            "generator": item.generator,
            "split": item.split.value,
            "group": item.group,
        },
    }


def _annotation(number: int, each: Written) -> dict[str, Any]:
    item = each.item
    assert item.face is not None  # noqa: S101 - the caller leaves out images without one
    box = visible(item.face.box, item.width_px, item.height_px)
    return {
        "id": number,
        "image_id": number,
        "category_id": CLASSES.index(item.label) + 1,
        "bbox": [box.x, box.y, box.width, box.height],
        "area": box.width * box.height,
        "iscrowd": 0,
    }


def find(root: UPath) -> dict[str, Claim] | None:
    """Read the claims of COCO files in a folder or its `annotations`; None where there are none.

    An image's label is that of its annotations' categories (genuine, real or fake) where they
    agree.

    Raises:
        InvalidInput: If a file looks like COCO's and cannot be read.
    """
    claims: dict[str, Claim] = {}
    for path in sorted([*root.glob("*.json"), *root.glob("annotations/*.json")]):
        claims |= _read(root, path)
    return claims or None


def _read(root: UPath, path: UPath) -> dict[str, Claim]:
    try:
        said = json.loads(path.read_text("utf-8"))
    except ValueError:
        return {}  # some other file of the folder
    if not isinstance(said, dict) or not {"images", "categories"} <= said.keys():
        return {}
    try:
        return dict(_claims(root, path, said))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"Expected a COCO instances file at {path}. Received one that cannot be read: "
            f"{type(error).__name__}: {error}."
        ) from error


def _claims(root: UPath, path: UPath, said: Mapping[str, Any]) -> Iterator[tuple[str, Claim]]:
    names = {each["id"]: str(each["name"]).lower() for each in said["categories"]}
    labels: dict[Any, set[Label]] = {}
    for each in said.get("annotations", []):
        label = LABELS.get(names.get(each["category_id"], ""), Label.UNKNOWN)
        labels.setdefault(each["image_id"], set()).add(label)
    for image in said["images"]:
        yield _key(root, path, str(image["file_name"])), _claim(image, labels)


def _claim(image: Mapping[str, Any], labels: Mapping[Any, set[Label]]) -> Claim:
    if own := image.get("verity"):
        return Claim(Label(own["label"]), own["identity"], own["generator"])
    found = labels.get(image["id"], set())
    return Claim(next(iter(found)) if len(found) == 1 else Label.UNKNOWN)


def _key(root: UPath, path: UPath, name: str) -> str:
    """Find an image where COCO's tools keep it: as named, in images/, or in images/<split>/."""
    split = path.stem.rpartition("_")[2]
    places = (name, f"images/{name}", f"images/{split}/{name}", f"{split}/{name}")
    return next((key for key in places if _is_file(root, key)), name)


def _is_file(root: UPath, key: str) -> bool:
    from core.images.storage import inside

    try:
        return bool(inside(root, key).is_file())
    except (InvalidInput, OSError, ValueError):
        return False


FORMAT = Format(
    title="COCO",
    about="Face boxes with the label as category; for FiftyOne, CVAT, detectron2, pycocotools.",
    loading="""from pycocotools.coco import COCO

train = COCO("{folder}/annotations/instances_train.json")""",
    write=write,
    find=find,
)
