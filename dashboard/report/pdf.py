"""The story as a PDF: A4, real text, the page's typeface embedded. Import it when it is needed."""

import io
from collections.abc import Mapping, Sequence
from contextlib import closing

from fpdf.enums import Align, TableBordersLayout

from core.types import ChecksumSha256
from dashboard.report.card import Section, model_card
from dashboard.report.drawing import Chart, style
from dashboard.report.html import title
from dashboard.report.paper import COLOURS, FAMILY, LACKING, MARGIN_MM, Paper
from dashboard.story_chapter import Chapter, Figure
from dashboard.story_chapters import tell
from dashboard.story_types import Facts

_LACKING_TOLD = (
    f"{LACKING} stands for a letter that this file has no shape for: its typeface holds Latin, "
    "Greek and Cyrillic ones. The HTML report holds every letter."
)
_CHART_MM = 125.0
_PAGE_MM, _ENDLESS_MM = 240.0, 2000.0
_PICTURE_MM, _PICTURES_A_ROW = 26.0, 6


def write_pdf(facts: Facts, pictures: Mapping[ChecksumSha256, bytes]) -> bytes:
    """Return the story as a PDF file.

    The typeface has Latin, Greek and Cyrillic letters; any other is shown by a mark, and the file
    says so at its end.

    Args:
        facts: Of the run.
        pictures: Files of the pictures by checksum; the others are left out.
    """
    with closing(Paper(facts)) as paper, closing(Paper(facts, _ENDLESS_MM)) as scratch:
        paper.add_page()
        paper.write_words(title(facts), 11, "quiet", is_bold=True)
        for chapter in tell(facts):
            if paper.will_page_break(_measure(scratch, chapter, pictures)):
                paper.add_page()
            _write_chapter(paper, chapter, pictures)
        _write_card(paper, facts)
        return bytes(paper.output())


def _write_card(paper: Paper, facts: Facts) -> None:
    paper.add_page()
    paper.start_section("Model card")
    paper.write_words("Model card", 20, is_bold=True)
    paper.write_words(
        "After Mitchell et al. (2019), “Model Cards for Model Reporting”.", 9.5, "quiet"
    )
    for section in model_card(facts):
        _write_section(paper, section)
    if paper.is_lacking:
        _write_section(paper, Section("Letters", points=(_LACKING_TOLD,)))


def _measure(scratch: Paper, chapter: Chapter, pictures: Mapping[ChecksumSha256, bytes]) -> float:
    """Return how high a chapter is, mm, so that it is not torn apart where it would fit a page."""
    scratch.add_page()
    top = scratch.get_y()
    _write_chapter(scratch, chapter, pictures)
    return min(scratch.get_y() - top, _PAGE_MM)


def _write_chapter(
    paper: Paper, chapter: Chapter, pictures: Mapping[ChecksumSha256, bytes]
) -> None:
    shown = [(pictures[p.checksum], p.caption) for p in chapter.pictures if p.checksum in pictures]
    paper.ln(9)
    paper.start_section(chapter.title)
    paper.write_words(chapter.title, 11, "accent", is_bold=True)
    paper.ln(1)
    paper.write_words(chapter.lead, 17, is_bold=True)
    paper.ln(3)
    _write_figures(paper, chapter.figures)
    _write_points(paper, chapter.points)
    if chapter.chart:
        _draw_chart(paper, chapter.chart)
    _draw_pictures(paper, shown)


def _write_figures(paper: Paper, figures: Sequence[Figure]) -> None:
    if not figures:
        return
    top, width = paper.get_y(), paper.epw / len(figures)
    lowest = top
    for number, figure in enumerate(figures):
        paper.set_y(top)
        tone = "costly" if figure.is_costly else "ink"
        for words, size, shade in (
            (figure.value, 15 if figure.is_word else 26, tone),
            (figure.label, 10.5, "ink"),
            (figure.note, 9, "quiet"),
        ):
            paper.set_x(MARGIN_MM + number * width)
            paper.write_words(
                words,
                size,
                shade,
                width_mm=width - 4,
                is_bold=shade == tone == "costly" or size > 11,
            )
        lowest = max(lowest, paper.get_y())
    paper.set_xy(MARGIN_MM, lowest + 3)


def _write_points(paper: Paper, points: Sequence[str]) -> None:
    for point in points:
        paper.set_x(MARGIN_MM)
        paper.write_words("•", 10.5, "accent", width_mm=5, stay=True)
        paper.set_x(MARGIN_MM + 5)
        paper.write_words(point, 10.5)
        paper.ln(0.8)


def _draw_chart(paper: Paper, chart: Chart) -> None:
    paper.ln(2)
    face = f"text{{font-family:{FAMILY};font-weight:bold}}"
    drawing = chart.svg.replace(">", f"><style>{face}{style(COLOURS)}</style>", 1)
    drawing = drawing.replace("<text ", f'<text font-family="{FAMILY}" ')
    paper.image(io.BytesIO(drawing.encode()), w=_CHART_MM, alt_text=chart.alt)
    paper.ln(2)


def _draw_pictures(paper: Paper, pictures: Sequence[tuple[bytes, str]]) -> None:
    for start in range(0, len(pictures), _PICTURES_A_ROW):
        top = paper.get_y()
        for column, (data, caption) in enumerate(pictures[start : start + _PICTURES_A_ROW]):
            x = MARGIN_MM + column * (_PICTURE_MM + 2.8)
            paper.image(io.BytesIO(data), x=x, y=top, w=_PICTURE_MM, alt_text=caption)
            paper.set_xy(x, top + _PICTURE_MM * 0.75)
            paper.write_words(caption, 8, "quiet", width_mm=_PICTURE_MM)
        paper.ln(2)


def _write_section(paper: Paper, section: Section) -> None:
    paper.ln(4)
    if paper.will_page_break(30):
        paper.add_page()
    paper.start_section(section.title, level=1)
    paper.write_words(section.title, 13, "accent", is_bold=True)
    paper.ln(1)
    paper.set_font(FAMILY, "", 9.5)
    paper.set_text_color(COLOURS["ink"])
    if section.rows:
        _write_rows(paper, section.rows)
    _write_points(paper, section.points)


def _write_rows(paper: Paper, rows: Sequence[tuple[str, str]]) -> None:
    paper.set_draw_color(COLOURS["faint"])
    with paper.table(
        col_widths=(34, 66),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        text_align=Align.L,
        first_row_as_headings=False,
        line_height=4.6,
        padding=1,
    ) as table:
        for name, value in rows:
            table.row([paper.printable(name), paper.printable(value)])
    paper.ln(1)
