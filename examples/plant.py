"""Plant known trouble among photographs, with a manifest of what an import must say of each.

The demo shows it to newcomers, and the tests hold the import to it.
"""

import csv
import struct
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

MANIFEST = "planted.csv"
ORIENTATION_TAG = 0x0112


@dataclass(frozen=True)
class Planted:
    """One planted file.

    Attributes:
        path: Relative to the folder, with forward slashes.
        source: The photograph it was made from, or "".
        kind: What was done.
        outcome: What an import says: new, known or rejected.
        reason: The rejection's reason, or "".
        is_pair: Whether the file and its source must be offered as a near-duplicate pair.
        note: A piece of text that the image's conversion notes must hold, or "".
    """

    path: str
    source: str
    kind: str
    outcome: str
    reason: str = ""
    is_pair: bool = False
    note: str = ""


@dataclass(frozen=True)
class Recipe:
    """How a planted file is made, and what must become of it."""

    kind: str
    ending: str
    make: Callable[[Path], bytes]
    outcome: str = "new"
    reason: str = ""
    is_pair: bool = True
    note: str = ""


def plant(folder: Path) -> list[Planted]:
    """Make the planted files beside the photographs of a folder of identities.

    Each recipe takes another photograph, in the order of their names, so nothing is random.

    Returns:
        What was planted; the same is written to `planted.csv` in the folder.
    """
    photographs = sorted(folder.glob("*/*_0001.jpg"))
    if len(photographs) < len(RECIPES):
        raise ValueError(f"Expected {len(RECIPES)} identities. Received {len(photographs)}.")
    planted = [_plant(folder, *each) for each in zip(RECIPES, photographs, strict=False)]
    with (folder / MANIFEST).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(asdict(planted[0])))
        writer.writeheader()
        writer.writerows(asdict(each) for each in planted)
    return planted


def read_manifest(folder: Path) -> list[Planted]:
    """Return what was planted in a folder."""
    with (folder / MANIFEST).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [Planted(**{**row, "is_pair": row["is_pair"] == "True"}) for row in rows]  # type: ignore[arg-type]


def _plant(folder: Path, recipe: Recipe, photograph: Path) -> Planted:
    target = photograph.with_name(f"planted_{recipe.kind}{recipe.ending}")
    target.write_bytes(recipe.make(photograph))
    return Planted(
        target.relative_to(folder).as_posix(),
        photograph.relative_to(folder).as_posix(),
        recipe.kind,
        recipe.outcome,
        recipe.reason,
        recipe.is_pair,
        recipe.note,
    )


def _encoded(image: Image.Image, format_: str = "JPEG", **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def _resaved(photograph: Path) -> bytes:
    return _encoded(Image.open(photograph), quality=60)


def _resized(photograph: Path) -> bytes:
    image = Image.open(photograph)
    return _encoded(image.resize((image.width // 2, image.height // 2)), quality=90)


def _brightened(photograph: Path) -> bytes:
    return _encoded(ImageEnhance.Brightness(Image.open(photograph)).enhance(1.15), quality=92)


def _mirrored(photograph: Path) -> bytes:
    return _encoded(ImageOps.mirror(Image.open(photograph)), quality=92)


def _one_pixel(photograph: Path) -> bytes:
    image = Image.open(photograph).convert("RGB")
    red, green, blue = image.getpixel((5, 5))  # type: ignore[misc]
    image.putpixel((5, 5), (255 - red, green, blue))
    return _encoded(image, "PNG")


def _cmyk(photograph: Path) -> bytes:
    return _encoded(Image.open(photograph).convert("CMYK"), quality=92)


def _sixteen_bits(photograph: Path) -> bytes:
    grey = Image.open(photograph).convert("L")
    return _png_16(grey.width, grey.height, grey.tobytes())


def _png_16(width: int, height: int, grey: bytes) -> bytes:
    """Write a 16-bit greyscale PNG (ISO/IEC 15948), each 8-bit value repeated to 16 bits."""
    rows = (grey[y * width : (y + 1) * width] for y in range(height))
    data = b"".join(b"\0" + bytes(value for value in row for _ in (0, 1)) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 16, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(data, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _rotated(photograph: Path) -> bytes:
    image = Image.open(photograph)
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6  # shown after a quarter turn clockwise
    return _encoded(image.transpose(Image.Transpose.ROTATE_90), quality=92, exif=exif)


def _truncated(photograph: Path) -> bytes:
    data = photograph.read_bytes()
    return data[: len(data) * 6 // 10]


def _truncated_png(photograph: Path) -> bytes:
    data = _encoded(Image.open(photograph), "PNG")
    return data[: len(data) // 2]


def _tiny(photograph: Path) -> bytes:
    return _encoded(Image.open(photograph).resize((12, 12)), "PNG")


def _text(photograph: Path) -> bytes:
    return f"This is not a photograph of {photograph.parent.name}.\n".encode() * 20


RECIPES = (
    Recipe("exact-copy", ".jpg", Path.read_bytes, outcome="known", is_pair=False),
    Recipe("exact-copy-renamed", ".jpeg", Path.read_bytes, outcome="known", is_pair=False),
    Recipe("re-saved", ".jpg", _resaved),
    Recipe("resized", ".jpg", _resized),
    Recipe("brightened", ".jpg", _brightened),
    Recipe("mirrored", ".jpg", _mirrored),
    Recipe("one-pixel", ".png", _one_pixel),
    Recipe("png-named-jpg", ".jpg", lambda p: _encoded(Image.open(p), "PNG")),
    Recipe("cmyk", ".jpg", _cmyk, note="CMYK"),
    Recipe("16-bit", ".png", _sixteen_bits, note="16"),
    Recipe("exif-rotated", ".jpg", _rotated, note="orientation"),
    Recipe("truncated", ".jpg", _truncated, outcome="rejected", reason="truncated", is_pair=False),
    Recipe(
        "truncated-png",
        ".png",
        _truncated_png,
        outcome="rejected",
        reason="truncated",
        is_pair=False,
    ),
    Recipe("12-pixel", ".png", _tiny, outcome="rejected", reason="too-small", is_pair=False),
    Recipe("text", ".jpg", _text, outcome="rejected", reason="not-an-image", is_pair=False),
    Recipe("empty", ".jpg", lambda _: b"", outcome="rejected", reason="empty", is_pair=False),
)
