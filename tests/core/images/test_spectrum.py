import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.images.spectrum import CYCLES, N_RINGS, log_power, radial_profile, spectrum_picture
from core.types import RgbImage


def stripes(period_px: float, contrast: float = 60.0) -> RgbImage:
    wave = 128 + contrast * np.sin(2 * np.pi * np.arange(480) / period_px)
    return np.repeat(np.tile(np.rint(wave), (320, 1))[..., None], 3, axis=2).astype(np.uint8)


def noise(seed: int = 0) -> RgbImage:
    grey = np.random.default_rng(seed).integers(0, 256, (320, 480, 1), dtype=np.uint8)
    return np.repeat(grey, 3, axis=2)


@pytest.mark.parametrize("period_px", [32, 8, 4, 2.5])
def test_stripes_show_at_their_fineness(period_px: float) -> None:
    profile = radial_profile(log_power(stripes(period_px)))
    assert CYCLES[int(profile.argmax())] == pytest.approx(1 / period_px, abs=1 / (2 * N_RINGS))


def test_the_power_of_all_frequencies_adds_up_to_one() -> None:
    assert (10.0 ** log_power(noise()).astype(np.float64)).sum() == pytest.approx(1, abs=1e-4)


def test_noise_is_as_strong_at_every_fineness() -> None:
    profile = radial_profile(log_power(noise()))
    assert profile.shape == (N_RINGS,)
    assert np.ptp(profile[4:]) < 0.3


@settings(max_examples=10, deadline=None)
@given(st.integers(20, 100))
def test_contrast_does_not_matter(contrast: int) -> None:
    strong, weak = (radial_profile(log_power(stripes(8, each))) for each in (100.0, contrast))
    at = int(strong.argmax())
    assert strong[at] == pytest.approx(weak[at], abs=0.02)


def test_a_flat_picture_has_no_spectrum_and_no_complaint() -> None:
    flat = log_power(np.full((320, 480, 3), 90, np.uint8))
    assert np.isfinite(radial_profile(flat)).all()
    assert spectrum_picture(flat).dtype == np.uint8


def test_the_picture_shows_stripes_as_two_dots_beside_the_middle() -> None:
    drawn = spectrum_picture(log_power(stripes(32)))
    assert drawn.shape == (320, 320)
    assert drawn[160, 150] == drawn[160, 170] == 255
    assert drawn[150, 160] < 128
