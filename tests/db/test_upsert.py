from sqlalchemy import select
from sqlalchemy.orm import Session

from core.types import Split
from db.tables import CollectionRow, RejectRow, StudyRow, TrialRow, now
from db.upsert import insert_missing, upsert
from tests.db.builders import STORAGE, add, freeze


def reject(key: str, detail: str) -> dict[str, object]:
    return {
        "storage": STORAGE,
        "key": key,
        "checksum": None,
        "reason": "truncated",
        "detail": detail,
        "seen_at": now(),
    }


def details(session: Session) -> dict[str, str]:
    rows = session.execute(select(RejectRow.key, RejectRow.detail).order_by(RejectRow.key))
    return {row.key: row.detail for row in rows}


def test_insert_missing_adds_what_is_new_and_leaves_the_rest(writer: Session) -> None:
    insert_missing(writer, RejectRow, [reject("a", "first")])
    insert_missing(writer, RejectRow, [reject("a", "second"), reject("b", "second")])
    assert details(writer) == {"a": "first", "b": "second"}


def test_insert_missing_takes_nothing(writer: Session) -> None:
    insert_missing(writer, RejectRow, [])
    assert details(writer) == {}


def test_insert_missing_gives_way_to_any_unique_key(writer: Session) -> None:
    moment = now()
    row = {"id": 1, "normalise_rule": "crop", "created_at": moment}
    insert_missing(writer, CollectionRow, [row])
    insert_missing(writer, CollectionRow, [{**row, "normalise_rule": "letterbox"}])
    assert writer.get_one(CollectionRow, 1).normalise_rule == "crop"


def test_upsert_overwrites_the_row_with_the_same_key_and_no_other(writer: Session) -> None:
    for key, detail in [("a", "first"), ("b", "other"), ("a", "second")]:
        upsert(writer, RejectRow, ("storage", "key"), reject(key, detail))
    assert details(writer) == {"a": "second", "b": "other"}


def test_upsert_overwrites_json(writer: Session) -> None:
    version = freeze(writer, [(add(writer, "a"), Split.TRAIN)])
    study = StudyRow(job_id="j", dataset_version=version, params={}, author="ada")
    writer.add(study)
    writer.flush()
    for dropout in (0.1, 0.5):
        values = {
            "study_id": study.id,
            "number": 0,
            "params": {"dropout": dropout, "crop": None},
            "val_auc": 0.5,
            "seconds": 1.0,
        }
        upsert(writer, TrialRow, ("study_id", "number"), values)
    (row,) = writer.scalars(select(TrialRow))
    assert row.params == {"dropout": 0.5, "crop": None}
