"""Drawing small charts as SVG, for the screen, for HTML and for PDF alike.

Shapes have a tone instead of a colour: where the drawing is shown, a style sheet says what the
tones look like, so one drawing fits light, dark and paper.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

TONES = ("ink", "quiet", "faint", "paper", "accent", "neutral", "costly", "pale")
"""What shapes may be drawn in: a class "t-NAME" for faces, "l-NAME" for lines."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Chart:
    """A drawing, and what it says for those who do not see it."""

    svg: str
    alt: str


class Canvas:
    """A drawing under way; lengths are in units of its own width."""

    def __init__(self, width: float, height: float) -> None:
        """Begin an empty drawing."""
        size = f"0 0 {_number(width)} {_number(height)}"
        self._root = Xml.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=size)

    def rect(
        self, x: float, y: float, width: float, height: float, tone: str, *, radius: float = 0
    ) -> None:
        """Draw a filled rectangle."""
        self._add("rect", f"t-{tone}", x=x, y=y, width=width, height=height, rx=radius)

    def dot(self, x: float, y: float, radius: float, tone: str) -> None:
        """Draw a filled circle."""
        self._add("circle", f"t-{tone}", cx=x, cy=y, r=radius)

    def ring(self, x: float, y: float, radius: float, tone: str, *, width: float = 3) -> None:
        """Draw a circle without a face."""
        self._add("circle", f"l-{tone}", cx=x, cy=y, r=radius, stroke_width=width)

    def line(self, points: Iterable[Point], tone: str, *, width: float = 2) -> None:
        """Draw straight lines from point to point."""
        path = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._add("polyline", f"l-{tone}", points=path, stroke_width=width)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 22,
        tone: str = "ink",
        anchor: str = "start",
    ) -> None:
        """Write words on one line; `anchor` is start, middle or end."""
        made = self._add("text", f"t-{tone}", x=x, y=y, font_size=size, text_anchor=anchor)
        made.text = words

    def chart(self, alt: str) -> Chart:
        """Return the drawing, finished."""
        return Chart(Xml.tostring(self._root, encoding="unicode"), alt)

    def _add(self, tag: str, tone: str, **values: float | str) -> Xml.Element:
        named = {
            name.replace("_", "-"): value if isinstance(value, str) else _number(value)
            for name, value in values.items()
            if value != 0 or name in ("x", "y", "cx", "cy")
        }
        return Xml.SubElement(self._root, tag, {"class": tone, **named})


def _number(value: float) -> str:
    """Return a length with at most two decimals: the same bytes on every machine."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def style(colours: dict[str, str]) -> str:
    """Return the style sheet that gives every tone its colour."""
    faces = [f".t-{tone}{{fill:{colours[tone]}}}" for tone in TONES]
    lines = [f".l-{tone}{{fill:none;stroke:{colours[tone]}}}" for tone in TONES]
    return "".join(faces + lines)
