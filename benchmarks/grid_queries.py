"""What Browse asks of 10,000 to 1,000,000 images: filters, sorts, pages, counts, and a bulk tag.

No question is asked twice, so none is answered from what an earlier one left behind.
"""

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Engine

from benchmarks import postgresql, synthetic
from benchmarks.rows import Row
from core.types import Label, Split, Status
from db import images, tags
from db.catalogue import Catalogue, Sort
from db.engine import open_engine, reading, writing
from db.images import PAGE_SIZE, ImageFilter, Range

SIZES = (10_000, 100_000, 1_000_000)
DATABASES = ("sqlite", "postgresql")
N_QUESTIONS = 200
N_CHANGES = 20
N_TAGGED = 33_000
N_AMONG = 5_000

Question = tuple[ImageFilter, Sort]


def measure(folder: Path, sizes: Sequence[int] = SIZES, database: str = DATABASES[0]) -> list[Row]:
    """Fill databases with synthetic rows and ask; the folder is not used."""
    return [row for n in sizes for row in _measure(n, database)]


def _measure(n: int, kind: str) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as place, opened(kind, Path(place)) as database:
        synthetic.fill(database, n)
        kept = Path(place) / "catalogue.npz"
        yield _first_read(database, kept, n)
        catalogue = Catalogue(kept)
        with reading(database) as session:
            yield _timed("restart", n, lambda: catalogue.refresh(session))
        yield from _questions(database, catalogue, n)
        yield from _after_changes(database, catalogue, n)
        yield from _tagging(database, catalogue, n)


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Engine]:
    """Open an empty database, of SQLite in the folder or of a PostgreSQL server of its own."""
    if kind == "postgresql":
        with postgresql.server() as url:
            engine = open_engine(url)
            yield engine
            engine.dispose()
    else:
        engine = open_engine(f"sqlite:///{folder / 'verity.sqlite'}")
        yield engine
        engine.dispose()


def _first_read(database: Engine, kept: Path, n: int) -> Row:
    before = psutil.Process().memory_info().rss
    catalogue = Catalogue(kept, save_after=1)
    with reading(database) as session:
        row = _timed("first read, and its file", n, lambda: catalogue.refresh(session))
    held_mb = (psutil.Process().memory_info().rss - before) / 1e6
    note = f"{held_mb:.0f} MB more than before, the file has {kept.stat().st_size / 1e6:.0f} MB"
    return Row(row.name, n, cpu_s=row.cpu_s, wall_s=row.wall_s, note=note)


def any_filter(draw: random.Random, n: int) -> ImageFilter:
    """Draw up to four conditions of everything that the grid can ask for."""
    low = draw.random() * 90
    options: dict[str, Callable[[], Any]] = {
        "label": lambda: draw.choice(list(Label)),
        "status": lambda: draw.choice(list(Status)),
        "identity": lambda: synthetic.person(draw.randrange(synthetic.N_PEOPLE)),
        "generator": lambda: draw.choice(synthetic.GENERATORS),
        "text": lambda: draw.choice(["person 77", "9", "abc", f"{draw.getrandbits(20):05x}"]),
        "format": lambda: draw.choice(["JPEG", "PNG", "WEBP"]),
        "tag": lambda: draw.choice(list(synthetic.TAGS)),
        "source": lambda: draw.choice(synthetic.SOURCES),
        "faceless": lambda: True,
        "ranges": lambda: (Range(draw.choice(synthetic.MEASURES), low, low + draw.random() * 40),),
        "version": lambda: synthetic.VERSION,
        "among": lambda: frozenset(draw.sample(range(1, n + 1), N_AMONG)),
    }
    chosen = {name: options[name]() for name in draw.sample(list(options), draw.randrange(5))}
    if "version" in chosen:
        chosen["split"] = draw.choice([None, *Split])
    return ImageFilter(**chosen)


def _any_question(draw: random.Random, columns: Sequence[str], n: int) -> Question:
    return any_filter(draw, n), Sort(draw.choice(columns), draw.random() < 0.5)


def distinct_questions(columns: Sequence[str], n: int, seed: int, count: int) -> list[Question]:
    """Draw filters with orders, no two alike."""
    draw, drawn = random.Random(seed), dict[Question, None]()  # noqa: S311
    while len(drawn) < count:
        drawn[_any_question(draw, columns, n)] = None
    return list(drawn)


