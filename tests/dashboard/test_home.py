from pathlib import Path

from dashboard.home import clear_dead_scratch, scratch
from dashboard.settings import Settings


def test_only_what_a_running_process_writes_is_left(tmp_path: Path) -> None:
    """A folder of no process at all must not keep a worker from starting either."""
    home = Settings(home=tmp_path)
    mine = scratch(home)
    for folder in (mine, mine.with_name("999999999"), mine.with_name("demo")):
        folder.mkdir()
        (folder / "half").write_bytes(b"half of a file")
    clear_dead_scratch(home)
    assert [each.name for each in mine.parent.iterdir()] == [mine.name]
    assert (mine / "half").exists()
