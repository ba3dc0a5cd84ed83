import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from core.errors import InvalidInput
from core.evaluation import calibration, metrics
from core.evaluation.calibration import MAX_TEMPERATURE, MIN_TEMPERATURE, calibrate, fit_temperature
from tests.core.evaluation.cases import IS_FAKE, SCORES, Images, scored_images


def drawn(n: int, temperature: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw scores that are right once calibrated at a temperature."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, n)
    is_fake = rng.random(n) < 1 / (1 + np.exp(-logits / temperature))
    return 1 / (1 + np.exp(-logits)), is_fake


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_the_temperature_behind_the_labels_is_found(temperature: float) -> None:
    scores, is_fake = drawn(20_000, temperature)
    assert fit_temperature(scores, is_fake) == pytest.approx(temperature, rel=0.05)


@settings(max_examples=40, deadline=None)
@given(images=scored_images)
def test_the_temperature_is_bounded_and_no_other_fits_better(images: Images) -> None:
    scores, is_fake, _ = images
    found = fit_temperature(scores, is_fake)
    assert MIN_TEMPERATURE <= found <= MAX_TEMPERATURE
    n_fake = int(is_fake.sum())
    if n_fake in (0, len(scores)):
        assert found == 1.0
        return
    wanted = np.where(is_fake, (n_fake + 1) / (n_fake + 2), 1 / (len(scores) - n_fake + 2))

    def loss(temperature: float) -> float:
        said = calibrate(scores, temperature)
        with np.errstate(divide="ignore", invalid="ignore"):
            told = wanted * np.log(said) + (1 - wanted) * np.log1p(-said)
        return float(-np.mean(told))

    # Elsewhere the loss may be infinite, where a score of 1 is held for certain.
    worse = [loss(other) for other in (found * 0.9, found * 1.1) if 0.05 <= other <= 20]
    assert all(not other < loss(found) - 1e-6 for other in worse)


def test_labels_told_apart_without_a_mistake_do_not_make_certainty_infinite() -> None:
    scores, is_fake = np.array([0.4] * 10 + [0.6] * 10), np.arange(20) >= 10
    found = fit_temperature(scores, is_fake)
    # Platt's targets for 10 and 10: 11 / 12 and 1 / 12.
    assert calibrate(np.array([0.6]), found)[0] == pytest.approx(11 / 12, abs=1e-4)


def test_a_ranking_upside_down_ends_at_the_bound() -> None:
    scores, is_fake = np.array([0.1] * 20 + [0.9] * 20), np.arange(40) < 20
    assert fit_temperature(scores, is_fake) == pytest.approx(MAX_TEMPERATURE, rel=1e-3)


def test_scores_of_0_and_1_stay_finite() -> None:
    scores, is_fake = np.array([0.0, 1.0, 0.0, 1.0]), np.array([False, True, True, False])
    assert np.isfinite(fit_temperature(scores, is_fake))
    assert calibrate(np.array([0.0, 0.5, 1.0]), 0.05) == pytest.approx([0, 0.5, 1], abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(1e-6, 1 - 1e-6), min_size=1, max_size=20), st.floats(0.1, 10))
def test_calibration_keeps_the_order_and_1_changes_nothing(
    values: list[float], temperature: float
) -> None:
    scores = np.array(sorted(values))
    assert np.all(np.diff(calibrate(scores, temperature)) >= 0)
    assert calibrate(scores, 1.0) == pytest.approx(scores)


def test_calibration_by_hand() -> None:
    # logit 0.9 = log 9; half of it is log 3, which is 3 to 1.
    assert calibrate(np.array([0.9, 0.1]), 2.0) == pytest.approx([0.75, 0.25])


@settings(max_examples=40, deadline=None)
@given(images=scored_images)
def test_brier_agrees_with_scikit_learn(images: Images) -> None:
    scores, is_fake, _ = images
    expected = brier_score_loss(is_fake, scores, pos_label=True, labels=[False, True])
    assert calibration.brier(scores, is_fake) == pytest.approx(expected)


def test_ece_by_hand() -> None:
    # Two bins of three: told 0.1, 0.4, 0.4 with one fake; told 0.6, 0.7, 0.9 with two.
    gaps = abs(0.9 - 1), abs(2.2 - 2)
    assert calibration.ece(SCORES, IS_FAKE, n_bins=2) == pytest.approx(sum(gaps) / 6)
    assert calibration.ece(np.array([]), np.array([], dtype=bool)) is None
    assert calibration.brier(np.array([]), np.array([], dtype=bool)) is None


def test_reliability_agrees_with_scikit_learn() -> None:
    scores, is_fake = drawn(3000, 2.0)
    found = calibration.reliability(scores, is_fake, n_bins=10)
    share, said = calibration_curve(is_fake, scores, n_bins=10, strategy="quantile")
    assert [each.share_fake for each in found] == pytest.approx(share, abs=0.01)
    assert [each.predicted for each in found] == pytest.approx(said, abs=0.002)
    assert found[3].interval == metrics.wilson_interval(round(found[3].share_fake * 300), 300)


@settings(max_examples=40, deadline=None)
@given(images=scored_images, n_bins=st.integers(1, 6))
def test_bins_take_every_image_once_and_their_edges_find_them_again(
    images: Images, n_bins: int
) -> None:
    scores, is_fake, _ = images
    found = calibration.reliability(scores, is_fake, 1.5, n_bins)
    assert 1 <= len(found) <= n_bins
    assert sum(each.n for each in found) == len(scores)
    for each in found:
        beyond = scores <= 1 if each.score_to == 1 else scores < each.score_to
        inside = (scores >= each.score_from) & beyond
        assert inside.sum() == each.n
        assert is_fake[inside].mean() == pytest.approx(each.share_fake)
    assert (found[0].score_from, found[-1].score_to) == (0.0, 1.0)


def test_few_images_get_few_bins() -> None:
    for n, n_bins in ((5, 1), (45, 2), (1000, 15)):
        scores = np.linspace(0, 1, n)
        assert len(calibration.reliability(scores, scores > 0.5)) == n_bins


def test_the_error_by_chance_is_what_a_calibrated_detector_shows() -> None:
    shown = [calibration.ece(*drawn(300, 1.0, seed)) or 0 for seed in range(200)]
    scores, _ = drawn(300, 1.0)
    assert calibration.ece_by_chance(scores) == pytest.approx(np.mean(shown), rel=0.15)
    assert calibration.ece_by_chance(np.array([])) is None


def test_scores_out_of_range_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"Expected scores from 0 to 1.*Received"):
        fit_temperature(np.array([0.2, 1.4]), np.array([True, False]))
