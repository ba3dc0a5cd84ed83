from pathlib import Path

import pytest

from dashboard.home import open_database, open_storages, open_store
from dashboard.jobs import accepting
from dashboard.jobs.context import Context
from dashboard.settings import Settings
from db import pairs
from db.accepting import START, Place
from db.engine import reading, writing
from tests.dashboard.jobs.conftest import Home
from tests.db.builders import add, add_pair

N_PAIRS = 5


def fill(settings: Settings) -> Context:
    """Make a home with five pairs that wait."""
    database = open_database(settings)
    with writing(database) as session:
        ids = [add(session, i) for i in range(2 * N_PAIRS)]
        for a, b in zip(ids[::2], ids[1::2], strict=True):
            add_pair(session, a, b, bits=1)
    return Context(settings, database, open_store(settings), open_storages(settings))


def counts(context: Context) -> dict[str, int]:
    with reading(context.database) as session:
        return pairs.count_pairs(session)


def test_what_a_cancel_left_goes_on_as_the_same_act(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accepting, "BATCH_PAIRS", 2)
    context = fill(Settings(home=tmp_path))
    moment, n_pairs = accepting.begin(context, 2)
    assert n_pairs == N_PAIRS
    accepting.accept_stretch(context, "ada", 2, moment, START)
    assert counts(context)["decided"] == 2
    after: Place | None = START
    while after is not None:
        after = accepting.accept_stretch(context, "ada", 2, moment, after).last
    assert accepting.count_decided(context, "ada", moment) == N_PAIRS
    with writing(context.database) as session:
        assert len(pairs.undo_decision(session, actor="ada")) == N_PAIRS
    assert counts(context)["pending"] == N_PAIRS


@pytest.mark.slow
def test_the_command_accepts_and_one_undo_takes_all_back(home: Home) -> None:
    settings = Settings(home=home.root)
    context = fill(settings)
    done = home.run("duplicates", "--accept-up-to", "2", "--wait")
    assert (done["state"], done["decided"], done["left_for_you"]) == ("done", N_PAIRS, 0)
    assert counts(context)["pending"] == 0
    with writing(context.database) as session:
        assert len(pairs.undo_decision(session, actor=settings.user)) == N_PAIRS
    context.database.dispose()
