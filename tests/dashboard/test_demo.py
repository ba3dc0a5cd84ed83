from pathlib import Path

import pytest

from core.errors import InvalidInput
from dashboard import demo
from dashboard.jobs.client import Jobs
from dashboard.settings import Settings


def test_the_demo_is_loaded_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    first = demo.load(settings, "rendered")
    assert first is not None
    assert demo.load(settings, "rendered") is None
    (job,) = Jobs(settings).list_jobs()
    assert (job.id, job.kind, job.arguments["label"]) == (first, "import", "genuine")
    n_files = sum(path.is_file() for path in (settings.root / "demo").rglob("*"))
    assert n_files == 320 + 16 + 1  # photographs, planted files, their manifest


def test_unknown_faces_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="dogs"):
        demo.load(Settings(home=tmp_path), "dogs")
