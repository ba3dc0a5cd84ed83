"""Charts: each has a function that returns its values and one that draws them.

The colours are set here because `plotly.graph_objects` ignores the theme's. All of them stand out
from the light and from the dark background; the backgrounds themselves are left transparent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import plotly.graph_objects as go

from core.rounding import percent
from core.types import DatasetVersion, EpochMetrics, Label, Split, Trial

ACCENT = "#2f74b5"
NEUTRAL = "#8b95a5"
COSTLY = "#c8553d"
FAINT = "rgba(139, 149, 165, 0.25)"
WHITE, INK = "#ffffff", "#12161c"
LABEL_COLOURS = {Label.GENUINE: ACCENT, Label.FAKE: NEUTRAL}
TEXT_COLOURS = {Label.GENUINE: WHITE, Label.FAKE: INK}

CELLS = ("genuine-passed", "genuine-called-fake", "fakes-missed", "fakes-caught")
"""The cells of a confusion matrix in the order of its counts, as they stand in the URL."""


@dataclass(frozen=True)
class Curves:
    """A training, epoch by epoch; all sequences have one value an epoch."""

    epochs: tuple[int, ...]
    loss: tuple[float, ...]
    val_loss: tuple[float, ...]
    auc: tuple[float, ...]
    val_auc: tuple[float, ...]
    best: int | None


@dataclass(frozen=True)
class Axis:
    """One axis of the parallel coordinates: what is drawn, and what its ticks say."""

    name: str
    values: tuple[float, ...]
    ticks: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One cell of a confusion matrix.

    Attributes:
        row: 0 genuine, 1 fake: what the image is.
        column: 0 called genuine, 1 called fake.
        share: Of the images in its row, 0 to 1; None for an empty row.
    """

    name: str
    row: int
    column: int
    count: int
    share: float | None


def split_values(version: DatasetVersion) -> dict[Label, dict[Split, int]]:
    """Return the images of each label by split; empty splits are left out."""
    held = [split for split in Split if version.counts.get(split)]
    return {
        label: {split: version.counts[split].get(label, 0) for split in held}
        for label in (Label.GENUINE, Label.FAKE)
    }


def draw_splits(values: Mapping[Label, Mapping[Split, int]]) -> go.Figure:
    """Draw one stacked bar a split."""
    figure = empty_figure(height_px=190)
    for label, counts in values.items():
        figure.add_bar(
            y=[split.capitalize() for split in counts],
            x=list(counts.values()),
            name=label.capitalize(),
            orientation="h",
            marker_color=LABEL_COLOURS[label],
            text=[f"{count:,}" for count in counts.values()],
            textposition="inside",
            insidetextanchor="middle",
            insidetextfont={"color": TEXT_COLOURS[label]},
            hovertemplate="%{y}: %{x:,} " + label + "<extra></extra>",
        )
    figure.update_layout(barmode="stack", bargap=0.35, legend_traceorder="normal")
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(visible=False)
    return figure


def curve_values(epochs: Sequence[EpochMetrics]) -> Curves:
    """Return a training's curves; the best epoch is the first with the highest validation AUC."""
    best = max(epochs, key=lambda each: (each.val_auc, -each.epoch), default=None)
    return Curves(
        epochs=tuple(each.epoch for each in epochs),
        loss=tuple(each.loss for each in epochs),
        val_loss=tuple(each.val_loss for each in epochs),
        auc=tuple(each.auc for each in epochs),
        val_auc=tuple(each.val_auc for each in epochs),
        best=best.epoch if best else None,
    )


_MARKED = 40  # more points than that hide the line


