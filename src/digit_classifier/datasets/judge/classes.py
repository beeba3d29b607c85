"""Labels of any kind as class indexes, and the names of the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import limits
from digit_classifier.datasets.judge.names import class_names_of, text_of
from digit_classifier.datasets.judge.source import gaps, is_gap
from digit_classifier.errors import option, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digit_classifier.datasets.judge.source import Source

EXACT = 2**53  # whole numbers up to this are exact as floats


def judged_classes(
    labels: NDArray[Any], class_names: Any, source: Source, gap: str = ""
) -> tuple[NDArray[np.intp], tuple[str, ...], str]:
    """The class index of each sample, the names of the classes, and what was changed; `gap` is a word for no label."""
    given = None if class_names is None else [text_of(each) for each in class_names]
    if labels.ndim == 2:  # one 1 in each row
        columns = labels.shape[1]
        if given is not None and len(given) != columns:
            raise source.refusal("class_names", f"{columns}, one for each column", str(len(given)), "as many")
        given = given or [str(index) for index in range(columns)]
        labels = labels.argmax(axis=1)
    labels = _plain(labels)
    source.refuse_gaps("labels", gaps(labels), gap)
    if labels.dtype.kind == "f":
        labels = _whole(labels, source)
    found, indexes = distinct(labels)
    _check_count(found, source)
    names, indexes = _sorted(found, indexes) if given is None else _named(found, indexes, given, source)
    short, remark = class_names_of(names, source)
    _check_count(short, source)
    counts = np.bincount(indexes, minlength=len(short))
    if counts.min() < 2:
        lacking = int(counts.argmin())
        came = f"{'one' if counts.min() else 'none'} of {show(short[lacking])}"
        attempt = "more of it, or to leave that class out"
        if "label_column" in source.settings:
            attempt += f", or {option('label_column', 'NAME')} if that is not the label"
        raise source.refusal("labels", "at least two samples of each class", came, attempt)
    return indexes, short, remark


def distinct(values: NDArray[Any]) -> tuple[list[Any], NDArray[np.intp]]:
    """The different values as they first came, and the index of each row's."""
    places: dict[Any, int] = {}
    indexes = [places.setdefault(value, len(places)) for value in values.tolist()]
    return list(places), np.array(indexes, np.intp)


def _plain(labels: NDArray[Any]) -> NDArray[Any]:
    """Objects of one kind as an array of that kind; of several kinds as texts, gaps as None."""
    if labels.dtype.kind == "S":
        labels = labels.astype(object)
    if labels.dtype.kind != "O":
        return labels
    values = [None if is_gap(value) else value for value in labels]
    kinds = {type(value) for value in values if value is not None}
    if all(issubclass(kind, int | float | np.integer | np.floating | np.bool_) for kind in kinds):
        if kinds and kinds <= {bool, np.bool_} and None not in values:
            return np.array(values, np.bool_)
        try:
            return np.array([np.nan if value is None else value for value in values], np.float64)
        except OverflowError:
            pass  # whole numbers of any size are names as well
    plain = np.empty(len(values), object)
    plain[:] = [None if value is None else text_of(value) or None for value in values]
    return plain


def _whole(labels: NDArray[Any], source: Source) -> NDArray[Any]:
    odd = ~((labels == np.trunc(labels)) & (np.abs(labels) <= EXACT))
    if odd.any():
        attempt = source.hint("label_column", "NAME", "labels.round() if they are classes")
        raise source.refusal("labels", "classes", f"{labels[odd][0]}, a measure", attempt)
    return labels.astype(np.int64)


def _check_count(found: Sequence[Any], source: Source) -> None:
    if 2 <= len(found) <= limits.CLASSES:
        return
    came = f"{len(found):,}" if len(found) > 1 else f"only {show(str(found[0]))}" if found else "none"
    attempt = source.hint("label_column", "NAME", "other classes") + ", if that is not the label"
    raise source.refusal("labels", f"2 to {limits.CLASSES:,} classes", came, attempt)


def _named(
    found: list[Any], indexes: NDArray[np.intp], names: list[str], source: Source
) -> tuple[list[str], NDArray[np.intp]]:
    """Labels that count from 0 into the names, that are names, or whose values in order are the names."""
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise source.refusal("class_names", "another name for each class", f"{show(twice)} twice", "other names")
    if isinstance(found[0], str):
        places = {name: index for index, name in enumerate(names)}
        values = [text_of(each) for each in found]
        unknown = [each for each in values if each not in places]
        if unknown:
            raise source.refusal("labels", "only names in class_names", show(unknown[0]), "all the names")
        return names, np.array([places[each] for each in values], np.intp)[indexes]
    if min(found) >= 0 and max(found) < len(names):
        return names, np.array(found, np.intp)[indexes]
    if len(found) == len(names):
        _, indexes = _sorted(found, indexes)
        return names, indexes
    came = f"{len(found)} values from {min(found)} to {max(found)}"
    raise source.refusal("labels", f"numbers 0 to {len(names) - 1}, as there are names", came, "a name for each class")


def _sorted(found: list[Any], indexes: NDArray[np.intp]) -> tuple[list[str], NDArray[np.intp]]:
    """Numbers in their order, texts in that of their characters."""
    keys = found if not isinstance(found[0], str) else [text_of(each) for each in found]
    order = sorted(set(keys))
    places = {key: place for place, key in enumerate(order)}
    return [str(key) for key in order], np.array([places[key] for key in keys], np.intp)[indexes]
