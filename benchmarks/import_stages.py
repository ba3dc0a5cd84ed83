"""Where the time of an import goes: each stage alone, in one process."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from upath import UPath

from benchmarks.rows import Row
from core.curation.ingest import inspect
from core.faces.detect import detect
from core.images.checksum import checksum
from core.images.decode import decode
from core.images.hashes import hash_all
from core.images.normalise import encode_jpeg, normalise, thumbnail
from core.images.quality import Sample
from core.images.quality import measure as measure_quality
from core.images.reduce import reduce_by_area, to_grey
from core.images.storage import Store
from core.types import NormaliseRule

Result = TypeVar("Result")
ALONE = "analysis, scaled decode"
"""What `inspect` takes; no part of an import."""


class _Clock:
    """Adds up processor time by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def time(self, stage: str, work: Callable[[], Result]) -> Result:
        started = time.process_time()
        result = work()
        self.seconds[stage] += time.process_time() - started
        return result


def measure(folder: Path) -> list[Row]:
    """Time every stage on all JPEGs below a folder."""
    paths = sorted(folder.rglob("*.jpg"))
    clock = _Clock()
    detect(decode(paths[0].read_bytes()).pixels)  # loads the network
    with tempfile.TemporaryDirectory() as home:
        store = Store(UPath(home) / "files", scratch=Path(home) / "tmp")
        for path in paths:
            _take_in(path, store, clock)
    rows = [Row(stage, len(paths), cpu_s=seconds) for stage, seconds in clock.seconds.items()]
    return [*rows, Row("total of an import", len(paths), cpu_s=_total(clock.seconds))]


def _total(seconds: dict[str, float]) -> float:
    return sum(s for stage, s in seconds.items() if stage != ALONE)


def _take_in(path: Path, store: Store, clock: _Clock) -> None:
    data = clock.time("read", path.read_bytes)
    name = clock.time("checksum", lambda: checksum(data))
    image = clock.time("decode", lambda: decode(data))
    clock.time(ALONE, lambda: inspect(data, name=name))
    pixels = image.pixels
    faces = clock.time("face detection", lambda: detect(pixels))
    reduced = clock.time("reduced picture", lambda: reduce_by_area(pixels))
    grey = clock.time("reduced picture", lambda: to_grey(reduced))
    clock.time("perceptual hashes", lambda: hash_all(grey))
    sample = Sample(grey, reduced, image.width_px, image.height_px, len(data), image.format)
    clock.time("quality", lambda: measure_quality(sample))
    face = faces[0] if faces else None
    fitted = clock.time("480 x 320", lambda: normalise(pixels, face, NormaliseRule.CROP))
    small = clock.time("its encoding", lambda: encode_jpeg(fitted))
    tiny = clock.time("thumbnail", lambda: thumbnail(reduced))
    for kind, content in (("originals", data), ("normalised", small), ("thumbnails", tiny)):
        clock.time("store", lambda kind=kind, content=content: store.put(kind, name, content))  # type: ignore[misc]
