"""The charts of a story: each has a function that returns its values and one that draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.types import DatasetVersion, Label, Split
from dashboard.report.drawing import Canvas, Chart
from dashboard.story_types import Share
from dashboard.story_words import of_hundred, percent
from dashboard.text import threshold as shown

WIDTH = 600.0
_SMALL = 20.0
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
    pitch, bottom = 84.0, 84.0 * len(values)
    canvas = Canvas(WIDTH, bottom + 40)
    largest = max((sum(labels.values()) for labels in values.values()), default=1)
    for row, (split, labels) in enumerate(values.items()):
        x, y = 0.0, pitch * row
        canvas.text(0, y + 20, split.capitalize(), tone="quiet")
        for label, n in labels.items():
            width = (WIDTH - 190) * n / largest
            canvas.rect(x, y + 29, width, 34, _TONES[label])
            x += width
        canvas.text(x + 12, y + 54, " + ".join(f"{n:,}" for n in labels.values()))
    _draw_key(canvas, bottom + 26, {"genuine": "accent", "fake": "neutral"})
    told = [
        f"{split}: {labels[Label.GENUINE]:,} genuine and {labels[Label.FAKE]:,} fake"
        for split, labels in values.items()
    ]
    return canvas.chart(f"Images by split. {'; '.join(told)}.")


def _draw_key(canvas: Canvas, y: float, tones: Mapping[str, str]) -> None:
    x = 0.0
    for words, tone in tones.items():
        canvas.rect(x, y - 15, 17, 17, tone)
        canvas.text(x + 25, y, words, size=_SMALL, tone="quiet")
        x += 50 + 9.6 * len(words)


def draw_pipeline(sees: str, threshold: float) -> Chart:
    """Draw what becomes of an image: what is seen of it, its score, and the call."""
    canvas = Canvas(WIDTH, 262)
    for words, x in (("Image", 0.0), (sees, 215.0), ("Score", 430.0)):
        canvas.rect(x, 10, 170, 110, "faint", radius=12)
        canvas.text(x + 85, 148, words, tone="quiet", anchor="middle")
    for x in (174.0, 389.0):
        canvas.line([(x, 65), (x + 36, 65)], "ink", width=3)
        canvas.line([(x + 25, 54), (x + 36, 65), (x + 25, 76)], "ink", width=3)
    _draw_face(canvas, 85, 65, 0.75)
    _draw_face(canvas, 300, 65, 1.25)
    canvas.text(515, 79, "0 – 1", size=42, anchor="middle")
    at = WIDTH * threshold
    canvas.rect(0, 196, at, 16, "accent")
    canvas.rect(at, 196, WIDTH - at, 16, "neutral")
    canvas.line([(at, 184), (at, 224)], "ink", width=4)
    canvas.text(0, 250, "called genuine", tone="quiet")
    canvas.text(WIDTH, 250, "called fake", tone="quiet", anchor="end")
    return canvas.chart(
        f"An image becomes what the detector sees ({sees.lower()}), that becomes a score from 0 to "
        f"1, and a score from {shown(threshold)} on is called fake."
    )


def _draw_face(canvas: Canvas, x: float, y: float, scale: float) -> None:
    """Draw a face that is nobody's."""
    canvas.ring(x, y, 34 * scale, "accent", width=4)
    for side in (-1, 1):
        canvas.dot(x + 12 * side * scale, y - 8 * scale, 4 * scale, "accent")
    corner, depth = 12 * scale, 13 * scale
    mouth = [(x - corner, y + depth), (x, y + depth + 5 * scale), (x + corner, y + depth)]
    canvas.line(mouth, "accent", width=4)


