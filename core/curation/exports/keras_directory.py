"""Keras: a folder a split and in it a folder a label, as `image_dataset_from_directory` reads."""

from pathlib import Path

from upath import UPath

from core.curation.exports.base import CLASSES, Format, Images, write_images
from core.curation.exports.csv_manifest import write_manifest
from core.curation.scan import LABELS, scan
from core.types import Claim, Label, Split

READABLE = frozenset({"JPEG", "PNG", "BMP", "GIF"})
"""What Keras' loader reads (keras 3, `ALLOWLIST_FORMATS`); it passes the others over."""
SPLITS = frozenset({*Split, "val", "valid"})


def write(folder: Path, images: Images) -> None:
    """Write `<split>/<label>/`; every split has both classes' folders, so numbers agree."""
    written = write_images(folder, images, lambda item: f"{item.split}/{item.label}")
    for split in {each.item.split for each in written}:
        for label in CLASSES[:2]:
            (folder / split / label).mkdir(parents=True, exist_ok=True)
    write_manifest(folder, written)


def find(root: UPath) -> dict[str, Claim] | None:
    """Take labels from the folders' names; None unless every folder has a label's name."""
    top = [child for child in root.iterdir() if child.is_dir() and not child.name.startswith(".")]
    is_split = bool(top) and all(child.name.lower() in SPLITS for child in top)
    classes = [c for split in top for c in split.iterdir() if c.is_dir()] if is_split else top
    if not classes or any(child.name.lower() not in LABELS for child in classes):
        return None
    depth = 1 if is_split else 0
    return {
        file.key: Claim(_label(file.key, depth))
        for file in scan(root, identity_from=None)
        if file.refusal is None
    }


def _label(key: str, depth: int) -> Label:
    parts = key.split("/")
    return LABELS[parts[depth].lower()] if len(parts) > depth + 1 else Label.UNKNOWN


FORMAT = Format(
    title="Keras directory",
    about="One folder a split and in it one a label; for Keras and PyTorch's ImageFolder.",
    loading="""import keras

train = keras.utils.image_dataset_from_directory(
    "{folder}/train", class_names=["genuine", "fake"], image_size=(320, 480))""",
    write=write,
    find=find,
)
