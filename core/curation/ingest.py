"""Ingest: one read and one decode of a file give everything that the database keeps of it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import simplejpeg
from PIL import Image

from core.images.checksum import checksum
from core.images.decode import LIMITS, Limits, decode, quantisation_tables
from core.images.hashes import HASH_VERSION, SCALED_HASH_VERSION, hash_all
from core.images.normalise import encode_jpeg, normalise, thumbnail
from core.images.quality import CHECKS_VERSION, Sample, measure
from core.images.reduce import reduce_by_area, to_grey
from core.types import ChecksumSha256, DecodedImage, Face, ImageFacts, NormaliseRule, RgbImage

DetectFaces: TypeAlias = Callable[[RgbImage], list[Face]]
"""Returns the faces of (height, width, 3) pixels, largest first."""

SCALED_SIDE_PX = 128
SCALED_CHECKS_VERSION = f"{CHECKS_VERSION}/scaled-decode"


@dataclass(frozen=True, kw_only=True)
class Analysed(ImageFacts):
    """What one image file turned out to be, with the two small files made from it.

    Attributes:
        normalised: JPEG of 480 x 320 px.
        thumbnail: JPEG of at most 160 x 160 px.
    """

    normalised: bytes
    thumbnail: bytes


def analyse(
    data: bytes,
    rule: NormaliseRule,
    detect: DetectFaces,
    limits: Limits = LIMITS,
    name: ChecksumSha256 | None = None,
) -> Analysed:
    """Analyse the bytes of one file.

    Args:
        data: The whole file.
        rule: How the image becomes 480 x 320.
        detect: Finds the faces; the largest is centred where the rule crops.
        limits: What is still taken in.
        name: The checksum, where the caller has it.

    Raises:
        RejectedImage: If the bytes are not a whole image within the limits.
    """
    image = decode(data, limits)
    small = reduce_by_area(image.pixels)
    faces = detect(image.pixels)
    face = faces[0] if faces else None
    return Analysed(
        **_seen(data, image, small, (image.width_px, image.height_px), name),
        hash_version=HASH_VERSION,
        scores_version=CHECKS_VERSION,
        face=face,
        n_faces=len(faces),
        normalised=encode_jpeg(normalise(image.pixels, face, rule)),
        thumbnail=thumbnail(small),
    )


def _seen(
    data: bytes,
    image: DecodedImage,
    small: RgbImage,
    size: tuple[int, int],
    name: ChecksumSha256 | None,
) -> dict[str, Any]:
    """Tell of a file what needs no faces; the size is the original's, the pixels may be fewer."""
    grey = to_grey(small)
    return {
        "checksum": name or checksum(data),
        "size_bytes": len(data),
        "format": image.format,
        "width_px": size[0],
        "height_px": size[1],
        "notes": image.notes,
        "hashes": hash_all(grey),
        "scores": measure(Sample(grey, small, *size, len(data), image.format, image.tables)),
    }


def describe(data: bytes, image: DecodedImage) -> ImageFacts:
    """Tell of a file that is decoded already what needs no faces.

    Args:
        data: The whole file.
        image: What it decodes to.
    """
    small = reduce_by_area(image.pixels)
    return ImageFacts(
        **_seen(data, image, small, (image.width_px, image.height_px), None),
        hash_version=HASH_VERSION,
        scores_version=CHECKS_VERSION,
        face=None,
        n_faces=0,
    )


def inspect(
    data: bytes,
    limits: Limits = LIMITS,
    name: ChecksumSha256 | None = None,
    *,
    is_scaled: bool = True,
) -> ImageFacts:
    """Analyse a file without making anything of it, and without looking for faces.

    Args:
        data: The whole file.
        limits: What is still taken in.
        name: The checksum, where the caller has it.
        is_scaled: Whether a plain JPEG is decoded at a fraction of its size (no side under 128 px
            where the original has them), which is faster and makes hashes and scores of versions
            of their own. Any other file is decoded whole, as `analyse` does.

    Raises:
        RejectedImage: If the bytes are not a whole image within the limits.
    """
    scaled = _decode_scaled(data, limits) if is_scaled else None
    image, size = scaled or _decode_whole(data, limits)
    return ImageFacts(
        **_seen(data, image, reduce_by_area(image.pixels), size, name),
        hash_version=SCALED_HASH_VERSION if scaled else HASH_VERSION,
        scores_version=SCALED_CHECKS_VERSION if scaled else CHECKS_VERSION,
        face=None,
        n_faces=0,
    )


def _decode_whole(data: bytes, limits: Limits) -> tuple[DecodedImage, tuple[int, int]]:
    image = decode(data, limits)
    return image, (image.width_px, image.height_px)


def _decode_scaled(data: bytes, limits: Limits) -> tuple[DecodedImage, tuple[int, int]] | None:
    """Decode a plain JPEG to few pixels, with the size it has; None for what `decode` must see."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as opened:
            is_plain = opened.mode == "RGB" and not {"exif", "xmp", "icc_profile"} & {*opened.info}
            width_px, height_px = opened.size
            is_within = (
                len(data) <= limits.max_bytes
                and width_px * height_px <= limits.max_pixels
                and min(opened.size) >= limits.min_side_px
                and simplejpeg.decode_jpeg_header(data)[:2] == (height_px, width_px)
            )
            if not is_plain or not is_within:
                return None
            pixels = simplejpeg.decode_jpeg(
                data,
                fastdct=True,
                fastupsample=True,
                min_height=SCALED_SIDE_PX,
                min_width=SCALED_SIDE_PX,
            )
            return DecodedImage(pixels, "JPEG", (), quantisation_tables(opened)), opened.size
    except (OSError, ValueError):  # `decode` says in words what is wrong with it
        return None
