import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.curation.label_mistakes import LabelMistake
from core.errors import Conflict, NotFound
from core.types import Label
from db import events, images, label_suggestions
from db.engine import writing
from db.label_suggestions import LabelSuggestion
from tests.db.builders import add, checksum

GENUINE, FAKE = Label.GENUINE, Label.FAKE


@pytest.fixture
def ids(writer: Session) -> list[int]:
    return [add(writer, f"{at}", FAKE if at >= 3 else GENUINE) for at in range(5)]


def mistake(index: int, score: float) -> LabelMistake:
    before, after = (FAKE, GENUINE) if index >= 3 else (GENUINE, FAKE)
    return LabelMistake(index, before, after, score, score if before is GENUINE else 1 - score)


def look(session: Session, ids: list[int], *found: LabelMistake, run: int = 7) -> int:
    return label_suggestions.store_look(
        session, run, found, ids, summary={"judged": 5}, author="ada"
    )


def offered(session: Session) -> list[LabelSuggestion]:
    return label_suggestions.open_suggestions(session, 10)


def label_of(session: Session, image_id: int) -> Label:
    return images.get_image(session, image_id).label


def test_labelled_genuine_comes_first_however_sure_the_rest_is(
    writer: Session, ids: list[int]
) -> None:
    assert (
        look(writer, ids, mistake(3, 0.0), mistake(0, 0.7), mistake(4, 0.2), mistake(1, 0.9)) == 4
    )
    found = offered(writer)
    assert [each.image.id for each in found] == [ids[1], ids[0], ids[3], ids[4]]
    assert (found[0].before, found[0].after) == (GENUINE, FAKE)
    assert found[0].evidence == {"run": 7, "score": 0.9}


def test_the_review_goes_on_after_any_suggestion(writer: Session, ids: list[int]) -> None:
    look(writer, ids, *(mistake(index, 0.5) for index in range(5)))  # equal: their numbers decide
    every = offered(writer)
    for at, each in enumerate(every):
        after = label_suggestions.open_suggestions(writer, 10, after=each)
        assert after == every[at + 1 :]
        assert label_suggestions.find_open(writer, each.id) == each


def test_a_look_is_in_the_history_of_its_run(writer: Session, ids: list[int]) -> None:
    assert label_suggestions.newest_look(writer) is None
    look(writer, ids, run=7)
    look(writer, ids, mistake(0, 0.9), run=3)
    newest = label_suggestions.newest_look(writer)
    assert newest is not None
    assert (newest.subject_id, newest.after, newest.actor) == (3, {"judged": 5}, "ada")


def test_accepted_relabels_and_undo_takes_both_back(writer: Session, ids: list[int]) -> None:
    look(writer, ids, mistake(0, 0.9))
    (found,) = offered(writer)
    label_suggestions.accept(writer, found.id, actor="ada")
    assert label_of(writer, ids[0]) is FAKE
    assert label_suggestions.label_givers(writer, ids[0])[0].actor == "ada"
    assert offered(writer) == []
    assert label_suggestions.count_answers(writer) == {"accepted": 1}
    with pytest.raises(Conflict, match="that ada accepted"):
        label_suggestions.accept(writer, found.id, actor="bob")
    assert label_suggestions.undo_answer(writer, actor="ada") == found.id
    assert label_of(writer, ids[0]) is GENUINE
    assert offered(writer) == [found]
    assert label_suggestions.count_answers(writer) == {}
    assert label_suggestions.label_givers(writer, ids[0]) == []


def test_kept_is_never_doubted_again_unless_undone(writer: Session, ids: list[int]) -> None:
    look(writer, ids, mistake(0, 0.9))
    label_suggestions.keep(writer, offered(writer)[0].id, actor="ada")
    assert label_of(writer, ids[0]) is GENUINE
    assert look(writer, ids, mistake(0, 0.99), run=8) == 0
    label_suggestions.undo_answer(writer, actor="ada")
    assert len(offered(writer)) == 1


