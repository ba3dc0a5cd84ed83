from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.types import EpochMetrics, Label, Split, Trial
from db import images, runs
from tests.db.builders import MODEST, add, forgotten, freeze, start_run


def metrics(epoch: int, val_auc: float, loss: float = 0.5) -> EpochMetrics:
    return EpochMetrics(epoch, loss, 0.75, loss + 0.1, val_auc, 1.5)


@pytest.fixture
def run_id(writer: Session) -> int:
    return start_run(writer, freeze(writer, [(add(writer, "a"), Split.TRAIN)]))


def best(session: Session, run_id: int) -> tuple[int | None, float | None]:
    run = runs.get_run(session, run_id)
    return run.best_epoch, run.best_val_auc


# Runs


def test_a_run_is_stored_as_it_was_started(writer: Session, run_id: int) -> None:
    run = runs.get_run(writer, run_id)
    assert (run.job_id, run.dataset_version, run.seed) == ("job-1", 1, 7)
    assert run.params == {"epochs": 3, "dropout": 0.25}
    assert (run.weights, run.author, run.packages) == ("VGG16 (HED-BSDS500)", "ada", {})
    unknown = (run.weights_hash, run.device, run.finished_at, run.best_epoch, run.best_val_auc)
    assert unknown == (None,) * 5


def test_a_job_that_starts_again_goes_on_with_its_run(writer: Session, run_id: int) -> None:
    runs.record_epoch(writer, run_id, metrics(1, 0.8))
    before = runs.get_run(writer, run_id)
    assert start_run(writer, 1) == run_id
    assert start_run(writer, 1, "job-2") != run_id
    assert runs.get_run(writer, run_id) == before
    assert len(runs.list_runs(writer)) == 2


def test_runs_are_listed_newest_first_and_found_by_job(writer: Session, run_id: int) -> None:
    second = start_run(writer, 1, "job-2")
    assert [run.id for run in runs.list_runs(writer)] == [second, run_id]
    found = runs.find_run_of_job(writer, "job-2")
    assert found == runs.get_run(writer, second)
    assert runs.find_run_of_job(writer, "job-3") is None


def test_a_run_says_what_it_ran_on(writer: Session, run_id: int) -> None:
    runs.describe_run(
        writer, run_id, packages={"keras": "3.0"}, weights_hash="ab" * 32, device="CPU"
    )
    run = runs.get_run(writer, run_id)
    assert (run.packages, run.weights_hash, run.device) == ({"keras": "3.0"}, "ab" * 32, "CPU")


def test_a_run_that_is_not_there(writer: Session) -> None:
    with pytest.raises(NotFound, match="Received 99"):
        runs.get_run(writer, 99)


# Epochs


def test_an_epoch_told_twice_is_one_row_with_the_last_figures(writer: Session, run_id: int) -> None:
    for told in (metrics(2, 0.9), metrics(1, 0.7), metrics(2, 0.6, loss=0.25)):
        runs.record_epoch(writer, run_id, told)
    assert runs.epochs(writer, run_id) == [metrics(1, 0.7), metrics(2, 0.6, loss=0.25)]
    assert best(writer, run_id) == (1, 0.7)


def test_figures_that_are_held_are_not_shown_stale(writer: Session, run_id: int) -> None:
    runs.record_epoch(writer, run_id, metrics(1, 0.7))
    held = runs.get_run(writer, run_id)
    runs.record_epoch(writer, run_id, metrics(2, 0.8))
    assert best(writer, run_id) == (2, 0.8)
    assert held.best_epoch == 1


def test_epochs_of_another_run_do_not_count(writer: Session, run_id: int) -> None:
    other = start_run(writer, 1, "job-2")
    runs.record_epoch(writer, other, metrics(1, 0.99))
    runs.record_epoch(writer, run_id, metrics(1, 0.5))
    assert best(writer, run_id) == (1, 0.5)
    assert len(runs.epochs(writer, run_id)) == 1


aucs = st.dictionaries(st.integers(1, 9), st.sampled_from([0.5, 0.75, 0.875, 1.0]), min_size=1)


