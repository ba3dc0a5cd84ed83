from pathlib import Path
from typing import Any

import pytest

from core.errors import Conflict, InvalidInput
from core.types import Claim, DatasetItem, Label, Split, Verdict
from dashboard.home import open_database, open_storages, open_store
from dashboard.jobs import freezing
from dashboard.jobs.context import Context
from dashboard.settings import Settings
from db import differences, images, imports, pairs, restoring, statuses, tags, versions
from db.engine import reading, writing
from tests.db.builders import add, add_pair, facts

N_PEOPLE = 8


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """Eight people with three photographs (JPEG) and two fakes (PNG) each, one pair across two."""
    settings = Settings(home=tmp_path, user="ada")
    database = open_database(settings)
    with writing(database) as session:
        imports.normalise_rule(session)
        for person in range(N_PEOPLE):
            ids = [add(session, (person, i), Label.GENUINE, f"p{person}") for i in range(3)]
            for i in range(2):
                fake = facts(("fake", person, i), format="PNG", size_bytes=90_000 + person + i)
                imports.add_fake(session, fake, Claim(Label.FAKE), [ids[i]], {})
        add_pair(session, 1, 6)
    return Context(settings, database, open_store(settings), open_storages(settings))


def freeze(context: Context, **arguments: Any) -> dict[str, Any]:
    given = {"test_fraction": 0.3, "seed": 0, "sources": [], **arguments}
    return freezing.freeze(context, "ada", given)


def items(context: Context, number: int) -> list[DatasetItem]:
    with reading(context.database) as session:
        return versions.items(session, number)


def test_freezing_tells_what_it_does(context: Context) -> None:
    told: list[tuple[float, str]] = []
    arguments = {"test_fraction": 0.3, "seed": 0, "sources": []}
    freezing.freeze(context, "ada", arguments, lambda *said: told.append(said))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions) and 0 == fractions[0] < fractions[-1] < 1
    assert [message.split()[0] for _, message in told] == [
        "Grouping",
        "Dealing",
        "Storing",
        "Looking",
    ]


def test_a_job_queued_before_there_were_rules_is_split_as_before(context: Context) -> None:
    result = freeze(context)
    assert (result["version"], result["images"]) == (1, 5 * N_PEOPLE)
    with reading(context.database) as session:
        version = versions.get_version(session, 1)
    assert version.split_rule == {"name": "70/30", "test_fraction": 0.3}
    assert set(version.counts) == {"train", "validation", "test"}
    again = freeze(context, rule="70/30", folds=5)
    assert again == {"version": 1, "note": "nothing has changed since it was frozen"}


def test_four_ways(context: Context) -> None:
    number = freeze(context, rule="60/10/10/20")["version"]
    with reading(context.database) as session:
        version = versions.get_version(session, number)
    assert set(version.counts) == set(Split)
    assert (version.split_rule, version.test_fraction) == ({"name": "60/10/10/20"}, 0.2)


def test_k_folds_are_k_ordinary_versions(context: Context) -> None:
    result = freeze(context, rule="k-fold", folds=4)
    assert result["versions"] == [1, 2, 3, 4]
    tested = [
        item.checksum
        for number in result["versions"]
        for item in items(context, number)
        if item.split is Split.TEST
    ]
    assert len(tested) == len(set(tested)) == 5 * N_PEOPLE
    with reading(context.database) as session:
        second = versions.get_version(session, 2)
        shortcuts = [versions.get_version(session, n).shortcut for n in result["versions"]]
    assert second.split_rule == {"name": "k-fold", "k": 4, "fold": 2}
    assert second.test_fraction == 0.25
    assert all(each == shortcuts[0] for each in shortcuts)


def test_the_version_is_marked_with_what_gives_the_classes_away(context: Context) -> None:
    number = freeze(context)["version"]
    with reading(context.database) as session:
        shortcut = versions.get_version(session, number).shortcut
    assert shortcut is not None
    assert [shortcut[name] for name in ("auc", "low", "high")] == pytest.approx([1, 1, 1])
    assert {"name": "file format", "auc": 1.0} in shortcut["features"]


def test_a_split_that_leaks_is_not_stored(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(rule: object, groups: list[int], *_: object) -> list[Split]:
        return [(Split.TRAIN, Split.TEST)[i % 2] for i in range(len(groups))]

    monkeypatch.setattr(freezing, "apply_rule", broken)
    with pytest.raises(Conflict, match=r"groups that cross it: group 0 \(p"):
        freeze(context)
    with reading(context.database) as session:
        assert versions.list_versions(session) == []


def test_a_grouping_that_forgets_a_pair_is_caught_too(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(identities: list[str | None], links: object) -> list[int]:
        return list(range(len(identities)))

    monkeypatch.setattr(freezing, "groups_of", forgetful)
    with pytest.raises(Conflict, match="groups that cross"):
        freeze(context)


def test_restoring_and_freezing_again_gives_the_same_content(context: Context) -> None:
    first = freeze(context, rule="60/10/10/20", seed=3)
    with writing(context.database) as session:
        images.relabel(session, [1, 2, 3], Label.FAKE, actor="ada")
        (pair,) = pairs.all_pairs(session)
        pairs.decide(session, pair.id, Verdict.KEEP_LEFT, actor="ada")
        add(session, "new", Label.GENUINE, "somebody new")
    second = freeze(context, rule="60/10/10/20", seed=3)
    with reading(context.database) as session:
        found = differences.count_differences(session, first["version"], second["version"])
    assert [found.counts[kind] for kind in ("came", "went", "label")] == [1, 1, 3]
    with writing(context.database) as session:
        restoring.restore(session, first["version"], actor="ada")
    assert freeze(context, rule="60/10/10/20", seed=3)["version"] == first["version"]


def test_what_cannot_be_frozen(context: Context) -> None:
    with pytest.raises(InvalidInput, match="9 groups with genuine"):
        freeze(context, rule="k-fold", folds=9)
    with pytest.raises(InvalidInput, match="Received none"):
        freeze(context, sources=["nowhere"])


def test_hard_examples_go_to_training_with_all_that_belongs_to_them(context: Context) -> None:
    tested = [item for item in items(context, freeze(context)["version"]) if item.split == "test"]
    hard = tested[0]
    with writing(context.database) as session:
        tags.add_tag(session, [hard.image_id], "hard example", actor="ada")
    number = freeze(context, hard_examples=True)["version"]
    with reading(context.database) as session:
        version = versions.get_version(session, number)
    told = {"images": 1, "groups": 1}
    assert version.split_rule == {"name": "70/30", "test_fraction": 0.3, "hard_examples": told}
    family = {item.image_id for item in tested if item.group == hard.group}
    assert len(family) >= 5  # a person's photographs, and the fakes made of them
    splits = {item.split for item in items(context, number) if item.image_id in family}
    assert splits == {Split.TRAIN}


def test_without_hard_examples_there_is_nothing_to_put_into_training(context: Context) -> None:
    with pytest.raises(InvalidInput, match="with the tag 'hard example' in the next version"):
        freeze(context, hard_examples=True)
    with writing(context.database) as session:
        tags.add_tag(session, [1], "hard example", actor="ada")
        statuses.exclude(session, [1], "blurred", actor="ada")
    with pytest.raises(InvalidInput, match="Received none"):
        freeze(context, hard_examples=True)
