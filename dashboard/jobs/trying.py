"""Trying an image: everything that one look at it finds, in the scoring worker or a command."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from numpy.typing import NDArray

from core.curation.ingest import describe
from core.detectors.backbones import INPUT_PX
from core.detectors.crops import seen
from core.detectors.explain import explain, score_inputs
from core.errors import InvalidInput, VerityError
from core.evaluation.familiarity import count_farther
from core.evaluation.robustness import CHANGES, apply, around, scaled_face
from core.faces.detect import detect
from core.faces.measure import measure_face
from core.images.decode import decode
from core.images.normalise import encode_jpeg, normalise
from core.images.reduce import reduce_by_area
from core.images.spectrum import log_power, radial_profile, spectrum_picture
from core.types import Face, NormaliseRule, RgbImage
from dashboard.jobs.bench import Bench, open_bench
from dashboard.jobs.context import Context
from dashboard.tried import Familiarity, Handover, Refused, Tried

SHOWN_PX = 1280
"""Longest side of the picture that goes back to the page."""


@dataclass(frozen=True)
class _Watch:
    """What each part of the work took, by name."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 4)


@dataclass(frozen=True)
class Look:
    """A first look at an image, and what the longer one goes on with.

    Attributes:
        tried: Everything but how the score lasts.
        face: The judged one.
    """

    tried: Tried
    bench: Bench
    pixels: RgbImage
    face: Face | None


def answer(context: Context, arguments: Mapping[str, Any]) -> None:
    """Judge a picture that a page has handed over, and leave what was found, in two parts."""
    handover = Handover(context.settings, arguments["place"])
    data = handover.take_image()
    if data is None:
        return  # taken back, or this is the second try of a worker that was killed
    try:
        look = look_at(context, data, int(arguments["run_id"]), arguments["face"])
    except VerityError as error:
        handover.give(Refused(str(error)))
        return
    handover.give(look.tried)
    if handover.is_awaited:
        handover.give_survival(survival(look))


def try_image(context: Context, data: bytes, run_id: int, face: int | None = None) -> Tried:
    """Look at an image in every way; nothing is stored. Raises as `look_at` does."""
    look, started = look_at(context, data, run_id, face), time.perf_counter()
    scores = survival(look)
    seconds = {**look.tried.seconds, "survival": round(time.perf_counter() - started, 4)}
    return replace(look.tried, survival=scores, seconds=seconds)


def look_at(context: Context, data: bytes, run_id: int, face: int | None = None) -> Look:
    """Find everything about an image but how its score lasts.

    Args:
        context: The installation.
        data: The whole file.
        run_id: Whose detector judges it.
        face: Place of the face to judge, the largest being 0; the largest without it.

    Raises:
        RejectedImage: If the bytes are not a whole image within the limits.
        NotFound: If there is no such run, or it has no exported detector.
        InvalidInput: If there is no such face, or the detector does not load.
    """
    bench, watch = open_bench(context, run_id), _Watch()
    with watch.part("decode"):
        image = decode(data)
    pixels = image.pixels
    with watch.part("checks"):
        facts = describe(data, image)
    with watch.part("faces"):
        faces = detect(pixels)
        judged = _choose(faces, face)
        detail = None if judged is None else measure_face(pixels, faces[judged], len(faces))
    seen_face = detail.face if detail else None
    with watch.part("detector"):
        crop = seen(pixels, seen_face, bench.crop, bench.rule, INPUT_PX)
        found = explain(bench.explainer, crop)
    with watch.part("spectrum"):
        spectrum = log_power(_normalised(pixels, seen_face, bench.rule))
    with watch.part("pictures"):
        pictures = {
            "picture": encode_jpeg(reduce_by_area(pixels, SHOWN_PX), quality=85),
            "crop": _png(crop),
            "spectrum": _png(spectrum_picture(spectrum)),
        }
    tried = Tried(
        checksum=facts.checksum,
        size_bytes=facts.size_bytes,
        format=facts.format,
        width_px=facts.width_px,
        height_px=facts.height_px,
        notes=facts.notes,
        faces=tuple(faces),
        judged=judged,
        features=detail.features if detail else {},
        cues=detail.scores if detail else {},
        checks=facts.scores,
        embedding=_numbers(detail.embedding) if detail and detail.embedding is not None else None,
        phash=facts.hashes["phash"],
        score=found.score,
        heat=tuple(_numbers(row) for row in found.heat),
        survival=(),
        profile=_numbers(radial_profile(spectrum)),
        genuine=bench.genuine,
        familiarity=_familiarity(bench, found.features),
        seconds=watch.seconds,
        **pictures,
    )
    return Look(tried, bench, pixels, seen_face)


def survival(look: Look) -> tuple[float, ...]:
    """Return the score after each of CHANGES; none without a face, as there is no verdict."""
    bench, pixels, face = look.bench, look.pixels, look.face
    if face is None:
        return ()
    if bench.crop.kind == "originals":
        pixels, face = around(pixels, face)
    changed = [
        seen(apply(each, pixels), scaled_face(each, face), bench.crop, bench.rule, INPUT_PX)
        for each in CHANGES
    ]
    return tuple(score_inputs(bench.explainer, changed).tolist())


def _choose(faces: list[Face], asked: int | None) -> int | None:
    if asked is None:
        return 0 if faces else None
    if not 0 <= asked < len(faces):
        raise InvalidInput(f"Expected one of {len(faces)} faces. Received number {asked + 1}.")
    return asked


def _normalised(pixels: RgbImage, face: Face | None, rule: NormaliseRule) -> RgbImage:
    """Return the copy that an import would store, compression included: so are those it meets."""
    return decode(encode_jpeg(normalise(pixels, face, rule))).pixels


def _familiarity(bench: Bench, features: NDArray[Any]) -> Familiarity | None:
    if bench.familiar is None:
        return None
    n_images = len(bench.familiar.distances)
    return Familiarity(count_farther(bench.familiar, features), n_images)


def _png(pixels: NDArray[Any]) -> bytes:
    import cv2

    colours = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    return bytes(cv2.imencode(".png", colours)[1])


def _numbers(values: NDArray[Any]) -> tuple[float, ...]:
    """Return figures as they travel: five digits are more than anybody sees."""
    return tuple(float(f"{value:.5g}") for value in values)
