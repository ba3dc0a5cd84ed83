"""Freezing dataset versions: groups that never part, a split, a leak check, a content hash."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.curation.groups import groups_of
from core.curation.shortcuts import draw, find_shortcut
from core.curation.splits import (
    DEFAULT_RULE,
    HARD_EXAMPLES,
    aimed_test_fraction,
    apply_rule,
    versions_of_rule,
)
from core.curation.versions import content_hash, refuse_leaks
from core.errors import InvalidInput
from core.review.verdicts import HARD_EXAMPLE
from core.types import DatasetItem, Label
from dashboard.jobs.context import Context
from db import imports, pairs, tags, versions
from db.engine import reading, writing


@dataclass(frozen=True)
class _Chosen:
    """What the next version holds: (number, checksum, label, identity), its group, all links.

    `hard` are those of its images that reviewers called hard examples.
    """

    rows: Sequence[tuple[int, str, Label, str | None]]
    groups: Sequence[int]
    links: Sequence[tuple[int, int]]
    hard: frozenset[int]

    @property
    def hard_groups(self) -> set[int]:
        """The groups that hold a hard example."""
        rows = zip(self.rows, self.groups, strict=True)
        return {group for row, group in rows if row[0] in self.hard}


def freeze(
    context: Context,
    author: str,
    arguments: Mapping[str, Any],
    tell: Callable[[float, str], None] = lambda fraction, message: None,
) -> dict[str, Any]:
    """Freeze what is active and labelled now; return the versions that hold exactly that.

    Args:
        author: Who freezes.
        arguments: test_fraction, seed, sources, rule (a name in SPLIT_RULES), folds,
            hard_examples (whether they go to training).
        tell: Is told the fraction done and what is done next.

    Raises:
        InvalidInput: If there is nothing to freeze, or too little for the rule.
        Conflict: If a group would cross the split.
    """
    rules = versions_of_rule(
        arguments.get("rule", DEFAULT_RULE),
        test_fraction=float(arguments["test_fraction"]),
        k=int(arguments.get("folds", 5)),
    )
    tell(0.0, "Grouping images")
    chosen = _choose(context, arguments["sources"])
    tell(0.15, "Dealing groups to splits and looking for leaks")
    if arguments.get(HARD_EXAMPLES):
        rules = [_with_hard_examples(rule, chosen) for rule in rules]
    frozen = [(rule, _split(chosen, rule, int(arguments["seed"]))) for rule in rules]
    tell(0.3, "Storing the version")
    found = [_store(context, author, arguments, rule, items) for rule, items in frozen]
    numbers = [number for number, _, _ in found]
    tell(0.9, "Looking for shortcuts in the metadata")
    _check_shortcut(context, numbers)
    if not any(is_new for _, _, is_new in found):
        return {"version": numbers[0], "note": "nothing has changed since it was frozen"}
    several = {"versions": numbers} if len(numbers) > 1 else {}
    result = {"version": numbers[0], "content_hash": found[0][1], "images": len(chosen.rows)}
    return {**result, **several}


def _choose(context: Context, sources: Sequence[str]) -> _Chosen:
    with reading(context.database) as session:
        rows = versions.candidates(session, sources)
        named = versions.identities(session)
        links = [*pairs.links(session), *versions.parent_links(session)]
        hard = tags.tagged(session, HARD_EXAMPLE)
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
    held = frozenset(hard).intersection(chosen_ids)
    return _Chosen(rows, [int(groups[position[row[0]]]) for row in rows], links, held)


def _with_hard_examples(rule: Mapping[str, Any], chosen: _Chosen) -> dict[str, Any]:
    """Note in a rule what goes to training beforehand."""
    if not chosen.hard:
        raise InvalidInput(
            f"Expected images with the tag {HARD_EXAMPLE!r} in the next version. Received none: "
            "apply the verdicts of a review first, or freeze without putting them into training."
        )
    told = {"images": len(chosen.hard), "groups": len(chosen.hard_groups)}
    return {**rule, HARD_EXAMPLES: told}


def _split(chosen: _Chosen, rule: Mapping[str, Any], seed: int) -> list[DatasetItem]:
    """Split by a rule; refuse what would leak."""
    hard = chosen.hard_groups if HARD_EXAMPLES in rule else set()
    splits = apply_rule(rule, chosen.groups, [row[2] for row in chosen.rows], seed, hard)
    items = [
        DatasetItem(image_id, checksum, label, identity, group, split)
        for (image_id, checksum, label, identity), group, split in zip(
            chosen.rows, chosen.groups, splits, strict=True
        )
    ]
    refuse_leaks(items, chosen.links)
    return items


def _store(
    context: Context,
    author: str,
    arguments: Mapping[str, Any],
    rule: Mapping[str, Any],
    items: Sequence[DatasetItem],
) -> tuple[int, str, bool]:
    """Return the number of the version with these items, its hash, and whether it is new."""
    with writing(context.database) as session:
        normalise_rule = imports.normalise_rule(session)
        digest = content_hash(items, normalise_rule)
        same = versions.find_version(session, digest)
        if same is not None:
            return same, digest, False
        number = versions.add_version(
            session,
            items,
            content_hash=digest,
            author=author,
            rule=normalise_rule,
            test_fraction=aimed_test_fraction(rule),
            seed=int(arguments["seed"]),
            sources=arguments["sources"],
            split_rule=rule,
        )
    return number, digest, True


def _check_shortcut(context: Context, numbers: Sequence[int]) -> None:
    """Judge the metadata once for all folds, which hold the same images."""
    with reading(context.database) as session:
        unjudged = [n for n in numbers if versions.get_version(session, n).shortcut is None]
        if not unjudged:
            return
        ids, groups = np.array(versions.groups(session, unjudged[0]), np.int64).T
        files = versions.metadata(session, unjudged[0], ids[draw(groups)].tolist())
    found = find_shortcut(files)
    if found is None:
        return
    features = [{"name": name, "auc": auc} for name, auc in found.features]
    with writing(context.database) as session:
        for number in unjudged:
            versions.set_shortcut(session, number, {**asdict(found), "features": features})
