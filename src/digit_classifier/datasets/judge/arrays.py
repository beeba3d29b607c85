"""Whatever can be taken for an array: its kind, its numbers, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import limits
from digit_classifier.datasets.judge.source import is_gap, times
from digit_classifier.errors import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digit_classifier.datasets.judge.source import Source

LAYOUTS = "images (n, h, w), (n, 3, h, w) or (n, h, w, 3), or rows (n, features)"
PART = "a part of it"


def array_of(what: str, values: Any, source: Source) -> NDArray[Any]:
    """Values as an array of numbers or texts, one for each sample."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.getmaskarray(values).any():
        values = np.ma.filled(values.astype(np.float64), np.nan)
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as error:
        came = "some of other shapes" if isinstance(error, ValueError) else show(str(error))
        raise source.refusal(what, "an array, all samples of one shape", came, "np.stack of equal ones") from error
    if array.ndim == 0:
        attempt = ".toarray()" if hasattr(values, "toarray") else "a list or an array"
        raise source.refusal(what, "one for each sample", show(values), attempt)
    if array.dtype.kind not in "biufUSO":
        raise source.refusal(what, "numbers or texts", f"an array of {array.dtype}"[:60], "other columns")
    return array


def labels_of(labels: Any, source: Source) -> NDArray[Any]:
    """Labels as an array (n,), or (n, classes) of one 1 each."""
    if labels is None:
        attempt = "digit-classifier predict, which takes it" if source.file else "labels"
        raise source.refusal("labels", "a class for each sample", "none", attempt)
    if isinstance(labels, list | tuple) and any(isinstance(each, str) for each in labels):
        array = np.empty(len(labels), object)  # one long text would make all of them long
        array[:] = labels
        return array
    array = array_of("labels", labels, source)
    return array.reshape(-1) if array.ndim == 2 and len(array) == array.size else array


def is_one_hot(labels: NDArray[Any]) -> bool:
    """Whether each row has a 1 for its class, and zeros."""
    if labels.ndim != 2 or labels.dtype.kind not in "biuf" or not 2 <= labels.shape[1] <= limits.CLASSES:
        return False
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())


def check_counts(samples: NDArray[Any], labels: NDArray[Any], source: Source) -> None:
    """As many labels as samples, neither the one in place of the other, and no more than the limits."""
    if (samples.ndim == 1 or samples.shape[1:] == (1,)) and labels.ndim > 1 and not is_one_hot(labels):
        came = f"one value for each, and labels of {times(labels.shape[1:])}"
        raise source.refusal("samples", LAYOUTS, came, "samples first, then labels")
    if labels.ndim > 2 or (labels.ndim == 2 and not is_one_hot(labels)):
        attempt = "an array (n,), or (n, classes) of one 1 each"
        raise source.refusal("labels", "one class for each sample", f"{times(labels.shape[1:])} of them", attempt)
    if len(samples) != len(labels):
        last = samples.ndim > 1 and samples.shape[-1] == len(labels)
        attempt = "np.moveaxis(samples, -1, 0)" if last else "as many of both"
        raise source.refusal("labels", f"{len(samples):,}, one for each sample", f"{len(labels):,}", attempt)
    check_size(samples.shape, source)


def check_size(shape: tuple[int, ...], source: Source) -> None:
    """No more samples and numbers than the limits, before memory is taken for them."""
    size = 1
    for side in shape:
        size *= int(side)
    if shape and shape[0] > limits.SAMPLES:
        raise source.refusal("samples", f"at most {limits.SAMPLES:,}", f"{shape[0]:,}", PART)
    if size > limits.NUMBERS:
        raise source.refusal("samples", f"at most {limits.NUMBERS:,} numbers", f"{size:,}", PART)
    if not size:
        raise source.refusal("samples", "at least two of each class", "none", "other data")
    if not 2 <= len(shape) <= 4:
        raise source.refusal("samples", LAYOUTS, f"an array of {times(shape)}", "samples.reshape")


def numbers_of(samples: NDArray[Any], source: Source) -> NDArray[Any]:
    """Samples as numbers, NaN where there is a gap; InputError names the first that is neither."""
    if samples.dtype.kind not in "USO":
        return samples
    if samples.dtype.kind == "O":
        try:
            return samples.astype(np.float64)
        except (TypeError, ValueError, OverflowError):
            pass  # pandas' gaps, or no number
    flat = samples.reshape(len(samples), -1)
    values = np.full(flat.shape, np.nan)
    for at, value in np.ndenumerate(flat):
        if not is_gap(value):
            try:
                values[at] = float(value)
            except (TypeError, ValueError, OverflowError) as error:
                where = f"samples[{', '.join(map(str, at))}]"
                raise source.refusal(where, "a number", show(value), "columns of numbers") from error
    return values.reshape(samples.shape)
