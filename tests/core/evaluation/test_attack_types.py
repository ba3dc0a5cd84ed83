import numpy as np

from core.evaluation.attack_types import UNKNOWN_ORIGIN, apcer_by_type, attack_types
from core.evaluation.bootstrap import estimate
from core.evaluation.tallies import Evidence
from tests.core.evaluation.cases import GROUPS, IS_FAKE, SCORES


def test_a_fake_without_a_generator_is_of_unknown_origin() -> None:
    found = attack_types(np.array([False, False, True, True]), [None, "gan", "gan", None])
    assert found.tolist() == ["", "", "gan", UNKNOWN_ORIGIN]


def test_the_worst_attack_comes_first_with_what_it_rests_on() -> None:
    kinds = np.array(["", "", "", "swap", "swap", "paint"])
    found = apcer_by_type(estimate(Evidence(SCORES, IS_FAKE, GROUPS, 0.5, None, kinds)))
    assert list(found) == ["swap", "paint"]
    assert (found["swap"].value, found["swap"].n_images, found["swap"].n_groups) == (0.5, 2, 2)
    assert found["paint"].value == 0
    assert found["paint"].interval is not None  # nothing missed among one still says little
    assert found["paint"].interval[1] > 0.7


def test_without_attack_types_there_are_none() -> None:
    assert apcer_by_type(estimate(Evidence(SCORES, IS_FAKE, GROUPS, 0.5))) == {}
