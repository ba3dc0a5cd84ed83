"""Every format writes what it says, and comes back without loss."""

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from upath import UPath

from core.curation.exports import csv_manifest, tfrecord
from core.curation.exports.base import Copies, ExportItem, Written, as_normalised, visible
from core.curation.exports.read import find_foreign, finished, read_export, verify
from core.curation.exports.registry import EXPORTS
from core.curation.exports.write import Plan, export
from core.errors import InvalidInput
from core.types import Box, Claim, Face, Label, NormaliseRule, Split

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF")
NAMES = ('Ada, "the" first', "=cmd|'/C calc'!A0", "Grâce\nHopper", None)
POINTS = tuple((float(i), float(i)) for i in range(5))
FOLDERS = [name for name in EXPORTS if name != "tfrecord"]


def picture(seed: int, image_format: str) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, image_format)
    return buffer.getvalue()


def make_items() -> tuple[list[ExportItem], dict[str, bytes]]:
    items, files = [], {}
    for i in range(12):
        data = picture(i, FORMATS[i % 4])
        label = Label.FAKE if i % 3 == 0 else Label.GENUINE
        face = Face(Box(10 + i, 5, 20, 25.5), POINTS, 0.9) if i != 5 else None
        digest = hashlib.sha256(data).hexdigest()
        files[digest] = data
        items.append(
            ExportItem(
                digest,
                label,
                NAMES[i % 4],
                "self-blended" if label is Label.FAKE else None,
                list(Split)[i % 4],
                i // 2,
                FORMATS[i % 4],
                60,
                40,
                face,
            )
        )
    return items, files


ITEMS, FILES = make_items()
CLAIMS = {item.checksum: Claim(item.label, item.identity, item.generator) for item in ITEMS}


def no_report(fraction: float, line: str, done: int, total: int) -> None:
    assert 0 <= fraction <= 1 and line and done <= total == len(ITEMS)


def write(folder: Path, name: str) -> Path:
    plan = Plan(1, "c0" * 32, name)
    target = folder / plan.folder_name
    export(plan, ITEMS, lambda item: FILES[item.checksum], target, folder / ".scratch", no_report)
    return target


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    for name in FOLDERS:
        write(folder, name)
    return folder


@pytest.fixture
def folder(request: pytest.FixtureRequest, exports: Path, tmp_path: Path) -> Path:
    """A copy of one export that a test may change."""
    return Path(shutil.copytree(exports / f"1-{request.param}", tmp_path / "copy"))


def by_checksum(root: Path, claims: Mapping[str, Claim] | None) -> dict[str, Claim]:
    """Key claims by what is really in the files they speak of."""
    assert claims is not None
    return {hashlib.sha256((root / k).read_bytes()).hexdigest(): c for k, c in claims.items()}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_comes_back_without_loss(name: str, exports: Path) -> None:
    root = exports / f"1-{name}"
    assert by_checksum(root, read_export(UPath(root))) == CLAIMS
    about = json.loads((root / "verity.json").read_text())
    assert (about["format"], about["version"], about["images"]) == (name, 1, 12)
    assert about["content_hash"] == "c0" * 32
    assert sum(n for labels in about["counts"].values() for n in labels.values()) == 12


@pytest.mark.parametrize("name", FOLDERS)
def test_checksums_cover_every_file_but_their_own(name: str, exports: Path) -> None:
    root = exports / f"1-{name}"
    files = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
    with (root / "checksums.csv").open(newline="") as opened:
        listed = {line["path"]: line for line in csv.DictReader(opened)}
    assert set(listed) == files - {"verity.json", "checksums.csv"}
    assert verify(UPath(root)) == len(listed)
    images = [
        path for path in listed if Path(path).suffix not in (".txt", ".json", ".csv", ".yaml")
    ]
    assert {listed[path]["original"] for path in images} == set(CLAIMS)
    assert all(listed[path]["sha256"] == listed[path]["original"] for path in images)


