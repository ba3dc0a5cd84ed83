import json
from typing import Any

import pytest
from typer.testing import CliRunner

from core.errors import Conflict, InvalidInput
from dashboard import __main__  # noqa: F401 - registers the commands
from dashboard.commands.options import app
from dashboard.settings import Settings, settings


@pytest.fixture
def run(seeded_home: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command under a name and return what it printed."""

    def act(name: str, *words: str) -> Any:
        monkeypatch.setenv("VERITY_USER", name)
        settings.cache_clear()
        result = CliRunner().invoke(app, ["threshold", *words, "--json"])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return json.loads(result.output)

    return act


def test_from_the_proposal_to_its_end(run: Any) -> None:
    told = run("Ada", "propose", "--run", "1", "--rule", "fpr-5", "--reason", "few alarms")
    assert told["state"] == "waits"
    number = str(told["threshold"])
    with pytest.raises(Conflict, match="second person"):
        run("ada", "approve", number)
    assert run("Bob", "approve", number)["state"] == "approved"
    (listed,) = run("Bob", "list", "--run", "1")
    assert (listed["state"], listed["value"]) == ("in force", told["value"])
    assert listed["policy"]["mode"] == "fpr-5"
    newer = str(run("Ada", "propose", "--run", "1", "--value", "0.6", "--reason", "x")["threshold"])
    run("Bob", "approve", newer)
    states = [each["state"] for each in run("Bob", "list", "--run", "1")]
    assert states == ["in force", "replaced"]
    run("Bob", "revoke", newer, "--note", "too lax")
    assert run("Bob", "revoke", number, "--note", "too strict")["state"] == "revoked"


def test_a_value_with_a_band_is_proposed_and_declined(run: Any) -> None:
    words = ("--value", "0.3", "--low", "0.2", "--high", "0.4", "--reason", "by eye")
    number = str(run("Ada", "propose", "--run", "1", *words)["threshold"])
    assert run("Bob", "decline", number, "--note", "no")["state"] == "declined"
    (listed,) = run("Bob", "list", "--run", "1")
    assert (listed["low"], listed["high"], listed["decision_note"]) == (0.2, 0.4, "no")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--rule", "eer", "--value", "0.3"),
        ("--value", "0.3", "--low", "0.2"),
        ("--rule", "half"),
        ("--value", "3"),
        ("--rule", "minimum-cost", "--prevalence", "2"),
    ],
)
def test_what_makes_no_proposal_is_refused(run: Any, words: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match="Expected"):
        run("Ada", "propose", "--run", "1", "--reason", "why", *words)
    assert run("Ada", "list", "--run", "1") == []
