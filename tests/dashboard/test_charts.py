from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.types import DatasetVersion, EpochMetrics, Label, NormaliseRule, Split, Trial
from dashboard import charts

COUNTS = st.integers(0, 10_000)


def epoch(number: int, val_auc: float) -> EpochMetrics:
    return EpochMetrics(number, 1.0 / number, 0.9, 2.0 / number, val_auc, 1.0)


def trial(number: int, val_auc: float, **params: object) -> Trial:
    return Trial(number, params, val_auc, 1.0)


def test_split_values_count_what_is_missing_as_none_and_leave_empty_splits_out() -> None:
    version = DatasetVersion(
        number=1,
        content_hash="c0" * 32,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        author="Robin",
        normalise_rule=NormaliseRule.CROP,
        test_fraction=0.3,
        seed=0,
        counts={Split.TRAIN: {Label.GENUINE: 6, Label.FAKE: 5}, Split.TEST: {Label.FAKE: 2}},
    )
    values = charts.split_values(version)
    assert values == {
        Label.GENUINE: {Split.TRAIN: 6, Split.TEST: 0},
        Label.FAKE: {Split.TRAIN: 5, Split.TEST: 2},
    }
    bars = charts.draw_splits(values).data
    assert [(bar.name, list(bar.x)) for bar in bars] == [
        ("Genuine", [6, 0]),
        ("Fake", [5, 2]),
    ]
    assert list(bars[0].y) == ["Train", "Test"]
    assert bars[0].marker.color != bars[1].marker.color


def test_the_best_epoch_is_the_first_of_the_highest() -> None:
    curves = charts.curve_values([epoch(1, 0.6), epoch(2, 0.8), epoch(3, 0.8), epoch(4, 0.7)])
    assert curves.best == 2
    assert curves.val_loss == (2.0, 1.0, 2 / 3, 0.5)
    training, validation, star = charts.draw_curve(curves, "auc").data
    assert (training.name, validation.name) == ("Training", "Validation")
    assert list(validation.y) == [0.6, 0.8, 0.8, 0.7]
    assert (star.name, list(star.x), list(star.y)) == ("Best: epoch 2", [2], [0.8])


def test_a_training_without_an_epoch_has_empty_curves() -> None:
    curves = charts.curve_values([])
    assert curves == charts.Curves((), (), (), (), (), None)
    assert [line.name for line in charts.draw_curve(curves, "loss").data] == [
        "Training",
        "Validation",
    ]


def test_axes_are_logarithms_ranks_and_plain_numbers() -> None:
    trials = [
        trial(1, 0.7, learning_rate=1e-4, hidden_units=256, dropout=0.1, epochs=5),
        trial(2, 0.9, learning_rate=1e-2, hidden_units=0, dropout=0.3, epochs=5),
        trial(3, 0.8, learning_rate=1e-3, hidden_units=64, dropout=0.2, epochs=5),
    ]
    axes = {axis.name: axis for axis in charts.trial_values(trials)}
    assert list(axes) == ["Dropout", "Hidden units", "Learning rate", "Validation AUC"]
    assert axes["Dropout"] == charts.Axis("Dropout", (0.1, 0.3, 0.2))
    assert axes["Hidden units"].values == (2.0, 0.0, 1.0)
    assert axes["Hidden units"].texts == ("0", "64", "256")
    assert axes["Learning rate"].values == pytest.approx((-4.0, -2.0, -3.0))
    assert axes["Learning rate"].texts == ("1e-04", "1e-03", "1e-02")
    assert axes["Validation AUC"].values == (0.7, 0.9, 0.8)


def test_the_best_trial_stands_out_alone() -> None:
    figure = charts.draw_trials(charts.trial_values([trial(1, 0.7), trial(2, 0.9), trial(3, 0.9)]))
    assert list(figure.data[0].line.color) == [0.0, 1.0, 0.0]


def test_confusion_by_hand() -> None:
    cells = charts.confusion_values([90, 10, 5, 15])
    assert [(cell.name, cell.row, cell.column, cell.count) for cell in cells] == [
        ("genuine-passed", 0, 0, 90),
        ("genuine-called-fake", 0, 1, 10),
        ("fakes-missed", 1, 0, 5),
        ("fakes-caught", 1, 1, 15),
    ]
    assert [cell.share for cell in cells] == [0.9, 0.1, 0.25, 0.75]


def test_cells_say_count_and_share_and_the_costly_one_is_marked() -> None:
    figure = charts.draw_confusion(charts.confusion_values([1990, 10, 0, 0]))
    texts = [note.text for note in figure.layout.annotations]
    assert "1,990" in texts[0] and "99.5%" in texts[0] and "costly" not in texts[0]
    assert "10" in texts[1] and "0.5%" in texts[1] and "costly error" in texts[1]
    assert "no images" in texts[2] and "no images" in texts[3]


def test_a_cell_with_all_but_one_image_of_its_row_is_not_told_as_all() -> None:
    figure = charts.draw_confusion(charts.confusion_values([9999, 1, 0, 5]))
    texts = [note.text for note in figure.layout.annotations]
    assert "99.99%" in texts[0] and "0.01%" in texts[1]
    assert "0.0%" in texts[2] and "100.0%" in texts[3]


def test_every_spot_of_the_matrix_names_the_cell_it_lies_in() -> None:
    overlay = charts.draw_confusion(charts.confusion_values([1, 2, 3, 4])).data[1]
    for x, y, name in zip(overlay.x, overlay.y, overlay.customdata, strict=True):
        assert charts.CELLS[2 * round(y) + round(x)] == name
    assert set(overlay.customdata) == set(charts.CELLS)


@given(counts=st.lists(COUNTS, min_size=4, max_size=4))
@settings(max_examples=30, deadline=None)
def test_shares_of_a_row_sum_to_one(counts: Sequence[int]) -> None:
    cells = charts.confusion_values(counts)
    assert [cell.count for cell in cells] == counts
    for row in (cells[:2], cells[2:]):
        shares = [cell.share for cell in row if cell.share is not None]
        assert sum(shares) == pytest.approx(1.0) if shares else sum(c.count for c in row) == 0
