"""Cues: figures of a face that point at a poor photograph or at a possible fake.

A check is one function and one line in `FACE_CHECKS`. None of them proves anything: each says
where a person should look. Pages read the titles and thresholds, so nothing heavy is imported
until something is measured.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.images.quality import Check
from core.types import Face, RgbImage

FACES_VERSION = "faces-1"
"""Changes with the detector, the mesh, a check or the embedding: faces are then measured anew."""

BLUR_SIZE_PX = 112
DARKEST_SUM, GREY_SPREAD = 60, 8
TOOTH_SATURATION, TOOTH_BRIGHTNESS = 0.35, 0.8
CLOSED_MOUTH = 0.06

# Points of MediaPipe's mesh.
LEFT_CHEEK = (117, 118, 101, 36, 205, 187, 123)
RIGHT_CHEEK = (346, 347, 330, 266, 425, 411, 352)
INNER_MOUTH = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415),
    *(308, 324, 318, 402, 317, 14, 87, 178, 88, 95),
)
CHIN = (149, 176, 148, 152, 377, 400, 378)
FOREHEAD, CHIN_TIP, LOWER_LIP, EYE_CORNERS = 10, 152, 17, (33, 263)

# Soriano et al. (2003): g over r of skin lies between two parabolas, and not at white.
UPPER_LOCUS, LOWER_LOCUS = (-1.3767, 1.0743, 0.1452), (-0.776, 0.5601, 0.1766)
WHITE, WHITE_RADIUS = 0.33, 0.02

CHIN_STEPS, CHIN_BLUR = 64, 0.02
JAW_REACH, NECK_REACH = 0.15, 0.9
"""In distances from the lower lip to the chin: how far the jaw's edge and a second one may lie."""


@dataclass(frozen=True)
class FaceSample:
    """What the checks see of one face.

    Attributes:
        pixels: (h, w, 3) upright sRGB original.
        face: The face, px of `pixels`.
        mesh: (468, 2) points, px of `pixels`, or None where the mesh saw no face.
        n_faces: Faces in the picture.
    """

    pixels: RgbImage
    face: Face
    mesh: NDArray[np.float64] | None
    n_faces: int


def measure(sample: FaceSample) -> dict[str, float | None]:
    """Return every check's figure by name, None where a check cannot tell."""
    return {name: check.compute(sample) for name, check in FACE_CHECKS.items()}


def face_sharpness(sample: FaceSample) -> float:
    """Return the variance of the Laplacian of the grey face, aligned to 112 px.

    Reference: Pech-Pacheco et al. (2000), "Diatom autofocusing in brightfield microscopy".
    """
    import cv2

    from core.faces.align import align

    aligned = align(sample.pixels, sample.face, BLUR_SIZE_PX)
    grey = cv2.cvtColor(aligned, cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())


def face_size_px(sample: FaceSample) -> float:
    """Return the shorter side of the face's box."""
    return min(sample.face.box.width, sample.face.box.height)


def n_faces(sample: FaceSample) -> float:
    """Return the number of faces in the picture."""
    return float(sample.n_faces)


def skin_tone(sample: FaceSample) -> float | None:
    """Return how far the cheeks' median colour lies outside the skin locus.

    The locus is where skin of all people lies under the lights of offices and daylight, in
    chromaticities r = R / (R + G + B) and g. Make-up, coloured light and filters leave it too.

    Returns:
        Distance in g, 0 inside the locus; None without a mesh, for a picture without colour, and
        where the cheeks are too dark to have one.

    Reference: Soriano et al. (2003), "Adaptive skin color modeling using the skin locus for
    selecting training pixels".
    """
    if sample.mesh is None or _is_grey(sample.pixels):
        return None
    cheeks = _cheeks(sample.pixels, sample.mesh)
    if not len(cheeks) or np.median(cheeks.sum(axis=1)) < DARKEST_SUM:
        return None
    sums = np.maximum(cheeks.sum(axis=1), 1)
    r, g = (float(np.median(cheeks[:, channel] / sums)) for channel in (0, 1))
    above = g - float(np.polyval(UPPER_LOCUS, r))
    below = float(np.polyval(LOWER_LOCUS, r)) - g
    white = WHITE_RADIUS - float(np.hypot(r - WHITE, g - WHITE))
    return max(0.0, above, below, white)


def teeth_share(sample: FaceSample) -> float | None:
    """Return the share of the opening between the lips that is as bright and pale as teeth.

    Bright is 0.8 of the cheeks' median brightness and pale a saturation under 0.35, so that the
    picture's exposure does not matter.

    Returns:
        0 (none, or a closed mouth) to 1; None without a mesh or with the mouth outside.
    """
    import cv2

    if sample.mesh is None:
        return None
    mouth, eyes = sample.mesh[list(INNER_MOUTH)], sample.mesh[list(EYE_CORNERS)]
    opening = float(np.hypot(*(sample.mesh[14] - sample.mesh[13])))
    if opening < CLOSED_MOUTH * float(np.hypot(*(eyes[1] - eyes[0]))):
        return 0.0
    inside, cheeks = _inside(sample.pixels, mouth), _cheeks(sample.pixels, sample.mesh)
    if not len(inside) or not len(cheeks):
        return None
    hsv = cv2.cvtColor(inside[None], cv2.COLOR_RGB2HSV)[0].astype(np.float64)
    is_bright = hsv[:, 2] >= TOOTH_BRIGHTNESS * np.median(cheeks.max(axis=1))
    is_pale = hsv[:, 1] < TOOTH_SATURATION * 255
    return float(np.mean(is_bright & is_pale))


