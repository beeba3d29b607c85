"""A run: what training computed, and the same in plain values.

Order of the modules: data, this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts import ARTIFACTS
from digit_classifier.artifacts.results import Results
from digit_classifier.artifacts.sizes import largest_sizes
from digit_classifier.errors import InputError, explain, option
from digit_classifier.learning.network import count_parameters
from digit_classifier.learning.training import snapshot_epochs
from digit_classifier.run.data import plain_of
from digit_classifier.settings.run_config import recorded
from digit_classifier.store.json import MAX_VALUES
from digit_classifier.store.layout import max_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digit_classifier.artifacts import PlainDataset
    from digit_classifier.datasets.split import Split
    from digit_classifier.learning.network import Architecture, Network
    from digit_classifier.learning.training import History
    from digit_classifier.settings.run_config import RunConfig

MAX_PARAMETERS = 2_000_000  # as many as fit into the 16 MB of model.json
NO_PICTURES = "only a network without hidden layers has one readable picture per class"


@dataclass(frozen=True)
class Run:
    """One run: settings, split, trained network, its epochs, and its scores on both sides of the split."""

    config: RunConfig
    split: Split
    network: Network
    history: History
    training_accuracy: float  # of the trained network, on the training images as they are
    holdout_probabilities: NDArray[np.float32]  # (holdout, classes)
    training_seconds: float

    def __repr__(self) -> str:
        labels, epochs = self.split.holdout.labels, len(self.history.epochs)
        right = int((self.holdout_probabilities.argmax(axis=1) == labels).sum())
        network = f"{self.config.model} of {self.network.parameters.size:,} parameters on {self.split.dataset.name}"
        return f"<Run: {network}, {right:,} of {len(labels):,} held-out samples right after {epochs:,} epochs>"


def evaluated(config: RunConfig, split: Split, network: Network, history: History, seconds: float) -> Run:
    """The run of a trained network; `seconds` is the time its training took."""
    predicted = network.probabilities(split.training.samples).argmax(axis=1)
    return Run(
        config=config,
        split=split,
        network=network,
        history=history,
        training_accuracy=float((predicted == split.training.labels).mean()),
        holdout_probabilities=network.probabilities(split.holdout.samples),
        training_seconds=seconds,
    )


def results_of(run: Run, data: PlainDataset | None = None) -> Results:
    """The run in plain values: nothing after this needs NumPy; `data` is its data set in such values, if at hand."""
    split, network, epochs, snapshots = run.split, run.network, run.history.epochs, run.history.snapshots
    has_pictures = len(network.layers) == 1
    return Results(
        config=recorded(run.config),
        data=data or plain_of(split.dataset),
        training_labels=split.training.labels.tolist(),
        groups=None if split.groups is None else split.groups.tolist(),
        sample_ids=split.holdout_ids.tolist(),
        probabilities=shortest(run.holdout_probabilities),
        train_accuracy=run.training_accuracy,
        neighbour=split.neighbour,
        training_loss=[epoch.training_loss for epoch in epochs],
        holdout_loss=[epoch.holdout_loss for epoch in epochs],
        training_accuracy=[epoch.training_accuracy for epoch in epochs],
        holdout_accuracy=[epoch.holdout_accuracy for epoch in epochs],
        learning_rates=[epoch.learning_rate for epoch in epochs],
        epoch_seconds=[epoch.seconds for epoch in epochs],
        training_seconds=run.training_seconds,
        diverged=run.history.diverged,
        snapshot_epochs=[each.epoch for each in snapshots],
        confusion_matrices=[each.confusion_matrix.tolist() for each in snapshots if each.confusion_matrix is not None],
        snapshot_predictions=[
            each.predicted_labels.tolist() for each in snapshots if each.predicted_labels is not None
        ],
        first_layer_weights=[little_endian(each.first_layer_weights) for each in snapshots] if has_pictures else None,
        first_layer_reason=None if has_pictures else NO_PICTURES,
        offset=little_endian(network.offset),
        scale=little_endian(network.scale),
        layers=[
            (layer.description, activation, little_endian(weights), little_endian(bias))
            for layer, weights, bias, activation in network.layers
        ],
    )


def require_room(config: RunConfig, split: Split, layers: Architecture) -> None:
    """InputError where a file of the run could become larger than its readers take, which no run could keep."""
    data = split.dataset
    classes, numbers = len(data.class_names), data.samples[0].size
    parameters = count_parameters(layers)
    if parameters > MAX_PARAMETERS:
        most = f"at most {MAX_PARAMETERS:,} parameters in all"
        raise InputError(explain(option("hidden_sizes"), most, f"{parameters:,}", option("hidden_sizes", "128,64")))
    first_weights = parameters - classes if len(layers) == 1 else 0
    sizes = largest_sizes(
        class_names=data.class_names,
        samples=len(data.labels),
        holdout=len(split.holdout),
        numbers=numbers,
        max_value=data.max_value,
        parameters=parameters,
        first_weights=first_weights,
        sample_count=config.sample_count,
        epochs=config.epochs,
        snapshots=len(snapshot_epochs(config.epochs, classes**2 + first_weights)),
        groups=0 if split.groups is None else int(split.groups.max()) + 1,
    )
    what = f"{numbers:,} {'features' if data.is_table else 'pixels'}"
    attempts = {
        "holdout.json": (
            f"{len(split.holdout):,} held-out samples of {classes:,} classes",
            f"a smaller {option('test_size')}",
        ),
        "predictions.json": (f"{config.sample_count} samples of {what}", f"a smaller {option('sample_count')}"),
        "roc_curves.json": (f"{len(split.holdout):,} held-out samples", f"leaving out {option('roc_per_class', True)}"),
        "dataset.json": (f"{len(data.labels):,} samples of {what}", "a part of them, or smaller ones"),
        "model.json": (f"{parameters:,} parameters on {what}", "smaller images or layers"),
    }
    for name, size in sizes.items():
        if name != "dataset.json" and not ARTIFACTS[name].wanted(recorded(config)):
            continue
        limit = max_bytes(name)
        if size.bytes > limit or size.values > MAX_VALUES:
            what, attempt = attempts.get(name, (f"{classes:,} classes", "fewer classes"))
            came = f"up to {size.bytes / 1e6:,.1f} MB and {size.values:,} values for {what}"
            raise InputError(explain(name, f"at most {limit / 1e6:,.0f} MB and {MAX_VALUES:,} values", came, attempt))


def shortest(values: NDArray[np.float32]) -> list[list[float]]:
    """Rows of floats whose decimal form is the shortest that reads back to the same float32."""
    return [[float(str(value)) for value in row] for row in values]


def little_endian(values: Any) -> bytes:
    """Float32 bytes in C order, little-endian on every machine; −0.0 becomes 0.0, which compares equal."""
    raw: bytes = (values + 0.0).astype("<f4").tobytes()
    return raw
