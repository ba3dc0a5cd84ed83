import numpy as np
import pytest

from core.images.reduce import reduce_by_area, reduce_to, to_grey


def test_averages_areas() -> None:
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[0, :2] = 200
    np.testing.assert_array_equal(reduce_by_area(pixels, 2), [[[100] * 3, [0] * 3]])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((512, 256), (256, 128)),
        ((300, 600), (128, 256)),
        ((100, 256), (100, 256)),
        ((1, 9000), (1, 256)),
    ],
)
def test_the_longest_side_is_256_px_and_small_pictures_stay(
    shape: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert reduce_by_area(np.zeros(shape, np.uint8)).shape == expected


def test_grey_is_the_luma_of_broadcasting() -> None:
    primaries = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    np.testing.assert_array_equal(to_grey(primaries), [[76, 150, 29, 255]])


@pytest.mark.parametrize("size", [(200, 300), (333, 257), (700, 1201), (2000, 1500)])
def test_is_close_to_a_careful_reduction(size: tuple[int, int]) -> None:
    y, x = np.mgrid[0 : size[0], 0 : size[1]]
    waves = 60 * np.sin(50 * x / size[1]) + 60 * np.cos(40 * y / size[0])
    grey = np.repeat((127 + waves).astype(np.uint8)[:, :, None], 3, axis=2)
    reduced = reduce_by_area(grey)
    careful = reduce_to(grey, reduced.shape[1], reduced.shape[0])
    assert np.abs(reduced.astype(int) - careful).max() < 12  # less than a pixel aside
