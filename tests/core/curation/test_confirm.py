import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from core.curation.confirm import THRESHOLD, confirm
from core.types import Box, Face, RgbImage

FACES = Path(
    os.environ.get("VERITY_TEST_FACES", Path(__file__).parents[3] / ".." / "shared" / "faces")
)
needs_faces = pytest.mark.skipif(
    not (FACES / "manifest.csv").is_file(), reason=f"no real photographs in {FACES}"
)


def scene(seed: int, side_px: int = 240) -> Image.Image:
    """Soft blobs and hard edges in places that only the seed decides."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:side_px, 0:side_px] / side_px
    grey = np.full((side_px, side_px), 110.0)
    for cx, cy, r, level in rng.uniform((0, 0, 0.05, -60), (1, 1, 0.3, 60), (30, 4)):
        grey += level * ((x - cx) ** 2 + (y - cy) ** 2 < r * r)
    rgb = np.stack([grey, grey * 0.9, grey * 0.8], axis=2)
    return Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8))


def resave(image: Image.Image, quality: int = 40) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer)


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "same": lambda image: image,
    "re-saved": resave,
    "halved": lambda image: image.resize((120, 120)),
    "64 px, re-saved": lambda image: resave(image.resize((64, 64)), 60),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.3),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.5),
    "grey": lambda image: image.convert("L").convert("RGB"),
    "cropped": lambda image: image.crop((10, 14, 234, 236)),
    "turned": lambda image: image.rotate(4),
    "stretched": lambda image: image.resize((300, 200)),
}


def pixels(image: Image.Image) -> RgbImage:
    return np.array(image.convert("RGB"))


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_confirmed(name: str) -> None:
    for seed in range(3):
        found = confirm(pixels(scene(seed)), pixels(COPIES[name](scene(seed))))
        assert found.is_confirmed, found
        assert found.similarity <= 1


def test_different_pictures_are_not() -> None:
    for seed in range(8):
        found = confirm(pixels(scene(seed)), pixels(scene(seed + 100)))
        assert not found.is_confirmed
        assert 0 <= found.similarity < THRESHOLD - 0.2


def test_mirror_images_are_confirmed_only_as_such() -> None:
    left, right = pixels(scene(0)), pixels(scene(0))[:, ::-1]
    assert confirm(left, right, is_mirrored=True).is_confirmed
    assert not confirm(left, right).is_confirmed


def test_pictures_without_texture_are_never_confirmed() -> None:
    flat = np.full((50, 50, 3), 90, np.uint8)
    assert confirm(flat, flat).similarity == 0
    assert not confirm(flat, pixels(scene(0))).is_confirmed


POINTS = np.array([[90, 90], [150, 90], [120, 120], [100, 150], [140, 150]], float)


def face_at(points: NDArray[np.float64]) -> Face:
    return Face(Box(0, 0, 240, 240), tuple((float(x), float(y)) for x, y in points), 0.9)


def turned(degrees: float) -> NDArray[np.float64]:
    """Where `Image.rotate` takes the points of a 240 px picture."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.asarray((POINTS - 120) @ np.array([[cos, -sin], [sin, cos]]) + 120)


def test_landmarks_find_a_copy_that_alignment_alone_does_not() -> None:
    left, right = pixels(scene(1)), pixels(scene(1).rotate(60))
    assert not confirm(left, right).is_confirmed
    assert confirm(left, right, face_at(POINTS), face_at(turned(60))).is_confirmed


def test_landmarks_are_mirrored_with_the_picture() -> None:
    left, right = pixels(scene(1)), pixels(scene(1).rotate(60))[:, ::-1]
    mirrored = turned(60)[[1, 0, 2, 4, 3]]
    mirrored[:, 0] = 240 - mirrored[:, 0]
    assert not confirm(left, right, is_mirrored=True).is_confirmed
    faces = face_at(POINTS), face_at(mirrored)
    assert confirm(left, right, *faces, is_mirrored=True).is_confirmed


def photograph(path: str) -> RgbImage:
    with Image.open(FACES / path) as image:
        return np.array(image.convert("RGB"))


@needs_faces
def test_real_copies_are_confirmed_and_other_photographs_of_the_person_are_not() -> None:
    with (FACES / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if "same photo as" in row["identity"]]
    for row in rows[::5]:
        copy, original = photograph(row["path"]), row["identity"].split("same photo as ")[1]
        assert confirm(photograph(original), copy).is_confirmed, row["path"]
        others = sorted((FACES / original).parent.iterdir())[:3]
        for other in others:
            if other.name != Path(original).name:
                found = confirm(photograph(str(other.relative_to(FACES))), copy)
                assert not found.is_confirmed, (row["path"], other.name)


@needs_faces
def test_two_frames_of_one_burst_are_not_one_photograph() -> None:
    folder = "lfw/Julianne_Moore/Julianne_Moore_000"
    found = confirm(photograph(f"{folder}1.jpg"), photograph(f"{folder}8.jpg"))
    assert 0.6 < found.similarity < THRESHOLD
