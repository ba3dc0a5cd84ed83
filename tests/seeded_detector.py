"""A real detector for a seeded installation: VGG16's trunk under a head that nobody trained.

    seed_detector(home, run_id)

It exports what a training would export, in seconds. The head is drawn at random, its input brought
to unit scale by a few of the images: scores differ from picture to picture and mean nothing.
"""

from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from core.detectors.backbones import INPUT_PX, load_backbone
from core.detectors.detector import export_detector
from core.detectors.heads import build_head
from core.detectors.quiet import third_party_noise_off

FACES = Path(__file__).parents[1] / "examples" / "faces"
N_PICTURES = 8


def seed_detector(home: Path, run_id: int, seed: int = 3) -> None:
    """Export a detector for a run."""
    folder = home / "runs" / str(run_id)
    folder.mkdir(parents=True)
    backbone = load_backbone()
    pictures = [cv2.imread(str(file)) for file in islice(sorted(FACES.rglob("*.jpg")), N_PICTURES)]
    squares = np.stack([cv2.resize(each, (INPUT_PX, INPUT_PX)) for each in pictures])
    with third_party_noise_off():
        pooled = np.asarray(backbone.model(squares[..., ::-1], training=False)).mean(axis=(1, 2))
        head = build_head("average", 0, 0.2, seed)
        scale = next(each for each in head.layers if "normalization" in each.name)
        gamma, beta, *_ = scale.get_weights()
        scale.set_weights([gamma, beta, pooled.mean(axis=0), pooled.var(axis=0) + 1.0])
        head.save(folder / "best.keras")
    export_detector(backbone, folder)
