"""Who is acting. Sign-in comes with team review; until then it is the installation's user."""

from dashboard.settings import settings


def actor() -> str:
    """Return the name that is written beside a decision."""
    return settings().user
