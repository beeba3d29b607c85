"""The training loop: shuffle, shift, predict, learn; and the history of what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, isfinite, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digit_classifier.network import (
    Floats,
    Network,
    Workspace,
    as_columns,
    backward,
    create_network,
    forward,
    layer_views,
    log_loss,
    unit_uniform,
)

if TYPE_CHECKING:
    from digit_classifier.config import RunConfig
    from digit_classifier.data import Split

SNAPSHOTS = 100  # enough for a smooth film of the training, few enough for a small file
BLOCK = 4096  # samples prepared at a time, so that memory stays bounded however large the data set


@dataclass(frozen=True, eq=False)
class Epoch:
    """What one epoch did. Training scores are running means over its batches, each taken before its update."""

    number: int  # from 1
    learning_rate: float
    training_loss: float  # plain log loss, without label smoothing
    training_accuracy: float
    holdout_loss: float
    holdout_accuracy: float
    confusion_matrix: NDArray[np.intp]  # (classes, classes) of the hold-out after the epoch, rows = true
    seconds: float | None  # None without a clock


class Snapshot(NamedTuple):
    """The network after one epoch, as far as a picture shows it."""

    epoch: int
    confusion_matrix: NDArray[np.intp]  # (classes, classes) of the hold-out, rows = true
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


class Scores(NamedTuple):
    """How well some predictions fit."""

    loss: float
    accuracy: float
    confusion_matrix: NDArray[np.intp]


def train(
    config: RunConfig,
    split: Split,
    *,
    on_epoch: Callable[[Epoch], None] | None = None,
    clock: Callable[[], float] | None = None,
) -> tuple[Network, History]:
    """Train a new network on the training rows of the split; the hold-out rows are only watched.

    Equal arguments give equal bits on one machine, provided BLAS computes with one thread.
    When a loss stops being finite, the network of the epoch before is returned and `History.diverged` says why.
    """
    network = new_network(config, split)
    learn, watch = learner(config, network, split), watcher(network, split)
    planned = snapshot_epochs(config.epochs)
    epochs: list[Epoch] = []
    snapshots: list[Snapshot] = []
    diverged = None
    for number in range(1, config.epochs + 1):
        before = network.parameters.copy()
        started = clock() if clock else 0.0
        rate = learning_rate(config, number)
        with np.errstate(all="ignore"):  # a number that overflows shows in the losses
            training, holdout = learn(rate), watch()
        seconds = clock() - started if clock else None
        if diverged := divergence(number, training, holdout):
            network.parameters[:] = before
            break
        epochs.append(Epoch(number, rate, training.loss, training.accuracy, *holdout, seconds))
        if number in planned:
            snapshots.append(snapshot(network, epochs[-1]))
        if on_epoch:
            on_epoch(epochs[-1])
    if epochs and snapshots[-1].epoch != epochs[-1].number:
        snapshots.append(snapshot(network, epochs[-1]))
    return network, History(tuple(epochs), tuple(snapshots), diverged)


def learning_rate(config: RunConfig, number: int) -> float:
    """Rate of an epoch counted from 1: linear decay, never below 0."""
    return config.learning_rate * max(0.0, 1 - config.lr_decay * (number - 1))


def snapshot_epochs(epochs: int) -> set[int]:
    """At most 100 epochs, evenly spread, the last always among them."""
    count = min(epochs, SNAPSHOTS)
    return {ceil(epochs * i / count) for i in range(1, count + 1)}


def snapshot(network: Network, epoch: Epoch) -> Snapshot:
    """What is kept of the network after this epoch."""
    picture = None if len(network.layers) > 1 else network.layers[0].weights.copy()
    return Snapshot(epoch.number, epoch.confusion_matrix, picture)


def divergence(number: int, training: Scores, holdout: Scores) -> Divergence | None:
    """The reason to stop after this epoch, if there is one."""
    for name, scores in (("training", training), ("hold-out", holdout)):
        if not isfinite(scores.loss):
            return Divergence(number, f"the {name} loss was {scores.loss}")
    return None


# The network before training


def new_network(config: RunConfig, split: Split) -> Network:
    """Untrained network that fits the split's images and classes; its scaling has seen the training rows only."""
    images = split.training_images
    offset, scale = SCALINGS[config.scaling](images.reshape(len(images), -1), split.dataset.max_value)
    sizes = (len(offset), *config.hidden_sizes, len(split.dataset.class_names))
    return create_network(sizes, offset, scale, config.random_state)


