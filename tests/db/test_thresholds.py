from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.errors import Conflict, InvalidInput, NotFound
from core.types import Split
from db import events, runs, thresholds
from db.tables import ThresholdRow
from tests.db.builders import MODEST, add, forgotten, freeze, start_run


@pytest.fixture
def run_id(writer: Session) -> int:
    version = freeze(writer, [(add(writer, "a"), Split.TEST)])
    return start_run(writer, version)


def propose(session: Session, run_id: int, value: float = 0.5, author: str = "ada") -> int:
    return thresholds.propose(session, run_id, value, Split.TEST, "why", author=author)


def value_in_force(session: Session, run_id: int) -> float | None:
    found = thresholds.in_force(session, run_id)
    return found.value if found else None


def test_a_proposal_keeps_all_that_was_said(writer: Session, run_id: int) -> None:
    policy = {"mode": "fpr-5", "validation": {"false_fake": 1}}
    number = thresholds.propose(
        writer,
        run_id,
        0.7311234567,
        Split.VALIDATION,
        "  few  false alarms ",
        author="ada",
        band=(0.6000000123, 0.9),
        policy=policy,
    )
    saved = thresholds.get_threshold(writer, number)
    assert (saved.value, saved.low, saved.high) == (0.7311235, 0.6, 0.9)
    assert (saved.split, saved.reason, saved.author) == (
        Split.VALIDATION,
        "few false alarms",
        "ada",
    )
    assert (saved.policy, saved.dataset_version) == (policy, 1)
    assert (saved.decision, saved.decided_by, saved.decided_at) == (None, None, None)
    assert thresholds.thresholds(writer, run_id) == thresholds.pending(writer) == [saved]


def test_nothing_is_in_force_until_a_second_person_approves(writer: Session, run_id: int) -> None:
    runs.finish_run(writer, run_id)
    assert thresholds.runs_without_threshold(writer) == [run_id]
    number = propose(writer, run_id)
    assert value_in_force(writer, run_id) is None
    assert thresholds.runs_without_threshold(writer) == []  # it waits: nothing is to be chosen
    thresholds.approve(writer, number, actor="Bob")
    saved = thresholds.in_force(writer, run_id)
    assert saved
    assert (saved.id, saved.decision, saved.decided_by) == (number, "approved", "Bob")
    assert saved.decided_at
    assert thresholds.pending(writer) == []
    assert thresholds.runs_without_threshold(writer) == []


@pytest.mark.parametrize("name", ["ada", " Ada ", "ADA", "\uff41da"])
def test_nobody_decides_on_their_own_proposal(writer: Session, run_id: int, name: str) -> None:
    number = propose(writer, run_id)
    with pytest.raises(Conflict, match=r"Expected a second person to approve .* who proposed it"):
        thresholds.approve(writer, number, actor=name)
    with pytest.raises(Conflict, match="Expected a second person to decline"):
        thresholds.decline(writer, number, "no", actor=name)
    assert value_in_force(writer, run_id) is None


def test_a_row_that_its_author_approved_is_never_in_force(writer: Session, run_id: int) -> None:
    number = propose(writer, run_id)
    thresholds.approve(writer, number, actor="bob")
    writer.get_one(ThresholdRow, number).decided_by = "Ada"  # not by any act: in the table itself
    runs.finish_run(writer, run_id)
    assert value_in_force(writer, run_id) is None
    assert thresholds.runs_without_threshold(writer) == [run_id]


def test_what_is_decided_is_not_decided_again(writer: Session, run_id: int) -> None:
    number = propose(writer, run_id)
    thresholds.decline(writer, number, "too strict", actor="bob")
    for act, words, actor in (
        ("approve", (), "cy"),
        ("decline", ("no",), "cy"),
        ("withdraw", (), "ada"),
    ):
        with pytest.raises(Conflict, match="that was declined by bob"):
            getattr(thresholds, act)(writer, number, *words, actor=actor)
    saved = thresholds.get_threshold(writer, number)
    assert (saved.decision, saved.decision_note) == ("declined", "too strict")


def test_the_one_approved_last_is_in_force(writer: Session, run_id: int) -> None:
    first, second = propose(writer, run_id, 0.25), propose(writer, run_id, 0.75)
    thresholds.approve(writer, second, actor="bob")
    assert value_in_force(writer, run_id) == 0.75
    thresholds.approve(writer, first, actor="bob")
    assert value_in_force(writer, run_id) == 0.25


def test_revoking_brings_the_earlier_one_back(writer: Session, run_id: int) -> None:
    first, second = propose(writer, run_id, 0.25), propose(writer, run_id, 0.75)
    for number in (first, second):
        thresholds.approve(writer, number, actor="bob")
    thresholds.revoke(writer, second, "too many missed", actor="cy")
    assert value_in_force(writer, run_id) == 0.25
    thresholds.revoke(writer, first, "this too", actor="ada")
    assert value_in_force(writer, run_id) is None
    with pytest.raises(Conflict, match="that was revoked by ada"):
        thresholds.revoke(writer, first, "again", actor="ada")


