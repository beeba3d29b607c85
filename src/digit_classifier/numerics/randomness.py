"""Random words, and the order and the numbers made of them: the same on every machine and with every NumPy.

Only raw words of PCG64 are used: NumPy keeps those stable for good, but not its distributions and shuffles (NEP 19).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def random_stream(random_state: int, purpose: int) -> np.random.PCG64:
    """An endless stream of 64-bit words, `.random_raw(count)`; independent for each purpose.

    Purposes in use: 0 split, 1 initial weights, 2 order of an epoch, 3 moved images, 4 wrong labels,
    5 bootstraps.
    """
    return np.random.PCG64([random_state, purpose])


def random_words(random_state: int, purpose: int, count: int) -> NDArray[np.uint64]:
    """The first words of a stream, (count,)."""
    words: NDArray[np.uint64] = random_stream(random_state, purpose).random_raw(count)
    return words


def random_order(stream: np.random.PCG64, count: int) -> NDArray[np.intp]:
    """The numbers below count in random order, (count,).

    Each word carries its number in its last bits: no two words are equal, and sorting words is much faster than
    sorting indices.
    """
    bits = np.uint64((count - 1).bit_length())
    words: NDArray[np.uint64] = stream.random_raw(count) >> bits << bits | np.arange(count, dtype=np.uint64)
    words.sort()
    return (words & (np.uint64(1) << bits) - np.uint64(1)).astype(np.intp)


def unit_uniform(words: NDArray[np.uint64]) -> NDArray[np.floating[Any]]:
    """Words as numbers in [0, 1): multiples of 2⁻⁵³."""
    return (words >> np.uint64(11)) * 2.0**-53
