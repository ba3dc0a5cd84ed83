"""Errors by kind of attack, as presentation attack detection reports them.

An average over attacks hides the one that gets through: ISO/IEC 30107-3:2023 asks for the share of
missed attacks of each kind (APCER), the largest of these, and the share of genuine images called
fake (BPCER), which is the false positive rate. Here the kind of attack is how a fake was made.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.evaluation.bootstrap import Estimate
from core.evaluation.metrics import Truth
from core.evaluation.tallies import APCER

UNKNOWN_ORIGIN = "unknown origin"
"""The attack type of fakes of which nobody said how they were made."""


def attack_types(is_fake: Truth, generators: Sequence[str | None]) -> NDArray[np.str_]:
    """Return the attack type (n,) of each image: its generator; "" for genuine images."""
    named = [
        (generator or UNKNOWN_ORIGIN) if fake else ""
        for fake, generator in zip(is_fake, generators, strict=True)
    ]
    return np.array(named, dtype=np.str_)


def apcer_by_type(estimates: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """Return APCER by attack type, the worst first, out of what `bootstrap.estimate` returned.

    The first is the worst case of the standard. The worst of several is the worst partly by chance:
    read it with its interval and its number of images.
    """
    by_type = {
        name.removeprefix(APCER): found
        for name, found in estimates.items()
        if name.startswith(APCER)
    }
    return dict(sorted(by_type.items(), key=lambda each: (-(each[1].value or 0.0), each[0])))
