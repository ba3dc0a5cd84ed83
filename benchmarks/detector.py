"""The detector on the real faces: grouped split, several seeds, test AUC with its interval."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.rows import Row

SEEDS = (0, 1, 2)


def measure(folder: Path) -> list[Row]:
    """Train on `folder`/real and `folder`/fake, once a seed of split and training."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "VERITY_HOME": home}
        for name, label in (("real", "genuine"), ("fake", "fake")):
            _verity(environment, "import", str(folder / name), "--label", label, "--wait")
        return [_train(environment, seed) for seed in SEEDS]


def _train(environment: dict[str, str], seed: int) -> Row:
    version = _verity(environment, "freeze", "--seed", str(seed), "--wait")["version"]
    words = ("train", "--version", str(version), "--seed", str(seed), "--wait")
    run = _verity(environment, *words)["run"]
    found = _verity(environment, "evaluate", "--run", str(run))
    low, high = found["auc_interval"]
    note = (
        f"seed {seed}, {found['weights']}, 95 % interval {low:.3f} to {high:.3f}; "
        f"false positives {found['confusion']['false_fake']} of {found['n_genuine']}"
    )
    return Row("test AUC", found["n_genuine"] + found["n_fake"], auc=found["auc"], note=note)


def _verity(environment: dict[str, str], *words: str) -> Any:
    command = [sys.executable, "-m", "dashboard", *words, "--json"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)
