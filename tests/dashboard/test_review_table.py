import csv
import io
from pathlib import Path

from dashboard.home import open_database
from dashboard.review_table import verdicts_csv
from dashboard.settings import Settings
from db import review_comments
from db.engine import writing
from db.reviews import give_opinion
from tests.db.review_builders import LABEL, items_of, queue_of


def test_the_file_reads_back_and_runs_nothing_in_a_spreadsheet(tmp_path: Path) -> None:
    words = 'says "fake", twice; <script>alert(1)</script>'
    with writing(open_database(Settings(home=tmp_path))) as session:
        queue_id = queue_of(session, 2, name="=1+1")
        first, _ = items_of(session, queue_id, 2)
        for reviewer in ("@ada", "bob"):
            give_opinion(session, first, LABEL, reviewer=reviewer)
        review_comments.add_comment(session, first, words, author="bob")
        text = verdicts_csv(session, queue_id)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["queue"], row["reviewer"]) for row in rows] == [
        ("'=1+1", "'@ada"),
        ("'=1+1", "bob"),
    ]
    assert {row["comments"] for row in rows} == {f"bob: {words}"}
    assert (rows[0]["score"], rows[0]["settled_by"]) == ("0.99", "")
