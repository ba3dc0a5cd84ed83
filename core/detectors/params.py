"""What a person chooses about a training, checked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from core.detectors.heads import POOLINGS, Pooling
from core.errors import InvalidInput

RANGES = {
    "epochs": (1, 1000),
    "batch_size": (1, 1024),
    "learning_rate": (1e-7, 1.0),
    "hidden_units": (0, 4096),
    "dropout": (0.0, 0.9),
    "l2": (0.0, 1.0),
    "patience": (0, 1000),
}


@dataclass(frozen=True)
class TrainParams:
    """What a person chooses about a training.

    Attributes:
        epochs: At most so many passes over the training images.
        batch_size: Images a step.
        learning_rate: Adam's.
        pooling: See `build_head`, as for the next three.
        hidden_units: 0 for no hidden layer.
        dropout: Fraction dropped.
        l2: Weight decay.
        patience: Stop after so many epochs without a better validation AUC; 0 never stops early.
    """

    epochs: int = 30
    batch_size: int = 32
    learning_rate: float = 1e-3
    pooling: Pooling = "average"
    hidden_units: int = 0
    dropout: float = 0.2
    l2: float = 0.0
    patience: int = 0

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Read a form or a stored run; what is left out takes its default.

        Raises:
            InvalidInput: If a name is unknown, or a value has the wrong type or range.
        """
        kinds = {field.name: type(field.default) for field in fields(cls)}
        for name in values:
            if name not in kinds:
                raise InvalidInput(f"Expected fields {', '.join(kinds)}. Received: {name!r}.")
        checked = {name: _checked(name, kinds[name], each) for name, each in values.items()}
        return cls(**checked)

    def as_mapping(self) -> dict[str, Any]:
        """Return plain JSON values that `from_mapping` reads back."""
        return asdict(self)


def _checked(name: str, kind: type, value: Any) -> Any:
    """Return the value if it is of the field's type and range; a whole number may be a float."""
    if kind is str:
        if value not in POOLINGS:
            raise InvalidInput(f"Expected {name} to be one of {POOLINGS}. Received: {value!r}.")
        return value
    low, high = RANGES[name]
    is_number = isinstance(value, kind | int) and not isinstance(value, bool)
    if not (is_number and low <= value <= high):
        raise InvalidInput(
            f"Expected {name} to be {kind.__name__} from {low} to {high}. Received: {value!r}."
        )
    return kind(value)
