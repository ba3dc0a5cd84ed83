"""A small installation with something on every screen, built once and copied for each test."""

import io
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from core.curation.ingest import Analysed, analyse
from core.images.storage import Store
from core.types import (
    Box,
    Claim,
    DatasetItem,
    EpochMetrics,
    Face,
    Label,
    NormaliseRule,
    RgbImage,
    SourceFile,
    Split,
    Trial,
)
from dashboard.home import open_database, open_store
from dashboard.jobs.client import Jobs
from dashboard.settings import Settings, settings
from db import imports, pairs, runs, versions
from db.engine import reading, writing
from db.imports import Rejection
from tests.seeded import seed_scored_home

ROOT = Path(__file__).resolve().parents[2]
IDENTITIES = ("Ada_Lovelace", "Grace_Hopper", "Alan_Turing", "Mary_*Jackson*")
N_PHOTOGRAPHS = 12
N_FAKES = 6
N_IMAGES = N_PHOTOGRAPHS + N_FAKES + 2

OpenPage = Callable[..., AppTest]


def picture(seed: int, size_px: tuple[int, int] = (300, 240)) -> RgbImage:
    """Draw a picture of smooth random colours; every seed gives another."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (4, 5, 3), dtype=np.uint8)
    return np.array(Image.fromarray(coarse).resize(size_px, Image.Resampling.BICUBIC))


def encode(pixels: RgbImage, image_format: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, image_format)
    return buffer.getvalue()


def _face(pixels: RgbImage) -> list[Face]:
    points = ((120.0, 90.0), (180.0, 90.0), (150.0, 120.0), (125.0, 150.0), (175.0, 150.0))
    return [Face(Box(100, 60, 100, 120), points, 0.9)]


def _no_face(pixels: RgbImage) -> list[Face]:
    return []


def _keep(store: Store, analysed: Analysed, data: bytes) -> Analysed:
    store.put("originals", analysed.checksum, data)
    store.put("normalised", analysed.checksum, analysed.normalised)
    store.put("thumbnails", analysed.checksum, analysed.thumbnail)
    return analysed


def _analysed(
    store: Store, seed: int, image_format: str = "PNG", has_face: bool = True
) -> Analysed:
    data = encode(picture(seed), image_format)
    detect = _face if has_face else _no_face
    return _keep(store, analyse(data, NormaliseRule.CROP, detect), data)


def _seed(home: Settings) -> None:
    engine, store = open_database(home), open_store(home)
    job_id = Jobs(home).import_folder("photographs", label=Label.GENUINE)
    n_new = N_PHOTOGRAPHS + 2
    names = [f"{IDENTITIES[i % 4]}/{i:02d}.png" for i in range(n_new)]
    claims = [Claim(Label.GENUINE, IDENTITIES[i % 4]) for i in range(N_PHOTOGRAPHS)]
    claims += [Claim(), Claim()]
    files = [SourceFile(name, claim) for name, claim in zip(names, claims, strict=True)]
    files += [SourceFile("copy of 00.png"), SourceFile("notes.txt"), SourceFile("broken.jpg")]
    formats = ["PNG", "JPEG", "TIFF"]
    found: list[Analysed | Rejection] = [
        _analysed(store, i, formats[i % 3], has_face=i != n_new - 1) for i in range(n_new)
    ]
    found += [
        found[0],
        Rejection("not an image", "Expected one of JPEG, PNG. Received bytes that are none."),
        Rejection("truncated", "Expected a whole file. Received 12 bytes less."),
    ]
    with writing(engine) as session:
        imports.normalise_rule(session, NormaliseRule.CROP)
        imports.list_files(session, job_id, "photographs", files)
        waiting = imports.pending_files(session, job_id, 0, len(files))
        for file, facts in zip(waiting, found, strict=True):
            imports.settle(session, job_id, file, facts)
        for i in range(N_FAKES):
            claim = Claim(Label.FAKE, IDENTITIES[i % 4], "self-blended")
            facts = _analysed(store, 100 + i)
            imports.add_fake(session, facts, claim, [i + 1], {"seed": i})
        pairs.add_pairs(session, [_pair(1, 5, 2), _pair(3, 7, 0), _pair(5, 16, 4, mirrored=True)])
    _seed_detection(home)


def _pair(left: int, right: int, bits: int, mirrored: bool = False) -> dict[str, object]:
    return {
        "left_id": left,
        "right_id": right,
        "algorithm": "phash",
        "distance_bits": bits,
        "is_mirrored": mirrored,
        "similarity": 0.97,
        "is_confirmed": True,
        "method": "correlation",
    }


def _seed_detection(home: Settings) -> None:
    engine = open_database(home)
    params = {"backbone": "VGG16", "epochs": 3, "dropout": 0.3, "learning_rate": 0.001}
    with reading(engine) as session:
        chosen = versions.candidates(session)
    splits = [Split.TRAIN, Split.VALIDATION, Split.TEST]
    items = [
        DatasetItem(image_id, checksum, label, identity, n, splits[n % 3])
        for n, (image_id, checksum, label, identity) in enumerate(chosen)
    ]
    with writing(engine) as session:
        version = versions.add_version(
            session,
            items,
            content_hash="c0" * 32,
            author="tester",
            rule=NormaliseRule.CROP,
            test_fraction=0.3,
            seed=0,
        )
        run = runs.start_run(
            session,
            job_id="run-1",
            dataset_version=version,
            params=params,
            seed=0,
            weights="VGG16 (HED-BSDS500)",
            author="tester",
        )
        for epoch in (1, 2, 3):
            auc = 0.6 + 0.1 * epoch
            metrics = EpochMetrics(epoch, 0.7 - 0.1 * epoch, auc, 0.7 - 0.05 * epoch, auc, 1.5)
            runs.record_epoch(session, run, metrics)
        scores = {
            item.image_id: (0.8 if item.label is Label.FAKE else 0.3) - 0.02 * item.group
            for item in items
        }
        runs.save_predictions(session, run, scores)
        runs.finish_run(session, run)
        study = runs.start_study(
            session, job_id="study-1", dataset_version=version, params=params, author="tester"
        )
        for number, auc in enumerate((0.71, 0.83, 0.64)):
            tried = {"dropout": 0.1 * number, "learning_rate": 0.001}
            runs.record_trial(session, study, Trial(number, tried, auc, 2.0))


@pytest.fixture(scope="session")
def seeded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation that each test gets a copy of."""
    folder = tmp_path_factory.mktemp("seeded")
    _seed(Settings(home=folder, user="tester"))
    return folder


