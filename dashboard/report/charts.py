"""The charts of a story: each has a function that returns its values and one that draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.in_use import Ranged
from core.types import DatasetVersion, Label, Split
from dashboard.report.drawing import Canvas, Chart
from dashboard.story_types import Share, Slice
from dashboard.story_words import percent
from dashboard.text import count

WIDTH = 800
_TONES = {Label.GENUINE: "accent", Label.FAKE: "neutral"}


def split_values(version: DatasetVersion) -> dict[Split, dict[Label, int]]:
    """Return the images of each split by label; empty splits are left out."""
    return {
        split: {label: version.counts[split].get(label, 0) for label in _TONES}
        for split in Split
        if version.counts.get(split)
    }


def draw_splits(values: Mapping[Split, Mapping[Label, int]]) -> Chart:
    """Draw one bar a split, genuine and fake images end to end."""
    canvas = Canvas(WIDTH, 84 * len(values) + 50)
    largest = max((sum(labels.values()) for labels in values.values()), default=1)
    for row, (split, labels) in enumerate(values.items()):
        x, y = 0.0, 84.0 * row
        canvas.text(0, y + 22, split.capitalize(), tone="quiet")
        for label, n in labels.items():
            width = (WIDTH - 140) * n / largest
            canvas.rect(x, y + 32, width, 34, _TONES[label])
            x += width
        told = " + ".join(f"{n:,}" for n in labels.values())
        canvas.text(x + 12, y + 57, told)
    _key(canvas, 84.0 * len(values) + 30, {"genuine": "accent", "fake": "neutral"})
    words = [
        f"{split}: {labels[Label.GENUINE]:,} genuine and {labels[Label.FAKE]:,} fake"
        for split, labels in values.items()
    ]
    return canvas.chart(f"Images by split. {'; '.join(words)}.")


def _key(canvas: Canvas, y: float, tones: Mapping[str, str]) -> None:
    x = 0.0
    for words, tone in tones.items():
        canvas.rect(x, y - 15, 17, 17, tone)
        canvas.text(x + 26, y, words, size=20, tone="quiet")
        x += 56 + 10.5 * len(words)


def draw_pipeline(sees: str, threshold: float) -> Chart:
    """Draw what becomes of an image: what is seen of it, its score, and the call."""
    canvas = Canvas(WIDTH, 250)
    steps = [("Image", 0.0), (sees, 290.0), ("Score", 580.0)]
    for words, x in steps:
        canvas.rect(x, 10, 220, 110, "faint", radius=14)
        canvas.text(x + 110, 146, words, tone="quiet", anchor="middle")
    for x in (225.0, 515.0):
        canvas.line([(x, 65), (x + 58, 65)], "ink", width=3)
        canvas.line([(x + 46, 54), (x + 58, 65), (x + 46, 76)], "ink", width=3)
    _portrait(canvas, 110, 65, 0.8)
    _portrait(canvas, 400, 65, 1.25)
    canvas.text(690, 80, "0 … 1", size=44, anchor="middle")
    _scale(canvas, threshold)
    return canvas.chart(
        f"An image becomes what the detector sees ({sees.lower()}), that becomes a score from 0 to "
        f"1, and a score from {threshold:.3f} on is called fake."
    )


def _portrait(canvas: Canvas, x: float, y: float, scale: float) -> None:
    """Draw a face as two rings and a mouth; nobody's."""
    canvas.ring(x, y, 34 * scale, "accent", width=4)
    for side in (-1, 1):
        canvas.dot(x + 12 * side * scale, y - 8 * scale, 4 * scale, "accent")
    mouth = [(x - 12 * scale, y + 13 * scale), (x, y + 18 * scale), (x + 12 * scale, y + 13 * scale)]
    canvas.line(mouth, "accent", width=4)


def _scale(canvas: Canvas, threshold: float) -> None:
    at = WIDTH * threshold
    canvas.rect(0, 190, at, 16, "accent")
    canvas.rect(at, 190, WIDTH - at, 16, "neutral")
    canvas.line([(at, 178), (at, 218)], "ink", width=4)
    canvas.text(0, 240, "called genuine", size=20, tone="quiet")
    canvas.text(WIDTH, 240, "called fake", size=20, tone="quiet", anchor="end")


