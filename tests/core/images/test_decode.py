import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from core.images.decode import FORMATS, LIMITS, Limits, RejectedImage, RejectReason, decode
from core.types import RgbImage

WIDTH_PX, HEIGHT_PX = 64, 48


def picture() -> Image.Image:
    """A gradient with some texture, so that its JPEG has a scan worth cutting."""
    y, x = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX]
    channels = [x * 4 % 256, y * 5 % 256, (x * y) % 256]
    return Image.fromarray(np.stack(channels, axis=2).astype(np.uint8))


def encode(image: Image.Image, image_format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def reason_of(data: bytes, limits: Limits = LIMITS) -> RejectReason:
    with pytest.raises(RejectedImage) as caught:
        decode(data, limits)
    assert str(caught.value).startswith("Expected")
    return caught.value.reason


def spread(a: RgbImage, b: RgbImage) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


@pytest.mark.parametrize("image_format", FORMATS)
def test_reads_every_format_and_names_it(image_format: str) -> None:
    image = decode(encode(picture(), image_format))
    assert image.format == image_format
    assert (image.width_px, image.height_px) == (WIDTH_PX, HEIGHT_PX)
    assert image.pixels.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert image.pixels.dtype == np.uint8
    assert spread(image.pixels, np.asarray(picture())) < 30


@pytest.mark.parametrize("image_format", ["PNG", "BMP", "TIFF"])
def test_lossless_formats_keep_every_pixel(image_format: str) -> None:
    image = decode(encode(picture(), image_format))
    np.testing.assert_array_equal(image.pixels, np.asarray(picture()))
    assert image.notes == ()


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("is_rgb_kept", [False, True])
def test_a_jpeg_has_the_very_pixels_that_pillow_gives(
    mode: str, subsampling: int, progressive: bool, is_rgb_kept: bool
) -> None:
    chosen: dict[str, Any] = {"keep_rgb": True} if is_rgb_kept else {"subsampling": subsampling}
    data = encode(picture().convert(mode), "JPEG", progressive=progressive, **chosen)
    with Image.open(io.BytesIO(data)) as image:
        np.testing.assert_array_equal(decode(data).pixels, np.asarray(image.convert("RGB")))
        assert decode(data).tables == image.quantization  # type: ignore[attr-defined]


# Refusals


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", RejectReason.EMPTY),
        (b"a note about these pictures", RejectReason.NOT_AN_IMAGE),
        (bytes(1000), RejectReason.NOT_AN_IMAGE),
        (b"PK\x03\x04" + bytes(100), RejectReason.NOT_AN_IMAGE),
        (encode(picture(), "PPM"), RejectReason.UNSUPPORTED_FORMAT),
        (encode(picture(), "ICO"), RejectReason.UNSUPPORTED_FORMAT),
        (b"\0\0\0\x18ftypheic" + bytes(100), RejectReason.UNSUPPORTED_FORMAT),
        (b"\x89PNG\r\n\x1a\n", RejectReason.DAMAGED),
    ],
)
def test_names_what_it_refuses(data: bytes, reason: RejectReason) -> None:
    assert reason_of(data) is reason


def test_limits_are_met_at_the_edge_and_refused_beyond() -> None:
    data = encode(picture(), "PNG")
    exact = Limits(max_bytes=len(data), max_pixels=WIDTH_PX * HEIGHT_PX, min_side_px=HEIGHT_PX)
    assert decode(data, exact).width_px == WIDTH_PX
    assert reason_of(data, Limits(max_bytes=len(data) - 1)) is RejectReason.TOO_MANY_BYTES
    assert reason_of(data, Limits(max_pixels=3071)) is RejectReason.TOO_MANY_PIXELS
    assert reason_of(data, Limits(min_side_px=49)) is RejectReason.TOO_SMALL


def png_of(width_px: int, height_px: int) -> bytes:
    """A PNG whose header promises a size that its data do not hold."""

    def chunk(name: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + crc

    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9)))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("side_px", [8_001, 9_500, 30_000, 2**31 - 1])