def _enter(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERITY_HOME", str(home))
    monkeypatch.setenv("VERITY_USER", "tester")
    settings.cache_clear()
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def seeded_home(
    seeded_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """A copy of the seeded installation, in force for this test."""
    home = tmp_path / "home"
    shutil.copytree(seeded_once, home)
    _enter(home, monkeypatch)
    yield settings()
    settings.cache_clear()
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def scored_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with two scored runs that each test gets a copy of."""
    return seed_scored_home(tmp_path_factory.mktemp("scored") / "data").home


@pytest.fixture
def scored_home(
    scored_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """A copy of the installation of `tests.seeded`, in force for this test."""
    _enter(Path(shutil.copytree(scored_once, tmp_path / "home")), monkeypatch)
    yield settings()
    settings.cache_clear()
    st.cache_resource.clear()


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A new installation, in force for this test."""
    _enter(tmp_path / "empty", monkeypatch)
    yield settings()
    settings.cache_clear()
    st.cache_resource.clear()


@pytest.fixture(scope="session", autouse=True)
def light_page_runs() -> Iterator[None]:
    """Spare page runs what costs them most here, and a dashboard's process next to nothing.

    Streamlit searches the installed packages for components for every new app, and after every run
    clears Keras where the process has loaded it, as other tests may have done before.
    """
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture
def open_page() -> OpenPage:
    """Run one page of the real app: `open_page("browse.py", image="ab12...")`."""

    def run(file: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "dashboard/main.py"), default_timeout=60).run()
        app.switch_page(f"../pages/{file}")
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return run
