"""What a chapter of a story is: a slide on the screen, a section in a file."""

from dataclasses import dataclass

from core.types import ChecksumSha256
from dashboard.report.drawing import Chart


@dataclass(frozen=True)
class Figure:
    """One large figure.

    Attributes:
        note: Its interval, what it rests on, or nothing.
        is_costly: Whether it counts genuine images called fake.
    """

    value: str
    label: str
    note: str = ""
    is_costly: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it is a name or the like, which is drawn smaller than a number."""
        return not self.value[:1].isdigit()


@dataclass(frozen=True)
class Picture:
    """An image of the collection; its pixels are read where it is shown."""

    checksum: ChecksumSha256
    caption: str


@dataclass(frozen=True)
class Chapter:
    """One chapter: few words and large figures.

    Attributes:
        key: Its name in addresses.
        lead: What it says, in a sentence.
        notes: What the presenter may add, not shown to the audience.
    """

    key: str
    title: str
    lead: str
    figures: tuple[Figure, ...] = ()
    points: tuple[str, ...] = ()
    chart: Chart | None = None
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()
