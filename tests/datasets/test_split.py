"""Splits, against scikit-learn's."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import Any

import numpy as np
import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from digit_classifier.datasets.bundled import load_digits
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.split import contiguous_split, stratified_split
from digit_classifier.errors import InputError
from digit_classifier.run.prepare import prepare
from digit_classifier.settings.resolve import configure

DIGITS = load_digits()


def small(labels: list[int], classes: int) -> Dataset:
    images = np.zeros((len(labels), 1, 2, 2), np.uint8)
    names = tuple(map(str, range(classes)))
    return Dataset("small", "", "", "", images, np.array(labels, np.intp), names, 1)


@pytest.mark.parametrize("test_size", [0.01, 0.1, 0.2, 0.25, 0.5, 0.9])
def test_sizes_and_classes_of_a_split_are_scikit_learns(test_size: float) -> None:
    from sklearn.model_selection import train_test_split

    split = stratified_split(DIGITS, test_size, 0)
    rows = np.arange(len(DIGITS.labels))
    _, theirs = train_test_split(rows, test_size=test_size, stratify=DIGITS.labels, random_state=0)
    assert len(split.holdout_ids) == len(theirs)
    ours, peers = (np.bincount(DIGITS.labels[ids], minlength=10) for ids in (split.holdout_ids, theirs))
    assert np.abs(ours - peers).max() <= 1


@given_any(st.integers(0, 2**32 - 1), st.floats(0.05, 0.9))
def test_a_split_takes_every_row_once(random_state: int, test_size: float) -> None:
    split = stratified_split(DIGITS, test_size, random_state)
    assert sorted([*split.training_ids, *split.holdout_ids]) == list(range(1797))
    assert len(split.holdout_ids) == ceil(test_size * 1797 - 1e-9)
    shares = np.bincount(split.holdout.labels) - np.bincount(DIGITS.labels) * (len(split.holdout_ids) / 1797)
    assert np.abs(shares).max() < 1


def test_a_split_follows_from_the_random_state_alone() -> None:
    first, same, other = (stratified_split(DIGITS, 0.2, state) for state in (1, 1, 2))
    assert first.sha256 == same.sha256 != other.sha256
    assert set(first.holdout_ids) != set(other.holdout_ids)


@pytest.mark.parametrize(
    ("test_size", "firsts", "size"),
    [
        (0.2, [0, 360, 720, 1080, 1437], 360),  # the last block ends with the rows, and has three of the one before
        (0.25, [0, 450, 900, 1347], 450),
        (1 / 3, [0, 599, 1198], 599),  # no remainder, no overlap
        (0.4, [0, 719, 1078], 719),
    ],
)
def test_contiguous_splits_hold_out_one_block_after_the_other(test_size: float, firsts: list[int], size: int) -> None:
    for number, first in enumerate([*firsts, *firsts]):  # and around again
        split = contiguous_split(DIGITS, test_size, number)
        assert split.holdout_ids.tolist() == list(range(first, first + size))
        assert sorted([*split.training_ids, *split.holdout_ids]) == list(range(1797))
    assert set().union(*(range(first, first + size) for first in firsts)) == set(range(1797))


def test_every_row_is_held_out_about_equally_often() -> None:
    counts = sum(np.bincount(stratified_split(DIGITS, 0.2, state).holdout_ids, minlength=1797) for state in range(200))
    assert np.abs(counts / 200 - 360 / 1797).max() < 0.14  # five standard deviations of a binomial share


def test_a_whole_number_of_rows_is_not_rounded_up() -> None:
    split = stratified_split(small([0, 1] * 50, 2), 0.07, 0)  # 0.07 * 100 is 7.000000000000001
    assert len(split.holdout_ids) == 7


@pytest.mark.parametrize(("labels", "test_size"), [([0] * 9 + [1], 0.2), ([0, 0, 1, 1], 0.9), ([0, 0, 1, 1], 0.2)])
def test_a_class_missing_on_one_side_is_refused_by_name(labels: list[int], test_size: float) -> None:
    with pytest.raises(
        InputError,
        match=r"leaves every class on both sides, got .* of class '[01]'; try (test_size=0.5|data with two samples of)",
    ):
        stratified_split(small(labels, 2), test_size, 0)


def test_rare_classes_are_on_both_sides_and_the_others_make_room() -> None:
    labels = np.repeat([0, 1, 2], [50, 2, 3])
    data = Dataset.from_arrays(np.arange(55.0)[:, None], labels)
    for share, held in ((0.1, [4, 1, 1]), (0.2, [9, 1, 1]), (0.9, [47, 1, 2])):
        split = stratified_split(data, share, 0)
        assert np.bincount(split.holdout.labels).tolist() == held
        assert sum(held) == len(split.holdout_ids) == ceil(share * 55)


SORTED = Dataset.from_arrays(np.arange(40.0)[:, None], np.repeat(range(5), 8))
MIXED = Dataset.from_arrays(np.arange(40.0)[:, None], [*range(5), *range(5), *[0] * 10, *range(5), *[1] * 15])
RARE = Dataset.from_arrays(np.arange(40.0)[:, None], np.repeat([0, 1, 2], [20, 17, 3]))
GROUPED = Dataset.from_arrays(np.arange(40.0)[:, None], np.repeat([0, 1], 20), groups=np.arange(40) // 10)
ALONE = Dataset.from_arrays(np.arange(40.0)[:, None], np.repeat([0, 1], 20), groups=np.arange(40) // 20)


@pytest.mark.parametrize(
    ("data", "settings", "attempt"),
    [
        (SORTED, {"split": "contiguous"}, {"split": "random"}),
        (SORTED, {"split": "contiguous", "test_size": 1e-13}, {"split": "random", "test_size": 0.2}),
        (MIXED, {"split": "contiguous", "split_state": 4}, {"split_state": 0}),
        (RARE, {"split": "folds", "test_size": 0.1}, {"test_size": 1 / 3}),
        (RARE, {"split": "folds", "test_size": 0.3}, {"test_size": 1 / 3}),
        (RARE, {"split": "folds", "test_size": 1e-320}, {"test_size": 1 / 3}),
        (RARE, {"split": "folds", "test_size": 0.9}, {"test_size": 1 / 2}),
        (RARE, {"test_size": 1e-13}, {"test_size": 0.2}),
        (ALONE, {"split": "grouped"}, {"split": "random"}),
        (ALONE, {"split": "given"}, {"split": "random"}),
        (RARE, {"split": "grouped"}, {"split": "random"}),
    ],
    ids=lambda each: ",".join(map(str, each.values())) if isinstance(each, dict) else "",
)
def test_what_to_try_where_a_class_is_missing_is_a_split_that_works(
    data: Dataset, settings: dict[str, Any], attempt: dict[str, Any]
) -> None:
    with pytest.raises(InputError) as caught:
        prepare(configure(**settings, sample_count=1), data)
    words = " ".join(f"{name}={value!r}" for name, value in attempt.items())
    assert str(caught.value).endswith(f"; try {words}")
    prepare(configure(**(settings | attempt), sample_count=1), data)


def test_another_state_is_tried_where_it_leaves_every_class_on_both_sides() -> None:
    states = []
    for state in range(12):
        try:
            prepare(configure(split="grouped", split_state=state, sample_count=1, test_size=0.3), GROUPED)
        except InputError as error:
            states.append(int(str(error).rpartition("split_state=")[2]))
    assert len(states) > 1
    assert len({*states}) == 1
    prepare(configure(split="grouped", split_state=states[0], sample_count=1, test_size=0.3), GROUPED)


@pytest.mark.parametrize("share", [1e-12, 1e-300])
def test_the_smallest_share_trains_on_a_row_of_each_class(share: float) -> None:
    split = prepare(configure(train_share=share, sample_count=1), RARE)
    assert np.bincount(split.training.labels).tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("name", "given", "grouped"),
    [
        ("bundled", ["random"], "split='random'"),
        ("idx", ["FILE", "random"], "split='random'"),
        ("text", ["FILE", "random"], "group_column='writer'"),
    ],
)
def test_a_split_that_the_data_cannot_have_names_what_their_format_can(
    name: str, given: list[str], grouped: str
) -> None:
    data = replace(SORTED, origin={"format": name, "files": [], "options": {}})
    attempts = [f"test_data={word!r}" if word == "FILE" else f"split={word!r}" for word in given]
    for split, attempt in (("given", ", or ".join(attempts)), ("grouped", grouped)):
        with pytest.raises(InputError) as caught:
            prepare(configure(split=split), data)
        assert str(caught.value).endswith(f"; try {attempt}")
