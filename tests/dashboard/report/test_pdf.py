import io
from dataclasses import replace

import pytest
from PIL import Image
from pypdf import PdfReader

from dashboard.report.paper import LACKING
from dashboard.report.pdf import write_pdf
from dashboard.story_chapters import tell
from dashboard.story_types import Facts
from tests.dashboard.story_record import APPROVED, RUN, approved, facts


@pytest.fixture(scope="module")
def plain() -> bytes:
    """The story without pictures."""
    return write_pdf(facts(), {})


def text_of(data: bytes) -> str:
    """Return the words of a PDF with every gap as one blank."""
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split()
    )


def named(author: str, reason: str = "few accusations") -> Facts:
    told = approved()
    chosen = replace(APPROVED, author=author, reason=reason)
    run = replace(RUN, author=author)
    return replace(told, run=run, decision=replace(told.decision, in_force=chosen))


def test_its_words_can_be_selected_and_are_those_of_the_chapters(plain: bytes) -> None:
    words = text_of(plain)
    for chapter in tell(facts()):
        assert chapter.lead in words
        for figure in chapter.figures:
            assert figure.value in words
            assert figure.label in words
    assert "Model card" in words
    assert "Ethical considerations" in words


def test_title_author_and_numbered_a4_pages(plain: bytes) -> None:
    reader = PdfReader(io.BytesIO(plain))
    assert reader.metadata is not None
    assert reader.metadata.title == "Verity: run 4 on dataset version 2"
    assert reader.metadata.author == "Ada"
    for number, page in enumerate(reader.pages, start=1):
        assert f"{number} of {len(reader.pages)}" in page.extract_text()
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    assert [each.title for each in reader.outline if not isinstance(each, list)][-1] == "Model card"


def test_its_typeface_is_embedded(plain: bytes) -> None:
    page = PdfReader(io.BytesIO(plain)).pages[0]
    fonts = page["/Resources"]["/Font"].values()  # type: ignore[index]
    names = [font.get_object()["/BaseFont"] for font in fonts]
    assert names
    assert all("SourceSansPro" in name for name in names)


def test_greek_and_cyrillic_names_are_kept() -> None:
    told = text_of(write_pdf(named("Ελένη Παπαδοπούλου", "Жанна and Łukasz agree"), {}))
    assert "Ελένη Παπαδοπούλου" in told
    assert "Жанна and Łukasz agree" in told


def test_letters_without_a_shape_are_marked_and_do_no_harm() -> None:
    words = text_of(write_pdf(named("李雷 Lee", "🙂 \u202e right"), {}))
    assert f"{LACKING * 2} Lee" in words
    assert f"{LACKING} stands for a letter that this file has no shape for" in words


def test_where_every_letter_has_a_shape_no_mark_is_explained(plain: bytes) -> None:
    assert LACKING not in text_of(plain)


def test_nothing_in_it_is_markup() -> None:
    said = "**bold** <b>x</b> __u__ [a](http://example.org) {nb} pages"
    data = write_pdf(named("Ada", said), {})
    assert said in text_of(data)
    assert not any("/Annots" in page for page in PdfReader(io.BytesIO(data)).pages)


def test_a_reason_of_many_words_goes_on_over_the_page() -> None:
    long = "word " * 2000 + "W" * 300
    data = write_pdf(named("Ada", long), {})
    assert text_of(data).count("word") >= 2000


def test_pictures_come_only_where_they_are_asked_for(plain: bytes) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (48, 32), "red").save(buffer, "JPEG")
    assert not sum(len(page.images) for page in PdfReader(io.BytesIO(plain)).pages)
    with_one = PdfReader(io.BytesIO(write_pdf(facts(), {"3" * 64: buffer.getvalue()})))
    assert sum(len(page.images) for page in with_one.pages) == 1