def chin_contour(sample: FaceSample) -> float | None:
    """Return how strong a second edge runs below the jaw, in strengths of the jaw's own.

    Grey values are read along parallel lines down from the chin's outline and averaged, so that
    only an edge that follows the outline counts. A heuristic: a double chin gives one, and so do
    a collar, a beard's end and the blending line of a swapped face.

    Returns:
        0 (no second edge) and up, about 1 where it is as strong as the jaw's; at most 10. None
        without a mesh, where the picture ends there, or where the jaw itself gives no edge.
    """
    import cv2

    if sample.mesh is None:
        return None
    length = float(np.hypot(*(sample.mesh[CHIN_TIP] - sample.mesh[LOWER_LIP])))
    axis = sample.mesh[CHIN_TIP] - sample.mesh[FOREHEAD]
    down = axis / max(float(np.hypot(*axis)), 1e-6)
    steps = np.linspace(-JAW_REACH, NECK_REACH, CHIN_STEPS)
    at = sample.mesh[list(CHIN), None] + steps[None, :, None] * length * down
    height, width = sample.pixels.shape[:2]
    if at.min() < 0 or at[..., 0].max() > width - 1 or at[..., 1].max() > height - 1:
        return None
    grey = cv2.cvtColor(sample.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey = cv2.GaussianBlur(grey, (0, 0), max(0.8, CHIN_BLUR * length))
    x, y = at.astype(np.float32).transpose(2, 0, 1)
    profile = cv2.remap(grey, x, y, cv2.INTER_LINEAR).mean(axis=0)
    edges = np.abs(np.gradient(profile))
    jaw, second = edges[np.abs(steps) <= JAW_REACH].max(), edges[steps > 2 * JAW_REACH].max()
    return None if jaw < 0.1 else float(min(second / jaw, 10.0))


def _is_grey(pixels: RgbImage) -> bool:
    thin = pixels[::8, ::8].astype(np.int16)
    spread = thin.max(axis=2) - thin.min(axis=2)
    return bool(np.percentile(spread, 99) <= GREY_SPREAD)


def _cheeks(pixels: RgbImage, mesh: NDArray[np.float64]) -> NDArray[np.uint8]:
    sides = (_inside(pixels, mesh[list(cheek)]) for cheek in (LEFT_CHEEK, RIGHT_CHEEK))
    return np.concatenate(list(sides))


def _inside(pixels: RgbImage, polygon: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the (n, 3) pixels inside a polygon; none where it lies outside the picture."""
    import cv2

    low = np.maximum(np.floor(polygon.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(polygon.max(axis=0)).astype(int) + 1, pixels.shape[1::-1])
    part = pixels[low[1] : high[1], low[0] : high[0]]
    mask = np.zeros(part.shape[:2], np.uint8)
    if mask.size:
        cv2.fillPoly(mask, [np.rint(polygon - low).astype(np.int32)], 1)
    inside: NDArray[np.uint8] = part[mask.astype(bool)]
    return inside


FACE_CHECKS: dict[str, Check] = {
    "face_blur": Check(
        face_sharpness,
        "Blurred face",
        "The face itself has few sharp edges, even where the background is sharp; a pasted or "
        "smoothed face often looks like this, and so does anybody out of focus.",
        "variance of the Laplacian",
        "below",
        40.0,
    ),
    "face_size": Check(
        face_size_px,
        "Small face",
        "The face has few pixels, so that neither a person nor a detector sees much of it; it says "
        "nothing of who made the picture.",
        "px",
        "below",
        64.0,
    ),
    "skin_tone": Check(
        skin_tone,
        "Unnatural skin tone",
        "The colour of the cheeks lies outside the range in which skin of all people appears under "
        "ordinary light; coloured lamps, make-up and filters do that too.",
        "distance in chromaticity",
        "above",
        0.01,
    ),
    "teeth": Check(
        teeth_share,
        "Much teeth",
        "Nearly all of the open mouth is bright and pale, as when teeth run into one white area; "
        "a broad smile comes close.",
        "share of the open mouth",
        "above",
        0.8,
    ),
    "chin_contour": Check(
        chin_contour,
        "Second chin line",
        "A second edge follows the jaw below it and is far stronger, as a double chin or the seam "
        "of a swapped face may give; a white collar or a beard does too.",
        "times the jaw's edge",
        "above",
        6.0,
    ),
    "faces": Check(
        n_faces,
        "Several faces",
        "More than one face is in the picture, so that it is open whom its identity names; people "
        "in the background count.",
        "faces",
        "above",
        1.0,
    ),
}
"""Of 400 real photographs (200 from LFW, 100 each of two collections of portraits) the lines
flag: blur 1.0 %, size none, skin 0.5 %, teeth 0.3 %, chin 0.8 %. The chin's stands at 6: at 4 it
flagged 5 % of the photographs that show enough below the chin to tell. Several faces is a count
rather than a cue: the detector sees somebody else too in a quarter of LFW's press photographs.
"""

NO_FACE = Check(
    n_faces,
    "No face",
    "No face was found: something else is in the picture, or a face that is turned away, covered "
    "or very small.",
    "faces",
    "below",
    1.0,
)
"""Not measured of a face, as there is none: the number of an image's faces tells it."""
