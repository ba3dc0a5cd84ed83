"""Stretches: how the things that a job works through are shared out among its parts."""

from collections.abc import Sequence
from math import ceil

MAX_PARTS = 1000
"""Of one job: each is a row of the job engine that is looked at again and again."""


def part_size(n: int, smallest: int) -> int:
    """Return how many of `n` things a part takes: `smallest`, or more where parts are too many."""
    return max(smallest, ceil(n / MAX_PARTS))


def stretches(ids: Sequence[int], smallest: int) -> list[tuple[int, int]]:
    """Cut rising numbers into stretches, the last may be short; return first and last of each."""
    size = part_size(len(ids), smallest)
    parts = (ids[start : start + size] for start in range(0, len(ids), size))
    return [(part[0], part[-1]) for part in parts]
