import pytest

from core.errors import InvalidInput
from db.short_text import checked


def test_stray_blanks_go() -> None:
    assert checked("  Ada \t\n Lovelace ", "a name", 12) == "Ada Lovelace"


@pytest.mark.parametrize("text", ["", " \n", "x" * 13, "a\x00b"])
def test_what_it_must_be_is_told(text: str) -> None:
    with pytest.raises(InvalidInput, match="Expected a name of 1 to 12 printable characters"):
        checked(text, "a name", 12)
