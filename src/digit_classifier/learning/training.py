"""The training loop: an iterator that trains one epoch at a time; and the history of its epochs."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isfinite
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from digit_classifier.datasets.dataset import Examples
from digit_classifier.datasets.split import Split
from digit_classifier.errors import require_kind
from digit_classifier.learning.batches import batches, passes
from digit_classifier.learning.build import new_network
from digit_classifier.learning.network import (
    Workspace,
    as_columns,
    backward,
    blocks_of,
    cool,
    forward,
    layer_views,
    score,
)
from digit_classifier.learning.optimizers import OPTIMIZERS
from digit_classifier.settings.resolve import require_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from digit_classifier.learning.network import Network, Scores
    from digit_classifier.numerics.arithmetic import Floats
    from digit_classifier.settings.run_config import RunConfig

    Look = Callable[[], tuple[Scores, NDArray[np.intp], NDArray[np.intp]]]  # scores, predicted labels, matrix

SNAPSHOTS = 100  # enough for a smooth film of the training, few enough for a small file
KEPT = 2**24  # numbers of the watched samples that stay scaled; more are scaled again after every epoch
SNAPSHOT_NUMBERS = 2_000_000  # in all snapshots together: what a file of 16 MB can hold


class Epoch(NamedTuple):
    """What one epoch did. Training scores are running means over its batches, each taken before its update."""

    number: int  # from 1
    learning_rate: float
    training_loss: float  # plain log loss, without label smoothing
    training_accuracy: float
    holdout_loss: float | None  # None where nothing is watched, as are the two below
    holdout_accuracy: float | None
    confusion_matrix: NDArray[np.intp] | None  # (classes, classes) of the hold-out after the epoch, rows = true
    seconds: float

    def __repr__(self) -> str:
        watched = f", hold-out accuracy {self.holdout_accuracy:.4f}" if self.holdout_accuracy is not None else ""
        return f"<Epoch {self.number}: training loss {self.training_loss:.4g}{watched}>"


class Snapshot(NamedTuple):
    """The network after one epoch, as far as a picture shows it."""

    epoch: int
    confusion_matrix: NDArray[np.intp] | None  # (classes, classes) of the hold-out, rows = true
    predicted_labels: NDArray[np.intp] | None  # (hold-out,) the class that each sample was given
    first_layer_weights: Floats | None  # (classes, inputs); None where there are hidden layers


class Divergence(NamedTuple):
    """Why training stopped early."""

    epoch: int  # the one that was undone
    reason: str


@dataclass(frozen=True, eq=False)
class History:
    """The completed epochs, up to 100 snapshots (the last epoch always among them), and what stopped training early."""

    epochs: tuple[Epoch, ...]
    snapshots: tuple[Snapshot, ...]
    diverged: Divergence | None

    def __repr__(self) -> str:
        last = f", the last {self.epochs[-1]}" if self.epochs else ""
        return f"<History of {len(self.epochs):,} epochs{last}{', diverged' if self.diverged else ''}>"


class Training:
    """Trains a new network on the examples: iterate over it, and each step is one epoch.

        for epoch in training:
            print(epoch.number, epoch.training_loss)

    The caller owns the loop and may leave it at any time; `network` and `history` are always those after the last
    epoch. `watch` is scored after each epoch and changes nothing. Equal arguments give equal bits on one machine,
    provided BLAS computes with one thread. When a loss stops being finite, the epoch is undone, the loop ends and
    `history.diverged` says why.
    """

    def __init__(self, config: RunConfig, examples: Examples, watch: Examples | None = None) -> None:
        require_settings(config)
        for where, given in (("examples", examples), ("watch", watch)):
            if where == "examples" or given is not None:
                require_kind(where, given, Examples, "samples with labels", "split.training")
        self._trained: Network = new_network(config, examples)
        self._temperature = config.temperature
        pictured = self._trained.layers[0].weights.size if len(self._trained.layers) == 1 else 0
        self._planned = snapshot_epochs(config.epochs, self._trained.classes**2 + pictured)
        self._epochs: list[Epoch] = []
        self._snapshots: list[Snapshot] = []
        self._diverged: Divergence | None = None
        self._predicted: NDArray[np.intp] | None = None  # of the last epoch
        self._steps = self._run(config, examples, watch)

    def __iter__(self) -> Iterator[Epoch]:
        return self._steps

    def __next__(self) -> Epoch:
        return next(self._steps)

    @property
    def network(self) -> Network:
        """The network after the last epoch. With a temperature it is a copy, its last layer divided by that."""
        return self._trained.cooled(self._temperature)

    @property
    def history(self) -> History:
        """The epochs so far."""
        last = self._snapshots[-1].epoch if self._snapshots else 0
        unplanned = [self._snapshot(epoch) for epoch in self._epochs[-1:] if epoch.number != last]
        return History(tuple(self._epochs), (*self._snapshots, *unplanned), self._diverged)

    def _run(self, config: RunConfig, examples: Examples, watch: Examples | None) -> Iterator[Epoch]:
        network = self._trained
        learn, look = learner(config, network, examples), watcher(config, network, watch) if watch else None
        for number in range(1, config.epochs + 1):
            before = network.parameters.copy()
            try:
                epoch = self._epoch(config, number, learn, look)
                if epoch:
                    self._epochs.append(epoch)
            finally:  # an interrupt, too, leaves the network of the last epoch
                if len(self._epochs) < number:
                    network.parameters[:] = before
            if epoch is None:
                return
            if number in self._planned:
                self._snapshots.append(self._snapshot(epoch))
            yield epoch

    def _epoch(
        self,
        config: RunConfig,
        number: int,
        learn: Callable[[float], Scores],
        look: Look | None,
    ) -> Epoch | None:
        """Train for one epoch; None where it diverged."""
        started = perf_counter()
        rate = learning_rate(config, number)
        with np.errstate(all="ignore"):  # an overflow shows in the losses
            training = learn(rate)
            holdout, predicted, confusion_matrix = look() if look else (None, None, None)
        seconds = perf_counter() - started
        self._diverged = divergence(number, training=training.loss, holdout=holdout.loss if holdout else None)
        if self._diverged:
            return None
        loss, accuracy = holdout or (None, None)
        self._predicted = predicted
        return Epoch(number, rate, *training, loss, accuracy, confusion_matrix, seconds)

    def _snapshot(self, epoch: Epoch) -> Snapshot:
        layers = self.network.layers
        weights = layers[0].weights.copy() if len(layers) == 1 else None
        return Snapshot(epoch.number, epoch.confusion_matrix, self._predicted, weights)


def train(config: RunConfig, split: Split) -> tuple[Network, History]:
    """A network trained to the end on the training rows of a split, with its history."""
    require_kind("split", split, Split, "a split", "prepare(config)")
    training = Training(config, split.training, split.holdout)
    for _ in training:
        pass
    return training.network, training.history


def learning_rate(config: RunConfig, number: int) -> float:
    """Rate of an epoch counted from 1: linear decay, never below 0."""
    return config.learning_rate * max(0.0, 1 - config.lr_decay * (number - 1))


def snapshot_epochs(epochs: int, numbers: int) -> set[int]:
    """At most 100 epochs, fewer if a snapshot has many numbers; evenly spread, the last always among them."""
    count = min(epochs, SNAPSHOTS, max(1, SNAPSHOT_NUMBERS // numbers))
    return {ceil(epochs * i / count) for i in range(1, count + 1)}


def divergence(number: int, *, training: float, holdout: float | None) -> Divergence | None:
    """Why to undo this epoch and stop, if one of its losses is not finite."""
    for name, loss in (("training", training), ("hold-out", holdout)):
        if loss is not None and not isfinite(loss):
            return Divergence(number, f"the {name} loss was {loss}")
    return None


# One epoch


def learner(config: RunConfig, network: Network, examples: Examples) -> Callable[[float], Scores]:
    """Function that trains the network for one epoch at a given rate and returns its running scores."""
    samples = len(examples)
    batch = min(config.batch_size, samples) or samples
    feed = passes(config, network, examples, batch)
    workspaces = {size: Workspace.create(network, size) for size in {batch, samples % batch} - {0}}
    probabilities = np.empty((network.classes, samples), network.parameters.dtype)
    gradient = np.empty_like(network.parameters)
    gradients = layer_views(gradient, network.architecture)
    update = OPTIMIZERS[config.optimizer](network.parameters, config.momentum)
    decay = config.weight_decay * is_weight(network)

    def learn(rate: float) -> Scores:
        labels, targets, blocks = next(feed)
        kept = 1 - rate * decay  # weight decay apart from the gradient (arXiv:1711.05101)
        for columns, inputs in batches(blocks, batch):
            work, predicted = workspaces[inputs.shape[1]], probabilities[:, columns]
            forward(network, inputs, work, predicted)
            backward(network, inputs, work, predicted, targets[:, columns], gradients)
            if config.weight_decay:
                np.multiply(network.parameters, kept, out=network.parameters)
            update(gradient, rate)
        cool(probabilities, config.temperature, network.arithmetic)
        return score(probabilities, labels, network.arithmetic)

    return learn


def watcher(config: RunConfig, network: Network, watch: Examples) -> Look:
    """Function that returns scores, labels and confusion matrix of these examples, without changing the network."""
    labels, classes, dtype = watch.labels, network.classes, network.parameters.dtype
    blocks = blocks_of(network, len(labels))
    size = blocks[0].stop
    kept = [network.inputs(as_columns(watch.samples[part])) for part in blocks if watch.samples.size <= KEPT]
    work, probabilities = Workspace.create(network, size), np.empty((classes, len(labels)), dtype)
    block = np.empty((classes, size), dtype) if len(blocks) > 1 else probabilities

    def look() -> tuple[Scores, NDArray[np.intp], NDArray[np.intp]]:
        cooled = network.cooled(config.temperature)
        for index, part in enumerate(blocks):
            inputs = kept[index] if kept else network.inputs(as_columns(watch.samples[part]))
            forward(cooled, inputs, work, block)
            if block is not probabilities:
                probabilities[:, part] = block
        predicted = probabilities.argmax(axis=0)
        cells = np.bincount(labels * classes + predicted, minlength=classes**2)
        return score(probabilities, labels, network.arithmetic), predicted, cells.reshape(classes, classes)

    return look


def is_weight(network: Network) -> Floats:
    """1 for every weight and 0 for every bias, (count,): biases are not decayed."""
    mask = np.ones_like(network.parameters)
    for matrix in layer_views(mask, network.architecture):
        matrix[:, -1] = 0
    return mask
