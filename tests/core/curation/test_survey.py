import io

import numpy as np
from PIL import Image
from upath import UPath

from core.curation.scan import scan
from core.curation.survey import look_at, summarise
from core.images.quality import CHECKS


def jpeg(seed: int, quality: int = 90, size_px: int = 300) -> bytes:
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (6, 6, 3), dtype=np.uint8))
    buffer = io.BytesIO()
    coarse.resize((size_px, size_px), Image.Resampling.BICUBIC).save(
        buffer, "JPEG", quality=quality
    )
    return buffer.getvalue()


def test_copies_near_copies_refused_and_weak_files_are_counted(tmp_path: UPath) -> None:
    files = {"a.jpg": jpeg(1), "a copy.jpg": jpeg(1), "a again.jpg": jpeg(1, quality=60)}
    files |= {"b.jpg": jpeg(2), "small.jpg": jpeg(3, size_px=40), "text.jpg": b"no image"}
    root = UPath(tmp_path)
    for name, data in files.items():
        (root / name).write_bytes(data)
    found = summarise(look_at(root, file) for file in scan(root))
    assert (found.files, found.images, found.refused, found.copies) == (6, 4, 1, 1)
    assert found.near_pairs == 1
    assert found.flagged[CHECKS["short_side"].title] == 1
