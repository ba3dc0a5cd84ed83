"""Versions: the fingerprint of a frozen dataset, and what may not be frozen."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from core.curation.splits import leaks
from core.errors import Conflict
from core.types import DatasetItem, NormaliseRule

_NAMED = 5  # groups that a refusal names; the rest is counted


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


def refuse_leaks(items: Sequence[DatasetItem], links: Sequence[tuple[int, int]]) -> None:
    """Let only a version pass in which nothing that belongs together crosses a split.

    The groups are checked, and beside them what they were made from, so that a fault in the
    grouping shows too.

    Args:
        items: What would be frozen.
        links: Numbers of two images that belong together: near-duplicates, a fake and a parent.

    Raises:
        Conflict: If a group, an identity or a link stands in more than one split.
    """
    crossing = set(leaks([item.group for item in items], [item.split for item in items]))
    crossing |= _crossing_identities(items)
    held = {item.image_id: item for item in items}
    for left, right in links:
        if left in held and right in held and held[left].split != held[right].split:
            crossing |= {held[left].group, held[right].group}
    if crossing:
        raise Conflict(_refusal(items, crossing))


def _crossing_identities(items: Sequence[DatasetItem]) -> set[int]:
    of_person: dict[str, list[DatasetItem]] = defaultdict(list)
    for item in items:
        if item.identity and item.identity.strip():
            of_person[item.identity.strip()].append(item)
    return {
        item.group
        for person in of_person.values()
        if len({item.split for item in person}) > 1
        for item in person
    }


def _refusal(items: Sequence[DatasetItem], crossing: set[int]) -> str:
    names = [_name(items, group) for group in sorted(crossing)[:_NAMED]]
    more = f" and {len(crossing) - _NAMED} more" if len(crossing) > _NAMED else ""
    return (
        "Expected every identity, near-duplicate and fake with its parents on one side of the "
        f"split. Received groups that cross it: {', '.join(names)}{more}. Nothing was frozen: "
        "freeze again, and report it if this happens twice."
    )


def _name(items: Sequence[DatasetItem], group: int) -> str:
    members = [item for item in items if item.group == group]
    people = sorted({item.identity for item in members if item.identity})
    first = min(item.checksum for item in members)[:12]
    return f"group {group} ({', '.join(people[:3]) or first})"