def draw_curve(curves: Curves, measure: str) -> go.Figure:
    """Draw `loss` or `auc` over the epochs, on training and on validation images."""
    figure = empty_figure(height_px=280)
    train, validation = getattr(curves, measure), getattr(curves, f"val_{measure}")
    for name, values, colour, dash in (
        ("Training", train, NEUTRAL, "dot"),
        ("Validation", validation, ACCENT, "solid"),
    ):
        figure.add_scatter(
            x=curves.epochs,
            y=values,
            name=name,
            mode="lines+markers" if len(values) <= _MARKED else "lines",
            line={"color": colour, "dash": dash, "width": 2},
            marker={"size": 5},
            hovertemplate=f"{name}, epoch %{{x}}: %{{y:.4f}}<extra></extra>",
        )
    if curves.best is not None:
        _mark_best(figure, curves.best, validation[curves.epochs.index(curves.best)])
    figure.update_xaxes(
        title="Epoch",
        tick0=1,
        dtick=max(1, len(curves.epochs) // 8),
        range=[0.5, max(curves.epochs, default=1) + 0.5],
        showgrid=False,
    )
    figure.update_yaxes(gridcolor=FAINT, zeroline=False)
    return figure


def _mark_best(figure: go.Figure, epoch: int, value: float) -> None:
    figure.add_vline(x=epoch, line={"color": ACCENT, "width": 1, "dash": "dash"})
    figure.add_scatter(
        x=[epoch],
        y=[value],
        name=f"Best: epoch {epoch}",
        mode="markers",
        marker={"symbol": "star", "size": 13, "color": ACCENT},
        hovertemplate=f"Best epoch {epoch}: %{{y:.4f}}<extra></extra>",
    )


def trial_values(trials: Sequence[Trial]) -> list[Axis]:
    """Return one axis for every parameter that differs between trials, then validation AUC.

    Learning rates are drawn by their logarithm; a parameter of words or of few sizes by its rank.
    """
    names = sorted({name for trial in trials for name in trial.params})
    axes = [_axis(name, [trial.params.get(name) for trial in trials]) for name in names]
    varying = [axis for axis in axes if len(set(axis.values)) > 1]
    return [*varying, Axis("Validation AUC", tuple(trial.val_auc for trial in trials))]


def _axis(name: str, values: Sequence[Any]) -> Axis:
    title = name.replace("_", " ").capitalize()
    if name == "learning_rate":
        powers = tuple(log10(value) for value in values)
        ticks = tuple(map(float, range(floor(min(powers)), ceil(max(powers)) + 1)))
        return Axis(title, powers, ticks, tuple(f"{10**tick:.0e}" for tick in ticks))
    if all(isinstance(value, float) for value in values):
        return Axis(title, tuple(values))
    kinds = sorted(set(values), key=lambda value: (isinstance(value, str), value))
    ranks = tuple(float(kinds.index(value)) for value in values)
    return Axis(title, ranks, tuple(map(float, range(len(kinds)))), tuple(map(str, kinds)))


def draw_trials(axes: Sequence[Axis]) -> go.Figure:
    """Draw parallel coordinates; the trial with the highest last value stands out."""
    outcome = axes[-1].values
    is_best = [float(index == outcome.index(max(outcome))) for index in range(len(outcome))]
    figure = empty_figure(height_px=340)
    figure.add_parcoords(
        dimensions=[_dimension(axis) for axis in axes],
        line={"color": is_best, "colorscale": [[0, NEUTRAL], [1, ACCENT]], "cmin": 0, "cmax": 1},
        unselected={"line": {"opacity": 0.1}},
    )
    figure.update_layout(margin={"l": 60, "r": 60, "t": 60, "b": 24})
    return figure


def _dimension(axis: Axis) -> dict[str, Any]:
    shown: dict[str, Any] = {"label": axis.name, "values": axis.values}
    if len(axis.ticks) > 1:
        ends = (axis.ticks[0], axis.ticks[-1])
        shown |= {"tickvals": axis.ticks, "ticktext": axis.texts, "range": ends}
    return shown


def confusion_values(counts: Sequence[int]) -> list[Cell]:
    """Return the four cells of a confusion matrix.

    Args:
        counts: True genuine, false fake, false genuine, true fake.
    """
    cells = []
    for index, name in enumerate(CELLS):
        row, column = divmod(index, 2)
        n_row = counts[2 * row] + counts[2 * row + 1]
        share = counts[index] / n_row if n_row else None
        cells.append(Cell(name, row, column, counts[index], share))
    return cells


def draw_confusion(cells: Sequence[Cell]) -> go.Figure:
    """Draw a heat map of row shares; every cell says its count and its share.

    A heat map emits no selection, so invisible squares cover it, which carry the cells'
    names as custom data.
    """
    figure = empty_figure(height_px=320)
    figure.add_heatmap(
        z=[[cell.share or 0 for cell in cells[:2]], [cell.share or 0 for cell in cells[2:]]],
        zmin=0,
        zmax=1,
        colorscale=[[0, "#64788f"], [1, "#1d4f85"]],  # white text reads on both ends
        showscale=False,
        hoverinfo="skip",
        xgap=6,
        ygap=6,
    )
    for cell in cells:
        figure.add_annotation(
            x=cell.column, y=cell.row, text=_cell_text(cell), font_color=WHITE, showarrow=False
        )
    targets = [(cell, dx, dy) for dx in _ACROSS for dy in _DOWN for cell in cells]
    figure.add_scatter(
        x=[cell.column + dx for cell, dx, _ in targets],
        y=[cell.row + dy for cell, _, dy in targets],
        customdata=[cell.name for cell, _, _ in targets],
        mode="markers",
        marker={"symbol": "square", "size": 64, "opacity": 0, "color": ACCENT},
        hovertemplate="Click to list these images<extra></extra>",
        showlegend=False,
    )
    _frame_costly(figure)
    named = {"tickmode": "array", "tickvals": [0, 1], "showgrid": False, "zeroline": False}
    figure.update_xaxes(
        **named, ticktext=["Called genuine", "Called fake"], side="top", range=[-0.5, 1.5]
    )
    figure.update_yaxes(**named, ticktext=["Genuine", "Fake"], range=[1.5, -0.5])
    figure.update_layout(margin={"l": 64, "r": 8, "t": 32, "b": 8}, dragmode=False)
    return figure


_ACROSS, _DOWN = (0.0, -0.4, -0.2, 0.2, 0.4), (0.0, -0.33, 0.33)  # centres of the squares


def _cell_text(cell: Cell) -> str:
    share = "no images" if cell.share is None else percent(cell.share)
    note = {
        "genuine-called-fake": "<br><b>costly error</b>",
        "fakes-missed": "<br>missed",
    }.get(cell.name, "")
    return f"<span style='font-size:22px'>{cell.count:,}</span><br>{share}{note}"


def _frame_costly(figure: go.Figure) -> None:
    figure.add_shape(
        type="rect",
        x0=0.515,
        x1=1.485,
        y0=-0.485,
        y1=0.485,
        line={"color": COSTLY, "width": 3},
    )


def empty_figure(height_px: int) -> go.Figure:
    """Return an empty figure that sits calmly on either theme."""
    return go.Figure(
        layout={
            "height": height_px,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "paper_bgcolor": "rgba(0, 0, 0, 0)",
            "plot_bgcolor": "rgba(0, 0, 0, 0)",
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "hovermode": "closest",
        }
    )
