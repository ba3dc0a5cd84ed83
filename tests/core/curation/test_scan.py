import os
import uuid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from upath import UPath

from core.curation.scan import read_manifest, scan
from core.errors import InvalidInput
from core.types import Claim, Label, SourceFile


def write(root: Path, *keys: str) -> UPath:
    for key in keys:
        path = root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return UPath(root)


def keys(files: list[SourceFile]) -> list[str]:
    return [file.key for file in files]


def test_sees_every_file_and_takes_identities_from_folders(tmp_path: Path) -> None:
    root = write(tmp_path, "Ann/1.jpg", "Ann/notes.txt", "Bo/deep/2.png", "loose.jpg", "no_suffix")
    files = list(scan(root, label=Label.FAKE, generator="ProGAN"))
    assert files == [
        SourceFile("Ann/1.jpg", Claim(Label.FAKE, "Ann", "ProGAN")),
        SourceFile("Ann/notes.txt", Claim(Label.FAKE, "Ann", "ProGAN")),
        SourceFile("Bo/deep/2.png", Claim(Label.FAKE, "deep", "ProGAN")),
        SourceFile("loose.jpg", Claim(Label.FAKE, None, "ProGAN")),
        SourceFile("no_suffix", Claim(Label.FAKE, None, "ProGAN")),
    ]


def test_identities_can_be_left_out(tmp_path: Path) -> None:
    root = write(tmp_path, "Ann/1.jpg")
    assert next(scan(root, identity_from=None)).claim == Claim()


def test_order_is_that_of_the_keys(tmp_path: Path) -> None:
    # "-" sorts before "/", "0" after it: a walk folder by folder would come out otherwise
    root = write(tmp_path, "a/1", "a-b", "a0", "a/b/1", "a/b-c", "B")
    assert keys(list(scan(root))) == sorted(["a/1", "a-b", "a0", "a/b/1", "a/b-c", "B"])


def test_hidden_files_litter_and_manifests_are_skipped(tmp_path: Path) -> None:
    skipped = [".hidden", ".git/x.jpg", "a/.DS_Store", "a/Thumbs.db", "__MACOSX/a/x.jpg", "m.CSV"]
    root = write(tmp_path, *skipped, "a/x.jpg", "a/table.csv")
    assert keys(list(scan(root))) == ["a/table.csv", "a/x.jpg"]


def test_links_are_refused_and_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside", "secret.jpg")
    root = write(tmp_path / "root", "a.jpg")
    (tmp_path / "root" / "file-link").symlink_to(tmp_path / "outside" / "secret.jpg")
    (tmp_path / "root" / "folder-link").symlink_to(tmp_path / "outside")
    (tmp_path / "root" / "loop").symlink_to(tmp_path / "root")
    (tmp_path / "root" / "dangling").symlink_to(tmp_path / "nowhere")
    refused = {file.key: file.refusal for file in scan(root)}
    assert outside.is_dir()
    assert refused.pop("a.jpg") is None
    assert set(refused) == {"dangling", "file-link", "folder-link/", "loop/"}
    assert all(reason and "symlink" in reason for reason in refused.values())


def test_names_that_cannot_be_keys_are_refused(tmp_path: Path) -> None:
    root = write(tmp_path, "a\\b.jpg", "back\\slash/x.jpg")
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"x")
    files = list(scan(root))
    assert keys(files) == ["a\\b.jpg", "back\\slash/", "caf?.jpg"]
    assert all(file.refusal and "rename it" in file.refusal for file in files)


