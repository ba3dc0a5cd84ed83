"""What a person chooses about a training or a search; the URL may fill it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.types import DatasetVersion
from dashboard import choices
from dashboard.jobs.client import Source

WEIGHTS = {"HED-BSDS500": "VGG16 (HED-BSDS500)", "imagenet": "VGG16 (ImageNet)"}
CROPS = {"face": "Face", "normalised": "Whole image"}
POOLINGS = {"average": "Average", "flatten": "Flatten"}


def source_fields(versions: Sequence[DatasetVersion], page: str) -> Source:
    """Draw the choice of dataset version, weights, crop and seed; the URL may fill them."""
    version, weights, crop, seed = st.columns([2, 2, 2, 1])
    numbers = [each.number for each in versions]
    with version:
        chosen = st.selectbox(
            "Dataset version",
            numbers,
            index=_index(numbers, choices.number_in_url("version")),
            format_func=lambda number: f"Version {number}",
            key=f"{page}-version",
        )
    return Source(
        dataset_version=chosen,
        weights=weights.selectbox(
            "Weights of the trunk",
            list(WEIGHTS),
            index=_index(list(WEIGHTS), st.query_params.get("weights")),
            format_func=lambda name: WEIGHTS.get(name, name),
            accept_new_options=True,
            key=f"{page}-weights",
            help="Or type the path of a weights file on the worker's machine.",
        ),
        crop=crop.segmented_control(
            "What it sees",
            list(CROPS),
            default=_known(CROPS, st.query_params.get("crop", "")),
            required=True,
            format_func=CROPS.__getitem__,
            key=f"{page}-crop",
            help="The aligned face with some margin, or the whole image squeezed to a square.",
        ),
        seed=seed.number_input("Seed", 0, 2**31 - 1, 0, key=f"{page}-seed"),
    )


def _index(options: Sequence[Any], wanted: Any) -> int:
    return options.index(wanted) if wanted in options else 0


def _known(options: Mapping[str, str], wanted: str) -> str:
    return wanted if wanted in options else next(iter(options))


def param_fields() -> dict[str, Any]:
    """Draw the parameters of a training; the URL may fill them.

    Returns:
        Values for `core.detectors.params.TrainParams.from_mapping`.
    """
    from core.detectors.params import RANGES, TrainParams

    defaults = TrainParams().as_mapping()
    values: dict[str, Any] = {}
    grid = st.grid(4)
    for name, default in defaults.items():
        label, help_text = _WORDS[name]
        key = f"train-{name}"
        if name == "pooling":
            values[name] = grid.selectbox(
                label,
                list(POOLINGS),
                index=_index(list(POOLINGS), st.query_params.get(name, default)),
                format_func=POOLINGS.__getitem__,
                key=key,
                help=help_text,
            )
            continue
        low, high = (type(default)(end) for end in RANGES[name])
        values[name] = grid.number_input(
            label,
            low,
            high,
            _number(st.query_params.get(name), default, low, high),
            step=_STEPS.get(name),
            format="%.3g" if isinstance(default, float) else "%d",
            key=key,
            help=help_text,
        )
    return values


_WORDS = {
    "epochs": ("Epochs", "At most so many passes over the training images."),
    "batch_size": ("Batch size", "Images a step."),
    "learning_rate": ("Learning rate", "Adam's."),
    "pooling": ("Pooling", "Average keeps 512 numbers an image, flatten all 25,088."),
    "hidden_units": ("Hidden units", "Width of a hidden layer; 0 for none."),
    "dropout": ("Dropout", "Fraction of the inputs that training drops, against overfitting."),
    "l2": ("Weight decay", "Pulls the weights towards 0, against overfitting."),
    "patience": (
        "Patience",
        "Stop after so many epochs without a better validation AUC; 0 never stops early.",
    ),
}
_STEPS = {"learning_rate": 1e-4, "dropout": 0.05, "l2": 1e-4}


def _number(text: str | None, default: Any, low: Any, high: Any) -> Any:
    try:
        value = type(default)(text) if text else default
    except ValueError:
        return default
    return value if low <= value <= high else default