def test_undo_goes_back_answer_by_answer(writer: Session, ids: list[int]) -> None:
    look(writer, ids, mistake(0, 0.9), mistake(1, 0.8), mistake(3, 0.1))
    first, second, third = offered(writer)
    label_suggestions.accept(writer, first.id, actor="ada")
    label_suggestions.keep(writer, second.id, actor="ada")
    label_suggestions.accept(writer, third.id, actor="ada")
    back = [label_suggestions.undo_answer(writer, actor="ada") for _ in range(3)]
    assert back == [third.id, second.id, first.id]
    assert [label_of(writer, image_id) for image_id in ids] == [GENUINE] * 3 + [FAKE] * 2
    with pytest.raises(NotFound, match="no answer"):
        label_suggestions.undo_answer(writer, actor="ada")


def test_a_label_taken_back_elsewhere_leaves_only_the_answer(
    writer: Session, ids: list[int]
) -> None:
    look(writer, ids, mistake(0, 0.9))
    label_suggestions.accept(writer, offered(writer)[0].id, actor="ada")
    images.undo_relabel(writer, actor="ada")
    label_suggestions.undo_answer(writer, actor="ada")
    assert label_of(writer, ids[0]) is GENUINE
    assert len(offered(writer)) == 1


def test_later_labels_of_ones_own_are_undone_first(writer: Session, ids: list[int]) -> None:
    look(writer, ids, mistake(0, 0.9))
    label_suggestions.accept(writer, offered(writer)[0].id, actor="ada")
    images.relabel(writer, [ids[2]], FAKE, actor="ada")
    with pytest.raises(Conflict, match="undo those under Browse first"):
        label_suggestions.undo_answer(writer, actor="ada")
    assert label_of(writer, ids[0]) is FAKE
    assert label_suggestions.count_answers(writer) == {"accepted": 1}


def test_what_somebody_relabelled_since_is_not_taken_back(writer: Session, ids: list[int]) -> None:
    look(writer, ids, mistake(0, 0.9))
    label_suggestions.accept(writer, offered(writer)[0].id, actor="ada")
    images.relabel(writer, [ids[0]], Label.UNKNOWN, actor="bob")
    with pytest.raises(Conflict, match="by bob"):
        label_suggestions.undo_answer(writer, actor="ada")


def test_a_label_changed_since_voids_the_suggestion(writer: Session, ids: list[int]) -> None:
    look(writer, ids, mistake(0, 0.9))
    (found,) = offered(writer)
    images.relabel(writer, [ids[0]], Label.UNKNOWN, actor="bob")
    assert offered(writer) == []
    assert label_suggestions.find_open(writer, found.id) is None
    assert label_suggestions.count_open(writer) == 0
    with pytest.raises(Conflict, match="look for mistakes anew"):
        label_suggestions.accept(writer, found.id, actor="ada")


def test_an_answer_is_one_act_that_survives_the_transaction(database: Engine) -> None:
    with writing(database) as session:
        image_id = add(session, checksum("a"))
        look(session, [image_id], mistake(0, 0.9))
        (found,) = offered(session)
    with writing(database) as session:
        label_suggestions.accept(session, found.id, actor="ada")
    with writing(database) as session:
        (answer,) = events.history(session, "suggestion", found.id)
        (given,) = label_suggestions.label_givers(session, image_id)
        assert (answer.at, answer.actor) == (given.at, given.actor)
        label_suggestions.undo_answer(session, actor="ada")
    with writing(database) as session:
        assert label_of(session, image_id) is GENUINE
        assert events.standing(session, label_suggestions.ANSWER, "suggestion", found.id) == []


def test_a_suggestion_must_exist(writer: Session) -> None:
    with pytest.raises(NotFound, match="Received 7"):
        label_suggestions.keep(writer, 7, actor="ada")
