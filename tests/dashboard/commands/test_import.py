import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.__main__ import main
from dashboard.settings import settings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Run a command on an empty home; return its exit code, what it printed and what it told."""
    monkeypatch.setenv("VERITY_HOME", str(tmp_path / "home"))
    settings.cache_clear()

    def act(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dashboard", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    yield act
    settings.cache_clear()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("missing",), "Expected a folder of images. Received '{folder}/missing', which is none."),
        (("file.txt",), "Expected a folder of images. Received '{folder}/file.txt', which is none"),
        (("people", "--identity-from", "who.csv"), "Expected a manifest in '{folder}/people'."),
        (("people", "--label", "true"), "Expected --label to be one of genuine, fake, unknown"),
    ],
)
def test_a_refused_import_says_why_in_a_line_and_starts_no_job(
    run: Run, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "file.txt").write_text("none")
    code, printed, told = run("import", str(tmp_path / words[0]), *words[1:], "--json")
    assert (code, printed) == (2, "")
    assert told.startswith(message.format(folder=tmp_path))
    assert told.count("\n") == 1
    assert json.loads(run("jobs", "--json")[1]) == []
