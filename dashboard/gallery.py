"""A gallery of scored images: page by page, each with what the run said of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.types import ImageRecord
from dashboard import choices, resources, way_back, widgets
from dashboard.grid import Badge, Cell, image_grid, thumbnail
from dashboard.text import count
from dashboard.text import score as shown_score
from db import images

PAGE_SIZE = 24


@dataclass(frozen=True)
class Said:
    """What is known of one image beside its record.

    Attributes:
        is_fake: Label when the version was frozen.
        badges: What the runs say of it, as `call_badge` makes them.
    """

    image_id: int
    is_fake: bool
    badges: tuple[Badge, ...]

    @property
    def label(self) -> str:
        """Label when the version was frozen."""
        return "fake" if self.is_fake else "genuine"


def call_badge(score: float, threshold: float, *, is_fake: bool, prefix: str = "") -> Badge:
    """Return a badge that tells a score, and stands out where a genuine image is called fake."""
    is_costly = score >= threshold and not is_fake
    return Badge(f"{prefix}{shown_score(score, threshold)}", "warning" if is_costly else "quiet")


def show(
    total: int,
    read: Callable[[int, int], Sequence[Said]],
    *,
    key: str,
    label: str,
    selectable: bool = False,
    among: Sequence[int] = (),
) -> list[int]:
    """Draw a grid of images with its pages, and return the numbers of those selected.

    Args:
        total: How many images there are.
        read: Returns what is known of the images from one place to before another.
        key: Of the grid in the session; the page is `?page=` in the URL.
        label: Name of the grid for screen readers.
        selectable: Whether images can be selected; they open by double click then.
        among: Numbers of all images in order: from one that is opened one steps to the next.
    """
    start = choices.pick_page(total, PAGE_SIZE) * PAGE_SIZE
    said = read(start, min(start + PAGE_SIZE, total))
    with resources.session() as session:
        records = images.get_images(session, [each.image_id for each in said])
    return image_grid(
        [_cell(image, each) for image, each in zip(records, said, strict=True)],
        key=key,
        label=f"{label}, {count(total, 'image')}",
        on_open=way_back.opener(records, among),
        selectable=selectable,
    )


def _cell(image: ImageRecord, said: Said) -> Cell:
    name = widgets.name_of(image)
    badges = [Badge(said.label, said.label), *said.badges]
    if image.label != said.label:
        badges.append(Badge(f"now {image.label}", "warning"))
    if image.generator:
        badges.append(Badge(image.generator))
    return Cell(
        id=image.id,
        images=(thumbnail(image.checksum),),
        title=name,
        alt=name,
        badges=tuple(badges),
    )
