"""What is known of the images that a run was scored on, for cutting them into slices."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.evaluation.cuts import Facts
from core.review.verdicts import HARD_EXAMPLE
from db.catalogue import Catalogue
from db.images import ImageFilter

MEASURES = ("face_size", "face_blur", "blur", "jpeg_quality")
RESOLUTION = "megapixels"
WORDS = ("generator", "identity")
MEMBERS = ("source", "tag")


def facts_of(session: Session, catalogue: Catalogue, ids: NDArray[np.int64]) -> Facts:
    """Return what is known now of some stored images, in their order.

    Measures that no image has are left out. Labels are not among the facts: what counts is the
    label when the version was frozen. Nor are hard examples: being called wrongly made them that.
    """
    measured = [name for name in MEASURES if name in catalogue.measures(session)]
    numbers = {name: catalogue.look_up(session, name, ids).astype(np.float64) for name in measured}
    width, height = (catalogue.look_up(session, name, ids) for name in ("width_px", "height_px"))
    numbers[RESOLUTION] = width.astype(np.float64) * height / 1e6
    words = {name: catalogue.look_up(session, name, ids) for name in WORDS}
    members = {kind: _members(session, catalogue, kind, ids) for kind in MEMBERS}
    return Facts(numbers, words, {kind: found for kind, found in members.items() if found})


def _members(
    session: Session, catalogue: Catalogue, kind: str, ids: NDArray[np.int64]
) -> dict[str, NDArray[np.bool_]]:
    """Return which of the images have each tag, or come from each source; empty ones left out."""
    found = {
        name: np.isin(ids, catalogue.find(session, _having(kind, name))[0], assume_unique=True)
        for name in catalogue.members(session, kind)
        if (kind, name) != ("tag", HARD_EXAMPLE)
    }
    return {name: is_in for name, is_in in found.items() if is_in.any()}


def _having(kind: str, name: str) -> ImageFilter:
    return ImageFilter(tag=name) if kind == "tag" else ImageFilter(source=name)
