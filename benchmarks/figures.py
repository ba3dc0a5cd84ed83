"""Figures: how long all intervals of a run take, beside a loop over scikit-learn's functions."""

import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn import metrics as peer

from benchmarks.rows import Row
from core.evaluation.bootstrap import N_BOOT, estimate, resample
from core.evaluation.tallies import Evidence, tally
from core.evaluation.weighted import build_ladder

SIZES = (1_000, 10_000, 100_000)
PER_PERSON = 5
N_PEER = 20
KINDS = ("self-blended", "masked-gan", "swap", "unknown origin")
CURVES = ("auc", "average_precision", "eer", "tpr_at_1_fpr", "tpr_at_5_fpr")


def measure(folder: Path, sizes: tuple[int, ...] = SIZES) -> list[Row]:
    """Measure on synthetic scores of people of five images; the folder is not used."""
    estimate(_evidence(200))  # what is imported once
    rows = [row for n in sizes for row in _measure(n)]
    return [*rows, _joined(10_000)]


def _evidence(n: int) -> Evidence:
    rng = np.random.default_rng(n)
    groups = np.arange(n) // PER_PERSON
    is_fake = rng.random(n) < 0.5
    logits = np.where(is_fake, 1.2, -2.0) + rng.normal(0, 1, n)
    logits += rng.normal(0, 0.8, n // PER_PERSON)[groups]
    kinds = np.where(is_fake, np.array(KINDS)[rng.integers(0, len(KINDS), n)], "")
    return Evidence(1 / (1 + np.exp(-logits)), is_fake, groups, 0.6, 1.3, kinds)


def _measure(n: int) -> list[Row]:
    evidence = _evidence(n)
    n_figures = len(estimate(evidence, n_boot=10))
    note = f"{N_BOOT:,} resamples of {evidence.n_groups:,} people"
    return [
        _timed("all figures", n, lambda: estimate(evidence), f"{n_figures} figures, {note}"),
        _timed(
            "at another threshold", n, lambda: estimate(evidence, with_curves=False), "no curves"
        ),
        _peer(evidence),
    ]


def _timed(name: str, n: int, act: Callable[[], object], note: str = "") -> Row:
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - wall
    rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return Row(name, n, cpu_s=cpu_s, wall_s=wall_s, rss_mb=rss_mb, note=note)


def _peer(evidence: Evidence) -> Row:
    """Time a few resamples in the usual loop and tell what all of them would take."""
    rng = np.random.default_rng(0)
    rows = np.split(np.argsort(evidence.groups), evidence.n_groups)

    def loop() -> None:
        for _ in range(N_PEER):
            drawn = rng.integers(0, evidence.n_groups, evidence.n_groups)
            chosen = np.concatenate([rows[each] for each in drawn])
            scores, is_fake = evidence.scores[chosen], evidence.is_fake[chosen]
            peer.roc_auc_score(is_fake, scores)
            peer.average_precision_score(is_fake, scores)
            peer.roc_curve(is_fake, scores)
            peer.brier_score_loss(is_fake, scores)
            peer.confusion_matrix(is_fake, scores >= 0.6)

    row = _timed("scikit-learn in a loop", len(evidence.scores), loop)
    times = N_BOOT / N_PEER
    note = f"AUC, AP, curve, Brier, confusion; {N_PEER} resamples times {times:.0f}"
    cpu_s, wall_s = (row.cpu_s or 0) * times, (row.wall_s or 0) * times
    return replace(row, cpu_s=cpu_s, wall_s=wall_s, rss_mb=None, note=note)


def _joined(n: int) -> Row:
    """Tell how far joining scores into steps moves the ends of intervals."""
    evidence = _evidence(n)
    joined = tally(evidence)
    ladder = build_ladder(evidence.scores, evidence.is_fake, evidence.group_numbers, max_steps=n)
    apart = replace(joined, ladder=ladder)
    found = [resample([each], evidence.n_groups)[0] for each in (joined, apart)]
    strays = [np.abs(found[0][name] - found[1][name]).max() for name in CURVES]
    ends = [
        np.array([np.quantile(each[name], (0.025, 0.975)) for name in CURVES]) for each in found
    ]
    moved = np.abs(ends[0] - ends[1]).max()
    note = f"joined: ends of intervals {moved:.5f} away, one resample {max(strays):.4f} at most"
    return Row("4,096 steps or all scores", n, note=note)
