"""Everything that is measured of the faces in one picture."""

from core.faces.cues import FaceSample, measure
from core.faces.detect import detect
from core.faces.embed import embed
from core.faces.features import boxes_of, face_mesh
from core.types import Face, FaceDetail, RgbImage


def measure_faces(pixels: RgbImage) -> list[FaceDetail]:
    """Find the faces and measure their features, cues and identity, the largest first.

    Args:
        pixels: (h, w, 3) upright sRGB original.

    Raises:
        Unavailable: If a bundled network is missing or altered.
    """
    faces = detect(pixels)
    return [measure_face(pixels, face, len(faces)) for face in faces]


def measure_face(pixels: RgbImage, face: Face, n_faces: int) -> FaceDetail:
    """Measure one of the faces of a picture.

    Args:
        pixels: (h, w, 3) upright sRGB original.
        face: A face in it, in its pixels.
        n_faces: How many there are.
    """
    mesh = face_mesh(pixels, face)
    return FaceDetail(
        face=face,
        features={} if mesh is None else boxes_of(mesh, (pixels.shape[0], pixels.shape[1])),
        scores=measure(FaceSample(pixels, face, mesh, n_faces)),
        embedding=embed(pixels, face),
    )
