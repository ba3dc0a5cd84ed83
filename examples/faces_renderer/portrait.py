"""Take the picture: draw every surface, give it light and hand the result to the darkroom."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from faces_renderer import shading
from faces_renderer.arrays import Bools, Bytes, Floats, floats, unit
from faces_renderer.backdrop import backdrop
from faces_renderer.clothes import fabric_albedo, weave
from faces_renderer.darkroom import develop
from faces_renderer.eyes import shade_eye
from faces_renderer.geometry import Geometry, build
from faces_renderer.model import load_model
from faces_renderer.person import Person
from faces_renderer.raster import Camera, Fragments, rasterise
from faces_renderer.shot import Shot
from faces_renderer.skin import (
    BOTTOM_Y,
    azimuth,
    look_up,
    paint,
    smooth_step,
)
from faces_renderer.splat import draw_strands

DISTANCE = 22.0
SAMPLES = 2  # the picture is drawn this many times too large in both directions
CLOTH_WRAP = floats([0.1, 0.1, 0.1])


@dataclass(frozen=True)
class Portrait:
    """A finished picture.

    Attributes:
        pixels: (height, width, 3) RGB.
        landmarks: (5, 2) pixel positions of the image-left eye, the image-right eye, the nose
            tip, the image-left and the image-right mouth corner.
    """

    pixels: Bytes
    landmarks: Floats


def take(person: Person, shot: Shot, width: int = 640, height: int = 480) -> Portrait:
    """Render one picture of a person."""
    geometry = build(person, shot)
    camera = _aim(geometry, shot, width * SAMPLES, height * SAMPLES)
    light, depth = _draw(person, shot, geometry, camera)
    picture = develop(person, shot, light, depth, geometry, (width, height))
    landmarks = camera.project(geometry.landmarks)[:, :2] / SAMPLES
    return Portrait(picture, landmarks)


def _aim(geometry: Geometry, shot: Shot, width: int, height: int) -> Camera:
    """Return the camera that puts the face where the shot wants it."""
    scale = height / shot.frame_units
    wanted = floats([width * (0.5 + shot.offset[0]), height * (0.53 + shot.offset[1])])
    probe = Camera(width, height, DISTANCE, scale, (0, 0)).project(geometry.face[None])[0, :2]
    return Camera(width, height, DISTANCE, scale, (wanted[0] - probe[0], wanted[1] - probe[1]))


def _draw(person: Person, shot: Shot, geometry: Geometry, camera: Camera) -> tuple[Floats, Floats]:
    """Return the (h, w, 3) light that reaches the sensor and the depth of what is seen."""
    size = (camera.height, camera.width)
    fragments = rasterise(
        camera.project(geometry.vertices), geometry.triangles, camera.width, camera.height
    )
    depth = fragments.depth.copy()
    eyes = [
        shade_eye(eye, person, shot, camera, depth, outer)
        for eye, outer in zip(geometry.eyes, (-1.0, 1.0), strict=True)
    ]
    for eye in eyes:
        depth.ravel()[eye.pixels] = eye.depth
    hair = draw_strands(geometry.strands, camera, depth)
    combined = depth.copy()
    combined.ravel()[hair.pixels] = hair.positions[:, 2]
    enclosed = shading.occlusion(combined, camera.scale_px)
    shadows = shading.cast_shadows(geometry, shot)

    picture = backdrop(
        shot.backdrop, np.random.default_rng([shot.seed, 10]), camera.width, camera.height
    )
    flat = picture.reshape(-1, 3)
    _shade_body(flat, fragments, enclosed, shadows, person, shot, geometry, camera)
    _shade_extras(flat, fragments, enclosed, shadows, person, shot, geometry, size)
    for eye in eyes:
        flat[eye.pixels] = eye.colour
    colour = shading.shade_hair(hair, geometry, shot, shadows, 0.6 * enclosed.ravel()[hair.pixels])
    flat[hair.pixels] += (colour - flat[hair.pixels]) * hair.cover[:, None]
    return picture, combined


def _part(fragments: Fragments, chosen: Bools) -> Fragments:
    return Fragments(
        fragments.pixels[chosen],
        fragments.triangles[chosen],
        fragments.weights[chosen],
        fragments.depth,
    )


def _shade_body(
    flat: Floats, fragments: Fragments, enclosed: Floats, shadows: shading.ShadowMap,
    person: Person, shot: Shot, geometry: Geometry, camera: Camera,
) -> None:  # fmt: skip
    """Add skin and clothes to the picture."""
    body = _part(fragments, fragments.triangles < geometry.n_body)
    model, skin = load_model(), paint(person)
    m = len(model.fine_base)
    values = np.column_stack([
        model.fine_base, geometry.vertices[:m], geometry.normals[:m], skin.albedo, skin.gloss,
        skin.lips, geometry.cloth,
    ]).astype(np.float32)  # fmt: skip
    values = body.interpolate(geometry.triangles, values)
    base, points, normals, albedo = values[:, :3], values[:, 3:6], values[:, 6:9], values[:, 9:12]
    gloss, lips, cloth = values[:, 12], values[:, 13], values[:, 14]
    dressed = smooth_step(-0.004, 0.012, cloth)
    normals = _bump(normals, base, skin.relief, geometry.rotation, 1 - dressed)
    normals = weave(normals, base, shot, dressed)
    visible = shadows.visibility(points, normals)
    hidden = enclosed.ravel()[body.pixels]

    light = shading.irradiance(normals, visible, hidden, shot, shading.SKIN_WRAP)
    layer = np.zeros((camera.height * camera.width, 3), np.float32)
    layer[body.pixels] = light * (1 - dressed)[:, None]
    mask = np.zeros(camera.height * camera.width, np.float32)
    mask[body.pixels] = 1 - dressed
    size = (camera.height, camera.width)
    soft = shading.scatter_light(layer.reshape(*size, 3), mask.reshape(size), camera.scale_px)
    light = 0.75 * soft.reshape(-1, 3)[body.pixels] + 0.25 * light
    shine = shading.highlight(normals, visible, hidden, shot, (14, 55))
    colour = albedo * look_up(skin.tint, base) * light + shine * (gloss * (1 + 0.5 * lips))[:, None]

    fabric = fabric_albedo(base, points, cloth, shot)
    fabric = fabric * shading.irradiance(normals, visible, hidden, shot, CLOTH_WRAP)
    flat[body.pixels] = colour * (1 - dressed)[:, None] + fabric * dressed[:, None]


def _bump(normals: Floats, base: Floats, relief: Floats, turn: Floats, amount: Floats) -> Floats:
    """Tilt normals by the slope of the skin's relief."""
    across = cv2.Sobel(relief, cv2.CV_32F, 1, 0, ksize=3) / 8
    down = cv2.Sobel(relief, cv2.CV_32F, 0, 1, ksize=3) / 8
    slope = look_up(np.dstack([across, down]), base)
    angle = azimuth(base)
    zero = np.zeros_like(angle)
    tangent = np.stack([np.cos(angle), zero, -np.sin(angle)], axis=1) @ turn.T
    upward = turn @ floats([0, 1, 0])
    near = smooth_step(BOTTOM_Y + 0.1, BOTTOM_Y + 0.5, base[:, 1]) * amount * 0.15
    tilted = normals - near[:, None] * (slope[:, :1] * tangent - slope[:, 1:] * upward)
    return unit(tilted)


def _shade_extras(
    flat: Floats, fragments: Fragments, enclosed: Floats, shadows: shading.ShadowMap,
    person: Person, shot: Shot, geometry: Geometry, size: tuple[int, int],
) -> None:  # fmt: skip
    """Add glasses and teeth to the picture."""
    last = geometry.n_body + geometry.n_glasses
    for first, end, albedo, gloss in (
        (geometry.n_body, last, person.glasses_colour, 2.0),
        (last, len(geometry.triangles), floats([0.52, 0.48, 0.41]), 0.6),
    ):
        part = _part(fragments, (fragments.triangles >= first) & (fragments.triangles < end))
        if not len(part.pixels):
            continue
        normals = part.interpolate(geometry.triangles, geometry.normals)
        normals = unit(normals)
        points = part.interpolate(geometry.triangles, geometry.vertices)
        hidden = enclosed.ravel()[part.pixels]
        visible = shadows.visibility(points, normals)
        light = shading.irradiance(normals, visible, hidden, shot, CLOTH_WRAP)
        shine = shading.highlight(normals, visible, hidden, shot, (30, 120))
        flat[part.pixels] = albedo * light + gloss * shine
