"""Images to judge: worked by hand, drawn at random, and simulated with a known truth."""

import numpy as np
from hypothesis import strategies as st

Images = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Scores, is_fake and groups, (n,) each."""

# Genuine score 0.1, 0.4, 0.6; fakes 0.4, 0.7, 0.9; three people with one of either.
SCORES = np.array([0.1, 0.4, 0.6, 0.4, 0.7, 0.9])
IS_FAKE = np.array([False, False, False, True, True, True])
GROUPS = np.array([0, 1, 2, 0, 1, 2])

scored_images = st.lists(
    st.tuples(st.integers(0, 10), st.booleans(), st.integers(0, 3)), min_size=1, max_size=40
).map(
    lambda rows: (
        np.array([row[0] / 10 for row in rows]),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
    )
)


def people(n_people: int, n_each: int, rng: np.random.Generator, habit: float = 0.8) -> Images:
    """Draw images whose score depends on the person shown as well as on being fake.

    Args:
        n_people: How many people.
        n_each: Images of each.
        rng: What to draw with.
        habit: How far a person's images stray together, in logits; 1 is how far each does alone.
    """
    groups = np.repeat(np.arange(n_people), n_each)
    is_fake = rng.random(len(groups)) < 0.5
    logits = np.where(is_fake, 1.2, -2.0) + rng.normal(0, 1, len(groups))
    logits += habit * rng.normal(0, 1, n_people)[groups]
    return 1 / (1 + np.exp(-logits)), is_fake, groups
