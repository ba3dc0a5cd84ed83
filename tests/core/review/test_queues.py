from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.review import queues
from core.review.queues import QUEUES, Candidates, choose

FIGURES: dict[str, dict[str, Any]] = {
    queues.UNCERTAIN: {"low": 0.3, "high": 0.7},
    queues.CHOSEN: {"image_ids": [12, 10, 99, 12]},
    queues.RANDOM_AUDIT: {"seed": 3},
}


def candidates(n: int = 40, seed: int = 0, **changes: Any) -> Candidates:
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = {
        "image_ids": np.arange(10, 10 + n),
        "scores": rng.random(n),
        "is_fake": rng.random(n) < 0.3,
        "threshold": 0.5,
        "other_scores": rng.random(n),
        "other_threshold": 0.4,
    }
    return Candidates(**values | changes)


def chosen_ids(kind: str, found: Candidates, **params: Any) -> list[int]:
    rows = choose(kind, found, FIGURES.get(kind, {}) | params)
    return [int(image_id) for image_id in found.image_ids[rows]]


@pytest.mark.parametrize("kind", QUEUES)
def test_every_kind_is_deterministic_limited_and_repeats_nothing(kind: str) -> None:
    ids = chosen_ids(kind, candidates())
    assert ids == chosen_ids(kind, candidates())
    assert len(set(ids)) == len(ids) > 1
    assert len(kind) <= 24
    shorter = chosen_ids(kind, candidates(), limit=1)
    assert len(shorter) == 1
    if kind != queues.RANDOM_AUDIT:
        assert shorter == ids[:1]


@pytest.mark.parametrize("kind", QUEUES)
def test_the_order_of_the_candidates_does_not_count(kind: str) -> None:
    found = candidates()
    order = np.random.default_rng(1).permutation(len(found.image_ids))
    shuffled = Candidates(
        found.image_ids[order],
        found.scores[order],
        found.is_fake[order],
        found.threshold,
        None if found.other_scores is None else found.other_scores[order],
        found.other_threshold,
    )
    assert chosen_ids(kind, shuffled) == chosen_ids(kind, found)


@pytest.mark.parametrize("kind", QUEUES)
def test_an_empty_queue_is_refused(kind: str) -> None:
    with pytest.raises(InvalidInput, match="Received none among 0"):
        choose(kind, candidates(0), FIGURES.get(kind, {}))


def test_mistakes_come_worst_first_and_the_threshold_itself_is_fake() -> None:
    found = candidates(
        5,
        scores=np.array([0.5, 0.9, 0.1, 0.49, 0.5]),
        is_fake=np.array([False, False, True, True, True]),
    )
    assert chosen_ids(queues.FALSE_POSITIVES, found) == [11, 10]
    assert chosen_ids(queues.MISSES, found) == [12, 13]


def test_the_band_is_half_open_and_nearest_first_genuine_before_fake() -> None:
    found = candidates(
        5,
        scores=np.array([0.25, 0.75, 0.625, 0.375, np.nan]),
        is_fake=np.array([False, False, True, False, False]),
    )
    assert chosen_ids(queues.UNCERTAIN, found, low=0.25, high=0.75) == [13, 12, 10]
    assert chosen_ids(queues.UNCERTAIN, found, nearest=4) == [13, 12, 10, 11]


def test_disagreement_is_about_calls_not_scores() -> None:
    found = candidates(
        4,
        scores=np.array([0.9, 0.6, 0.2, 0.9]),
        other_scores=np.array([0.41, 0.39, 0.8, np.nan]),
    )
    assert chosen_ids(queues.DISAGREEMENTS, found) == [12, 11]


@given(st.integers(1, 400), st.integers(0, 99), st.integers(1, 120))
def test_an_audit_holds_both_labels_in_their_shares(n: int, seed: int, limit: int) -> None:
    found = candidates(n, seed)
    ids = np.array(chosen_ids(queues.RANDOM_AUDIT, found, seed=seed, limit=limit))
    assert len(set(ids.tolist())) == len(ids) <= min(n, limit)
    if limit <= n:
        expected = limit * found.is_fake.mean()
        assert abs(found.is_fake[ids - 10].sum() - expected) <= 2


def test_an_audit_favours_nobody() -> None:
    """Each of 40 images is drawn in about a quarter of 400 audits, first as often as last."""
    found = candidates()
    drawn = [chosen_ids(queues.RANDOM_AUDIT, found, seed=seed, limit=10) for seed in range(400)]
    counts = np.bincount(np.concatenate(drawn), minlength=50)[10:]
    assert counts.min() > 60
    assert counts.max() < 145
    assert len({ids[0] for ids in drawn}) == 40


@pytest.mark.parametrize(
    ("kind", "changes", "params", "words"),
    [
        ("oldest", {}, {}, "Expected a kind among"),
        (queues.MISSES, {"threshold": None}, {}, "Expected a threshold"),
        (queues.UNCERTAIN, {}, {"low": None}, "Expected 'low'"),
        (queues.UNCERTAIN, {}, {"low": 0.7, "high": 0.3}, r"Received 0\.7 to 0\.3"),
        (queues.DISAGREEMENTS, {"other_scores": None}, {}, "Expected a second run"),
    ],
)
def test_what_is_missing_is_named(
    kind: str, changes: dict[str, Any], params: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        choose(kind, candidates(**changes), FIGURES.get(kind, {}) | params)
