"""Datasets of small grey images, and the stratified split into training and hold-out rows."""

from __future__ import annotations

import hashlib
import importlib.util
import warnings
import zlib
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digit_classifier.errors import InputError, explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Dataset:
    """Labelled grey images with the name people know them by."""

    name: str
    title: str
    source: str
    note: str  # what a reader of its accuracies has to know
    images: NDArray[np.uint8]  # (samples, height, width), 0..max_value
    labels: NDArray[np.intp]  # (samples,) class index
    class_names: tuple[str, ...]
    max_value: int

    @cached_property
    def sha256(self) -> str:
        """Digest of shape, pixels, labels and class names: the same data, whatever file it came from."""
        digest = hashlib.sha256(repr((self.images.shape, self.max_value, self.class_names)).encode())
        digest.update(np.ascontiguousarray(self.images, dtype=np.uint8).tobytes())
        digest.update(self.labels.astype("<i8").tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Split:
    """The rows of a dataset that train and the rows that are held out; a sample's id is its row number."""

    dataset: Dataset
    training_ids: NDArray[np.intp]  # ascending
    holdout_ids: NDArray[np.intp]  # ascending

    @cached_property
    def training_images(self) -> NDArray[np.uint8]:
        """Images of the training rows, (training, height, width)."""
        return self.dataset.images[self.training_ids]

    @cached_property
    def training_labels(self) -> NDArray[np.intp]:
        """Class indices of the training rows, (training,)."""
        return self.dataset.labels[self.training_ids]

    @cached_property
    def holdout_images(self) -> NDArray[np.uint8]:
        """Images of the hold-out rows, (holdout, height, width)."""
        return self.dataset.images[self.holdout_ids]

    @cached_property
    def holdout_labels(self) -> NDArray[np.intp]:
        """Class indices of the hold-out rows, (holdout,)."""
        return self.dataset.labels[self.holdout_ids]

    @cached_property
    def sha256(self) -> str:
        """Digest of which rows are held out, in which dataset."""
        return hashlib.sha256(self.dataset.sha256.encode() + self.holdout_ids.astype("<i8").tobytes()).hexdigest()


def random_stream(random_state: int, purpose: int) -> np.random.PCG64:
    """An endless stream of 64-bit words, `.random_raw(count)`, one independent stream per purpose.

    Only raw words are used anywhere: NumPy keeps those stable for good, but not what its distributions and shuffles
    make of them (NEP 19).
    """
    return np.random.PCG64([random_state, purpose])


def random_bits(random_state: int, purpose: int, count: int) -> NDArray[np.uint64]:
    """The first words of a stream (count,)."""
    bits: NDArray[np.uint64] = random_stream(random_state, purpose).random_raw(count)
    return bits


def random_order(stream: np.random.PCG64, count: int) -> NDArray[np.intp]:
    """The numbers below count (count,) in the order of random words.

    Each number is the last bits of its word: no two words are equal, and sorting is much faster than sorting indices.
    """
    bits = np.uint64((count - 1).bit_length())
    words: NDArray[np.uint64] = stream.random_raw(count) >> bits << bits | np.arange(count, dtype=np.uint64)
    words.sort()
    return (words & (np.uint64(1) << bits) - np.uint64(1)).astype(np.intp)


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
    """Hold out ⌈test_size · samples⌉ neighbouring rows: block number random_state, around the end and on.

    Rows come writer after writer, so these are mostly of people whose hand was never trained on. With a test size of
    1 / n, random states 0 to n − 1 hold out every row once (the last block may overlap the one before). InputError
    when a class would be missing on either side.
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
            raise InputError(
                explain("--test-size", "a share that leaves every class on both sides", came, "--test-size 0.2")
            )
    return Split(dataset, np.flatnonzero(~is_held), np.flatnonzero(is_held))


def load_digits() -> Dataset:
    """Scikit-learn's bundled digits: 1797 images of 8 × 8 pixels, integers 0..16.

    Reads the file inside the installed package without importing the package, which would take longer than the
    training; falls back to `sklearn.datasets.load_digits` where that file is not as expected.
    """
    images, labels = _packaged_digits() or _imported_digits()
    return Dataset(
        name="digits",
        title="Optical recognition of handwritten digits",
        source="scikit-learn's bundled copy of the test part of the UCI data set (Alpaydin and Kaynak, 1998)",
        note="13 writers wrote all 1797 digits: a random split trains and tests on the same people.",
        images=images,
        labels=labels,
        class_names=tuple("0123456789"),
        max_value=16,
    )


def _packaged_digits() -> tuple[NDArray[np.uint8], NDArray[np.intp]] | None:
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("scikit-learn brings the digits", name="scikit-learn")
    try:
        with Path(package.origin).with_name("datasets").joinpath("data", "digits.csv.gz").open("rb") as file:
            table = read_table(file.read(1 << 19), 1797)
    except (OSError, ValueError):
        return None
    return table[:, :64].reshape(-1, 8, 8), table[:, 64].astype(np.intp)


def read_table(packed: bytes, samples: int) -> NDArray[np.uint8]:
    """Rows of 64 pixels 0..16 and a digit 0..9, from compressed lines; ValueError for anything else.

    Whatever the file says, at most 300 bytes of text a row are unpacked.
    """
    inflate = zlib.decompressobj(wbits=31)
    try:
        text = inflate.decompress(packed, 300 * samples)
    except zlib.error as error:
        raise ValueError("not compressed by gzip") from error
    if not inflate.eof:
        raise ValueError("more or less than a table")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # where the text is no list of numbers, `fromstring` only warns
        try:  # six times faster than np.loadtxt
            table = np.fromstring(text.decode("ascii").replace("\n", ","), np.float64, sep=",").reshape(samples, 65)
        except DeprecationWarning as error:
            raise ValueError("other text than numbers") from error
    if not ((table >= 0) & (table <= [16] * 64 + [9])).all() or (table % 1).any():
        raise ValueError("other numbers than pixels and digits")
    return table.astype(np.uint8)


def _imported_digits() -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    from sklearn import datasets

    try:
        bunch = datasets.load_digits()
    except (OSError, EOFError, ValueError, zlib.error) as error:
        attempt = "pip install --force-reinstall scikit-learn"
        came = str(error)[:60]
        raise InputError(explain("scikit-learn's digits", "the file as installed", came, attempt)) from error
    return bunch.images.astype(np.uint8), bunch.target.astype(np.intp)


DATASETS: dict[str, Callable[[], Dataset]] = {"digits": load_digits}
