import numpy as np
import pytest
from sqlalchemy import Engine

from core.errors import InvalidInput, NotFound
from core.evaluation.operating_points import FPR_5, MINIMUM_COST, Costs, choose
from core.types import Split
from dashboard.home import open_database
from dashboard.proposing import BY_HAND, policy_for, proposal
from dashboard.scores import Scored, load_scores
from dashboard.settings import Settings, settings
from db.engine import reading

SCORES = np.array([0.9, 0.6, 0.4, 0.2])
IS_FAKE = np.array([True, False, True, False])
VALIDATION = Scored(np.arange(4), SCORES, IS_FAKE, np.arange(4))
NONE = Scored(np.arange(0), np.array([]), np.array([], dtype=np.bool_), np.arange(0))


@pytest.fixture
def database(seeded_home: Settings) -> Engine:
    return open_database(settings())


def test_a_rule_is_recorded_where_it_gives_the_threshold() -> None:
    value = choose(FPR_5, SCORES, IS_FAKE).value
    kept = policy_for(value, FPR_5, Costs(), VALIDATION)
    assert kept["mode"] == FPR_5
    assert kept["validation"] == {
        "true_genuine": 2,
        "false_fake": 0,
        "false_genuine": 1,
        "true_fake": 1,
    }


def test_a_rule_that_gives_another_threshold_is_not_claimed() -> None:
    kept = policy_for(0.3, FPR_5, Costs(), VALIDATION)
    assert kept["mode"] == BY_HAND
    assert kept["validation"]["false_fake"] == 1


def test_without_validation_images_nothing_is_claimed() -> None:
    kept = policy_for(0.3, FPR_5, Costs(), NONE)
    assert (kept["mode"], sum(kept["validation"].values())) == (BY_HAND, 0)


def test_a_proposal_by_rule_is_chosen_on_validation(database: Engine) -> None:
    costs = Costs(3, 2, 0.5)
    with reading(database) as session:
        validation = load_scores(session, 1, Split.VALIDATION)
        value, policy = proposal(session, 1, MINIMUM_COST, None, costs)
        by_hand = proposal(session, 1, None, 0.123, costs)
    assert value == choose(MINIMUM_COST, validation.scores, validation.is_fake, costs).value
    assert policy["costs"] == {"genuine_called_fake": 3, "missed_fake": 2, "prevalence": 0.5}
    assert by_hand[0] == 0.123
    assert by_hand[1]["mode"] == BY_HAND


def test_what_cannot_be_proposed_is_named(database: Engine) -> None:
    with reading(database) as session:
        with pytest.raises(NotFound, match="99"):
            proposal(session, 99, FPR_5, None, Costs())
        with pytest.raises(InvalidInput, match="half"):
            proposal(session, 1, "half", None, Costs())
        with pytest.raises(InvalidInput, match=r"either a rule .* Received both"):
            proposal(session, 1, FPR_5, 0.0, Costs())
        with pytest.raises(InvalidInput, match=r"either a rule .* Received neither"):
            proposal(session, 1, None, None, Costs())


def test_what_is_recorded_was_counted_at_the_threshold_that_is_kept(database: Engine) -> None:
    with reading(database) as session:
        validation = load_scores(session, 1, Split.VALIDATION)
        at = float(validation.scores[0])
        value, policy = proposal(session, 1, None, at - 4e-8, Costs())
    assert value == round(at, 7)
    assert policy == policy_for(value, BY_HAND, Costs(), validation)
