"""A file's way into the installation, shared by imports and generators."""

from core.curation.ingest import Analysed, analyse
from core.faces.detect import detect
from core.images.decode import decode
from core.images.storage import Kind, Store
from core.types import ChecksumSha256, NormaliseRule, RgbImage


def take_in(store: Store, data: bytes, rule: NormaliseRule) -> Analysed:
    """Analyse a file, store its bytes and what is made of them, and return its facts.

    The files are stored before any row speaks of them: a kill in between leaves files that the
    next try finds in place.

    Raises:
        RejectedImage: If the file is not taken in; nothing is stored then.
    """
    analysed = analyse(data, rule, detect)
    store.put("originals", analysed.checksum, data)
    store.put("normalised", analysed.checksum, analysed.normalised)
    store.put("thumbnails", analysed.checksum, analysed.thumbnail)
    return analysed


def stored_pixels(store: Store, kind: Kind, checksum: ChecksumSha256) -> RgbImage:
    """Return the upright pixels of a stored file."""
    return decode(store.read(kind, checksum)).pixels
