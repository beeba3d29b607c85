"""The arithmetic of the network: NumPy's own, or one that gives the same bits on every machine.

Almost everything the network computes is + − × ÷ √ and comparisons, element by element, which IEEE 754 rounds in one
way everywhere. The exceptions are the operations in `Arithmetic`: their results depend on the order of a sum (number of
threads, width of the processor's vectors, blocking and fused operations of BLAS) or on the library's approximation of
exp.

`EXACT` replaces these. **Products**: each matrix is rounded to whole numbers of at most b bits times a power of two,
with 2 b + ⌈log₂ k⌉ ≤ 53 for sums of k products. Each product is then a whole number of at most 2 b bits, and every
partial sum, in any order, one of at most 2⁵³, times the two powers: float64 holds all of them without rounding, so
every order gives the same bits, and BLAS may choose its own.
The last step rounds once to the type of the result. The cost is precision, 2⁻ᵇ of the largest element: b = 23 for 64
inputs, about that of float32. (ReproBLAS and Ozaki's splitting do this with several slices; one is enough here.) The
inputs of the first layer are rounded once for all products, to 20 bits; the other factor gets the remaining bits, 22
for a batch of 1437 samples, 13 for one of a million.
**Exponential and logarithm** come from `elementary`, **sums** are added in a fixed order or rounded only once (fsum).
"""

from __future__ import annotations

import os
from math import frexp, fsum, isfinite, ldexp
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digit_classifier.numerics.elementary import LN2, LN2_HIGH, LN2_LOW, SQRT_HALF, exp_fraction, log_fraction

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = NDArray[np.floating[Any]]


class Arithmetic(NamedTuple):
    """The operations whose result could depend on the machine. The exact ones are for float32."""

    constant: Callable[[Floats], Floats]  # prepares a matrix for many products
    matmul: Callable[[Floats, Floats, Floats], object]  # (a, b, out): out = a @ b
    exp: Callable[[Floats, Floats], object]  # (x, out), for x ≤ 0
    log: Callable[[Floats], Floats]
    column_sums: Callable[[Floats], Floats]  # (rows, columns) → (columns,)
    mean: Callable[[Floats], float]
    whole_products: bool  # a product must not be cut into smaller ones


def _ordinary_mean(values: Floats) -> float:
    return float(np.add.reduce(values, dtype=np.float64)) / len(values)


def _as_it_is(matrix: Floats) -> Floats:
    return matrix


ORDINARY = Arithmetic(_as_it_is, np.matmul, np.exp, np.log, np.add.reduce, _ordinary_mean, whole_products=False)


CONSTANT = 20  # bits of a constant matrix
# Columns of a product that BLAS gets at once. Cutting changes no bit of an exact sum, and keeps clear of a fault in
# OpenBLAS 0.3.34: where its Haswell and Zen kernels run on an AMD processor with AVX-512, it hands them more columns
# than their buffer on the stack has room for, which is this many (OpenMathLib/OpenBLAS#6013, #6021).
LONGEST = 128 if os.name == "nt" else 256


def exact_constant(matrix: Floats) -> Floats:
    """A float32 matrix rounded as for a product, in float64: products take a matrix in float64 as it is."""
    return _rounded(matrix, CONSTANT)


def exact_matmul(a: Floats, b: Floats, out: Floats) -> None:
    """`out = a @ b` by whole numbers, for (m, k) and (k, n); all nan if an element is not finite.

    One may be an `exact_constant`, the others are float32; ValueError when both are float64.
    """
    if a.dtype == b.dtype == np.float64:
        raise ValueError("an exact product has at most one factor in float64, a constant")
    bits = 53 - (a.shape[1] - 1).bit_length()
    bits = min(bits - CONSTANT, 24) if np.float64 in (a.dtype, b.dtype) else bits // 2
    a, b = _rounded(a, bits), _rounded(b, bits)
    total = a[:, :LONGEST] @ b[:LONGEST]
    for start in range(LONGEST, a.shape[1], LONGEST):
        total += a[:, start : start + LONGEST] @ b[start : start + LONGEST]
    out[...] = total


def _rounded(x: Floats, bits: int) -> Floats:
    """Multiples of a power of two that are whole numbers of at most this many bits, times it; in float64.

    All nan if an element is not finite. A constant matrix, known by its float64, is already rounded. Adding 1.5 · 2⁵²
    times the power leaves no room for anything smaller than it: IEEE 754 rounds, to even where two are as near.
    """
    if x.dtype == np.float64:
        return x
    flat = x.ravel("K")  # argmax finds a place in half the time of max, and both find nan
    largest = max(float(flat[flat.argmax()]), -float(flat[flat.argmin()]))
    if not isfinite(largest):
        return np.full(x.shape, np.nan)
    room = ldexp(1.5, 52 + frexp(largest)[1] - bits)
    rounded: Floats = x.astype(np.float64)
    rounded += room
    rounded -= room
    return rounded


def exact_exp(x: Floats, out: Floats) -> None:
    """`out = exp(x)` in float32 for x ≤ 0: eˣ = 2ⁿ eʳ with r within ±ln(2)/2; zero where that is below 2^−126.5."""
    x = np.maximum(x, -88)  # n = -127, and the bits of 2ⁿ are those of zero
    n = np.rint(x * (1 / LN2))
    x -= n * LN2_HIGH
    x -= n * LN2_LOW
    with np.errstate(invalid="ignore"):  # nan has no whole part; its fraction is nan already
        power = n.astype(np.int32)
    power += 127
    power <<= 23  # the bits of 2ⁿ
    np.multiply(exp_fraction(x), power.view(np.float32), out=out)


def exact_log(x: Floats) -> Floats:
    """The natural logarithm of positive numbers, in float64."""
    fraction, exponent = np.frexp(x.astype(np.float64))
    low = fraction < SQRT_HALF
    result: Floats = (exponent - low) * LN2 + log_fraction(fraction * (1 + low))
    return result


def exact_column_sums(x: Floats) -> Floats:
    """Sums (columns,) of a matrix (rows, columns), row after row from the first."""
    total: Floats = x[0].copy()
    for row in x[1:]:
        total += row
    return total


def exact_mean(values: Floats) -> float:
    """Mean whose sum is rounded once, so that its order does not matter."""
    return fsum(values.tolist()) / len(values)


EXACT = Arithmetic(
    exact_constant, exact_matmul, exact_exp, exact_log, exact_column_sums, exact_mean, whole_products=True
)
