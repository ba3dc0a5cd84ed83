"""Looking for disagreements between names and faces, and storing them as suggestions."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.curation.identities import Vectors, person_cosine
from core.curation.identity_suggestions import (
    Kind,
    suggest_merges,
    suggest_mislabelled,
    suggest_names,
    suggest_people,
    suggest_splits,
)
from core.errors import InvalidInput
from dashboard.jobs.context import Context
from db import faces, identities, suggestions
from db.engine import reading, writing

SUGGEST = {
    Kind.RENAME: suggest_mislabelled,
    Kind.NAME: suggest_names,
    Kind.MERGE: suggest_merges,
    Kind.SPLIT: suggest_splits,
    Kind.NEW: suggest_people,
}


@dataclass(frozen=True)
class Described:
    """The images whose largest face is described.

    Attributes:
        ids: (n,) numbers of the images.
        vectors: (n, 128) float32, length 1 each.
        names: (n,) who each is said to show.
        same_person: Mean cosine from which two groups of these faces are one person.
    """

    ids: Sequence[int]
    vectors: Vectors
    names: Sequence[str | None]
    same_person: float


def load(context: Context) -> Described:
    """Read all names and faces.

    Raises:
        InvalidInput: If no face was described yet.
    """
    with reading(context.database) as session:
        found, vectors = faces.embeddings(session)
        ids = [int(image_id) for image_id in found]
        names = identities.names_of(session, ids)
    if not ids:
        raise InvalidInput(
            "Expected images whose faces are described. Received none: run `faces --wait` first."
        )
    return Described(ids, vectors, names, person_cosine(vectors, names))


def suggest(context: Context, described: Described, kind: Kind) -> int:
    """Store the suggestions of one kind; return how many are open."""
    found = SUGGEST[kind](described.vectors, described.names, described.same_person)
    with writing(context.database) as session:
        return suggestions.store_suggestions(session, kind, found, described.ids)
