"""The detector on the real faces: grouped split, several seeds, test AUC with its interval."""

import os
import tempfile
from pathlib import Path

from benchmarks.command import verity
from benchmarks.rows import Row

SEEDS = (0, 1, 2)


def measure(folder: Path) -> list[Row]:
    """Train on `folder`/real and `folder`/fake, once a seed of split and training."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "VERITY_HOME": home}
        for name, label in (("real", "genuine"), ("fake", "fake")):
            verity(environment, "import", str(folder / name), "--label", label, "--wait")
        return [_train(environment, seed) for seed in SEEDS]


def _train(environment: dict[str, str], seed: int) -> Row:
    version = verity(environment, "freeze", "--seed", str(seed), "--wait")["version"]
    words = ("train", "--version", str(version), "--seed", str(seed), "--wait")
    run = verity(environment, *words)["run"]
    found = verity(environment, "evaluate", "--run", str(run))
    low, high = found["auc_interval"]
    note = (
        f"seed {seed}, {found['weights']}, 95 % interval {low:.3f} to {high:.3f}; "
        f"false positives {found['confusion']['false_fake']} of {found['n_genuine']}"
    )
    return Row("test AUC", found["n_genuine"] + found["n_fake"], auc=found["auc"], note=note)