@dataclass(frozen=True)
class Bars:
    """Images by score: heights from 0 to 1, of the share of their label in the bin."""

    genuine: tuple[float, ...]
    fake: tuple[float, ...]


def score_values(histogram: NDArray[np.int64]) -> Bars:
    """Return the shares of each label by score, relative to the fullest bin of both."""
    shares = histogram / np.maximum(histogram.sum(axis=1, keepdims=True), 1)
    heights = shares / max(float(shares.max()), 1e-9)
    return Bars(*(tuple(float(each) for each in row) for row in heights))


def draw_scores(bars: Bars, threshold: float) -> Chart:
    """Draw where genuine images (above) and fakes (below) score; red is genuine called fake."""
    canvas = Canvas(WIDTH, 380)
    width, middle, tall = WIDTH / len(bars.genuine), 165.0, 135.0
    for index, (genuine, fake) in enumerate(zip(bars.genuine, bars.fake, strict=True)):
        tone = "costly" if (index + 0.5) * width >= WIDTH * threshold else "accent"
        canvas.rect(index * width + 1, middle - tall * genuine, width - 2, tall * genuine, tone)
        canvas.rect(index * width + 1, middle, width - 2, tall * fake, "neutral")
    at = WIDTH * threshold
    canvas.line([(at, 18), (at, 312)], "ink", width=3)
    anchor = "end" if threshold > 0.5 else "start"
    canvas.text(at + (-10 if threshold > 0.5 else 10), 32, f"threshold {threshold:.3f}", anchor=anchor)
    canvas.text(0, 338, "score 0", size=20, tone="quiet")
    canvas.text(WIDTH, 338, "score 1", size=20, tone="quiet", anchor="end")
    tones = {"genuine": "accent", "genuine called fake": "costly", "fake": "neutral"}
    _key(canvas, 372, tones)
    return canvas.chart(
        "Scores of the test images: genuine images upwards, fakes downwards, with the threshold at "
        f"{threshold:.3f}. The further the two lie apart, the better the detector."
    )


def hundred_values(value: float, low: float, high: float) -> list[str]:
    """Return the tones of 100 dots: those that are meant, those that may be too, and the rest.

    Args:
        value: Share that is meant, 0 to 1.
        low: Low end of what it may be.
        high: High end.
    """
    n_meant, n_at_most = round(100 * value), round(100 * high)
    if high > 0:
        n_at_most = max(n_at_most, 1)  # less than half a dot is still possible
    rest = 100 - max(n_meant, n_at_most)
    return ["costly"] * n_meant + ["pale"] * (100 - n_meant - rest) + ["accent"] * rest


def draw_hundred(tones: Sequence[str], words: Mapping[str, str], alt: str) -> Chart:
    """Draw 100 dots in ten rows, with a key."""
    canvas = Canvas(WIDTH, 470)
    for index, tone in enumerate(tones):
        row, column = divmod(index, 20)
        canvas.dot(20 + 40 * column, 30 + 62 * row, 15, tone)
    for row, (tone, said) in enumerate(words.items()):
        canvas.dot(14, 348 + 42 * row, 12, tone)
        canvas.text(40, 356 + 42 * row, said)
    return canvas.chart(alt)


def draw_false_positives(share: Share) -> Chart:
    """Draw of 100 genuine images how many are called fake, and how many it may be."""
    low, high = share.interval or (0.0, 1.0)
    words = {
        "costly": f"called fake: {percent(share.value)}",
        "pale": f"may be called fake: up to {percent(high)}",
        "accent": "called genuine",
    }
    alt = f"Of 100 genuine images, {100 * (share.value or 0):.0f} are called fake"
    return draw_hundred(
        hundred_values(share.value or 0.0, low, high),
        words,
        f"{alt}; by the 95 % interval it may be {100 * low:.0f} to {100 * high:.0f}.",
    )


@dataclass(frozen=True)
class WrongCalls:
    """Wrong calls among 1,000 images at each threshold."""

    thresholds: tuple[float, ...]
    false_alarms: tuple[float, ...]
    misses: tuple[float, ...]


