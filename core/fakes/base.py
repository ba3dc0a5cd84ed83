"""What every generator of fakes takes, gives and says about itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from core.errors import InvalidInput
from core.types import ChecksumSha256, Face, RgbImage

LEAST_EYE_DISTANCE_PX, LEAST_EYE_TO_MOUTH_RATIO = 10, 0.35

ParamValue = int | float | str
Params = Mapping[str, ParamValue]

Progress = Callable[[float, str], None]
"""Called with the fraction done, 0 to 1, and one line for the log."""


@dataclass(frozen=True)
class Parent:
    """A photograph from which a fake is made.

    Attributes:
        checksum: SHA-256 of the original file.
        pixels: (h, w, 3) upright original in its native size.
        face: The face to work on, in pixels of `pixels`, or None.
    """

    checksum: ChecksumSha256
    pixels: RgbImage
    face: Face | None


@dataclass(frozen=True)
class Fake:
    """One generated image.

    Attributes:
        pixels: (h, w, 3) in the native size of its first parent.
        parents: Checksums of every photograph whose pixels went into it.
        recipe: JSON-able parameters with which it was made.
    """

    pixels: RgbImage
    parents: tuple[ChecksumSha256, ...]
    recipe: Mapping[str, Any]


class Parents(Protocol):
    """A sequence that may load each parent as it is asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Parent: ...


class Generate(Protocol):
    """Makes at most one fake from each parent that has a usable face, in the parents' order."""

    def __call__(
        self, parents: Parents, params: Params, seed: int, workdir: Path, progress: Progress
    ) -> Iterator[Fake]:
        """Yield fakes one by one.

        Args:
            parents: Read more than once; a parent without a usable face is skipped and reported.
            params: Values for some of the generator's `params`; the rest keep their defaults.
            seed: Equal seeds, parents and parameters give equal fakes on one machine.
            workdir: An existing folder of this job alone; a generator that trains keeps its
                samples and checkpoint there and continues from them.
            progress: Told the fraction done and one line.

        Raises:
            InvalidInput: On the first step, if a parameter is unknown or out of its range.
        """
        ...


@dataclass(frozen=True)
class Param:
    """One knob of a generator; an int default makes it a whole number."""

    name: str
    label: str
    default: int | float
    minimum: int | float
    maximum: int | float
    help: str


@dataclass(frozen=True)
class Generator:
    """An entry of the registry.

    Attributes:
        title: A short name for people.
        description: What it does, in plain English.
        limits: What its fakes do not show, or where they look wrong.
        params: The knobs a person may turn.
        generate: Makes the fakes.
        needs_training: Whether it trains a network on the parents first.
        changes_face_only: Whether pixels away from the face stay bit-identical.
    """

    title: str
    description: str
    limits: str
    params: tuple[Param, ...]
    generate: Generate
    needs_training: bool
    changes_face_only: bool


def why_unusable(face: Face | None) -> str | None:
    """Say why no fake can be made of a face, or return None where one can.

    A face turned to profile is refused too: its five landmarks no longer tell its outline.
    """
    if face is None:
        return "no face was found"
    left, right, _, *mouth = np.array(face.landmarks)
    eyes_px = float(np.hypot(*(right - left)))
    mouth_px = float(np.hypot(*(np.mean(mouth, axis=0) - (left + right) / 2)))
    if min(eyes_px, mouth_px) < LEAST_EYE_DISTANCE_PX:
        return f"the face is too small (eyes {eyes_px:.0f} px apart)"
    if eyes_px < LEAST_EYE_TO_MOUTH_RATIO * mouth_px:
        return "the face is turned to profile"
    return None


def complete(params: Params, known: tuple[Param, ...]) -> dict[str, Any]:
    """Fill in the defaults and check every value.

    Returns:
        A value for every entry of `known`, of the type of its default.

    Raises:
        InvalidInput: If a name is not known, or a value is no number within its range.
    """
    unknown = sorted(set(params) - {param.name for param in known})
    if unknown:
        names = ", ".join(param.name for param in known)
        raise InvalidInput(f"Expected parameters among: {names}. Received {', '.join(unknown)}.")
    return {param.name: _checked(params.get(param.name, param.default), param) for param in known}


def _checked(value: ParamValue, param: Param) -> int | float:
    """Return the value as the type of the default, or refuse it."""
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    is_whole = isinstance(param.default, int)
    if not param.minimum <= number <= param.maximum or (is_whole and number != int(number)):
        kind = "a whole number" if is_whole else "a number"
        raise InvalidInput(
            f"Expected {param.name} to be {kind} from {param.minimum} to {param.maximum}. "
            f"Received {value!r}."
        )
    return int(number) if is_whole else number
