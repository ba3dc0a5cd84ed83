import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.faces.cues import (
    CHIN,
    CHIN_TIP,
    EYE_CORNERS,
    FACE_CHECKS,
    FOREHEAD,
    INNER_MOUTH,
    LEFT_CHEEK,
    LOWER_LIP,
    RIGHT_CHEEK,
    FaceSample,
    chin_contour,
    face_sharpness,
    face_size_px,
    measure,
    n_faces,
    skin_tone,
    teeth_share,
)
from core.faces.measure import measure_faces
from core.types import Face, RgbImage

DrawFace = Callable[..., RgbImage]
SKIN, GREEN, PALE, DARK = (222, 182, 155), (120, 200, 120), (235, 230, 220), (90, 20, 20)


def _ring(centre: tuple[float, float], radii: tuple[float, float], n: int) -> NDArray[np.float64]:
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.asarray(np.array(centre) + np.array(radii) * circle, dtype=np.float64)


@pytest.fixture
def sample(frontal_face: Face) -> FaceSample:
    """Cheeks of skin beside an open mouth at (160, 190), and a jaw at y = 220."""
    mesh = np.full((468, 2), 160.0)
    mesh[list(LEFT_CHEEK)] = _ring((100, 150), (20, 20), len(LEFT_CHEEK))
    mesh[list(RIGHT_CHEEK)] = _ring((220, 150), (20, 20), len(RIGHT_CHEEK))
    mesh[list(INNER_MOUTH)] = _ring((160, 190), (20, 10), len(INNER_MOUTH))
    mesh[13], mesh[14] = (160, 180), (160, 200)
    mesh[list(EYE_CORNERS)] = (110, 130), (210, 130)
    mesh[list(CHIN)] = np.stack([np.linspace(130, 190, len(CHIN)), np.full(len(CHIN), 220.0)], 1)
    mesh[CHIN_TIP], mesh[LOWER_LIP], mesh[FOREHEAD] = (160, 220), (160, 190), (160, 60)
    pixels = np.full((320, 320, 3), SKIN, np.uint8)
    pixels[220:] = (60, 50, 40)
    return FaceSample(pixels, frontal_face, mesh, 1)


def test_every_check_has_words_and_a_figure(sample: FaceSample) -> None:
    figures = measure(sample)
    assert set(figures) == set(FACE_CHECKS)
    for check in FACE_CHECKS.values():
        assert check.title
        assert check.explanation.endswith(".")


def test_checks_say_none_without_a_mesh(sample: FaceSample) -> None:
    figures = measure(replace(sample, mesh=None))
    assert {name for name, value in figures.items() if value is None} == {
        *("skin_tone", "teeth", "chin_contour")
    }


def test_blur_lowers_the_sharpness_of_the_face(
    draw_face: DrawFace, grey_canvas: RgbImage, frontal_face: Face
) -> None:
    sharp = draw_face(grey_canvas)
    soft = cv2.GaussianBlur(sharp, (0, 0), 8)
    one, other = (face_sharpness(FaceSample(p, frontal_face, None, 1)) for p in (sharp, soft))
    assert one > 10 * other
    assert face_sharpness(
        FaceSample(np.full((320, 320, 3), 120, np.uint8), frontal_face, None, 1)
    ) == pytest.approx(0)


def test_size_and_number_of_faces(sample: FaceSample) -> None:
    assert face_size_px(sample) == 160
    assert n_faces(replace(sample, n_faces=3)) == 3


@pytest.mark.parametrize(
    "colour", [SKIN, (92, 61, 48), (250, 215, 195), tuple(each // 2 for each in SKIN)]
)
def test_skin_of_any_shade_lies_in_the_locus(sample: FaceSample, colour: tuple[int, ...]) -> None:
    pixels = sample.pixels.copy()
    pixels[:220] = colour
    assert skin_tone(replace(sample, pixels=pixels)) == 0


def test_green_skin_lies_outside_by_its_known_distance(sample: FaceSample) -> None:
    pixels = sample.pixels.copy()
    pixels[:220] = GREEN
    r, g = 120 / 440, 200 / 440
    upper = -1.3767 * r * r + 1.0743 * r + 0.1452
    assert skin_tone(replace(sample, pixels=pixels)) == pytest.approx(g - upper)


def test_grey_and_black_pictures_have_no_skin_tone(sample: FaceSample) -> None:
    grey = np.repeat(sample.pixels[..., :1], 3, axis=2)
    assert skin_tone(replace(sample, pixels=grey)) is None
    dark = sample.pixels.copy()
    dark[:220] = (14, 9, 7)
    assert skin_tone(replace(sample, pixels=dark)) is None


def test_teeth_are_the_bright_pale_share_of_the_open_mouth(sample: FaceSample) -> None:
    pixels = sample.pixels.copy()
    pixels[170:190, 130:190], pixels[190:210, 130:190] = PALE, DARK
    assert teeth_share(replace(sample, pixels=pixels)) == pytest.approx(0.5, abs=0.06)
    half_lit = replace(sample, pixels=pixels // 2)
    assert teeth_share(half_lit) == pytest.approx(0.5, abs=0.06)


def test_a_closed_mouth_shows_no_teeth(sample: FaceSample) -> None:
    assert sample.mesh is not None
    mesh = sample.mesh.copy()
    mesh[13] = mesh[14]
    pixels = np.full_like(sample.pixels, 240)
    assert teeth_share(replace(sample, pixels=pixels, mesh=mesh)) == 0


def test_a_second_edge_below_the_jaw_is_measured_in_strengths_of_the_jaws(
    sample: FaceSample,
) -> None:
    pixels = np.full((320, 320, 3), 200, np.uint8)
    pixels[220:] = 140
    once = chin_contour(replace(sample, pixels=pixels))
    pixels[238:] = 110
    twice = chin_contour(replace(sample, pixels=pixels))
    assert once == pytest.approx(0, abs=0.02)
    assert twice == pytest.approx(0.5, abs=0.1)


def test_no_chin_contour_where_the_picture_ends(sample: FaceSample) -> None:
    assert chin_contour(replace(sample, pixels=sample.pixels[:240])) is None


def test_points_outside_the_picture_tell_nothing(sample: FaceSample) -> None:
    assert sample.mesh is not None
    away = replace(sample, mesh=sample.mesh + 5000)
    assert (skin_tone(away), teeth_share(away), chin_contour(away)) == (None, None, None)


def test_rendered_faces_get_figures_and_an_identity() -> None:
    path = Path(__file__).parents[3] / "examples/faces/Freya_Mandelay/Freya_Mandelay_0001.jpg"
    (detail,) = measure_faces(np.asarray(Image.open(path).convert("RGB")))
    assert None not in detail.scores.values()
    assert len(detail.features) == 6
    assert detail.embedding is not None
    bad = [name for name, check in FACE_CHECKS.items() if check.is_bad(detail.scores[name])]
    assert bad == []


def test_reading_the_titles_loads_nothing_heavy() -> None:
    code = (
        "import sys; import core.faces.cues;"
        "sys.exit(bool({'cv2', 'ai_edge_litert', 'PIL', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
