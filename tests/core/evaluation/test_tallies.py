import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.evaluation import calibration, metrics
from core.evaluation.tallies import Evidence, tally
from tests.core.evaluation.cases import GROUPS, IS_FAKE, SCORES, Images, scored_images

KINDS = np.array(["", "", "", "swap", "swap", "paint"])


def test_by_hand() -> None:
    evidence = Evidence(SCORES, IS_FAKE, GROUPS, threshold=0.5, attack_types=KINDS)
    weights = np.array([[1.0, 1.0, 1.0], [0.0, 1.0, 2.0]]).T
    found = tally(evidence).figures(weights)
    assert found["false_positive_rate"] == pytest.approx([1 / 3, 2 / 3])
    assert found["miss_rate"] == pytest.approx([1 / 3, 0])
    assert found["true_positive_rate"] == pytest.approx([2 / 3, 1])
    assert found["precision"] == pytest.approx([2 / 3, 3 / 5])
    assert found["accuracy"] == pytest.approx([4 / 6, 4 / 6])
    assert found["apcer: swap"] == pytest.approx([1 / 2, 0])
    assert found["apcer: paint"] == pytest.approx([0, 0])
    brier = [0.01 + 0.36, 0.16 + 0.09, 0.36 + 0.01]  # of each person
    assert found["brier"] == pytest.approx([sum(brier) / 6, (brier[1] + 2 * brier[2]) / 6])


def test_a_kind_that_no_resample_drew_is_undefined_there() -> None:
    evidence = Evidence(SCORES, IS_FAKE, GROUPS, threshold=0.5, attack_types=KINDS)
    found = tally(evidence).figures(np.array([[3.0, 0.0, 0.0]]).T)
    assert np.isnan(found["apcer: paint"][0])
    assert found["apcer: swap"][0] == 1.0


@settings(max_examples=60, deadline=None)
@given(images=scored_images, step=st.integers(0, 10), seed=st.integers(0, 99))
def test_figures_are_those_of_images_repeated_with_their_group(
    images: Images, step: int, seed: int
) -> None:
    scores, is_fake, names = images
    groups = np.unique(names, return_inverse=True)[1]
    evidence = Evidence(scores, is_fake, names, threshold=step / 10, temperature=1.7)
    times = np.random.default_rng(seed).integers(0, 4, evidence.n_groups)
    found = tally(evidence).figures(times[:, None].astype(np.float64))
    again = np.repeat(scores, times[groups]), np.repeat(is_fake, times[groups])
    confusion = metrics.rates(metrics.confusion_at(step / 10, *again))
    for name in ("false_positive_rate", "miss_rate", "precision", "accuracy"):
        value = getattr(confusion, name)
        assert found[name][0] == pytest.approx(np.nan if value is None else value, nan_ok=True)
    said = calibration.calibrate(again[0], 1.7)
    for name, probabilities in (("brier", again[0]), ("brier_calibrated", said)):
        value = calibration.brier(probabilities, again[1])
        assert found[name][0] == pytest.approx(np.nan if value is None else value, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(images=scored_images)
def test_the_calibration_error_is_that_of_its_own_module(images: Images) -> None:
    scores, is_fake, groups = images
    evidence = Evidence(scores, is_fake, groups, temperature=0.6)
    found = tally(evidence).figures(np.ones((evidence.n_groups, 1)))
    said = calibration.calibrate(scores, 0.6)
    assert found["ece"][0] == pytest.approx(calibration.ece(scores, is_fake))
    assert found["ece_calibrated"][0] == pytest.approx(calibration.ece(said, is_fake))


def test_what_was_not_given_is_left_out() -> None:
    bare = tally(Evidence(SCORES, IS_FAKE, GROUPS), with_curves=False)
    assert set(bare.figures(np.ones((3, 1)))) == {"brier", "ece"}


def test_arrays_of_other_lengths_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"Expected one group an image.*Received"):
        Evidence(SCORES, IS_FAKE, np.zeros(5))
    with pytest.raises(InvalidInput, match=r"Expected one attack type an image.*Received"):
        Evidence(SCORES, IS_FAKE, GROUPS, attack_types=np.array(["swap"]))
    with pytest.raises(InvalidInput, match="Expected scores from 0 to 1"):
        Evidence(SCORES + 1, IS_FAKE, GROUPS)
