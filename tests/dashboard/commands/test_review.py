import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.errors import InvalidInput, NotFound
from core.types import Label
from dashboard.commands.review import review
from dashboard.home import open_database
from dashboard.settings import settings
from db import images
from db.engine import reading, writing
from tests.db.review_builders import DETECTOR, LABEL, items_of, say, scored_run

SCORES = [(Label.GENUINE, 0.9), (Label.GENUINE, 0.8), (Label.FAKE, 0.9), (Label.FAKE, 0.1)]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A home with one scored run."""
    monkeypatch.setenv("VERITY_HOME", str(tmp_path))
    monkeypatch.setenv("VERITY_USER", "ada")
    settings.cache_clear()
    with writing(open_database(settings())) as session:
        scored_run(session, SCORES)
    yield
    settings.cache_clear()


def told(*words: str) -> Any:
    done = CliRunner().invoke(review, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def judge(queue_id: int) -> None:
    with writing(open_database(settings())) as session:
        first, second = items_of(session, queue_id, 2)
        say(session, first, bob=LABEL, cy=LABEL)
        say(session, second, at=3, bob=LABEL, cy=DETECTOR)


def test_from_a_queue_to_labels_and_back(tmp_path: Path) -> None:
    made = told("create", "--run", "1", "--threshold", "0.5", "--name", "Costly", "--limit", "2")
    assert made == {"queue": 1, "images": 2, "threshold": 0.5}
    judge(1)
    (row,) = told("list")
    assert (row["name"], row["state"], row["opinions"], row["disputed"]) == ("Costly", "open", 4, 1)
    assert row["settled"] == {"label wrong": 1}
    assert told("agreement", "1")["n_same"] == 1
    figures = told("figures", "1")
    change = figures["false_positive_rate"]
    assert (change["before"]["value"], change["after"]["value"]) == (1.0, 1.0)
    assert (figures["turned"], figures["reviewed"]) == ([1, 0], 1)
    assert "flatter the detector" in figures["caution"]
    assert told("apply", "1")["relabelled"] == 1
    assert label_of(1) == Label.FAKE
    assert told("apply", "1")["relabelled"] == 0
    assert told("apply", "1", "--undo") == {"images_changed_back": 1}
    assert label_of(1) == Label.GENUINE
    file = tmp_path / "verdicts.csv"
    CliRunner().invoke(review, ["export", "1", "--csv", str(file)], catch_exceptions=False)
    with file.open(encoding="utf-8", newline="") as opened:
        assert [line["reviewer"] for line in csv.DictReader(opened)] == ["bob", "cy", "bob", "cy"]


def test_an_audit_says_whether_settled_images_were_drawn() -> None:
    create = ("create", "--run", "1", "--kind", "random audit", "--threshold", "0.5")
    for queue, more in enumerate(((), ("--no-again",)), start=1):
        assert told(*create, *more)["images"] == 4
        left_out = "left out of the draw" in told("figures", str(queue))["audit"]
        assert left_out is bool(more)


def printed(*words: str) -> str:
    done = CliRunner().invoke(review, [*words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return str(done.output)


def test_people_read_a_table_and_words() -> None:
    assert "There is no queue yet." in printed("list")
    printed("create", "--run", "1", "--threshold", "0.5", "--name", "Costly", "--limit", "2")
    judge(1)
    heading, row = printed("list").splitlines()
    assert heading.split()[:4] == ["queue", "name", "kind", "run"]
    assert heading.index("settled") == row.index("1 label wrong")
    assert "{" not in row
    assert "1 genuine image turned fake" in printed("figures", "1")


def label_of(image_id: int) -> Label:
    with reading(open_database(settings())) as session:
        return images.get_image(session, image_id).label


def test_the_threshold_in_force_or_suggested_is_the_default_and_an_audit_is_told() -> None:
    made = told("create", "--run", "1", "--kind", "random audit")
    assert made["images"] == 4
    assert 0 < made["threshold"] <= 1
    assert "No image of this random audit" in told("figures", "1")["audit"]
    assert told("list")[0]["name"] == "Random audit of run 1"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["create", "--run", "9"], NotFound),
        (["create", "--run", "1", "--kind", "oldest", "--threshold", "0.5"], InvalidInput),
        (["create", "--run", "1", "--kind", "uncertain band", "--threshold", "0.5"], InvalidInput),
        (["create", "--run", "1", "--kind", "disagreements", "--other-run", "7"], NotFound),
        (["apply", "9"], NotFound),
        (["apply", "9", "--undo"], NotFound),
        (["agreement", "9"], NotFound),
        (["export", "9"], NotFound),
    ],
)
def test_what_is_not_there_is_refused(words: list[str], error: type[Exception]) -> None:
    with pytest.raises(error, match="Expected"):
        CliRunner().invoke(review, words, catch_exceptions=False)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    told("create", "--run", "1", "--kind", "random audit")
    words = ["export", "1", "--csv", str(tmp_path / "missing" / "verdicts.csv")]
    with pytest.raises(InvalidInput, match="Expected a file that may be written"):
        CliRunner().invoke(review, words, catch_exceptions=False)
