"""The questions of the benchmark are answered as a walk over the rows would answer them."""

import random
from pathlib import Path

from benchmarks import grid_queries, synthetic
from db import images
from db.catalogue import Catalogue
from db.engine import reading
from db.images import ImageFilter

N = 60


def test_the_figures_are_of_what_they_say(tmp_path: Path) -> None:
    with grid_queries.opened("sqlite", tmp_path) as database, reading(database) as session:
        synthetic.fill(database, N)
        catalogue = Catalogue()
        rows = images.get_images(session, range(1, N + 1))
        draw = random.Random(1)
        for _ in range(40):
            wanted = ImageFilter(label=draw.choice(rows).label, status=draw.choice(rows).status)
            found, _ = catalogue.find(session, wanted)
            assert found == [
                row.id for row in rows if (row.label, row.status) == (wanted.label, wanted.status)
            ]
        assert set(synthetic.MEASURES) <= set(catalogue.measures(session))
        assert catalogue.count(session, ImageFilter(version=synthetic.VERSION)) == N // 2
        assert catalogue.members(session, "tag") == sorted(synthetic.TAGS)


def test_no_question_is_asked_twice() -> None:
    asked = grid_queries.distinct_questions(["id", "blur"], grid_queries.N_AMONG, 3, 150)
    assert len(set(asked)) == 150
    conditions = {name for wanted, _ in asked for name, value in vars(wanted).items() if value}
    assert conditions == set(vars(ImageFilter()))
