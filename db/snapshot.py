"""The catalogue's columns in a file, so that a process that starts need not read every row.

The file is a help, never a source: what is not whole, or not of this format, is passed over.
"""

import hashlib
import os
from io import BufferedRandom, BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from db.changes import Marks
from db.columns import NUMBERS, WORDS, Columns
from db.words import Words

_FORMAT = 2
_DIGEST_BYTES = 32
_ABOUT = "about"
_PLAIN = ("ids", "revisions", "tag_revisions", "prefixes")


def save(path: Path, columns: Columns, marks: Marks) -> None:
    """Write the columns; the file appears whole or not at all."""
    members = list(columns.members)
    about = {
        "format": _FORMAT,
        "marks": marks,
        "words": {name: words.known for name, words in columns.words.items()},
        "numbers": list(columns.numbers),
        "members": members,
    }
    arrays: dict[str, NDArray[Any]] = {name: getattr(columns, name) for name in _PLAIN}
    arrays[_ABOUT] = np.frombuffer(orjson.dumps(about), np.uint8)
    arrays |= {f"codes-{name}": words.codes for name, words in columns.words.items()}
    arrays |= {f"keys-{i}": keys for i, keys in enumerate(columns.numbers.values())}
    arrays |= {f"members-{i}": columns.members[key] for i, key in enumerate(members)}
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with unfinished.open("w+b") as file:
        file.seek(_DIGEST_BYTES)
        np.savez(file, allow_pickle=False, **arrays)
        digest = _digest(file)
        file.seek(0)
        file.write(digest)
    unfinished.replace(path)


def load(path: Path) -> tuple[Columns, Marks] | None:
    """Return the columns and marks of a file, or None if it is missing, broken or of old."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        if file.read(_DIGEST_BYTES) != _digest(file):
            return None
        file.seek(_DIGEST_BYTES)
        with np.load(file, allow_pickle=False) as arrays:
            return _read(arrays)


def _digest(file: BufferedReader | BufferedRandom) -> bytes:
    """Return the SHA-256 of what follows the place for it."""
    file.seek(_DIGEST_BYTES)
    return hashlib.file_digest(file, "sha256").digest()


def _read(file: Any) -> tuple[Columns, Marks] | None:
    about = orjson.loads(file[_ABOUT].tobytes())
    if about["format"] != _FORMAT or set(about["words"]) != set(WORDS):
        return None
    columns = Columns(
        **{name: file[name] for name in _PLAIN},
        words={name: Words(words, file[f"codes-{name}"]) for name, words in about["words"].items()},
        numbers={name: file[f"keys-{i}"] for i, name in enumerate(about["numbers"])},
        members={(*key,): file[f"members-{i}"] for i, key in enumerate(about["members"])},
    )
    return (columns, about["marks"]) if _is_sound(columns) else None


def _is_sound(columns: Columns) -> bool:
    """Say whether every array fits the others, so that no question can fail on them."""
    n = len(columns.ids)
    rising = bool((np.diff(columns.ids) > 0).all())
    arrays: list[NDArray[Any]] = [columns.revisions, columns.tag_revisions, columns.prefixes]
    arrays += columns.numbers.values()
    arrays += [words.codes for words in columns.words.values()]
    same = all(each.shape == (n,) for each in arrays)
    named = all(
        not n or (words.codes.min() >= 0 and words.codes.max() <= len(words.known))
        for words in columns.words.values()
    )
    placed = all(not len(at) or (at.min() >= 0 and at.max() < n) for at in columns.members.values())
    return rising and same and named and placed and set(NUMBERS) <= set(columns.numbers)
