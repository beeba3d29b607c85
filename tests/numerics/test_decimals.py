"""The shortest decimals against NumPy's own text of a float32, one number at a time."""

from __future__ import annotations

import numpy as np
import pytest

from digit_classifier.numerics.decimals import shortest

RANDOM = np.random.default_rng(5)


def softmax(spread: float) -> np.ndarray:
    numbers = np.exp(RANDOM.normal(size=(400, 50)) * spread)
    return numbers / numbers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(softmax(2), id="probabilities"),
        pytest.param(softmax(12), id="sharp probabilities"),
        pytest.param(RANDOM.integers(0, 2**32, (400, 50), np.uint32).view(np.float32), id="any bits"),
        pytest.param(RANDOM.integers(0, 10**6, (400, 50)) / 10.0 ** RANDOM.integers(0, 9, (400, 50)), id="decimals"),
        pytest.param(2.0 ** np.arange(-149, 128)[None], id="powers of two"),
        pytest.param(RANDOM.integers(-(2**25), 2**25, (400, 50)) / 2.0**12, id="halves"),
        pytest.param([[0.0, -0.0, 1e-45, 3e38, np.inf, -np.inf, 0.1, 16777217.0, 1e-12, 1e12]], id="ends"),
        pytest.param(np.empty((0, 10)), id="none"),
    ],
)
def test_they_are_those_of_numpy(values: np.ndarray) -> None:
    numbers = np.asarray(values, np.float32)
    expected = [[float(str(number)) for number in row] for row in numbers]
    found = shortest(numbers)
    np.testing.assert_array_equal(np.array(found), np.array(expected))
    assert [[np.float32(number).tobytes() for number in row] for row in found] == [
        [number.tobytes() for number in row] for row in numbers
    ] or np.isnan(numbers).any()
