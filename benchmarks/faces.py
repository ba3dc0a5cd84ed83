"""Faces: our detector beside another YuNet, and feature boxes on landmarks that are known."""

import csv
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.rows import Row
from core.faces.detect import detect
from core.faces.features import LEFT_EYE, NOSE_TIP, RIGHT_EYE, boxes_of, face_mesh
from core.faces.measure import measure_faces
from core.images.decode import decode
from core.types import Box, Feature, RgbImage

PEER, PEER_SIZE_PX = "yunet*.onnx", 320
PARTS = {
    "left_eye": Feature.LEFT_EYE,
    "right_eye": Feature.RIGHT_EYE,
    "nose": Feature.NOSE,
    "mouth_left": Feature.LIPS,
    "mouth_right": Feature.LIPS,
}
MOUTH_CORNERS = (61, 291)
N_MEASURED = 50


def measure(folder: Path) -> list[Row]:
    """Compare on the photographs of VERITY_TEST_FACES, and on `folder` with its landmarks.csv."""
    rows = _on_known_landmarks(folder) if (folder / "landmarks.csv").is_file() else []
    rows.append(_pace(sorted(folder.rglob("*.jpg"))[:N_MEASURED]))
    real = Path(os.environ.get("VERITY_TEST_FACES", "../shared/faces"))
    peers = sorted((real / "models").glob(PEER))
    return [*rows, *_agreement(real, peers[0])] if peers else rows


def _agreement(real: Path, model: Path) -> list[Row]:
    files = sorted((real / "lfw").rglob("*.jpg"))
    peer = cv2.FaceDetectorYN.create(str(model), "", (PEER_SIZE_PX, PEER_SIZE_PX), 0.6, 0.3, 200)
    pairs = [(detect(pixels), _peer_boxes(peer, pixels)) for pixels in map(_pixels, files)]
    is_same = [len(ours) == len(theirs) for ours, theirs in pairs]
    overlaps = [_overlap(ours[0].box, theirs[0]) for ours, theirs in pairs if ours and theirs]
    note = f"in {np.mean(is_same):.1%} the same count as {model.name}"
    found = f"mean IoU of the largest face {np.mean(overlaps):.3f}, least {min(overlaps):.3f}"
    return [
        Row("faces, count on LFW", len(files), note=note),
        Row("faces, largest on LFW", len(overlaps), note=found),
    ]


def _peer_boxes(peer: Any, pixels: RgbImage) -> list[Box]:
    """Run the other network at the one size it takes; LFW's photographs are square."""
    scaled = cv2.resize(pixels, (PEER_SIZE_PX, PEER_SIZE_PX), interpolation=cv2.INTER_LINEAR)
    _, rows = peer.detect(cv2.cvtColor(scaled, cv2.COLOR_RGB2BGR))
    ratio = pixels.shape[1] / PEER_SIZE_PX
    boxes = [] if rows is None else [Box(*(float(x) * ratio for x in row[:4])) for row in rows]
    return sorted(boxes, key=lambda box: -box.width * box.height)


def _on_known_landmarks(folder: Path) -> list[Row]:
    seen = list(_looks(folder))
    found = [each for each in seen if each is not None]
    errors = np.array([error for error, _ in found])
    inside = np.array([hits for _, hits in found])
    rows = [
        Row(
            f"{part.replace('_', ' ')}, known point",
            len(found),
            note=f"{inside[:, i].mean():.1%} inside the box, "
            f"mean error {errors[:, i].mean():.3f} of the eyes' distance",
        )
        for i, part in enumerate(PARTS)
    ]
    note = f"{inside.mean():.1%} inside, mean error {errors.mean():.3f} of the eyes' distance"
    return [*rows, Row("all known points", inside.size, note=f"{note}; of {len(seen)} pictures")]


def _looks(folder: Path) -> Iterator[tuple[list[float], list[bool]] | None]:
    """Yield errors and hits of the five points, or None where no face was found."""
    with (folder / "landmarks.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            known = np.array([(float(row[f"{p}_x"]), float(row[f"{p}_y"])) for p in PARTS])
            yield _look(_pixels(folder / row["path"]), known)


def _look(pixels: RgbImage, known: NDArray[np.float64]) -> tuple[list[float], list[bool]] | None:
    faces = detect(pixels)
    mesh = face_mesh(pixels, faces[0]) if faces else None
    if mesh is None:
        return None
    boxes = boxes_of(mesh, (pixels.shape[0], pixels.shape[1]))
    eyes = [mesh[list(eye)].mean(axis=0) for eye in (LEFT_EYE, RIGHT_EYE)]
    placed = np.stack([*eyes, mesh[NOSE_TIP], *mesh[list(MOUTH_CORNERS)]])
    distance = np.hypot(*(known[1] - known[0]))
    hits = [
        _holds(boxes.get(part), point) for part, point in zip(PARTS.values(), known, strict=True)
    ]
    return (np.hypot(*(placed - known).T) / distance).tolist(), hits


def _pace(files: Sequence[Path]) -> Row:
    pictures = [_pixels(path) for path in files]
    measure_faces(pictures[0])  # loads the networks
    cpu, wall = time.process_time(), time.perf_counter()
    for pixels in pictures:
        measure_faces(pixels)
    cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - wall
    note = "detect, mesh, cues and embedding"
    return Row("faces, all measures", len(files), cpu_s=cpu_s, wall_s=wall_s, note=note)


def _pixels(path: Path) -> RgbImage:
    return decode(path.read_bytes()).pixels


def _holds(box: Box | None, point: NDArray[np.float64]) -> bool:
    if box is None:
        return False
    x, y = point
    return bool(box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height)


def _overlap(one: Box, other: Box) -> float:
    right = min(one.x + one.width, other.x + other.width)
    bottom = min(one.y + one.height, other.y + other.height)
    shared = max(0.0, right - max(one.x, other.x)) * max(0.0, bottom - max(one.y, other.y))
    return shared / (one.width * one.height + other.width * other.height - shared)
