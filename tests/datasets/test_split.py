"""Splits, against scikit-learn's."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digit_classifier.datasets.bundled import load_digits
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.split import contiguous_split, stratified_split
from digit_classifier.errors import InputError

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


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.9))
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
        match=r"leaves every class on both sides, got .* of class '[01]'; try (test_size=0.5|another random_state)",
    ):
        stratified_split(small(labels, 2), test_size, 0)


def test_rare_classes_are_on_both_sides_and_the_others_make_room() -> None:
    labels = np.repeat([0, 1, 2], [50, 2, 3])
    data = Dataset.from_arrays(np.arange(55.0)[:, None], labels)
    for share, held in ((0.1, [4, 1, 1]), (0.2, [9, 1, 1]), (0.9, [47, 1, 2])):
        split = stratified_split(data, share, 0)
        assert np.bincount(split.holdout.labels).tolist() == held
        assert sum(held) == len(split.holdout_ids) == ceil(share * 55)
