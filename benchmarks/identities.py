"""Identities on real faces: clusters without names, and mistakes planted into the names."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.rows import Row
from core.curation import identity_suggestions as suggesting
from core.curation.identities import SAME_PERSON, Vectors, cluster, pairwise_f1, person_cosine
from core.curation.identity_suggestions import Suggestion
from core.faces.detect import detect
from core.faces.embed import embed
from core.images.decode import decode

SEED = 0
PLANTED_SHARE, N_PLANTED = 0.05, 10


def measure(folder: Path) -> list[Row]:
    """Measure on a folder with one folder a person; embeddings are of the largest faces."""
    began, cpu = time.perf_counter(), time.process_time()
    vectors, names = read(folder)
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    note = f"{len(set(names))} people"
    rows = [Row("detect and embed", len(names), cpu_s=cpu_s, wall_s=wall_s, note=note)]
    rows.append(_clustered("clusters, fixed cosine", vectors, names, SAME_PERSON))
    rows += _calibrated(vectors, names)
    return rows + _planted(vectors, names)


def read(folder: Path) -> tuple[Vectors, list[str]]:
    """Return the (n, 128) vectors of the images with a face, and their folders' names."""
    vectors, names = [], []
    for path in sorted(folder.glob("*/*.jpg")):
        pixels = decode(path.read_bytes()).pixels
        if faces := detect(pixels):
            vectors.append(embed(pixels, faces[0]))
            names.append(path.parent.name)
    return np.array(vectors, np.float32).reshape(-1, 128), names


def _clustered(title: str, vectors: Vectors, names: Sequence[str], cosine: float) -> Row:
    began = time.perf_counter()
    labels = cluster(vectors, [None] * len(names), cosine)
    wall_s = time.perf_counter() - began
    precision, recall, f1 = pairwise_f1(names, labels.tolist())
    note = (
        f"pairwise F1 {f1:.3f} (precision {precision:.3f}, recall {recall:.3f}) at cosine "
        f"{cosine:.3f}: {labels.max() + 1} clusters of {len(set(names))} people"
    )
    return Row(title, len(names), wall_s=wall_s, note=note)


def _calibrated(vectors: Vectors, names: Sequence[str]) -> list[Row]:
    """Cluster one half of the people at the cosine that the names of the other half give."""
    people = sorted(set(names))
    rows = []
    for half in (0, 1):
        chosen = set(people[half::2])
        test = np.array([name in chosen for name in names])
        known = [name for name in names if name not in chosen]
        cosine = person_cosine(vectors[~test], known)
        tested = [name for name in names if name in chosen]
        rows.append(_clustered(f"clusters, half {half + 1}", vectors[test], tested, cosine))
    return rows


def _planted(vectors: Vectors, names: Sequence[str]) -> list[Row]:
    """Plant mistakes of each kind into the names and count which suggestions are right."""
    rng = np.random.default_rng(SEED)
    plants = {
        "mislabelled": (_swap, suggesting.suggest_mislabelled),
        "spelled apart": (_respell, suggesting.suggest_merges),
        "two people, one name": (_join, suggesting.suggest_splits),
        "without a name": (_forget, suggesting.suggest_names),
    }
    rows = []
    for title, (plant, suggest) in plants.items():
        changed, is_right, n_planted = plant(names, rng)
        cosine = person_cosine(vectors, changed)
        found = suggest(vectors, changed, cosine)
        n_right = sum(is_right(each) for each in found)
        note = f"{n_right} of {n_planted} planted found, {len(found) - n_right} other suggestions"
        rows.append(Row(f"suggestions, {title}", len(names), note=f"{note} (cosine {cosine:.3f})"))
    return rows


Names = list[str | None]
Planted = tuple[Names, Callable[[Suggestion], bool], int]


def _swap(names: Sequence[str], rng: np.random.Generator) -> Planted:
    people = sorted(set(names))
    wrong = rng.choice(len(names), round(PLANTED_SHARE * len(names)), replace=False)
    changed: Names = list(names)
    for index in wrong:
        changed[index] = str(rng.choice([name for name in people if name != names[index]]))
    planted = set(wrong.tolist())
    return changed, lambda s: s.indices[0] in planted and s.after == names[s.indices[0]], len(wrong)


def _respell(names: Sequence[str], rng: np.random.Generator) -> Planted:
    chosen = set(rng.choice(sorted(set(names)), N_PLANTED, replace=False).tolist())
    respelled = [f"{name} jr" if name in chosen else name for name in names]
    changed: Names = [
        new if at % 2 else old for at, (old, new) in enumerate(zip(names, respelled, strict=True))
    ]
    return changed, lambda s: _stem(s.before) == _stem(s.after), N_PLANTED


def _stem(name: str | None) -> str:
    return str(name).removesuffix(" jr")


def _join(names: Sequence[str], rng: np.random.Generator) -> Planted:
    chosen = rng.choice(sorted(set(names)), 2 * N_PLANTED, replace=False).tolist()
    into = dict(zip(chosen[:N_PLANTED], chosen[N_PLANTED:], strict=True))
    changed: Names = [into.get(name, name) for name in names]
    joined = set(into.values())

    def is_right(suggestion: Suggestion) -> bool:
        return suggestion.before in joined and len({names[i] for i in suggestion.indices}) == 1

    return changed, is_right, N_PLANTED


def _forget(names: Sequence[str], rng: np.random.Generator) -> Planted:
    forgotten = rng.choice(len(names), round(PLANTED_SHARE * len(names)), replace=False)
    changed: Names = list(names)
    for index in forgotten:
        changed[index] = None
    return changed, lambda s: s.after == names[s.indices[0]], len(forgotten)
