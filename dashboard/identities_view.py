"""Identities: the suggestions, as cards with their answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from core.curation.identity_suggestions import Kind
from core.types import ImageRecord
from dashboard import job_view, resources
from dashboard.auth import actor
from dashboard.jobs.client import JobState
from dashboard.people_view import PEOPLE, undo_button
from dashboard.text import count, moment, plain
from dashboard.widgets import empty, image_strip
from db import identities, suggestions
from db.suggestions import OpenSuggestion

SUGGESTIONS = "Suggestions"
N_CARDS = 5
_TITLES = {
    Kind.RENAME: "Wrong name",
    Kind.NAME: "No name",
    Kind.MERGE: "One person twice",
    Kind.SPLIT: "Two people in one",
    Kind.NEW: "New people",
}


@dataclass(frozen=True)
class Review:
    """What waits for an answer.

    Attributes:
        counts: Open suggestions by kind.
        kind: The kind on the screen, or None if nothing is open.
        cards: The surest of that kind.
        has_faces: Whether any face is described, so that there is something to compare.
    """

    counts: Mapping[Kind, int]
    kind: Kind | None
    cards: Sequence[OpenSuggestion]
    has_faces: bool
    has_images: bool


def pick_view() -> str:
    """Draw the choice between suggestions and people, and the way back from the last act."""
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "View",
            [SUGGESTIONS, PEOPLE],
            default=SUGGESTIONS,
            required=True,
            key="view",
            bind="query-params",
            label_visibility="collapsed",
        )
        undo_button()
    return str(view)


def load_review(session: Session) -> Review:
    """Load the surest suggestions of the kind in the URL, or of the first that has any."""
    counts = {kind: suggestions.count_open(session, kind) for kind in Kind}
    open_kinds = [kind for kind, n in counts.items() if n]
    asked = st.query_params.get("kind")
    kind = next((kind for kind in open_kinds if kind == asked), next(iter(open_kinds), None))
    cards = suggestions.open_suggestions(session, kind, N_CARDS) if kind else []
    has_faces, has_images = suggestions.has_embeddings(session), identities.has_images(session)
    return Review(counts, kind, cards, has_faces, has_images)


def show_jobs(review: Review) -> None:
    """Draw the jobs that feed this page, and the button that looks for suggestions anew."""
    current = job_view.find_current(job_view.list_jobs("identify", "faces"))
    if current:
        job_view.follow(current.id)
    elif review.has_faces and review.kind:
        job_view.start_button(
            "Look again",
            "identify",
            resources.jobs().identify,
            type="tertiary",
            icon=":material/search:",
        )


def show_suggestions(review: Review) -> None:
    """Draw the choice of a kind and its cards; or what to do where there are none."""
    if review.kind is None:
        _nothing_open(review)
        return
    with st.container(horizontal=True):
        for kind, n in review.counts.items():
            st.button(
                f"{_TITLES[kind]} ({n:,})",
                key=f"kind-{kind}",
                type="primary" if kind is review.kind else "secondary",
                disabled=not n,
                on_click=_ask_kind,
                args=(kind,),
            )
    for position, card in enumerate(review.cards):
        _card(card, has_keys=position == 0)
    rest = review.counts[review.kind] - len(review.cards)
    if rest:
        st.caption(f"{count(rest, 'more suggestion')} of this kind after these.")


def _ask_kind(kind: Kind) -> None:
    st.query_params["kind"] = kind.value


def _nothing_open(review: Review) -> None:
    if not review.has_images:
        empty(
            "Names are compared with faces, once there are images.",
            "../pages/import_files.py",
            "Import images",
            ":material/upload:",
        )
        return
    with st.container(border=True, horizontal_alignment="center", key="nothing-open"):
        st.space("small")
        if review.has_faces:
            looked = _last_look()
            told = f"No suggestion is open.{looked}" if looked else "Nobody has looked yet."
            st.markdown(told, text_alignment="center")
            job_view.start_button(
                "Look for suggestions",
                "identify",
                resources.jobs().identify,
                icon=":material/search:",
            )
        else:
            st.markdown(
                "Names are compared with faces, once the faces are measured.",
                text_alignment="center",
            )
            job_view.start_button(
                "Measure the faces", "faces", resources.jobs().find_faces, icon=":material/search:"
            )
        st.space("small")


def _last_look() -> str:
    looks = [job for job in job_view.list_jobs("identify") if job.state is JobState.DONE]
    return f" Last looked {moment(looks[0].updated_at)}." if looks else ""


def _card(card: OpenSuggestion, *, has_keys: bool) -> None:
    """Draw one suggestion: what it says, both sides' pictures, why, and the answers."""
    with st.container(border=True, key=f"suggestion-{card.id}"):
        st.markdown(f"**{headline(card)}**")
        about, likely = st.columns(2, gap="medium")
        with about:
            _strip(_about_title(card), card.images, f"about-{card.id}")
        with likely:
            _strip(
                f"{card.after or card.before if card.kind is not Kind.SPLIT else card.before}",
                card.likely,
                f"likely-{card.id}",
            )
        st.caption(reason(card))
        _answers(card, has_keys=has_keys)


