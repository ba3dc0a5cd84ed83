import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.evaluation.metrics import confusion_at, wilson_interval
from core.types import Label, Run, Split
from dashboard import evaluation, gallery, resources
from dashboard import evaluation_view as view
from dashboard.settings import Settings
from db import images, runs
from db.engine import writing

OpenPage = Callable[..., AppTest]


def the_run(run_id: int = 1) -> Run:
    with resources.session() as session:
        return runs.get_run(session, run_id)


def components(app: AppTest) -> list[dict[str, Any]]:
    """Return the data of the page's own components: the slider, then the grids."""
    found = []
    for block in app.main:
        proto = getattr(block, "proto", None)
        if type(proto).__name__ == "BidiComponent":
            found.append(json.loads(proto.json))  # type: ignore[union-attr]
    return found


def add_run(job_id: str, *, with_epoch: bool) -> None:
    with writing(resources.database()) as session:
        run_id = runs.start_run(
            session,
            job_id=job_id,
            dataset_version=1,
            params={"epochs": 3, "crop": "face"},
            seed=0,
            weights="HED-BSDS500",
            author="tester",
        )
        if with_epoch:
            first = runs.epochs(session, 1)[0]
            runs.record_epoch(session, run_id, first)


def test_no_run_leads_to_train(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py")
    assert not app.exception
    assert any("No detector has been trained yet" in each.value for each in app.markdown)


def test_figures_of_the_test_split(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py")
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown == {
        "AUC on test": "1.0000",
        "Equal error rate": "0.0%",
        "Genuine test images": "4",
        "Fake test images": "2",
    }
    assert app.metric[0].delta == "no interval"  # a perfect ranking leaves the bootstrap nothing
    assert "**Indicative only:** 4 genuine images" in app.warning[0].value
    assert "at least 1,000" in app.warning[0].value


def test_without_a_saved_threshold_validation_suggests_one(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("evaluate.py")
    data = evaluation.scored(the_run(), Split.VALIDATION)
    value = components(app)[0]["value"]
    below = confusion_at(value - 0.001, data.scores, data.is_fake)
    at = confusion_at(value, data.scores, data.is_fake)
    assert (at.false_fake, below.false_fake) == (0, 1)
    assert value != 0.5
    assert any("at most 5" in each.value and "validation" in each.value for each in app.caption)


def test_the_slider_gets_every_count_once(seeded_home: Settings, open_page: OpenPage) -> None:
    slider = components(open_page("evaluate.py"))[0]
    assert len(slider["counts"]) == 1001
    assert slider["counts"][0] == [0, 4, 0, 2]
    assert slider["counts"][1000] == [4, 0, 2, 0]
    assert [sum(part) for part in slider["histogram"]] == [4, 2]


def test_threshold_in_the_url_is_used_and_told_as_unsaved(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("evaluate.py", t="0.150")
    assert components(app)[0]["value"] == 0.15
    rates = app.table[0].value
    assert rates["Rate"].iloc[0] == "False positive rate"
    assert list(rates["Value"]) == ["50.0%", "0.0%", "100.0%", "50.0%"]
    assert list(rates["Images"]) == ["2 of 4", "0 of 2", "2 of 2", "2 of 4"]
    low, high = wilson_interval(2, 4) or (0.0, 0.0)
    assert rates["95 % interval"].iloc[0] == f"{low:.1%} to {high:.1%}"
    assert any("moved by hand and not saved" in each.value for each in app.caption)
    app.button(key="threshold-back").click().run()
    assert components(app)[0]["value"] != 0.15


@pytest.mark.parametrize("text", ["no number", "7", "-1", "nan", ""])
def test_nonsense_in_the_url_is_passed_over(
    seeded_home: Settings, open_page: OpenPage, text: str
) -> None:
    app = open_page("evaluate.py", t=text)
    assert not app.exception
    assert components(app)[0]["value"] == components(open_page("evaluate.py"))[0]["value"]


def test_false_positives_come_first_and_worst_first(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("evaluate.py", t="0.150")
    _, false_positives = components(app)
    assert false_positives["label"] == "Genuine called fake"
    scores = [cell["badges"][0]["text"] for cell in false_positives["cells"]]
    assert scores == ["score 0.260", "score 0.200"]
    assert [cell["badges"][1]["text"] for cell in false_positives["cells"]] == ["genuine"] * 2
    assert {cell["title"] for cell in false_positives["cells"]} == {"Alan_Turing", "Grace_Hopper"}
    assert "None at this threshold." in [each.value for each in app.caption]


def test_missed_fakes_come_lowest_first(seeded_home: Settings, open_page: OpenPage) -> None:
    missed = components(open_page("evaluate.py", t="0.600"))[1]
    assert missed["label"] == "Missed fakes"
    assert [cell["badges"][0]["text"] for cell in missed["cells"]] == ["score 0.460", "score 0.520"]


def test_a_cell_is_chosen(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py", t="0.150")
    app.segmented_control(key="cell").set_value("fakes-caught").run()
    assert [each["label"] for each in components(app)[1:]] == ["Fakes caught"]


def test_a_click_on_the_matrix_chooses_its_cell(seeded_home: Settings) -> None:
    def click(names: list[str]) -> str:
        points = [{"customdata": name} for name in names]
        st.session_state["matrix"] = {"selection": {"points": points}}
        view.cell_clicked()
        return str(st.session_state["cell"])

    assert click([]) == gallery.MISTAKES
    assert click(["fakes-missed"]) == "fakes-missed"
    st.session_state["cell"] = gallery.MISTAKES
    assert click([]) == "fakes-missed"  # the second click on the same spot


def test_a_relabelled_image_keeps_its_frozen_label_and_says_so(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    worst = components(open_page("evaluate.py", t="0.150"))[1]["cells"][0]["id"]
    with writing(resources.database()) as session:
        images.relabel(session, [worst], Label.FAKE, actor="tester")
    app = open_page("evaluate.py", t="0.150")
    badges = [badge["text"] for badge in components(app)[1]["cells"][0]["badges"]]
    assert badges == ["score 0.260", "genuine", "now fake"]
    assert app.metric[2].value == "4"


def test_validation_split(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py")
    app.segmented_control(key="on").set_value("validation").run()
    assert app.metric[0].label == "AUC on validation"


def test_saving_needs_a_reason(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py", t="0.250")
    app.button(key="threshold-save").click().run()
    assert "Expected a reason for the threshold in a few words" in app.toast[0].value
    with resources.session() as session:
        assert runs.thresholds(session, 1) == []


def test_a_saved_threshold_is_in_force_with_its_history(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("evaluate.py", t="0.250")
    app.text_input(key="threshold-reason").set_value("few *false* alarms")
    app.button(key="threshold-save").click().run()
    assert not app.exception
    with resources.session() as session:
        (saved,) = runs.thresholds(session, 1)
    assert (saved.value, saved.split, saved.author) == (0.25, Split.TEST, "tester")
    app = open_page("evaluate.py")
    assert components(app)[0]["value"] == 0.25
    assert any("Saved by tester" in each.value for each in app.caption)
    history = app.table[1].value
    assert list(history["Threshold"]) == ["0.250"]
    assert list(history["Reason"]) == [r"few \*false\* alarms"]


def test_a_run_that_was_cut_off_can_be_scored(seeded_home: Settings, open_page: OpenPage) -> None:
    add_run("run-2", with_epoch=True)
    app = open_page("evaluate.py", run="2")
    assert "checkpoint of epoch 1 is kept" in app.info[0].value
    app.button(key="score-run").click().run()
    assert not app.exception
    job = resources.jobs().list_jobs()[0]
    assert (job.kind, job.arguments) == ("evaluate", {"run_id": 2})


def test_a_run_without_an_epoch_has_nothing_to_score(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    add_run("run-2", with_epoch=False)
    app = open_page("evaluate.py", run="2")
    assert "has not kept a checkpoint yet" in app.info[0].value
    assert not [button for button in app.button if button.key == "score-run"]


def test_scores_are_kept_until_the_run_is_scored_again(seeded_home: Settings) -> None:
    first = evaluation.scored(the_run(), Split.TEST)
    with writing(resources.database()) as session:
        runs.save_predictions(session, 1, {int(i): 0.9 for i in first.image_ids})
        runs.finish_run(session, 1)
    again = evaluation.scored(the_run(), Split.TEST)
    assert np.ptp(first.scores) > 0
    assert again.scores.tolist() == [0.9] * 6


def test_pages_of_a_cell_do_not_overlap(seeded_home: Settings) -> None:
    data = evaluation.scored(the_run(), Split.TEST)
    first, second = (
        evaluation.images_in_cell(data, 0.0, "genuine-called-fake", offset=offset, limit=3)
        for offset in (0, 3)
    )
    assert (len(first), len(second)) == (3, 1)
    scores = [score for _, score in [*first, *second]]
    assert scores == sorted(scores, reverse=True)
    assert len({image.id for image, _ in [*first, *second]}) == 4
