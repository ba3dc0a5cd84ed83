"""Do 95 % intervals hold the truth 95 times in 100, where the truth is known?"""

from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np
import pytest

from core.evaluation import metrics
from core.evaluation.bootstrap import estimate
from core.evaluation.tallies import Evidence
from tests.core.evaluation.cases import Images, people

THRESHOLD = 0.6
BELOW = NormalDist().cdf


def truth(habit: float = 0.8) -> dict[str, float]:
    """Work out the figures of all people there could be, from how `people` draws them."""
    spread = float(np.hypot(1, habit))
    cut = float(np.log(THRESHOLD / (1 - THRESHOLD)))
    fpr, miss_rate = BELOW((-2.0 - cut) / spread), BELOW((cut - 1.2) / spread)
    return {
        "auc": BELOW(3.2 / spread / np.sqrt(2)),
        "eer": BELOW(-1.6 / spread),
        "tpr_at_5_fpr": BELOW(3.2 / spread + NormalDist().inv_cdf(0.05)),
        "false_positive_rate": fpr,
        "miss_rate": miss_rate,
        "precision": (1 - miss_rate) / (1 - miss_rate + fpr),
        "accuracy": 1 - (fpr + miss_rate) / 2,
    }


def coverage(
    trials: Sequence[Images], wanted: Mapping[str, float], n_boot: int
) -> dict[str, float]:
    """Return in which share of the trials the interval of each figure held the truth."""
    held: dict[str, list[bool]] = {name: [] for name in wanted}
    for seed, images in enumerate(trials):
        evidence = Evidence(*images, threshold=THRESHOLD)
        found = estimate(evidence, n_boot, seed, with_curves="auc" in wanted)
        for name, value in wanted.items():
            low, high = found[name].interval or (1.0, 0.0)
            held[name].append(low <= value <= high)
    return {name: float(np.mean(values)) for name, values in held.items()}


def samples(n: int, n_people: int, n_each: int, habit: float = 0.8) -> list[Images]:
    rng = np.random.default_rng(7)
    return [people(n_people, n_each, rng, habit) for _ in range(n)]


def test_the_truth_is_that_of_very_many_people() -> None:
    scores, is_fake, _ = people(50_000, 1, np.random.default_rng(0))
    rates = metrics.rates(metrics.confusion_at(THRESHOLD, scores, is_fake))
    wanted = truth()
    assert metrics.roc_auc(scores, is_fake) == pytest.approx(wanted["auc"], abs=0.003)
    assert metrics.eer(scores, is_fake) == pytest.approx(wanted["eer"], abs=0.005)
    for name in ("false_positive_rate", "miss_rate", "precision", "accuracy"):
        assert getattr(rates, name) == pytest.approx(wanted[name], abs=0.007), name


def test_rates_of_calls_hold_the_truth() -> None:
    names = ("false_positive_rate", "miss_rate", "precision", "accuracy")
    found = coverage(samples(120, 40, 6), {name: truth()[name] for name in names}, 200)
    for name, share in found.items():
        assert share >= 0.89, name  # 0.95 less three standard errors of 120 trials


def test_forgetting_that_images_share_a_person_holds_the_truth_less_often() -> None:
    trials = samples(80, 25, 16, habit=2.0)
    alone = [(scores, is_fake, np.arange(len(scores))) for scores, is_fake, _ in trials]
    wanted = {"miss_rate": truth(habit=2.0)["miss_rate"]}
    assert coverage(trials, wanted, 200)["miss_rate"] >= 0.88
    assert coverage(alone, wanted, 200)["miss_rate"] < 0.75


@pytest.mark.slow
@pytest.mark.parametrize(("n_people", "least"), [(40, 0.88), (150, 0.92)])
def test_all_figures_hold_the_truth(n_people: int, least: float) -> None:
    """With 40 people the ranking's hold it in 92 of 100 trials: the page calls these indicative."""
    found = coverage(samples(300, n_people, 6), truth(), 600)
    assert {name: share for name, share in found.items() if not least <= share <= 0.995} == {}
