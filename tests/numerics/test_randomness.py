"""Random words and orders, against NumPy's PCG64."""

from __future__ import annotations

import numpy as np

from digit_classifier.numerics.randomness import random_order, random_stream, random_words


def test_random_order_sorts_the_upper_bits_of_pcg64() -> None:
    for count in (1, 2, 3, 1024, 1025, 1797):
        words = np.random.PCG64([7, 2]).random_raw(count).tolist()
        low = (count - 1).bit_length()
        order = random_order(random_stream(7, 2), count)
        assert order.tolist() == sorted(range(count), key=lambda row: (words[row] >> low, row))


def test_random_words_are_pcg64_and_differ_by_purpose() -> None:
    assert random_words(42, 0, 3).tolist() == np.random.PCG64([42, 0]).random_raw(3).tolist()
    assert not set(random_words(42, 0, 1000)) & set(random_words(42, 1, 1000))
