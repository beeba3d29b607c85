"""The training loop: shuffle, shift, predict, learn; and the history of what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, isfinite
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digit_classifier.datasets.dataset import random_order, random_stream
from digit_classifier.learning.augmentation import WORDS, jittered
from digit_classifier.learning.network import (
    Network,
    Scores,
    Workspace,
    as_columns,
    backward,
    build_architecture,
    create_network,
    forward,
    layer_views,
    score,
)
from digit_classifier.learning.optimizers import OPTIMIZERS
from digit_classifier.numerics.arithmetic import EXACT, ORDINARY, Floats

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digit_classifier.datasets.dataset import Split
    from digit_classifier.learning.network import Architecture
    from digit_classifier.settings.run_config import RunConfig

# What exact training computes depends on these three: a block of inputs is rounded as its largest element demands.
MOVED = 2**17  # pixels are moved about this many at a time: memory stays bounded, and mostly in the cache
MAPS = 64  # ways to move an image, at least, in one epoch
SCALED = 2**20  # pixels: so many floats stay in the cache
SNAPSHOTS = 100  # enough for a smooth film of the training, few enough for a small file
FILM = 2_000_000  # numbers in all snapshots together: what a file of 16 MB can hold


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


def train(
    config: RunConfig,
    split: Split,
    *,
    on_epoch: Callable[[Epoch], None] | None = None,
    so_far: Callable[[Callable[[], tuple[Network, History]]], None] | None = None,
    clock: Callable[[], float] | None = None,
) -> tuple[Network, History]:
    """Train a new network on the training rows of the split; the hold-out rows are only watched.

    Equal arguments give equal bits on one machine, provided BLAS computes with one thread. `so_far` is called after
    each epoch but the last, with a function for what would be returned now (the network goes on learning afterwards).
    When a loss stops being finite, the network of the epoch before is returned and `History.diverged` says why.
    """
    network = new_network(config, split)
    learn, watch = learner(config, network, split), watcher(network, split)
    pictured = network.layers[0].weights.size if len(network.layers) == 1 else 0
    planned = snapshot_epochs(config.epochs, network.classes**2 + pictured)
    epochs: list[Epoch] = []
    snapshots: list[Snapshot] = []
    diverged = None

    def trained() -> tuple[Network, History]:
        unplanned = [snapshot(network, epoch) for epoch in epochs[-1:] if epoch.number not in planned]
        return network, History(tuple(epochs), (*snapshots, *unplanned), diverged)

    for number in range(1, config.epochs + 1):
        before = network.parameters.copy()
        started = clock() if clock else 0.0
        rate = learning_rate(config, number)
        with np.errstate(all="ignore"):  # a number that overflows shows in the losses
            training = learn(rate)
            holdout, confusion_matrix = watch()
        seconds = clock() - started if clock else None
        if diverged := divergence(number, training=training.loss, holdout=holdout.loss):
            network.parameters[:] = before
            break
        epochs.append(Epoch(number, rate, *training, *holdout, confusion_matrix, seconds))
        if number in planned:
            snapshots.append(snapshot(network, epochs[-1]))
        if on_epoch:
            on_epoch(epochs[-1])
        if so_far and number < config.epochs:
            so_far(trained)
    return trained()


def learning_rate(config: RunConfig, number: int) -> float:
    """Rate of an epoch counted from 1: linear decay, never below 0."""
    return config.learning_rate * max(0.0, 1 - config.lr_decay * (number - 1))


def snapshot_epochs(epochs: int, numbers: int) -> set[int]:
    """At most 100 epochs, fewer if a snapshot has many numbers; evenly spread, the last always among them."""
    count = min(epochs, SNAPSHOTS, max(1, FILM // numbers))
    return {ceil(epochs * i / count) for i in range(1, count + 1)}


def snapshot(network: Network, epoch: Epoch) -> Snapshot:
    """What is kept of the network after this epoch."""
    picture = network.layers[0].weights.copy() if len(network.layers) == 1 else None
    return Snapshot(epoch.number, epoch.confusion_matrix, picture)


def divergence(number: int, *, training: float, holdout: float) -> Divergence | None:
    """The reason to undo this epoch and stop, if one of its losses is one."""
    for name, loss in (("training", training), ("hold-out", holdout)):
        if not isfinite(loss):
            return Divergence(number, f"the {name} loss was {loss}")
    return None


# The network before training


def new_network(config: RunConfig, split: Split) -> Network:
    """Untrained network that fits the split's images and classes; its scaling has seen the training rows only."""
    images = split.training_images
    offset, scale = SCALINGS[config.scaling](images.reshape(len(images), -1), split.dataset.max_value)
    arithmetic = EXACT if config.exact else ORDINARY
    return create_network(architecture_of(config, split), offset, scale, config.random_state, arithmetic)


def architecture_of(config: RunConfig, split: Split) -> Architecture:
    """The layers that these settings mean for these images and classes; ValueError if the images are too small."""
    height, width = split.dataset.images.shape[1:]
    return build_architecture((height, width), config.channels, config.hidden_sizes, len(split.dataset.class_names))


def standard_scaling(pixels: NDArray[np.uint8], max_value: int) -> tuple[Floats, Floats]:  # noqa: ARG001
    """Mean and standard deviation of each pixel over (samples, pixels); a constant pixel divides by 1.

    From sums of whole numbers, so that no rounding depends on their order.
    """
    count, whole = len(pixels), pixels.astype(np.int64)
    total, squares = whole.sum(axis=0), (whole * whole).sum(axis=0)
    deviation = np.sqrt(count * squares - total * total) / count
    return total / count, np.where(deviation == 0, 1.0, deviation)


