"""The nearest neighbour against scikit-learn's, and against distances in Python's integers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from digit_classifier.datasets import neighbour
from digit_classifier.datasets.bundled import load_digits
from digit_classifier.datasets.dataset import Examples
from digit_classifier.datasets.neighbour import nearest_neighbour
from digit_classifier.datasets.split import contiguous_split, stratified_split


@pytest.mark.parametrize("split", [stratified_split(load_digits(), 0.2, 1), contiguous_split(load_digits(), 0.2, 3)])
def test_the_accuracy_is_scikit_learns(split, monkeypatch):
    flat = [side.samples.reshape(len(side), -1).astype(float) for side in (split.training, split.holdout)]
    other = KNeighborsClassifier(1, algorithm="brute").fit(flat[0], split.training.labels)
    assert nearest_neighbour(split.training, split.holdout) == (other.score(flat[1], split.holdout.labels), None)
    assert split.neighbour == nearest_neighbour(split.training, split.holdout)
    monkeypatch.setattr(neighbour, "BLOCK", 5000)
    assert nearest_neighbour(split.training, split.holdout) == split.neighbour


@pytest.mark.parametrize("high", [3, 256, 65536])
def test_distances_are_whole_numbers_and_the_first_of_equally_near_samples_counts(high):
    """Small images have many ties; large values are beyond what float32 holds."""
    rng = np.random.default_rng(high)
    sides = [
        Examples(rng.integers(0, high, (rows, 2, 3)).astype(np.uint16), rng.integers(0, 5, rows), 5, high - 1)
        for rows in (300, 80)
    ]
    training, holdout = (side.samples.reshape(len(side), -1).tolist() for side in sides)
    right = 0
    for row, label in zip(holdout, sides[1].labels.tolist(), strict=True):
        distances = [sum((a - b) ** 2 for a, b in zip(row, other, strict=True)) for other in training]
        right += sides[0].labels[distances.index(min(distances))] == label
    assert nearest_neighbour(*sides).accuracy == right / 80


def test_what_would_take_too_long_or_has_no_whole_distances_is_left_out_with_the_reason():
    large = Examples(np.zeros((50_000, 28, 28), np.uint8), np.zeros(50_000, int), 2, 255)
    assert nearest_neighbour(large, large) == (
        None,
        "it would take 1,960,000,000,000 multiplications, more than 1,000,000,000",
    )
    floats = Examples(np.zeros((5, 4)), np.zeros(5, int), 2)
    assert nearest_neighbour(floats, floats) == (None, "the features are no whole numbers")
