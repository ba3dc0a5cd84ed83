"""Ingest: one read and one decode of a file give everything that the database keeps of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from core.images.checksum import checksum
from core.images.decode import LIMITS, Limits, decode
from core.images.hashes import HASH_VERSION, HASHES
from core.images.normalise import encode_jpeg, normalise, thumbnail
from core.types import Face, ImageFacts, NormaliseRule, RgbImage

DetectFaces: TypeAlias = Callable[[RgbImage], list[Face]]
"""Returns the faces of (height, width, 3) pixels, largest first."""


@dataclass(frozen=True, kw_only=True)
class Analysed(ImageFacts):
    """What one image file turned out to be, with the two small files made from it.

    Attributes:
        normalised: JPEG of 480 x 320 px.
        thumbnail: WebP of at most 160 x 160 px.
    """

    normalised: bytes
    thumbnail: bytes


def analyse(
    data: bytes, rule: NormaliseRule, detect: DetectFaces, limits: Limits = LIMITS
) -> Analysed:
    """Analyse the bytes of one file.

    Args:
        data: The whole file.
        rule: How the image becomes 480 x 320.
        detect: Finds the faces; the largest is centred where the rule crops.
        limits: What is still taken in.

    Raises:
        RejectedImage: If the bytes are not a whole image within the limits.
    """
    image = decode(data, limits)
    faces = detect(image.pixels)
    face = faces[0] if faces else None
    return Analysed(
        checksum=checksum(data),
        size_bytes=len(data),
        format=image.format,
        width_px=image.width_px,
        height_px=image.height_px,
        notes=image.notes,
        hashes={name: f"{hash_of(image.pixels):016x}" for name, hash_of in HASHES.items()},
        hash_version=HASH_VERSION,
        face=face,
        n_faces=len(faces),
        normalised=encode_jpeg(normalise(image.pixels, face, rule)),
        thumbnail=thumbnail(image.pixels),
    )
