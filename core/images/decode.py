"""Decode: turn a file's bytes into upright sRGB pixels, or say why not.

The real format is read from the content; the file's name plays no part.

| what the file holds             | what becomes of it                                            |
|---------------------------------|---------------------------------------------------------------|
| JPEG, PNG, WEBP, BMP, TIFF, GIF | decoded                                                       |
| any other image format          | refused: unsupported-format                                   |
| text, archives, noise           | refused: not-an-image                                         |
| no bytes; too many bytes        | refused: empty, too-many-bytes                                |
| too many or too few pixels      | refused from the header alone: too-many-pixels, too-small     |
| a file that ends early          | refused: truncated, also where Pillow would paint on in grey  |
| a bad checksum or code inside   | refused: damaged                                              |
| up to 64 stray bytes in a JPEG  | decoded (libjpeg skips them), noted                           |
| 32-bit integer or float samples | refused: unsupported-format, for white is not defined         |
| EXIF orientation                | applied, noted                                                |
| unreadable EXIF                 | taken as upright, noted                                       |
| ICC profile other than sRGB     | converted to sRGB (perceptual intent), noted                  |
| broken ICC profile              | ignored, noted                                                |
| CMYK, YCCK                      | to RGB by the profile, else by Pillow's plain formula, noted  |
| 16-bit greyscale                | value / 257, rounded, noted                                   |
| 16-bit colour                   | the high byte, as Pillow reads it                             |
| palette, greyscale, black/white | to RGB, noted                                                 |
| transparency                    | laid on white, noted                                          |
| animation, pages, views         | the first frame, noted                                        |

Warnings of Pillow are not silenced: that would change state that all threads share. Pillow's own
limit (`Image.MAX_IMAGE_PIXELS`, about 89 million) stays as it is and lies above ours.
"""

import io
import re
import struct
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import VerityError
from core.images.colour import to_srgb
from core.types import DecodedImage, RgbImage

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
EXTRANEOUS_BYTES_MAX = 64

_UNDEFINED_WHITE = frozenset({"I", "F"})
_STRICT_MODES = {"RGB": "RGB", "L": "GRAY"}
_METADATA = frozenset({"exif", "xmp", "icc_profile"})
"""Where a JPEG may say how to turn it and what its colours mean."""


class RejectReason(StrEnum):
    """Why a file is not taken in."""

    EMPTY = "empty"
    TOO_MANY_BYTES = "too-many-bytes"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_SMALL = "too-small"
    NOT_AN_IMAGE = "not-an-image"
    UNSUPPORTED_FORMAT = "unsupported-format"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"  # refused or lost before there were bytes to decode


