"""The embedded demo: invented faces with planted trouble, loaded like any other folder."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType
from urllib.error import URLError

from upath import UPath

from core.errors import InvalidInput, Unavailable, VerityError
from core.types import Label
from dashboard.home import open_storages, scratch
from dashboard.jobs.client import Job, Jobs, JobState, Source
from dashboard.settings import Settings
from dashboard.sources import start_import

EXAMPLES = Path(__file__).parents[1] / "examples"
SOURCES = ("rendered", "lfw")


def load(settings: Settings, faces: str) -> str | None:
    """Import the demo's photographs the first time; return the job, or None if it was done.

    Raises:
        InvalidInput: If `faces` is not one of SOURCES.
        Unavailable: If LFW is asked for and cannot be downloaded.
    """
    if faces not in SOURCES:
        raise InvalidInput(
            f"Expected --faces to be one of {', '.join(SOURCES)}. Received {faces!r}."
        )
    folder = _rendered(settings) if faces == "rendered" else _download_lfw(settings)
    jobs = Jobs(settings)
    storage = open_storages(settings).register(UPath(folder))
    if any(_loads(job, storage) for job in jobs.list_jobs(limit=1000)):
        return None
    return start_import(jobs, settings, UPath(folder), label=Label.GENUINE)


def _loads(job: Job, storage: str) -> bool:
    is_import = job.kind == "import" and job.arguments["storage"] == storage
    return is_import and (job.is_active or job.state is JobState.DONE)


def _rendered(settings: Settings) -> Path:
    """Copy the rendered faces into the home and plant the trouble, once."""
    folder = settings.root / "demo"
    if not folder.exists():
        partial = scratch(settings) / "demo"
        shutil.copytree(EXAMPLES / "faces", partial, ignore=shutil.ignore_patterns("*.csv"))
        _examples_module("plant").plant(partial)
        partial.rename(folder)
    return folder


def _examples_module(name: str) -> ModuleType:
    """Import a script of examples/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    if spec is None or spec.loader is None:
        raise Unavailable(f"Expected {EXAMPLES / name}.py. Received nothing: check the checkout.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _download_lfw(settings: Settings) -> Path:
    """Download Labeled Faces in the Wild with scikit-learn's downloader."""
    from sklearn.datasets import fetch_lfw_people

    cache = settings.folder("cache")
    try:
        fetch_lfw_people(data_home=str(cache), min_faces_per_person=40, resize=0.1)
    except (URLError, OSError) as error:
        raise Unavailable(
            f"Expected a network to download LFW from figshare.com. Received: {error}. "
            "`python -m dashboard demo` needs none: its faces are rendered."
        ) from error
    return cache / "lfw_home" / "lfw_funneled"


def walk(settings: Settings) -> None:
    """Go the whole way on what is loaded: fakes, a frozen version, a trained detector.

    Raises:
        VerityError: If a step fails; the text is the job's.
    """
    from dashboard.following import follow
    from dashboard.supervision import workers

    jobs = Jobs(settings)
    with workers(settings):
        for job in jobs.list_jobs():
            if job.is_active:
                follow(jobs, job.id)
        _follow(jobs, jobs.generate("self-blended", {}))
        frozen = _follow(jobs, jobs.freeze())
        version = (frozen.result or {})["version"]
        _follow(jobs, jobs.train(Source(version), {}))


def _follow(jobs: Jobs, job_id: str) -> Job:
    from dashboard.following import follow

    job = follow(jobs, job_id)
    if job.state is not JobState.DONE:
        raise VerityError(f"The {job.kind} job {job.id} {job.state}: {job.error or 'no reason'}")
    return job