def max_scaling(pixels: NDArray[np.uint8], max_value: int) -> tuple[Floats, Floats]:
    """Every pixel from 0 to 1."""
    return np.zeros(pixels.shape[1]), np.full(pixels.shape[1], float(max_value))


SCALINGS: dict[str, Callable[[NDArray[np.uint8], int], tuple[Floats, Floats]]] = {
    "standard": standard_scaling,
    "max": max_scaling,
}


# One epoch


def learner(config: RunConfig, network: Network, split: Split) -> Callable[[float], Scores]:
    """Function that trains the network for one epoch at a given rate and returns the scores of what it saw."""
    samples = len(split.training_ids)
    batch = min(config.batch_size, samples) or samples
    feed = passes(config, network, split, batch)
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
            work, seen = workspaces[inputs.shape[1]], probabilities[:, columns]
            forward(network, inputs, work, seen)
            backward(network, inputs, work, seen, targets[:, columns], gradients)
            if config.weight_decay:
                np.multiply(network.parameters, kept, out=network.parameters)
            update(gradient, rate)
        return score(probabilities, labels, network.arithmetic)

    return learn


def watcher(network: Network, split: Split) -> Callable[[], tuple[Scores, NDArray[np.intp]]]:
    """Function that returns scores and confusion matrix of the hold-out rows, without touching the network."""
    labels, classes = split.holdout_labels, network.classes
    inputs = network.inputs(as_columns(split.holdout_images))
    work = Workspace.create(network, len(labels))
    probabilities = np.empty((classes, len(labels)), network.parameters.dtype)

    def watch() -> tuple[Scores, NDArray[np.intp]]:
        forward(network, inputs, work, probabilities)
        cells = np.bincount(labels * classes + probabilities.argmax(axis=0), minlength=classes**2)
        return score(probabilities, labels, network.arithmetic), cells.reshape(classes, classes)

    return watch


def is_weight(network: Network) -> Floats:
    """1 for every weight and 0 for every bias, (count,): biases are not decayed."""
    mask = np.ones_like(network.parameters)
    for matrix in layer_views(mask, network.architecture):
        matrix[:, -1] = 0
    return mask


# What an epoch trains on


class Pass(NamedTuple):
    """The training rows in the order of one epoch."""

    labels: NDArray[np.intp]  # (samples,)
    targets: Floats  # (classes, samples)
    blocks: Iterable[Floats]  # (inputs + 1, samples of the block) each


Blocks = Callable[[NDArray[np.intp]], Iterator[Floats]]  # of the rows in this order


def passes(config: RunConfig, network: Network, split: Split, batch: int) -> Iterator[Pass]:
    """Endless epochs: in a new order each, every image moved anew."""
    images, labels = split.training_images, split.training_labels
    smooth = smoothed_targets(network.classes, config.label_smoothing).astype(network.parameters.dtype)
    still = not config.shift_pixels
    if still and batch == len(labels):  # in a full batch of still images, nothing changes
        everything = Pass(labels, smooth.take(labels, axis=1), (network.inputs(as_columns(images)),))
        while True:
            yield everything
    blocks = still_blocks(network, images, batch) if still else moved_blocks(network, images, batch, config)
    shuffling = random_stream(config.random_state, 2)
    while True:
        order = random_order(shuffling, len(labels))
        yield Pass(labels[order], smooth.take(labels[order], axis=1), blocks(order))


def still_blocks(network: Network, images: NDArray[np.uint8], batch: int) -> Blocks:
    """The images as they are: few are scaled once, many batch by batch, for the memory that all of them would take."""
    pixels = images.reshape(len(images), -1)
    if pixels.size > SCALED:
        return lambda order: (network.inputs(pixels.take(part, axis=0).T) for part in parts(order, batch))
    rows = network.inputs(pixels.T).T
    return lambda order: (rows.take(part, axis=0).T for part in parts(order, batch))


def moved_blocks(network: Network, images: NDArray[np.uint8], batch: int, config: RunConfig) -> Blocks:
    """The images moved at random, some batches at a time.

    An epoch draws as many maps as a batch has images, or more if that is few, and uses them over and over: within a
    batch everybody moves in a way of his own, and the weights of a move are looked up once for many images.
    """
    moving, maps = random_stream(config.random_state, 3), ceil(MAPS / batch) * batch
    size = max(1, MOVED // (maps * images[0].size)) * maps

    def blocks(order: NDArray[np.intp]) -> Iterator[Floats]:
        bits = moving.random_raw(WORDS * maps)
        for part in parts(order, size):
            whole = np.resize(part, ceil(len(part) / maps) * maps)  # begins again where the images end
            columns = as_columns(images[whole]).reshape(*images.shape[1:], -1, maps)
            moved = jittered(columns, bits, config.shift_pixels).reshape(-1, len(whole))
            yield network.inputs(moved)[:, : len(part)]

    return blocks


def parts(order: NDArray[np.intp], size: int) -> Iterator[NDArray[np.intp]]:
    """Cut into pieces of this size; the last may be shorter."""
    return (order[first : first + size] for first in range(0, len(order), size))


def batches(blocks: Iterable[Floats], size: int) -> Iterator[tuple[slice, Floats]]:
    """Cut blocks into mini-batches: which samples of the epoch, and their inputs (inputs + 1, ≤ size)."""
    stop = 0
    for block in blocks:
        for first in range(0, block.shape[1], size):
            inputs = block[:, first : first + size]
            start, stop = stop, stop + inputs.shape[1]
            yield slice(start, stop), inputs


def smoothed_targets(classes: int, smoothing: float) -> Floats:
    """Target distribution of each class, one per column: label smoothing (arXiv:1512.00567, section 7)."""
    return np.eye(classes) * (1 - smoothing) + smoothing / classes
