import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.types import Label
from dashboard import resources
from dashboard.jobs.client import Job
from dashboard.settings import Settings

OpenPage = Callable[..., AppTest]


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "Photographs of 2026"
    (folder / "Ada").mkdir(parents=True)
    (folder / "Ada" / "1.png").write_bytes(b"not looked at before the job runs")
    return folder


def newest(kind: str = "import") -> Job:
    return next(job for job in resources.jobs().list_jobs() if job.kind == kind)


def test_past_import_adds_up(seeded_home: Settings, open_page: OpenPage) -> None:
    job = newest()
    resources.jobs().cancel(job.id)
    app = open_page("import_files.py", job=job.id)
    assert not app.exception
    shown = {metric.label: int(metric.value) for metric in app.metric}
    assert shown == {"Files seen": 17, "New": 14, "Known": 1, "Rejected": 2}
    rejected = app.dataframe[0].value
    assert list(rejected["File"]) == ["notes.txt", "broken.jpg"]
    assert "Received bytes that are none." in rejected["What to know"][0]
    assert any("17 files seen: 14 new, 1 known, 2 rejected" in m.value for m in app.markdown)


def test_folder_is_previewed_and_imported(
    photographs: Path, empty_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("import_files.py")
    app.text_input(key="folder").set_value(str(photographs)).run()
    assert any(caption.value.startswith(r"1 file: Ada\/1\.png") for caption in app.caption)
    app.radio(key="claimed").set_value(Label.GENUINE).run()
    app.button(key="start-import").click().run()
    assert not app.exception
    job = newest()
    assert job.arguments["storage"] == "photographs-of-2026"
    assert job.arguments["label"] == "genuine"
    assert job.arguments["rule"] == "crop"
    assert app.query_params["job"] == job.id


def test_rule_is_chosen_before_the_first_import_only(
    empty_home: Settings, open_page: OpenPage
) -> None:
    assert not open_page("import_files.py").radio(key="rule").disabled


def test_rule_is_fixed_after_the_first_import(seeded_home: Settings, open_page: OpenPage) -> None:
    assert open_page("import_files.py").radio(key="rule").disabled


@pytest.mark.parametrize("path", ["/no/such/folder", "relative/folder"])
def test_a_folder_that_cannot_be_imported_is_named(
    path: str, empty_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("import_files.py")
    app.text_input(key="folder").set_value(path).run()
    assert path.replace("/", r"\/") in app.warning[0].value
    app.button(key="start-import").click().run()
    assert not app.exception
    assert path in app.toast[0].value.replace("\\", "")
    assert resources.jobs().list_jobs() == []


def test_upload_of_a_zip_is_kept_and_imported(empty_home: Settings, open_page: OpenPage) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Ada/1.png", b"first")
    app = open_page("import_files.py")
    app.segmented_control(key="source").set_value("Upload").run()
    app.file_uploader(key="uploads-0").upload("people.zip", buffer.getvalue()).run()
    app.button(key="start-import").click().run()
    assert not app.exception
    (folder,) = (empty_home.root / "uploads").iterdir()
    assert (folder / "Ada" / "1.png").read_bytes() == b"first"
    assert newest().arguments["storage"] == folder.name
