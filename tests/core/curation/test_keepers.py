import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.curation.keepers import by_preference, suggest_keeper, suggest_of_group
from core.types import Label, Verdict
from tests.records import record


@pytest.mark.parametrize(
    ("better", "worse", "reason"),
    [
        ({"width_px": 101}, {"format": "PNG", "label": Label.FAKE}, "more pixels"),
        ({"format": "PNG"}, {"size_bytes": 2000}, "lossless"),
        ({"size_bytes": 2000}, {"label": Label.GENUINE}, "compressed less"),
        ({"id": 9, "label": Label.FAKE}, {}, "has a label"),
        ({"id": 1}, {"id": 2}, "came first"),
        ({"id": 1}, {"id": 2, "size_bytes": 1050}, "came first"),
    ],
)
def test_suggests_by_the_first_difference(
    better: dict[str, object], worse: dict[str, object], reason: str
) -> None:
    left = suggest_keeper(record(**better), record(**worse))
    right = suggest_keeper(record(**worse), record(**better))
    assert (left.verdict, right.verdict) == (Verdict.KEEP_LEFT, Verdict.KEEP_RIGHT)
    assert left.reason.startswith("Keep the left one: ")
    assert reason in left.reason
    assert reason in right.reason


def test_suggests_both_where_one_may_be_an_edit_of_the_other() -> None:
    suggestion = suggest_keeper(record(label=Label.FAKE, width_px=200), record(label=Label.GENUINE))
    assert suggestion.verdict is Verdict.KEEP_BOTH
    assert "edit" in suggestion.reason


def test_a_protected_image_is_preferred() -> None:
    small, large = record(id=1), record(id=2, width_px=900)
    suggestion = suggest_keeper(small, large, protected={1})
    assert suggestion.verdict is Verdict.KEEP_LEFT
    assert "it lies in a protected folder" in suggestion.reason
    assert suggest_keeper(small, large, protected={1, 2}).verdict is Verdict.KEEP_BOTH


def test_of_a_group_the_reasons_that_decided_are_told() -> None:
    group = [record(id=i, width_px=200) for i in (1, 2)] + [record(id=3)]
    group.append(record(id=4, width_px=200, format="PNG"))
    suggestion = suggest_of_group(group)
    assert suggestion.keeper == 4
    assert suggestion.reason == "it has more pixels, its format is lossless."
    assert by_preference(group) == [4, 1, 2, 3]


def test_of_a_group_a_protected_image_is_preferred() -> None:
    group = [record(id=1, width_px=900), record(id=2), record(id=3)]
    assert suggest_of_group(group, protected={2}).keeper == 2
    assert suggest_of_group(group, protected={1, 2, 3}).keeper is None


def test_all_of_a_group_are_kept_where_one_may_be_an_edit() -> None:
    group = [record(id=i, label=label) for i, label in enumerate(Label)]
    suggestion = suggest_of_group(group)
    assert suggestion.keeper is None
    assert "edit" in suggestion.reason


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["PNG", "JPEG"])), min_size=2))
def test_a_groups_keeper_wins_every_pair(drawn: list[tuple[int, str]]) -> None:
    group = [record(id=i, width_px=100 * w, format=f) for i, (w, f) in enumerate(drawn)]
    keeper = suggest_of_group(group).keeper
    assert keeper == by_preference(group)[0]
    (best,) = [image for image in group if image.id == keeper]
    for other in group:
        if other is not best:
            assert suggest_keeper(best, other).verdict is Verdict.KEEP_LEFT
