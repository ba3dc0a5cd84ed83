"""From a page to an image's detail in Browse and back: the page stands as it was left."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from core.types import Split
from dashboard import resources
from dashboard.settings import Settings
from db import images, runs

OpenPage = Callable[..., AppTest]


def test_evaluate_comes_back_as_it_was_left(scored_home: Settings, open_page: OpenPage) -> None:
    asked = {"run": "1", "on": "validation", "view": "mistakes", "cell": "all", "t": "0.4"}
    app = open_page("evaluate.py", **asked)
    with resources.session() as session:
        ids = [row[0] for row in runs.predictions(session, 1, Split.VALIDATION)]
        (last,) = images.get_images(session, ids[-1:])
    app.session_state["asked-image"] = (last.checksum, ids)
    app.run()
    assert app.query_params["image"] == last.checksum
    assert app.button(key="way-back").label == "Back to Evaluate"
    assert app.button(key="next").disabled and not app.button(key="previous").disabled
    app.run()  # the page again, with Browse's query: as the browser's own way back leads there
    assert not app.exception
    assert {name: app.query_params[name] for name in asked} == asked
    assert app.segmented_control(key="pick-on").value == "validation"
    assert app.segmented_control(key="pick-cell").value == "all"
    assert "image" not in app.query_params


def test_another_image_or_the_grid_ends_the_way_back(
    scored_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("evaluate.py", run="1", view="mistakes")
    with resources.session() as session:
        (image, *_) = images.get_images(session, [1])
    app.session_state["asked-image"] = (image.checksum, [1])
    app.run()
    app.button(key="back to grid").click().run()
    assert not app.exception
    app.query_params["image"] = image.checksum
    app.run()
    assert "way-back" not in [button.key for button in app.button]
