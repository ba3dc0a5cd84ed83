"""What the collection knows of an image that is only tried: the file itself, and the nearest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from core.curation.duplicates import RADIUS_BITS
from core.errors import NotFound
from core.faces.cues import FACE_CHECKS
from core.images.quality import Check
from core.types import ImageRecord, Label, Run, Split, Status
from dashboard import nearest, resources
from dashboard.quality_checks import ALL, column_of
from dashboard.tried import Tried
from dashboard.try_standings import Standing, percent_below
from db import checks, images, versions
from db.images import ImageFilter

N_NEAREST = 12
_NOT_OF_A_FACE = "faces"  # how many there are says nothing of the one that is judged
_GENUINE = ImageFilter(status=Status.ACTIVE, label=Label.GENUINE)


@dataclass(frozen=True)
class Near:
    """A stored image that resembles the tried one.

    Attributes:
        figure: Cosine of the faces, or bits in which pHash differs.
        split: Of the run's version, or None where it is not in it.
    """

    image: ImageRecord
    figure: float
    split: Split | None


@dataclass(frozen=True)
class Context:
    """What is known around a tried image.

    Attributes:
        same: The stored image of the very same bytes, if any.
        same_split: Where it stands in the run's version.
        faces: Images with the nearest faces, the most alike first.
        n_described: Images whose faces can be compared with.
        copies: Images within the radius of near-duplicates by pHash.
        standings: Where its checks lie among the genuine images.
        n_genuine: How many those are.
    """

    same: ImageRecord | None
    same_split: Split | None
    faces: Sequence[Near]
    n_described: int
    copies: Sequence[Near]
    standings: Sequence[Standing]
    n_genuine: int


def load_context(session: Session, tried: Tried, run: Run) -> Context:
    """Compare a tried image with the collection."""
    same = _find_same(session, tried.checksum)
    faces, n_described = _nearest_faces(session, tried, run)
    return Context(
        same=same,
        same_split=_split(session, same.id, run) if same else None,
        faces=faces,
        n_described=n_described,
        copies=[] if same else _copies(session, tried, run),
        standings=_standings(session, tried),
        n_genuine=resources.catalogue().count(session, _GENUINE),
    )


def _find_same(session: Session, checksum: str) -> ImageRecord | None:
    try:
        return images.get_by_checksum(session, checksum)
    except NotFound:
        return None


def _split(session: Session, image_id: int, run: Run) -> Split | None:
    held = versions.versions_of(session, image_id)
    return next((split for number, split, _ in held if number == run.dataset_version), None)


def _nearest_faces(session: Session, tried: Tried, run: Run) -> tuple[list[Near], int]:
    if tried.embedding is None:
        return [], 0
    vector = np.array(tried.embedding, np.float32)
    vector /= np.linalg.norm(vector)
    found = nearest.nearest_by_face(session, vector, N_NEAREST)
    return [_near(session, *each, run) for each in found.nearest], found.n_compared


def _copies(session: Session, tried: Tried, run: Run) -> list[Near]:
    found = nearest.nearest_by_hash(session, int(tried.phash, 16), N_NEAREST).nearest
    return [_near(session, *each, run) for each in found if each[1] <= RADIUS_BITS]


def _near(session: Session, image: ImageRecord, figure: float, run: Run) -> Near:
    return Near(image, figure, _split(session, image.id, run))


def _standings(session: Session, tried: Tried) -> list[Standing]:
    """Place every figure among the genuine images'; what neither has is left out."""
    lines = checks.thresholds(session)
    known = resources.catalogue().measures(session)
    found = []
    for name, value in {**tried.cues, **tried.checks}.items():
        if value is None or name == _NOT_OF_A_FACE or column_of(name) not in known:
            continue
        values = resources.catalogue().values(session, column_of(name), _GENUINE)
        if len(values):
            found.append(_standing(ALL[name], value, percent_below(values, value), lines.get(name)))
    return found


def _standing(check: Check, value: float, percent: float, line: float | None) -> Standing:
    told = f"{value:.3g} {check.unit}".strip()
    if check.bad_when == "below":
        percent = 100 - percent
    return Standing(check.title, told, percent, check.is_bad(value, line))


def flagged(tried: Tried, lines: Sequence[Standing]) -> list[Check]:
    """Return the checks whose line this image lies beyond, those of the face first."""
    titles = {each.title for each in lines if each.is_flagged}
    ordered = [*FACE_CHECKS.values(), *ALL.values()]
    return [check for check in dict.fromkeys(ordered) if check.title in titles]
