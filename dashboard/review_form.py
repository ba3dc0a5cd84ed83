"""Review: the form that makes a queue."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from core.errors import InvalidInput
from core.review import queues
from core.review.queues import QueueRequest
from core.types import Run, Split
from dashboard import choices, resources
from dashboard.auth import actor
from dashboard.review_figures import OMISSION
from dashboard.review_queues_view import KINDS, open_queue
from dashboard.scores import Operating, operating_threshold
from dashboard.text import count, plain
from dashboard.text import threshold as shown
from db import people, review_queues
from db.review_candidates import candidates

HELP = {
    queues.FALSE_POSITIVES: "Genuine images above the threshold, highest score first: the costly "
    "error.",
    queues.MISSES: "Fakes below the threshold, lowest score first.",
    queues.UNCERTAIN: "Scores around the threshold, nearest first.",
    queues.DISAGREEMENTS: "Images that two runs call differently, widest gap first.",
    queues.RANDOM_AUDIT: "A random sample of both labels: tells how many labels are wrong at all.",
}
MAX_LIMIT = 5_000


def is_asked() -> bool:
    """Return whether the URL asks for a new queue."""
    return "kind" in st.query_params or "run" in st.query_params


def show(scored: Sequence[Run]) -> None:
    """Draw the form; what the URL asks for stands in it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = _kind()
        run = _run(scored, "run", "Run")
        split = _split()
    with resources.session() as session:
        operating = operating_threshold(session, run.id)
        known = people.names(session)
    threshold, params = _figures(kind, run, operating, scored)
    st.caption(f"{HELP[kind]} {plain(_origin(operating, threshold))}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        limit = st.number_input("At most", value=60, key="queue-limit", width=130)
        n_opinions = st.number_input(
            "Opinions each",
            value=2,
            key="queue-opinions",
            width=130,
            help="So many people judge every image, without seeing what the others said. With two "
            "or more the team's agreement can be measured.",
        )
        reviewers = st.multiselect(
            "Reviewers",
            known,
            key="queue-reviewers",
            accept_new_options=True,
            placeholder="Anybody, or choose names",
        )
        again = st.toggle(
            "Settled ones too",
            kind == queues.RANDOM_AUDIT,
            key=f"queue-again-{kind}",
            help="Images that an earlier queue of this run has settled are left out otherwise.",
        )
    if kind == queues.RANDOM_AUDIT and not again:
        st.caption(OMISSION)
    name = st.text_input(
        "Name", f"{KINDS[kind]}, run {run.id}, {split}", key=f"queue-name-{kind}-{run.id}-{split}"
    )
    request = QueueRequest(
        kind=kind,
        name=name,
        run_id=run.id,
        split=split,
        threshold=threshold,
        n_opinions=n_opinions,
        reviewers=reviewers,
        limit=limit,
        params=params,
        again=again,
    )
    _offer(request)


def _kind() -> str:
    asked = st.query_params.get("kind", "")
    options = list(HELP)
    return st.selectbox(
        "What to review",
        options,
        index=options.index(asked) if asked in options else 0,
        format_func=lambda kind: KINDS[kind],
        key="queue-kind",
        width=230,
    )


def _run(scored: Sequence[Run], name: str, label: str) -> Run:
    asked = choices.number_in_url(name)
    numbers = [run.id for run in scored]
    return st.selectbox(
        label,
        scored,
        index=numbers.index(asked) if asked in numbers else 0,
        format_func=lambda run: f"Run {run.id} on version {run.dataset_version}",
        key=f"queue-{name}",
        width=230,
    )


def _split() -> Split:
    options = [Split.TEST, Split.VALIDATION, Split.CALIBRATION]
    asked = st.query_params.get("split", "")
    return st.selectbox(
        "Split",
        options,
        index=options.index(Split(asked)) if asked in options else 0,
        format_func=str.capitalize,
        key="queue-split",
        width=160,
    )


def _figures(
    kind: str, run: Run, operating: Operating, scored: Sequence[Run]
) -> tuple[float, Mapping[str, Any]]:
    """Draw what a kind needs; return the threshold and the kind's figures."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        threshold = st.number_input(
            "Threshold",
            0.0,
            1.0,
            _threshold_in_url(operating.value),
            step=0.01,
            format="%.3f",
            key=f"queue-threshold-{run.id}",
            width=160,
        )
        if kind == queues.UNCERTAIN:
            return threshold, _band(run, operating, threshold)
        if kind == queues.DISAGREEMENTS:
            return threshold, _other(run, scored)
        if kind == queues.RANDOM_AUDIT:
            seed = st.number_input("Seed", 0, 2**31 - 1, 0, key="queue-seed", width=130)
            return threshold, {"seed": seed}
    return threshold, {}


def _origin(operating: Operating, threshold: float) -> str:
    if abs(threshold - operating.value) < 0.0005:
        return f"Threshold {shown(threshold)}. {operating.origin}"
    return f"Threshold {shown(threshold)}, set by hand; otherwise {shown(operating.value)}."


def _threshold_in_url(otherwise: float) -> float:
    try:
        value = float(st.query_params.get("t", "nan"))
    except ValueError:
        return otherwise
    return value if 0 <= value <= 1 else otherwise


def _band(run: Run, operating: Operating, threshold: float) -> dict[str, Any]:
    low = operating.low if operating.low is not None else max(threshold - 0.1, 0.0)
    high = operating.high if operating.high is not None else min(threshold + 0.1, 1.0)
    low, high = st.slider(
        "Scores from, to below", 0.0, 1.0, (low, high), key=f"queue-band-{run.id}", width=330
    )
    return {"low": low, "high": high}


def _other(run: Run, scored: Sequence[Run]) -> dict[str, Any]:
    others = [each for each in scored if each.id != run.id]
    if not others:
        st.info("Expected a second scored run to compare with. There is only one.")
        return {}
    other = _run(others, "other", "Compared with")
    with resources.session() as session:
        line = operating_threshold(session, other.id)
    return {"other_run": other.id, "other_threshold": line.value}


def _offer(request: QueueRequest) -> None:
    """Say how many images the queue would hold, and draw the button that makes it."""
    try:
        _check(request)
        with resources.session() as session:
            found = candidates(session, request)
        rows = queues.choose(request.kind, found, {**request.params, "limit": request.limit})
    except InvalidInput as error:
        st.info(plain(str(error)), icon=":material/info:")
        return
    n_genuine = int((~found.is_fake[rows]).sum())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Make a queue of {count(len(rows), 'image')}",
            key="make-queue",
            icon=":material/playlist_add:",
            type="primary",
            on_click=resources.act,
            args=(_make, request),
        )
        st.caption(f"{n_genuine:,} genuine, {len(rows) - n_genuine:,} fake")


def _check(request: QueueRequest) -> None:
    """Raise InvalidInput unless the numbers fit; the fields take all, so none is quietly passed."""
    n_images, n_opinions = request.limit or 0, request.n_opinions
    if not 1 <= n_images <= MAX_LIMIT:
        raise InvalidInput(
            f"Expected 1 to {MAX_LIMIT:,} images in 'At most'. Received {n_images:,}."
        )
    if not 1 <= n_opinions <= review_queues.MAX_OPINIONS:
        raise InvalidInput(
            f"Expected 1 to {review_queues.MAX_OPINIONS} in 'Opinions each'. "
            f"Received {n_opinions:,}."
        )


def _make(session: Session, request: QueueRequest) -> None:
    number = review_queues.create_queue(session, request, author=actor())
    resources.afterwards(open_queue, number, "judge")
