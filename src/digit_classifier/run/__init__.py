"""A run: what training computed, and the same in plain values.

Order of the modules: data, this one; room, prepare; pictures; samples, notebook, stored. Each imports those before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.results import Results
from digit_classifier.numerics.decimals import shortest
from digit_classifier.run.data import plain_of
from digit_classifier.settings.run_config import recorded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digit_classifier.artifacts import PlainDataset
    from digit_classifier.datasets.split import Split
    from digit_classifier.learning.network import Network
    from digit_classifier.learning.training import History
    from digit_classifier.settings.run_config import RunConfig

NO_PICTURES = "only a network without hidden layers has one readable picture per class"


@dataclass(frozen=True)
class Run:
    """One run: settings, split, trained network, its epochs, and its scores on both sides of the split."""

    config: RunConfig
    split: Split
    network: Network
    history: History
    training_accuracy: float  # of the trained network, on the training samples as they are
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


def little_endian(values: Any) -> bytes:
    """Float32 bytes in C order, little-endian on every machine; −0.0 becomes 0.0, which compares equal."""
    raw: bytes = (values + 0.0).astype("<f4").tobytes()
    return raw
