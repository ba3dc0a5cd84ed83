from pathlib import Path

import pytest

from core.images.hashes import HASH_VERSION
from core.types import Claim, ImageFacts, Label
from dashboard.home import open_database, open_storages, open_store
from dashboard.jobs import pairing
from dashboard.jobs.context import Context
from dashboard.settings import Settings
from db import imports
from db.engine import writing
from tests.db.builders import add, add_pair, facts

FAR = 0x5555555555555555


@pytest.fixture
def context(tmp_path: Path) -> Context:
    settings = Settings(home=tmp_path)
    return Context(settings, open_database(settings), open_store(settings), open_storages(settings))


def seen(content: object, phash: int, mirrored: int = FAR) -> ImageFacts:
    named = {"phash": f"{phash:016x}", "phash-mirrored": f"{mirrored:016x}"}
    return facts(content, hashes=named, hash_version=HASH_VERSION)


def bring(context: Context, *images: ImageFacts) -> list[int]:
    with writing(context.database) as session:
        return [imports.add_image(session, each, Claim())[0] for each in images]


def found(context: Context) -> list[tuple[int, int, int, bool]]:
    """Pair what is new, as an import does, without the second check."""
    unchecked, new = pairing.candidates(context)
    pairing.finish(context, new)
    return [(c.left_id, c.right_id, c.distance_bits, c.is_mirrored) for c in unchecked]


def test_what_is_new_is_compared_with_all_and_what_is_old_only_once(context: Context) -> None:
    a, b, _ = bring(context, seen("a", 0), seen("b", 0b11), seen("far", 0xFFFF))
    assert found(context) == [(a, b, 2, False)]
    assert found(context) == []
    (c,) = bring(context, seen("c", 0b111))
    assert found(context) == [(a, c, 3, False), (b, c, 1, False)]


def test_a_mirrored_copy_is_found_either_way(context: Context) -> None:
    a, b = bring(context, seen("a", 0xFFFFFFFF, mirrored=1), seen("b", 0, mirrored=FAR))
    assert found(context) == [(a, b, 1, True)]
    (c,) = bring(context, seen("c", 0xFF << 56, mirrored=0xFFFFFFF0))
    assert found(context) == [(a, c, 4, True)]


def test_a_pair_that_was_checked_before_a_crash_is_not_checked_again(context: Context) -> None:
    a, b, c = bring(context, seen("a", 0), seen("b", 1), seen("c", 3))
    with writing(context.database) as session:
        add_pair(session, a, b)
    assert [link[:2] for link in found(context)] == [(a, c), (b, c)]


def test_an_image_that_became_a_generated_one_is_in_no_pair(context: Context) -> None:
    a, b = bring(context, seen("a", 0), seen("b", 0b11))
    found(context)
    bring(context, seen("later", 0xFF00))
    found(context)  # from now on the packed file holds both
    with writing(context.database) as session:
        parent = add(session, "parent")
        imports.add_fake(session, seen("b", 0b11), Claim(Label.FAKE), [parent], {})
    (c,) = bring(context, seen("c", 0b1))
    assert [link[:2] for link in found(context)] == [(a, c)]
    assert b < c
