import pytest

from core.review.verdicts import ItemStatus, ReviewVerdict, verdicts_for
from core.types import Label

LABEL, DETECTOR, NOTHING, UNUSABLE, UNSURE = ReviewVerdict


@pytest.mark.parametrize(
    ("label", "is_called_fake", "second"),
    [
        (Label.GENUINE, True, DETECTOR),
        (Label.FAKE, False, DETECTOR),
        (Label.GENUINE, False, NOTHING),
        (Label.FAKE, True, NOTHING),
        (Label.GENUINE, None, NOTHING),
        (Label.FAKE, None, NOTHING),
    ],
)
def test_who_is_blamed_depends_on_the_call(
    label: Label, is_called_fake: bool | None, second: ReviewVerdict
) -> None:
    assert verdicts_for(label, is_called_fake) == (LABEL, second, UNUSABLE, UNSURE)


def test_the_words_fit_their_columns() -> None:
    assert all(len(word) <= 24 for word in (*ReviewVerdict, *ItemStatus))
