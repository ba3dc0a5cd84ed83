import numpy as np
from sqlalchemy import Engine

from core.review.verdicts import HARD_EXAMPLE
from core.types import Claim, Label
from db import tags
from db.catalogue import Catalogue
from db.engine import reading, writing
from db.slices import facts_of
from tests.db.builders import add, facts, import_file


def test_what_is_known_of_images_comes_in_the_order_asked_for(database: Engine) -> None:
    with writing(database) as session:
        first = add(
            session, "a", identity="Ada", width_px=2000, height_px=1000, scores={"blur": 70.0}
        )
        second = add(session, "b", Label.FAKE, generator="masked-gan", scores={"blur": None})
        tags.add_tag(session, [second], "glasses", actor="ada")
        tags.add_tag(session, [first], HARD_EXAMPLE, actor="ada")
        import_file(session, "job", "a.jpg", facts("a"), Claim())
    with reading(database) as session:
        found = facts_of(session, Catalogue(), np.array([second, first]))
    np.testing.assert_allclose(found.numbers["megapixels"], [0.0625, 2.0])
    np.testing.assert_allclose(found.numbers["blur"], [np.nan, 70.0])
    assert found.words["identity"].tolist() == [None, "Ada"]
    assert found.words["generator"].tolist() == ["masked-gan", None]
    assert {name: mask.tolist() for name, mask in found.members["tag"].items()} == {
        "glasses": [True, False]
    }
    assert {name: mask.tolist() for name, mask in found.members["source"].items()} == {
        "photographs": [False, True]
    }


def test_what_no_image_has_is_left_out(database: Engine) -> None:
    with writing(database) as session:
        number = add(session, "a")
        other = add(session, "b")
        tags.add_tag(session, [other], "glasses", actor="ada")
    with reading(database) as session:
        found = facts_of(session, Catalogue(), np.array([number]))
    assert set(found.numbers) == {"megapixels"}
    assert not found.members
