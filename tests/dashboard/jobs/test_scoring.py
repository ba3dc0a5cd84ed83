import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.errors import InvalidInput
from core.types import Split
from dashboard.home import open_database, open_storages, open_store
from dashboard.jobs.context import Context
from dashboard.jobs.scoring import score_files
from dashboard.settings import Settings
from db import thresholds
from db.engine import writing
from tests.seeded import FACES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Score = Callable[..., list[dict[str, str]]]


@pytest.fixture
def context(judged_home: Path, tmp_path: Path) -> Iterator[Context]:
    settings = Settings(home=Path(shutil.copytree(judged_home, tmp_path / "home")), user="ada")
    database = open_database(settings)
    yield Context(settings, database, open_store(settings), open_storages(settings))
    database.dispose()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three photographs."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for path in sorted(FACES.glob("*/*_0005.jpg"))[:3]:
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def score(context: Context, tmp_path: Path) -> Score:
    """Score files and return the rows of the CSV."""

    def act(*files: Path) -> list[dict[str, str]]:
        out = tmp_path / "scores.csv"
        score_files(context, 1, files, out)
        with out.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    return act


def in_force(context: Context, value: float, band: tuple[float, float] | None = None) -> None:
    with writing(context.database) as session:
        number = thresholds.propose(session, 1, value, Split.TEST, "why", author="Ada", band=band)
        thresholds.approve(session, number, actor="Bob")


def verdicts(rows: list[dict[str, str]]) -> list[str]:
    return [row["verdict"] for row in sorted(rows, key=lambda row: float(row["score"]))]


def test_there_is_no_verdict_without_a_threshold_and_none_on_a_proposal(
    context: Context, score: Score, pictures: Path
) -> None:
    with writing(context.database) as session:
        thresholds.propose(session, 1, 0.0, Split.TEST, "why", author="Ada")
    assert [(row["threshold"], row["verdict"]) for row in score(pictures)] == [("", "")] * 3


def test_what_lies_within_the_band_is_uncertain(
    context: Context, score: Score, pictures: Path
) -> None:
    low, middle, high = sorted(float(row["score"]) for row in score(pictures))
    in_force(context, middle, ((low + middle) / 2, (middle + high) / 2))
    assert verdicts(score(pictures)) == ["genuine", "uncertain", "fake"]
    in_force(context, middle)
    assert verdicts(score(pictures))[::2] == ["genuine", "fake"]


def test_a_score_is_told_whole_so_that_it_agrees_with_its_verdict(
    context: Context, score: Score, pictures: Path
) -> None:
    at = float(score(pictures)[0]["score"])
    for near in (round(at - 1e-7, 7), round(at + 1e-7, 7)):
        in_force(context, near)
        row = score(pictures)[0]
        assert float(row["threshold"]) == near
        assert row["verdict"] == ("fake" if float(row["score"]) >= near else "genuine")


def test_a_name_that_is_no_text_loses_no_row(score: Score, pictures: Path) -> None:
    path = next(pictures.iterdir())
    path.rename(Path(f"{pictures}/a\udcff.jpg"))
    rows = score(pictures, pictures / "missing.jpg")
    assert [bool(row["score"]) for row in rows] == [True, True, True, False]
    assert any(row["path"].endswith(r"a\udcff.jpg") for row in rows)
    assert "No such file" in rows[-1]["problem"]


def test_a_picture_without_a_face_has_no_verdict(
    context: Context, score: Score, tmp_path: Path
) -> None:
    in_force(context, 0.1)
    Image.linear_gradient("L").save(tmp_path / "nobody.png")
    (row,) = score(tmp_path / "nobody.png")
    assert (row["score"], row["verdict"]) == ("", "")
    assert "No face was found" in row["problem"]


def test_a_file_that_cannot_be_written_is_named_at_once(context: Context, tmp_path: Path) -> None:
    out = tmp_path / "missing" / "scores.csv"
    with pytest.raises(InvalidInput, match=r"may be written. Received .*scores\.csv': No such"):
        score_files(context, 1, [tmp_path], out)
