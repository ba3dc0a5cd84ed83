import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.faces.detect import detect

ROOT = Path(__file__).parents[2]
FACES = ROOT / "examples" / "faces"
PICTURES = sorted(FACES.glob("*/*.jpg"))


def test_the_demo_ships_forty_people_in_eight_pictures_below_eight_megabytes() -> None:
    assert len({path.parent for path in PICTURES}) == 40
    assert len(PICTURES) == 320
    assert sum(path.stat().st_size for path in PICTURES) < 8_000_000
    for path in PICTURES[::37]:
        with Image.open(path) as picture:
            assert picture.width >= 640
            assert picture.height >= 480


@pytest.mark.slow
def test_the_script_renders_what_is_shipped(tmp_path: Path) -> None:
    script = ROOT / "examples" / "render_faces.py"
    words = ["--out", str(tmp_path), "--people", "1", "--pictures", "1", "--workers", "1"]
    subprocess.run([sys.executable, str(script), *words], check=True, capture_output=True)
    (rendered,) = tmp_path.glob("*/*.jpg")
    again = np.asarray(Image.open(rendered), np.int16)
    shipped = np.asarray(Image.open(FACES / rendered.relative_to(tmp_path)), np.int16)
    assert np.abs(again - shipped).mean() < 2  # other processors may round otherwise
    assert len(detect(again.astype(np.uint8))) == 1