def test_the_manifest_says_everything(exports: Path) -> None:
    with (exports / "1-csv" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["path"] for line in lines] == [f"images/{item.file_name}" for item in ITEMS]
    assert lines[1] == {
        "path": f"images/{ITEMS[1].checksum}.png",
        "checksum": ITEMS[1].checksum,
        "label": "genuine",
        "identity": NAMES[1],
        "generator": "",
        "split": "validation",
        "group": "0",
        "width": "60",
        "height": "40",
        "box": "11 5 20 25.5",
    }


def test_coco_holds_boxes_classes_and_our_fields(exports: Path) -> None:
    root = exports / "1-coco"
    seen = 0
    for split in Split:
        said = json.loads((root / "annotations" / f"instances_{split}.json").read_text("utf-8"))
        names = {each["id"]: each["name"] for each in said["categories"]}
        boxes = {each["image_id"]: each for each in said["annotations"]}
        for image in said["images"]:
            item = item_of(image["verity"]["checksum"])
            assert (item.split, item.group) == (split, image["verity"]["group"])
            check_box(item, boxes.get(image["id"]), names)
            seen += 1
    assert seen == 12


def item_of(checksum: str) -> ExportItem:
    return next(item for item in ITEMS if item.checksum == checksum)


def check_box(item: ExportItem, found: Mapping[str, Any] | None, names: Mapping[int, str]) -> None:
    if item.face is None:
        assert found is None
        return
    assert found is not None and names[found["category_id"]] == item.label
    box = visible(item.face.box, 60, 40)
    assert found["bbox"] == [box.x, box.y, box.width, box.height]
    assert found["area"] == box.width * box.height


def test_yolo_holds_splits_classes_and_boxes(exports: Path) -> None:
    root = exports / "1-yolo"
    data = yaml.safe_load((root / "data.yaml").read_text())
    assert {data[n] for n in ("train", "val", "test")} == {
        f"images/{split}" for split in (Split.TRAIN, Split.VALIDATION, Split.TEST)
    }
    for item in ITEMS:
        assert (root / "images" / item.split / item.file_name).is_file()
        words = (root / "labels" / item.split / f"{item.checksum}.txt").read_text().split()
        if item.face is None:
            assert words == []
            continue
        assert data["names"][int(words[0])] == item.label
        cx, cy, w, h = (float(word) for word in words[1:])
        box = item.face.box
        assert (cx * 60 - w * 30, cy * 40 - h * 20) == pytest.approx((box.x, box.y), abs=1e-3)
        assert (w * 60, h * 40) == pytest.approx((box.width, box.height), abs=1e-3)


def unsigned(folder: Path) -> UPath:
    """Leave only what the format itself holds."""
    for name in ("verity.json", "checksums.csv", "manifest.csv"):
        (folder / name).unlink()
    return UPath(folder)


@pytest.mark.parametrize("folder", ["coco"], indirect=True)
def test_coco_alone_comes_back_without_loss(folder: Path) -> None:
    assert by_checksum(folder, read_export(unsigned(folder))) == CLAIMS


@pytest.mark.parametrize("folder", ["keras"], indirect=True)
def test_keras_alone_comes_back_with_its_labels(folder: Path) -> None:
    found = by_checksum(folder, read_export(unsigned(folder)))
    assert found == {checksum: Claim(claim.label) for checksum, claim in CLAIMS.items()}


@pytest.mark.parametrize("folder", ["yolo"], indirect=True)
def test_yolo_alone_comes_back_with_the_labels_of_faces(folder: Path) -> None:
    found = by_checksum(folder, read_export(unsigned(folder)))
    assert found == {
        item.checksum: Claim(item.label if item.face else Label.UNKNOWN) for item in ITEMS
    }


