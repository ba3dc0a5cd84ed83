import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.types import Split
from dashboard import resources
from dashboard.settings import Settings
from dashboard.tried import Familiarity, Refused, Tried, waiting_files
from dashboard.try_context import load_context
from dashboard.trying_view import Question
from db import images, runs, thresholds
from db.engine import writing
from tests.dashboard.test_tried import FACE, tried
from tests.dashboard.test_try_charts import crop
from tests.pages.conftest import encode, picture

OpenPage = Callable[..., AppTest]
DATA = encode(picture(7))
PROFILE = tuple(np.linspace(-1, -8, 64).tolist())


@pytest.fixture
def home(seeded_home: Settings) -> Settings:
    """An installation whose run says that it has a detector."""
    folder = seeded_home.folder("runs/1")
    (folder / "detector.keras").write_bytes(b"not asked for here")
    return seeded_home


def found(**changes: Any) -> Tried:
    return tried(crop=crop(), picture=DATA, spectrum=crop(), profile=PROFILE, **changes)


def shown(open_page: OpenPage, answer: Tried | Refused, data: bytes = DATA) -> AppTest:
    """Open the page as it stands once the worker has answered."""
    app = open_page("try_it.py")
    question = Question(hashlib.sha256(data).hexdigest(), 1, None)
    app.session_state["try-answer"] = (question, answer)
    app.file_uploader(key="try-file").upload("<b>:smile: face.png", data, "image/png").run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    kinds = [app.markdown, app.caption, app.subheader, app.info, app.warning, app.error]
    return " ".join(each.value for kind in kinds for each in kind)


def test_without_a_detector_the_page_invites_to_train(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    assert "train one to its end" in words(open_page("try_it.py"))


def test_an_open_page_promises_to_keep_nothing_and_asks_nobody(
    home: Settings, open_page: OpenPage
) -> None:
    app = open_page("try_it.py")
    assert not app.exception
    assert "It is not stored" in words(app)
    assert not app.get("camera_input")
    assert not waiting_files(home)


def test_an_answer_is_told_with_what_it_rests_on(home: Settings, open_page: OpenPage) -> None:
    app = shown(open_page, found(score=0.99, survival=(0.99,) * 6 + (0.01,)))
    told = words(app)
    assert "Would be called fake" in told
    assert "genuine test images were called fake" in told
    assert "One image never proves anything" in told
    assert "turns at resized to 25%" in told
    assert "suggested, not approved" in " ".join(each.label for each in app.expander)
    assert app.metric[0].value == "0.990"
    assert "Nothing of it is stored so far" in told


def test_what_takes_longest_is_waited_for_apart(home: Settings, open_page: OpenPage) -> None:
    told = words(shown(open_page, found(survival=())))
    assert "Would be called" in told
    assert "No answer came" in told  # nothing is under way here


def test_the_threshold_in_force_and_its_band_decide(home: Settings, open_page: OpenPage) -> None:
    with writing(resources.database()) as session:
        number = thresholds.propose(
            session, 1, 0.6, Split.VALIDATION, "calm", author="ada", band=(0.5, 0.8)
        )
        thresholds.approve(session, number, actor="grace")
    app = shown(open_page, found(score=0.7))
    assert "Uncertain: left to a person" in words(app)
    assert "in force" in " ".join(each.label for each in app.expander)


def test_an_unfamiliar_picture_is_warned_of(home: Settings, open_page: OpenPage) -> None:
    told = words(shown(open_page, found(familiarity=Familiarity(0, 200))))
    assert "Unlike the images that this detector knows" in told


def test_without_a_face_there_is_no_verdict(home: Settings, open_page: OpenPage) -> None:
    faceless = found(
        faces=(), judged=None, features={}, cues={}, embedding=None, survival=(), score=0.99
    )
    app = shown(open_page, faceless)
    told = words(app)
    assert "No verdict" in told
    assert "No face was found, so there is no verdict" in told
    assert not app.metric
    for word in ("Would be called", "Would the verdict last", "Where the detector looked"):
        assert word not in told
    assert "No face was found here, so there is none to compare" in told
    assert "Spectrum" in told


def test_without_described_faces_there_is_nothing_to_compare_with(
    home: Settings, open_page: OpenPage
) -> None:
    told = words(shown(open_page, found()))
    assert "No face of the collection is described yet" in told
    assert "No face was found here" not in told


def test_a_probability_is_certain_only_where_it_is(home: Settings, open_page: OpenPage) -> None:
    app = shown(open_page, found(score=0.99999))
    assert app.metric[1].value.startswith("99.")


def test_another_face_can_be_judged(home: Settings, open_page: OpenPage) -> None:
    app = shown(open_page, found(faces=(FACE, FACE, FACE)))
    assert "3 faces were found" in words(app)
    offered = [app.button(key=f"try-face-{place}") for place in range(3)]
    assert [each.label for each in offered] == ["Face 1, judged", "Face 2", "Face 3"]
    assert [each.disabled for each in offered] == [True, False, False]
    app.run()
    assert not waiting_files(home)  # drawn again, nothing new is asked
    app.button(key="try-face-2").click().run()
    assert "Looking at the picture" in words(app)
    app.run()
    assert len(waiting_files(home)) == 1


def test_a_known_file_is_named_and_not_offered_to_be_kept(
    home: Settings, open_page: OpenPage
) -> None:
    with resources.session() as session:
        known = images.get_image(session, 1)
    told = words(shown(open_page, found(checksum=known.checksum)))
    assert "This very file is in the collection as Ada" in told
    assert "trained on it" in told
    assert "Nothing of it is stored so far" not in told


def test_a_refusal_is_told_and_can_be_tried_again(home: Settings, open_page: OpenPage) -> None:
    app = shown(open_page, Refused("Expected one of JPEG. Received <b>text</b>."))
    assert "Received \\<b\\>text" in app.error[0].value
    assert app.button(key="try-again").label == "Try again"


def test_without_a_worker_nothing_waits_for_ever(home: Settings, open_page: OpenPage) -> None:
    app = open_page("try_it.py")
    app.file_uploader(key="try-file").upload("face.png", DATA, "image/png").run()
    assert "Looking at the picture" in words(app)
    assert len(waiting_files(home)) == 1
    app.button(key="try-cancel").click().run()
    assert "Nothing was kept" in words(app)
    assert not waiting_files(home)


def test_a_cue_stands_further_right_the_more_it_is_so(home: Settings) -> None:
    with resources.session() as session:
        blurred, sharp = (
            next(
                each.percent
                for each in load_context(
                    session, found(cues={}, checks={"blur": value}), runs.get_run(session, 1)
                ).standings
            )
            for value in (-1.0, 1e9)
        )
    assert (blurred, sharp) == (100, 0)