def test_pipes_are_refused_without_being_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [file.refusal for file in scan(UPath(tmp_path))] == ["not a regular file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_folders_that_cannot_be_listed_are_refused_once(tmp_path: Path) -> None:
    root = write(tmp_path, "locked/1.jpg", "open/1.jpg")
    (tmp_path / "locked").chmod(0)
    files = list(scan(root))
    (tmp_path / "locked").chmod(0o700)
    assert keys(files) == ["locked/", "open/1.jpg"]
    assert "Permission denied" in str(files[0].refusal)


def test_a_file_as_root_is_named(tmp_path: Path) -> None:
    write(tmp_path, "x.jpg")
    with pytest.raises(InvalidInput, match=r"x\.jpg"):
        scan(UPath(tmp_path / "x.jpg"))


def test_scans_other_file_systems() -> None:
    root = UPath(f"memory://{uuid.uuid4().hex}")
    (root / "Ann").mkdir(parents=True)
    (root / "Ann" / "1.jpg").write_bytes(b"x")
    (root / "0.jpg").write_bytes(b"x")
    assert list(scan(root)) == [
        SourceFile("0.jpg"),
        SourceFile("Ann/1.jpg", Claim(identity="Ann")),
    ]


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(NAMES, min_size=1, max_size=3), max_size=6))
def test_keys_are_sorted_and_unique_whatever_the_names(
    tmp_path: Path, paths: list[list[str]]
) -> None:
    root = tmp_path / uuid.uuid4().hex
    root.mkdir()
    for parts in paths:
        try:
            write(root, "/".join(parts))
        except OSError:  # too long, or one name as file and folder
            continue
    found = keys(list(scan(UPath(root))))
    assert found == sorted(set(found))


# Manifests


def manifest(folder: Path, text: str | bytes) -> dict[str, Claim]:
    path = folder / "manifest.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_manifest(UPath(path))


def test_reads_claims(tmp_path: Path) -> None:
    text = (
        "\ufeffPath,Label,generator,identity,other\r\n"
        'a.jpg,real,,"O\'Neil, ""Ann""",1\r\n'
        "./b/c.jpg,FAKE,ProGAN,,\r\n"
        '"two\nlines.jpg",,,"=cmd()",\r\n'
        "win\\dows.jpg,unknown\r\n"
    )
    assert manifest(tmp_path, text) == {
        "a.jpg": Claim(Label.GENUINE, 'O\'Neil, "Ann"', None),
        "b/c.jpg": Claim(Label.FAKE, None, "ProGAN"),
        "two\nlines.jpg": Claim(Label.UNKNOWN, "=cmd()", None),
        "win/dows.jpg": Claim(),
    }


def test_only_paths_are_needed(tmp_path: Path) -> None:
    assert manifest(tmp_path, "path\na.jpg\n") == {"a.jpg": Claim()}
    assert manifest(tmp_path, "path\n") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,label\na.jpg,real\n", "column 'path'"),
        ("", "column 'path'"),
        ("path,label\na.jpg,real\nb.jpg,maybe\n", r"line 3\. Received 'maybe'"),
        ("path,label\n,real\n", "line 2"),
        ("path,label\na.jpg,real\na.jpg,fake\n", "second, different one in .*line 3"),
        ('path\n"open\n', "Expected a CSV"),
        (b"path\n\xff\xfe.jpg\n", "UTF-8"),
    ],
)
def test_names_what_is_wrong(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        manifest(tmp_path, text)


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"gone\.csv"):
        read_manifest(UPath(tmp_path / "gone.csv"))


def test_only_listed_files_are_seen_and_bad_ones_refused(tmp_path: Path) -> None:
    root = write(tmp_path / "root", "a.jpg", "unlisted.jpg", "b/c.jpg")
    write(tmp_path, "outside.jpg")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside.jpg")
    listed = ["a.jpg", "../outside.jpg", "gone.jpg", "b", "/etc/passwd", "link", "nul\0.jpg"]
    files = list(scan(root, manifest={key: Claim(Label.FAKE) for key in listed}))
    assert keys(files) == sorted(listed)
    assert [file.key for file in files if file.refusal is None] == ["a.jpg"]
    refusals = {file.key: str(file.refusal) for file in files}
    assert "no such file" in refusals["gone.jpg"]
    assert "relative" in refusals["../outside.jpg"]
    assert "leads out" in refusals["link"]
    assert all(file.claim.label is Label.FAKE for file in files)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120))
def test_any_bytes_are_a_manifest_or_refused(tmp_path: Path, data: bytes) -> None:
    try:
        claims = manifest(tmp_path, b"path,label\n" + data)
    except InvalidInput:
        return
    for file in scan(UPath(tmp_path), manifest=claims):
        assert file.refusal or (tmp_path / file.key).is_file()