def score_values(histogram: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (2, n) heights from 0 to 1: the share of each label in a bin of score.

    Args:
        histogram: (2, n) genuine and fake images by score.
    """
    shares = histogram / np.maximum(histogram.sum(axis=1, keepdims=True), 1)
    heights: NDArray[np.float64] = shares / max(float(shares.max()), 1e-9)
    return heights


def draw_scores(heights: NDArray[np.float64], threshold: float) -> Chart:
    """Draw where genuine images (upwards) and fakes (downwards) score, and the threshold."""
    canvas = Canvas(WIDTH, 390)
    width, middle, tall, at = WIDTH / heights.shape[1], 172.0, 132.0, WIDTH * threshold
    for index, (genuine, fake) in enumerate((tall * heights).T.tolist()):
        tone = "costly" if (index + 0.5) * width >= at else "accent"
        canvas.rect(index * width + 1, middle - genuine, width - 2, genuine, tone)
        canvas.rect(index * width + 1, middle, width - 2, fake, "neutral")
    canvas.line([(at, 8), (at, middle + tall)], "ink", width=3)
    side, anchor = (-10, "end") if threshold > 0.5 else (10, "start")
    canvas.text(at + side, 26, f"threshold {shown(threshold)}", anchor=anchor)
    canvas.text(0, 332, "score 0", size=_SMALL, tone="quiet")
    canvas.text(WIDTH, 332, "score 1", size=_SMALL, tone="quiet", anchor="end")
    tones = {"genuine": "accent", "genuine called fake": "costly", "fake": "neutral"}
    _draw_key(canvas, 376, tones)
    return canvas.chart(
        "Scores of the test images: genuine images upwards, fakes downwards, with the threshold at "
        f"{shown(threshold)}. The less the two overlap, the better the detector."
    )


def hundred_values(value: float, high: float) -> list[str]:
    """Return the tones of 100 dots: those that are meant, those that may be too, and the rest.

    Args:
        value: Share that is meant, 0 to 1.
        high: The high end of what it may be.
    """
    n_meant = _dots(value)
    n_at_most = max(n_meant, _dots(high))
    return ["costly"] * n_meant + ["pale"] * (n_at_most - n_meant) + ["accent"] * (100 - n_at_most)


def _dots(share: float) -> int:
    """Return how many of 100 dots stand for a share: none and all only for just these."""
    return min(max(round(100 * share), int(share > 0)), 100 - int(share < 1))


def draw_false_positives(share: Share) -> Chart:
    """Draw of 100 genuine images how many are called fake, and how many it may be."""
    value, (low, high) = share.value or 0.0, share.interval or (0.0, 1.0)
    canvas = Canvas(WIDTH, 380)
    canvas.text(0, 22, "Of 100 genuine images")
    for index, tone in enumerate(hundred_values(value, high)):
        row, column = divmod(index, 20)
        canvas.dot(14 + 30.1 * column, 56 + 40 * row, 12, tone)
    key = {
        "costly": f"called fake: {percent(value)}",
        "pale": f"may be called fake: up to {percent(high)}",
        "accent": "called genuine",
    }
    for row, (tone, words) in enumerate(key.items()):
        canvas.dot(14, 278 + 40 * row, 11, tone)
        canvas.text(38, 286 + 40 * row, words)
    return canvas.chart(
        f"Of 100 genuine images, {of_hundred(value)} are called fake; by the 95 % interval it may "
        f"be {of_hundred(low)} to {of_hundred(high)}."
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
    """Return the expected wrong calls among 1,000 images of which a share is fake.

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


_TICKS = (0, 10, 100, 500, 1000)


def draw_wrong_calls(values: WrongCalls, threshold: float) -> Chart:
    """Draw how both errors change with the threshold; a root scale keeps small numbers visible."""
    canvas = Canvas(WIDTH, 390)
    left, right, bottom, tall = 72.0, WIDTH - 10, 300.0, 280.0

    def place(score: float, n: float) -> tuple[float, float]:
        return left + (right - left) * score, bottom - tall * (n / _TICKS[-1]) ** 0.5

    for tick in _TICKS:
        y = place(0, tick)[1]
        canvas.line([(left, y), (right, y)], "faint", width=1.5)
        canvas.text(left - 10, y + 7, f"{tick:,}", size=_SMALL, tone="quiet", anchor="end")
    for counts, tone in ((values.misses, "neutral"), (values.false_alarms, "costly")):
        points = zip(values.thresholds, counts, strict=True)
        canvas.line(_corners([place(*point) for point in points]), tone, width=4)
    at = place(threshold, 0)[0]
    canvas.line([(at, 12), (at, bottom)], "ink", width=3)
    _draw_thresholds(canvas, left, at, right)
    _draw_key(canvas, 376, {"genuine called fake": "costly", "fakes missed": "neutral"})
    return canvas.chart(
        "Wrong calls among 1,000 images by threshold: the higher it is, the fewer genuine images "
        "are called fake and the more fakes are missed."
    )


def _corners(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points at which a line of many steps turns."""
    turns = [
        here
        for before, here, after in zip(points, points[1:], points[2:], strict=False)
        if not before[1] == here[1] == after[1]
    ]
    return [*points[:1], *turns, *points[-1:]]


def _draw_thresholds(canvas: Canvas, left: float, at: float, right: float) -> None:
    """Write 0 and 1 under the axis, and the word between them where it does not touch these."""
    canvas.text(left, 330, "0", size=_SMALL, tone="quiet", anchor="middle")
    canvas.text(right, 330, "1", size=_SMALL, tone="quiet", anchor="middle")
    canvas.text(min(max(at, left + 70), right - 70), 330, "threshold", size=_SMALL, anchor="middle")
