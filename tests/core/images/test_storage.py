import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from upath import UPath

from core.errors import InvalidInput, NotFound
from core.images.checksum import checksum
from core.images.storage import Storages, Store, inside, read_inside

DATA = b"a whole file"
SUM = checksum(DATA)


@pytest.fixture(params=["local", "memory"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[UPath]:
    if request.param == "local":
        path = UPath(tmp_path / "files")
        path.mkdir()
        yield path
        return
    path = UPath(f"memory://{uuid.uuid4().hex}")
    path.mkdir(parents=True)
    yield path
    path.fs.rm(path.path, recursive=True)


@pytest.fixture
def store(root: UPath, tmp_path: Path) -> Store:
    return Store(root, tmp_path / "scratch")


def test_gives_back_what_was_put(store: Store) -> None:
    assert not store.exists("originals", SUM)
    store.put("originals", SUM, DATA)
    assert store.exists("originals", SUM)
    assert store.read("originals", SUM) == DATA
    assert not store.exists("thumbnails", SUM)


def test_tells_the_size_of_what_is_there(store: Store) -> None:
    assert store.size("originals", SUM) is None
    store.put("originals", SUM, DATA)
    assert store.size("originals", SUM) == len(DATA)


def test_fans_out_by_the_first_digits(store: Store, root: UPath) -> None:
    assert store.path("normalised", SUM) == root / "normalised" / SUM[:2] / SUM[2:4] / SUM


def test_putting_again_replaces_only_what_differs_in_size(store: Store) -> None:
    store.put("originals", SUM, DATA)
    store.put("originals", SUM, DATA[::-1])
    assert store.read("originals", SUM) == DATA
    store.path("originals", SUM).write_bytes(DATA[:3])  # as a broken disk leaves it
    store.put("originals", SUM, DATA)
    assert store.read("originals", SUM) == DATA


def test_missing_file_is_named(store: Store) -> None:
    with pytest.raises(NotFound, match=SUM):
        store.read("originals", SUM)


@pytest.mark.parametrize(
    "bad", ["", "../../etc/passwd", SUM.upper(), SUM + "0", SUM + "\n", "é" * 64]
)
def test_only_checksums_become_paths(store: Store, bad: str) -> None:
    for act in (store.path, store.read, store.exists, store.size):
        with pytest.raises(InvalidInput):
            act("originals", bad)


def test_many_may_put_the_same_file_at_once(tmp_path: Path) -> None:
    store = Store(UPath(tmp_path / "files"), tmp_path / "scratch")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: store.put("originals", SUM, DATA), range(50)))
    assert store.read("originals", SUM) == DATA


def test_roots_get_stable_names(tmp_path: Path) -> None:
    storages = Storages(tmp_path / "home")
    first, second = tmp_path / "a" / "My Faces!", tmp_path / "b" / "my-faces"
    first.mkdir(parents=True)
    second.mkdir(parents=True)
    assert storages.register(UPath(first)) == "my-faces"
    assert storages.register(UPath(second)) == "my-faces-2"
    assert storages.register(UPath(first)) == "my-faces"
    assert Storages(tmp_path / "home").root("my-faces-2") == UPath(second)
    assert json.loads((tmp_path / "home" / "storages.json").read_text()) == {
        "my-faces": str(first),
        "my-faces-2": str(second),
    }


def test_names_and_reads_any_file_system(root: UPath, tmp_path: Path) -> None:
    (root / "x.jpg").write_bytes(DATA)
    storages = Storages(tmp_path / "home")
    assert read_inside(storages.root(storages.register(root)), "x.jpg") == DATA


def test_registering_at_once_loses_no_root(tmp_path: Path) -> None:
    folders = [UPath(tmp_path / str(number) / "faces") for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        names = list(pool.map(lambda root: Storages(tmp_path).register(root), folders))
    assert len(set(names)) == 12
    assert all(
        Storages(tmp_path).root(name) == root for name, root in zip(names, folders, strict=True)
    )


def test_unknown_names_and_files_are_not_found(tmp_path: Path) -> None:
    storages = Storages(tmp_path / "home")
    with pytest.raises(NotFound, match="import its folder again"):
        storages.root("faces")
    name = storages.register(UPath(tmp_path))
    with pytest.raises(NotFound, match=r"gone\.jpg"):
        read_inside(storages.root(name), "gone.jpg")


@pytest.mark.parametrize(
    "key",
    ["", ".", "..", "../x", "a/../../x", "/etc/passwd", "a\\..\\x", "C:/x", "file:///x", "\0"],
)
def test_keys_cannot_leave_the_root(root: UPath, key: str) -> None:
    with pytest.raises(InvalidInput):
        inside(root, key)


def test_links_cannot_leave_the_root(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(DATA)
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(InvalidInput, match="leads out"):
        inside(UPath(tmp_path / "root"), "link")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("ab./\\:~%\0é"), max_size=12))
def test_a_key_stays_inside_or_is_refused(tmp_path: Path, key: str) -> None:
    try:
        path = inside(UPath(tmp_path), key)
    except InvalidInput:
        return
    assert Path(str(path)).resolve().is_relative_to(tmp_path.resolve())
