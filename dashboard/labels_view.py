"""Labels: the review of those that a detector doubts, one image at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from sqlalchemy.orm import Session

from core.types import Event, Label, Location
from dashboard import charts, choices, pictures, resources, way_back
from dashboard.auth import actor
from dashboard.grid import Badge, Cell, image_grid, thumbnail
from dashboard.text import moment, plain
from dashboard.widgets import CALM, complaining, facts, name_of
from db import images, label_suggestions
from db.answers import ACCEPTED
from db.label_suggestions import LabelSuggestion

N_AHEAD = 12


@dataclass(frozen=True)
class Review:
    """What the screen shows.

    Attributes:
        look: The look that the suggestions come from, or None before there was one.
        current: In question now, or None if nothing is open.
        ahead: Those that follow it, then from the beginning.
        givers: Who gave the current image its label by hand, newest first.
        places: Where it was found, with the label claimed there.
    """

    look: Event | None
    current: LabelSuggestion | None
    ahead: Sequence[LabelSuggestion]
    givers: Sequence[Event]
    places: Sequence[Location]
    n_open: int
    answers: Mapping[str, int]

    @property
    def n_answered(self) -> int:
        """How many were answered in all."""
        return sum(self.answers.values())


def load_review(session: Session, asked: int | None) -> Review:
    """Load the suggestion that the URL asks for, or the first one, and those after it."""
    first = label_suggestions.open_suggestions(session, N_AHEAD + 1)
    current = label_suggestions.find_open(session, asked) if asked is not None else None
    current = current or next(iter(first), None)
    ahead: list[LabelSuggestion] = []
    if current:
        after = label_suggestions.open_suggestions(session, N_AHEAD, after=current)
        again = [each for each in first if each.id != current.id and each not in after]
        ahead = [*after, *again][:N_AHEAD]
    return Review(
        label_suggestions.newest_look(session),
        current,
        ahead,
        label_suggestions.label_givers(session, current.image.id) if current else [],
        images.locations(session, current.image.id) if current else [],
        label_suggestions.count_open(session),
        label_suggestions.count_answers(session),
    )


def progress_row(review: Review) -> st.delta_generator.DeltaGenerator:
    """Draw how much is answered and the way back from the last answer; return their row."""
    total, n_accepted = review.n_open + review.n_answered, review.answers.get(ACCEPTED, 0)
    words = f"{review.n_answered:,} answered ({n_accepted:,} relabelled), {review.n_open:,} left"
    row = st.container(horizontal=True, vertical_alignment="center")
    row.progress(
        review.n_answered / total if total else 1.0,
        text=words if total else "The detector doubts no label.",
    )
    row.button(
        "Undo",
        key="undo-answer",
        icon=":material/undo:",
        shortcut="Z",
        disabled=not review.n_answered,
        on_click=resources.act,
        args=(_undo,),
    )
    return row


def _undo(session: Session) -> None:
    resources.afterwards(show_number, label_suggestions.undo_answer(session, actor=actor()))


def show_suggestion(review: Review, current: LabelSuggestion) -> None:
    """Draw the image in question, what is said of it, and the answers."""
    picture, known = st.columns([8, 7], gap="medium")
    with picture:
        _picture(current)
    with known:
        st.subheader(headline(current), anchor=False)
        _answers(current, next(iter(review.ahead), None))
        if review.look:
            _scores(current, review.look.after)
        facts(
            {
                "Identity": current.image.identity or "none",
                "Label from": label_origin(review.givers, review.places),
                "Found": ", ".join(f"{at.storage}/{at.key}" for at in review.places[:2]) or "made",
            }
        )
        st.button(
            "All about this image",
            key="open-image",
            type="tertiary",
            icon=":material/open_in_full:",
            on_click=way_back.remember_image,
            args=(current.image.checksum,),
        )


def headline(current: LabelSuggestion) -> str:
    """Ask about one image in Markdown."""
    return f"Labelled {current.before}. Is it {current.after}?"


def label_origin(givers: Sequence[Event], places: Sequence[Location]) -> str:
    """Say who gave an image its label: the last person to do so, else its source."""
    if givers:
        return f"{givers[0].actor}, {moment(givers[0].at)}"
    claimed = {
        f"source {place.storage} says {place.claim.label}"
        for place in places
        if place.claim.label != Label.UNKNOWN
    }
    return ", ".join(sorted(claimed)) or "unknown"


def _picture(current: LabelSuggestion) -> None:
    with complaining():
        shown = pictures.original(current.image)
        st.image(shown.data, width="stretch", alt=f"{name_of(current.image)}, {current.before}")
        if shown.note:
            st.caption(plain(shown.note))


def _answers(current: LabelSuggestion, following: LabelSuggestion | None) -> None:
    """Draw the answers; none stands out, for the detector is no better a judge.

    With the suggestion's number, a key pressed twice cannot answer one not yet seen.
    """
    step = following.id if following else None
    answers = (
        (f"It is {current.after}", "A", ":material/swap_horiz:", label_suggestions.accept),
        (f"Keep {current.before}", "K", ":material/check:", label_suggestions.keep),
    )
    with st.container(horizontal=True):
        for words, key, icon, change in answers:
            st.button(
                words,
                key=f"{change.__name__}-{current.id}",
                icon=icon,
                shortcut=key,
                on_click=resources.act,
                args=(_answer, change, current.id, step),
            )
        st.button(
            "Skip",
            key=f"skip-{current.id}",
            icon=":material/skip_next:",
            shortcut="S",
            disabled=step is None,
            on_click=show_number,
            args=(step,),
        )


def _answer(session: Session, change: Any, suggestion_id: int, step: int | None) -> None:
    change(session, suggestion_id, actor=actor())
    resources.afterwards(show_number, step)


def show_number(suggestion_id: int | None) -> None:
    """Make Labels show one suggestion, or the first one."""
    if suggestion_id is None:
        st.query_params.pop("suggestion", None)
    else:
        st.query_params["suggestion"] = str(suggestion_id)


def _scores(current: LabelSuggestion, told: Mapping[str, Any]) -> None:
    """Draw where the image's score lies among those of both labels."""
    score, means = float(current.evidence["score"]), told["mean_scores"]
    words = (
        f"Its score is {score:.2f}, from 0 genuine to 1 fake. "
        f"On average, images labelled genuine score {means[0]:.2f}, fake {means[1]:.2f}."
    )
    figure = draw_scores(told["histogram"], score)
    st.plotly_chart(figure, key="scores", config=CALM, alt=words)
    st.caption(words)


