from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update

from core.errors import InvalidInput, NotFound
from core.types import Claim, Label, Split
from dashboard.home import open_database, open_storages, open_store
from dashboard.jobs import mislabelling
from dashboard.jobs.client import JobState
from dashboard.jobs.context import Context
from dashboard.settings import Settings
from db import images, imports, label_suggestions, runs
from db.engine import reading, writing
from db.tables import VersionRow
from tests.dashboard.jobs.conftest import Home
from tests.db.builders import add, facts, freeze, start_run

N = 90
TURNED = (2, 7, 31, 32)  # by position: two that are test in the first fold, two that are not
FOLDS = (1, 2, 3)


def split_of(at: int, fold: int) -> Split:
    return {0: Split.TEST, 1: Split.VALIDATION}.get((at + fold) % 3, Split.TRAIN)


def fill(context: Context) -> list[int]:
    """Images of which four labels are wrong, three folds with a good detector each."""
    with writing(context.database) as session:
        imports.normalise_rule(session)
        ids = [add(session, at, Label.FAKE if at % 2 else Label.GENUINE) for at in range(N)]
        for at in range(3):
            made = facts(f"made {at}")
            imports.add_fake(session, made, Claim(Label.FAKE), [ids[at]], {})
            ids.append(images.get_by_checksum(session, made.checksum).id)
        is_fake = np.arange(len(ids)) % 2 == 1
        is_fake[N:] = True
        for at in TURNED:
            turned = Label.GENUINE if is_fake[at] else Label.FAKE
            images.relabel(session, [ids[at]], turned, actor="mallory")
        for fold in FOLDS:
            dealt = [(image_id, split_of(at, fold)) for at, image_id in enumerate(ids)]
            number = freeze(session, dealt, str(fold) * 64)
            rule = {"name": "k-fold", "k": 3, "fold": fold}
            session.execute(
                update(VersionRow).where(VersionRow.number == number).values(split_rule=rule)
            )
            run = start_run(session, number, f"job-{fold}")
            rng = np.random.default_rng(fold)
            scores = np.where(is_fake, 0.9, 0.1) + rng.uniform(-0.1, 0.1, len(ids))
            scores[list(TURNED)] = np.where(is_fake[list(TURNED)], 0.99, 0.01)
            scores[N:] = 0.01  # what was made here is fake, whatever the detector says
            for at in range(len(ids)):
                if split_of(at, fold) is Split.TRAIN:  # learned by heart, wrong labels too
                    scores[at] = is_fake[at] != (at in TURNED)
            runs.save_predictions(session, run, dict(zip(ids, scores.tolist(), strict=True)))
            runs.finish_run(session, run)
    return ids


@pytest.fixture
def context(tmp_path: Path) -> Context:
    settings = Settings(home=tmp_path, user="ada")
    return Context(settings, open_database(settings), open_store(settings), open_storages(settings))


def look(context: Context, run_id: int, *, join_folds: bool) -> dict[str, Any]:
    judged = mislabelling.load(context, run_id, join_folds)
    found = mislabelling.judge(judged)
    summary = mislabelling.summarise(judged, found)
    return mislabelling.store(context, judged, found, summary, "ada")


def suggested(context: Context) -> set[int]:
    with reading(context.database) as session:
        return {each.image.id for each in label_suggestions.open_suggestions(session, 100)}


def test_all_folds_together_judge_every_image(context: Context) -> None:
    ids = fill(context)
    result = look(context, 1, join_folds=True)
    assert suggested(context) == {ids[at] for at in TURNED}
    assert (result["joined_runs"], result["judged"], result["suggestions"]) == (2, N + 3, 4)
    with reading(context.database) as session:
        newest = label_suggestions.newest_look(session)
    assert newest is not None
    told = newest.after
    assert (newest.subject_id, told["runs"], told["generated"]) == (1, [1, 2, 3], 3)
    assert (told["by_validation"], told["trained_on"], told["unscored"]) == (0, 0, 0)
    low, high = told["auc_interval"]
    assert 0.5 < low < told["auc"] < high <= 1
    assert [sum(counts) for counts in told["histogram"]] == [45, 48]


def test_one_fold_alone_judges_what_it_was_not_trained_on(context: Context) -> None:
    ids = fill(context)
    with writing(context.database) as session:
        add(session, "later", Label.FAKE)
        add(session, "nobody knows", Label.UNKNOWN)
    result = look(context, 1, join_folds=False)
    judged = [at for at in range(N + 3) if split_of(at, 1) is not Split.TRAIN]
    assert suggested(context) == {ids[at] for at in TURNED if at in judged}
    assert result["judged"] == len(judged) == 62
    assert (result["trained_on"], result["unscored"], result["unlabelled"]) == (31, 1, 1)
    assert sum(result[name] for name in ("judged", "trained_on", "unscored", "unlabelled")) == N + 5


def test_a_run_without_scores_says_where_to_get_them(context: Context) -> None:
    fill(context)
    with writing(context.database) as session:
        runs.save_predictions(session, 1, {})
    with pytest.raises(InvalidInput, match="score it under Evaluate"):
        mislabelling.load(context, 1, False)
    with pytest.raises(NotFound, match="Received 9"):
        mislabelling.load(context, 9, True)


@pytest.mark.slow
def test_the_command_stores_suggestions_or_says_what_is_missing(home: Home) -> None:
    settings = Settings(home=home.root, user="ada")
    context = Context(
        settings, open_database(settings), open_store(settings), open_storages(settings)
    )
    home.work("cpu-1", "cpu")
    fill(context)
    told = home.run("mislabelled", "--run", "1", "--wait")
    assert (told["state"], told["suggestions"]) == (JobState.DONE, 4)
    assert len(suggested(context)) == 4
    with writing(context.database) as session:
        runs.save_predictions(session, 1, {})
    assert "no scores" in home.run("mislabelled", "--run", "1", "--no-join", "--wait", expect=1)
