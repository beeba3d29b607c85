"""Which rows of a data set train and which are held out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from numbers import Integral, Real
from typing import TYPE_CHECKING

import numpy as np

from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.neighbour import Neighbour, nearest_neighbour
from digit_classifier.errors import InputError, explain, nearest, option, require_kind, show
from digit_classifier.numerics.randomness import random_order, random_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from digit_classifier.datasets.dataset import Examples

    Rows = Callable[[Dataset, float, int], NDArray[np.intp]]  # data, test size, state → the rows that are held out

STATES = 20  # that are looked at for one which leaves every class on both sides


@dataclass(frozen=True, eq=False)
class Split:
    """The rows of a data set that train and the rows that are held out; a sample's id is its row number.

    Rows on neither side are those that `train_share` or `leave_out` keep from the training.
    """

    dataset: Dataset
    training_ids: NDArray[np.intp]  # ascending
    holdout_ids: NDArray[np.intp]  # ascending
    groups: NDArray[np.intp] | None = None  # (samples,) where whole groups were held out
    noisy_labels: NDArray[np.intp] | None = None  # (training,) where some labels are replaced

    def __repr__(self) -> str:
        sizes = f"{len(self.training_ids):,} training, {len(self.holdout_ids):,} held out"
        return f"<Split of {self.dataset.name}: {sizes}>"

    @cached_property
    def training(self) -> Examples:
        """The training samples."""
        examples = self.dataset.examples(self.training_ids)
        return examples if self.noisy_labels is None else replace(examples, labels=self.noisy_labels)

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
        """Digest of which rows are held out, in which data set, and of the groups that decided it."""
        digest = hashlib.sha256(self.dataset.sha256.encode() + self.holdout_ids.astype("<i8").tobytes())
        if self.groups is not None:
            digest.update(self.groups.astype("<i8").tobytes())
        return digest.hexdigest()


# Which rows are held out


def stratified_split(dataset: Dataset, test_size: float, random_state: int) -> Split:
    """Hold out ⌈test_size · samples⌉ rows, each class in proportion (largest remainder, lower class first on ties).

    At least one row of each class is on either side; InputError where that cannot be.
    """
    require_kind("dataset", dataset, Dataset, "a data set", "Dataset.from_arrays(samples, labels)")
    if isinstance(test_size, bool) or not isinstance(test_size, Real) or not 0 < test_size < 1:
        raise InputError(explain("test_size", "a number above 0, below 1", show(test_size), "test_size=0.2"))
    if isinstance(random_state, bool) or not isinstance(random_state, Integral) or not 0 <= random_state < 2**32:
        expected = f"a whole number from 0 to {2**32 - 1}"
        raise InputError(explain("random_state", expected, show(random_state), "random_state=42"))
    counts = _counts(dataset, dataset.labels)
    total = _held_out(dataset, test_size)
    quotas = counts * (total / len(dataset.labels))
    held = np.floor(quotas).astype(np.intp)
    largest = np.argsort(held - quotas, kind="stable")[: total - int(held.sum())]
    held[largest] += 1
    held = _on_both_sides(held, counts)
    by_class = _by_class(dataset.labels, random_state, len(counts))
    return _split(dataset, np.concatenate([rows[:out] for rows, out in zip(by_class, held, strict=True)]), test_size)


def contiguous_split(dataset: Dataset, test_size: float, random_state: int) -> Split:
    """Hold out ⌈test_size · samples⌉ neighbouring rows: block number random_state, modulo the number of blocks.

    Rows are in the order of their writers, so most of these are of writers not trained on. With a test size of 1 / n,
    random states 0 to n − 1 hold out every row once (the last block may overlap the one before). InputError when a
    class would be missing on either side.
    """
    return _split(dataset, _block(dataset, test_size, random_state), test_size, _block)


def fold_split(dataset: Dataset, test_size: float, random_state: int) -> Split:
    """Hold out one of k = 1 / test_size folds, each class spread evenly: fold random_state mod k.

    Every k random states share one random order, so together they hold out every row once; the next k have another.
    InputError when test_size is not 1 / k, or a class would be missing on either side.
    """
    folds, rarest = round(1 / max(test_size, 1e-9)), int(_counts(dataset, dataset.labels).min())
    fair = option("test_size", 1 / max(2, min(folds, rarest)))  # a sample of the rarest class for each fold
    if folds < 2 or abs(folds * test_size - 1) > 1e-9:
        expected = "1 / a whole number of folds"
        raise InputError(explain(option("test_size"), expected, f"{test_size:g}", fair))
    repeat, fold = divmod(random_state, folds)
    dealt = np.concatenate(_by_class(dataset.labels, repeat, len(dataset.class_names)))
    return _split(dataset, dealt[fold::folds], test_size, fair)


def given_split(dataset: Dataset, test_size: float, random_state: int) -> Split:  # noqa: ARG001
    """Hold out the test part that the data bring with them, whatever its size.

    InputError when they bring none, or a class is missing on either side.
    """
    if dataset.held_out is None:
        came, attempt = f"none in {dataset.name}", option("split", "random")
        attempt = f"{option('test_data', 'FILE')}, or {attempt}" if _settings_of(dataset) is not None else attempt
        raise InputError(explain(option("split", "given"), "data with a test part", came, attempt))
    return _split(dataset, np.flatnonzero(dataset.held_out), None)


def grouped_split(dataset: Dataset, test_size: float, random_state: int) -> Split:
    """Hold out whole groups, in random order, until they are test_size · samples or more.

    InputError when the data have no groups, or a class would be missing on either side.
    """
    if dataset.groups is None:
        came, attempt = f"none in {dataset.name}", option("split", "random")
        attempt = option("group_column", "writer") if "group_column" in (_settings_of(dataset) or ()) else attempt
        raise InputError(explain(option("split", "grouped"), "data with groups", came, attempt))
    split = _split(dataset, _whole_groups(dataset, test_size, random_state), test_size, _whole_groups)
    return replace(split, groups=numbered(dataset.groups))


SPLITS: dict[str, Callable[[Dataset, float, int], Split]] = {
    "random": stratified_split,
    "contiguous": contiguous_split,
    "folds": fold_split,
    "given": given_split,
    "grouped": grouped_split,
}


def _settings_of(dataset: Dataset) -> frozenset[str] | None:
    """The settings of the reader of the file that the data came from; None where they came from no file."""
    from digit_classifier.datasets.readers import READERS  # only ever needed for an error

    reader = READERS.get((dataset.origin or {}).get("format", ""))
    return None if reader is None else reader.settings


def _block(dataset: Dataset, test_size: float, random_state: int) -> NDArray[np.intp]:
    total, samples = _held_out(dataset, test_size), len(dataset.labels)
    first = min(random_state % ceil(samples / total) * total, samples - total)
    return np.arange(first, first + total)


def _whole_groups(dataset: Dataset, test_size: float, random_state: int) -> NDArray[np.intp]:
    groups = numbered(np.asarray(dataset.groups))
    sizes = np.bincount(groups)
    order = random_order(random_stream(random_state, 0), len(sizes))
    enough = int(np.searchsorted(np.cumsum(sizes[order]), _held_out(dataset, test_size)))
    return np.flatnonzero(np.isin(groups, order[: enough + 1]))


def basis_sha256(dataset: Dataset, split: str) -> str | None:
    """Digest of what a split goes by beside samples and labels; None where that is nothing.

    The test part of `given` or the groups of `grouped`, whatever their numbers: `Dataset.sha256` covers neither.
    """
    if split == "given" and dataset.held_out is not None:
        basis = dataset.held_out.astype("u1").tobytes()
    elif split == "grouped" and dataset.groups is not None:
        basis = numbered(dataset.groups).astype("<i8").tobytes()
    else:
        return None
    return hashlib.sha256(split.encode() + basis).hexdigest()


def numbered(groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """The groups of samples, counted from 0 in their order."""
    return np.unique(groups, return_inverse=True)[1].astype(np.intp)


def _on_both_sides(held: NDArray[np.intp], counts: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many rows of each class to hold out, so many in all, and of no class none or all; as they are if none are so.

    A row that a rare class is given is taken from the class that has most of them.
    """
    fair = np.clip(held, 1, counts - 1)
    while (over := int(fair.sum() - held.sum())) != 0:
        room = fair - 1 if over > 0 else counts - 1 - fair
        if room.max() < 1:
            return held
        fair[room.argmax()] -= np.sign(over)
    return fair