@pytest.mark.parametrize("folder", ["coco"], indirect=True)
def test_foreign_coco_takes_labels_from_categories(folder: Path) -> None:
    root = unsigned(folder)
    for path in root.glob("annotations/*.json"):
        said = json.loads(path.read_text("utf-8"))
        for image in said["images"]:
            del image["verity"]
            image["file_name"] = Path(image["file_name"]).name
        said["categories"][0]["name"] = "Real"
        path.write_text(json.dumps(said), "utf-8")
    assert by_checksum(folder, find_foreign(root)) == {
        item.checksum: Claim(item.label if item.face else Label.UNKNOWN) for item in ITEMS
    }


def test_only_a_folder_of_shards_alone_is_unpacked(tmp_path: Path) -> None:
    assert not tfrecord.is_packed(UPath(tmp_path))
    (tmp_path / "train-00000.tfrecord").touch()
    assert tfrecord.is_packed(UPath(tmp_path))
    (tmp_path / "people").mkdir()
    assert not tfrecord.is_packed(UPath(tmp_path))


def test_an_ordinary_folder_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "Ada_Lovelace").mkdir()
    (tmp_path / "Ada_Lovelace" / "1.png").write_bytes(picture(0, "PNG"))
    (tmp_path / "notes.json").write_text('{"images": 3}')
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "data.yaml").write_text("just: text")
    assert read_export(UPath(tmp_path)) is None
    assert read_export(UPath(tmp_path / "Ada_Lovelace")) is None


def test_a_broken_coco_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text('{"images": [1], "categories": []}')
    with pytest.raises(InvalidInput, match=r"people\.json"):
        read_export(UPath(tmp_path))


@pytest.mark.parametrize("folder", ["csv", "coco", "yolo", "keras"], indirect=True)
def test_a_changed_byte_is_refused_with_the_files_name(folder: Path) -> None:
    path = next(folder.rglob(ITEMS[3].file_name))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(InvalidInput, match=f"{ITEMS[3].checksum}.*changed"):
        read_export(UPath(folder))


@pytest.mark.parametrize("folder", ["csv"], indirect=True)
@pytest.mark.parametrize("name", ["manifest.csv", "checksums.csv"])
def test_changed_claims_are_refused(folder: Path, name: str) -> None:
    path = folder / name
    path.write_text(path.read_text("utf-8").replace("genuine", "fake") + "\n", "utf-8")
    with pytest.raises(InvalidInput, match=f"{name}.*changed"):
        read_export(UPath(folder))


@pytest.mark.parametrize("folder", ["csv"], indirect=True)
def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "images" / ITEMS[0].file_name).unlink()
    with pytest.raises(InvalidInput, match=ITEMS[0].checksum):
        read_export(UPath(folder))


@pytest.mark.parametrize("said", ["{", "[]", '{"format_version": 2, "format": "csv"}'])
def test_an_unknown_verity_json_is_refused(tmp_path: Path, said: str) -> None:
    (tmp_path / "verity.json").write_text(said)
    with pytest.raises(InvalidInput, match="Expected"):
        read_export(UPath(tmp_path))


def test_a_failed_export_leaves_the_earlier_one_alone(tmp_path: Path) -> None:
    target = write(tmp_path, "csv")
    before = (target / "checksums.csv").read_bytes()

    def fails(item: ExportItem) -> bytes:
        raise InvalidInput("gone")

    with pytest.raises(InvalidInput, match="gone"):
        export(Plan(1, "c0" * 32, "csv"), ITEMS, fails, target, tmp_path / ".scratch", no_report)
    assert (target / "checksums.csv").read_bytes() == before
    assert write(tmp_path, "csv") == target  # and another one replaces it
    assert [each.n_images for each in finished(tmp_path)] == [12]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-csv"]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(
            lambda text: text == text.strip()
        ),
        max_size=5,
    )
)
@settings(max_examples=30, deadline=None)
def test_any_name_survives_the_manifest(names: list[str]) -> None:
    from upath.implementations.memory import MemoryPath

    root = MemoryPath("memory://names")
    root.mkdir(exist_ok=True, parents=True)
    written = [
        Written(f"images/{n}.png", ExportItem(*_fields(name))) for n, name in enumerate(names)
    ]
    csv_manifest.write_manifest(root, written)  # type: ignore[arg-type]
    found = csv_manifest.find(root)
    assert found == {f"images/{n}.png": Claim(Label.FAKE, name) for n, name in enumerate(names)}


