from sqlalchemy.orm import Session

from core.types import Label, Split
from db import runs
from db.generators import generators_of_run
from tests.db.builders import add, freeze, start_run


def test_only_scored_fakes_of_the_split_and_of_known_making_are_told(writer: Session) -> None:
    genuine = add(writer, "genuine")
    known = add(writer, "known", Label.FAKE, generator="self-blended")
    unknown = add(writer, "unknown", Label.FAKE)
    other_split = add(writer, "other split", Label.FAKE, generator="masked-gan")
    not_scored = add(writer, "not scored", Label.FAKE, generator="masked-gan")
    in_test = [(each, Split.TEST) for each in (genuine, known, unknown, not_scored)]
    run = start_run(writer, freeze(writer, [*in_test, (other_split, Split.TRAIN)]))
    runs.save_predictions(writer, run, {genuine: 0.1, known: 0.9, unknown: 0.8, other_split: 0.7})
    assert generators_of_run(writer, run, Split.TEST) == {known: "self-blended"}
    assert generators_of_run(writer, run, Split.TRAIN) == {other_split: "masked-gan"}
    assert generators_of_run(writer, run + 1, Split.TEST) == {}
