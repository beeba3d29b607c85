"""Two parts of one data set that lie apart: one trains, the other is its given test part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets.judge.names import text_of
from digit_classifier.datasets.judge.source import times
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


def part_of(word: str) -> str | None:
    """Which part a word names: train, test or val."""
    parts = {"train": TRAININGS, "test": TESTS, "val": OTHERS}
    return next((part for part, words in parts.items() if word.lower() in words), None)


def given_parts(found: dict[str, Found], where: str) -> Found:
    """The data set of what was found in train, val and test: val trains where there is a test, and is it if not."""
    training = found.get("train")
    if training is None:
        raise unreadable(where, "a part that trains", " and ".join(sorted(found)), "to name it train")
    test = found.get("test") or found.get("val")
    if "test" in found and "val" in found:
        training = joined(training, found["val"], given=False)
        training.note = f"{training.note} The validation part trains, too.".strip()
    return training if test is None else joined(training, test)


def joined(training: Found, test: Found, where: str = "the test part", *, given: bool = True) -> Found:
    """Both in one, the second as the given test part; InputError unless both are of one kind."""
    if _is_grey(training) and test.channels == "last":
        training = replace(training, samples=in_colours(training.samples), channels="last")
    elif _is_grey(test) and training.channels == "last":
        test = replace(test, samples=in_colours(test.samples))
    test = _in_order(training.feature_names, test)
    samples = _one_array(training.samples, test.samples, where)
    _check_same(training.feature_names, test.feature_names, f"{where}: columns")
    _check_same(training.class_names, test.class_names, f"{where}: class_names")
    count, more = len(training.samples), len(test.samples)
    groups = None
    if training.groups is not None and test.groups is not None:
        groups = _together(training.groups, test.groups)
    held_out = np.arange(count + more) >= count if given else None
    names = [*training.sample_names, *test.sample_names] if training.sample_names and test.sample_names else None
    labels = None
    if training.labels is not None and test.labels is None:
        raise unreadable(where, "a class for each sample, as in the part that trains", "none", "the labels beside it")
    if training.labels is not None and test.labels is not None:
        labels = _labels(training.labels, test.labels, where)
    both = replace(training, samples=samples, labels=labels, groups=groups, held_out=held_out, sample_names=names)
    both.files = [*training.files, *test.files]
    return both


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


def _in_order(wanted: Any, test: Found) -> Found:
    """The test part with its columns as they stand in the part that trains, where the names are the same."""
    if wanted is None or test.feature_names is None:
        return test
    one, other = ([text_of(each) for each in names] for names in (wanted, test.feature_names))
    if sorted(one) != sorted(other) or len(set(one)) < len(one):
        return test
    columns = [other.index(name) for name in one]
    return replace(test, samples=np.asarray(test.samples)[:, columns], feature_names=wanted)


def _check_same(first: Any, second: Any, where: str) -> None:
    if (first is None) != (second is None):
        raise unreadable(where, "names in both parts or in none", "names in one", "the same header in both")
    if first is None:
        return
    one, other = ([text_of(each) for each in names] for names in (first, second))
    if one != other:
        odd = next(((a, b) for a, b in zip(one, other, strict=False) if a != b), (len(one), len(other)))
        raise unreadable(where, f"{show(odd[0])}, as in the part that trains", show(odd[1]), "the same in both")


def _labels(first: Any, second: Any, where: str) -> NDArray[Any]:
    one, other = np.asarray(first), np.asarray(second)
    if one.ndim == 2 and other.ndim == 2 and one.shape[1] == other.shape[1] > 1:
        return np.concatenate([one, other])
    one, other = one.ravel(), other.ravel()
    known = set(one.tolist())
    strange = next((each for each in other.tolist() if each is not None and each == each and each not in known), None)
    if strange is not None and (one.dtype.kind in "iubf") == (other.dtype.kind in "iubf"):
        raise unreadable(where, "the classes of the part that trains", show(strange), "another test part")
    if strange is not None:
        raise unreadable(where, f"labels such as {show(one.tolist()[0])}", show(strange), "labels of one kind")
    return _together(one, other)


def _together(first: Any, second: Any) -> NDArray[Any]:
    one, other = np.asarray(first), np.asarray(second)
    if one.dtype.kind == "O" or other.dtype.kind == "O":
        one, other = one.astype(object), other.astype(object)
    return np.concatenate([one, other])
