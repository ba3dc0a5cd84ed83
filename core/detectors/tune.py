"""Search for a good head by random trials on cached features."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.detectors.detector import Features
from core.detectors.params import TrainParams
from core.detectors.quiet import third_party_noise_off
from core.detectors.train import Truth, train_head
from core.errors import InvalidInput
from core.types import Trial


@dataclass(frozen=True)
class TuneSpace:
    """What a search may choose from; everything else is taken from `base`.

    Attributes:
        hidden_units: Widths of the hidden layer to choose among; 0 is none.
        dropout: Lowest and highest.
        learning_rate: Lowest and highest; drawn evenly on a logarithmic scale.
        base: The parameters that are not searched.
    """

    hidden_units: tuple[int, ...] = (0, 64, 256)
    dropout: tuple[float, float] = (0.0, 0.6)
    learning_rate: tuple[float, float] = (1e-5, 1e-2)
    base: TrainParams = field(default_factory=TrainParams)

    def __post_init__(self) -> None:
        if not self.hidden_units:
            raise InvalidInput("Expected at least one width of the hidden layer. Received: none.")
        choices = {"hidden_units": self.hidden_units}
        for name in ("dropout", "learning_rate"):
            low, high = choices[name] = getattr(self, name)
            if low > high:
                raise InvalidInput(f"Expected {name} from low to high. Received: {(low, high)}.")
        for name, values in choices.items():
            for value in values:
                TrainParams.from_mapping({name: value})


@third_party_noise_off()
def tune(
    features_train: Features,
    labels_train: Truth,
    features_val: Features,
    labels_val: Truth,
    space: TuneSpace,
    max_trials: int,
    epochs: int,
    seed: int,
    workdir: Path,
    on_trial: Callable[[Trial], None],
) -> list[Trial]:
    """Try random heads and measure each by its best validation AUC.

    The order of the trials follows from `seed`, and every trial trains in a folder of its own. A
    search that was killed is called again: finished trials are read back, the one that was cut
    off continues at its epoch, and the figures are those of an undisturbed search.

    Args:
        features_train: (n, 7, 7, 512) features of the training images.
        labels_train: (n,) True where fake.
        features_val: (m, 7, 7, 512) features of the validation images.
        labels_val: (m,) True where fake.
        space: What to choose from.
        max_trials: Stop after so many, or when the space holds no more.
        epochs: At most so many a trial.
        seed: 0 or more; also the seed of every training.
        workdir: Folder of this search alone.
        on_trial: Told of every trial as it finishes, and of earlier ones again after a kill.

    Returns:
        Trials in the order they ran, numbered from 1.

    Raises:
        InvalidInput: If features and labels do not fit, or `max_trials` is not positive.
        Conflict: If `workdir` holds another search.
    """
    if max_trials < 1:
        raise InvalidInput(f"Expected at least 1 trial. Received: {max_trials}.")
    trials: list[Trial] = []

    def run(choice: Mapping[str, Any]) -> float:
        params = replace(space.base, epochs=epochs, **choice)
        number = len(trials) + 1
        folder = workdir / f"trial-{number:04d}"
        result = train_head(
            features_train,
            labels_train,
            features_val,
            labels_val,
            params,
            seed,
            folder,
            on_epoch=lambda _: None,
        )
        for checkpoint in folder.glob("best.*"):  # large, and a search needs figures only
            checkpoint.unlink()
        trials.append(Trial(number, params.as_mapping(), result.best_val_auc, result.seconds))
        on_trial(trials[-1])
        return result.best_val_auc

    _search(space, max_trials, seed, workdir, run)
    return trials


def _search(
    space: TuneSpace,
    max_trials: int,
    seed: int,
    workdir: Path,
    run: Callable[[Mapping[str, Any]], float],
) -> None:
    """Draw choices with keras-tuner and run each."""
    import keras_tuner

    class Search(keras_tuner.RandomSearch):  # type: ignore[misc]
        def run_trial(self, trial: Any, **_: object) -> dict[str, float]:
            try:
                return {"val_auc": run(trial.hyperparameters.values)}
            except Exception as error:
                raise keras_tuner.errors.FatalError from error  # any other is swallowed

    choices = keras_tuner.HyperParameters()
    choices.Choice("hidden_units", list(space.hidden_units))
    choices.Float("dropout", *space.dropout)
    choices.Float("learning_rate", *space.learning_rate, sampling="log")
    search = Search(
        objective=keras_tuner.Objective("val_auc", "max"),
        max_trials=max_trials,
        hyperparameters=choices,
        seed=seed + 1,  # 0 would mean: any
        directory=workdir,
        project_name="keras-tuner",
        # Its own files are not written atomically, so a kill can spoil them. They are not needed:
        # the same seed draws the same choices, and finished trials return at once.
        overwrite=True,
    )
    try:
        search.search(verbose=0)
    except keras_tuner.errors.FatalError as fatal:
        raise (fatal.__cause__ or fatal) from None
