"""Versions: the fingerprint of a frozen dataset."""

import hashlib
import json
from collections.abc import Iterable

from core.types import DatasetItem, NormaliseRule


def content_hash(items: Iterable[DatasetItem], rule: NormaliseRule) -> str:
    """Return the SHA-256 of a dataset's content; equal hashes mean equal datasets.

    One line of canonical JSON an image (keys sorted, no spaces, ASCII), the lines sorted, after
    a first line with the rule. A group is named by the smallest checksum in it, for its number
    is an accident of the order; so are the items' order and the database's ids, which do not
    count.

    Args:
        items: Images of the version in any order.
        rule: How they were normalised.

    Returns:
        64 lower-case hexadecimal digits.
    """
    items = list(items)
    names: dict[int, str] = {}
    for item in items:
        names[item.group] = min(names.get(item.group, item.checksum), item.checksum)
    lines = sorted(_line(item, names[item.group]) for item in items)
    text = "\n".join([json.dumps({"normalise_rule": rule}), *lines])
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _line(item: DatasetItem, group: str) -> str:
    fields = {
        "checksum": item.checksum,
        "group": group,
        "identity": item.identity,
        "label": item.label,
        "split": item.split,
    }
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
