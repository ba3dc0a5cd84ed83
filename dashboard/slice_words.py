"""What people call the ways to cut a test set, its slices and what these are compared by."""

from core.evaluation.slices import Measure
from core.rounding import fraction, percent

KINDS = {
    "face_size": "Face size, px",
    "face_blur": "Sharpness of the face",
    "blur": "Sharpness of the picture",
    "jpeg_quality": "JPEG quality",
    "megapixels": "Resolution, megapixels",
    "generator": "Generator",
    "source": "Source",
    "identity": "Identity",
    "tag": "Tag",
}
"""Ways to cut the images, as people call them, in the order in which they are offered."""

ORDER = (
    "those beyond chance first, those with too few images last; within each the furthest from the "
    "whole first, be it worse or better"
)
"""How `core.evaluation.slices.furthest_first` sorts, in words."""


MEASURES = {
    Measure.FPR: "False positive rate",
    Measure.MISS: "Miss rate",
    Measure.AUC: "AUC",
}


def value_of(measure: Measure, value: float) -> str:
    """Return a measure as people read it: "12.3%", or "0.912" of an AUC."""
    return fraction(value) if measure is Measure.AUC else percent(value)


def title_of(key: str) -> str:
    """Return what people call a slice: "Face size, px: under 62"."""
    kind, _, name = key.partition(":")
    return f"{KINDS.get(kind, kind)}: {name}"