class RejectedImage(VerityError):
    """A file that cannot be taken in; the text says why in a sentence."""

    def __init__(self, reason: RejectReason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """What is still taken in: bytes of the file, pixels of the image, its shorter side."""

    max_bytes: int = 64 * 1024 * 1024
    max_pixels: int = 64_000_000
    min_side_px: int = 32


LIMITS = Limits()


def decode(data: bytes, limits: Limits = LIMITS) -> DecodedImage:
    """Decode a file's bytes by the rules in the module's docstring.

    Args:
        data: The whole file.
        limits: Checked before anything is decoded.

    Returns:
        Upright sRGB pixels (height, width, 3) uint8, the real format, and what was converted.

    Raises:
        RejectedImage: For any bytes that are not a whole image within the limits.
    """
    _check_bytes(data, limits)
    try:
        with _open(data) as image:
            _check_size(image, limits)
            return _decode(image, data)
    except RejectedImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(str(error), limits) from error
    # Pillow's plugins promise no closed set of errors for hostile bytes, and any of them means
    # one thing to us: these bytes do not decode.
    except Exception as error:
        raise _undecodable(error) from error


def _check_bytes(data: bytes, limits: Limits) -> None:
    if not data:
        raise RejectedImage(RejectReason.EMPTY, "Expected an image file. Received no bytes.")
    if len(data) > limits.max_bytes:
        raise RejectedImage(
            RejectReason.TOO_MANY_BYTES,
            f"Expected at most {limits.max_bytes:,} bytes. Received {len(data):,}.",
        )


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except (UnidentifiedImageError, struct.error) as error:
        raise _unidentified(data) from error


def _unidentified(data: bytes) -> RejectedImage:
    name = _format_of(data[:16])
    if name in FORMATS:
        return RejectedImage(
            RejectReason.DAMAGED, f"Expected a whole {name} file. Received one with a bad header."
        )
    if name:
        return RejectedImage(
            RejectReason.UNSUPPORTED_FORMAT,
            f"Expected one of {', '.join(FORMATS)}. Received {name}: convert it first.",
        )
    return RejectedImage(
        RejectReason.NOT_AN_IMAGE,
        f"Expected one of {', '.join(FORMATS)}. Received bytes that are none of them.",
    )


def _format_of(prefix: bytes) -> str | None:
    """Name the format that these 16 bytes claim, by Pillow's own signatures."""
    Image.init()
    for name, (_, accept) in Image.OPEN.items():
        if accept and accept(prefix) is True:
            return name
    return "HEIF or video" if prefix[4:8] == b"ftyp" else None


def _check_size(image: Image.Image, limits: Limits) -> None:
    width_px, height_px = image.size
    if width_px * height_px > limits.max_pixels:
        raise _too_many_pixels(f"{width_px} x {height_px}", limits)
    if min(image.size) < limits.min_side_px:
        raise RejectedImage(
            RejectReason.TOO_SMALL,
            f"Expected sides of at least {limits.min_side_px} px. "
            f"Received {width_px} x {height_px}.",
        )


def _too_many_pixels(received: str, limits: Limits) -> RejectedImage:
    return RejectedImage(
        RejectReason.TOO_MANY_PIXELS,
        f"Expected at most {limits.max_pixels:,} pixels. Received {received}.",
    )


def _undecodable(error: Exception) -> RejectedImage:
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return RejectedImage(
            RejectReason.TRUNCATED, f"Expected a whole image. Received one that ends early: {error}"
        )
    return RejectedImage(
        RejectReason.DAMAGED,
        f"Expected a whole image. Received one that does not decode: {error or type(error)}",
    )


def _decode(image: Image.Image, data: bytes) -> DecodedImage:
    notes: list[str] = []
    image_format = "JPEG" if image.format == "MPO" else str(image.format)
    if getattr(image, "is_animated", False):
        notes.append("first frame of several")
    if image_format == "PNG":
        with _open(data) as twin:
            twin.verify()  # the chunks' checksums, which loading does not look at
    if image.mode in _UNDEFINED_WHITE:
        raise RejectedImage(
            RejectReason.UNSUPPORTED_FORMAT,
            "Expected 8 or 16 bits a sample. Received 32, whose white is not defined: convert it.",
        )
    if image_format == "JPEG":
        pixels = _upright_jpeg(image, data, notes)
        return DecodedImage(pixels, image_format, tuple(notes), quantisation_tables(image))
    image.load()
    return DecodedImage(_upright_srgb(image, notes), image_format, tuple(notes))


def quantisation_tables(image: Image.Image) -> dict[int, list[int]]:
    """Return an opened JPEG's quantisation tables by number, 64 values each row by row."""
    tables: dict[int, list[int]] = getattr(image, "quantization", {})
    return dict(tables)


def _upright_jpeg(image: Image.Image, data: bytes, notes: list[str]) -> RgbImage:
    pixels = _strict_jpeg(image, data)
    if pixels is None:
        _check_jpeg(data, notes)
        image.load()
        return _upright_srgb(image, notes)
    if image.mode == "RGB" and not _METADATA.intersection(image.info):
        return pixels
    loaded = Image.fromarray(pixels)
    loaded.info = image.info  # the orientation and the profile
    return _upright_srgb(loaded, notes)


def _strict_jpeg(image: Image.Image, data: bytes) -> NDArray[np.uint8] | None:
    """Decode in one go what libjpeg has nothing to say of: the very pixels that Pillow gives.

    Returns:
        (height, width, 3) or (height, width); None for CMYK, and where a word of warning has to be
        looked into.
    """
    if image.mode not in _STRICT_MODES:
        return None
    try:
        height_px, width_px = simplejpeg.decode_jpeg_header(data)[:2]
        if (width_px, height_px) != image.size:
            return None  # the limits were checked on another size
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(data, _STRICT_MODES[image.mode])
    except ValueError:
        return None
    return pixels if image.mode == "RGB" else pixels[:, :, 0]


def _upright_srgb(image: Image.Image, notes: list[str]) -> RgbImage:
    profile = image.info.get("icc_profile")
    return np.array(to_srgb(_turn_upright(image, notes), profile, notes))


def _check_jpeg(data: bytes, notes: list[str]) -> None:
    """Refuse what libjpeg only warns of and Pillow does not see: a scan that stops early.

    Decoding at an eighth of the size reads every code of the scan and costs little else.
    """
    try:
        simplejpeg.decode_jpeg(data, "GRAY", fastdct=True, min_height=1, min_width=1)
    except ValueError as error:
        warning = str(error)
        if stray := re.search(r"(\d+) extraneous bytes", warning):
            if int(stray[1]) > EXTRANEOUS_BYTES_MAX:
                raise
            notes.append(f"{stray[1]} stray bytes in the JPEG skipped")
        elif "remature end" in warning:
            raise RejectedImage(
                RejectReason.TRUNCATED, "Expected a whole JPEG. Received one that ends early."
            ) from error
        elif "Corrupt JPEG data" in warning:
            raise


def _turn_upright(image: Image.Image, notes: list[str]) -> Image.Image:
    try:
        orientation = image.getexif().get(0x0112, 1)
        upright = image if orientation == 1 else ImageOps.exif_transpose(image)
    # EXIF is hostile bytes too, and an image without its EXIF is still a whole image.
    except Exception as error:  # noqa: BLE001
        notes.append(f"unreadable EXIF ignored ({type(error).__name__})")
        return image
    if orientation in range(2, 9):
        notes.append(f"EXIF orientation {orientation} applied")
    return upright
