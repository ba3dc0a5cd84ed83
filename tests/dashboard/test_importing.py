import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from dashboard import importing
from dashboard.settings import Settings, settings


class Upload(io.BytesIO):
    """What the browser sent, as Streamlit hands it over."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(data)
        self.name = name


def upload(name: str, data: bytes = b"bytes") -> BinaryIO:
    return cast(BinaryIO, Upload(name, data))


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            # A moment of its own would name a parametrised test anew every two seconds.
            archive.writestr(zipfile.ZipInfo(name), b"bytes")
    return buffer.getvalue()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("VERITY_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield settings()
    settings.cache_clear()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("ada.jpg", "ada.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\photos\\ada 1.png", "ada 1.png"),
        (".hidden.jpg", "hidden.jpg"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\nc.jpg", "a_b_c.jpg"),
        ("<img src=x>.jpg", "_img src_x_.jpg"),
        ("Žofie (2).jpg", "Žofie (2).jpg"),
    ],
)
def test_safe_name(name: str, safe: str) -> None:
    assert importing.safe_name(name) == safe


@given(st.text(max_size=300))
@hypothesis_settings(max_examples=200, deadline=None)
def test_safe_name_is_always_one_visible_file(name: str) -> None:
    safe = importing.safe_name(name)
    assert 0 < len(safe.encode()) <= 200
    assert Path(safe).name == safe
    assert not safe.startswith(".")


def test_long_name_keeps_its_extension() -> None:
    assert importing.safe_name("é" * 300 + ".jpeg").endswith("é.jpeg")


def test_uploads_with_one_name_are_all_kept(home: Settings) -> None:
    root = importing.keep_uploads([upload("a.jpg", b"1"), upload("x/a.jpg", b"2")], home)
    assert (root / "a.jpg").read_bytes() == b"1"
    assert (root / "a-2.jpg").read_bytes() == b"2"


def test_zip_is_unpacked_with_its_folders_and_not_kept(home: Settings) -> None:
    data = zipped("Ada/1.jpg", "manifest.csv")
    root = importing.keep_uploads([upload("people.ZIP", data)], home)
    found = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    assert found == ["Ada/1.jpg", "manifest.csv"]
    assert list((home.root / "uploads").iterdir()) == [root]


@pytest.mark.parametrize(
    "data", [b"no zip at all", zipped("../out.jpg"), zipped("Ada/1.jpg")[:-30]]
)
def test_a_zip_that_cannot_be_trusted_leaves_nothing(data: bytes, home: Settings) -> None:
    with pytest.raises(InvalidInput):
        importing.keep_uploads([upload("people.zip", data)], home)
    assert list((home.root / "uploads").iterdir()) == []


@pytest.mark.parametrize("names", [["a.zip", "b.jpg"], ["a.zip", "b.zip"]])
def test_uploads_are_files_or_one_zip(names: list[str], home: Settings) -> None:
    with pytest.raises(InvalidInput, match="Expected image files, or one zip alone"):
        importing.keep_uploads([upload(name) for name in names], home)


@pytest.mark.parametrize("text", ["", "  ", "relative", "/no/such/folder"])
def test_folder_refuses_what_is_none(text: str, home: Settings) -> None:
    with pytest.raises(InvalidInput, match="Expected"):
        importing.folder(text)


def test_folder_refuses_veritys_own(home: Settings, tmp_path: Path) -> None:
    home.folder("files")
    for path in (home.root, home.root / "files", tmp_path):
        with pytest.raises(InvalidInput, match="apart from Verity's own"):
            importing.folder(str(path))


def test_preview_counts_and_names_the_first(home: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.jpg").write_bytes(b"bytes")
    found = importing.preview(f" {folder} ")
    assert found == importing.Preview(5, False, ["0.jpg", "1.jpg", "2.jpg"])


def test_preview_stops_early(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PREVIEWED", 3)
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.jpg").write_bytes(b"bytes")
    found = importing.preview(str(folder))
    assert (found.n_files, found.is_cut_off) == (3, True)


def test_an_upload_of_nothing_is_refused(home: Settings) -> None:
    with pytest.raises(InvalidInput, match="Received none"):
        importing.keep_uploads([], home)


def test_a_path_that_no_file_system_takes_is_refused_in_words(home: Settings) -> None:
    with pytest.raises(InvalidInput, match="a path that this machine can read"):
        importing.folder("/" + "x" * 5000)
