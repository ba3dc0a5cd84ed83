"""Review: an item of a queue as a card for the desk, in words and with its picture."""

from dataclasses import replace
from functools import lru_cache

from sqlalchemy.orm import Session

from core.errors import NotFound
from core.review.verdicts import ReviewVerdict
from core.types import ImageRecord, Label
from dashboard import pictures
from dashboard.compare import data_uri
from dashboard.grid import thumbnail
from dashboard.judging import Card, Choice, Word
from dashboard.pair_view import describe_places
from dashboard.text import moment
from dashboard.widgets import name_of
from db import images
from db.review_items import BlindItem, Queue
from db.reviews import Disclosure, Opinion

MAX_SENT_BYTES = 500_000
CHOICES = (
    Choice(ReviewVerdict.LABEL_WRONG, "l", "Label wrong", "It is not what it is labelled as"),
    Choice(
        ReviewVerdict.DETECTOR_WRONG,
        "d",
        "Detector wrong",
        "The label is right",
        "D does not fit here: no detector contradicts the label. If the label is right, press R.",
    ),
    Choice(
        ReviewVerdict.NOTHING_WRONG,
        "r",
        "Right",
        "Nothing is wrong here",
        "R does not fit here: label and detector contradict each other, so one of them is wrong. "
        "Press L or D.",
    ),
    Choice(ReviewVerdict.IMAGE_UNUSABLE, "i", "Image unusable", "No face, broken or too poor"),
    Choice(ReviewVerdict.CANNOT_TELL, "c", "Cannot tell", "Not from this image"),
)


def card_of(session: Session, item: BlindItem, queue: Queue, known: Disclosure) -> Card:
    """Return an item as a card.

    Args:
        session: Tells where the image was found.
        item: What is judged.
        queue: Where it lies.
        known: What the person at the desk may know of it beside its picture, label and call.
    """
    name = name_of(item.image)
    card = Card(
        id=item.id,
        title=f"Image {item.position + 1} ({name})",
        alt=f"Image {item.position + 1}: {name}, labelled {item.label}",
        claim=claim(item),
        costly=item.label is Label.GENUINE and item.is_called_fake is True,
        call=_call(item),
        score=None,
        threshold=queue.threshold,
        facts=_facts(session, item),
        verdicts=tuple(item.verdicts),
    )
    return disclosed(card, known)


def disclosed(card: Card, known: Disclosure, verdict: ReviewVerdict | None = None) -> Card:
    """Return a card with what the person may know now, and with their own verdict."""
    return replace(
        card,
        score=known.score,
        opinions=tuple(_word(each) for each in known.opinions),
        comments=tuple(Word(each.author, each.text) for each in known.comments),
        verdict=verdict,
        until=None,
    )


def claim(item: BlindItem) -> str:
    """Say what is to be judged of an item."""
    if item.is_called_fake is None:
        return f"Labelled {item.label}."
    return f"Labelled {item.label}. The detector calls it {_call(item)}."


def _call(item: BlindItem) -> str:
    return "fake" if item.is_called_fake else "genuine"


def _facts(session: Session, item: BlindItem) -> tuple[tuple[str, str], ...]:
    image = item.image
    rows = {
        "Identity": image.identity or "unknown",
        "Generator": image.generator,
        "Found": describe_places(images.locations(session, image.id)),
        "Original": f"{image.width_px} x {image.height_px} px, {image.format}",
    }
    return tuple((name, value) for name, value in rows.items() if value)


def _word(opinion: Opinion) -> Word:
    return Word(opinion.reviewer, f"{opinion.verdict} ({moment(opinion.given_at)})")


def picture(image: ImageRecord) -> str:
    """Return an image's original for the browser, as a data URI; a grey tile without its file."""
    try:
        shown = pictures.original(image)
    except NotFound:
        return thumbnail(image.checksum)
    if len(shown.data) > MAX_SENT_BYTES:
        return data_uri(_smaller(shown.data), "image/jpeg")
    return data_uri(shown.data, "image/jpeg" if shown.note else f"image/{image.format.lower()}")


@lru_cache(maxsize=64)
def _smaller(data: bytes) -> bytes:
    """Return a JPEG copy, made once for all reviewers."""
    return pictures.browser_copy(data)
