"""Freezing a dataset version: groups that never part, a split, and a content hash."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.curation.groups import groups_of
from core.curation.splits import assign_splits
from core.curation.versions import content_hash
from core.errors import InvalidInput
from core.types import DatasetItem
from dashboard.jobs.context import Context
from db import imports, pairs, versions
from db.engine import reading, writing


def freeze(context: Context, author: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Freeze what is active and labelled now; return the version that holds exactly that."""
    test_fraction, seed = float(arguments["test_fraction"]), int(arguments["seed"])
    sources = arguments["sources"]
    items = _items(context, sources, test_fraction, seed)
    with writing(context.database) as session:
        rule = imports.normalise_rule(session)
        digest = content_hash(items, rule)
        same = versions.find_version(session, digest)
        if same is not None:
            return {"version": same, "note": "nothing has changed since it was frozen"}
        number = versions.add_version(
            session,
            items,
            content_hash=digest,
            author=author,
            rule=rule,
            test_fraction=test_fraction,
            seed=seed,
            sources=sources,
        )
    return {"version": number, "content_hash": digest, "images": len(items)}


def _items(
    context: Context, sources: Sequence[str], test_fraction: float, seed: int
) -> list[DatasetItem]:
    with reading(context.database) as session:
        rows = versions.candidates(session, sources)
        named = versions.identities(session)
        links = [*pairs.links(session), *versions.parent_links(session)]
    if not rows:
        raise InvalidInput(
            "Expected images labelled genuine or fake. Received none: import some, or label them "
            "under Browse."
        )
    rows = sorted(rows, key=lambda row: row[1])  # by checksum: the order of import does not count
    chosen_ids = [row[0] for row in rows]
    linked = {image_id for image_id, _ in named} | {i for link in links for i in link}
    ids = [*chosen_ids, *sorted(linked - set(chosen_ids))]
    position = {image_id: index for index, image_id in enumerate(ids)}
    identities = dict(named)
    groups = groups_of(
        [identities.get(image_id) for image_id in ids],
        [(position[a], position[b]) for a, b in links],
    )
    chosen = [int(groups[position[row[0]]]) for row in rows]
    splits = assign_splits(chosen, [row[2] for row in rows], test_fraction=test_fraction, seed=seed)
    return [
        DatasetItem(image_id, checksum, label, identity, group, split)
        for (image_id, checksum, label, identity), group, split in zip(
            rows, chosen, splits, strict=True
        )
    ]
