import random

from core.review.reviewers import report
from tests.core.review.ratings import rated


def test_the_report_tells_of_pairs_and_of_each_reviewer() -> None:
    ratings = rated({"ada": "x y x y .", "bob": "x y y . x", "cy": ". y y y x"})
    found = report(ratings, {2: "y", 0: "x"})
    assert (found.n_compared, found.n_same) == (5, 4)
    pairs = {(pair.first, pair.second): pair for pair in found.pairs}
    assert set(pairs) == {("ada", "bob"), ("ada", "cy"), ("bob", "cy")}
    assert (pairs["ada", "bob"].kappa.n_items, pairs["ada", "bob"].n_same) == (3, 2)
    ada, bob, _ = found.reviewers
    assert (ada.reviewer, ada.n_opinions, ada.n_compared, ada.n_with_others) == ("ada", 4, 4, 3)
    assert (ada.n_adjudicated, ada.n_upheld) == (2, 1)
    # Of the third item ada and cy said different things: no majority to compare bob with.
    assert (bob.n_opinions, bob.n_compared, bob.n_with_others) == (4, 3, 3)
    assert ada.interval is not None
    assert ada.interval[0] < 0.75 < ada.interval[1]


def test_people_who_never_met_make_no_pair_and_the_same_seed_the_same_report() -> None:
    ratings = rated({"ada": "x y . .", "bob": ". . x y"})
    assert report(ratings).pairs == ()
    assert report(ratings).alpha.value is None
    rng = random.Random(0)
    again = rated({name: " ".join(rng.choices("xyz", k=20)) for name in ("ada", "bob", "cy")})
    assert report(again) == report(again)
    assert report(again, seed=1).alpha.interval != report(again).alpha.interval
