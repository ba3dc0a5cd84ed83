"""What Browse asks of 10,000 to 1,000,000 images: filters, sorts, pages, counts, and a bulk tag."""

import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Engine, insert

from benchmarks.rows import Row
from core.types import Label, Status
from db import images, tags
from db.catalogue import Catalogue, Sort
from db.engine import open_engine, reading, writing
from db.images import ImageFilter, Range
from db.schema import upgrade
from db.tables import ImageRow, LocationRow

SIZES = (10_000, 100_000, 1_000_000)
PAGE = 100
N_QUERIES = 200
N_TAGGED = 33_000
_CHUNK = 20_000
_SCORES = ("blur", "dark", "bright", "entropy", "aspect", "jpeg_quality", "face_blur", "face_size")


def measure(folder: Path, sizes: tuple[int, ...] = SIZES) -> list[Row]:
    """Fill databases with synthetic rows and ask; the folder is not used."""
    return [row for n in sizes for row in _measure(n)]


def _measure(n: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as place:
        database = open_engine(f"sqlite:///{Path(place) / 'verity.sqlite'}")
        upgrade(database)
        _fill(database, n)
        catalogue = Catalogue()
        with reading(database) as session:
            yield _timed("first read", n, lambda: catalogue.refresh(session))
        yield _questions(database, catalogue, n)
        yield from _tagging(database, catalogue, n)
        database.dispose()


def _fill(database: Engine, n: int) -> None:
    draw = random.Random(n)  # noqa: S311 - synthetic rows
    for start in range(0, n, _CHUNK):
        ids = range(start + 1, min(start + _CHUNK, n) + 1)
        with writing(database) as session:
            session.execute(insert(ImageRow), [_image(draw, i) for i in ids])
            session.execute(insert(LocationRow), [_place(draw, i) for i in ids])


def _image(draw: random.Random, number: int) -> dict[str, object]:
    return {
        "id": number,
        "checksum": f"{draw.getrandbits(256):064x}",
        "size_bytes": draw.randrange(4_000, 900_000),
        "format": draw.choice(["JPEG", "JPEG", "PNG", "WEBP"]),
        "width_px": draw.randrange(100, 1200),
        "height_px": draw.randrange(100, 1200),
        "notes": [],
        "label": draw.choice(list(Label)).value,
        "identity": f"Person {draw.randrange(50_000)}" if draw.random() < 0.8 else None,
        "generator": draw.choice([None, None, "self-blended", "masked-gan"]),
        "status": (Status.EXCLUDED if draw.random() < 0.05 else Status.ACTIVE).value,
        "face": None,
        "n_faces": draw.choice([0, 1, 1, 1, 2]),
        "scores": {name: round(draw.random() * 100, 3) for name in _SCORES},
        "revision": 1,
    }


def _place(draw: random.Random, number: int) -> dict[str, object]:
    return {
        "image_id": number,
        "storage": f"source-{draw.randrange(5)}",
        "key": f"{number}.jpg",
        "claimed_label": Label.UNKNOWN.value,
    }


def _any_filter(draw: random.Random) -> ImageFilter:
    """Draw one to four conditions of everything that the grid can ask for."""
    column, low = draw.choice(_SCORES), draw.random() * 90
    options: dict[str, Callable[[], object]] = {
        "label": lambda: draw.choice(list(Label)),
        "status": lambda: draw.choice(list(Status)),
        "identity": lambda: f"Person {draw.randrange(50_000)}",
        "generator": lambda: "masked-gan",
        "text": lambda: draw.choice(["person 77", "9", "abc", f"{draw.getrandbits(20):05x}"]),
        "format": lambda: "PNG",
        "source": lambda: f"source-{draw.randrange(5)}",
        "faceless": lambda: True,
        "ranges": lambda: (Range(column, low, low + draw.random() * 40),),
    }
    names = draw.sample(list(options), draw.randrange(0, 5))
    return ImageFilter(**{name: options[name]() for name in names})  # type: ignore[arg-type]


def _questions(database: Engine, catalogue: Catalogue, n: int) -> Row:
    draw = random.Random(7)  # noqa: S311
    columns = ["id", "identity", "label", "width_px", "size_bytes", *_SCORES]
    took_ms = []
    for _ in range(N_QUERIES):
        wanted = _any_filter(draw)
        sort = Sort(draw.choice(columns), draw.random() < 0.5)
        started = time.perf_counter()
        with reading(database) as session:
            _, total = catalogue.find(session, wanted, sort, limit=PAGE)
            offset = draw.randrange(max(total, 1)) // PAGE * PAGE
            page, _ = catalogue.find(session, wanted, sort, offset=offset, limit=PAGE)
            images.get_images(session, page)
        took_ms.append((time.perf_counter() - started) * 1000)
    took_ms.sort()
    return Row(
        "filter, sort, count and load a page",
        n,
        p50_ms=statistics.median(took_ms),
        p95_ms=took_ms[int(0.95 * N_QUERIES)],
        rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        note=f"{N_QUERIES} questions never asked before, at any page; slowest {took_ms[-1]:.0f} ms",
    )


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

    yield _timed(f"tag {n_tagged:,} images, with history", n, tag)
    with reading(database) as session:
        sharp = ImageFilter(tag="sharp")
        yield _timed("see the tag", n, lambda: catalogue.find(session, sharp, limit=PAGE))
    yield _timed(f"undo the tag of {n_tagged:,} images", n, undo)


def _timed(name: str, n: int, work: Callable[[], object]) -> Row:
    started, cpu = time.perf_counter(), time.process_time()
    work()
    cpu_s = time.process_time() - cpu
    return Row(name, n, cpu_s=cpu_s, wall_s=time.perf_counter() - started)
