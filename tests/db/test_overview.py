from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.types import Claim, ImageFacts, Label, SourceFile, Split, Verdict
from db import imports, overview, pairs
from db.imports import Rejection
from tests.db.builders import (
    BROKEN,
    MODEST,
    STORAGE,
    add,
    add_pair,
    facts,
    forgotten,
    freeze,
    import_file,
    start_run,
)

JOB = count()
keys = st.sampled_from(["a.jpg", "b.jpg", "c.jpg", "d.jpg"])
contents = st.sampled_from([facts("x"), facts("y"), facts("z"), BROKEN, "symlink"])


def test_an_empty_installation_counts_nothing(writer: Session) -> None:
    assert set(overview.counts(writer).values()) == {0}


@MODEST
@given(st.lists(st.tuples(keys, contents), max_size=12), st.integers(0, 3))
def test_every_file_seen_is_imported_known_or_rejected(
    database: Engine, seen: list[tuple[str, ImageFacts | Rejection | str]], n_generated: int
) -> None:
    with forgotten(database) as session:
        parent = add(session, "parent") if n_generated else 0
        for i in range(n_generated):
            imports.add_fake(session, facts(f"fake {i}"), Claim(Label.FAKE), [parent], {})
        for key, content in seen:
            if isinstance(content, str):
                refused = [SourceFile(key, refusal=content)]
                imports.list_files(session, f"job {next(JOB)}", STORAGE, refused)
            else:
                import_file(session, f"job {next(JOB)}", key, content)
        told = overview.counts(session)
    last = dict(seen)
    found = [c.checksum for c in last.values() if isinstance(c, ImageFacts)]
    assert told["files_seen"] == len(last)
    assert told["images_imported"] == len(set(found))
    assert told["known"] == len(found) - len(set(found))
    assert told["rejected"] == len(last) - len(found)
    assert told["locations"] == len(found)
    assert told["generated"] == n_generated
    assert told["files_seen"] == told["images_imported"] + told["known"] + told["rejected"]


def test_each_figure(writer: Session) -> None:
    a = add(writer, "a", Label.GENUINE, "Ada")
    b = add(writer, "b", Label.GENUINE, "Ada")
    c = add(writer, "c", Label.FAKE, "Grace", face=None, n_faces=0)
    d = add(writer, "d", Label.UNKNOWN)
    decided = add_pair(writer, a, b)
    add_pair(writer, a, c)
    add_pair(writer, a, d, confirmed=False)
    freeze(writer, [(a, Split.TRAIN), (b, Split.TRAIN), (c, Split.TEST)])
    newest = freeze(writer, [(a, Split.TRAIN), (c, Split.TEST)])
    start_run(writer, newest)
    pairs.decide(writer, decided, Verdict.KEEP_LEFT, actor="ada")
    imports.add_fake(writer, facts("f"), Claim(Label.FAKE, "Ada", "blend"), [a, b], {})
    import_file(writer, "1", "a.jpg", facts("a"))
    import_file(writer, "2", "copy of a.jpg", facts("a"))
    import_file(writer, "3", "broken.jpg", BROKEN)
    assert overview.counts(writer) == {
        "files_seen": 3,
        "images_imported": 1,
        "known": 1,
        "rejected": 1,
        "images": 5,
        "locations": 2,
        "generated": 1,
        "genuine": 2,
        "fake": 2,
        "unknown": 1,
        "excluded": 1,
        "in_next_version": 3,
        "next_genuine": 1,
        "next_fake": 2,
        "without_face": 1,
        "outdated": 5,
        "identities": 2,
        "pairs_pending": 1,
        "pairs_decided": 1,
        "pairs_refuted": 1,
        "versions": 2,
        "in_latest_version": 2,
        "runs": 1,
    }
