from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dashboard.text import count, duration, moment, plain, score, size, threshold

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
WORD_JOINER = "\u2060"


def shown(markdown: str) -> str:
    """Return what a Markdown text shows, and fail if any of it is more than text."""
    paragraph: list[Token] = MARKDOWN.parse(markdown)
    kinds = [token.type for token in paragraph]
    assert kinds in ([], ["paragraph_open", "inline", "paragraph_close"]), kinds
    parts = [part for token in paragraph for part in token.children or []]
    assert {part.type for part in parts} <= {"text", "text_special"}, parts
    return "".join(part.content for part in parts)


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=40))
@settings(max_examples=200, deadline=None)
def test_plain_shows_exactly_the_text(text: str) -> None:
    assert shown(plain(text)).replace(WORD_JOINER, "") == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "**bold** _thin_ `code` ~~gone~~",
        "# heading",
        "- item",
        "1. item",
        "    indented",
        "<script>alert(1)</script>",
        "[link](javascript:alert(1))",
        "![picture](https://example.org/a.png)",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        ":red[text]",
        "$x^2$",
        "&lt;b&gt;",
    ],
)
def test_plain_formats_nothing(text: str) -> None:
    assert shown(plain(text)).replace(WORD_JOINER, "") == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        (":material/home:", ":material"),
        (":smile:", ":smile"),
        ("http://example.org", "http:/"),
        ("www.example.org", "www."),
        ("a@example.org", "@e"),
        ("a -> b", "-> "),
        ("a -- b", "-- "),
    ],
)
def test_plain_breaks_what_is_replaced_after_the_escapes(text: str, pattern: str) -> None:
    assert pattern not in shown(plain(text))


def test_plain_shows_control_characters_as_unreadable() -> None:
    assert plain("a\x00b\u202ec") == "a\ufffdb\ufffdc"


@pytest.mark.parametrize(
    ("n_bytes", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_940, "9.9 kB"),
        (9_960, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1_400_000, "1.4 MB"),
        (52_000_000, "52 MB"),
        (7 * 10**9, "7.0 GB"),
        (3 * 10**15, "3000 TB"),
    ],
)
def test_size(n_bytes: int, words: str) -> None:
    assert size(n_bytes) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.3, "less than 1 s"),
        (45.4, "45 s"),
        (59.7, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (12_000, "3 h 20 min"),
        (86_400 * 2, "2 d"),
        (86_400 + 7200, "1 d 2 h"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_moment_is_in_the_servers_zone_to_the_minute() -> None:
    at = datetime(2026, 3, 1, 14, 5, 59, tzinfo=UTC)
    assert moment(at) == at.astimezone().strftime("%Y-%m-%d %H:%M")
    assert moment(at + timedelta(minutes=1)) != moment(at)


@pytest.mark.parametrize(
    ("n", "words"), [(0, "0 images"), (1, "1 image"), (2, "2 images"), (1200, "1,200 images")]
)
def test_count(n: int, words: str) -> None:
    assert count(n, "image") == words


def test_count_takes_an_irregular_plural() -> None:
    assert count(2, "copy", "copies") == "2 copies"


@pytest.mark.parametrize(
    ("value", "at", "shown"),
    [
        (0.5996, 0.6, "0.599"),
        (0.6, 0.6, "0.600"),
        (0.60049, 0.6005, "0.6004"),
        (0.60051, 0.6005, "0.6005"),
        (1.0, 0.5, "1.000"),
        (0.0, 0.5, "0.000"),
    ],
)
def test_a_score_is_cut_off_not_rounded_up(value: float, at: float, shown: str) -> None:
    assert score(value, at) == shown


@given(st.floats(0, 1), st.integers(0, 10_000).map(lambda step: step / 10_000))
@settings(max_examples=300, deadline=None)
def test_what_is_shown_is_called_as_the_score_is(value: float, at: float) -> None:
    assert (float(score(value, at)) >= float(threshold(at))) == (value >= at)
