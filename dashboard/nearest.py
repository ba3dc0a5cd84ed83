"""The stored images nearest to one that need not be stored itself; all are held in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.curation.similar import nearest_faces, nearest_hashes
from core.types import ImageRecord
from db import followed, images
from db.followed import Followed


@st.cache_resource
def all_faces() -> Followed:
    """Keep all faces' vectors in memory, once a process, from the first question on."""
    return followed.follow_faces()


@st.cache_resource
def all_hashes() -> Followed:
    """Keep all pHashes in memory in the same way."""
    from core.images.hashes import HASH_VERSION

    return followed.follow_hashes(HASH_VERSION)


@dataclass(frozen=True)
class Nearest:
    """The stored images nearest to something that is not stored.

    Attributes:
        nearest: (image, cosine or bits), nearest first.
        n_compared: Images that it was compared with.
    """

    nearest: Sequence[tuple[ImageRecord, float]]
    n_compared: int


def nearest_by_face(session: Session, vector: NDArray[np.float32], limit: int) -> Nearest:
    """Return the images whose largest faces are most like one: (128,) float32 of length 1."""
    ids, vectors = all_faces().read(session)
    places, cosines = nearest_faces(vectors, vector, limit)
    return _paired(session, ids[places], cosines, len(ids))


def nearest_by_hash(session: Session, phash: int, limit: int) -> Nearest:
    """Return the images whose pHash is nearest to one of 64 bits."""
    ids, hashes = all_hashes().read(session)
    places, bits = nearest_hashes(hashes, phash, limit)
    return _paired(session, ids[places], bits, len(ids))


def _paired(
    session: Session,
    ids: NDArray[np.int64],
    figures: NDArray[np.float32] | NDArray[np.uint8],
    n_compared: int,
) -> Nearest:
    by_number = {image.id: image for image in images.get_images(session, ids.tolist())}
    found = zip(ids.tolist(), figures.tolist(), strict=True)
    return Nearest([(by_number[i], float(at)) for i, at in found if i in by_number], n_compared)
