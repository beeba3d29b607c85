"""Exponential and logarithm from + − × ÷ alone, for floats and arrays.

Those of the C library and NumPy round differently from one processor, system and version to the next. These four
operations are rounded in one way everywhere (IEEE 754), and so is what is built from them in a fixed order.
"""

from __future__ import annotations

from math import frexp
from typing import Any

LN2 = 0.6931471805599453
# ln 2 in two parts: the first has so few digits that its product with a small whole number is exact in float32.
LN2_HIGH, LN2_LOW = 0.693359375, -2.12194440e-4  # as in Cephes' expf.c
SQRT_HALF = 0.7071067811865476
EXP_TERMS = tuple(1 / factorial for factorial in (5040, 720, 120, 24, 6, 2, 1, 1))
LOG_TERMS = tuple(1 / odd for odd in range(21, 0, -2))


def exp_fraction(x: Any) -> Any:
    """The exponential of numbers within ±ln(2)/2: Taylor series to x⁷, error below 1e-8."""
    return _polynomial(x, EXP_TERMS)


def log_fraction(x: Any) -> Any:
    """The natural logarithm of numbers from √½ to √2: 2 artanh((x − 1) / (x + 1)), relative error below 1e-15."""
    ratio = (x - 1) / (x + 1)
    return 2 * ratio * _polynomial(ratio * ratio, LOG_TERMS)


def _polynomial(x: Any, terms: tuple[float, ...]) -> Any:
    """By Horner's rule, highest power first; an array is multiplied and added in place."""
    total = x * terms[0]
    for term in terms[1:-1]:
        total += term
        total *= x
    total += terms[-1]
    return total


def log(x: float) -> float:
    """The natural logarithm of one positive number."""
    fraction, exponent = frexp(x)
    if fraction < SQRT_HALF:
        fraction, exponent = 2 * fraction, exponent - 1
    return exponent * LN2 + float(log_fraction(fraction))
