import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.curation.splits import (
    HARD_EXAMPLES,
    K_FOLD,
    SPLIT_RULES,
    apply_rule,
    assign_splits,
    leaks,
)
from core.errors import InvalidInput
from core.types import Label, Split

THREE = (Split.TRAIN, Split.VALIDATION, Split.TEST)
G, F, U = Label.GENUINE, Label.FAKE, Label.UNKNOWN
Items = list[tuple[int, Label]]


@st.composite
def datasets(draw: st.DrawFn) -> Items:
    """Images as (group, label), with groups from singletons to most of the dataset."""
    label = st.sampled_from([G, F, U])
    group = st.lists(label, min_size=1, max_size=3) | st.lists(label, min_size=5, max_size=40)
    groups = draw(st.lists(group, min_size=3, max_size=25))
    return [(number, label) for number, labels in enumerate(groups) for label in labels]


def n_groups_with(items: Items, label: Label) -> int:
    return len({group for group, other in items if other is label})


def split_of(items: Items, **options: float) -> list[Split]:
    return assign_splits([g for g, _ in items], [label for _, label in items], **options)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=150)
@given(datasets(), st.integers(0, 3), st.randoms(use_true_random=False))
def test_no_group_crosses_and_every_split_has_both_labels(
    items: Items, seed: int, random_order: random.Random
) -> None:
    assume(min(n_groups_with(items, G), n_groups_with(items, F)) >= 3)
    splits = split_of(items, seed=seed)
    assert leaks([group for group, _ in items], splits) == []
    held = {(split, label) for split, (_, label) in zip(splits, items, strict=True)}
    assert held >= {(split, label) for split in THREE for label in (G, F)}
    shuffled = items.copy()
    random_order.shuffle(shuffled)
    again = dict(zip((g for g, _ in shuffled), split_of(shuffled, seed=seed), strict=True))
    assert again == dict(zip((g for g, _ in items), splits, strict=True))


@settings(deadline=None, max_examples=30)
@given(
    st.integers(0, 99), st.sampled_from([0.1, 0.2, 0.3, 0.5]), st.sampled_from([0.1, 0.15, 0.25])
)
def test_fractions_are_met_by_label_when_groups_are_small(
    seed: int, test: float, validation: float
) -> None:
    rng = random.Random(seed)
    items = [(g, rng.choice([G, G, G, F])) for g in range(150) for _ in range(rng.randint(1, 8))]
    splits = split_of(items, test_fraction=test, validation_fraction=validation, seed=seed)
    for label in (G, F):
        mine = [split for split, (_, other) in zip(splits, items, strict=True) if other is label]
        assert abs(mine.count(Split.TEST) / len(mine) - test) < 0.03
        assert abs(mine.count(Split.VALIDATION) / len(mine) - validation) < 0.03


def test_a_group_larger_than_the_test_split_goes_to_training() -> None:
    items = [(0, label) for label in (G, F) for _ in range(50)]
    items += [(number, label) for number in range(1, 51) for label in (G, F)]
    splits = split_of(items)
    assert splits[0] is Split.TRAIN
    assert abs(splits.count(Split.TEST) / len(splits) - 0.3) < 0.02


def test_three_groups_a_label_are_enough() -> None:
    items = [(number, label) for number, label in enumerate([G, G, G, F, F, F])]
    splits = split_of(items)
    assert Counter(zip(splits, (label for _, label in items), strict=True)) == Counter(
        {(split, label): 1 for split in THREE for label in (G, F)}
    )


def test_another_seed_draws_anew_and_the_same_does_not() -> None:
    items = [(number, label) for number in range(40) for label in (G, F)]
    assert split_of(items, seed=1) == split_of(items, seed=1)
    assert split_of(items, seed=1) != split_of(items, seed=2)


def test_golden_draw() -> None:
    items = [(number, label) for number in range(10) for label in (G, F)]
    splits = split_of(items)[::2]
    assert " ".join(split[:2] for split in splits) == "tr tr te tr te te tr tr tr va"


