"""Render portraits of invented people as demonstration data.

    python examples/render_faces.py --out examples/faces --workers 2

Nobody in these pictures exists. The head is MakeHuman's CC0 base mesh, bent by its own morph
targets; everything else (skin, hair, light, camera) is computed here with numpy. A picture
depends on the seed, the person and its number alone, not on how many others are rendered.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

for _library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_library, "1")  # the workers share the cores already

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from faces_renderer.cast import DEFAULT_SEED, NAMES, candidate  # noqa: E402
from faces_renderer.person import Person, draw_person  # noqa: E402
from faces_renderer.portrait import take  # noqa: E402
from faces_renderer.shot import draw_shot  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

Bytes = NDArray[np.uint8]

COLUMNS = (
    "path", "left_eye_x", "left_eye_y", "right_eye_x", "right_eye_y", "nose_x", "nose_y",
    "mouth_left_x", "mouth_left_y", "mouth_right_x", "mouth_right_y", "yaw_deg", "pitch_deg",
    "roll_deg",
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One picture to render: whose, which, and where it goes."""

    out: Path
    seed: int
    person: int
    picture: int

    @property
    def name(self) -> str:
        """Path of the picture below the output folder."""
        return f"{NAMES[self.person]}/{NAMES[self.person]}_{self.picture + 1:04d}.jpg"


@lru_cache(maxsize=2)
def _person(seed: int) -> Person:
    return draw_person(seed)


def render(task: Task) -> list[str]:
    """Render and save one picture; return its row of landmarks."""
    cv2.setNumThreads(1)
    person = _person(candidate(task.seed, task.person))
    shot = draw_shot(person, task.picture)
    portrait = take(person, shot)
    path = task.out / task.name
    path.parent.mkdir(parents=True, exist_ok=True)
    options = [cv2.IMWRITE_JPEG_QUALITY, shot.quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    options += [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    cv2.imwrite(str(path), portrait.pixels[..., ::-1], options)
    angles = (math.degrees(angle) for angle in (shot.yaw, shot.pitch, shot.roll))
    numbers = [f"{value:.1f}" for value in (*portrait.landmarks.ravel(), *angles)]
    return [task.name, *numbers]


def save_landmarks(path: Path, rows: Iterable[list[str]]) -> None:
    """Write the landmarks of all pictures as CSV."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def save_contact_sheet(path: Path, pictures: list[Path], columns: int, width: int = 240) -> None:
    """Write one picture that shows all others, `columns` to a row."""
    small = [np.asarray(cv2.imread(str(picture)), np.uint8) for picture in pictures]
    size = (width, width * small[0].shape[0] // small[0].shape[1])
    small = [cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in small]
    small += [np.zeros_like(small[0])] * (-len(small) % columns)
    rows = [np.hstack(small[i : i + columns]) for i in range(0, len(small), columns)]
    cv2.imwrite(str(path), np.vstack(rows))


def main() -> None:
    """Render what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("faces"))
    parser.add_argument("--people", type=int, default=len(NAMES), help=f"at most {len(NAMES)}")
    parser.add_argument("--pictures", type=int, default=8, help="of each person")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--contact-sheet", type=Path, help="also write an overview to this file")
    options = parser.parse_args()
    tasks = [
        Task(options.out, options.seed, person, picture)
        for person in range(min(options.people, len(NAMES)))
        for picture in range(options.pictures)
    ]
    with ProcessPoolExecutor(options.workers) as pool:
        rows = list(pool.map(render, tasks, chunksize=options.pictures))
    save_landmarks(options.out / "landmarks.csv", rows)
    if options.contact_sheet:
        save_contact_sheet(options.contact_sheet, [t.out / t.name for t in tasks], options.pictures)


if __name__ == "__main__":
    main()
