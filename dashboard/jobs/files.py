"""A file's way into the installation, shared by imports and generators."""

from core.curation.ingest import Analysed, DetectFaces, analyse
from core.faces.detect import detect
from core.images.decode import decode
from core.images.storage import Kind, Store
from core.types import ChecksumSha256, NormaliseRule, RgbImage


def take_in(
    store: Store,
    data: bytes,
    rule: NormaliseRule,
    name: ChecksumSha256 | None = None,
    find_faces: DetectFaces = detect,
) -> Analysed:
    """Analyse a file, store its bytes and what is made of them, and return its facts.

    The files are stored before any row speaks of them: a kill in between leaves files that the
    next try finds in place.

    Args:
        store: Where the files go.
        data: The whole file.
        rule: How the image becomes 480 x 320.
        name: The checksum, where the caller has it.
        find_faces: Finds the faces.

    Raises:
        RejectedImage: If the file is not taken in; nothing is stored then.
    """
    analysed = analyse(data, rule, find_faces, name=name)
    store.put("originals", analysed.checksum, data)
    store.put("normalised", analysed.checksum, analysed.normalised)
    store.put("thumbnails", analysed.checksum, analysed.thumbnail)
    return analysed


def is_complete(store: Store, name: ChecksumSha256, size_bytes: int) -> bool:
    """Say whether an original of this size is stored with both files that are made from it."""
    has_original = store.size("originals", name) == size_bytes
    return has_original and all(store.size(kind, name) for kind in ("normalised", "thumbnails"))


def stored_pixels(store: Store, kind: Kind, checksum: ChecksumSha256) -> RgbImage:
    """Return the upright pixels of a stored file."""
    return decode(store.read(kind, checksum)).pixels
