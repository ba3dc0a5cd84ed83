"""Pages of A4 in the house's typeface, on which words are written as they are."""

from datetime import UTC
from importlib.resources import files

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

from dashboard.report.html import title
from dashboard.story_types import Facts

FAMILY = "Source Sans"
LACKING = "■"
MARGIN_MM, BOTTOM_MM = 20.0, 22.0
COLOURS = {
    "ink": "#1d2733",
    "quiet": "#4a5563",
    "faint": "#e3e8ee",
    "paper": "#ffffff",
    "accent": "#2d6da8",
    "neutral": "#8b95a5",
    "costly": "#b8452c",
    "pale": "#ecb9ac",
}


class Paper(FPDF):
    """A document in the house's typeface, with a footer on every page."""

    def __init__(self, facts: Facts, height_mm: float = 297.0) -> None:
        """Begin a document about a run, with its title, author and moment."""
        super().__init__(format=(210.0, height_mm))
        folder = files("font_source_sans_pro") / "files"
        for weight, face in (("", "Regular"), ("B", "Semibold")):
            self.add_font(FAMILY, weight, str(folder / f"SourceSansPro-{face}.ttf"))
        self.set_font(FAMILY)
        self.set_title(title(facts))
        self.set_author(facts.run.author)
        self.set_creator("Verity")
        self.set_lang("en")
        self.set_creation_date(facts.gathered_at.astimezone(UTC))
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, BOTTOM_MM)
        self._heading = title(facts)
        self.is_lacking = False

    def close(self) -> None:
        """Close the files of the typeface."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def header(self) -> None:
        """Begin a page: on it, "{nb}" is only what somebody wrote."""
        self.alias_nb_pages("")

    def footer(self) -> None:
        """Write the title and the page's number."""
        self.alias_nb_pages("{nb}")
        self.set_y(-15)
        self.write_words(self._heading, 9, "quiet", stay=True)
        self.set_x(MARGIN_MM)
        self.write_words(f"{self.page_no()} of {{nb}}", 9, "quiet", align=Align.R)

    def printable(self, words: str) -> str:
        """Return words with a mark in the place of each letter that the typeface lacks."""
        held = self.current_font.cmap if isinstance(self.current_font, TTFFont) else {}
        shown = "".join(c if ord(c) in held or c.isspace() else LACKING for c in words)
        self.is_lacking |= shown != words
        return shown

    def write_words(
        self,
        words: str,
        size_pt: float,
        tone: str = "ink",
        *,
        width_mm: float = 0,
        is_bold: bool = False,
        stay: bool = False,
        align: Align = Align.L,
    ) -> None:
        """Write words as they are: nothing in them is markup.

        Args:
            words: What to write.
            size_pt: Of the type.
            tone: One of COLOURS.
            width_mm: Of the column; 0 for the rest of the line.
            is_bold: Whether to write in semibold.
            stay: Whether to go on at the same height.
            align: Left or right.
        """
        self.set_font(FAMILY, "B" if is_bold else "", size_pt)
        self.set_text_color(COLOURS[tone])
        after = YPos.TOP if stay else YPos.NEXT
        height = 0.47 * size_pt
        words = self.printable(words)
        self.multi_cell(width_mm, height, words, align=align, new_x=XPos.LMARGIN, new_y=after)