def test_a_bomb_is_refused_from_its_header(side_px: int) -> None:
    # 9,500 squared draws Pillow's warning and 30,000 squared its error
    assert reason_of(png_of(side_px, side_px)) is RejectReason.TOO_MANY_PIXELS


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("part", [0.5, 0.8])
def test_files_that_end_early_are_refused(image_format: str, part: float) -> None:
    data = encode(picture(), image_format)
    reason = reason_of(data[: int(len(data) * part)])
    assert reason in {RejectReason.TRUNCATED, RejectReason.DAMAGED}


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_pillow_would_fill_with_grey_is_refused(progressive: bool) -> None:
    data = encode(picture(), "JPEG", quality=95, progressive=progressive)
    cut = data[: len(data) * 3 // 4] + b"\xff\xd9"
    Image.open(io.BytesIO(cut)).load()  # Pillow is content
    assert reason_of(cut) is RejectReason.TRUNCATED


def test_stray_bytes_in_a_jpeg_are_skipped_and_noted() -> None:
    data = encode(picture(), "JPEG")
    image = decode(data[:-2] + bytes(4) + data[-2:])
    np.testing.assert_array_equal(image.pixels, decode(data).pixels)
    assert any("stray bytes" in note for note in image.notes)
    assert decode(data + b"after the end").notes == ()


def test_a_wrong_checksum_in_a_png_is_refused() -> None:
    data = bytearray(encode(picture(), "PNG"))
    data[data.index(b"IDAT") + 8] ^= 1
    assert reason_of(bytes(data)) is RejectReason.DAMAGED


@pytest.mark.parametrize("mode", ["I", "F"])
def test_samples_without_a_white_are_refused(mode: str) -> None:
    data = encode(picture().convert("L").convert(mode), "TIFF")
    assert reason_of(data) is RejectReason.UNSUPPORTED_FORMAT


# Conversions


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation: int) -> None:
    undo: dict[int, Callable[[RgbImage], RgbImage]] = {
        1: lambda p: p,
        2: np.fliplr,
        3: lambda p: np.rot90(p, 2),
        4: np.flipud,
        5: lambda p: np.swapaxes(p, 0, 1),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: np.rot90(np.swapaxes(p, 0, 1), 2),
        8: lambda p: np.rot90(p, 3),
    }
    upright = np.asarray(picture())
    stored = Image.fromarray(np.ascontiguousarray(undo[orientation](upright)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = decode(encode(stored, "PNG", exif=exif))
    np.testing.assert_array_equal(image.pixels, upright)
    expected = () if orientation == 1 else (f"EXIF orientation {orientation} applied",)
    assert image.notes == expected


def test_unreadable_exif_is_ignored_with_a_note() -> None:
    image = decode(encode(picture(), "PNG", exif=b"Exif\0\0nonsense"))
    np.testing.assert_array_equal(image.pixels, np.asarray(picture()))
    assert "unreadable EXIF" in image.notes[0]


@pytest.mark.parametrize(
    ("mode", "image_format", "note"),
    [
        ("L", "PNG", "greyscale converted to RGB"),
        ("1", "PNG", "black and white converted to RGB"),
        ("P", "GIF", "palette converted to RGB"),
        ("CMYK", "JPEG", "CMYK converted to RGB"),
        ("CMYK", "TIFF", "CMYK converted to RGB"),
        ("YCbCr", "TIFF", "YCbCr converted to RGB"),
    ],
)
def test_other_modes_become_rgb_with_a_note(mode: str, image_format: str, note: str) -> None:
    source = picture().convert(mode)
    image = decode(encode(source, image_format, **({"quality": 95} if mode == "CMYK" else {})))
    assert image.notes == (note,)
    assert spread(image.pixels, np.asarray(source.convert("RGB"))) < 12


@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled(image_format: str) -> None:
    levels = np.tile(np.linspace(0, 65535, WIDTH_PX).astype(np.uint16), (HEIGHT_PX, 1))
    image = decode(encode(Image.fromarray(levels), image_format))
    assert "16-bit greyscale scaled to 8 bits" in image.notes
    np.testing.assert_array_equal(image.pixels[:, :, 1], np.rint(levels / 257))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_laid_on_white(mode: str) -> None:
    clear = Image.new(mode, (40, 40), (10, 20, 30, 0)[-len(mode) :] if mode == "RGBA" else (10, 0))
    image = decode(encode(clear, "PNG"))
    assert (image.pixels == 255).all()
    assert "transparency laid on white" in image.notes


def test_half_transparency_is_mixed_and_full_opacity_is_not_noted() -> None:
    half = decode(encode(Image.new("RGBA", (40, 40), (0, 0, 0, 128)), "PNG"))
    assert np.abs(half.pixels.astype(int) - 127).max() <= 1
    assert decode(encode(Image.new("RGBA", (40, 40), (0, 0, 0, 255)), "PNG")).notes == ()


def test_transparent_palette_colour_is_laid_on_white() -> None:
    image = Image.new("P", (40, 40), 3)
    image.putpalette([0, 0, 0, 9, 9, 9, 9, 9, 9, 200, 0, 0])
    assert (decode(encode(image, "PNG", transparency=3)).pixels == 255).all()
    assert (decode(encode(image, "PNG")).pixels == (200, 0, 0)).all()


@pytest.mark.parametrize("image_format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_first_frame_of_several(image_format: str) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    data = encode(
        frames[0],
        image_format,
        save_all=True,
        append_images=frames[1:],
        **({"lossless": True} if image_format == "WEBP" else {}),
    )
    image = decode(data)
    assert (image.pixels == (255, 0, 0)).all()
    assert "first frame of several" in image.notes


def test_mpo_is_a_jpeg() -> None:
    data = encode(picture(), "MPO", save_all=True, append_images=[picture()])
    assert decode(data).format == "JPEG"


def swapped_profile() -> bytes:
    """sRGB with its red and green primaries exchanged, so that a conversion is plain to see."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile = bytearray(bytes(profile).replace(b"s\0R\0G\0B", b"X\0R\0G\0B"))
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def test_a_colour_profile_is_converted_to_srgb() -> None:
    red = Image.new("RGB", (40, 40), (255, 0, 0))
    image = decode(encode(red, "PNG", icc_profile=swapped_profile()))
    assert np.abs(image.pixels.astype(int) - (0, 255, 0)).max() <= 3
    assert "converted to sRGB" in image.notes[0]


def test_an_srgb_profile_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = decode(encode(picture(), "PNG", icc_profile=profile))
    np.testing.assert_array_equal(image.pixels, np.asarray(picture()))
    assert image.notes == ()


@pytest.mark.parametrize("profile", [b"no profile at all", swapped_profile()[:200]])
def test_a_broken_profile_is_ignored_with_a_note(profile: bytes) -> None:
    image = decode(encode(picture(), "PNG", icc_profile=profile))
    np.testing.assert_array_equal(image.pixels, np.asarray(picture()))
    assert "broken ICC profile ignored" in image.notes[0]


# Whatever the bytes


def seeds() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    files = [encode(picture(), image_format) for image_format in FORMATS]
    files += [encode(picture(), "JPEG", exif=exif, icc_profile=swapped_profile())]
    files += [encode(picture(), "TIFF", compression="tiff_lzw")]
    files += [encode(picture().convert("P"), "PNG"), encode(picture().convert("CMYK"), "JPEG")]
    return [*files, encode(picture(), "GIF", save_all=True, append_images=[picture()])]


SEEDS = seeds()
SPOTS = st.floats(0, 1, exclude_max=True)


@settings(max_examples=400, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(SPOTS, st.integers(0, 255)), max_size=6),
    near_start=st.booleans(),
    keep=st.floats(0.05, 1),
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_no_bytes_raise_anything_but_a_refusal(
    seed: bytes, changes: list[tuple[float, int]], near_start: bool, keep: float
) -> None:
    data = bytearray(seed)
    for spot, value in changes:
        reach = min(300, len(data)) if near_start else len(data)
        data[int(spot * reach)] = value
    try:
        image = decode(bytes(data[: int(len(data) * keep)]), Limits(max_pixels=1_000_000))
    except RejectedImage:
        return
    assert image.pixels.shape == (image.height_px, image.width_px, 3)
    assert image.pixels.dtype == np.uint8


@given(st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    assert reason_of(data) in RejectReason
