import numpy as np
import pytest

from core.images.reduce import reduce_by_area, to_grey


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
