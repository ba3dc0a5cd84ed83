import json

import pytest
from sqlalchemy import Engine

from core.errors import NotFound
from core.types import Split
from dashboard import reporting
from dashboard.home import open_database
from dashboard.settings import Settings, settings
from db import runs, thresholds
from db.engine import reading, writing


@pytest.fixture
def database(seeded_home: Settings) -> Engine:
    return open_database(settings())


def test_a_report_counts_every_test_image_once_and_is_json(database: Engine) -> None:
    with reading(database) as session:
        found = reporting.report(session, 1)
        test = [label for _, _, label, _ in runs.predictions(session, 1, Split.TEST)]
    assert found["n_genuine"] == test.count("genuine")
    assert found["n_fake"] == test.count("fake")
    assert sum(found["confusion"].values()) == len(test)
    assert found["indicative_only"]
    json.dumps(found)


def test_an_approved_threshold_is_the_one_reported(database: Engine) -> None:
    with writing(database) as session:
        number = thresholds.propose(session, 1, 0.77, Split.TEST, "few accusations", author="Ada")
    with reading(database) as session:
        waiting = reporting.report(session, 1)
    assert waiting["threshold"] not in (0.5, 0.77)
    assert not waiting["threshold_in_force"]
    with writing(database) as session:
        thresholds.approve(session, number, actor="Bob")
    with reading(database) as session:
        found = reporting.report(session, 1)
    assert (found["threshold"], found["threshold_in_force"]) == (0.77, True)
    told = "In force: proposed by Ada, approved by Bob. few accusations"
    assert found["threshold_origin"] == told


def test_a_run_that_does_not_exist_is_named(database: Engine) -> None:
    with reading(database) as session, pytest.raises(NotFound, match="99"):
        reporting.is_scored(session, 99)


def test_every_figure_of_a_report_has_an_interval_beside_it(database: Engine) -> None:
    with reading(database) as session:
        found = reporting.report(session, 1)
    names = ("auc", "eer", "tpr_at_1_fpr", "brier", "ece_calibrated", "miss_rate", "precision")
    for name in names:
        assert found[name] == found["figures"][name]["value"]
        assert found[f"{name}_interval"] == found["figures"][name]["interval"]
    assert found["auc_interval"] is None  # a perfect ranking leaves the resamples nothing
    assert found["bpcer"] == found["false_positive_rate"] == found["rates"]["false_positive_rate"]
    (attack,) = found["apcer"]
    assert (attack["attack_type"], attack["n_images"]) == ("self-blended", 2)
    assert found["worst_attack_type"] == "self-blended"
    assert found["calibration"]["split"] == "validation"  # this version has no calibration split
    assert sum(each["n"] for each in found["reliability"]) == 6


def test_people_read_the_costly_error_first(database: Engine) -> None:
    with reading(database) as session:
        told = reporting.brief(reporting.report(session, 1))
    assert told["Images"] == "4 genuine, 2 fake, in 6 groups"
    assert told["Indicative only"] == "fewer than 1,000 genuine images"
    assert told["AUC"] == "1.000, no interval"
    first = next(name for name in told if "rate" in name)
    assert first == "False positive rate"
    # None of 4 people: Wilson's interval reaches 1 - 1 / (1 + 1.96 ** 2 / 4).
    assert told[first] == "0.0%, 95 % interval 0.0% to 49.0%"
    assert told["Missed: self-blended"].endswith("of 2, 95 % interval 0.0% to 65.8%")
