import pytest
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.types import Claim, Label, Location, Outcome
from db import images, imports
from db.catalogue import Catalogue
from db.images import ImageFilter
from tests.db.builders import (
    STORAGE,
    add,
    checksum,
    facts,
    import_file,
)

# Getting


def test_get_by_number_and_by_checksum(writer: Session) -> None:
    image_id = add(writer, "a")
    assert images.get_image(writer, image_id) == images.get_by_checksum(writer, checksum("a"))
    with pytest.raises(NotFound, match=r"Received 99\."):
        images.get_image(writer, 99)
    with pytest.raises(NotFound, match="'nothing'"):
        images.get_by_checksum(writer, "nothing")


def test_get_images_keeps_the_order_and_leaves_out_what_is_not_there(writer: Session) -> None:
    a, b, c = (add(writer, i) for i in range(3))
    assert [record.id for record in images.get_images(writer, [c, 99, a, b])] == [c, a, b]
    assert images.get_images(writer, []) == []


def test_locations_carry_what_each_claims(writer: Session) -> None:
    claim = Claim(Label.FAKE, "Ada", "swap")
    import_file(writer, "1", "b.jpg", facts("x"))
    import_file(writer, "2", "a.jpg", facts("x"), claim)
    image = images.get_by_checksum(writer, checksum("x"))
    assert images.locations(writer, image.id) == [
        Location(STORAGE, "a.jpg", claim),
        Location(STORAGE, "b.jpg", Claim()),
    ]


def test_values_in_use_are_sorted_and_without_blanks(writer: Session) -> None:
    for i, (name, generator) in enumerate([("b", "swap"), ("a", None), ("b", None), (None, "gan")]):
        add(writer, i, identity=name, generator=generator)
    assert images.distinct(writer, "identity") == ["a", "b"]
    assert images.distinct(writer, "generator") == ["gan", "swap"]


def test_what_a_job_made_newest_first_with_one_parent(writer: Session) -> None:
    parents = [add(writer, i) for i in range(2)]
    claim = Claim(Label.FAKE, None, "blend")
    for name, job_id in [("f", "j1"), ("g", "j1"), ("h", "j2")]:
        made = imports.add_fake(writer, facts(name), claim, parents, {"job": job_id})
        assert made is Outcome.NEW
    found = images.made_by(writer, "j1")
    assert [(fake.checksum, parent.id) for fake, parent in found] == [
        (checksum("g"), parents[0]),
        (checksum("f"), parents[0]),
    ]
    assert images.made_by(writer, "j1", offset=1, limit=1) == found[1:]
    assert images.count_made_by(writer, "j1") == 2
    assert images.count_made_by(writer, "none") == 0


def test_browse_can_be_limited_to_given_images(writer: Session) -> None:
    ids = [add(writer, n, list(Label)[n % 3]) for n in range(9)]
    catalogue, some = Catalogue(), frozenset({ids[0], ids[3], ids[4], 999})
    assert catalogue.find(writer, ImageFilter(among=some))[0] == [ids[0], ids[3], ids[4]]
    assert catalogue.find(writer, ImageFilter(label=Label.GENUINE, among=some))[0] == [
        ids[0],
        ids[3],
    ]
    assert catalogue.count(writer, ImageFilter(among=frozenset())) == 0


def test_more_images_than_a_statement_takes_are_read(writer: Session) -> None:
    a, b = add(writer, "a"), add(writer, "b")
    found = images.get_images(writer, [b, *range(1000, 70_000), a])
    assert [image.id for image in found] == [b, a]
