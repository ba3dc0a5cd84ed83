"""Pictures for the screen: originals that a browser can show, and how two copies differ."""

import io
from dataclasses import dataclass

import streamlit as st

from core.types import ChecksumSha256, ImageRecord
from dashboard import resources

BROWSER_FORMATS = frozenset({"JPEG", "PNG", "WEBP", "GIF", "BMP"})
MAX_SHOWN_PX = 1460
"""Streamlit scales wider pictures itself, and forgets then which side was up."""

DIFFERENCE_GAIN = 4
_CACHED = 64


@dataclass(frozen=True)
class Shown:
    """A picture as it is shown, and what was done to it, if anything was."""

    data: bytes
    note: str | None = None


@dataclass(frozen=True)
class Difference:
    """Where two pictures differ.

    Attributes:
        data: PNG of the absolute difference, amplified.
        mean_levels: Mean absolute difference, in levels of 0 to 255, not amplified.
    """

    data: bytes
    mean_levels: float


def original(image: ImageRecord) -> Shown:
    """Return an image's original as it is, or as a JPEG copy where a browser could not show it.

    Raises:
        NotFound: If the file is missing.
    """
    if image.notes:
        return Shown(_copy(image.checksum), f"Shown as a copy: {'; '.join(image.notes)}.")
    if image.format in BROWSER_FORMATS and image.width_px <= MAX_SHOWN_PX:
        return Shown(resources.store().read("originals", image.checksum))
    if image.format in BROWSER_FORMATS:
        return Shown(_copy(image.checksum), f"Shown at a width of {MAX_SHOWN_PX:,} px.")
    note = f"Shown as a JPEG copy: browsers do not show {image.format}."
    return Shown(_copy(image.checksum), note)


@st.cache_data(max_entries=_CACHED, show_spinner=False)
def _copy(checksum: ChecksumSha256) -> bytes:
    return browser_copy(resources.store().read("originals", checksum))


def browser_copy(data: bytes) -> bytes:
    """Return a JPEG copy of an image file, upright and at most 1,460 px wide.

    Raises:
        RejectedImage: If the bytes are no whole image.
    """
    import numpy as np
    from PIL import Image

    from core.images.decode import decode
    from core.images.normalise import encode_jpeg

    picture = Image.fromarray(decode(data).pixels)
    picture.thumbnail((MAX_SHOWN_PX, MAX_SHOWN_PX * 4))
    return encode_jpeg(np.asarray(picture), quality=90)


@st.cache_data(max_entries=_CACHED, show_spinner=False)
def difference_of(left: ChecksumSha256, right: ChecksumSha256, is_mirrored: bool) -> Difference:
    """Compare two images' normalised copies.

    Raises:
        NotFound: If a file is missing.
    """
    store = resources.store()
    return difference(store.read("normalised", left), store.read("normalised", right), is_mirrored)


def difference(left: bytes, right: bytes, is_mirrored: bool) -> Difference:
    """Return the absolute difference of two image files, amplified to be seen.

    Args:
        left: Gives the size.
        right: Resized to it, after being flipped if `is_mirrored`.
    """
    import numpy as np
    from PIL import Image, ImageChops, ImageOps, ImageStat

    first, second = (Image.open(io.BytesIO(data)).convert("RGB") for data in (left, right))
    if is_mirrored:
        second = ImageOps.mirror(second)
    found = ImageChops.difference(first, second.resize(first.size))
    amplified = found.point(lambda level: min(level * DIFFERENCE_GAIN, 255))
    buffer = io.BytesIO()
    amplified.save(buffer, "PNG")
    return Difference(buffer.getvalue(), float(np.mean(ImageStat.Stat(found).mean)))
