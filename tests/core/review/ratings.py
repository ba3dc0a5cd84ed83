"""A short way to say who said what."""

from collections.abc import Mapping

from core.review.agreement import Rating


def rated(rows: Mapping[str, str]) -> list[Rating]:
    """Write out what each person said of the items 0, 1, ...; a full stop is nothing."""
    return [
        Rating(item, reviewer, verdict)
        for reviewer, words in rows.items()
        for item, verdict in enumerate(words.split())
        if verdict != "."
    ]
