from sqlalchemy import Engine

from core.types import Label, Split
from db import exports, images
from db.engine import reading, writing
from tests.db import builders


def test_items_say_what_was_frozen(database: Engine) -> None:
    with writing(database) as session:
        real = builders.add(session, "a", Label.GENUINE, "Ada", size_bytes=1200)
        fake = builders.add(session, "b", Label.FAKE, "Ada", "gan", format="PNG", face=None)
        builders.add(session, "c", Label.GENUINE)
        number = builders.freeze(session, [(real, Split.TRAIN), (fake, Split.TEST)])
        images.relabel(session, [real], Label.FAKE, actor="ada")
    with reading(database) as session:
        found = {item.checksum: item for item in exports.items(session, number)}
        assert exports.size_of_originals(session, number) == 2200
        assert exports.size_of_originals(session, number + 1) == 0
    first, second = found[builders.checksum("a")], found[builders.checksum("b")]
    assert (first.label, first.identity, first.generator) == (Label.GENUINE, "Ada", None)
    assert (first.split, first.group, first.face) == (Split.TRAIN, 100 + real, builders.FACE)
    assert (second.format, second.generator, second.face) == ("PNG", "gan", None)
