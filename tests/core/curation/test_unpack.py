import contextlib
import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.curation.unpack import ZipLimits, unpack_zip
from core.errors import InvalidInput


def pack(folder: Path, *files: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    path = folder / "upload.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return path


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member, target.encode()


def test_keeps_folders_for_identities(tmp_path: Path) -> None:
    path = pack(tmp_path, ("Ann/1.jpg", b"one"), ("Bo/", b""), ("Bo/2.jpg", b"two"))
    into = tmp_path / "into"
    assert unpack_zip(path, into) == [Path("Ann/1.jpg"), Path("Bo/2.jpg")]
    assert (into / "Ann" / "1.jpg").read_bytes() == b"one"
    assert (into / "Bo" / "2.jpg").read_bytes() == b"two"


def test_unportable_names_are_mended_and_kept_apart(tmp_path: Path) -> None:
    path = pack(tmp_path, ("Zoë: 1/a?.jpg", b"1"), ("Zoë: 1/a*.jpg", b"2"), ("win\\b.jpg", b"3"))
    into = tmp_path / "into"
    names = unpack_zip(path, into)
    assert names == [Path("Zoë_ 1/a_-2.jpg"), Path("Zoë_ 1/a_.jpg"), Path("win/b.jpg")]
    assert [(into / name).read_bytes() for name in names] == [b"2", b"1", b"3"]


@pytest.mark.parametrize(
    "name", ["../x.jpg", "a/../../x.jpg", "/etc/x.jpg", "C:/x.jpg", "..\\x.jpg", "\\\\host\\x.jpg"]
)
def test_paths_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="inside the zip's folder"):
        unpack_zip(pack(tmp_path, ("ok.jpg", b"1"), (name, b"2")), tmp_path / "into")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["upload.zip"]


def test_links_are_refused(tmp_path: Path) -> None:
    path = pack(tmp_path, link("a", "/etc"), ("a/passwd", b"x"))
    with pytest.raises(InvalidInput, match="a link or a device"):
        unpack_zip(path, tmp_path / "into")


def test_limits(tmp_path: Path) -> None:
    path = pack(tmp_path, ("a", bytes(1_000_000)), ("b", b"1"))
    with pytest.raises(InvalidInput, match="at most 1 files"):
        unpack_zip(path, tmp_path / "into", ZipLimits(max_files=1))
    with pytest.raises(InvalidInput, match="1,000,001 bytes"):
        unpack_zip(path, tmp_path / "into", ZipLimits(max_bytes=1_000_000))
    with pytest.raises(InvalidInput, match="times its size"):
        unpack_zip(path, tmp_path / "into")  # zeros pack a thousandfold
    assert len(unpack_zip(path, tmp_path / "into", ZipLimits(max_ratio=2000))) == 2


def test_a_table_that_lies_about_sizes_unpacks_to_no_more(tmp_path: Path) -> None:
    path = pack(tmp_path, ("a", bytes(1_000_000)))
    data = path.read_bytes().replace(struct.pack("<I", 1_000_000), struct.pack("<I", 100))
    path.write_bytes(data)
    with pytest.raises(InvalidInput):
        unpack_zip(path, tmp_path / "into")
    assert not (tmp_path / "into").exists()


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + bytes(3)])
def test_what_is_no_zip_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(InvalidInput, match="whole zip"):
        unpack_zip(tmp_path / "x.zip", tmp_path / "into")


def test_a_damaged_member_leaves_nothing_behind(tmp_path: Path) -> None:
    path = pack(tmp_path, ("a", b"first"), ("b", bytes(range(256)) * 4))
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02", 0, data.rindex(b"PK\x01\x02")) - 5] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(InvalidInput):
        unpack_zip(path, tmp_path / "into")
    assert not (tmp_path / "into").exists()


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.jpg").write_bytes(b"mine")
    with pytest.raises(InvalidInput, match="empty folder"):
        unpack_zip(tmp_path / "gone.zip", tmp_path)
    assert (tmp_path / "mine.jpg").read_bytes() == b"mine"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4))
def test_damaged_zips_are_unpacked_or_refused(
    tmp_path: Path, changes: list[tuple[int, int]]
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Ann/1.jpg", b"one")
        archive.writestr("Bo/2.jpg", b"two")
    data = bytearray(buffer.getvalue())
    for spot, value in changes:
        data[spot % len(data)] = value
    (tmp_path / "x.zip").write_bytes(data)
    with contextlib.suppress(InvalidInput):
        unpack_zip(tmp_path / "x.zip", tmp_path / "deep" / "into")
    outside = {path.name for path in tmp_path.iterdir()} | {
        path.name for path in (tmp_path / "deep").glob("*")
    }
    assert outside <= {"x.zip", "deep", "into"}
