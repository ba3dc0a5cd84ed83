"""The page itself, and its gallery: what is chosen stands in the URL."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.types import Label, Run, Split
from dashboard import doors, evaluation, mistakes_view, resources, slicing
from dashboard.scores import Scored
from dashboard.settings import Settings
from dashboard.slice_words import ORDER
from db import images, runs, tags
from db.engine import writing
from tests.seeded import PARAMS

OpenPage = Callable[..., AppTest]


def the_run(run_id: int = 1) -> Run:
    with resources.session() as session:
        return runs.get_run(session, run_id)


def components(app: AppTest) -> list[dict[str, Any]]:
    """Return the data of the page's own components."""
    found = []
    for block in app.main:
        proto = getattr(block, "proto", None)
        if type(proto).__name__ == "BidiComponent":
            found.append(json.loads(proto.json))  # type: ignore[union-attr]
    return found


def shown(app: AppTest) -> list[list[str]]:
    """Return the badges of the images in the gallery."""
    cells = [each["cells"] for each in components(app) if "cells" in each]
    return [[badge["text"] for badge in cell["badges"]] for cell in (cells[0] if cells else [])]


def scores(app: AppTest) -> list[float]:
    return [float(badges[1].removeprefix("score ")) for badges in shown(app)]


def add_run(job_id: str, *, with_epoch: bool) -> None:
    with writing(resources.database()) as session:
        run_id = runs.start_run(
            session,
            job_id=job_id,
            dataset_version=1,
            params=PARAMS,
            seed=0,
            weights="HED-BSDS500",
            author="tester",
        )
        if with_epoch:
            runs.record_epoch(session, run_id, runs.epochs(session, 1)[0])


