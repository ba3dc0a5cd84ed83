"""Charts of review: agreement of pairs and of people, and settled verdicts."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.review.agreement import Interval
from core.review.reviewers import PairAgreement, Report, ReviewerAgreement
from core.review.verdicts import ReviewVerdict
from core.rounding import percent
from dashboard.charts import ACCENT, FAINT, INK, NEUTRAL, WHITE, empty_figure
from dashboard.text import in_chart

_DARK_ENOUGH = 0.65
_SCALE = [[0, "#e8edf3"], [0.5, "#9dbbd9"], [1, "#1d4f85"]]


def kappa_matrix(report: Report) -> tuple[list[str], list[list[float | None]]]:
    """Return the reviewers' names and (n, n) kappas; None where a pair has none."""
    names = [each.reviewer for each in report.reviewers]
    at = {name: place for place, name in enumerate(names)}
    matrix: list[list[float | None]] = [[None] * len(names) for _ in names]
    for pair in report.pairs:
        first, second = at[pair.first], at[pair.second]
        matrix[first][second] = matrix[second][first] = pair.kappa.value
    return names, matrix


def draw_kappas(report: Report) -> go.Figure:
    """Draw Cohen's kappa of every pair as a heat map; every cell says its figure and its items."""
    names, matrix = kappa_matrix(report)
    figure = empty_figure(max(180, 46 * len(names) + 60))
    figure.add_heatmap(
        x=[in_chart(name) for name in names],
        y=[in_chart(name) for name in names],
        z=matrix,
        zmin=0,
        zmax=1,
        colorscale=_SCALE,
        showscale=False,
        hoverinfo="skip",
        xgap=4,
        ygap=4,
    )
    for pair in report.pairs:
        for x, y in ((pair.first, pair.second), (pair.second, pair.first)):
            figure.add_annotation(
                x=in_chart(x),
                y=in_chart(y),
                text=_pair_text(pair),
                showarrow=False,
                font_color=_ink(pair),
            )
    figure.update_xaxes(side="top", showgrid=False, type="category")
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    return figure


def _pair_text(pair: PairAgreement) -> str:
    kappa = pair.kappa.value
    told = "none" if kappa is None else f"<b>{kappa:.2f}</b>"
    return f"{told}<br>{pair.n_same:,} of {pair.kappa.n_items:,} same"


def _ink(pair: PairAgreement) -> str:
    """Return the colour of a cell's words: an undefined kappa has no cell."""
    if pair.kappa.value is None:
        return NEUTRAL
    return WHITE if pair.kappa.value > _DARK_ENOUGH else INK


def draw_reviewers(reviewers: Sequence[ReviewerAgreement]) -> go.Figure:
    """Draw how often each reviewer said what most others said, with 95 % intervals."""
    told = [each for each in reviewers if each.n_compared and each.interval]
    shares = [each.n_with_others / each.n_compared for each in told]
    intervals = [each.interval for each in told if each.interval]
    figure = empty_figure(44 * len(told) + 50)
    figure.add_scatter(
        x=shares,
        y=[in_chart(each.reviewer) for each in told],
        error_x=whiskers(shares, intervals),
        mode="markers",
        marker={"size": 12, "color": ACCENT},
        customdata=[
            f"{each.n_with_others} of {each.n_compared} ({percent(share, 0)})"
            for each, share in zip(told, shares, strict=True)
        ],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%", gridcolor=FAINT, zeroline=False)
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    return figure


def whiskers(values: Sequence[float], intervals: Sequence[Interval]) -> dict[str, object]:
    """Return error bars from the values to the ends of their intervals."""
    ends = list(zip(values, intervals, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value for value, (_, high) in ends],
        "arrayminus": [value - low for value, (low, _) in ends],
        "color": NEUTRAL,
        "thickness": 2,
        "width": 0,
    }


def draw_verdicts(settled: Mapping[ReviewVerdict, int]) -> go.Figure:
    """Draw settled verdicts as bars, which carry their verdict as custom data."""
    told = {verdict: settled[verdict] for verdict in ReviewVerdict if settled.get(verdict)}
    figure = empty_figure(38 * len(told) + 10)
    figure.add_bar(
        x=list(told.values()),
        y=[verdict.capitalize() for verdict in told],
        customdata=[verdict.value for verdict in told],
        orientation="h",
        text=[f"{n:,}" for n in told.values()],
        textposition="outside",
        cliponaxis=False,
        marker={"color": ACCENT, "cornerradius": 4},
        hovertemplate="Click to list these images<extra></extra>",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0.6}},
    )
    figure.update_layout(bargap=0.4, margin={"l": 0, "r": 50, "t": 0, "b": 0}, font_size=14)
    figure.update_layout(dragmode=False)
    figure.update_xaxes(visible=False, rangemode="tozero")
    figure.update_yaxes(autorange="reversed", ticksuffix="   ")
    return figure
