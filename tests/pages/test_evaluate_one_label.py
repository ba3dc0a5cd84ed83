"""Evaluate where the test split holds images of one label only: said, not guessed."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.types import Label, Split
from dashboard import resources
from dashboard.settings import Settings
from tests.seeded import add_run, add_version, frozen_items, scores_of

OpenPage = Callable[..., AppTest]
OTHER = {Label.GENUINE: Label.FAKE, Label.FAKE: Label.GENUINE}


@pytest.mark.parametrize("label", [Label.GENUINE, Label.FAKE])
def test_every_part_opens(scored_home: Settings, open_page: OpenPage, label: Label) -> None:
    engine = resources.database()
    items = [
        replace(item, split=Split.TRAIN)
        if item.split is Split.TEST and item.label is OTHER[label]
        else item
        for item in frozen_items(engine)
    ]
    run = add_run(engine, add_version(engine, items), scores_of(items, 1.0, 3), job_id="one-label")
    for view in ("figures", "threshold", "mistakes", "slices", "compare"):
        app = open_page("evaluate.py", run=str(run), view=view)
        assert not app.exception, view
    app = open_page("evaluate.py", run=str(run), view="slices", measure="auc")
    assert "does not hold images of both labels" in app.info[0].value
