"""Surveying a folder on all cores, and the table of what was seen."""

import csv
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from upath import UPath

from core.curation.scan import scan
from core.curation.survey import Looked, look_at
from core.images.quality import CHECKS

CHUNK_FILES = 50
COLUMNS = ("path", "checksum", "format", "width", "height", "bytes", *CHECKS, "refusal")


def look(folder: UPath) -> Iterator[Looked]:
    """Yield what every file of a folder is, in the order of the keys; nothing is stored.

    Raises:
        InvalidInput: If it is not a folder.
    """
    files = list(scan(folder))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(partial(look_at, folder), files, chunksize=CHUNK_FILES)


def write_table(looked: Sequence[Looked], out: Path) -> None:
    """Write a CSV with a line a file; what a check cannot tell is blank."""
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_line(each) for each in looked)


def _line(each: Looked) -> list[object]:
    facts = each.facts
    if facts is None:
        return [each.key, *[""] * (len(COLUMNS) - 2), each.refusal]
    size = facts.width_px, facts.height_px, facts.size_bytes
    return [each.key, facts.checksum, facts.format, *size, *facts.scores.values(), ""]
