"""TFRecord: shards of `tf.train.Example`, named as in TensorFlow's object detection examples.

`python -m core.curation.exports.tfrecord FOLDER INTO` unpacks a folder of shards into images and
a `manifest.csv`; a process of its own, so that no worker keeps TensorFlow for it.
"""

import csv
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from upath import UPath

from core.curation.exports.base import EXTENSIONS, ExportItem, Format, Images
from core.curation.exports.csv_manifest import MANIFEST
from core.curation.scan import LABELS
from core.errors import InvalidInput, VerityError
from core.types import Claim

SHARD_BYTES = 100_000_000
_BESIDE_SHARDS = frozenset({".tfrecord", ".csv", ".json", ".txt", ".md", ".pbtxt"})
_LABELS = ("label", "image/class/text", "image/object/class/text")


def write(folder: Path, images: Images) -> None:
    """Write `<split>-00000.tfrecord`, ...; a shard ends once it holds 100 MB of images."""
    import tensorflow as tf

    shards: dict[str, tuple[int, int, Any]] = {}  # by split: its number, its bytes, its writer
    with ExitStack() as opened:
        for item, data in images:
            number, size, writer = shards.get(item.split, (-1, SHARD_BYTES, None))
            if size >= SHARD_BYTES:
                if writer:
                    writer.close()
                number, size = number + 1, 0
                path = folder / f"{item.split}-{number:05d}.tfrecord"
                writer = opened.enter_context(tf.io.TFRecordWriter(str(path)))
            writer.write(_example(item, data).SerializeToString())
            shards[item.split] = (number, size + len(data), writer)


def _example(item: ExportItem, data: bytes) -> Any:
    import tensorflow as tf

    def words(*values: str) -> Any:
        return tf.train.Feature(
            bytes_list=tf.train.BytesList(value=[value.encode() for value in values])
        )

    def whole(value: int) -> Any:
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))

    box = item.face.box if item.face else None
    corners = [box.x, box.y, box.width, box.height] if box else []
    features = {
        "image/encoded": tf.train.Feature(bytes_list=tf.train.BytesList(value=[data])),
        "image/format": words(item.format.lower()),
        "image/width": whole(item.width_px),
        "image/height": whole(item.height_px),
        "checksum": words(item.checksum),
        "label": words(item.label.value),
        "identity": words(*filter(None, [item.identity])),
        "generator": words(*filter(None, [item.generator])),
        "split": words(item.split.value),
        "group": whole(item.group),
        "face/box": tf.train.Feature(float_list=tf.train.FloatList(value=corners)),
    }
    return tf.train.Example(features=tf.train.Features(feature=features))


def is_packed(root: UPath) -> bool:
    """Say whether a folder holds shards alone, whose images have to be unpacked to be seen."""
    has_shards = any(root.glob("*.tfrecord"))
    return has_shards and all(path.suffix in _BESIDE_SHARDS for path in root.iterdir())


def unpack(folder: Path, into: Path) -> int:
    """Write the images of all shards of a folder into another, with a `manifest.csv`.

    Files are named by the SHA-256 of their bytes; an image that repeats is written once.

    Returns:
        How many images there were.

    Raises:
        InvalidInput: If a shard is damaged or holds anything but images.
    """
    into.mkdir(parents=True, exist_ok=True)
    lines = {}
    for path in sorted(folder.glob("*.tfrecord")):
        for name, data, claim in _images(path):
            (into / name).write_bytes(data)
            lines[name] = (name, claim.label.value, claim.identity, claim.generator)
    with (into / MANIFEST).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("path", "label", "identity", "generator"), *lines.values()])
    return len(lines)


def _images(path: Path) -> Iterator[tuple[str, bytes, Claim]]:
    import tensorflow as tf
    from google.protobuf.message import DecodeError

    try:
        for record in tf.data.TFRecordDataset([str(path)]).as_numpy_iterator():
            yield _image(tf.train.Example.FromString(record).features.feature)
    except (tf.errors.DataLossError, DecodeError, LookupError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"Expected images under 'image/encoded' in {path.name}. Received: {error}."
        ) from error


def _image(features: Any) -> tuple[str, bytes, Claim]:
    from core.images.checksum import checksum

    def word(name: str) -> str:
        values = features[name].bytes_list.value if name in features else []
        return values[0].decode() if values else ""

    data = bytes(features["image/encoded"].bytes_list.value[0])
    extension = EXTENSIONS.get(word("image/format").upper(), "jpg")  # import looks at the bytes
    label = next(filter(None, map(word, _LABELS)), "").lower()
    claim = Claim(
        LABELS.get(label, LABELS[""]), word("identity") or None, word("generator") or None
    )
    return f"{checksum(data)}.{extension}", data, claim


def find(root: UPath) -> dict[str, Claim] | None:
    """Return None: shards are unpacked first, and then read as a CSV export."""
    return None


FORMAT = Format(
    title="TFRecord",
    about="Shards that TensorFlow streams in sequence; for large trainings and slow disks.",
    loading="""import tensorflow as tf

train = tf.data.TFRecordDataset(tf.io.gfile.glob("{folder}/train-*.tfrecord"))""",
    write=write,
    find=find,
)


if __name__ == "__main__":
    try:
        unpack(Path(sys.argv[1]), Path(sys.argv[2]))
    except VerityError as error:
        sys.exit(str(error))