def test_no_run_leads_to_train(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py")
    assert not app.exception
    assert any("No detector has been trained yet" in each.value for each in app.markdown)


def test_a_run_that_was_cut_off_can_be_scored(scored_home: Settings, open_page: OpenPage) -> None:
    add_run("run-3", with_epoch=True)
    app = open_page("evaluate.py", run="3")
    assert "checkpoint of epoch 1 is kept" in app.info[0].value
    app.button(key="score-run").click().run()
    assert not app.exception
    job = resources.jobs().list_jobs()[0]
    assert (job.kind, job.arguments) == ("evaluate", {"run_id": 3})


def test_a_run_without_an_epoch_has_nothing_to_score(
    scored_home: Settings, open_page: OpenPage
) -> None:
    add_run("run-3", with_epoch=False)
    app = open_page("evaluate.py", run="3")
    assert "has not kept a checkpoint yet" in app.info[0].value
    assert not [button for button in app.button if button.key == "score-run"]


@pytest.mark.parametrize(
    ("view", "split"),
    [
        *[(view, "test") for view in ("figures", "threshold", "mistakes", "slices", "compare")],
        ("mistakes", "validation"),
    ],
)
def test_every_part_opens(
    scored_home: Settings, open_page: OpenPage, view: str, split: str
) -> None:
    app = open_page("evaluate.py", view=view, on=split)
    assert not app.exception
    assert app.segmented_control(key="pick-view").value == view


def test_a_part_is_chosen_and_stands_in_the_url(scored_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py", view="nonsense")
    assert app.segmented_control(key="pick-view").value == "figures"
    app.segmented_control(key="pick-view").set_value("slices").run()
    assert app.query_params["view"] == "slices"


def test_genuine_called_fake_come_first_and_worst_first(
    scored_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("evaluate.py", run="1", view="mistakes")
    assert [badges[0] for badges in shown(app)] == ["genuine", "genuine", "fake"]
    assert scores(app) == [0.833, 0.661, 0.345]
    assert any("2 genuine called fake, 1 missed fakes" in each.value for each in app.markdown)
    assert re.fullmatch(r"calibrated \d+%", shown(app)[0][2])


def test_a_cell_lists_its_images(scored_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py", run="1", view="mistakes", cell="genuine-called-fake")
    assert scores(app) == [0.833, 0.661]
    app.segmented_control(key="pick-cell").set_value("fakes-missed").run()
    assert scores(app) == [0.345]
    app.segmented_control(key="pick-cell").set_value("genuine-passed").run()
    assert scores(app) == [0.354, 0.317, 0.171, 0.134, 0.119, 0.033]
    assert app.query_params["cell"] == "genuine-passed"


def test_filters_stand_in_the_url_and_are_taken_away(
    scored_home: Settings, open_page: OpenPage
) -> None:
    query = {"cell": "all", "from": "0.3", "to": "0.7", "label": "fake"}
    app = open_page("evaluate.py", run="1", view="mistakes", generator="self-blended", **query)
    assert all(0.3 <= score < 0.7 for score in scores(app))
    assert all({"fake", "self-blended"} <= set(badges) for badges in shown(app))
    n = len(scores(app))
    app.button(key="drop-generator").click().run()
    app.button(key="drop-label").click().run()
    app.button(key="drop-from").click().run()
    assert not {"from", "to", "label", "generator"} & set(app.query_params)
    assert len(scores(app)) == 16 > n


def test_a_slice_lists_its_images(scored_home: Settings, open_page: OpenPage) -> None:
    (cut,) = [each for each in slicing.cuts(the_run(), Split.TEST) if each.kind == "source"]
    app = open_page("evaluate.py", run="1", view="mistakes", cell="all", slice="source:street")
    sizes = dict(zip(cut.names, map(len, cut.rows()), strict=True))
    assert len(shown(app)) == sizes["street"]
    assert "Source" in app.button(key="drop-slice").label


@pytest.mark.parametrize("query", [{"slice": "no kind"}, {"generator": "*nobody*"}])
def test_what_matches_nothing_says_so(
    scored_home: Settings, open_page: OpenPage, query: dict[str, str]
) -> None:
    app = open_page("evaluate.py", run="1", view="mistakes", cell="all", **query)
    assert not app.exception
    assert "Nothing here" in app.info[0].value
    app.button(key="all-mistakes").click().run()
    assert len(shown(app)) == 3


def test_nonsense_in_the_url_is_passed_over(scored_home: Settings, open_page: OpenPage) -> None:
    query = {"from": "x", "to": "nan", "cell": "?", "label": "7", "page": "99", "order": ""}
    app = open_page("evaluate.py", run="1", view="mistakes", **query)
    assert not app.exception
    assert len(shown(app)) == 3


def test_a_filter_is_set_by_its_field(scored_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py", run="1", view="mistakes", cell="all")
    app.number_input(key="filter-from").set_value(0.9).run()
    assert app.query_params["from"] == "0.9"
    assert min(scores(app)) >= 0.9
    app.selectbox(key="filter-kind").set_value("source").run()
    app.selectbox(key="filter-slice").set_value("source:street").run()
    assert app.query_params["slice"] == "source:street"
    assert not app.exception


def test_orders(scored_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py", run="1", view="mistakes", cell="all", order="low")
    assert scores(app) == sorted(scores(app))
    app.selectbox(key="pick-order").set_value("high").run()
    assert scores(app) == sorted(scores(app), reverse=True)
    app.selectbox(key="pick-order").set_value("nearest").run()
    assert abs(scores(app)[0] - 0.599) <= abs(scores(app)[1] - 0.599)


def test_a_queue_is_offered_at_the_threshold_that_is_looked_at(
    scored_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("evaluate.py", run="1", view="mistakes", cell="genuine-called-fake", t="0.4")
    queries = [parse_qs(each.proto.query_string) for each in app.get("page_link")]
    assert {"run": ["1"], "split": ["test"], "kind": ["false positives"], "t": ["0.400"]} in queries


def test_a_score_in_the_url_tells_what_the_scores_tell_apart(
    scored_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("evaluate.py", run="1", view="mistakes", cell="all")
    app.number_input(key="filter-from").set_value(0.1234567).run()
    assert app.query_params["from"] == "0.1234567"


def test_a_relabelled_image_keeps_its_frozen_label_and_says_so(
    scored_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("evaluate.py", run="1", view="mistakes")
    worst = components(app)[0]["cells"][0]["id"]
    with writing(resources.database()) as session:
        images.relabel(session, [worst], Label.FAKE, actor="tester")
    badges = shown(open_page("evaluate.py", run="1", view="mistakes"))[0]
    assert (badges[0], badges[-1]) == ("genuine", "now fake")


def test_slices_follow_what_is_known_of_the_images_now(scored_home: Settings) -> None:
    data = evaluation.scored(the_run(), Split.TEST)
    assert slicing.find_rows(slicing.cuts(the_run(), Split.TEST), "tag:odd") is None
    with writing(resources.database()) as session:
        tags.add_tag(session, [int(i) for i in data.image_ids[:3]], "odd", actor="tester")
    rows = slicing.find_rows(slicing.cuts(the_run(), Split.TEST), "tag:odd")
    assert rows is not None and rows.tolist() == [0, 1, 2]


def test_slices_are_ranked_told_and_limited(scored_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py", run="1", view="slices")
    assert any("stand out beyond chance" in each.value for each in app.markdown)
    assert f"In order: {ORDER}." in [each.value for each in app.caption]
    table = app.dataframe[0].value
    assert set(table["Finding"]) <= {"too few to say", "within chance", "beyond chance"}
    app.selectbox(key="pick-kind").set_value("source").run()
    assert set(app.dataframe[0].value["Slice"]) == {"studio", "street"}
    app.segmented_control(key="pick-measure").set_value("miss").run()
    assert "Nothing to compare" in app.info[0].value  # fakes made here come from no source
    app.selectbox(key="pick-kind").set_value("any").run()
    assert "Miss rate" in app.dataframe[0].value


def test_doors_lead_to_mistakes(scored_home: Settings, open_page: OpenPage) -> None:
    app = open_page("evaluate.py", run="1", view="slices")
    st.query_params.from_dict({"view": "slices", "label": "fake", "page": "3"})
    doors.open_images(score_from=0.25, score_to=0.5, slice="tag:a b")
    assert dict(st.query_params) == {
        **{"view": "mistakes", "from": "0.25", "to": "0.5"},
        **{"slice": "tag:a b", "cell": "all"},
    }
    doors.open_images()
    assert dict(st.query_params) == {"view": "mistakes", "cell": "mistakes"}
    assert not app.exception


def test_a_second_click_on_one_mark_means_it_again() -> None:
    def click(names: list[str]) -> Any:
        points = [{"customdata": name} for name in names]
        st.session_state["chart"] = {"selection": {"points": points}}
        return doors.clicked("chart")

    assert click([]) is None
    assert click(["fakes-missed"]) == "fakes-missed"
    assert click([]) == "fakes-missed"


def test_scores_are_kept_until_the_run_is_scored_again(scored_home: Settings) -> None:
    first = evaluation.scored(the_run(), Split.TEST)
    with writing(resources.database()) as session:
        runs.save_predictions(session, 1, {int(i): 0.9 for i in first.image_ids})
        runs.finish_run(session, 1)
    again = evaluation.scored(the_run(), Split.TEST)
    assert np.ptp(first.scores) > 0
    assert again.scores.tolist() == [0.9] * 16


def test_the_worst_order_puts_the_costly_error_first() -> None:
    data = Scored(
        np.arange(6),
        np.array([0.9, 0.8, 0.6, 0.4, 0.3, 0.1]),
        np.array([True, False, False, True, False, True]),
        np.zeros(6, np.int64),
    )
    order = mistakes_view.ordered(data, 0.5, np.arange(6), "worst")
    assert order.tolist() == [1, 2, 5, 3, 4, 0]
