"""Two parts of one data set that lie apart: one trains, the other is its given test part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets.judge.names import text_of
from digit_classifier.datasets.judge.source import times
from digit_classifier.datasets.readers.columns import plain_labels
from digit_classifier.datasets.readers.files import unreadable
from digit_classifier.datasets.readers.pictures import in_colours
from digit_classifier.errors import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digit_classifier.datasets.readers import Found

TRAININGS = ("train", "training")
TESTS = ("test", "testing")
OTHERS = ("val", "valid", "validation", "dev")
"""Words that name the parts of a data set."""
TRAINING = "the part that trains"


def part_of(word: str) -> str | None:
    """Which part a word names: train, test or val."""
    parts = {"train": TRAININGS, "test": TESTS, "val": OTHERS}
    return next((part for part, words in parts.items() if word.lower() in words), None)


def given_parts(found: dict[str, Found], where: str, *, labels: bool = True) -> Found:
    """The data set of what was found in train, val and test: val trains where there is a test, and is it if not.

    A part that is alone is all there is.
    """
    if len(found) == 1:
        return next(iter(found.values()))
    training = found.get("train")
    if training is None:
        raise unreadable(where, "a part that trains", " and ".join(sorted(found)), "to name it train")
    test = found.get("test") or found.get("val")
    if "test" in found and "val" in found:
        training = joined(training, found["val"], "the validation part", given=False, labels=labels)
        training.note = f"{training.note} The validation part trains, too.".strip()
    return training if test is None else joined(training, test, labels=labels)


def joined(
    training: Found, test: Found, where: str = "the test part", *, given: bool = True, labels: bool = True
) -> Found:
    """Both in one, the second as the given test part; InputError unless both are of one kind.

    Without `labels`, for a prediction, only the samples are joined: one of the parts may lack what says their classes.
    """
    if not labels:
        training, test = (replace(each, labels=None, groups=None, class_names=None) for each in (training, test))
    for each, place in ((training, TRAINING), (test, where)):
        _check_lengths(each, place)
    training, test = _without_channel(training), _without_channel(test)
    if training.class_names is None or test.class_names is None:
        training, test = _without_indexes(training), _without_indexes(test)
    if _is_grey(training) and test.channels == "last":
        training = replace(training, samples=in_colours(training.samples), channels="last")
    elif _is_grey(test) and training.channels == "last":
        test = replace(test, samples=in_colours(test.samples))
    test = _in_order(training, test)
    samples = _one_array(training.samples, test.samples, where)
    _check_kind(training, test, where)
    count, more = len(training.samples), len(test.samples)
    groups = None
    if training.groups is not None and test.groups is not None:
        groups = _together(training.groups, test.groups)
    held_out = np.arange(count + more) >= count if given else None
    names = [*training.sample_names, *test.sample_names] if training.sample_names and test.sample_names else None
    classes = None
    if training.labels is not None and test.labels is None:
        raise unreadable(where, f"a class for each sample, as in {TRAINING}", "none", "the labels beside it")
    if training.labels is not None and test.labels is not None:
        classes = _labels(training, test, where)
    both = replace(training, samples=samples, labels=classes, groups=groups, held_out=held_out, sample_names=names)
    both.files, both.sha256 = [*training.files, *test.files], None
    both.label_gap = training.label_gap or test.label_gap
    return both


def _check_kind(training: Found, test: Found, where: str) -> None:
    """InputError where columns or classes have other names, or pixels another scale."""
    _check_same(training.feature_names, test.feature_names, f"{where}: columns")
    if training.columns is not None and test.columns is not None:  # of images, both from columns
        _check_same(training.columns or None, test.columns or None, f"{where}: columns")
    _check_same(training.class_names, test.class_names, f"{where}: class_names")
    if None not in (training.max_value, test.max_value) and training.max_value != test.max_value:
        expected, came = f"pixels from 0 to {training.max_value}, as in {TRAINING}", f"0 to {test.max_value}"
        raise unreadable(where, expected, came, "images of one scale")


def _check_lengths(found: Found, where: str) -> None:
    """InputError where labels or groups are not those of the samples: joined, they would be those of other samples."""
    count = len(found.samples)
    for what, values in (("labels", found.labels), ("groups", found.groups)):
        if values is None:
            continue
        array = np.atleast_1d(np.asarray(values))
        rows = array.size if max(array.shape) == array.size else len(array)  # MATLAB's may be one row
        if rows != count and len(array) != count:
            raise unreadable(f"{where}: {what}", f"{count:,}, one for each sample", f"{rows:,}", "those of its samples")


def _without_channel(found: Found) -> Found:
    """Grey images of our own store as files have them, without a dimension for their one channel."""
    if found.channels != "first" or found.samples.shape[1] != 1:
        return found
    return replace(found, samples=found.samples[:, 0], channels=None)


def _without_indexes(found: Found) -> Found:
    """Data of our own store with the names of the classes for labels, as other files have them, and not indexes."""
    if found.sha256 is None or found.labels is None:
        return found
    names = [found.class_names[label] for label in found.labels.tolist()]
    return replace(found, labels=plain_labels(names, are_names=True), class_names=None)


def _is_grey(found: Found) -> bool:
    """Whether these are pictures from files, all of them grey; of those, a part that is all grey may be a chance."""
    return found.tone == "light" and found.channels is None and getattr(found.samples, "ndim", 0) == 3


def _one_array(first: Any, second: Any, where: str) -> Any:
    if isinstance(first, list) or isinstance(second, list):
        return [*first, *second]
    one, other = np.asarray(first), np.asarray(second)
    if one.shape[1:] != other.shape[1:]:
        expected, came = (f"samples of {times(each.shape[1:]) or 'one number'}" for each in (one, other))
        raise unreadable(where, f"{expected}, as those that train", came, "the other half of the same data")
    return np.concatenate([one, other])


def _in_order(training: Found, test: Found) -> Found:
    """The test part with its columns as they stand in the part that trains, where the names are the same."""
    key = "feature_names" if training.columns is None else "columns"
    wanted, names = getattr(training, key), getattr(test, key)
    if wanted is None or names is None or not len(wanted):
        return test
    one, other = ([text_of(name) for name in each] for each in (wanted, names))
    if sorted(one) != sorted(other) or len(set(one)) < len(one):
        return test
    rows = np.asarray(test.samples)
    shape, places = rows.shape, [other.index(name) for name in one]
    ordered: dict[str, Any] = {"samples": rows.reshape(len(rows), -1)[:, places].reshape(shape), key: wanted}
    return replace(test, **ordered)


def _check_same(first: Any, second: Any, where: str) -> None:
    if (first is None) != (second is None):
        raise unreadable(where, "names in both parts or in none", "names in one", "the same header in both")
    if first is None:
        return
    one, other = ([text_of(each) for each in names] for names in (first, second))
    if one != other:
        odd = next(((a, b) for a, b in zip(one, other, strict=False) if a != b), (len(one), len(other)))
        raise unreadable(where, f"{show(odd[0])}, as in {TRAINING}", show(odd[1]), "the same in both")


def _labels(training: Found, test: Found, where: str) -> NDArray[Any]:
    one, other = np.asarray(training.labels), np.asarray(test.labels)
    if one.ndim == 2 and other.ndim == 2 and one.shape[1] == other.shape[1] > 1 and len(one) == len(training.samples):
        return np.concatenate([one, other])
    one, other = one.ravel(), other.ravel()
    known = set(one.tolist())
    strange = next((each for each in other.tolist() if each is not None and each == each and each not in known), None)
    if strange is not None and (one.dtype.kind in "iubf") == (other.dtype.kind in "iubf"):
        raise unreadable(where, f"the classes of {TRAINING}", show(strange), "another test part")
    if strange is not None:
        raise unreadable(where, f"labels such as {show(one.tolist()[0])}", show(strange), "labels of one kind")
    return _together(one, other)


def _together(first: Any, second: Any) -> NDArray[Any]:
    one, other = np.asarray(first), np.asarray(second)
    if one.dtype.kind == "O" or other.dtype.kind == "O":
        one, other = one.astype(object), other.astype(object)
    return np.concatenate([one, other])
