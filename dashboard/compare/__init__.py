"""Pictures side by side that are zoomed, moved and flipped as one."""

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dashboard.component import component

_COMPARE = component(Path(__file__).parent)


@dataclass(frozen=True)
class Pane:
    """One picture.

    Attributes:
        source: A data URI, as `data_uri` gives it.
        title: What it is, shown below it.
        notes: Further lines below it.
        flipped: Whether it is drawn mirrored until a person flips it back.
    """

    source: str
    title: str
    alt: str
    notes: tuple[str, ...] = ()
    flipped: bool = False


def data_uri(data: bytes, mime: str) -> str:
    """Return a picture's bytes as a source for a pane."""
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def compare(panes: Sequence[Pane], *, name: str, key: str, blink: bool = False) -> None:
    """Draw pictures that show the same region: wheel, drag, keys + - 0, and F to flip the last.

    Args:
        panes: One or two.
        name: Of what is compared; another one starts at full view.
        key: Of the component in the session.
        blink: Draw them in one place, by turns.
    """
    data = {"name": name, "panes": [asdict(pane) for pane in panes], "blink": blink}
    _COMPARE(key=key, data=data)
