"""Figures: what a run's scores are worth on a split, each figure with how far it may be off."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.evaluation.attack_types import apcer_by_type
from core.evaluation.bootstrap import Estimate
from core.evaluation.tallies import CALIBRATED
from core.rounding import percent
from core.types import Run, Split
from dashboard import doors, figure_charts, figures, widgets
from dashboard.assessment import Assessment
from dashboard.calibrating import Calibration
from dashboard.figure_words import CALIBRATION, CALLS, RANKING, Words
from dashboard.scores import ENOUGH_GENUINE, Operating
from dashboard.text import count, plain
from dashboard.text import threshold as shown
from dashboard.threshold_view import current

_LOOKED_AT = {
    Split.TRAIN: "This detector has learned the images of the train split, so these figures "
    "flatter it.",
    Split.VALIDATION: "Images of the validation split helped to choose this detector and its "
    "threshold, so these figures flatter it.",
    Split.CALIBRATION: "Images of the calibration split fitted the calibration, so the figures "
    "after calibration flatter this detector.",
}
_UNSEEN = "The test split tells how it does on images nobody has looked at."
_ERRORS, _RELIABILITY = "figures-errors", "figures-reliability"
_CARD_PX = 130


def show(run: Run, split: Split) -> None:
    """Draw the part of Evaluate: the costly error first."""
    assessment, operating = figures.assessed(run, split), current(run)
    calls = figures.calls_at(run, split, operating.value)
    _warn(assessment, split)
    _show_basis(assessment, run, split)
    _show_calls(calls, operating)
    _show_attack_types(calls)
    _show_ranking(assessment)
    _show_calibration(assessment)


def _warn(assessment: Assessment, split: Split) -> None:
    """Say what keeps the figures from being relied on."""
    if assessment.is_indicative:
        st.warning(
            f"**Indicative only:** {count(assessment.n_genuine, 'genuine image')} of "
            f"{count(assessment.n_groups, 'group')} in the {split} split. Expected at least "
            f"{ENOUGH_GENUINE:,} for a false positive rate to rely on; the intervals say how far "
            "off it may be.",
            icon=":material/science:",
        )
    if split is not Split.TEST:
        st.info(f"{_LOOKED_AT[split]} {_UNSEEN}", icon=":material/info:")


def _show_basis(assessment: Assessment, run: Run, split: Split) -> None:
    """Say what every figure below rests on."""
    st.caption(
        f"On {count(assessment.n_genuine, 'genuine image')} and "
        f"{count(assessment.n_fake, 'fake')} of the {split} split of version "
        f"{run.dataset_version}, in {count(assessment.n_groups, 'group')}: a group is a named "
        "person with all near-duplicates and fakes. Below each figure stands its 95 % interval, by "
        "2,000 resamples of whole groups, since images of one person are not independent."
    )


def _show_calls(calls: Mapping[str, Estimate], operating: Operating) -> None:
    st.subheader(f"Calls at threshold {shown(operating.value)}", anchor=False)
    st.caption(plain(operating.origin))
    _cards(calls, CALLS, columns=4)


def _cards(found: Mapping[str, Estimate], words: Mapping[str, Words], *, columns: int) -> None:
    """Draw a card a figure, in the order of the words."""
    with st.grid(columns, min_column_width=_CARD_PX):
        for name, said in words.items():
            _card(said, found[name])


def _card(words: Words, found: Estimate) -> None:
    value = "undefined" if found.value is None else words.form(found.value)
    basis = f"{count(found.n_images, 'image')} of {count(found.n_groups, 'group')}"
    st.metric(
        f":red[{words.label}]" if words.is_costly else words.label,
        value,
        delta=_interval(found, words.form),
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help=f"{words.help}\n\nCounted on {basis}.",
    )


def _interval(found: Estimate, form: Callable[[float], str]) -> str:
    if found.interval is None:
        return "no interval"
    low, high = found.interval
    return f"{form(low)} to {form(high)}"


def _show_attack_types(calls: Mapping[str, Estimate]) -> None:
    by_type = apcer_by_type(calls)
    bars = figure_charts.error_values(calls["false_positive_rate"], by_type)
    if not bars:
        return
    st.subheader("Errors by kind of attack", anchor=False)
    st.plotly_chart(
        figure_charts.draw_errors(bars),
        key=_ERRORS,
        config=widgets.CALM,
        on_select=open_error,
        selection_mode="points",
        alt="; ".join(f"{each.name} {percent(each.rate)}" for each in bars),
    )
    worst = _worst(by_type)
    st.caption(
        "Genuine images called fake (BPCER), then missed fakes by generator (APCER), the worst "
        f"first.{worst} Whiskers span 95 %. Click a bar for its images."
    )


def _worst(by_type: Mapping[str, Estimate]) -> str:
    name, found = next(iter(by_type.items()), (None, None))
    if name is None or found is None or found.value is None or len(by_type) < 2:
        return ""
    return (
        f" The worst case is {plain(name)}, {percent(found.value)} of "
        f"{count(found.n_images, 'image')}: of several kinds the worst is so partly by chance."
    )


def _show_ranking(assessment: Assessment) -> None:
    if not assessment.estimates:
        return
    st.subheader("Whatever the threshold", anchor=False)
    _cards(assessment.estimates, RANKING, columns=5)


def _show_calibration(assessment: Assessment) -> None:
    if not assessment.estimates:
        return
    st.subheader("Can the probability be believed?", anchor=False)
    is_calibrated = assessment.calibration.split is not None
    words = {
        name: said
        for name, said in CALIBRATION.items()
        if is_calibrated or not name.endswith(CALIBRATED)
    }
    figures_side, chart = st.columns([2, 3], gap="medium")
    with chart:
        st.plotly_chart(
            figure_charts.draw_reliability(
                assessment.before, assessment.after if is_calibrated else ()
            ),
            key=_RELIABILITY,
            config=widgets.CALM,
            on_select=open_bin,
            selection_mode="points",
            alt="Reliability curve before and after calibration: "
            + _alt(assessment.calibration, assessment),
        )
        st.caption("On the dashed line the probability is the truth. Click a point for its images.")
    with figures_side:
        _cards(assessment.estimates, words, columns=2)
        st.caption(_by_chance(assessment))
        st.caption(f":material/tune: {plain(assessment.calibration.note)}")


def _alt(calibration: Calibration, assessment: Assessment) -> str:
    points = (
        f"told {percent(each.predicted, 0)}, so {percent(each.share_fake, 0)}"
        for each in assessment.after
    )
    return f"temperature {calibration.temperature:.2f}; {'; '.join(points)}"


def _by_chance(assessment: Assessment) -> str:
    if assessment.ece_by_chance is None:
        return ""
    return (
        "On so many images even a perfectly calibrated detector would show an ECE of about "
        f"{assessment.ece_by_chance:.3f}, by chance. Where fakes are rarer than here, every "
        "probability is too high."
    )


def open_error() -> None:
    """Show the images behind a bar."""
    if bar := doors.clicked(_ERRORS):
        doors.open_images(cell=bar[0], generator=bar[1])


def open_bin() -> None:
    """Show the images behind a point of the reliability curve."""
    if point := doors.clicked(_RELIABILITY):
        doors.open_images(cell=doors.ALL, score_from=point[0], score_to=point[1])
