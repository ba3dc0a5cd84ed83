"""Finding near-duplicate pairs: every pair of close hashes, each looked at again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.curation.confirm import confirm
from core.curation.duplicates import RADIUS_BITS, near_pairs, near_pairs_between
from core.images.hashes import HASH_VERSION
from core.types import ImageRecord, RgbImage
from dashboard.jobs.context import Context
from dashboard.jobs.files import stored_pixels
from dashboard.jobs.packed import compared_hashes
from db import hashes, images, pairs
from db.engine import reading, writing

ALGORITHMS = ("phash", "phash-mirrored")


@dataclass(frozen=True)
class Candidate:
    """Two images whose hashes are close; `left_id` is the smaller number."""

    left_id: int
    right_id: int
    distance_bits: int
    is_mirrored: bool


def candidates(context: Context) -> tuple[list[Candidate], list[int]]:
    """Return the unchecked pairs of new images against all, and the new images' numbers."""
    folder = context.settings.folder("cache")
    with reading(context.database) as session:
        new_ids, new = hashes.unpaired_hashes(session, ALGORITHMS, HASH_VERSION)
        if not len(new_ids):
            return [], []
        old_ids, old = compared_hashes(session, folder, ALGORITHMS, HASH_VERSION)
    ids, values = np.concatenate([old_ids, new_ids]), np.concatenate([old, new])
    found = {(c.left_id, c.right_id): c for c in _close(ids, values, len(old_ids))}
    with reading(context.database) as session:
        known = hashes.known_links(session, {left for left, _ in found})
        generated = hashes.generated_among(session, {end for link in found for end in link})
    unknown = (link for link in sorted(found.keys() - known) if not generated & set(link))
    return [found[link] for link in unknown], new_ids.tolist()


def _close(
    ids: NDArray[np.int64], values: NDArray[np.uint64], first_new: int
) -> Iterator[Candidate]:
    """Yield mirrored pairs before plain ones, which overrule them."""
    plain, mirrored = np.ascontiguousarray(values.T)
    new = slice(first_new, None)
    for one, other in ((mirrored, plain), (plain, mirrored)):
        for i, j, distance in zip(*near_pairs_between(one[new], other, RADIUS_BITS), strict=True):
            if i + first_new != j:
                yield _candidate(ids[i + first_new], ids[j], distance, is_mirrored=True)
    for left, right, distance in zip(*near_pairs(plain, RADIUS_BITS, first_new), strict=True):
        yield _candidate(ids[left], ids[right], distance, is_mirrored=False)


def _candidate(a: Any, b: Any, distance: Any, *, is_mirrored: bool) -> Candidate:
    return Candidate(int(min(a, b)), int(max(a, b)), int(distance), is_mirrored)


def check(context: Context, part: Sequence[Candidate]) -> None:
    """Look at candidates a second time and store what was seen."""
    numbers = sorted({i for c in part for i in (c.left_id, c.right_id)})
    with reading(context.database) as session:
        records = {record.id: record for record in images.get_images(session, numbers)}
    pixels = lru_cache(maxsize=64)(
        lambda checksum: stored_pixels(context.store, "originals", checksum)
    )
    rows = [_checked(c, records[c.left_id], records[c.right_id], pixels) for c in part]
    with writing(context.database) as session:
        pairs.add_pairs(session, rows)


def _checked(
    candidate: Candidate, left: ImageRecord, right: ImageRecord, pixels: Any
) -> dict[str, Any]:
    left_pixels: RgbImage = pixels(left.checksum)
    right_pixels: RgbImage = pixels(right.checksum)
    seen = confirm(left_pixels, right_pixels, left.face, right.face, candidate.is_mirrored)
    return {
        "left_id": candidate.left_id,
        "right_id": candidate.right_id,
        "algorithm": f"phash {HASH_VERSION}",
        "distance_bits": candidate.distance_bits,
        "is_mirrored": candidate.is_mirrored,
        "similarity": seen.similarity,
        "is_confirmed": seen.is_confirmed,
        "method": seen.method,
    }


def finish(context: Context, new: Sequence[int]) -> None:
    """Note that the new images were compared with all others."""
    with writing(context.database) as session:
        hashes.mark_paired(session, new)
