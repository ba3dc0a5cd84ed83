import pytest
from sqlalchemy.orm import Session

from core.errors import NotFound
from db import checks


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