def _questions(database: Engine, catalogue: Catalogue, n: int) -> Iterator[Row]:
    """Ask for any page; then for the first page of all images by every column both ways."""
    with reading(database) as session:
        columns = catalogue.columns(session)
    draw = random.Random(8)  # noqa: S311
    pages = [
        partial(_page, database, catalogue, *each, draw.random())
        for each in distinct_questions(columns, n, 7, N_QUESTIONS)
    ]
    yield _asked("count, sort, any page, its rows", n, pages, "all kinds of filter and of order")
    first = [
        partial(_page, database, catalogue, ImageFilter(), Sort(column, is_down), 0.0)
        for column in columns
        for is_down in (False, True)
    ]
    yield _asked("all images, every order", n, first, "first page")
    beside = [
        partial(_neighbours, database, catalogue, *each, 1 + draw.randrange(n))
        for each in distinct_questions(columns, n, 9, N_QUESTIONS)
    ]
    yield _asked("image before and after", n, beside, "")


def _page(
    database: Engine, catalogue: Catalogue, wanted: ImageFilter, sort: Sort, depth: float
) -> None:
    """Count, find one page at this share of the way and load its rows, as Browse does."""
    with reading(database) as session:
        total = catalogue.count(session, wanted)
        offset = int(depth * max(total - 1, 0)) // PAGE_SIZE * PAGE_SIZE
        page, _ = catalogue.find(session, wanted, sort, offset=offset, limit=PAGE_SIZE)
        images.get_images(session, page)


def _neighbours(
    database: Engine, catalogue: Catalogue, wanted: ImageFilter, sort: Sort, image_id: int
) -> None:
    with reading(database) as session:
        catalogue.neighbours(session, wanted, image_id, sort)


def _after_changes(database: Engine, catalogue: Catalogue, n: int) -> Iterator[Row]:
    """Relabel one image before every question."""
    with reading(database) as session:
        columns = catalogue.columns(session)
    draw = random.Random(10)  # noqa: S311
    took = []
    for number, question in enumerate(distinct_questions(columns, n, 11, N_CHANGES)):
        with writing(database) as session:
            label = list(Label)[number % len(Label)]
            images.relabel(session, [1 + draw.randrange(n)], label, actor="ada")
        took.append(_ms(partial(_page, database, catalogue, *question, draw.random())))
    yield times("the same after a relabel", n, took, "one image relabelled before each")


def _tagging(database: Engine, catalogue: Catalogue, n: int) -> Iterator[Row]:
    n_tagged = min(n, N_TAGGED)
    with reading(database) as session:
        ids, _ = catalogue.find(session, ImageFilter(), Sort("blur"), limit=n_tagged)

    def tag() -> None:
        with writing(database) as session:
            tags.add_tag(session, ids, "sharp", actor="ada")

    def undo() -> None:
        with writing(database) as session:
            tags.undo_tag(session, actor="ada")

    def see() -> None:
        _page(database, catalogue, ImageFilter(tag="sharp"), Sort("blur"), 0.0)

    yield _timed(f"tag {n_tagged:,} images, with history", n, tag)
    yield _timed("see the tag", n, see)
    yield _timed(f"undo the tag of {n_tagged:,} images", n, undo)
    yield _timed("see that it is gone", n, see)


def times(name: str, n: int, took_ms: Sequence[float], note: str) -> Row:
    """Return the median and the 95th percentile of measured times, with the load of the machine."""
    ordered = sorted(took_ms)
    slowest = f"{len(ordered)} times, slowest {ordered[-1]:.0f} ms"
    return Row(
        name,
        n,
        p50_ms=statistics.median(ordered),
        p95_ms=ordered[int(0.95 * len(ordered))],
        note="; ".join(filter(None, [note, slowest, _load()])),
    )


def _asked(name: str, n: int, asks: Sequence[Callable[[], object]], note: str) -> Row:
    cpu = time.process_time()
    took = [_ms(ask) for ask in asks]
    cpu_ms = (time.process_time() - cpu) * 1000 / len(asks)
    return times(name, n, took, "; ".join(filter(None, [note, f"{cpu_ms:.1f} CPU ms each"])))


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def _timed(name: str, n: int, work: Callable[[], object]) -> Row:
    started, cpu = time.perf_counter(), time.process_time()
    work()
    cpu_s = time.process_time() - cpu
    return Row(name, n, cpu_s=cpu_s, wall_s=time.perf_counter() - started, note=_load())
