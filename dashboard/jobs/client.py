"""Starting, following and stopping jobs, for pages and for the command line."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from dbos import DBOSClient, EnqueueOptions, WorkflowStatus
from dbos import error as engine_errors

from core.curation.exports.base import Copies
from core.errors import Conflict, NotFound
from core.types import Label, NormaliseRule
from dashboard.jobs import engine
from dashboard.settings import Settings


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_STATES = {
    "ENQUEUED": JobState.QUEUED,
    "DELAYED": JobState.QUEUED,
    "PENDING": JobState.RUNNING,
    "SUCCESS": JobState.DONE,
    "CANCELLED": JobState.CANCELLED,
}
_QUEUES = {
    "import": engine.FLOW,
    "faces": engine.FLOW,
    "measure": engine.FLOW,
    "freeze": engine.CPU,
    "generate": engine.GPU,
    "train": engine.GPU,
    "tune": engine.GPU,
    "evaluate": engine.GPU,
    "identify": engine.CPU,
    "accept": engine.CPU,
    "export": engine.CPU,
    "mislabelled": engine.CPU,
    "map": engine.CPU,
    "warm": engine.SCORE,
    "try": engine.SCORE,
}
KINDS = tuple(kind for kind, queue in _QUEUES.items() if queue != engine.SCORE)
"""The kinds of jobs that people follow; what a page waits for leaves no trace among them."""


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes:
        fraction: 0 to 1.
        started_from: The fraction at `started_at`, when the present phase of the job began.
        started_done: The same of `done`: more than 0 where a killed job went on.
        message: One line about what it does now.
        started_at: When the work began, for time left.
        done: Things done so far, of `total`.
        counts: Further figures, by name.
    """

    fraction: float
    message: str
    started_at: datetime
    started_from: float = 0.0
    started_done: int = 0
    done: int = 0
    total: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Time since the work began."""
        return max((datetime.now(UTC) - self.started_at).total_seconds(), 0.001)

    @property
    def rate(self) -> float:
        """Things done a second."""
        return (self.done - self.started_done) / self.seconds

    @property
    def seconds_left(self) -> float | None:
        """Time left of the present phase at its pace so far; None before there is one."""
        if self.total and self.rate:
            return (self.total - self.done) / self.rate
        gained = self.fraction - self.started_from
        return self.seconds * (1 - self.fraction) / gained if gained > 0 else None


@dataclass(frozen=True)
class Job:
    """A piece of long work. `result` and `error` are set once it has ended."""

    id: str
    kind: str
    state: JobState
    author: str
    arguments: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    result: Mapping[str, Any] | None
    error: str | None

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class Source:
    """What a training or a search works on.

    Attributes:
        weights: Of the trunk: a name or a file.
        crop: What part of an image the detector sees.
    """

    dataset_version: int
    weights: str = "HED-BSDS500"
    crop: str = "face"
    seed: int = 0


class Jobs:
    """A connection to the job engine of one installation.

    Args:
        settings: Of the installation.
        author: Asked whenever a job starts: who starts it. The installation's user by default.
    """

    def __init__(self, settings: Settings, author: Callable[[], str] | None = None) -> None:
        engine.prepare(settings)
        self._client = DBOSClient(
            system_database_url=settings.jobs_database,
            serializer=engine.SERIALIZER,
            application_name=engine.APPLICATION,
            lazy=True,
            retry_connection_errors=False,
        )
        self._author = author or (lambda: settings.user)

    def import_folder(
        self,
        storage: str,
        *,
        manifest: str | None = None,
        label: Label = Label.UNKNOWN,
        rule: NormaliseRule | None = None,
    ) -> str:
        """Import the files of a named storage; return the job."""
        return self._enqueue(
            "import",
            {
                "storage": storage,
                "manifest": manifest,
                "label": label.value,
                "rule": rule.value if rule else None,
            },
            once=f"import {storage}",
        )

    def find_faces(self) -> str:
        """Measure the faces of all images that wait for it; return the job."""
        return self._enqueue("faces", {}, once="faces")

    def measure_again(self) -> str:
        """Measure the images anew that an older version has measured; return the job."""
        return self._enqueue("measure", {}, once="measure")

    def freeze(
        self,
        *,
        test_fraction: float = 0.3,
        seed: int = 0,
        sources: Sequence[str] = (),
        rule: str = "70/30",
        folds: int = 5,
        hard_examples: bool = False,
    ) -> str:
        """Freeze the next dataset version, of all images or of some storages; return the job.

        `rule` is a name in core.curation.splits.SPLIT_RULES; `test_fraction` counts for "70/30"
        and `folds` for "k-fold", which makes a version a fold. With `hard_examples` those go to
        training, with all that belongs to them.
        """
        arguments = {"test_fraction": test_fraction, "seed": seed, "sources": list(sources)}
        arguments |= {"rule": rule, "folds": folds}
        if hard_examples:
            arguments["hard_examples"] = True
        return self._enqueue("freeze", arguments, once="freeze")

    def generate(
        self, generator: str, params: Mapping[str, Any], *, seed: int = 0, limit: int | None = None
    ) -> str:
        """Make a fake from each active genuine image (at most `limit`); return the job."""
        return self._enqueue(
            "generate",
            {"generator": generator, "params": dict(params), "seed": seed, "limit": limit},
        )

    def train(self, source: Source, params: Mapping[str, Any]) -> str:
        """Train and score a detector; return the job."""
        return self._enqueue("train", {**asdict(source), "params": dict(params)})

    def tune(self, source: Source, params: Mapping[str, Any]) -> str:
        """Search hyper-parameters on cached features; return the job."""
        return self._enqueue("tune", {**asdict(source), "params": dict(params)})

    def evaluate(self, run_id: int) -> str:
        """Score a run's best checkpoint again on its version; return the job."""
        return self._enqueue("evaluate", {"run_id": run_id}, once=f"evaluate {run_id}")

    def identify(self) -> str:
        """Look for names and faces that disagree; return the job."""
        return self._enqueue("identify", {}, once="identify")

    def accept(self, max_bits: int) -> str:
        """Decide the near-duplicate pairs up to a distance as suggested; return the job."""
        return self._enqueue("accept", {"max_bits": max_bits}, once="accept")

    def export(self, version: int, format: str, copies: Copies = Copies.ORIGINALS) -> str:
        """Write a frozen version out in one of the formats of `EXPORTS`; return the job."""
        arguments = {"version": version, "format": format, "copies": copies.value}
        return self._enqueue("export", arguments, once=f"export {version} {format} {copies}")

    def find_label_mistakes(self, run_id: int, *, join_folds: bool = True) -> str:
        """Look for labels that a run's scores contradict; return the job.

        `join_folds` takes the scores of like runs on the other folds too, if there are any.
        """
        arguments = {"run_id": run_id, "join_folds": join_folds}
        return self._enqueue("mislabelled", arguments, once="mislabelled")

    def draw_map(self, *, anew: bool = False, seed: int = 0) -> str:
        """Put new images on the map of faces, or draw it anew; return the job."""
        return self._enqueue("map", {"anew": anew, "seed": seed}, once="map")

    def warm_up(self, run_id: int) -> str:
        """Have the scoring worker load a run's detector; return the job."""
        return self._enqueue("warm", {"run_id": run_id})

    def try_image(self, place: str, run_id: int, face: int | None = None) -> str:
        """Have the scoring worker judge a picture that was handed over; return the job.

        Args:
            place: Where `dashboard.tried.Handover` left it.
            run_id: Whose detector judges it.
            face: Place of the face, the largest being 0; the largest without it.
        """
        return self._enqueue("try", {"place": place, "run_id": run_id, "face": face})

    def list_jobs(self, limit: int = 50) -> list[Job]:
        """Return jobs, newest first."""
        found = self._client.list_workflows(name=list(KINDS), sort_desc=True, limit=limit)
        return [_job(status) for status in found]

    def get_job(self, job_id: str) -> Job:
        """Return one job, or raise NotFound."""
        found = self._client.list_workflows(workflow_ids=[job_id])
        if not found:
            raise NotFound(f"Expected the id of a job, as `jobs` lists them. Received {job_id!r}.")
        return _job(found[0])

    def find_progress(self, job_id: str) -> Progress | None:
        """Return how far a job is, or None before it said so."""
        told = self._client.get_event(job_id, engine.PROGRESS, timeout_seconds=0)
        if told is None:
            return None
        return Progress(**{**told, "started_at": datetime.fromisoformat(told["started_at"])})

    def log(self, job_id: str, offset: int = 0) -> Iterator[str]:
        """Yield the lines that a job has logged so far, from `offset` on."""
        try:
            yield from self._client.read_stream(
                job_id, engine.LOG, offset=offset, timeout_seconds=0
            )
        except engine_errors.DBOSStreamTimeoutError:
            return

    def cancel(self, job_id: str) -> None:
        """Stop a job; what it finished stays.

        Raises:
            Conflict: If it has ended already.
        """
        job = self.get_job(job_id)
        if not job.is_active:
            raise Conflict(f"Expected a job that waits or runs. Received one that is {job.state}.")
        self._client.cancel_workflow(job_id, cancel_children=True)

    def retry(self, job_id: str) -> str:
        """Go on with a cancelled job from what it finished, or start a failed one anew.

        Returns:
            The job to follow: the same for a cancelled one, a new one for a failed one.

        Raises:
            Conflict: If it waits, runs or is done.
        """
        job = self.get_job(job_id)
        if job.state is JobState.FAILED:
            return self._enqueue(job.kind, job.arguments)
        if job.state is not JobState.CANCELLED:
            raise Conflict(
                f"Expected a job that failed or was cancelled. Received one {job.state}."
            )
        parts = self._client.list_workflows(parent_workflow_id=job_id, status="CANCELLED")
        self._client.resume_workflows([part.workflow_id for part in parts], queue_name=engine.CPU)
        self._client.resume_workflow(job_id, queue_name=_QUEUES[job.kind])
        return job_id

    def _enqueue(self, kind: str, arguments: Mapping[str, Any], once: str | None = None) -> str:
        options: EnqueueOptions = {
            "workflow_name": kind,
            "queue_name": _QUEUES[kind],
            "workflow_id": uuid.uuid4().hex[:12],
            "app_version": engine.VERSION,
            "authenticated_user": self._author(),
        }
        if once:
            options["deduplication_id"] = once
        try:
            return str(self._client.enqueue(options, dict(arguments)).get_workflow_id())
        except engine_errors.DBOSQueueDeduplicatedError as error:
            raise Conflict(
                f"The same {kind} waits or runs already: job {error.workflow_id}."
            ) from error


def _job(status: WorkflowStatus) -> Job:
    state = _STATES.get(status.status, JobState.FAILED)
    created = datetime.fromtimestamp((status.created_at or 0) / 1000, UTC)
    return Job(
        id=status.workflow_id,
        kind=status.name,
        state=state,
        author=status.authenticated_user or "",
        arguments=status.input["args"][0] if status.input else {},
        created_at=created,
        updated_at=datetime.fromtimestamp((status.updated_at or 0) / 1000, UTC),
        result=status.output if state is JobState.DONE else None,
        error=str(status.error) if status.error else None,
    )
