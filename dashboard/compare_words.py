"""Two runs in words: how far apart they are, and what the tests say of it."""

from typing import TYPE_CHECKING

from core.types import Label
from dashboard.two_runs import Differences

if TYPE_CHECKING:
    from core.evaluation.bootstrap import Estimate
    from core.evaluation.compare import McNemar

DIFFERENCES = {
    "false_positive_rate": "False positive rate",
    "miss_rate": "Miss rate",
    "auc": "AUC",
}
"""What is compared, the costly error first, by the names of `core.evaluation.bootstrap`."""

_BETTER_LOW = frozenset({"False positive rate", "Miss rate"})


def difference_text(title: str, estimate: "Estimate") -> dict[str, str]:
    """Return a row of the table: B minus A, its interval and what that means."""
    value, interval = estimate.value, estimate.interval
    is_rate = title in _BETTER_LOW
    return {
        "B minus A": title,
        "Difference": "undefined" if value is None else _signed(value, is_rate),
        "95 % interval": "none"
        if interval is None
        else f"{_signed(interval[0], is_rate)} to {_signed(interval[1], is_rate)}",
        "Finding": _finding(title, interval),
        "People or groups": f"{estimate.n_groups:,}",
    }


def _signed(value: float, is_rate: bool) -> str:
    return f"{100 * value:+.1f} points" if is_rate else f"{value:+.4f}"


def _finding(title: str, interval: tuple[float, float] | None) -> str:
    if interval is None:
        return "too few to say"
    low, high = interval
    if low <= 0 <= high:
        return "within chance"
    is_b_better = (high < 0) == (title in _BETTER_LOW)
    return "B is better" if is_b_better else "A is better"


def tests_text(found: Differences) -> str:
    """Say what the tests find, and what they take for granted."""
    words = ["Intervals resample people, for both runs alike, 2,000 times."]
    for label, test in zip((Label.GENUINE, Label.FAKE), found.by_label, strict=True):
        words.append(_mcnemar(label, test))
    if found.areas and found.areas.p is not None:
        aucs = f"AUC {found.areas.first:.4f} and {found.areas.second:.4f}"
        words.append(f"DeLong: {aucs}, p {found.areas.p:.3f}.")
    words.append("Both tests take images for independent, which flatters where people have many.")
    return " ".join(words)


def _mcnemar(label: Label, test: "McNemar") -> str:
    n = test.only_first + test.only_second
    if not n:
        return f"McNemar on {label} images: just one run is right on none."
    split = f"A alone is right on {test.only_first:,}, B alone on {test.only_second:,}"
    return f"McNemar on {label} images: {split}, p {test.p:.3f}."
