"""A scored run whose scores are known, in a database of a test's own."""

from collections.abc import Mapping

import numpy as np
from sqlalchemy.orm import Session

from core.types import Label, Run, Split
from db import runs
from tests.db.builders import add, freeze, start_run

GENERATORS = ("masked-gan", None, "self-blended")


def score_a_run(session: Session, sizes: Mapping[Split, int], temperature: float = 1.0) -> Run:
    """Store a run of which each split holds as many genuine images and as many fakes.

    Args:
        session: A writing one.
        sizes: Genuine images by split; half of the images of a split are.
        temperature: At which the scores would be right.
    """
    rng = np.random.default_rng(3)
    splits, scores = [], {}
    for split, n in sizes.items():
        for at in range(n):
            for label in (Label.GENUINE, Label.FAKE):
                generator = GENERATORS[at % 3] if label is Label.FAKE else None
                image_id = add(session, (split, at, label), label, generator=generator)
                logit = temperature * rng.normal(1.5 if label is Label.FAKE else -1.5, 3**0.5)
                splits.append((image_id, split))
                scores[image_id] = float(1 / (1 + np.exp(-logit)))
    run_id = start_run(session, freeze(session, splits))
    runs.save_predictions(session, run_id, scores)
    return runs.get_run(session, run_id)
