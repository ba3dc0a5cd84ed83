"""A run's figures as plain values, for the command line, for scripts and for the story."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from core.errors import NotFound
from core.evaluation import metrics
from core.evaluation.attack_types import apcer_by_type
from core.evaluation.bootstrap import Estimate
from core.evaluation.tallies import APCER
from core.rounding import percent
from core.types import Run, Split
from dashboard.assessment import Assessment, assess, assess_calls
from dashboard.figure_words import CALIBRATION, CALLS, RANKING, Words
from dashboard.scores import ENOUGH_GENUINE, Scored, load_scores, operating_threshold
from db import runs


def is_scored(session: Session, run_id: int) -> bool:
    """Say whether a run has scores, or raise NotFound if there is no such run."""
    runs.get_run(session, run_id)
    return bool(load_scores(session, run_id, Split.TEST).scores.size)


def report(session: Session, run_id: int) -> dict[str, Any]:
    """Return a run's test figures at its operating threshold, with 95 % intervals.

    The threshold is the one in force, else the one that the validation scores suggest. Every figure
    stands beside its interval, by people (`auc`, `auc_interval`), and under `figures` with the
    numbers of images and groups that it was counted on. A figure that is undefined is None, and so
    is the interval where resampling has nothing to say.

    Raises:
        NotFound: If the run does not exist or was never scored.
    """
    run = runs.get_run(session, run_id)
    test = load_scores(session, run_id, Split.TEST)
    if not test.scores.size:
        raise NotFound(f"Expected a scored run. Received run {run_id}, which has no scores yet.")
    operating = operating_threshold(session, run_id)
    found = assess(session, run, Split.TEST)
    calls = assess_calls(session, run, Split.TEST, operating.value)
    return {
        **_basis(run, found),
        **_flat(found.estimates),
        "ece_by_chance": found.ece_by_chance,
        "calibration": asdict(found.calibration),
        "reliability": [asdict(each) for each in found.before],
        "reliability_calibrated": [asdict(each) for each in found.after],
        "threshold": operating.value,
        "threshold_origin": operating.origin,
        "threshold_in_force": operating.is_in_force,
        **_calls(test, operating.value, calls),
        "figures": {name: asdict(each) for name, each in {**found.estimates, **calls}.items()},
    }


def _basis(run: Run, found: Assessment) -> dict[str, Any]:
    return {
        "run": run.id,
        "dataset_version": run.dataset_version,
        "weights": run.weights,
        "split": Split.TEST.value,
        "n_genuine": found.n_genuine,
        "n_fake": found.n_fake,
        "n_groups": found.n_groups,
        "indicative_only": found.is_indicative,
    }


def _flat(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    """Return each figure and its interval by name."""
    values: dict[str, Any] = {}
    for name, found in estimates.items():
        values |= {name: found.value, f"{name}_interval": found.interval}
    return values


def _calls(test: Scored, threshold: float, calls: Mapping[str, Estimate]) -> dict[str, Any]:
    """Return what depends on the threshold."""
    confusion = metrics.confusion_at(threshold, test.scores, test.is_fake)
    by_type = apcer_by_type(calls)
    return {
        "confusion": asdict(confusion),
        "rates": asdict(metrics.rates(confusion)),
        **_flat({name: each for name, each in calls.items() if not name.startswith(APCER)}),
        "bpcer": calls["false_positive_rate"].value,
        "bpcer_interval": calls["false_positive_rate"].interval,
        "apcer": [{"attack_type": name, **asdict(each)} for name, each in by_type.items()],
        "worst_attack_type": next(iter(by_type), None),
    }


def brief(found: Mapping[str, Any]) -> dict[str, str]:
    """Return what a report says, a line a figure, for people; the costly error comes first."""
    told = {
        "Run": f"{found['run']} on version {found['dataset_version']}, {found['split']} split",
        "Images": f"{found['n_genuine']:,} genuine, {found['n_fake']:,} fake, "
        f"in {found['n_groups']:,} groups",
        "Threshold": f"{found['threshold']:g}. {found['threshold_origin']}",
    }
    if found["indicative_only"]:
        told["Indicative only"] = f"fewer than {ENOUGH_GENUINE:,} genuine images"
    told |= _lines(found["figures"], CALLS)
    told |= {
        f"Missed: {each['attack_type']}": _line(each, percent, f" of {each['n_images']:,}")
        for each in found["apcer"]
    }
    told |= _lines(found["figures"], RANKING) | _lines(found["figures"], CALIBRATION)
    return told | {"Calibration": found["calibration"]["note"]}


def _lines(figures: Mapping[str, Any], words: Mapping[str, Words]) -> dict[str, str]:
    return {said.label: _line(figures[name], said.form) for name, said in words.items()}


def _line(figure: Mapping[str, Any], form: Callable[[float], str], of: str = "") -> str:
    if figure["value"] is None:
        return "undefined"
    if figure["interval"] is None:
        return f"{form(figure['value'])}{of}, no interval"
    low, high = figure["interval"]
    return f"{form(figure['value'])}{of}, 95 % interval {form(low)} to {form(high)}"
