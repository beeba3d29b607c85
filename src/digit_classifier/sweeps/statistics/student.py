"""Student's t distribution, for whole degrees of freedom, where it is a finite sum.

Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
"""

from __future__ import annotations

from functools import cache
from math import atan, cos, fsum, pi, sin, sqrt, tan


def t_tail(t: float, freedom: int) -> float:
    """Two-sided p-value: the probability of a value at least as far from 0 as `t`; `freedom` ≥ 1."""
    return max(0.0, 1 - _within(atan(abs(t) / sqrt(freedom)), freedom))


@cache
def t_quantile(confidence: float, freedom: int) -> float:
    """The t that keeps a share `confidence` (0..1) of the distribution between −t and t; `freedom` ≥ 1."""
    low, high = 0.0, pi / 2
    while low < (middle := (low + high) / 2) < high:  # until no float lies between them
        low, high = (middle, high) if _within(middle, freedom) < confidence else (low, middle)
    return sqrt(freedom) * tan(high)


def _within(angle: float, freedom: int) -> float:
    """The probability between −t and t, for t = √freedom · tan(angle)."""
    odd, square = freedom % 2, cos(angle) ** 2
    term, terms = cos(angle) if odd else 1.0, []
    for step in range(1 + odd, freedom, 2):  # the next term has the factor step / (step + 1)
        terms.append(term)
        term *= square * step / (step + 1)
    total = sin(angle) * fsum(terms)
    return 2 / pi * (angle + total) if odd else total
