"""Colour: bring any of Pillow's modes to 8-bit sRGB by the rules that `decode` states."""

import io

import numpy as np
from PIL import Image, ImageCms

WHITE = (255, 255, 255)

_MODE_NOTES = {
    "1": "black and white converted to RGB",
    "L": "greyscale converted to RGB",
    "LA": "greyscale converted to RGB",
    "P": "palette converted to RGB",
    "PA": "palette converted to RGB",
    "CMYK": "CMYK converted to RGB",
    "YCbCr": "YCbCr converted to RGB",
}
_WITHOUT_ALPHA = {"1": "L", "LA": "L", "P": "RGB", "PA": "RGB", "RGBA": "RGB", "RGBX": "RGB"}


def to_srgb(image: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    """Convert a loaded image to opaque sRGB.

    Args:
        image: In any mode but "I" and "F".
        profile: The embedded ICC profile, if any.
        notes: What was converted is added here, in words.

    Returns:
        An image of mode "RGB" and the same size.

    Raises:
        ValueError: If Pillow cannot convert the mode.
    """
    if image.mode.startswith("I;16"):
        image = _to_eight_bits(image)
        notes.append("16-bit greyscale scaled to 8 bits")
    if image.mode in _MODE_NOTES:
        notes.append(_MODE_NOTES[image.mode])
    alpha = _alpha_of(image)
    opaque = image.convert(_WITHOUT_ALPHA.get(image.mode, image.mode))
    rgb = _apply_profile(opaque, profile, notes) if profile else opaque
    rgb = rgb.convert("RGB")
    if alpha is None:
        return rgb
    notes.append("transparency laid on white")
    return Image.composite(rgb, Image.new("RGB", rgb.size, WHITE), alpha)


def _to_eight_bits(image: Image.Image) -> Image.Image:
    samples = np.asarray(image).astype(np.float32)
    return Image.fromarray(np.rint(samples / 257).astype(np.uint8))


def _alpha_of(image: Image.Image) -> Image.Image | None:
    """Return the opacity, or None where the image is wholly opaque."""
    if not image.has_transparency_data:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    return None if alpha.getextrema() == (255, 255) else alpha


def _apply_profile(image: Image.Image, profile: bytes, notes: list[str]) -> Image.Image:
    """Convert by the embedded ICC profile (ISO 15076-1) with LittleCMS."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(source).strip()
        if name.startswith("sRGB"):
            return image
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        notes.append(f"broken ICC profile ignored ({type(error).__name__})")
        return image
    notes.append(f"ICC profile {name!r} converted to sRGB")
    return converted or image
