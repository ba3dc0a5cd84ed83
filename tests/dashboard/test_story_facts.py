import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from core.errors import InvalidInput, NotFound
from core.evaluation.operating_points import DEFAULT_PREVALENCE
from core.review.verdicts import HARD_EXAMPLE
from core.types import Label, Split
from dashboard.commands.reports import report
from dashboard.home import open_database
from dashboard.report.files import write
from dashboard.reporting import report as figures_of
from dashboard.settings import Settings, settings
from dashboard.story_chapters import tell
from dashboard.story_facts import assumed_prevalence, gather
from db import provenance, runs, tags, thresholds
from db.catalogue import Catalogue
from db.engine import reading, writing
from tests.db.builders import add, freeze, start_run
from tests.db.review_builders import LABEL, NOTHING, items_of, judged_queue, make_queue, say
from tests.seeded import seed_scored_home

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seed_scored_home(tmp_path_factory.mktemp("story") / "data").home


@pytest.fixture
def home(seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A home with two scored runs, in force for this test."""
    shutil.copytree(seeded, tmp_path / "data")
    monkeypatch.setenv("VERITY_HOME", str(tmp_path / "data"))
    settings.cache_clear()
    yield settings()
    settings.cache_clear()


@pytest.fixture
def session(home: Settings) -> Iterator[Session]:
    with reading(open_database(home)) as opened:
        yield opened


def approve(home: Settings, value: float, **policy: Any) -> None:
    with writing(open_database(home)) as session:
        number = thresholds.propose(
            session, 1, value, Split.VALIDATION, "few accusations", author="Ada", policy=policy
        )
        thresholds.approve(session, number, actor="Grace")


def test_the_figures_are_those_of_the_report(session: Session) -> None:
    told, figures = gather(session, Catalogue(), 1), figures_of(session, 1)
    assert told.test.false_positives.part == figures["confusion"]["false_fake"]
    assert told.test.false_positives.interval == figures["false_positive_rate_interval"]
    assert told.test.false_positives.value == figures["false_positive_rate"]
    assert told.test.misses.part == figures["confusion"]["false_genuine"]
    assert told.test.auc.value == figures["auc"]
    assert told.test.tpr_at[0.05].value == figures["tpr_at_5_fpr"]
    assert told.decision.value == figures["threshold"]
    assert [name for name, _ in told.test.misses_by_attack] == [
        each["attack_type"] for each in figures["apcer"]
    ]


def test_counts_add_up(session: Session) -> None:
    told = gather(session, Catalogue(), 1)
    n_from = sum(each.n_genuine + each.n_fake for each in told.data.origins)
    assert n_from == told.data.count() == 80
    assert sum(n for _, n in told.data.generators) == told.data.count(label=Label.FAKE)
    assert told.test.n_genuine == told.data.count(Split.TEST, Label.GENUINE)
    assert told.test.histogram.sum() == told.data.count(Split.TEST)
    assert told.data.n_identities == 20


def test_the_worst_mistake_is_a_genuine_image_called_fake(session: Session) -> None:
    told = gather(session, Catalogue(), 1)
    wrong = [each for each in told.test.mistakes if each.label is Label.GENUINE]
    assert wrong
    assert told.test.mistakes[: len(wrong)] == tuple(wrong)
    assert [each.score for each in wrong] == sorted((each.score for each in wrong), reverse=True)
    assert all(each.score >= told.decision.value for each in wrong)


def test_no_slice_names_a_person(tmp_path: Path) -> None:
    with writing(open_database(Settings(home=tmp_path))) as session:
        ids = [
            add(session, n, identity=("Ada", "Grace")[n % 2], width_px=200 + n) for n in range(60)
        ]
        run_id = start_run(session, freeze(session, [(each, Split.TEST) for each in ids]))
        runs.save_predictions(session, run_id, {each: 0.01 * each for each in ids})
    with reading(open_database(Settings(home=tmp_path))) as session:
        told = gather(session, Catalogue(), run_id)
    names = [each.name for each in told.test.slices]
    assert any(name.startswith("Resolution") for name in names)
    assert not any("Ada" in name or "Grace" in name for name in names)


def test_the_parts_that_do_worse_come_first_and_hard_examples_are_no_part(tmp_path: Path) -> None:
    """Of 480 genuine images 300 are a bad part, six in ten of which are called fake.

    The five good parts, hardly with a mistake, are further from the whole: they must not hide it.
    """
    with writing(open_database(Settings(home=tmp_path))) as session:
        ids = [add(session, n) for n in range(480)]
        fakes = [add(session, f"fake {n}", Label.FAKE) for n in range(20)]
        for place in range(5):
            tags.add_tag(session, ids[36 * place :][:36], f"good {place}", actor="ada")
        tags.add_tag(session, ids[180:], "bad", actor="ada")
        tags.add_tag(session, ids[180:220], HARD_EXAMPLE, actor="ada")
        frozen = freeze(session, [(each, Split.TEST) for each in [*ids, *fakes]])
        run_id = start_run(session, frozen)
        scores = dict.fromkeys(ids, 0.1) | dict.fromkeys([*ids[180:360], *fakes], 0.9)
        scores |= dict.fromkeys([ids[36], *ids[72:74]], 0.9)  # one of "good 1", two of "good 2"
        runs.save_predictions(session, run_id, scores)
        number = thresholds.propose(session, run_id, 0.5, Split.TEST, "so far", author="Ada")
        thresholds.approve(session, number, actor="Grace")
    with reading(open_database(Settings(home=tmp_path))) as session:
        told = gather(session, Catalogue(), run_id).test
    assert told.slices[0].name == "Tag: bad"
    assert told.slices[0].is_beyond_chance
    assert told.slices[0].is_worse
    assert [each.is_worse for each in told.slices[1:]] == [False] * 3
    assert [each.name for each in told.slices[1:3]] == ["Tag: good 2", "Tag: good 1"]
    assert not any(HARD_EXAMPLE in each.name for each in told.slices)


def test_nobody_has_approved_until_a_second_person_has(home: Settings) -> None:
    database = open_database(home)
    with writing(database) as session:
        thresholds.propose(session, 1, 0.6, Split.TEST, "so far", author="Ada")
    with reading(database) as session:
        told = gather(session, Catalogue(), 1)
    assert told.decision.in_force is None
    assert told.decision.waiting is not None
    assert told.decision.waiting.value == 0.6
    approve(home, 0.61)
    with reading(database) as session:
        told = gather(session, Catalogue(), 1)
    assert told.decision.in_force is not None
    assert told.decision.in_force.decided_by == "Grace"
    assert told.decision.value == 0.61


def test_the_share_of_fakes_is_that_of_the_threshold_unless_asked(home: Settings) -> None:
    costs = {"genuine_called_fake": 20.0, "missed_fake": 1.0, "prevalence": 0.05}
    approve(home, 0.6, mode="minimum-cost", costs=costs)
    with reading(open_database(home)) as session:
        assert gather(session, Catalogue(), 1).prevalence == 0.05
        assert gather(session, Catalogue(), 1, 0.2).prevalence == 0.2
        assert gather(session, Catalogue(), 2).prevalence == DEFAULT_PREVALENCE


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_threshold_for_fakes_only_or_none_leaves_the_usual_share(
    home: Settings, share: float
) -> None:
    approve(home, 0.6, costs={"genuine_called_fake": 1.0, "missed_fake": 1.0, "prevalence": share})
    with reading(open_database(home)) as session:
        assert assumed_prevalence(thresholds.in_force(session, 1)) == DEFAULT_PREVALENCE


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, 2.0])
def test_a_share_of_fakes_that_is_none_is_refused(session: Session, share: float) -> None:
    with pytest.raises(InvalidInput, match="Expected a share of fakes"):
        gather(session, Catalogue(), 1, share)


def test_a_run_that_does_not_exist_is_named(session: Session) -> None:
    with pytest.raises(NotFound, match="99"):
        gather(session, Catalogue(), 99)


def test_an_approval_is_a_change(home: Settings) -> None:
    with reading(open_database(home)) as session:
        before = provenance.last_change(session)
    approve(home, 0.6)
    with reading(open_database(home)) as session:
        assert provenance.last_change(session) != before


def test_what_a_team_settled_is_told(tmp_path: Path) -> None:
    scores = [(Label.GENUINE, 0.9), (Label.GENUINE, 0.2), (Label.FAKE, 0.8), (Label.FAKE, 0.1)]
    with writing(open_database(Settings(home=tmp_path))) as session:
        judged_queue(session, scores, {0: LABEL, 2: NOTHING})
    with reading(open_database(Settings(home=tmp_path))) as session:
        told = gather(session, Catalogue(), 1).review
    assert told is not None
    assert (told.n_settled, told.n_images) == (2, 4)
    assert dict(told.verdicts) == {"label wrong": 1, "nothing wrong": 1}
    assert told.n_turned == (1, 0)
    assert told.n_rated == 2


def test_what_a_team_settled_of_other_images_is_not_told(tmp_path: Path) -> None:
    with writing(open_database(Settings(home=tmp_path))) as session:
        ids = [add(session, n, (Label.GENUINE, Label.FAKE)[n % 2]) for n in range(4)]
        splits = [Split.VALIDATION, Split.VALIDATION, Split.TEST, Split.TEST]
        run_id = start_run(session, freeze(session, list(zip(ids, splits, strict=True))))
        runs.save_predictions(session, run_id, dict(zip(ids, (0.9, 0.8, 0.2, 0.7), strict=True)))
        queue_id = make_queue(session, run_id, split=Split.VALIDATION)
        (item,) = items_of(session, queue_id, 1)
        say(session, item, ada=LABEL, bob=LABEL)
    with reading(open_database(Settings(home=tmp_path))) as session:
        assert gather(session, Catalogue(), run_id).review is None


def test_gathered_twice_it_is_the_same_file(session: Session) -> None:
    first, second = (gather(session, Catalogue(), 1, at=AT) for _ in range(2))
    assert write(first, "html", {}) == write(second, "html", {})


def test_the_command_writes_the_same_figures_into_every_file(home: Settings) -> None:
    for kind in ("html", "pdf", "json"):
        report(run_id=1, out=home.root / f"r.{kind}")
    with reading(open_database(home)) as session:
        rate = tell(gather(session, Catalogue(), 1))[5].figures[0]
    pages = PdfReader(home.root / "r.pdf").pages
    for words in (
        (home.root / "r.html").read_text("utf-8"),
        " ".join(" ".join(page.extract_text() for page in pages).split()),
    ):
        assert rate.value in words
        assert rate.note in words
    assert "<img" not in (home.root / "r.html").read_text("utf-8")


def test_the_command_shows_pictures_only_when_asked(home: Settings) -> None:
    report(run_id=1, out=home.root / "r.html", pictures=True)
    assert "data:image/jpeg;base64," in (home.root / "r.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["r.txt", "r", "missing/r.html"])
def test_the_command_refuses_what_it_cannot_write(home: Settings, name: str) -> None:
    with pytest.raises(InvalidInput, match="Expected a file that"):
        report(run_id=1, out=home.root / name)
