"""One image at a time, judged by keys: the next ones lie ready, and no key is lost."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from dashboard.component import component
from dashboard.grid.acts import Acknowledged
from dashboard.judging.acts import Act, held, read

__all__ = ["Act", "Card", "Choice", "Desk", "Word", "judging_desk"]

_SCRIPTS = ("../boxes/queue", "replay", "zoom", "panel", "desk", "judging")
_JUDGING = component(Path(__file__).parent, *_SCRIPTS)
_N_REFUSALS = 20
_UNREAD = "A key was not understood, and nothing was stored for it. Judge that image again."
_AGAIN = "The database did not answer. Nothing is lost: it is tried again."


@dataclass(frozen=True)
class Choice:
    """A verdict that may be said, by one key.

    Attributes:
        unfit: What a person is told who presses the key where the verdict makes no sense.
    """

    value: str
    key: str
    title: str
    meaning: str
    unfit: str = ""


@dataclass(frozen=True)
class Word:
    """What somebody said of an item."""

    who: str
    text: str


@dataclass(frozen=True)
class Card:
    """One item as a reviewer sees it.

    Attributes:
        claim: What is to be judged, in a sentence or two.
        costly: Whether a genuine image was called fake.
        call: What the detector calls it, for those who do not see the scale.
        score: Probability that it is fake, or None without a detector.
        verdicts: Values of the choices that make sense of it.
        until: When the claim on it ends, milliseconds since 1970.
        verdict: The person's own, for one that is judged.
    """

    id: int
    title: str
    alt: str
    claim: str
    costly: bool
    call: str
    score: float | None
    threshold: float | None
    facts: tuple[tuple[str, str], ...]
    verdicts: tuple[str, ...]
    until: float | None = None
    opinions: tuple[Word, ...] = ()
    comments: tuple[Word, ...] = ()
    verdict: str | None = None


@dataclass(frozen=True)
class Desk:
    """What lies before a reviewer.

    Attributes:
        cards: Still to be judged, the first one on the screen.
        back: The newest ones that this person judged, oldest first.
        n_mine: How many this person has judged.
        n_left: How many more they may judge, those of `cards` among them.
        counted: What these numbers count, in words after them.
        finished: Title and text for when nothing is left.
    """

    cards: Sequence[Card]
    back: Sequence[Card]
    n_mine: int
    n_left: int
    counted: str
    finished: tuple[str, str]


def judging_desk(
    desk: Desk,
    choices: Sequence[Choice],
    *,
    key: str,
    label: str,
    draw: Callable[[int], str],
    on_act: Callable[[Act], str | None],
) -> None:
    """Draw a desk.

    Args:
        desk: What lies on it.
        choices: All verdicts; every card says which make sense of it.
        key: Of the desk in the session.
        label: Name of the desk for screen readers.
        draw: Returns the picture of an item as a data URI; called only for what the browser does
            not hold.
        on_act: Called once for every key, in order; returns why it was refused, else None.
    """
    done: Acknowledged = st.session_state.setdefault(f"{key}-acknowledged", Acknowledged())
    shown: set[int] = st.session_state.setdefault(f"{key}-shown", set())
    refusals: dict[str, str] = st.session_state.setdefault(f"{key}-refusals", {})
    shown |= {card.id for card in (*desk.cards, *desk.back)}  # a key may arrive late

    def acted() -> None:
        batch = st.session_state[key]["batch"]
        st.session_state[f"{key}-held"] = held(batch)
        for item in done.fresh(batch):
            act = read(item, shown, {choice.value for choice in choices})
            try:
                refusal = on_act(act) if act else _UNREAD
            except SQLAlchemyError:
                done.number = item["number"] - 1  # not done: the browser sends it again
                refusal = _AGAIN
            place = f"{done.nonce}-{item['number']}"
            refusals.pop(place, None)  # of an act that is tried again
            if refusal:
                refusals[place] = refusal
            if refusal is _AGAIN:
                break

    is_held = st.session_state.pop(f"{key}-held", frozenset())
    cards = [*desk.cards, *desk.back]
    data = {
        "label": label,
        "cards": [vars(card) | _words(card) for card in desk.cards],
        "back": [vars(card) | _words(card) for card in desk.back],
        "sources": {str(card.id): draw(card.id) for card in cards if card.id not in is_held},
        "verdicts": [vars(choice) for choice in choices],
        "progress": {"mine": desk.n_mine, "left": desk.n_left},
        "counted": desk.counted,
        "finished": dict(zip(("title", "text"), desk.finished, strict=True)),
        "refusals": [{"id": id_, "text": text} for id_, text in refusals.items()][-_N_REFUSALS:],
        "acknowledged": asdict(done),
    }
    _JUDGING(key=key, data=data, on_batch_change=acted)


def _words(card: Card) -> dict[str, Any]:
    return {
        "opinions": [vars(word) for word in card.opinions],
        "comments": [vars(word) for word in card.comments],
    }
