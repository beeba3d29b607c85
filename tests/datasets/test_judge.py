"""What `Dataset.from_arrays` makes of arrays, lists and frames, and what it refuses before anything is trained."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from digit_classifier.datasets import limits
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.errors import InputError

RNG = np.random.default_rng(3)
GREY = RNG.integers(0, 256, (12, 5, 7)).astype(np.uint8)
COLOUR = RNG.integers(0, 256, (12, 5, 7, 3)).astype(np.uint8)
ROWS = RNG.normal(size=(12, 4))
LABELS = np.arange(12) % 3


def test_images_of_every_layout_become_channel_first() -> None:
    first = Dataset.from_arrays(COLOUR, LABELS)
    assert np.array_equal(first.samples, COLOUR.transpose(0, 3, 1, 2))
    assert first.sha256 == Dataset.from_arrays(COLOUR.transpose(0, 3, 1, 2), LABELS).sha256
    grey = Dataset.from_arrays(GREY, LABELS)
    assert grey.samples.shape == (12, 1, 5, 7)
    assert grey.sha256 == Dataset.from_arrays(GREY[..., None], LABELS).sha256
    assert grey.sha256 == Dataset.from_arrays(GREY.tolist(), LABELS.tolist()).sha256
    assert (first.tone, grey.tone) == ("light", "ink")


@pytest.mark.parametrize(
    ("pixels", "expected", "note"),
    [
        (GREY.astype(np.float64), GREY, ""),
        (GREY.astype(np.int64), GREY, ""),
        (GREY / 255, GREY, "Pixels were given from 0 to 1 and rounded to 255 steps."),
        ((GREY / 127.5 - 1).astype(np.float32), GREY, "Pixels were given from −1 to 1 and rounded to 255 steps."),
        (GREY > 99, (GREY > 99).astype(np.uint8), ""),
    ],
)
def test_pixels_become_bytes_where_they_can(pixels: Any, expected: Any, note: str) -> None:
    data = Dataset.from_arrays(pixels, LABELS)
    assert data.samples.dtype == np.uint8
    assert np.array_equal(data.samples[:, 0], expected)
    assert data.note == note


def test_the_largest_value_is_that_of_the_kind_of_pixels() -> None:
    for most, expected in ((1, 1), (2, 16), (16, 16), (17, 255)):
        assert Dataset.from_arrays(np.full((4, 3, 3), most), [0, 1, 0, 1]).max_value == expected
    assert Dataset.from_arrays(np.full((4, 3, 3), 4), [0, 1, 0, 1], max_value=7).max_value == 7


@pytest.mark.parametrize(
    ("labels", "names", "indexes"),
    [
        (["b", "a", "b", "a"], ("a", "b"), [1, 0, 1, 0]),
        ([10, 9, 10, 9], ("9", "10"), [1, 0, 1, 0]),
        ([1.0, -2.0, 1.0, -2.0], ("-2", "1"), [1, 0, 1, 0]),
        (np.array([True, False, True, False]), ("False", "True"), [1, 0, 1, 0]),
        (np.eye(2)[[1, 0, 1, 0]], ("0", "1"), [1, 0, 1, 0]),
        (np.array([b"b", b"a", b"b", b"a"]), ("a", "b"), [1, 0, 1, 0]),
        (np.array(["b", "a", "b", "a"]).reshape(-1, 1), ("a", "b"), [1, 0, 1, 0]),
        (["e\u0301", "x", "é", " x "], ("x", "é"), [1, 0, 1, 0]),  # accents apart and composed
    ],
)
def test_labels_of_every_kind(labels: Any, names: tuple[str, ...], indexes: list[int]) -> None:
    data = Dataset.from_arrays(np.zeros((4, 2)), labels)
    assert data.class_names == names
    assert data.labels.tolist() == indexes
    assert all(type(name) is str for name in data.class_names)


def test_class_names_may_be_numpys_and_are_counted_into() -> None:
    bunch = datasets.load_iris()
    data = Dataset.from_arrays(bunch.data, bunch.target, class_names=bunch.target_names)
    assert data.class_names == ("setosa", "versicolor", "virginica")
    assert all(type(name) is str for name in data.class_names)
    shifted = Dataset.from_arrays(bunch.data, bunch.target + 1, class_names=bunch.target_names)
    assert np.array_equal(shifted.labels, bunch.target)


def test_long_names_are_cut_and_that_is_said() -> None:
    data = Dataset.from_arrays(ROWS, LABELS, class_names=["a" * 60, "b", "c"])
    assert data.class_names[0] == "a" * 39 + "…"
    assert data.note == "Names of more than 40 characters were cut."
    wide = Dataset.from_arrays(ROWS, LABELS, feature_names=["x" * 80, "y", "z", "w" * 81])
    assert [len(name) for name in wide.feature_names or ()] == [80, 1, 1, 80]


def test_a_frame_brings_its_names() -> None:
    class Frame:  # as pandas has it
        columns = ("w", "x", "y", "z")

        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return ROWS

    assert Dataset.from_arrays(Frame(), LABELS).feature_names == ("w", "x", "y", "z")


def test_groups_and_test_part_are_kept_out_of_the_digest() -> None:
    plain = Dataset.from_arrays(ROWS, LABELS)
    more = Dataset.from_arrays(ROWS, LABELS, groups=list("aabbccddeeff"), held_out=np.arange(12) > 8, name="Other One")
    assert more.sha256 == plain.sha256
    assert more.groups.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert more.name == "other-one"
    assert Dataset.from_arrays(GREY, LABELS, tone="light").sha256 == Dataset.from_arrays(GREY, LABELS).sha256


def test_the_digest_sees_floats_as_they_are() -> None:
    digests = {Dataset.from_arrays(ROWS + add, LABELS).sha256 for add in (0, 0.001, 0.5)}
    assert len(digests) == 3
    assert Dataset.from_arrays(ROWS * 0, LABELS).sha256 == Dataset.from_arrays(ROWS * -0.0, LABELS).sha256


def test_the_name_of_a_bundled_data_set_stays_with_it() -> None:
    bunch = datasets.load_digits()
    assert Dataset.from_arrays(bunch.images, bunch.target, name="digits").name == "digits"
    assert Dataset.from_arrays(bunch.images, bunch.target[::-1], name="digits").name == "digits-data"


WRONG: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "a layout that may be two": (np.zeros((12, 3, 5, 3)), LABELS, {}, "12 × 3 × 5 × 3, which may be two of these"),
    "no layout": (np.zeros((12, 5, 5, 4)), LABELS, {}, "got 12 × 5 × 5 × 4; try one channel, or three"),
    "samples last": (np.moveaxis(GREY, 0, -1), LABELS, {}, "labels: expected 5, one for each sample, got 12"),
    "pixels of 16 bits": (GREY.astype(int) * 200, LABELS, {}, "try samples // 256"),
    "pixels that are standardised": (GREY / 50 - 2.5, LABELS, {}, "try to scale or round them first"),
    "ragged lists": ([[1, 2], [3]], [0, 1], {}, "samples: expected an array, all samples of one shape"),
    "text among numbers": ([["1", "x"], ["2", "3"]], [0, 1], {}, "samples[0, 1]: expected a number, got 'x'"),
    "a gap": (np.where(ROWS[4, 2] == ROWS, np.nan, ROWS), LABELS, {}, "got 1 with gaps, the first of them row 5"),
    "infinity": (np.full((12, 2), np.inf), LABELS, {}, "expected numbers that a float32 holds, got inf in row 1"),
    "complex numbers": (ROWS + 1j, LABELS, {}, "expected numbers or texts, got an array of complex128"),
    "nothing": ([], [], {}, "samples: expected at least two of each class, got none"),
    "one number": (5, LABELS, {}, "samples: expected one for each sample, got 5"),
    "a measure": (ROWS, ROWS[:, 0], {}, "labels: expected classes, got"),
    "one class": (ROWS, np.zeros(12), {}, "labels: expected 2 to 1,000 classes, got only '0'; try other classes"),
    "a lonely class": (ROWS, [0] * 11 + [1], {}, "expected at least two samples of each class, got one of '1'"),
    "a class that nothing has": (ROWS, LABELS, {"class_names": list("abcd")}, "got none of 'd'"),
    "a label without a name": (
        ROWS,
        LABELS + 5,
        {"class_names": list("abcd")},
        "expected numbers 0 to 3, as there are",
    ),
    "a name of a report": (ROWS, LABELS, {"class_names": ["a", "accuracy", "c"]}, "none of accuracy, macro avg"),
    "names that look alike": (ROWS, LABELS, {"class_names": ["é", "e\u0301", "c"]}, "got 'é' twice"),
    "a name of nothing": (
        ROWS,
        LABELS,
        {"class_names": ["a", "\u200b", "c"]},
        "class_names[1]: expected a name of its",
    ),
    "names of features for images": (GREY, LABELS, {"feature_names": list("abcd")}, "expected none for images"),
    "too few names": (ROWS, LABELS, {"feature_names": ["a"]}, "feature_names: expected 4, one for each feature, got 1"),
    "a tone of a table": (ROWS, LABELS, {"tone": "ink"}, "expected images (n, h, w), which have a tone, got rows"),
    "another tone": (GREY, LABELS, {"tone": "dark"}, "tone: expected 'ink' or 'light', got 'dark'"),
    "a largest value that is none": (
        GREY,
        LABELS,
        {"max_value": 0},
        "max_value: expected a whole number from 1 to 255",
    ),
    "a larger pixel": (GREY, LABELS, {"max_value": 9}, "max_value: expected 255 or more, as the pixels have, got 9"),
    "a short mask": (ROWS, LABELS, {"held_out": [True]}, "held_out: expected one for each of 12 samples, got 1"),
    "a mask of all": (ROWS, LABELS, {"held_out": [True] * 12}, "expected some of the samples, got all of them"),
    "row numbers": (ROWS, LABELS, {"held_out": range(12)}, "held_out: expected true or false for each sample"),
    "groups with a gap": (ROWS, LABELS, {"groups": [None, *"abcdefghijk"]}, "groups: expected a value in each of 12"),
    "too many samples": (np.zeros((200_001, 1), np.uint8), np.zeros(200_001), {}, "expected at most 200,000"),
    "too many features": (np.zeros((2, 4097)), [0, 1], {}, "expected at most 4,096 features, got 4,097"),
    "too large images": (np.zeros((2, 257, 256)), [0, 1], {}, "images of at most 65,536 numbers, got 1 × 257 × 256"),
}


@pytest.mark.parametrize("case", WRONG)
def test_arrays_that_cannot_be_used_are_refused_in_one_line(case: str) -> None:
    samples, labels, more, says = WRONG[case]
    with pytest.raises(InputError) as caught:
        Dataset.from_arrays(samples, labels, **more)
    text = str(caught.value)
    assert says in text
    assert "\n" not in text
    assert all(part in text for part in (": expected ", ", got ", "; try "))
    assert "--" not in text  # a program has no flags


def test_the_limits_are_those_of_the_published_files() -> None:
    from digit_classifier.artifacts import dataset, rules

    assert limits.CLASSES == rules.MAX_CLASSES
    assert limits.CLASS_NAME == rules.CLASS_NAME_LIMIT
    assert (limits.NAMED_FEATURES, limits.FEATURE_NAME) == (rules.MAX_FEATURES, rules.FEATURE_NAME_LIMIT)
    assert dataset.PROSE == {"title": limits.TITLE, "source": limits.SOURCE, "note": limits.NOTE}
    assert limits.RESERVED == rules.REPORT_KEYS
