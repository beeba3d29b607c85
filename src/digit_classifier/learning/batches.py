"""What an epoch trains on: every example once, in a new order, each image moved anew, in mini-batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digit_classifier.learning.augmentation import WORDS, jittered
from digit_classifier.learning.network import Network, as_columns
from digit_classifier.numerics.arithmetic import Floats
from digit_classifier.numerics.randomness import random_order, random_stream

if TYPE_CHECKING:
    from digit_classifier.datasets.dataset import Examples
    from digit_classifier.settings.run_config import RunConfig

# The results of exact training depend on these three: a block of inputs is rounded according to its largest element.
MOVED = 2**17  # pixels moved at a time, about: memory stays bounded, and mostly in the cache
MAPS = 64  # fewest random maps per epoch
SCALED = 2**20  # pixels: this many floats stay in the cache


class Pass(NamedTuple):
    """The examples in the order of one epoch."""

    labels: NDArray[np.intp]  # (samples,)
    targets: Floats  # (classes, samples)
    blocks: Iterable[Floats]  # (inputs + 1, samples of the block) each


Blocks = Callable[[NDArray[np.intp]], Iterator[Floats]]  # (order of the rows) → their inputs


def passes(config: RunConfig, network: Network, training: Examples, batch: int) -> Iterator[Pass]:
    """An endless iterator over epochs, each in a new order with every image moved anew."""
    samples, labels = training.samples, training.labels
    smooth = smoothed_targets(network.classes, config.label_smoothing).astype(network.parameters.dtype)
    still = not config.shift_pixels or samples.ndim == 2  # features have no positions: only images are moved
    if still and batch == len(labels):  # in a full batch of still images, nothing changes
        few = samples.size <= SCALED
        columns = as_columns(samples) if few else samples.reshape(len(samples), -1).T  # many are never copied unscaled
        everything = Pass(labels, smooth.take(labels, axis=1), (network.inputs(columns),))
        while True:
            yield everything
    blocks = still_blocks(network, samples, batch) if still else moved_blocks(network, samples, batch, config)
    shuffling = random_stream(config.random_state, 2)
    while True:
        order = random_order(shuffling, len(labels))
        yield Pass(labels[order], smooth.take(labels[order], axis=1), blocks(order))


def still_blocks(network: Network, samples: NDArray[Any], batch: int) -> Blocks:
    """The samples as they are: scaled once if they are few, else batch by batch, which bounds memory."""
    rows = samples.reshape(len(samples), -1)
    if rows.size > SCALED:
        return lambda order: (network.inputs(rows.take(part, axis=0).T) for part in parts(order, batch))
    inputs = network.inputs(rows.T).T
    return lambda order: (inputs.take(part, axis=0).T for part in parts(order, batch))


def moved_blocks(network: Network, images: NDArray[Any], batch: int, config: RunConfig) -> Blocks:
    """The images moved at random, some batches at a time.

    An epoch draws maps for whole batches, at least 64, and reuses them: within a batch every image gets its own map,
    and the weights of a map are looked up once for many images.
    """
    moving, maps = random_stream(config.random_state, 3), ceil(MAPS / batch) * batch
    size = max(1, MOVED // (maps * images[0].size)) * maps

    def blocks(order: NDArray[np.intp]) -> Iterator[Floats]:
        words = moving.random_raw(WORDS * maps)
        for part in parts(order, size):
            whole = np.resize(part, ceil(len(part) / maps) * maps)  # repeats its first rows to fill up
            columns = as_columns(images[whole]).reshape(*images.shape[1:], -1, maps)  # channel, row, column
            moved = jittered(columns, words, config.shift_pixels).reshape(-1, len(whole))
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
