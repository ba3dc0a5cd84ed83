"""A small installation with two scored runs, made in seconds: no training, no workers.

    from tests.seeded import seed_scored_home

    seeded = seed_scored_home(tmp_path / "data")      # seeded.runs == (1, 2), seeded.version == 1

It holds 80 images of 20 invented people (`examples/faces`): for each two photographs and two
fakes made of them, one of either generator. Files, thumbnails, faces, hashes and checks are real:
they go through the functions that an import uses. Two sources ("studio" and "street", the latter
saved as poor and small JPEGs), two tags ("glasses" on every fifth image, "hard example" on two),
one frozen version split 60/10/10/20 by person (test: 16 images of 4 people) and two finished runs
with epochs and scores. Scores depend on the seed alone: run 1 is the better one (test AUC 0.89
and 0.77), both are wrong about some genuine images and some fakes, and not about the same ones. No
threshold is saved.

For pages: the fixture `scored_home` of tests/pages/conftest.py. In a browser, as in
tests/e2e/test_evaluate.py: make it the fixture `home`, and let `served` return "page", so that no
worker starts. A home is made in about 3 s: make it once a session and copy it (`shutil.copytree`).
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps
from sqlalchemy import Engine

from core.curation.groups import groups_of
from core.curation.splits import apply_rule
from core.curation.versions import content_hash
from core.faces.cues import FACES_VERSION, FaceSample, face_sharpness, face_size_px
from core.types import (
    Claim,
    DatasetItem,
    EpochMetrics,
    Face,
    FaceDetail,
    Label,
    NormaliseRule,
    RgbImage,
    SourceFile,
    Split,
)
from dashboard.home import open_database, open_store
from dashboard.jobs.files import stored_pixels, take_in
from dashboard.settings import Settings
from db import faces, images, imports, runs, tags, versions
from db.engine import reading, writing

FACES = Path(__file__).parents[1] / "examples" / "faces"
GENERATORS = ("self-blended", "masked-gan")
SOURCES = ("studio", "street")
AUTHOR = "Robin"
PARAMS = {"backbone": "VGG16", "crop": "face", "epochs": 3, "dropout": 0.3, "learning_rate": 0.001}
RULE = {"name": "60/10/10/20"}


@dataclass(frozen=True)
class Seeded:
    """What was made: the version's number and those of its runs, the better one first."""

    home: Path
    version: int
    runs: tuple[int, ...]


def seed_scored_home(home: Path, *, n_people: int = 20, seed: int = 41) -> Seeded:
    """Make an installation with images, fakes, a frozen version and two scored runs.

    Args:
        home: Folder of the installation; made if it is missing.
        n_people: People, 10 to 32, four images each.
        seed: Of the scores. With the default both runs are wrong about one or two of the genuine
            test images and about some fakes, at the threshold that validation suggests.
    """
    settings = Settings(home=home, user=AUTHOR)
    engine = open_database(settings)
    _import(engine, settings, n_people)
    _measure_faces(engine, settings)
    _put_tags(engine)
    items = frozen_items(engine)
    version = add_version(engine, items)
    numbers = tuple(
        add_run(engine, version, scores_of(items, sharpness, seed + at), job_id=f"seeded-{at}")
        for at, sharpness in enumerate((1.8, 1.1))
    )
    engine.dispose()
    return Seeded(home, version, numbers)


def _import(engine: Engine, settings: Settings, n_people: int) -> None:
    people = sorted(each for each in FACES.iterdir() if each.is_dir())[:n_people]
    for at, source in enumerate(SOURCES):
        _import_source(engine, settings, source, people[at::2], poor=source == "street")


def _import_source(
    engine: Engine, settings: Settings, source: str, people: Sequence[Path], *, poor: bool
) -> None:
    store, job_id = open_store(settings), f"seeded-{source}"
    photographs = [file for person in people for file in sorted(person.glob("*.jpg"))[:2]]
    data = [_photograph(file, poor=poor) for file in photographs]
    seen = [
        SourceFile(f"{file.parent.name}/{file.name}", Claim(Label.GENUINE, file.parent.name))
        for file in photographs
    ]
    found = [take_in(store, each, NormaliseRule.CROP) for each in data]
    generators = [GENERATORS[at % 2] for at in range(len(data))]
    made = [
        take_in(store, _fake(each, generator), NormaliseRule.CROP)
        for each, generator in zip(data, generators, strict=True)
    ]
    with writing(engine) as session:
        imports.normalise_rule(session, NormaliseRule.CROP)
        imports.list_files(session, job_id, source, seen)
        waiting = imports.pending_files(session, job_id, 0, len(seen))
        imports.settle_all(session, job_id, list(zip(waiting, found, strict=True)))
        for file, parent, fake, generator in zip(seen, found, made, generators, strict=True):
            parent_id = images.get_by_checksum(session, parent.checksum).id
            said = Claim(Label.FAKE, file.claim.identity, generator)
            imports.add_fake(session, fake, said, [parent_id], {"seed": 0})


