"""Samples that a stored run is asked about: brought into the form that its network was trained on, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets.judge import PROGRAM
from digit_classifier.datasets.judge.arrays import array_of, numbers_of
from digit_classifier.datasets.judge.names import feature_names_of
from digit_classifier.datasets.judge.source import gaps
from digit_classifier.errors import InputError, explain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


def samples_like(samples: Any, dataset: Mapping[str, Any]) -> NDArray[Any]:
    """Samples as the data set of a run_summary.json has them; InputError says what does not suit.

    Images: uint8 (n, channels, height, width) of (n, h, w), (n, channels, h, w), (n, h, w, channels) or flat
    (n, channels · h · w). Rows of a table: float32 (n, features).
    """
    if "feature_names" in dataset:
        _require_columns(samples, dataset["feature_names"])
    values = numbers_of(array_of("samples", samples, PROGRAM), PROGRAM)
    if values.size:
        PROGRAM.refuse_gaps("samples", gaps(values))
    if "feature_names" in dataset:
        return _rows(values, len(dataset["feature_names"]))
    return _images(values, dataset.get("channels", 1), *dataset["image_shape"], largest=dataset["max_value"])


def require_answers(probabilities: NDArray[Any], names: Sequence[str] = ()) -> None:
    """InputError where numbers were so large that the network's overflowed."""
    if np.isfinite(probabilities).all():
        return
    row = int(np.argwhere(~np.isfinite(probabilities))[0, 0])
    came = f"far larger ones in {names[row] if names else f'row {row + 1:,}'}"
    raise _refusal("numbers of a size that the run learned from", came, "numbers of another size")


def _refusal(expected: str, came: str, attempt: str) -> InputError:
    return InputError(explain("samples", expected, came, attempt))


def _times(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def _require_columns(samples: Any, names: list[str]) -> None:
    """A frame says which column is which; arrays have them in the order of the run."""
    columns = getattr(samples, "columns", None)
    if columns is None:
        return
    found, _ = feature_names_of(columns, PROGRAM)  # as they were when the run learned from them
    if list(found) == list(names):
        return
    missing = [name for name in names if name not in found]
    came = f"none named {missing[0]!r}" if missing else "others, or in another order"
    attempt = "a frame with the run's columns, in their order"
    if not missing and set(names) <= set(columns):
        attempt = "samples[run.summary['dataset']['feature_names']]"
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    raise _refusal(f"the columns {shown}", came, attempt)


def _rows(values: NDArray[Any], features: int) -> NDArray[np.float32]:
    if values.ndim != 2 or values.shape[1] != features:
        one = values.shape == (features,)
        attempt = "samples.reshape(1, -1) for a single row" if one else "the columns that the run learned from"
        raise _refusal(f"rows (n, {features})", f"an array {_times(values.shape)}", attempt)
    with np.errstate(over="ignore"):
        rows = values.astype(np.float32)
    if not np.isfinite(rows).all():
        row, column = np.argwhere(~np.isfinite(rows))[0]
        came = f"{values[row, column]} in row {row + 1:,}, column {column + 1:,}"
        raise _refusal("numbers that a float32 holds", came, "numbers of another size")
    return rows


def _images(values: NDArray[Any], channels: int, height: int, width: int, *, largest: int) -> NDArray[np.uint8]:
    first, last, flat = (channels, height, width), (height, width, channels), channels * height * width
    shape = values.shape[1:]
    if shape in (first, (flat,)) or (channels == 1 and shape == (height, width)):
        images = values.reshape(-1, *first)
    elif shape == last:
        images = np.moveaxis(values, 3, 1)
    else:
        usual = (height, width) if channels == 1 else first
        wanted = f"images (n, {', '.join(map(str, usual))})" + ("" if channels == 1 else f" or (n, {_times(last)[1:]}")
        one = values.shape in (first, last, (flat,)) or (channels == 1 and values.shape == (height, width))
        attempt = "samples[None] for a single image" if one else "images of the size that the run learned from"
        raise _refusal(wanted, f"an array {_times(values.shape)}", attempt)
    if not images.size:
        return images.astype(np.uint8)
    low, high = images.min(), images.max()
    whole = images.dtype.kind != "f" or bool((images == np.trunc(images)).all())
    if not whole or low < 0 or high > largest:
        came = f"{low:g} to {high:g}" + ("" if whole else ", not whole")
        unit = not whole and low >= 0 and high <= 1
        attempt = f"np.rint(samples * {largest})" if unit else "pixels as the data set of the run has them"
        raise _refusal(f"whole pixels from 0 to {largest}", came, attempt)
    return np.ascontiguousarray(images, np.uint8)
