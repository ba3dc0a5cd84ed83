"""What is found of an image that is only tried, and how it travels without being kept.

The page hands a picture to the scoring worker, and gets back what it found, by private files in a
folder a question in `tmp` of the home. Each is deleted by whoever reads it. When the page has all,
or waits no longer, it deletes the folder, and a worker that comes later has nowhere to write. The
job itself holds neither bytes nor figures.
"""

import base64
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, TypeAdapter

from core.errors import InvalidInput
from core.types import Box, Face, Feature
from dashboard.settings import Settings

STALE_S = 120
"""What nobody fetched for so long is deleted: its tab was closed."""

_PLACE = re.compile(r"(\d+)/([0-9a-f]{32})")
_PREFIX = "try-"
_IMAGE, _RESULT, _SURVIVAL, _PARTIAL = "image", "result", "survival", "partial"


def _to_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _to_bytes(text: Any) -> bytes:
    return text if isinstance(text, bytes) else base64.b64decode(text, validate=True)


Bytes = Annotated[bytes, PlainSerializer(_to_text), PlainValidator(_to_bytes)]


@dataclass(frozen=True)
class Spectra:
    """The radial profiles of genuine images of the collection, ring by ring.

    Attributes:
        n_images: How many, drawn by checksum.
        low: What 5 % of them lie below.
        median: Their median.
        high: What 95 % of them lie below.
    """

    n_images: int
    low: tuple[float, ...]
    median: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Familiarity:
    """How many of the images that did not train the detector lie as far from those that did."""

    n_farther: int
    n_images: int


@dataclass(frozen=True)
class Tried:
    """Everything that one look at an image found; nothing of it is stored.

    Attributes:
        notes: Conversions that were made, in words.
        picture: JPEG of the upright image, small enough to be shown.
        faces: The largest first, px of the upright original.
        judged: Place of the face that was judged, or None where none was found.
        features: Boxes of its parts.
        cues: Face checks of the judged face by name.
        checks: Image checks by name.
        embedding: (128,) identity vector of the judged face.
        phash: 16 hexadecimal digits.
        score: The detector's, 0 to 1, before calibration.
        crop: PNG of the square that the detector saw.
        heat: (14, 14) as `core.detectors.explain` returns it.
        survival: The score under each of `core.evaluation.robustness.CHANGES`; none until these
            are known, which takes longer than all the rest, and none without a face.
        spectrum: PNG of the power spectrum.
        profile: Its radial profile.
        genuine: The same of genuine images, or None where the collection has none.
        familiarity: None where the training images' features are no longer cached.
        seconds: What each part of the work took.
    """

    checksum: str
    size_bytes: int
    format: str
    width_px: int
    height_px: int
    notes: tuple[str, ...]
    picture: Bytes
    faces: tuple[Face, ...]
    judged: int | None
    features: Mapping[Feature, Box]
    cues: Mapping[str, float | None]
    checks: Mapping[str, float | None]
    embedding: tuple[float, ...] | None
    phash: str
    score: float
    crop: Bytes
    heat: tuple[tuple[float, ...], ...]
    survival: tuple[float, ...]
    spectrum: Bytes
    profile: tuple[float, ...]
    genuine: Spectra | None
    familiarity: Familiarity | None
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class Refused:
    """Why an image was not judged, in a sentence."""

    reason: str


@cache
def _answers() -> TypeAdapter[Tried | Refused]:
    return TypeAdapter(Tried | Refused)


class Handover:
    """The files of one question.

    Args:
        settings: Of the installation, which page and worker share.
        place: As `begin` gives it; never a path from outside.

    Raises:
        InvalidInput: If the place is none.
    """

    def __init__(self, settings: Settings, place: str) -> None:
        found = _PLACE.fullmatch(place)
        if not found:
            raise InvalidInput(f"Expected the place of a tried image. Received {place!r}.")
        self.place = place
        self._folder = settings.folder("tmp") / found[1] / f"{_PREFIX}{found[2]}"

    @classmethod
    def begin(cls, settings: Settings, data: bytes) -> "Handover":
        """Write a picture down for the worker; what nobody fetched is cleared on the way."""
        made = cls(settings, f"{os.getpid()}/{secrets.token_hex(16)}")
        clear_stale(settings)
        made._folder.mkdir(mode=0o700, parents=True)
        made._write(_IMAGE, data)
        return made

    @property
    def is_awaited(self) -> bool:
        """Whether anybody still waits for what comes."""
        return self._folder.is_dir()

    def take_image(self) -> bytes | None:
        """Return the picture and delete it; None where it was taken back."""
        return self._take(_IMAGE)

    def give(self, answer: Tried | Refused) -> None:
        """Leave the answer for the page; where that waits no longer, nothing is written."""
        self._give(_RESULT, _answers().dump_json(answer))

    def take(self) -> Tried | Refused | None:
        """Return the answer and delete it; None while there is none."""
        data = self._take(_RESULT)
        return None if data is None else _answers().validate_json(data)

    def give_survival(self, scores: Sequence[float]) -> None:
        """Leave what came later than the answer: the score under each of CHANGES."""
        self._give(_SURVIVAL, json.dumps(list(scores)).encode())

    def take_survival(self) -> tuple[float, ...] | None:
        """Return what came later and delete it; None while there is none."""
        data = self._take(_SURVIVAL)
        return None if data is None else tuple(map(float, json.loads(data)))

    def drop(self) -> None:
        """End the question: delete what is there, and refuse what a worker may still give."""
        _remove(self._folder)

    def _take(self, kind: str) -> bytes | None:
        path = self._folder / kind
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        path.unlink(missing_ok=True)
        return data

    def _give(self, kind: str, data: bytes) -> None:
        with suppress(FileNotFoundError):  # the folder has gone, or goes right now
            self._write(kind, data)

    def _write(self, kind: str, data: bytes) -> None:
        """Write whole or not at all, for this user alone to read."""
        partial = self._folder / _PARTIAL
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        partial.replace(self._folder / kind)


def _remove(folder: Path) -> None:
    """Take a folder out of the way in one stroke, so that nothing is written to it meanwhile."""
    gone = folder.with_name(f"{folder.name}.{_PARTIAL}")
    with suppress(FileNotFoundError):
        folder.rename(gone)
        shutil.rmtree(gone)


def clear_stale(settings: Settings, older_than_s: float = STALE_S) -> None:
    """Delete the questions whose answer nobody fetched."""
    for folder in settings.folder("tmp").glob(f"*/{_PREFIX}*"):
        with suppress(FileNotFoundError):  # somebody else was first
            if time.time() - folder.stat().st_mtime > older_than_s:
                _remove(folder)


def waiting_files(settings: Settings) -> Sequence[Path]:
    """Return the files of all questions that are under way."""
    return list(settings.folder("tmp").glob(f"*/{_PREFIX}*/*"))
