"""The pages' small installation serves the dashboard's own modules too."""

from tests.pages.conftest import seeded_home, seeded_once

__all__ = ["seeded_home", "seeded_once"]
