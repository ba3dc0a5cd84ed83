from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.faces.detect import detect
from core.faces.embed import EMBEDDING_SIZE, SAME_IDENTITY_COSINE, embed
from core.types import Face, RgbImage

DrawFace = Callable[..., RgbImage]


def _central(faces: list[Face], width_px: int) -> Face:
    return min(faces, key=lambda face: abs(face.box.x + face.box.width / 2 - width_px / 2))


def _embed_file(path: Path) -> NDArray[np.float32]:
    pixels = np.asarray(Image.open(path).convert("RGB"))
    return embed(pixels, _central(detect(pixels), pixels.shape[1]))


def test_the_vector_has_length_one_and_repeats(
    draw_face: DrawFace, grey_canvas: RgbImage, frontal_face: Face
) -> None:
    pixels = draw_face(grey_canvas)
    vector = embed(pixels, frontal_face)
    assert vector.shape == (EMBEDDING_SIZE,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(vector, embed(pixels, frontal_face))


def test_size_and_place_in_the_picture_hardly_matter(draw_face: DrawFace) -> None:
    vectors = []
    for centre, scale in (((160, 165), 1.0), ((400, 300), 2.0), ((100, 120), 0.7)):
        pixels = draw_face(np.full((640, 640, 3), (120, 150, 170), np.uint8), centre, scale)
        vectors.append(embed(pixels, detect(pixels)[0]))
    assert min(vectors[0] @ vectors[1], vectors[0] @ vectors[2]) > 0.8


def test_the_threshold_tells_real_people_apart(real_faces: Path) -> None:
    people = sorted(folder for folder in (real_faces / "lfw").iterdir() if folder.is_dir())[:12]
    files = [path for person in people for path in sorted(person.iterdir())[:3]]
    vectors = np.stack([_embed_file(path) for path in files])
    cosines = vectors @ vectors.T
    owner = np.array([path.parent.name for path in files])
    same = (owner[:, None] == owner) & ~np.eye(len(files), dtype=bool)
    different = owner[:, None] != owner
    assert np.mean(cosines[same] >= SAME_IDENTITY_COSINE) > 0.95
    assert np.mean(cosines[different] < SAME_IDENTITY_COSINE) > 0.99