def draw_scores(histogram: Sequence[Sequence[int]], score: float) -> go.Figure:
    """Draw how the judged images of each label score, in shares, and where one image lies.

    Args:
        histogram: Genuine and fake images by score, in equal bins from 0 to 1.
        score: Of the image in question.
    """
    width = 1 / len(histogram[0])
    figure = go.Figure()
    for label, counts in zip((Label.GENUINE, Label.FAKE), histogram, strict=True):
        total = max(sum(counts), 1)
        figure.add_bar(
            x=[(at + 0.5) * width for at in range(len(counts))],
            y=[n / total for n in counts],
            width=width,
            customdata=counts,
            name=f"Labelled {label}",
            marker_color=charts.LABEL_COLOURS[label],
            opacity=0.75,
            hovertemplate="%{x:.2f}: %{customdata:,} labelled " + label + "<extra></extra>",
        )
    figure.add_vline(x=score, line={"color": charts.COSTLY, "width": 3})
    figure.update_layout(
        barmode="overlay",
        height=170,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"range": [-0.02, 1.02], "showgrid": False, "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        yaxis={"visible": False},
    )
    return figure


def show_ahead(ahead: Sequence[LabelSuggestion]) -> None:
    """Draw the next suggestions as a strip; a click brings one forward."""
    if not ahead:
        return
    st.markdown(
        "**Next** · labelled genuine first: where that is right, the detector made the costly error"
    )
    image_grid(
        [_cell(each) for each in ahead],
        key="ahead-labels",
        label="Next suggestions",
        on_open=show_number,
        selectable=False,
        strip=True,
    )


def _cell(each: LabelSuggestion) -> Cell:
    return Cell(
        id=each.id,
        images=(thumbnail(each.image.checksum),),
        title=name_of(each.image),
        alt=f"{name_of(each.image)}, is it {each.after}?",
        badges=(
            Badge(each.before.value, each.before.value),
            Badge(f"{each.evidence['score']:.2f}"),
        ),
    )


def nothing_open() -> None:
    """Say that nothing waits, and what to do next."""
    choices.invite(
        "No label waits for an answer. After relabelling, freeze the next version and train on it.",
        "dataset",
        "Freeze a version",
    )
