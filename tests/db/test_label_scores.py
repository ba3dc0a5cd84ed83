import numpy as np
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.types import Claim, Label, Split, Status
from db import images, imports, label_scores, runs
from db.tables import ImageRow, VersionRow
from tests.db.builders import add, facts, freeze, start_run

N_FOLDS = 3
ROLES = [Split.TEST, Split.VALIDATION, Split.TRAIN]


@pytest.fixture
def ids(writer: Session) -> list[int]:
    return [add(writer, f"{at}", Label.FAKE if at % 2 else Label.GENUINE) for at in range(6)]


def freeze_folds(session: Session, ids: list[int], word: str = "a", seed: int = 7) -> list[int]:
    """Freeze a version a fold, of these images."""
    numbers = []
    for fold in range(1, N_FOLDS + 1):
        dealt = [(image_id, ROLES[(at + fold) % N_FOLDS]) for at, image_id in enumerate(ids)]
        number = freeze(session, dealt, f"{word}{fold}".ljust(64, "0"))
        rule = {"name": "k-fold", "k": N_FOLDS, "fold": fold}
        changed = update(VersionRow).where(VersionRow.number == number)
        session.execute(changed.values(split_rule=rule, seed=seed))
        numbers.append(number)
    return numbers


def train(session: Session, version: int, job: str) -> int:
    run = start_run(session, version, job)
    runs.finish_run(session, run)
    return run


def test_labels_are_those_of_active_images_as_they_stand(writer: Session, ids: list[int]) -> None:
    made = facts("made")
    imports.add_fake(writer, made, Claim(Label.FAKE), [ids[0]], {})
    made_id = images.get_by_checksum(writer, made.checksum).id
    images.relabel(writer, [ids[0]], Label.FAKE, actor="ada")
    images.relabel(writer, [ids[1]], Label.UNKNOWN, actor="ada")
    excluded = update(ImageRow).where(ImageRow.id == ids[2])
    writer.execute(excluded.values(status=Status.EXCLUDED))
    found = label_scores.labels(writer)
    order = np.argsort(found.ids)
    assert found.ids[order].tolist() == sorted([ids[0], *ids[3:], made_id])
    assert found.is_fake[order].tolist() == [True, True, False, True, True]
    assert found.is_certain[order].tolist() == [False, False, False, False, True]
    assert found.n_unlabelled == 1


def test_without_images_there_are_no_labels(writer: Session) -> None:
    found = label_scores.labels(writer)
    assert len(found.ids) == len(found.is_fake) == len(found.is_certain) == found.n_unlabelled == 0


def test_scores_come_with_the_split_of_their_own_run(writer: Session, ids: list[int]) -> None:
    versions = freeze_folds(writer, ids)
    first, second = (train(writer, version, f"job-{version}") for version in versions[:2])
    runs.save_predictions(writer, first, {ids[0]: 0.25})
    runs.save_predictions(writer, second, {ids[0]: 0.75, ids[1]: 0.5})
    found = label_scores.scores(writer, [first, second])
    told = set(zip(found.ids.tolist(), found.splits.tolist(), found.scores.tolist(), strict=True))
    assert told == {
        (ids[0], "validation", 0.25),
        (ids[0], "train", 0.75),
        (ids[1], "test", 0.5),
    }
    assert len(label_scores.scores(writer, [99]).ids) == 0
    assert label_scores.groups(writer, versions[0]) == {each: 100 + each for each in ids}


def test_the_newest_like_run_of_every_other_fold_is_joined(writer: Session, ids: list[int]) -> None:
    versions = freeze_folds(writer, ids)
    runs_of = [train(writer, version, f"job-{version}") for version in versions]
    newer = train(writer, versions[1], "again")
    assert label_scores.fold_runs(writer, runs_of[0]) == [runs_of[2], newer]
    assert label_scores.fold_runs(writer, runs_of[2]) == [runs_of[0], newer]


def test_only_runs_of_one_content_and_one_kind_are_joined(writer: Session, ids: list[int]) -> None:
    first, second, third = freeze_folds(writer, ids)
    run = train(writer, first, "first")
    start_run(writer, second, "unfinished")
    other = runs.start_run(
        writer,
        job_id="other",
        dataset_version=third,
        params={"epochs": 9},
        seed=7,
        weights="VGG16 (HED-BSDS500)",
        author="ada",
    )
    runs.finish_run(writer, other)
    for version in freeze_folds(writer, ids, "b", seed=8):
        train(writer, version, f"seed-{version}")
    for version in freeze_folds(writer, ids[:5], "c"):
        train(writer, version, f"fewer-{version}")
    images.relabel(writer, ids[:1], Label.FAKE, actor="ada")
    for version in freeze_folds(writer, ids, "d"):
        train(writer, version, f"relabelled-{version}")
    assert label_scores.fold_runs(writer, run) == []


def test_a_version_that_is_no_fold_stands_alone(writer: Session, ids: list[int]) -> None:
    dealt = [(image_id, Split.TEST) for image_id in ids]
    run = train(writer, freeze(writer, dealt), "one")
    train(writer, freeze_folds(writer, ids)[0], "two")
    assert label_scores.fold_runs(writer, run) == []
    with pytest.raises(NotFound, match="Received 99"):
        label_scores.fold_runs(writer, 99)