def standard_scaling(pixels: NDArray[np.uint8], max_value: int) -> tuple[Floats, Floats]:  # noqa: ARG001
    """Mean and standard deviation of each pixel over (samples, pixels); a constant pixel divides by 1."""
    deviation = pixels.std(axis=0, dtype=np.float64)
    return pixels.mean(axis=0, dtype=np.float64), np.where(deviation == 0, 1.0, deviation)


def max_scaling(pixels: NDArray[np.uint8], max_value: int) -> tuple[Floats, Floats]:
    """Every pixel from 0 to 1."""
    return np.zeros(pixels.shape[1]), np.full(pixels.shape[1], float(max_value))


SCALINGS: dict[str, Callable[[NDArray[np.uint8], int], tuple[Floats, Floats]]] = {
    "standard": standard_scaling,
    "max": max_scaling,
}


# One epoch


def learner(config: RunConfig, network: Network, split: Split) -> Callable[[float], Scores]:
    """Function that trains the network for one epoch at a given rate and scores what it saw on the way."""
    labels, classes = split.training_labels, network.sizes[-1]
    batch = config.batch_size or len(labels)
    feed = epochs_of_inputs(config, network, split.training_images, batch)
    work = {size: Workspace.create(network, size) for size in {min(batch, len(labels)), len(labels) % batch} - {0}}
    probabilities = np.empty((classes, len(labels)), network.parameters.dtype)
    smooth = smoothed_targets(classes, config.label_smoothing).astype(network.parameters.dtype)
    gradient = np.empty_like(network.parameters)
    gradients = layer_views(gradient, network.sizes)
    optimizer = OPTIMIZERS[config.optimizer](network.parameters, config.momentum)

    def learn(rate: float) -> Scores:
        order, blocks = next(feed)
        targets = smooth[:, labels[order]]  # (classes, samples)
        for columns, inputs in batches(blocks, batch):
            space, seen = work[inputs.shape[1]], probabilities[:, columns]
            forward(network, inputs, space, seen)
            backward(network, inputs, space, seen, targets[:, columns], gradients)
            decay_weights(network, 1 - rate * config.weight_decay)
            optimizer(gradient, rate)
        return score(probabilities, labels[order])

    return learn


def watcher(network: Network, split: Split) -> Callable[[], Scores]:
    """Function that scores the network on the hold-out rows, without touching it."""
    labels = split.holdout_labels
    inputs = network.inputs(as_columns(split.holdout_images))
    work = Workspace.create(network, len(labels))
    probabilities = np.empty((network.sizes[-1], len(labels)), network.parameters.dtype)

    def watch() -> Scores:
        forward(network, inputs, work, probabilities)
        return score(probabilities, labels)

    return watch


def score(probabilities: Floats, labels: NDArray[np.intp]) -> Scores:
    """Loss, accuracy and confusion matrix of predictions (classes, samples)."""
    classes = len(probabilities)
    cells = labels * classes + probabilities.argmax(axis=0)
    confusion = np.bincount(cells, minlength=classes**2).reshape(classes, classes)
    return Scores(log_loss(probabilities, labels), float(confusion.trace() / len(labels)), confusion)


def smoothed_targets(classes: int, smoothing: float) -> Floats:
    """Target distribution of each class, one per column: label smoothing (arXiv:1512.00567, section 7)."""
    return np.eye(classes) * (1 - smoothing) + smoothing / classes


# The inputs of an epoch

Inputs = Iterator[tuple[NDArray[np.intp], Iterator[Floats]]]  # per epoch: row order, blocks (inputs + 1, samples)