def _about_title(card: OpenSuggestion) -> str:
    if card.kind is Kind.SPLIT:
        return "Somebody else?"
    return card.before or "No name yet"


def _strip(title: str, images: Sequence[ImageRecord], key: str) -> None:
    image_strip(plain(title), images, key=key)


def _answers(card: OpenSuggestion, *, has_keys: bool) -> None:
    name = None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if card.kind in (Kind.NEW, Kind.SPLIT):
            name = st.text_input("Name", value=card.after, key=f"name-{card.id}", max_chars=255)
        st.button(
            "Accept",
            key=f"accept-{card.id}",
            icon=":material/check:",
            type="primary" if has_keys else "secondary",
            shortcut="A" if has_keys else None,
            on_click=resources.act,
            args=(suggestions.accept, card.id),
            kwargs={"actor": actor(), "name": name},
        )
        st.button(
            "Decline",
            key=f"decline-{card.id}",
            icon=":material/close:",
            shortcut="D" if has_keys else None,
            on_click=resources.act,
            args=(suggestions.decline, card.id),
            kwargs={"actor": actor()},
        )


def headline(card: OpenSuggestion) -> str:
    """Say as a question, in Markdown, what is suggested."""
    before, after = plain(card.before or ""), plain(card.after or "")
    n = count(card.n_images, "image")
    return {
        Kind.RENAME: f"Is this {after} rather than {before}?"
        if after
        else f"Is this somebody else than {before}, and the name to be taken off?",
        Kind.NAME: f"Is this {after}?",
        Kind.MERGE: f"Are {before} and {after} one person?",
        Kind.SPLIT: f"Do these {n} of {before} show somebody else?",
        Kind.NEW: f"Do these {n} without a name show one person?",
    }[card.kind]


def reason(card: OpenSuggestion) -> str:
    """Say in Markdown what the faces' cosines tell."""
    told: Mapping[str, Any] = card.evidence
    before, after = plain(card.before or ""), plain(card.after or "")
    own, other, cosine = (float(told.get(name, 0)) for name in ("own", "other", "cosine"))
    words = {
        Kind.RENAME: f"Likeness to the other images of {before} {own:.2f}"
        + (f", to {after} {other:.2f}" if after else "; nobody else is near"),
        Kind.NAME: f"Likeness to {after} {other:.2f}, to the next person "
        f"{max(float(told.get('next', 0)), 0):.2f}",
        Kind.MERGE: f"Likeness between the two {cosine:.2f}",
        Kind.SPLIT: f"Likeness between the two parts only {cosine:.2f}",
        Kind.NEW: f"Likeness within the group {cosine:.2f}",
    }[card.kind]
    return f"{words}. Likeness is the mean cosine of the faces, at most 1."
