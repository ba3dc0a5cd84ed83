"""Long lists of numbers in statements: in parts that every database takes."""

from collections.abc import Iterator, Sequence

PART = 5000


def parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut a list into stretches of at most 5,000."""
    for start in range(0, len(ids), PART):
        yield ids[start : start + PART]
