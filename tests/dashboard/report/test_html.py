import base64
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from upath import UPath

from core.images.storage import Store
from dashboard.report.files import pictures_of, write
from dashboard.report.html import write_html
from dashboard.story_chapters import tell
from dashboard.story_types import Facts
from tests.dashboard.story_record import APPROVED, AT, RUN, approved, facts

HOSTILE = "</title><script>alert(1)</script><img src=x onerror=alert(1)>&'\""


class Page(HTMLParser):
    """What a browser would find in the file."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(data.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def hostile() -> Facts:
    told = approved()
    chosen = replace(APPROVED, author=HOSTILE, reason=HOSTILE)
    run = replace(RUN, author=HOSTILE, weights=HOSTILE)
    return replace(told, run=run, decision=replace(told.decision, in_force=chosen))


def test_it_tells_every_chapter_and_the_model_card() -> None:
    page = Page(write_html(facts(), {}))
    words = " ".join(page.words.split())
    for chapter in tell(facts()):
        assert chapter.lead in words
        for figure in chapter.figures:
            assert figure.value in words
            assert figure.note in words
    assert "Ethical considerations" in words
    assert facts().data.version.content_hash in words


def test_it_loads_nothing_from_anywhere() -> None:
    source = write_html(hostile(), {"1" * 64: "data:image/png;base64,AAAA"})
    page, text = Page(source), source.decode()
    for _, attrs in page.tags:
        for name in ("src", "href", "srcset", "action", "poster", "data"):
            assert (attrs.get(name) or "data:").startswith("data:")
    assert not re.search(r"@import|url\(", text)
    assert not page.all("script")
    assert not page.all("link")
    assert not page.all("iframe")
    (policy,) = [m for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy["content"] == ("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_what_people_wrote_is_text() -> None:
    page = Page(write_html(hostile(), {}))
    assert not page.all("script")
    assert not page.all("img")
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert page.words.count("<script>alert(1)</script>") >= 3


def test_it_shows_nobody_unless_asked() -> None:
    data = b"\xff\xd8picture"
    assert not Page(write(facts(), "html", {})).all("img")
    (picture,) = Page(write(facts(), "html", {"3" * 64: data})).all("img")
    assert picture["src"] == f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
    assert picture["alt"] == "genuine, score 0.930"


def test_charts_have_words_for_those_who_do_not_see_them() -> None:
    page = Page(write_html(facts(), {}))
    charts = [attrs for attrs in page.all("figure") if attrs.get("role") == "img"]
    assert len(charts) == sum(chapter.chart is not None for chapter in tell(facts()))
    assert all(attrs["aria-label"] for attrs in charts)


def test_headings_go_one_step_at_a_time() -> None:
    levels = [
        int(tag[1]) for tag, _ in Page(write_html(facts(), {})).tags if tag in {"h1", "h2", "h3"}
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_both_colour_schemes_are_there() -> None:
    text = write_html(facts(), {}).decode()
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


@pytest.mark.parametrize("kind", ["html", "pdf", "json"])
def test_the_same_story_is_the_same_bytes(kind: str) -> None:
    assert write(facts(), kind, {}) == write(facts(), kind, {})


def test_only_the_moment_differs_between_two_tellings() -> None:
    later = facts(gathered_at=AT + timedelta(days=1))
    one, other = (write_html(told, {}).splitlines() for told in (facts(), later))
    differing = [line for line, same in zip(one, other, strict=True) if line != same]
    assert len(differing) == 1
    assert b"Told from the records" in differing[0]


def test_missing_pictures_are_left_out(tmp_path: Path) -> None:
    store = Store(UPath(tmp_path), scratch=tmp_path / "scratch")
    assert pictures_of(facts(), store) == {}
