from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from core.review.verdicts import ReviewVerdict, verdicts_for
from core.types import Label
from dashboard import judging
from dashboard.judging.acts import MAX_HELD, Act, held, read
from dashboard.review_cards import CHOICES
from db.review_comments import MAX_COMMENT_LENGTH

HERE = Path(judging.__file__).parent
VERDICTS = {"label wrong", "cannot tell"}


def item(action: Any = "judge", about: Any = 7, argument: Any = "label wrong") -> Any:
    return {"number": 3, "action": action, "item": about, "argument": argument}


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (item(), Act(3, "judge", 7, "label wrong")),
        (item("skip", argument="x"), Act(3, "skip", 7)),
        (item("undo", argument=None), Act(3, "undo", 7)),
        (item("comment", argument="<b>"), Act(3, "comment", 7, "<b>")),
    ],
)
def test_keys_are_read(told: Any, wanted: Act) -> None:
    assert read(told, {7}, VERDICTS) == wanted


@pytest.mark.parametrize(
    "told",
    [
        {},
        item("drop table"),
        item(["judge"]),
        item(about=8),
        item(about=True),
        item(about="7"),
        item(argument="odd"),
        item(argument=None),
        item("comment", argument="  "),
        item("comment", argument="x" * (MAX_COMMENT_LENGTH + 1)),
        {**item(), "number": "3"},
    ],
)
def test_nonsense_is_no_act(told: Any) -> None:
    assert read(told, {7}, VERDICTS) is None


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"held": [1, 2]}, {1, 2}),
        ({"held": [1, "2", None, True]}, {1}),
        ({"held": "12"}, set()),
        (None, set()),
    ],
)
def test_what_a_browser_holds_is_read_as_a_stranger_s_word(told: Any, wanted: set[int]) -> None:
    assert held(told) == wanted


def test_held_is_bounded() -> None:
    assert len(held({"held": list(range(MAX_HELD * 2))})) == MAX_HELD


def test_no_verdict_has_a_key_that_undoes_elsewhere_and_each_says_where_it_does_not_fit() -> None:
    """U is Undo where images are browsed. Two of the verdicts do not fit every image."""
    keys = {choice.value: choice.key for choice in CHOICES}
    assert keys[ReviewVerdict.IMAGE_UNUSABLE] == "i"
    assert not {"u", "z", "s", "n"} & set(keys.values())
    told = {choice.value for choice in CHOICES if choice.unfit}
    both = [set(verdicts_for(Label.FAKE, called)) for called in (True, False)]
    assert told == both[0] ^ both[1]


def test_no_text_is_drawn_as_html() -> None:
    for script in HERE.glob("*.js"):
        assert "innerHTML" not in script.read_text("utf-8"), script.name


def take(
    monkeypatch: pytest.MonkeyPatch, batch: Any, answers: list[Any], n_batches: int = 1
) -> tuple[Any, list[Any]]:
    """Mount a desk, send it a batch so often; return its state and the acts that were done."""
    state: dict[str, Any] = {"desk": {"batch": batch}}
    mounted: dict[str, Any] = {}
    done: list[Any] = []
    monkeypatch.setattr("streamlit.session_state", state)
    monkeypatch.setattr(judging, "_JUDGING", lambda **told: mounted.update(told))

    def act(each: Act) -> str | None:
        done.append(each.number)
        answer = answers.pop(0) if answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def draw() -> None:
        judging.judging_desk(
            judging.Desk([CARD], [], 0, 1, "judged", ("", "")),
            [judging.Choice("label wrong", "l", "L", "")],
            key="desk",
            label="A desk",
            draw=lambda number: f"data:,{number}",
            on_act=act,
        )

    draw()
    for _ in range(n_batches):
        mounted["on_batch_change"]()
        draw()
    return mounted["data"], done


CARD = judging.Card(7, "A", "A", "B", False, "fake", None, None, (), ("label wrong",))


def batch(*numbers: int) -> Any:
    return {"nonce": "n", "items": [{**item(), "number": n} for n in numbers], "held": [7]}


def test_acts_are_done_in_order_and_a_refused_one_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, done = take(monkeypatch, batch(1, 2, 3), [None, "Taken by others.", None])
    assert done == [1, 2, 3]
    assert data["acknowledged"] == {"nonce": "n", "number": 3}
    assert [each["text"] for each in data["refusals"]] == ["Taken by others."]


def test_what_the_database_could_not_store_is_not_acknowledged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = OperationalError("COMMIT", {}, Exception("disk full"))
    data, done = take(monkeypatch, batch(1, 2, 3), [None, broken])
    assert done == [1, 2]
    assert data["acknowledged"]["number"] == 1
    assert "tried again" in data["refusals"][0]["text"]


def test_an_act_that_is_tried_again_is_told_once_and_no_longer_once_it_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = OperationalError("COMMIT", {}, Exception("disk full"))
    data, done = take(monkeypatch, batch(1), [broken, broken], n_batches=2)
    assert done == [1, 1]
    assert len(data["refusals"]) == 1
    data, done = take(monkeypatch, batch(1), [broken, None], n_batches=2)
    assert (done, data["refusals"]) == ([1, 1], [])


def test_a_key_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"nonce": "n", "items": [{**item(about=99), "number": 1}]}
    data, done = take(monkeypatch, told, [])
    assert done == []
    assert "Judge that image again" in data["refusals"][0]["text"]


def test_a_picture_is_sent_only_where_the_browser_does_not_hold_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, _ = take(monkeypatch, batch(1), [])
    assert data["sources"] == {}
    data, _ = take(monkeypatch, {**batch(1), "held": []}, [])
    assert data["sources"] == {"7": "data:,7"}