def test_only_an_approved_one_is_revoked(writer: Session, run_id: int) -> None:
    number = propose(writer, run_id)
    with pytest.raises(Conflict, match="that waits for a second person"):
        thresholds.revoke(writer, number, "why", actor="bob")


def test_only_the_author_withdraws(writer: Session, run_id: int) -> None:
    number = propose(writer, run_id)
    with pytest.raises(Conflict, match="Expected ada, who proposed it"):
        thresholds.withdraw(writer, number, actor="bob")
    thresholds.withdraw(writer, number, actor=" ADA")
    assert thresholds.get_threshold(writer, number).decision == "withdrawn"
    assert thresholds.pending(writer) == []


def test_every_act_is_in_the_history(writer: Session, run_id: int) -> None:
    number = propose(writer, run_id, 0.25)
    thresholds.approve(writer, number, actor="bob")
    thresholds.revoke(writer, number, "too many missed", actor="cy")
    told = events.history(writer, "run", run_id)
    assert [(event.actor, event.action) for event in told] == [
        ("cy", "revoke threshold"),
        ("bob", "approve threshold"),
        ("ada", "propose threshold"),
    ]
    assert told[0].before == {"decision": "approved", "decided_by": "bob", "note": None}
    assert told[0].after["note"] == "too many missed"
    assert {event.after["threshold"] for event in told} == {number}
    assert {event.after["value"] for event in told} == {0.25}


def test_runs_do_not_share_their_thresholds(writer: Session, run_id: int) -> None:
    other = start_run(writer, 1, "job-2")
    thresholds.approve(writer, propose(writer, other, 0.75), actor="bob")
    waiting = propose(writer, run_id, 0.25)
    assert value_in_force(writer, run_id) is None
    assert thresholds.pending(writer, other) == []
    assert [each.id for each in thresholds.pending(writer)] == [waiting]


def test_a_run_in_training_awaits_no_threshold(writer: Session, run_id: int) -> None:
    assert thresholds.runs_without_threshold(writer) == []


def test_a_run_whose_proposal_was_declined_awaits_another(writer: Session, run_id: int) -> None:
    runs.finish_run(writer, run_id)
    thresholds.decline(writer, propose(writer, run_id), "no", actor="bob")
    assert thresholds.runs_without_threshold(writer) == [run_id]


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_the_ends_are_thresholds(writer: Session, run_id: int, value: float) -> None:
    assert thresholds.get_threshold(writer, propose(writer, run_id, value)).value == value


@pytest.mark.parametrize(
    ("value", "reason", "band"),
    [
        (-0.01, "why", None),
        (1.01, "why", None),
        (nan, "why", None),
        (0.5, "  ", None),
        (0.5, "x" * 501, None),
        (0.5, "why", (0.6, 0.7)),
        (0.5, "why", (0.5, 0.5)),
        (0.5, "why", (0.4, 1.1)),
        (0.5, "why", (nan, 0.6)),
    ],
)
def test_nonsense_is_not_proposed(
    writer: Session, run_id: int, value: float, reason: str, band: tuple[float, float] | None
) -> None:
    with pytest.raises(InvalidInput, match=r"Expected .* Received"):
        thresholds.propose(writer, run_id, value, Split.TEST, reason, author="ada", band=band)
    assert thresholds.thresholds(writer, run_id) == []
    assert events.history(writer, "run", run_id) == []


def test_what_is_not_there_is_named(writer: Session, run_id: int) -> None:
    with pytest.raises(NotFound, match="Received 99"):
        propose(writer, 99)
    with pytest.raises(NotFound, match="Received 98"):
        thresholds.approve(writer, 98, actor="bob")


PEOPLE = ("ada", "Ada ", "bob", "cy")
steps = st.tuples(
    st.sampled_from(["propose", "approve", "decline", "withdraw", "revoke"]),
    st.integers(0, 4),
    st.sampled_from(PEOPLE),
)


@MODEST
@given(acts=st.lists(steps, max_size=15))
def test_whatever_people_do_two_of_them_stand_behind_what_is_in_force(
    database: Engine, acts: list[tuple[str, int, str]]
) -> None:
    with forgotten(database) as session:
        run_id = start_run(session, freeze(session, [(add(session, "a"), Split.TEST)]))
        numbers = [propose(session, run_id, 0.0)]
        approved: list[int] = []
        for act, at, actor in acts:
            number = numbers[at % len(numbers)]
            note = ("why",) if act in ("decline", "revoke") else ()
            try:
                if act == "propose":
                    numbers.append(propose(session, run_id, len(numbers) / 100, actor))
                else:
                    getattr(thresholds, act)(session, number, *note, actor=actor)
            except Conflict:
                continue
            if act == "approve":
                approved.append(number)
            if act == "revoke":
                approved.remove(number)
        found = thresholds.in_force(session, run_id)
        assert (found.id if found else None) == (approved[-1] if approved else None)
        if found and found.decided_by:
            assert found.author.strip().lower() != found.decided_by.strip().lower()