def wrong_call_values(
    thresholds: NDArray[np.float64], counts: NDArray[np.int64], prevalence: float
) -> WrongCalls:
    """Return expected wrong calls among 1,000 images of which a share is fake.

    Args:
        thresholds: (k,) from 0 to 1.
        counts: (k, 4) of `core.evaluation.threshold.threshold_counts`.
        prevalence: Share of fakes in use, 0 to 1.
    """
    n_genuine = np.maximum(counts[:, 0] + counts[:, 1], 1)
    n_fake = np.maximum(counts[:, 2] + counts[:, 3], 1)
    alarms = 1000 * (1 - prevalence) * counts[:, 1] / n_genuine
    misses = 1000 * prevalence * counts[:, 2] / n_fake
    return WrongCalls(tuple(thresholds.tolist()), tuple(alarms.tolist()), tuple(misses.tolist()))


def draw_wrong_calls(values: WrongCalls, threshold: float) -> Chart:
    """Draw how both errors change with the threshold; a root scale keeps small numbers visible."""
    canvas = Canvas(WIDTH, 380)
    left, bottom, tall = 90.0, 300.0, 270.0

    def place(x: float, y: float) -> tuple[float, float]:
        return left + (WIDTH - left - 10) * x, bottom - tall * (y / 1000) ** 0.5

    for tick in (0, 10, 100, 500, 1000):
        y = place(0, tick)[1]
        canvas.line([(left, y), (WIDTH - 10, y)], "faint", width=1.5)
        canvas.text(left - 12, y + 7, f"{tick:,}", size=20, tone="quiet", anchor="end")
    for counts, tone in ((values.misses, "neutral"), (values.false_alarms, "costly")):
        canvas.line([place(*each) for each in zip(values.thresholds, counts, strict=True)], tone, width=4)
    at = place(threshold, 0)[0]
    canvas.line([(at, 20), (at, bottom)], "ink", width=3)
    canvas.text(left, 328, "threshold 0", size=20, tone="quiet")
    canvas.text(WIDTH - 10, 328, "threshold 1", size=20, tone="quiet", anchor="end")
    canvas.text(at, 328, f"{threshold:.3f}", size=20, anchor="middle")
    _key(canvas, 370, {"genuine called fake": "costly", "fakes missed": "neutral"})
    return canvas.chart(
        "Wrong calls among 1,000 images by threshold: the higher it is, the fewer genuine images "
        "are called fake and the more fakes are missed."
    )


def draw_slices(slices: Sequence[Slice], whole: Share) -> Chart:
    """Draw the false positive rate of each slice with its interval, beside that of all images."""
    canvas = Canvas(WIDTH, 64 * len(slices) + 50)
    left = 300.0
    highest = max([each.false_positives.interval[1] for each in slices if each.false_positives.interval] or [1.0])

    def place(rate: float) -> float:
        return left + (WIDTH - left - 20) * rate / highest

    canvas.line([(place(whole.value or 0), 0), (place(whole.value or 0), 64 * len(slices))], "quiet")
    for row, each in enumerate(slices):
        y, share = 64.0 * row + 32, each.false_positives
        canvas.text(0, y - 2, each.name[:28])
        canvas.text(0, y + 22, count(share.whole, "image"), size=18, tone="quiet")
        if share.interval:
            canvas.line([(place(end), y) for end in share.interval], "costly", width=3)
        canvas.dot(place(share.value or 0), y, 9, "costly")
    canvas.text(left, 64.0 * len(slices) + 32, f"line: all test images, {percent(whole.value)}", size=20, tone="quiet")
    words = [f"{each.name} {percent(each.false_positives.value)}" for each in slices]
    return canvas.chart(f"False positive rate by slice: {', '.join(words)}.")


def draw_called_fake(ranged: Ranged) -> Chart:
    """Draw of 100 images called fake how many are genuine, and how many it may be."""
    value, low, high = (each / 100 for each in ranged)
    words = {
        "costly": f"genuine after all: about {ranged[0]:.0f}",
        "pale": f"may be genuine: up to {ranged[2]:.0f}",
        "accent": "fake",
    }
    alt = f"Of 100 images called fake about {ranged[0]:.0f} are genuine, {ranged[1]:.0f} to {ranged[2]:.0f}."
    return draw_hundred(hundred_values(value, low, high), words, alt)
