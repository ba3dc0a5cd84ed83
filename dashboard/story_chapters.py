"""The story of a run, chapter by chapter: a new chapter is one function and one line here."""

from collections.abc import Callable

from dashboard import story_origin as origin
from dashboard import story_outcome as outcome
from dashboard.story_chapter import Chapter
from dashboard.story_costs import costs
from dashboard.story_types import Facts

CHAPTERS: tuple[Callable[[Facts], Chapter | None], ...] = (
    origin.opening,
    origin.data,
    origin.care,
    origin.method,
    outcome.results,
    outcome.failures,
    costs,
    outcome.decision,
    outcome.review,
    outcome.limits,
)


def tell(facts: Facts) -> tuple[Chapter, ...]:
    """Return the chapters of a run's story; those that nothing is known for are left out."""
    told = (chapter(facts) for chapter in CHAPTERS)
    return tuple(chapter for chapter in told if chapter)
