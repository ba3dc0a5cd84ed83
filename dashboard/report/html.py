"""The story as one HTML file that loads nothing from elsewhere."""

from collections.abc import Mapping
from pathlib import Path

from core.types import ChecksumSha256
from dashboard.report.card import model_card
from dashboard.report.drawing import TONES, style
from dashboard.story_chapter import Chapter
from dashboard.story_chapters import tell
from dashboard.story_types import Facts

_FOLDER = Path(__file__).parent


def write_html(facts: Facts, sources: Mapping[ChecksumSha256, str]) -> bytes:
    """Return the story as an HTML file, UTF-8.

    Args:
        facts: Of the run.
        sources: Data URIs of the pictures by checksum; the others are left out.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,  # names and reasons are hostile
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = (_FOLDER / "report.css").read_text("utf-8")
    tones = style({tone: f"var(--{tone})" for tone in TONES})
    chapters = tell(facts)
    page = environment.get_template("report.html.jinja").render(
        title=title(facts),
        facts=facts,
        chapters=chapters,
        card=model_card(facts),
        pictures={each.key: found for each in chapters if (found := _pictures(each, sources))},
        style=Markup(css + tones),  # noqa: S704 - our own style sheet
    )
    return page.encode("utf-8")


def title(facts: Facts) -> str:
    """Return the title of a run's story."""
    return f"Verity: run {facts.run.id} on dataset version {facts.data.version.number}"


def _pictures(chapter: Chapter, sources: Mapping[ChecksumSha256, str]) -> list[tuple[str, str]]:
    return [
        (sources[each.checksum], each.caption)
        for each in chapter.pictures
        if each.checksum in sources
    ]
