import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.evaluation.tallies import Evidence
from core.review.outcomes import changes, correct, label_error
from core.review.verdicts import ReviewVerdict

LABEL, DETECTOR, NOTHING, UNUSABLE, UNSURE = ReviewVerdict
FPR = "false_positive_rate"
IDS = np.arange(6)
IS_FAKE = np.array([False, False, False, False, True, True])
SCORES = np.array([0.9, 0.8, 0.7, 0.1, 0.9, 0.2])


def evidence() -> Evidence:
    return Evidence(SCORES, IS_FAKE, np.array([1, 2, 3, 4, 5, 6]), threshold=0.5)


def test_wrong_labels_turn_unusable_images_leave_and_doubt_changes_nothing() -> None:
    verdicts = {0: LABEL, 1: UNUSABLE, 2: UNSURE, 3: NOTHING, 5: LABEL, 99: LABEL}
    found = correct(IDS, IS_FAKE, verdicts)
    assert found.is_fake.tolist() == [True, False, False, False, True, False]
    assert found.is_kept.tolist() == [True, False, True, True, True, True]
    assert found.n_turned == (1, 1)
    assert found.counts == {LABEL: 2, UNUSABLE: 1, UNSURE: 1, NOTHING: 1}


def test_figures_before_and_after_by_hand() -> None:
    """3 of 4 genuine images are called fake; one was a fake, one is unusable: 1 of 2 is left."""
    found = changes(evidence(), correct(IDS, IS_FAKE, {0: LABEL, 1: UNUSABLE}), n_boot=200)
    change = found[FPR]
    assert (change.before.value, change.after.value, change.difference) == (0.75, 0.5, -0.25)
    assert (change.before.n_images, change.after.n_images) == (4, 2)
    assert change.interval is not None
    assert change.interval[0] <= -0.25 <= change.interval[1]
    assert found["miss_rate"].after.value == pytest.approx(1 / 3)


def test_a_share_caught_among_few_genuine_images_has_no_interval_of_its_change() -> None:
    change = changes(evidence(), correct(IDS, IS_FAKE, {0: LABEL}), n_boot=100)["tpr_at_1_fpr"]
    assert change.difference is not None
    assert change.interval is None


def test_nothing_reviewed_changes_nothing() -> None:
    found = changes(evidence(), correct(IDS, IS_FAKE, {}), n_boot=100)
    assert {change.difference for change in found.values()} == {0.0}
    assert {change.interval for change in found.values()} == {None}
    assert all(change.before == change.after for change in found.values())


def test_judging_the_detector_wrong_corrects_nothing() -> None:
    found = correct(IDS, IS_FAKE, dict.fromkeys(IDS.tolist(), DETECTOR))
    assert found.is_fake.tolist() == IS_FAKE.tolist()
    assert found.is_kept.all()


def test_a_group_that_loses_all_its_images_leaves_the_resamples_in_step() -> None:
    """Without it before and after would be compared on resamples of different people."""
    rng = np.random.default_rng(0)
    n = 300
    groups, is_fake = np.arange(n) // 3, rng.random(n) < 0.5
    scores = np.clip(0.5 + 0.2 * (2 * is_fake - 1) + rng.normal(0, 0.2, n), 0, 1)
    gone = dict.fromkeys(range(3), UNUSABLE)
    data = Evidence(scores, is_fake, groups, threshold=0.5)
    found = changes(data, correct(np.arange(n), is_fake, gone), n_boot=300)["auc"]
    low, high = found.interval or (-1, 1)
    assert low <= (found.difference or 0) <= high
    assert high - low < 0.02  # resamples out of step spread over ten times as far
    assert high - low < 0.2 * (found.before.interval or (0, 0))[1]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([None, *ReviewVerdict]), min_size=6, max_size=6))
def test_correcting_twice_is_not_correcting_and_every_verdict_is_counted(
    said: list[ReviewVerdict | None],
) -> None:
    verdicts = {place: verdict for place, verdict in enumerate(said) if verdict}
    once = correct(IDS, IS_FAKE, verdicts)
    assert correct(IDS, once.is_fake, verdicts).is_fake.tolist() == IS_FAKE.tolist()
    assert sum(once.counts.values()) == len(verdicts)
    assert int((once.is_fake != IS_FAKE).sum()) == sum(once.n_turned) == said.count(LABEL)


def test_the_arrays_belong_together() -> None:
    with pytest.raises(InvalidInput, match=r"numbers \(6,\), labels \(5,\)"):
        correct(IDS, IS_FAKE[:5], {})


def test_the_share_of_wrong_labels_counts_only_what_could_be_told() -> None:
    """Wilson's interval of 2 in 20 is 2.8 % to 30.1 %."""
    said = [LABEL] * 2 + [NOTHING] * 15 + [DETECTOR] * 3 + [UNUSABLE, UNSURE, None, None]
    found = label_error(said)
    assert (found.n_wrong, found.n_judged, found.share) == (2, 20, 0.1)
    assert (found.n_unusable, found.n_cannot_tell, found.n_open) == (1, 1, 2)
    assert found.interval == pytest.approx((0.0279, 0.3010), abs=1e-4)
    made_here = label_error(said, n_generated=1)
    assert (made_here.n_wrong, made_here.n_judged, made_here.n_generated) == (1, 19, 1)
    nothing = label_error([None])
    assert (nothing.share, nothing.interval, nothing.n_open) == (None, None, 1)