def epochs_of_inputs(config: RunConfig, network: Network, images: NDArray[np.uint8], batch: int) -> Inputs:
    """Endless epochs: the order of the training rows, and their inputs in that order, block after block."""
    if batch >= len(images) and not config.shift_pixels:
        return repeated(network.inputs(as_columns(images)))
    return shuffled(config, network, images, max(1, BLOCK // batch) * batch)


def repeated(inputs: Floats) -> Inputs:
    """The same single block in every epoch: for a full batch, order does not matter."""
    order = np.arange(inputs.shape[1])
    while True:
        yield order, iter([inputs])


def shuffled(config: RunConfig, network: Network, images: NDArray[np.uint8], block: int) -> Inputs:
    """A new order in every epoch, every image moved anew."""
    shuffling, shifts = (np.random.PCG64([config.random_state, purpose]) for purpose in (2, 3))

    def prepare(rows: NDArray[np.intp]) -> Floats:
        pixels = as_columns(images[rows])
        if config.shift_pixels:
            moves = (2 * unit_uniform(shifts.random_raw(2 * len(rows))) - 1) * config.shift_pixels
            down, right = np.ascontiguousarray(moves.reshape(-1, 2).T, dtype=pixels.dtype)
            pixels = shifted(pixels.reshape(*images.shape[1:], -1), down, right).reshape(pixels.shape)
        return network.inputs(pixels)

    while True:
        order = np.argsort(shuffling.random_raw(len(images)), kind="stable")
        yield order, (prepare(order[first : first + block]) for first in range(0, len(order), block))


def batches(blocks: Iterator[Floats], size: int) -> Iterator[tuple[slice, Floats]]:
    """Cut blocks into mini-batches: which samples of the epoch, and their inputs (inputs + 1, ≤ size)."""
    stop = 0
    for block in blocks:
        for first in range(0, block.shape[1], size):
            inputs = block[:, first : first + size]
            start, stop = stop, stop + inputs.shape[1]
            yield slice(start, stop), inputs


def shifted(images: Floats, down: Floats, right: Floats) -> Floats:
    """Move each image (height, width, samples) by its own fractions of pixels; zeros come in from outside.

    Bilinear: along each axis, a pixel is the mean of its two nearest sources weighted by nearness.
    """
    return _shifted_rows(_shifted_rows(images, down).swapaxes(0, 1), right).swapaxes(0, 1)


def _shifted_rows(images: Floats, by: Floats) -> Floats:
    reach = min(ceil(np.abs(by).max(initial=0)), len(images) - 1)
    result = np.zeros_like(images)
    for rows in range(-reach, reach + 1):
        nearness = np.maximum(0, 1 - np.abs(by - rows))  # (samples,)
        target, source = (result[rows:], images[:-rows]) if rows > 0 else (result[: rows or None], images[-rows:])
        target += source * nearness
    return result


# Optimisers: name → function of (parameters, momentum) that returns the update of those parameters

Update = Callable[[Floats, float], None]


def decay_weights(network: Network, factor: float) -> None:
    """Weight decay decoupled from the gradient (arXiv:1711.05101); biases keep their size."""
    if factor != 1:
        for matrix in network.matrices:
            matrix[:, :-1] *= factor


def sgd(parameters: Floats, momentum: float) -> Update:
    """Gradient descent with heavy-ball momentum (Polyak, 1964)."""
    velocity, step = np.zeros_like(parameters), np.empty_like(parameters)

    def update(gradient: Floats, rate: float) -> None:
        np.multiply(velocity, momentum, out=velocity)
        np.add(velocity, gradient, out=velocity)
        np.subtract(parameters, np.multiply(velocity, rate, out=step), out=parameters)

    return update


def adamw(parameters: Floats, momentum: float, beta2: float = 0.999, epsilon: float = 1e-8) -> Update:
    """Adam (arXiv:1412.6980), with `decay_weights` AdamW; `momentum` is its beta1.

    Keeps sums where the paper keeps averages, `first` = m / (1 − beta1) and `second` = v / (1 − beta2): the factors
    move into two scalars and save two passes over the parameters.
    """
    first, second, step = np.zeros_like(parameters), np.zeros_like(parameters), np.empty_like(parameters)
    updates = 0

    def update(gradient: Floats, rate: float) -> None:
        nonlocal updates
        updates += 1
        np.multiply(first, momentum, out=first)
        np.add(first, gradient, out=first)
        np.multiply(second, beta2, out=second)
        np.add(second, np.multiply(gradient, gradient, out=step), out=second)
        unbias1 = (1 - momentum) / (1 - momentum**updates)
        unbias2 = sqrt((1 - beta2) / (1 - beta2**updates))
        np.add(np.sqrt(second, out=step), epsilon / unbias2, out=step)
        np.divide(first, step, out=step)
        np.subtract(parameters, np.multiply(step, rate * unbias1 / unbias2, out=step), out=parameters)

    return update


OPTIMIZERS: dict[str, Callable[[Floats, float], Update]] = {"sgd": sgd, "adamw": adamw}
