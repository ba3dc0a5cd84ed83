"""Survey: what lies in a folder, before anything of it is imported."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from upath import UPath

from core.curation.duplicates import RADIUS_BITS, near_pairs
from core.curation.ingest import inspect
from core.images.decode import RejectedImage
from core.images.quality import CHECKS
from core.images.storage import inside
from core.types import ImageFacts, SourceFile


@dataclass(frozen=True)
class Looked:
    """One file of a survey: `facts`, or why there are none."""

    key: str
    facts: ImageFacts | None = None
    refusal: str | None = None


@dataclass(frozen=True)
class Survey:
    """What an import would meet.

    Attributes:
        refused: Files that are no image to take in.
        copies: Files whose very bytes another file has.
        near_pairs: Pairs of different images within 6 bits of pHash; not looked at again, so some
            are chance.
        flagged: Images on the bad side of a check's default line, by the check's title.
    """

    files: int
    images: int
    refused: int
    copies: int
    near_pairs: int
    flagged: Mapping[str, int] = field(default_factory=dict)


def look_at(root: UPath, file: SourceFile) -> Looked:
    """Read one file below a root and tell what it is; JPEGs are decoded at a fraction."""
    if file.refusal:
        return Looked(file.key, refusal=file.refusal)
    try:
        return Looked(file.key, inspect(inside(root, file.key).read_bytes()))
    except (OSError, RejectedImage) as error:
        return Looked(file.key, refusal=str(error))


def summarise(looked: Iterable[Looked]) -> Survey:
    """Count what a survey saw."""
    files = list(looked)
    seen = [each.facts for each in files if each.facts]
    images = list({facts.checksum: facts for facts in seen}.values())
    flagged = Counter(
        check.title
        for facts in images
        for name, check in CHECKS.items()
        if check.is_bad(facts.scores[name])
    )
    return Survey(
        files=len(files),
        images=len(images),
        refused=len(files) - len(seen),
        copies=len(seen) - len(images),
        near_pairs=_count_near(images),
        flagged=dict(flagged.most_common()),
    )


def _count_near(images: Iterable[ImageFacts]) -> int:
    """Count close pairs; hashes of different decoders are never compared."""
    by_version = defaultdict(list)
    for facts in images:
        by_version[facts.hash_version].append(int(facts.hashes["phash"], 16))
    return sum(
        len(near_pairs(np.array(hashes, np.uint64), RADIUS_BITS)[0])
        for hashes in by_version.values()
    )