def _fields(name: str) -> tuple[Any, ...]:
    return ("ab" * 32, Label.FAKE, name, None, Split.TEST, 1, "PNG", 60, 40, None)


@pytest.mark.parametrize("rule", NormaliseRule)
def test_the_box_follows_the_face_into_the_normalised_copy(rule: NormaliseRule) -> None:
    from core.images.normalise import normalise

    pixels = np.zeros((300, 200, 3), np.uint8)
    face = Face(Box(60, 200, 80, 60), POINTS, 0.9)
    pixels[200:260, 60:140] = 255
    item = ExportItem("ab" * 32, Label.FAKE, None, None, Split.TEST, 1, "PNG", 200, 300, face)
    copy = as_normalised(item, rule)
    assert (copy.width_px, copy.height_px, copy.file_name[-4:]) == (480, 320, ".jpg")
    assert copy.face is not None
    rows, columns = np.nonzero(normalise(pixels, face, rule)[:, :, 0] > 140)
    box = copy.face.box
    found = (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
    assert found == pytest.approx((box.x, box.y, box.width, box.height), abs=1.5)


def test_only_what_of_a_box_is_visible_is_exported() -> None:
    assert visible(Box(-5, -5, 20, 60), 60, 40) == Box(0, 0, 15, 40)


def test_every_format_says_how_to_load_it() -> None:
    for each in EXPORTS.values():
        compile(each.loading.replace("{folder}", "x"), "loading", "exec")
        assert each.title and each.about.endswith(".")
    assert Plan(2, "", "coco", Copies.NORMALISED).folder_name == "2-coco-normalised"


@pytest.mark.slow
def test_keras_reads_its_directory(exports: Path) -> None:
    import keras

    train = keras.utils.image_dataset_from_directory(
        str(exports / "1-keras" / "train"),
        class_names=["genuine", "fake"],
        image_size=(40, 60),
        shuffle=False,
        batch_size=None,
        verbose=False,
    )
    wanted = sorted(int(i.label is Label.FAKE) for i in ITEMS if i.split is Split.TRAIN)
    assert sorted(int(label) for _, label in train) == wanted


@pytest.mark.slow
def test_tfrecord_comes_back_without_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    monkeypatch.setattr(tfrecord, "SHARD_BYTES", 10_000)
    root = write(tmp_path, "tfrecord")
    shards = sorted(path.name for path in root.glob("*.tfrecord"))
    assert {name.partition("-")[0] for name in shards} == set(Split) and len(shards) > 4
    assert verify(UPath(root)) == len(shards)
    for record in tf.data.TFRecordDataset([str(p) for p in root.glob("*.tfrecord")]):
        feature = tf.train.Example.FromString(record.numpy()).features.feature
        item = item_of(feature["checksum"].bytes_list.value[0].decode())
        assert feature["image/encoded"].bytes_list.value[0] == FILES[item.checksum]
        assert feature["split"].bytes_list.value[0].decode() == item.split
        assert feature["group"].int64_list.value[0] == item.group
        box = item.face.box if item.face else None
        wanted = [box.x, box.y, box.width, box.height] if box else []
        assert list(feature["face/box"].float_list.value) == wanted
    assert tfrecord.unpack(root, tmp_path / "images") == 12
    assert by_checksum(tmp_path / "images", csv_manifest.find(UPath(tmp_path / "images"))) == CLAIMS


@pytest.mark.slow
def test_a_damaged_shard_is_refused_by_name(tmp_path: Path) -> None:
    root = write(tmp_path, "tfrecord")
    path = root / "test-00000.tfrecord"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InvalidInput, match=r"test-00000\.tfrecord"):
        tfrecord.unpack(root, tmp_path / "images")
    assert not tfrecord.is_packed(UPath(tmp_path))
