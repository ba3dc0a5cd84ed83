import hashlib
import io
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import create_engine, text

from core.errors import InvalidInput, NotFound
from core.evaluation.robustness import CHANGES
from core.images.decode import RejectedImage
from core.types import RgbImage
from dashboard.home import open_database, open_storages, open_store
from dashboard.jobs import bench
from dashboard.jobs.client import Jobs
from dashboard.jobs.context import Context
from dashboard.jobs.trying import answer, try_image
from dashboard.settings import Settings
from dashboard.tried import Handover, Refused, Tried, waiting_files
from tests.dashboard.jobs.conftest import Home
from tests.seeded import FACES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PHOTOGRAPH = sorted(FACES.glob("*/*_0005.jpg"))[1]  # the installation holds each person's first two


@pytest.fixture
def context(judged_home: Path) -> Iterator[Context]:
    settings = Settings(home=judged_home, user="ada")
    database = open_database(settings)
    yield Context(settings, database, open_store(settings), open_storages(settings))
    database.dispose()


def pixels() -> RgbImage:
    return np.asarray(Image.open(PHOTOGRAPH).convert("RGB"))


def encoded(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


def files_of(home: Path) -> set[str]:
    """Name every file but the caches, which hold none of the tried image, and the engine's own."""
    kept = (each for each in home.rglob("*") if each.is_file())
    names = {each.relative_to(home).as_posix() for each in kept}
    loose = ("cache/", "logs/", "workers/", "run/", "jobs.sqlite", "verity.sqlite", "migrate")
    return {name for name in names if not name.startswith(loose)}


def rows_of(database: Path) -> dict[str, int]:
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = [row.name for row in connection.execute(text(query))]
        counts = {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608
            for name in names
        }
    engine.dispose()
    return counts


def test_one_look_finds_everything_and_keeps_nothing(context: Context) -> None:
    home = context.settings.root
    before = files_of(home), rows_of(home / "verity.sqlite")
    found = try_image(context, PHOTOGRAPH.read_bytes(), 1)
    assert found.checksum == hashlib.sha256(PHOTOGRAPH.read_bytes()).hexdigest()
    assert 0 < found.score < 1
    assert len(found.survival) == len(CHANGES)
    assert len(found.faces) == 1
    assert len(found.features) >= 4
    assert found.embedding is not None
    assert np.shape(found.heat) == (14, 14)
    assert found.genuine is not None
    assert found.genuine.n_images == 20
    assert np.abs(found.heat).max() == pytest.approx(1, abs=1e-3)
    assert (files_of(home), rows_of(home / "verity.sqlite")) == before


def test_the_same_picture_in_other_files_gives_about_the_same_score(context: Context) -> None:
    image = Image.fromarray(pixels())
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    turned = image.transpose(Image.Transpose.ROTATE_90)
    files = {
        "PNG": encoded(image, format="PNG"),
        "WebP": encoded(image, format="WEBP", lossless=True),
        "alpha": encoded(image.convert("RGBA"), format="PNG"),
        "EXIF": encoded(turned, format="JPEG", quality=100, subsampling=0, exif=exif),
        "CMYK": encoded(image.convert("CMYK"), format="JPEG", quality=100),
    }
    scores = {name: try_image(context, data, 1) for name, data in files.items()}
    assert {each.score for name, each in scores.items() if name in ("PNG", "WebP", "alpha")} == {
        scores["PNG"].score
    }
    for each in scores.values():
        assert (each.width_px, each.height_px) == image.size
        assert each.score == pytest.approx(scores["PNG"].score, abs=0.1)
    assert "EXIF orientation 6 applied" in scores["EXIF"].notes
    assert any("CMYK" in note for note in scores["CMYK"].notes)


def test_the_face_that_is_asked_for_is_judged(context: Context) -> None:
    one = Image.fromarray(pixels())
    both = Image.new("RGB", (one.width * 2, one.height))
    both.paste(one, (0, 0))
    both.paste(one.resize((one.width // 2, one.height // 2)), (one.width, one.height // 4))
    data = encoded(both, format="PNG")
    first, second = try_image(context, data, 1), try_image(context, data, 1, face=1)
    assert len(first.faces) == len(second.faces) == 2
    assert (first.judged, second.judged) == (0, 1)
    assert first.crop != second.crop
    with pytest.raises(InvalidInput, match="one of 2 faces"):
        try_image(context, data, 1, face=2)


def test_without_a_face_the_answer_says_so(context: Context) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    found = try_image(context, encoded(Image.fromarray(noise), format="PNG"), 1)
    assert (found.faces, found.judged, found.embedding, dict(found.cues)) == ((), None, None, {})
    assert found.survival == ()


def test_what_cannot_be_judged_is_refused_in_words(context: Context) -> None:
    with pytest.raises(RejectedImage, match="none of them"):
        try_image(context, b"<script>alert(1)</script>", 1)
    with pytest.raises(NotFound, match="run 2 to have an exported detector"):
        try_image(context, PHOTOGRAPH.read_bytes(), 2)
    page = Handover.begin(context.settings, b"not an image")
    answer(context, {"place": page.place, "run_id": 1, "face": None})
    told = page.take()
    assert isinstance(told, Refused)
    assert "Received bytes that are none of them" in told.reason


def test_a_bench_is_made_once_and_again_after_a_training(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench.open_bench(context, 1)
    assert bench.open_bench(context, 1) is first
    path = context.settings.root / "runs" / "1" / "detector.keras"
    path.touch()
    assert bench.open_bench(context, 1) is not first


def test_the_command_prints_the_verdict(
    judged_home: Path, make_home: Callable[[str], Home], tmp_path: Path
) -> None:
    home = make_home("home")
    shutil.copytree(judged_home, home.root)
    told = home.run("try", str(PHOTOGRAPH), "--run", "1")
    assert told["call"] in ("genuine", "fake")
    assert len(told["survival"]) == len(CHANGES)
    assert json.dumps(told)
    assert "Expected an image file" in home.call("try", "nowhere.jpg", "--run", "1", expect=2)


def test_the_worker_answers_and_its_rows_hold_no_picture(
    judged_home: Path, make_home: Callable[[str], Home]
) -> None:
    home = make_home("home")
    shutil.copytree(judged_home, home.root)
    settings = Settings(home=home.root)
    jobs = Jobs(settings)
    images = rows_of(home.root / "verity.sqlite")
    files = files_of(home.root)
    with scoring(home, SUPERVISOR_ENABLED="1", VERITY_SCORE_IDLE_S="1") as process:
        page = Handover.begin(settings, PHOTOGRAPH.read_bytes())
        job_id = jobs.try_image(page.place, 1)
        told = _await(page)
        assert isinstance(told, Tried)
        assert told.survival == ()
        assert len(_await_survival(page)) == len(CHANGES)
        assert home.await_end(job_id, timeout_s=20) == "done"
        assert jobs.get_job(job_id).result is None
        assert not jobs.list_jobs()
        assert process.wait(30) == 0  # idle for a second, it gives its memory back
    assert rows_of(home.root / "verity.sqlite") == images
    assert files_of(home.root) == files
    assert not waiting_files(settings)


@contextmanager
def scoring(home: Home, **variables: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the scoring worker alone."""
    command = [sys.executable, "-m", "dashboard", "worker", "--name", "score-1", "--queue", "score"]
    environment = {**home.environment, **variables}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _await_survival(page: Handover) -> tuple[float, ...]:
    deadline = time.monotonic() + 60
    while (scores := page.take_survival()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return scores


def _await(page: Handover) -> Tried | Refused:
    deadline = time.monotonic() + 240
    while (told := page.take()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return told
