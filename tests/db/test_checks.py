import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from db import checks
from db.tables import ImageRow
from tests.db.builders import add


def test_a_line_is_drawn_moved_and_put_back(writer: Session) -> None:
    assert checks.thresholds(writer) == {}
    checks.set_threshold(writer, "blur", 80.0, actor="ada")
    checks.set_threshold(writer, "blur", 90.0, actor="ada")
    checks.set_threshold(writer, "dark", 0.2, actor="bob")
    assert checks.thresholds(writer) == {"blur": 90.0, "dark": 0.2}
    assert checks.undo_threshold(writer, actor="ada") == "blur"
    assert checks.thresholds(writer)["blur"] == 80.0
    checks.undo_threshold(writer, actor="ada")
    assert checks.thresholds(writer) == {"dark": 0.2}
    with pytest.raises(NotFound, match="no line of yours"):
        checks.undo_threshold(writer, actor="ada")


def test_a_line_that_somebody_moved_since_is_not_put_back(writer: Session) -> None:
    checks.set_threshold(writer, "blur", 80.0, actor="ada")
    checks.set_threshold(writer, "blur", 90.0, actor="bob")
    with pytest.raises(Conflict, match="bob moved it"):
        checks.undo_threshold(writer, actor="ada")
    checks.undo_threshold(writer, actor="bob")
    checks.undo_threshold(writer, actor="ada")
    assert checks.thresholds(writer) == {}


def test_the_newest_image_revision_rises_with_every_change(writer: Session) -> None:
    assert checks.newest_image_revision(writer) == 0
    image_id = add(writer, "x")
    first = checks.newest_image_revision(writer)
    writer.get_one(ImageRow, image_id).label = "fake"
    writer.flush()
    assert checks.newest_image_revision(writer) > first > 0
