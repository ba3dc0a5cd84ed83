from pathlib import Path

from PIL import Image

from benchmarks.corpus import make_corpus


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in make_corpus(tmp_path / "a", 20)]
    assert first == [path.read_bytes() for path in make_corpus(tmp_path / "b", 20)]
    assert first != [path.read_bytes() for path in make_corpus(tmp_path / "c", 20, seed=8)]


def test_pictures_are_like_photographs_in_size_and_weight(tmp_path: Path) -> None:
    paths = make_corpus(tmp_path, 40)
    assert len(paths) == 40
    assert len({path.read_bytes() for path in paths}) == 36  # four byte copies
    weights = [path.stat().st_size for path in paths]
    assert 25_000 < sum(weights) / len(weights) < 50_000
    for path in tmp_path.glob("picture_*"):
        with Image.open(path) as image:
            assert 250 <= min(image.size) <= max(image.size) <= 640
