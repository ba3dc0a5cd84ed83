from pathlib import Path

import numpy as np

from core.images.normalise import encode_jpeg
from core.images.spectrum import N_RINGS
from dashboard.home import open_database, open_storages, open_store
from dashboard.jobs import bench
from dashboard.jobs.context import Context
from dashboard.settings import Settings

STORED, LOST = "a" * 64, "b" * 64


def test_spectra_that_are_known_are_not_measured_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, user="ada")
    store, database = open_store(settings), open_database(settings)
    noise = np.random.default_rng(0).integers(0, 256, (320, 480, 3), dtype=np.uint8)
    store.put("normalised", STORED, encode_jpeg(noise))
    context = Context(settings, database, store, open_storages(settings))
    first = bench._profiles(context, [STORED, LOST])
    assert first.shape == (1, N_RINGS)
    path = Path(str(store.path("normalised", STORED)))
    path.unlink()
    path.mkdir()  # whoever reads it now fails
    np.testing.assert_array_equal(bench._profiles(context, [STORED, LOST]), first)
    database.dispose()
