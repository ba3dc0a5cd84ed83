"""Scoring files that stay outside the installation, with a run's detector."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from core.detectors.backbones import INPUT_PX, KerasModel
from core.detectors.crops import CROPS, Crop, seen
from core.detectors.detector import load_detector, score
from core.errors import InvalidInput, VerityError
from core.faces.detect import detect
from core.images.decode import decode
from core.types import NormaliseRule
from dashboard.jobs.context import Context
from dashboard.jobs.training import run_folder
from dashboard.scores import Operating, saved_threshold
from dashboard.trying import NO_FACE
from db import imports, runs, thresholds
from db.engine import reading

COLUMNS = ("path", "score", "threshold", "verdict", "problem")


def score_files(context: Context, run_id: int, files: Sequence[Path], out: Path) -> tuple[int, int]:
    """Write a CSV with a score for every file; one that has none, or shows no face, says why.

    Of several faces the largest is judged. The verdict is blank until an operating threshold of
    the run is approved; it is "uncertain" within the threshold's band.

    Returns:
        How many files were scored and how many were not.

    Raises:
        InvalidInput: If the CSV cannot be written.
        NotFound: If there is no such run, or it has no exported detector.
    """
    with reading(context.database) as session:
        run = runs.get_run(session, run_id)
        rule = imports.normalise_rule(session)
        threshold = saved_threshold(thresholds.in_force(session, run_id))
    model = load_detector(run_folder(context, run_id) / "detector.keras")
    crop = CROPS[run.params["crop"]]
    rows = (_row(path, model, crop, rule, threshold) for path in list(_expand(files)))
    return _write(rows, out)


def _write(rows: Iterable[Mapping[str, Any]], out: Path) -> tuple[int, int]:
    """Write every row as it comes; return how many are scores and how many are not."""
    n_rows = n_failed = 0
    with _opened(out) as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            n_rows += 1
            n_failed += bool(row["problem"])
    return n_rows - n_failed, n_failed


def _opened(out: Path) -> TextIO:
    try:  # line by line: nothing is lost when it is stopped; a path may hold bytes that are no text
        return out.open("w", 1, newline="", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise InvalidInput(
            f"Expected a file that may be written. Received {str(out)!r}: {error.strerror}."
        ) from error


def _expand(files: Sequence[Path]) -> Iterator[Path]:
    for path in files:
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _row(
    path: Path, model: KerasModel, crop: Crop, rule: NormaliseRule, threshold: Operating | None
) -> dict[str, Any]:
    try:
        pixels = decode(path.read_bytes()).pixels
    except (VerityError, OSError) as error:
        return {"path": path, "problem": str(error)}
    face = next(iter(detect(pixels)), None)
    if face is None:
        return {"path": path, "problem": NO_FACE}
    cut = seen(pixels, face, crop, rule, INPUT_PX)
    value = float(score(model, cut[np.newaxis])[0])
    row: dict[str, Any] = {"path": path, "score": value, "problem": ""}  # rounded, it might cross
    if threshold is not None:
        row |= {"threshold": threshold.value, "verdict": threshold.call(value)}
    return row