def _by_class(labels: NDArray[np.intp], random_state: int, classes: int) -> list[NDArray[np.intp]]:
    """The rows of each class, in random order."""
    order = random_order(random_stream(random_state, 0), len(labels))
    return [order[labels[order] == label] for label in range(classes)]


def _share(share: float, count: int) -> int:
    """⌈share · count⌉ of a share above 0."""
    return max(min(1, count), ceil(share * count - 1e-9))  # 0.07 * 100 is 7.000000000000001


def _held_out(dataset: Dataset, test_size: float) -> int:
    return _share(test_size, len(dataset.labels))


def _counts(dataset: Dataset, labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """How many of these labels are of each class."""
    return np.bincount(labels, minlength=len(dataset.class_names))


def _lacking(dataset: Dataset, held_out: NDArray[np.intp]) -> tuple[int, int, int] | None:
    """The first class that one side lacks, how many samples it has, and how many of them are held out; None if none."""
    counts, out = _counts(dataset, dataset.labels), _counts(dataset, dataset.labels[held_out])
    lacking = np.flatnonzero((out == 0) | (out == counts))
    return (int(lacking[0]), int(counts[lacking[0]]), int(out[lacking[0]])) if len(lacking) else None


def _split(
    dataset: Dataset, held_out: NDArray[np.intp], test_size: float | None, attempt: str | Rows | None = None
) -> Split:
    """InputError where a class is missing on either side; `attempt` says what to try, or holds out other rows."""
    lacking = _lacking(dataset, held_out)
    if lacking is None:
        is_held = np.zeros(len(dataset.labels), np.bool_)
        is_held[held_out] = True
        return Split(dataset, np.flatnonzero(~is_held), np.flatnonzero(is_held))
    label, count, out = lacking
    came = f"which holds out {out} of the {count} samples of class {dataset.class_names[label]!r}"
    if test_size is None:
        where, came, attempt = option("split", "given"), f"one {came}", option("split", "random")
        raise InputError(explain(where, "a test part that leaves every class on both sides", came, attempt))
    if not isinstance(attempt, str):
        attempt = _fair(dataset, test_size, attempt)
    wanted = "a share that leaves every class on both sides"
    raise InputError(explain(option("test_size"), wanted, f"{test_size:g}, {came}", attempt))


def _fair(dataset: Dataset, test_size: float, rows: Rows | None) -> str:
    """What to try where a class is missing on either side: another state of the same split, or random rows of each."""
    classes, samples = len(dataset.class_names), len(dataset.labels)
    if _counts(dataset, dataset.labels).min() < 2:
        return "data with two samples of each class"
    enough = option("test_size", max(0.2, min(0.5, ceil(100 * classes / samples) / 100)))
    if rows is None:
        return enough
    state = next((state for state in range(STATES) if _lacking(dataset, rows(dataset, test_size, state)) is None), None)
    if state is not None:
        return option("split_state", state)
    few = not classes <= _held_out(dataset, test_size) <= samples - classes
    return f"{option('split', 'random')} {enough}" if few else option("split", "random")


# Which of the others train, and on what


def without_class(split: Split, name: str) -> Split:
    """Train without one class, which stays in the hold-out; InputError when there is no such class."""
    names = split.dataset.class_names
    if name not in names:
        shown = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
        attempt = option("leave_out", nearest(name, names) or names[0])
        raise InputError(explain(option("leave_out"), f"one of the classes {shown}", show(name), attempt))
    if len(names) == 2:
        attempt = f"leaving out {option('leave_out')}"
        raise InputError(explain(option("leave_out"), "two classes left to tell apart", "data with two", attempt))
    kept = split.dataset.labels[split.training_ids] != names.index(name)
    return replace(split, training_ids=split.training_ids[kept])


def thinned(split: Split, share: float, random_state: int) -> Split:
    """Train on the first ⌈share · count⌉ rows of each class in random order: smaller shares are parts of larger."""
    rows = split.training_ids
    by_class = _by_class(split.dataset.labels[rows], random_state, len(split.dataset.class_names))
    kept = np.concatenate([each[: _share(share, len(each))] for each in by_class])
    return replace(split, training_ids=rows[np.sort(kept)])


def mislabelled(split: Split, share: float, random_state: int) -> Split:
    """Replace the labels of ⌈share · count⌉ training rows, chosen at random, by one of the other classes each."""
    labels, classes = split.training.labels.copy(), len(split.dataset.class_names)
    stream = random_stream(random_state, 4)
    chosen = random_order(stream, len(labels))[: _share(share, len(labels))]
    steps = (stream.random_raw(len(chosen)) % np.uint64(classes - 1)).astype(np.intp) + 1
    labels[chosen] = (labels[chosen] + steps) % classes
    return replace(split, noisy_labels=labels)
