import json
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.generation_view import sample_sheets
from dashboard.jobs.client import Job
from dashboard.settings import Settings
from db import images
from db.engine import writing
from db.tables import ParentRow

OpenPage = Callable[..., AppTest]


def newest_generation() -> Job:
    return next(job for job in resources.jobs().list_jobs() if job.kind == "generate")


def start_one() -> str:
    """Start a job and say that it made the seeded fakes."""
    job_id = resources.jobs().generate("self-blended", {}, limit=6)
    with writing(resources.database()) as session:
        session.execute(update(ParentRow).values(recipe={"job": job_id}))
    return job_id


def grids(app: AppTest) -> list[dict[str, Any]]:
    """Return the data of the grids on the page."""
    protos = [getattr(block, "proto", None) for block in app.main]
    return [
        json.loads(proto.json)  # type: ignore[union-attr]
        for proto in protos
        if type(proto).__name__ == "BidiComponent"
    ]


def leave_sheets(home: Settings, job_id: str, *epochs: int) -> None:
    for epoch in epochs:
        folder = home.folder(f"jobs/{job_id}/samples")
        Image.new("RGB", (32, 32)).save(folder / f"epoch_{epoch:03d}.jpg")


def test_no_photographs_lead_to_import(empty_home: Settings, open_page: OpenPage) -> None:
    app = open_page("generate.py")
    assert not app.exception
    assert any("there are none yet" in each.value for each in app.markdown)


def test_cards_say_what_generators_do_and_where_they_end(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("generate.py")
    assert not app.exception
    text = "\n".join(each.value for each in app.markdown)
    assert "#### Self-blended images" in text and "#### Masked-face GAN" in text
    assert sum(each.value.startswith("**Limits.**") for each in app.caption) == 2
    assert app.button(key="choose-self-blended").disabled


def test_a_generator_is_chosen_and_started(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("generate.py")
    app.button(key="choose-masked-gan").click().run()
    assert app.query_params["with"] == "masked-gan"
    app.number_input(key="masked-gan-epochs").set_value(2)
    app.number_input(key="generate-limit").set_value(8)
    app.number_input(key="generate-seed").set_value(11)
    app.button(key="generate-start").click().run()
    assert not app.exception
    arguments = newest_generation().arguments
    assert (arguments["generator"], arguments["limit"], arguments["seed"]) == ("masked-gan", 8, 11)
    assert arguments["params"]["epochs"] == 2
    assert app.query_params["job"] == newest_generation().id


def test_fields_have_the_ranges_of_the_registry(seeded_home: Settings, open_page: OpenPage) -> None:
    field = open_page("generate.py").number_input(key="self-blended-resize")
    assert (field.min, field.max) == (0.0, 0.1)
    assert field.value == pytest.approx(0.05)
    assert "From 0 to 0.1" in field.help


def test_fakes_stand_beside_their_parents(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("generate.py", job=start_one())
    assert not app.exception
    assert any(each.value.startswith("**6 fakes made**") for each in app.markdown)
    (grid,) = grids(app)
    assert len(grid["cells"]) == 6
    assert {len(cell["images"]) for cell in grid["cells"]} == {2}
    with resources.session() as session:
        parent = images.parents(session, grid["cells"][0]["id"])[0]
    assert grid["cells"][0]["title"] == parent.identity


def test_past_generations_are_listed(seeded_home: Settings, open_page: OpenPage) -> None:
    first, second = start_one(), start_one()
    table = open_page("generate.py").dataframe[0].value
    assert set(table["Job"]) == {first, second}
    assert set(table["Kind"]) == {"Generate"}


def test_sample_sheets_are_looked_through(seeded_home: Settings, open_page: OpenPage) -> None:
    job_id = start_one()
    leave_sheets(seeded_home, job_id, 1, 2, 10)
    assert list(sample_sheets(job_id)) == [1, 2, 10]
    app = open_page("generate.py", job=job_id)
    slider = app.select_slider(key=f"epoch-{job_id}")
    assert slider.value == 10
    slider.set_value(2).run()
    assert any(each.value.startswith("Epoch 2.") for each in app.caption)


def test_who_looks_at_the_newest_sheet_goes_on_doing_so(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    job_id = start_one()
    leave_sheets(seeded_home, job_id, 1, 2)
    app = open_page("generate.py", job=job_id)
    leave_sheets(seeded_home, job_id, 3)
    app.run()
    assert app.select_slider(key=f"epoch-{job_id}").value == 3
    app.select_slider(key=f"epoch-{job_id}").set_value(1).run()
    leave_sheets(seeded_home, job_id, 4)
    app.run()
    assert app.select_slider(key=f"epoch-{job_id}").value == 1
