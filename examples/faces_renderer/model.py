"""The morphable head: MakeHuman's CC0 base mesh, its targets and one round of subdivision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy import sparse

from faces_renderer.arrays import Floats, Ints
from faces_renderer.subdivide import catmull_clark, triangulate

MODEL_PATH = Path(__file__).with_name("head_model.npz")
BASE_UNIT, TARGET_UNIT = 1e-4, 1e-3
REGIONS = ("lips", "eyelids", "ears", "inside-mouth")


@dataclass(frozen=True)
class HeadModel:
    """Everything about the head that no person changes.

    Attributes:
        base: (n, 3) neutral positions; x to the image's right, y up, z toward the camera.
        targets: Name to (vertex indices, offsets of those vertices).
        refine: (m, n) Catmull-Clark matrix from coarse body vertices to fine ones.
        triangles: (t, 3) fine triangles of the body, counter-clockwise seen from outside.
        fine_base: (m, 3) refined neutral positions, the coordinates that textures stick to.
        regions: Name to (m,) weight in [0, 1] of a painted region.
        eyes: Coarse vertices of the image-left and the image-right eyeball.
        lashes: (k, 4) coarse quads of the eyelash strips.
        teeth: (k, 4) coarse quads of the upper teeth.
    """

    base: Floats
    targets: Mapping[str, tuple[Ints, Floats]]
    refine: sparse.csr_matrix
    triangles: Ints
    fine_base: Floats
    regions: Mapping[str, Floats]
    eyes: tuple[Ints, Ints]
    lashes: Ints
    teeth: Ints

    def shape(self, weights: Mapping[str, float]) -> Floats:
        """Return the coarse vertices after adding every target times its weight."""
        vertices = self.base.copy()
        for name, weight in weights.items():
            index, offsets = self.targets[name]
            vertices[index] += np.float32(weight) * offsets
        return vertices


@cache
def load_model() -> HeadModel:
    """Read the model beside this file; the result is shared, so treat it as read-only."""
    data = np.load(MODEL_PATH)
    base = data["vertices"].astype(np.float32) * np.float32(BASE_UNIT)
    quads = data["faces body"].astype(np.int64)
    refine, fine_quads = catmull_clark(quads, len(base))
    targets = {}
    for key in data.files:
        if key.startswith("index "):
            name = key.removeprefix("index ")
            offsets = data[f"offset {name}"].T.astype(np.float32) * np.float32(TARGET_UNIT)
            targets[name] = (data[key].astype(np.int64), offsets)
    regions = {name: refine @ (data[f"region {name}"].astype(np.float32) / 255) for name in REGIONS}
    left, right = (np.unique(data[f"faces helper-{side}-eye"]).astype(np.int64) for side in "rl")
    return HeadModel(
        base=base,
        targets=targets,
        refine=refine,
        triangles=triangulate(fine_quads),
        fine_base=refine @ base,
        regions=regions,
        eyes=(left, right),
        lashes=data["faces eyelashes"].astype(np.int64),
        teeth=data["faces helper-upper-teeth"].astype(np.int64),
    )
