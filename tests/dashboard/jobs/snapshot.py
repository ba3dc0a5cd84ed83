"""What a home holds, in a form that two homes can be compared by."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from db.engine import open_engine

QUERIES = {
    "images": "SELECT checksum, format, width_px, height_px, label, identity, generator, status,"
    " n_faces, is_paired FROM images",
    "hashes": "SELECT checksum, algorithm, version, value FROM image_hashes"
    " JOIN images ON images.id = image_id",
    "locations": "SELECT checksum, storage, key, claimed_label, claimed_identity FROM locations"
    " JOIN images ON images.id = image_id",
    "rejects": "SELECT storage, key, reason, checksum FROM rejects",
    "files": "SELECT storage, key, outcome = 'rejected', reason FROM import_files",
    "pairs": "SELECT min(a.checksum, b.checksum), max(a.checksum, b.checksum), distance_bits,"
    " is_mirrored, is_confirmed FROM pairs JOIN images a ON a.id = left_id"
    " JOIN images b ON b.id = right_id",
    "items": "SELECT version, checksum, dataset_items.label, split FROM dataset_items"
    " JOIN images ON images.id = image_id",
    "runs": "SELECT id, dataset_version, weights_hash, best_epoch, best_val_auc FROM runs",
    "epochs": "SELECT run_id, epoch, loss, auc, val_loss, val_auc FROM epochs",
    "trials": "SELECT study_id, number, params, val_auc FROM trials",
    "predictions": "SELECT run_id, checksum, score FROM predictions"
    " JOIN images ON images.id = image_id",
}
KEPT_FOLDERS = ("files", "runs", "cache", "tmp")


def snapshot(root: Path) -> dict[str, Any]:
    """Return every table's rows, sorted, and every file with its size."""
    engine = open_engine(f"sqlite:///{root / 'verity.sqlite'}")
    rows: dict[str, Any] = {name: _rows(engine, query) for name, query in QUERIES.items()}
    engine.dispose()
    return {**rows, "tree": _tree(root)}


def _rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return sorted((tuple(row) for row in connection.execute(text(query))), key=repr)


def _tree(root: Path) -> list[tuple[str, int | None]]:
    """List files; a model's archive holds the time of its making, so its size may vary."""
    paths = [p for name in KEPT_FOLDERS for p in sorted((root / name).rglob("*")) if p.is_file()]
    return [
        (path.relative_to(root).as_posix(), None if "runs" in path.parts else path.stat().st_size)
        for path in paths
    ]
