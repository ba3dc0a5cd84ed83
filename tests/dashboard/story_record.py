"""A run's story for tests that need no database."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.types import DatasetVersion, Label, NormaliseRule, Run, Split, Threshold, Verdict
from dashboard.story_types import Data, Decision, Example, Facts, Measure, Results, Share, Slice
from db.provenance import Origin

AT = datetime(2026, 3, 1, 14, 5, tzinfo=UTC)

RUN = Run(
    id=4,
    job_id="job",
    dataset_version=2,
    params={"crop": "face", "epochs": 3},
    seed=7,
    packages={"numpy": "2.4.6"},
    weights="HED-BSDS500",
    weights_hash="ab" * 32,
    device="CPU",
    author="Ada",
    created_at=AT,
    finished_at=AT,
    best_epoch=1,
    best_val_auc=0.8,
)

VERSION = DatasetVersion(
    number=2,
    content_hash="c0ffee" + "0" * 58,
    created_at=AT,
    author="Ada",
    normalise_rule=NormaliseRule.CROP,
    test_fraction=0.3,
    seed=0,
    counts={
        Split.TRAIN: {Label.GENUINE: 200, Label.FAKE: 190},
        Split.TEST: {Label.GENUINE: 99, Label.FAKE: 98},
    },
    shortcut={"auc": 0.51, "low": 0.47, "high": 0.55, "features": []},
)

APPROVED = Threshold(
    id=1,
    run_id=4,
    value=0.7,
    split=Split.VALIDATION,
    reason="few accusations",
    author="Ada",
    created_at=AT,
    policy={"costs": {"genuine_called_fake": 20.0, "missed_fake": 1.0, "prevalence": 0.05}},
    dataset_version=2,
    decision="approved",
    decided_by="Grace",
    decided_at=AT,
)

DATA = Data(
    version=VERSION,
    n_identities=40,
    origins=(Origin("studio", 299, 0), Origin("made here", 0, 288)),
    generators=(("self-blended", 288),),
    left_out=(("near-duplicate of an image that was kept", 12), ("without a label", 1)),
    refused=(("truncated", 2),),
    duplicates={Verdict.KEEP_LEFT: 12, None: 3},
    sample=(("1" * 64, Label.GENUINE), ("2" * 64, Label.FAKE)),
)

TEST = Results(
    n_genuine=99,
    n_fake=98,
    n_groups=12,
    is_indicative=True,
    auc=Measure(0.91, (0.85, 0.95)),
    tpr_at={0.01: Measure(0.1, None), 0.05: Measure(0.4, (0.2, 0.6))},
    false_positives=Share(7, 99, (0.035, 0.139), 12),
    misses=Share(30, 98, (0.22, 0.4), 12),
    misses_by_attack=(("swap", Share(20, 30, (0.5, 0.8))), ("blend", Share(10, 68, (0.1, 0.2)))),
    slices=(Slice("Source: street", Share(5, 20, (0.1, 0.5)), True, True),),
    n_slices=9,
    mistakes=(Example("3" * 64, Label.GENUINE, 0.93),),
    histogram=np.array([[60, 30, 9], [10, 30, 58]]),
    counts=np.stack(
        [
            np.linspace(0, 99, 1001).astype(np.int64),
            99 - np.linspace(0, 99, 1001).astype(np.int64),
            np.linspace(0, 98, 1001).astype(np.int64),
            98 - np.linspace(0, 98, 1001).astype(np.int64),
        ],
        axis=1,
    ),
)


def facts(**changes: Any) -> Facts:
    """Return a story with nobody's approval, changed as told."""
    decision = Decision(0.7, "Suggested, not approved. At most 5 %.", None, None)
    told = Facts(RUN, DATA, TEST, decision, prevalence=0.01, review=None, gathered_at=AT)
    return replace(told, **changes)


def approved() -> Facts:
    """Return a story with a threshold in force."""
    return facts(decision=Decision(0.7, "In force.", APPROVED, None), prevalence=0.05)
