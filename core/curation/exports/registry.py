"""The formats a version can be exported in: a new one is a module and a line here."""

from core.curation.exports import coco, csv_manifest, keras_directory, tfrecord, yolo
from core.curation.exports.base import Format

EXPORTS: dict[str, Format] = {
    "csv": csv_manifest.FORMAT,
    "coco": coco.FORMAT,
    "yolo": yolo.FORMAT,
    "keras": keras_directory.FORMAT,
    "tfrecord": tfrecord.FORMAT,
}
