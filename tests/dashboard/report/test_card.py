import json
from dataclasses import replace

from dashboard.report.card import card_values, model_card
from tests.dashboard.story_record import RUN, TEST, approved, facts


def test_it_has_the_sections_of_mitchell_and_others() -> None:
    assert [each.title for each in model_card(facts())] == [
        "Model details",
        "Intended use",
        "Factors",
        "Metrics",
        "Evaluation data",
        "Training data",
        "Ethical considerations",
        "Caveats and recommendations",
    ]


def test_it_can_be_walked_back_to_weights_data_and_packages() -> None:
    told = json.dumps(card_values(facts()))
    for fact in ("ab" * 32, facts().data.version.content_hash, "numpy 2.4.6", "CPU", "crop face"):
        assert fact in told


def test_every_metric_has_its_interval_and_number() -> None:
    metrics = card_values(facts())["Metrics"]["values"]
    assert metrics["False positive rate (genuine called fake)"] == (
        "7.1 % (7 of 99), 95 % interval 3.5 % to 13.9 %"
    )
    assert metrics["Missed fakes of swap (APCER)"].startswith("66.7 % (20 of 30)")
    assert metrics["AUC"] == "0.91, 95 % interval 0.85 to 0.95"
    assert "Genuine of 100 called fake, where 1 % are fake" in metrics


def test_it_says_when_it_is_not_for_use() -> None:
    assert "Not for use" in str(card_values(facts())["Intended use"])
    assert "Not for use" not in str(card_values(approved())["Intended use"])


def test_few_genuine_images_are_named_as_such() -> None:
    caveats = card_values(facts())["Caveats and recommendations"]["statements"]
    assert caveats[0] == "Indicative only: 99 genuine test images, fewer than 1,000."
    enough = facts(test=replace(TEST, is_indicative=False))
    assert "Indicative" not in str(card_values(enough)["Caveats and recommendations"])


def test_what_was_not_recorded_says_so() -> None:
    bare = replace(RUN, weights_hash=None, device=None, packages={}, params={}, best_epoch=None)
    details = card_values(facts(run=bare))["Model details"]["values"]
    assert details["Device"] == details["Packages"] == details["Settings"] == "not recorded"
    assert details["Best epoch"] == "none"


def test_the_order_of_the_parts_is_said() -> None:
    """A part that is beyond chance stands above one with a higher rate."""
    told = card_values(facts())["Factors"]["statements"][0]
    assert "worse beyond chance first" in told
    assert "falling rate" in told
