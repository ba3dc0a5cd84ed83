import sys
from pathlib import Path

import pytest

from benchmarks import import_pass, peers

OURS = ["analysis", "full import, no faces", "full import, with faces"]


def test_measures_ours_and_says_why_a_peer_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(import_pass.PEERS_PYTHON, sys.executable)
    rows = {row.name: row for row in import_pass.measure(tmp_path, n_files=10)}
    assert list(rows) == [*OURS, *peers.PEERS]
    assert all(rows[name].cpu_s for name in OURS)
    assert all((rows[name].rss_mb or 0) > 0 for name in OURS)
    for name in peers.PEERS:
        is_measured = rows[name].cpu_s is not None
        assert ("x our analysis" if is_measured else "not measured: ") in rows[name].note
    assert rows["imagehash"].cpu_s  # the tests have it
