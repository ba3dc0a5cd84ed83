import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluation import metrics
from core.evaluation.weighted import build_ladder, step_numbers
from tests.core.evaluation.cases import GROUPS, IS_FAKE, SCORES, Images, people, scored_images


def expected(scores: np.ndarray, is_fake: np.ndarray) -> dict[str, float]:
    """Tell the figures as the module of metrics defines them; NaN where they are undefined."""
    found = {
        "auc": metrics.roc_auc(scores, is_fake),
        "average_precision": metrics.average_precision(scores, is_fake),
        "eer": metrics.eer(scores, is_fake),
        "tpr_at_1_fpr": metrics.tpr_at_fpr(scores, is_fake, 0.01),
        "tpr_at_5_fpr": metrics.tpr_at_fpr(scores, is_fake, 0.05),
    }
    return {name: np.nan if value is None else value for name, value in found.items()}


def test_by_hand() -> None:
    once, person_2_twice = np.ones(3), np.array([1.0, 1.0, 2.0])
    found = build_ladder(SCORES, IS_FAKE, GROUPS).curve_figures(np.array([once, person_2_twice]).T)
    # Of nine pairs seven won and one tied; of sixteen 12.5 (0.9 twice and 0.7 over 0.6, 0.6).
    assert found["auc"] == pytest.approx([7.5 / 9, (8 + 4 + 1.5) / 16])
    assert found["tpr_at_5_fpr"] == pytest.approx([2 / 3, 3 / 4])


@settings(max_examples=60, deadline=None)
@given(images=scored_images, seed=st.integers(0, 99))
def test_figures_are_those_of_images_repeated_with_their_group(images: Images, seed: int) -> None:
    scores, is_fake, groups = images
    weights = np.random.default_rng(seed).integers(0, 4, (int(groups.max()) + 1, 3))
    found = build_ladder(scores, is_fake, groups).curve_figures(weights.astype(np.float64))
    for column, times in enumerate(weights.T):
        repeated = np.repeat(scores, times[groups]), np.repeat(is_fake, times[groups])
        for name, value in expected(*repeated).items():
            assert found[name][column] == pytest.approx(value, nan_ok=True), name


def test_few_scores_are_all_kept_apart_and_equal_ones_share_a_step() -> None:
    assert step_numbers(SCORES, IS_FAKE).tolist() == [4, 3, 2, 3, 1, 0]


def test_joined_steps_hold_few_images_of_either_label_in_the_order_of_the_scores() -> None:
    scores, is_fake, _ = people(400, 25, np.random.default_rng(0))
    steps = step_numbers(scores, is_fake, max_steps=500)
    assert 300 < len(np.unique(steps)) <= 501
    assert np.all(np.diff(steps[np.argsort(-scores)]) >= 0)
    for chosen in (is_fake, ~is_fake):
        assert np.bincount(steps[chosen]).max() <= np.ceil(chosen.sum() / 250)


def test_joining_hardly_moves_a_figure() -> None:
    scores, is_fake, groups = people(400, 25, np.random.default_rng(1))
    once = np.ones((400, 1))
    joined = build_ladder(scores, is_fake, groups, max_steps=1000).curve_figures(once)
    for name, value in expected(scores, is_fake).items():
        assert joined[name][0] == pytest.approx(value, abs=2 / 1000), name
