"""The checksum that is an image's identity."""

import hashlib

from core.types import ChecksumSha256


def checksum(data: bytes) -> ChecksumSha256:
    """Return the SHA-256 (FIPS 180-4) of a file's bytes as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
