"""Which rows of a data set train and which are held out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from digit_classifier.datasets.neighbour import Neighbour, nearest_neighbour
from digit_classifier.errors import InputError, explain, option
from digit_classifier.numerics.randomness import random_order, random_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from digit_classifier.datasets.dataset import Dataset, Examples


@dataclass(frozen=True)
class Split:
    """The rows of a data set that train and the rows that are held out; a sample's id is its row number."""

    dataset: Dataset
    training_ids: NDArray[np.intp]  # ascending
    holdout_ids: NDArray[np.intp]  # ascending

    def __repr__(self) -> str:
        sizes = f"{len(self.training_ids):,} training, {len(self.holdout_ids):,} held out"
        return f"<Split of {self.dataset.name}: {sizes}>"

    @cached_property
    def training(self) -> Examples:
        """The training samples."""
        return self.dataset.examples(self.training_ids)

    @cached_property
    def holdout(self) -> Examples:
        """The samples that are held out."""
        return self.dataset.examples(self.holdout_ids)

    @cached_property
    def neighbour(self) -> Neighbour:
        """What the nearest training sample would score on the hold-out."""
        return nearest_neighbour(self.training, self.holdout)

    @cached_property
    def sha256(self) -> str:
        """Digest of which rows are held out, in which data set."""
        return hashlib.sha256(self.dataset.sha256.encode() + self.holdout_ids.astype("<i8").tobytes()).hexdigest()


def stratified_split(dataset: Dataset, test_size: float, random_state: int) -> Split:
    """Hold out ⌈test_size · samples⌉ rows, each class in proportion (largest remainder, lower class first on ties).

    InputError when a class would be missing on either side.
    """
    counts = np.bincount(dataset.labels, minlength=len(dataset.class_names))
    total = _held_out(dataset, test_size)
    quotas = counts * (total / len(dataset.labels))
    held = np.floor(quotas).astype(np.intp)
    largest = np.argsort(held - quotas, kind="stable")[: total - int(held.sum())]
    held[largest] += 1
    order = random_order(random_stream(random_state, 0), len(dataset.labels))
    by_class = [order[dataset.labels[order] == label] for label in range(len(counts))]
    return _split(dataset, np.concatenate([rows[:out] for rows, out in zip(by_class, held, strict=True)]), test_size)


def contiguous_split(dataset: Dataset, test_size: float, random_state: int) -> Split:
    """Hold out ⌈test_size · samples⌉ neighbouring rows: block number random_state, modulo the number of blocks.

    Rows are in the order of their writers, so most of these are of writers not trained on. With a test size of 1 / n,
    random states 0 to n − 1 hold out every row once (the last block may overlap the one before). InputError when a
    class would be missing on either side.
    """
    total, samples = _held_out(dataset, test_size), len(dataset.labels)
    first = min(random_state % ceil(samples / total) * total, samples - total)
    return _split(dataset, np.arange(first, first + total), test_size)


SPLITS: dict[str, Callable[[Dataset, float, int], Split]] = {"random": stratified_split, "contiguous": contiguous_split}


def _held_out(dataset: Dataset, test_size: float) -> int:
    return ceil(test_size * len(dataset.labels) - 1e-9)  # 0.07 * 100 is 7.000000000000001


def _split(dataset: Dataset, held_out: NDArray[np.intp], test_size: float) -> Split:
    is_held = np.zeros(len(dataset.labels), np.bool_)
    is_held[held_out] = True
    for label, name in enumerate(dataset.class_names):
        of_class = dataset.labels == label
        count, out = np.count_nonzero(of_class), np.count_nonzero(of_class & is_held)
        if not 0 < out < count:
            came = f"{test_size:g}, which holds out {out} of the {count} samples of class {name!r}"
            wanted, attempt = "a share that leaves every class on both sides", option("test_size", 0.2)
            raise InputError(explain(option("test_size"), wanted, came, attempt))
    return Split(dataset, np.flatnonzero(~is_held), np.flatnonzero(is_held))
