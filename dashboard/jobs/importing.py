"""The steps of an import: list the files, settle each, reconcile what they claim."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from upath import UPath

from core.curation.exports.csv_manifest import MANIFEST
from core.curation.exports.read import is_ours, read_export
from core.curation.ingest import DetectFaces
from core.curation.scan import read_manifest, scan
from core.errors import Conflict, InvalidInput, NotFound
from core.faces.detect import detect
from core.images.checksum import checksum
from core.images.decode import RejectedImage
from core.images.storage import inside, read_inside
from core.types import ChecksumSha256, Label, NormaliseRule, SourceFile
from dashboard.jobs.context import Context
from dashboard.jobs.exporting import unpacked
from dashboard.jobs.files import is_complete, take_in
from db import imports
from db.engine import reading, writing
from db.imports import Found, KnownImage, PendingFile, Rejection

LISTED_FILES = 5000
"""In one transaction of the list of an import's files."""


def list_files(context: Context, job_id: str, arguments: Mapping[str, Any]) -> Iterator[int]:
    """Note every file that the import sees; yield how many so far, after each few thousand.

    A list that a crash cut short is begun anew. The rule is fixed once it is whole.

    Raises:
        Conflict: If another rule is in force than the one that is wanted.
    """
    arguments = _unpacked(context, job_id, arguments)
    seen = _seen(context, arguments)
    wanted = NormaliseRule(arguments["rule"]) if arguments["rule"] else None
    with writing(context.database) as session:
        if imports.find_rule(session):
            imports.normalise_rule(session, wanted)
        imports.forget_files(session, job_id)
    n_files = 0
    while part := list(islice(seen, LISTED_FILES)):  # read before the transaction: it takes a while
        with writing(context.database) as session:
            n_files = imports.list_files(session, job_id, arguments["storage"], part, n_files)
        yield n_files
    if n_files:
        with writing(context.database) as session:
            imports.normalise_rule(session, wanted)


def _seen(context: Context, arguments: Mapping[str, Any]) -> Iterator[SourceFile]:
    root = context.storages.root(arguments["storage"])
    if arguments["manifest"]:
        manifest = read_manifest(inside(root, arguments["manifest"]))
        return scan(root, identity_from=None, manifest=manifest)
    label = Label(arguments["label"])
    # What a person says of a folder that Verity did not write goes before what it looks like.
    claims = read_export(root) if is_ours(root) or label is Label.UNKNOWN else None
    if claims is not None:
        return scan(root, identity_from=None, manifest=claims)
    return scan(root, label=label)


def _unpacked(context: Context, job_id: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Turn an import of TFRecord shards into one of the images that they were unpacked to."""
    name = arguments["storage"]
    folder = unpacked(context, f"{name}-{job_id}", context.storages.root(name))
    if folder is None:
        return arguments
    storage = context.storages.register(UPath(folder))
    return {**arguments, "storage": storage, "manifest": MANIFEST}


def settle_files(
    context: Context, job_id: str, start: int, stop: int, find_faces: DetectFaces = detect
) -> None:
    """Settle the files of one stretch that an earlier try has not settled."""
    with reading(context.database) as session:
        rule = imports.normalise_rule(session)
        files = imports.pending_files(session, job_id, start, stop)
    seen: dict[ChecksumSha256, Found] = {}
    root_of = cache(context.storages.root)
    found = [(file, _look_at(context, file, root_of, rule, find_faces, seen)) for file in files]
    with writing(context.database) as session:
        imports.settle_all(session, job_id, found)


def _look_at(
    context: Context,
    file: PendingFile,
    root_of: Callable[[str], UPath],
    rule: NormaliseRule,
    find_faces: DetectFaces,
    seen: dict[ChecksumSha256, Found],
) -> Found:
    """Say what a file is; bytes that were seen before are read and summed, but not decoded."""
    try:
        data = read_inside(root_of(file.storage), file.key)
    except (OSError, NotFound, InvalidInput) as error:
        return Rejection(imports.UNREADABLE, str(error))
    name = checksum(data)
    if name not in seen:
        seen[name] = _take_in(context, data, name, rule, find_faces)
    return seen[name]


def _take_in(
    context: Context,
    data: bytes,
    name: ChecksumSha256,
    rule: NormaliseRule,
    find_faces: DetectFaces,
) -> Found:
    # The files are asked first, which is cheap: without them a known image is made whole again.
    if is_complete(context.store, name, len(data)) and _is_known(context, name):
        return KnownImage(name)
    try:
        return take_in(context.store, data, rule, name, find_faces)
    except RejectedImage as error:
        return Rejection(error.reason.value, str(error), name)


def _is_known(context: Context, name: ChecksumSha256) -> bool:
    with reading(context.database) as session:
        return imports.is_known(session, name)


def count_outcomes(context: Context, job_id: str) -> dict[str, int]:
    """Count the import's files by outcome, waiting ones included."""
    with reading(context.database) as session:
        return imports.outcomes(session, job_id)


def refuse_unsettled(counts: Mapping[str, int]) -> None:
    """Let only an import end well whose every file was settled.

    Raises:
        Conflict: If files wait: another version of Verity shared the work out differently.
    """
    if counts["waiting"]:
        raise Conflict(
            f"Expected every file of the import to be settled. Received {counts['waiting']:,} that "
            "wait, because Verity was updated while it ran: import the folder again."
        )


def reconcile(context: Context, job_id: str, author: str) -> dict[str, int]:
    """Settle what images found in several places are called, and return the import's counts.

    Beside the outcomes of its files: `relabelled`, the images known before that have another label
    now, where there are any.
    """
    with writing(context.database) as session:
        relabelled = imports.reconcile_claims(session, job_id, actor=author)
        counts = imports.outcomes(session, job_id)
    return counts | ({"relabelled": relabelled} if relabelled else {})
