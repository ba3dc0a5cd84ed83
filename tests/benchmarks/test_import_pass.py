from pathlib import Path

from benchmarks import import_pass


def test_measures_ours_and_says_which_peers_are_missing(tmp_path: Path) -> None:
    rows = {row.name: row for row in import_pass.measure(tmp_path, n_files=10)}
    ours = ["analysis", "full import, no faces", "full import, with faces", "imagehash pHash"]
    assert list(rows) == [*ours, *import_pass.PEERS]
    assert all(rows[name].cpu_s for name in ours)
    for name in import_pass.PEERS:
        assert rows[name].cpu_s or rows[name].note == f"not measured: pip install {name}"