@MODEST
@given(aucs, st.randoms(use_true_random=False))
def test_the_best_epoch_is_the_first_of_the_best(
    database: Engine, aucs: dict[int, float], random: Random
) -> None:
    told = list(aucs.items())
    random.shuffle(told)
    with forgotten(database) as session:
        run_id = start_run(session, freeze(session, [(add(session, "a"), Split.TRAIN)]))
        for epoch, auc in told:
            runs.record_epoch(session, run_id, metrics(epoch, auc))
        top = max(aucs.values())
        assert best(session, run_id) == (min(e for e, auc in aucs.items() if auc == top), top)


# Predictions


def test_predictions_of_a_split_highest_first_with_the_frozen_label(writer: Session) -> None:
    a, b, c = (add(writer, i, Label.FAKE) for i in range(3))
    first = freeze(writer, [(a, Split.TEST), (b, Split.TEST), (c, Split.TRAIN)])
    freeze(writer, [(a, Split.TRAIN), (c, Split.TEST)])
    run_id = start_run(writer, first)
    runs.save_predictions(writer, run_id, {a: 0.25, b: 0.75, c: 1.0})
    images.relabel(writer, [b], Label.GENUINE, actor="ada")
    found = runs.predictions(writer, run_id, Split.TEST)
    assert found == [(b, 0.75, "fake", 100 + b), (a, 0.25, "fake", 100 + a)]
    assert [row[0] for row in runs.predictions(writer, run_id, Split.TRAIN)] == [c]
    assert runs.predictions(writer, run_id, Split.VALIDATION) == []


def test_equal_scores_come_in_one_order(writer: Session) -> None:
    ids = [add(writer, i) for i in range(6)]
    run_id = start_run(writer, freeze(writer, [(i, Split.TEST) for i in ids]))
    runs.save_predictions(writer, run_id, dict.fromkeys(ids, 0.5))
    found = [row[0] for row in runs.predictions(writer, run_id, Split.TEST)]
    told = [image.checksum for image in images.get_images(writer, found)]
    assert told == sorted(told)


def test_scoring_again_replaces_the_scores_of_this_run_only(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    version = freeze(writer, [(a, Split.TEST), (b, Split.TEST)])
    run_id, other = start_run(writer, version), start_run(writer, version, "job-2")
    runs.save_predictions(writer, other, {a: 0.5})
    runs.save_predictions(writer, run_id, {a: 0.25, b: 0.75})
    runs.save_predictions(writer, run_id, {a: 0.125})
    assert [row[1] for row in runs.predictions(writer, run_id, Split.TEST)] == [0.125]
    assert [row[1] for row in runs.predictions(writer, other, Split.TEST)] == [0.5]


# Studies


def start_study(session: Session, job_id: str) -> int:
    params = {"trials": 3, "dropout": [0.1, 0.5]}
    return runs.start_study(session, job_id=job_id, dataset_version=1, params=params, author="ada")


def test_trials_best_first_and_one_told_twice_is_one_row(writer: Session, run_id: int) -> None:
    study, other = start_study(writer, "s1"), start_study(writer, "s2")
    tried = [Trial(i, {"dropout": 0.1 * i}, auc, 2.0) for i, auc in enumerate([0.5, 0.75, 0.75])]
    for trial in [*tried, tried[0]]:
        runs.record_trial(writer, study, trial)
    assert runs.trials(writer, study) == [tried[1], tried[2], tried[0]]
    again = Trial(1, {"dropout": 0.4}, 0.25, 3.0)
    runs.record_trial(writer, study, again)
    assert runs.trials(writer, study) == [tried[2], tried[0], again]
    assert runs.trials(writer, other) == []


def test_a_job_that_starts_again_goes_on_with_its_study(writer: Session, run_id: int) -> None:
    study = start_study(writer, "s1")
    assert start_study(writer, "s1") == study
    other = start_study(writer, "s2")
    assert runs.list_studies(writer) == [(other, "s2", 1), (study, "s1", 1)]
    assert runs.study_arguments(writer, study) == {"trials": 3, "dropout": [0.1, 0.5]}
    with pytest.raises(NotFound, match="Received 99"):
        runs.study_arguments(writer, 99)
