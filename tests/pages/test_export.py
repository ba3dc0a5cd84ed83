import io
import json
import zipfile

from core.curation.exports.base import Copies
from core.curation.exports.registry import EXPORTS
from dashboard import export_view, resources
from dashboard.home import open_storages
from dashboard.jobs.context import Context
from dashboard.jobs.exporting import export_version
from dashboard.settings import Settings
from tests.pages.conftest import OpenPage


def export(home: Settings, name: str, copies: Copies = Copies.ORIGINALS) -> None:
    context = Context(home, resources.database(), resources.store(), open_storages(home))
    arguments = {"version": 1, "format": name, "copies": copies.value}
    export_version(context, "job-1", "tester", arguments, lambda *told: None)


def test_without_a_version_the_page_leads_to_dataset(
    empty_home: Settings, open_page: OpenPage
) -> None:
    app = open_page("export.py")
    assert not app.exception
    assert any("no frozen version" in each.value for each in app.markdown)
    assert "export-start" not in {button.key for button in app.button}


def test_choosing_and_starting(seeded_home: Settings, open_page: OpenPage) -> None:
    app = open_page("export.py", version="1", format="COCO")
    assert not app.exception
    assert app.selectbox(key="format").value == "coco"
    assert any(EXPORTS["coco"].about == each.value for each in app.caption)
    assert any("18 images, about" in each.value for each in app.caption)
    assert "Nothing is exported yet" in app.info[0].value
    app.radio(key="export-copies").set_value(Copies.NORMALISED).run()
    app.button(key="export-start").click().run()
    assert not app.exception
    (job,) = [job for job in resources.jobs().list_jobs() if job.kind == "export"]
    assert job.arguments == {"version": 1, "format": "coco", "copies": "normalised"}
    assert any(f"`{job.id}`" in each.value for each in app.markdown)


def test_finished_exports_say_where_they_are_and_how_to_load_them(
    seeded_home: Settings, open_page: OpenPage
) -> None:
    export(seeded_home, "yolo")
    export(seeded_home, "keras", Copies.NORMALISED)
    export(seeded_home, "keras")
    app = open_page("export.py")
    assert not app.exception
    codes = [code.value for code in app.code]
    folder = seeded_home.root / "exports" / "1-yolo"
    assert str(folder) in codes
    assert any(f'data="{folder}/data.yaml"' in code for code in codes)
    assert [each.proto.label for each in app.get("download_button")] == ["Download"] * 3
    (warning,) = app.warning  # only of the originals, some of which are TIFF
    assert "passes over" in warning.value


def test_the_download_holds_the_whole_folder(seeded_home: Settings) -> None:
    export(seeded_home, "csv")
    folder = seeded_home.root / "exports" / "1-csv"
    with zipfile.ZipFile(io.BytesIO(export_view.zipped(folder))) as archive:
        files = {str(p.relative_to(folder.parent)) for p in folder.rglob("*") if p.is_file()}
        assert set(archive.namelist()) == files
        assert json.loads(archive.read("1-csv/verity.json"))["images"] == 18


def test_an_export_that_cannot_be_read_is_named(seeded_home: Settings, open_page: OpenPage) -> None:
    export(seeded_home, "csv")
    (seeded_home.root / "exports" / "1-csv" / "verity.json").write_text("{")
    app = open_page("export.py")
    assert not app.exception
    assert "1-csv" in app.error[0].value.replace("\\", "")
