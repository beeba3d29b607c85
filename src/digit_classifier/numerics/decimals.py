"""Numbers as people write them: the shortest decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGITS = 9  # enough for every float32
LEAST, MOST = 1e-12, 1e12  # between these, all powers of ten below are exact in float64


def shortest(values: NDArray[np.float32]) -> list[list[float]]:
    """Rows of floats whose decimal form is the shortest that reads back to the same float32.

    With 9, 8, 7 … digits, as long as the nearest such decimal reads back. A whole number below 2⁵³ divided by an exact
    power of ten is rounded once, as the decimal itself would be when it is read. Where that does not hold, text
    decides: very large and very small numbers, those halfway between two decimals, and powers of two, whose neighbours
    are not equally far away.
    """
    numbers = values.ravel()
    size = np.abs(numbers)
    power_of_two = numbers.view(np.uint32) << 9 == 0  # nothing behind the first digit
    unsure = ~((size > LEAST) & (size < MOST)) | power_of_two
    plain = np.where(unsure, 1, numbers).astype(np.float64)
    result = plain.copy()
    places = DIGITS - 1 - np.floor(np.log10(np.abs(plain))).astype(np.intp)
    left = np.arange(len(plain))  # whose shorter forms have read back so far
    for fewer in range(DIGITS):
        number, power = plain[left], 10.0 ** np.abs(places[left] - fewer)
        shift = places[left] >= fewer
        scaled = np.where(shift, number * power, number / power)
        whole = np.rint(scaled)
        unsure[left] |= np.abs(np.abs(scaled - whole) - 0.5) < 1e-6
        decimal = np.where(shift, whole / power, whole * power)
        fits = decimal.astype(np.float32) == number
        left = left[fits]
        result[left] = decimal[fits]
    result[unsure] = [float(str(number)) for number in numbers[unsure]]
    return [row.tolist() for row in result.reshape(values.shape)]