def _photograph(file: Path, *, poor: bool) -> bytes:
    """Return a photograph as it is, or smaller and strongly compressed."""
    if not poor:
        return file.read_bytes()
    with Image.open(file) as opened:
        return _jpeg(opened.resize((320, 240)), quality=40)


def _fake(data: bytes, generator: str) -> bytes:
    """Return a stand-in for a fake: mirrored, and tinted or blurred by generator."""
    with Image.open(io.BytesIO(data)) as opened:
        mirrored = ImageOps.mirror(opened.convert("RGB"))
    if generator == GENERATORS[0]:
        return _jpeg(mirrored.filter(ImageFilter.GaussianBlur(1.5)), quality=95)
    red, green, blue = mirrored.split()
    return _jpeg(Image.merge("RGB", (red, green.point(lambda level: level * 0.85), blue)), 95)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _measure_faces(engine: Engine, settings: Settings) -> None:
    """Measure size and sharpness of the largest face; no mesh and no identity vectors."""
    store = open_store(settings)
    with writing(engine) as session:
        for label in (Label.GENUINE, Label.FAKE):
            for image in images.active_images(session, label, None):
                pixels = stored_pixels(store, "originals", image.checksum)
                details = [_detail(image.face, pixels)] if image.face else []
                faces.replace_faces(session, image.id, details, FACES_VERSION)


def _detail(face: Face, pixels: RgbImage) -> FaceDetail:
    sample = FaceSample(pixels, face, None, 1)
    scores = {"face_size": face_size_px(sample), "face_blur": face_sharpness(sample)}
    return FaceDetail(face, scores=scores)


def _put_tags(engine: Engine) -> None:
    with writing(engine) as session:
        ids = [row[0] for row in versions.candidates(session)]
        tags.add_tag(session, ids[::5], "glasses", actor=AUTHOR)
        tags.add_tag(session, ids[:2], "hard example", actor=AUTHOR)


def frozen_items(engine: Engine, seed: int = 0) -> list[DatasetItem]:
    """Return what is labelled now as the items of a version, split 60/10/10/20 by person."""
    with reading(engine) as session:
        rows = sorted(versions.candidates(session), key=lambda row: row[1])
        position = {row[0]: at for at, row in enumerate(rows)}
        links = [(position[a], position[b]) for a, b in versions.parent_links(session)]
    groups = [int(group) for group in groups_of([row[3] for row in rows], parents=links)]
    splits = apply_rule(RULE, groups, [row[2] for row in rows], seed)
    return [
        DatasetItem(*row, group, split)
        for row, group, split in zip(rows, groups, splits, strict=True)
    ]


def add_version(engine: Engine, items: Sequence[DatasetItem], seed: int = 0) -> int:
    """Freeze these items and return the version's number."""
    with writing(engine) as session:
        return versions.add_version(
            session,
            items,
            content_hash=content_hash(items, NormaliseRule.CROP),
            author=AUTHOR,
            rule=NormaliseRule.CROP,
            test_fraction=0.2,
            seed=seed,
            sources=SOURCES,
            split_rule=RULE,
        )


def scores_of(items: Sequence[DatasetItem], sharpness: float, seed: int) -> dict[int, float]:
    """Return a score an image, by number: the sharper, the fewer on the wrong side of 0.5."""
    drawn = np.random.default_rng(seed).normal(size=len(items))
    sides = np.array([1 if item.label is Label.FAKE else -1 for item in items])
    scores = 1 / (1 + np.exp(-1.5 * (sides * sharpness / 2 + drawn)))
    return {
        item.image_id: round(float(score), 4) for item, score in zip(items, scores, strict=True)
    }


def add_run(
    engine: Engine, version: int, scores: dict[int, float], *, job_id: str = "seeded-run"
) -> int:
    """Add a finished run of three epochs with these scores, and return its number."""
    with writing(engine) as session:
        number = runs.start_run(
            session,
            job_id=job_id,
            dataset_version=version,
            params=PARAMS,
            seed=0,
            weights="VGG16 (HED-BSDS500)",
            author=AUTHOR,
        )
        for epoch in (1, 2, 3):
            loss, auc = 0.7 - 0.1 * epoch, 0.6 + 0.1 * epoch
            runs.record_epoch(session, number, EpochMetrics(epoch, loss, auc, loss, auc, 1.5))
        runs.save_predictions(session, number, scores)
        runs.finish_run(session, number)
    return number


def in_split(items: Sequence[DatasetItem], split: Split) -> list[DatasetItem]:
    """Return the items of one split."""
    return [item for item in items if item.split is split]