def test_takes_arrays_of_groups() -> None:
    groups = np.arange(6, dtype=np.int64)
    assert len(assign_splits(groups, [G, G, G, F, F, F])) == 6


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([G, G, G, F, F], "at least 3 groups with fake images.* Received 2"),
        ([G, G, G, U, U, U], "with fake images.* Received 0"),
        ([F, F, F, F, G], "with genuine images.* Received 1"),
        ([], "with genuine images"),
    ],
)
def test_too_few_groups_are_named(labels: list[Label], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        assign_splits(list(range(len(labels))), labels)


@pytest.mark.parametrize(("test", "validation"), [(0.0, 0.1), (0.3, 0.0), (0.9, 0.1), (-1, 0.1)])
def test_fractions_that_empty_a_split_are_refused(test: float, validation: float) -> None:
    with pytest.raises(InvalidInput, match="fractions"):
        assign_splits([0], [G], test, validation)


def test_leaks_names_the_groups_that_cross() -> None:
    splits = [Split.TRAIN, Split.TEST, Split.TRAIN, Split.TRAIN, Split.VALIDATION, Split.TEST]
    assert leaks([7, 7, 1, 1, 5, 2], splits) == [7]
    assert leaks([], []) == []


def by_rule(items: Items, seed: int = 0, **rule: object) -> list[Split]:
    return apply_rule(rule, [g for g, _ in items], [label for _, label in items], seed)


@settings(deadline=None, max_examples=40)
@given(datasets(), st.integers(0, 3), st.sampled_from(list(SPLIT_RULES)))
def test_no_rule_parts_a_group(items: Items, seed: int, name: str) -> None:
    assume(min(n_groups_with(items, G), n_groups_with(items, F)) >= 5)
    splits = by_rule(items, seed, name=name)
    assert leaks([group for group, _ in items], splits) == []
    expected = set(Split) if name == "60/10/10/20" else set(THREE)
    held = {(split, label) for split, (_, label) in zip(splits, items, strict=True)}
    assert set(splits) == expected
    assert held >= {(split, label) for split in expected for label in (G, F)}


@settings(deadline=None, max_examples=30)
@given(datasets(), st.integers(0, 3), st.integers(3, 6))
def test_every_image_is_test_once_and_validation_once_over_k_folds(
    items: Items, seed: int, k: int
) -> None:
    assume(min(n_groups_with(items, G), n_groups_with(items, F)) >= k)
    folds = [by_rule(items, seed, name=K_FOLD, k=k, fold=fold) for fold in range(1, k + 1)]
    for image in zip(*folds, strict=True):
        assert Counter(image) == {Split.TEST: 1, Split.VALIDATION: 1, Split.TRAIN: k - 2}
    assert [split is Split.VALIDATION for split in folds[0]] == [
        split is Split.TEST for split in folds[1]
    ]


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 99))
def test_the_shares_of_four_and_of_folds_are_met_when_groups_are_small(seed: int) -> None:
    rng = random.Random(seed)
    items = [(g, rng.choice([G, G, G, F])) for g in range(150) for _ in range(rng.randint(1, 8))]
    four = Counter(by_rule(items, seed, name="60/10/10/20"))
    for split, share in zip(Split, (0.6, 0.1, 0.1, 0.2), strict=True):
        assert abs(four[split] / len(items) - share) < 0.03
    fold = Counter(by_rule(items, seed, name=K_FOLD, k=5, fold=3))
    assert abs(fold[Split.TEST] / len(items) - 0.2) < 0.03


def test_the_seventy_thirty_rule_is_the_split_of_old() -> None:
    items = [(number, label) for number in range(40) for label in (G, F)]
    assert by_rule(items, 3, name="70/30") == split_of(items, seed=3)
    assert by_rule(items, 3, name="70/30", test_fraction=0.2) == split_of(
        items, test_fraction=0.2, seed=3
    )


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"name": "80/20"}, "among 70/30, 60/10/10/20, k-fold. Received '80/20'"),
        ({}, "Received None"),
        ({"name": K_FOLD, "k": 2}, "3 to 20 folds.* Received k 2"),
        ({"name": K_FOLD, "k": 5, "fold": 6}, "fold 6"),
        ({"name": K_FOLD, "k": 12}, "12 groups with genuine images, one for each of 12 folds"),
        ({"name": "60/10/10/20"}, "at least 4 groups.*train, validation, calibration, test"),
    ],
)
def test_rules_that_cannot_be_are_refused(rule: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        by_rule([(0, G), (1, G), (2, G), (3, F), (4, F), (5, F)], **rule)


# Hard examples


@settings(deadline=None, max_examples=150)
@given(datasets(), st.integers(0, 3), st.data())
def test_hard_examples_go_to_training_and_nothing_leaks(
    items: Items, seed: int, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["70/30", "60/10/10/20"]))
    numbers = sorted({group for group, _ in items})
    hard = set(data.draw(st.lists(st.sampled_from(numbers), unique=True, max_size=8)))
    rest = [(group, label) for group, label in items if group not in hard]
    assume(min(n_groups_with(rest, G), n_groups_with(rest, F)) >= 4)
    groups, labels = [g for g, _ in items], [label for _, label in items]
    told = {"name": name, HARD_EXAMPLES: {"images": 3, "groups": 2}}
    splits = apply_rule(told, groups, labels, seed, hard)
    assert leaks(groups, splits) == []
    assert {s for s, g in zip(splits, groups, strict=True) if g in hard} <= {Split.TRAIN}
    expected = set(Split) if name == "60/10/10/20" else set(THREE)
    held = {(split, label) for split, label in zip(splits, labels, strict=True)}
    assert held >= {(split, label) for split in expected for label in (G, F)}
    if not hard:
        assert splits == apply_rule({"name": name}, groups, labels, seed)


def test_few_hard_examples_leave_the_shares_as_they_are() -> None:
    items = [(number, label) for number in range(100) for label in (G, F)]
    groups, labels = [g for g, _ in items], [label for _, label in items]
    splits = Counter(apply_rule({"name": "70/30"}, groups, labels, 0, range(30)))
    assert splits == {Split.TRAIN: 120, Split.TEST: 60, Split.VALIDATION: 20}


def test_hard_examples_that_leave_too_little_to_test_on_are_refused() -> None:
    groups, labels = [0, 1, 2, 3, 4, 5], [G, G, G, F, F, F]
    with pytest.raises(InvalidInput, match=r"beforehand, one for each of validation, test\. Rec"):
        apply_rule({"name": "70/30"}, groups, labels, 0, {0, 1})


def test_folds_cannot_keep_an_image_in_training() -> None:
    with pytest.raises(InvalidInput, match="which tests every image once"):
        apply_rule({"name": K_FOLD}, [0, 1], [G, F], 0, {1})
