"""The pages' small installation serves the dashboard's own modules too."""

from tests.pages.conftest import light_page_runs, seeded_home, seeded_once

__all__ = ["light_page_runs", "seeded_home", "seeded_once"]
