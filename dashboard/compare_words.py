"""Two runs in words: how far apart they are, and what the tests say of it."""

from typing import TYPE_CHECKING

from core.rounding import fraction, percent
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

_BETTER_HIGH = "auc"


def difference_text(name: str, estimate: "Estimate") -> dict[str, str]:
    """Return a row of the table: B minus A, its interval and what that means."""
    value, interval = estimate.value, estimate.interval
    return {
        "B minus A": DIFFERENCES[name],
        "Difference": "undefined" if value is None else _signed(name, value),
        "95 % interval": "none"
        if interval is None
        else f"{_signed(name, interval[0])} to {_signed(name, interval[1])}",
        "Finding": _finding(name, interval),
        "People or groups": f"{estimate.n_groups:,}",
    }


def _signed(name: str, value: float) -> str:
    sign = "+" if value > 0 else ""
    if name == _BETTER_HIGH:
        return f"{sign}{fraction(value, 4)}"
    return f"{sign}{percent(value).removesuffix('%')} points"


def _finding(name: str, interval: tuple[float, float] | None) -> str:
    if interval is None:
        return "too few to say"
    low, high = interval
    if low <= 0 <= high:
        return "within chance"
    is_b_better = (low > 0) == (name == _BETTER_HIGH)
    return "B is better" if is_b_better else "A is better"


def tests_text(found: Differences) -> str:
    """Say what the tests find, and what they take for granted."""
    words = ["Intervals resample people, for both runs alike, 2,000 times."]
    for label, test in zip((Label.GENUINE, Label.FAKE), found.by_label, strict=True):
        words.append(_mcnemar(label, test))
    if found.areas and found.areas.p is not None:
        aucs = f"AUC {fraction(found.areas.first, 4)} and {fraction(found.areas.second, 4)}"
        words.append(f"DeLong: {aucs}, {_p(found.areas.p)}.")
    words.append("Both tests take images for independent, which flatters where people have many.")
    return " ".join(words)


def _mcnemar(label: Label, test: "McNemar") -> str:
    if not test.only_first + test.only_second:
        return f"McNemar on {label} images: there is none on which just one run is right."
    split = f"A alone is right on {test.only_first:,}, B alone on {test.only_second:,}"
    return f"McNemar on {label} images: {split}, {_p(test.p)}."


def _p(value: float) -> str:
    return "p below 0.001" if value < 0.001 else f"p {value:.3f}"
