"""The exact arithmetic against big integers, fractions and the decimal module."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digit_classifier.numerics import arithmetic, elementary
from digit_classifier.numerics.arithmetic import EXACT, exact_matmul


def product_of_integers(a, b, bits_each=None):
    """The same product in Python's integers: scale to whole numbers, multiply, scale back, round once."""
    whole, exponents = [], []
    for number, matrix in enumerate((a, b)):
        bits = bits_each[number] if bits_each else (53 - (a.shape[1] - 1).bit_length()) // 2
        largest = max(abs(Fraction(float(x))) for x in matrix.ravel())
        exponent = 0
        while largest and 2**exponent * Fraction(1) <= largest:
            exponent += 1
        while largest and Fraction(2) ** (exponent - 1) > largest:
            exponent -= 1
        exponents.append(exponent - bits)
        whole.append([[round(Fraction(float(x)) / Fraction(2) ** (exponent - bits)) for x in row] for row in matrix])
    scale = Fraction(2) ** sum(exponents)
    columns = list(zip(*whole[1], strict=True))
    exact = [[sum(p * q for p, q in zip(row, column, strict=True)) * scale for column in columns] for row in whole[0]]
    return np.array([[np.float32(float(value)) for value in row] for row in exact])


@pytest.mark.parametrize("seed", range(40))
def test_a_product_is_the_one_of_big_integers(seed):
    rng = np.random.default_rng(seed)
    m, k, n = rng.integers(1, [6, 70, 6])
    spread = 10.0 ** rng.integers(-12, 12)
    a = (rng.normal(size=(m, k)) * spread ** rng.random((m, k))).astype(np.float32)
    b = (rng.normal(size=(k, n)) * 10.0 ** rng.integers(-20, 10)).astype(np.float32)
    out = np.empty((m, n), np.float32)
    exact_matmul(a, b, out)
    np.testing.assert_array_equal(out, product_of_integers(a, b))


@pytest.mark.parametrize("k", [1, 5, 65, 1437, 9000])
def test_a_constant_factor_is_rounded_before_and_leaves_its_bits_to_the_other(k):
    rng = np.random.default_rng(k)
    a, b = rng.normal(size=(3, k)).astype(np.float32), rng.normal(size=(k, 2)).astype(np.float32)
    out, turned, rest = np.empty((3, 2), np.float32), np.empty((2, 3), np.float32), 33 - (k - 1).bit_length()
    exact_matmul(a, EXACT.constant(b), out)
    exact_matmul(EXACT.constant(b).T, a.T, turned)
    np.testing.assert_array_equal(out, product_of_integers(a, b, (min(rest, 24), 20)))
    np.testing.assert_array_equal(out, turned.T)


@pytest.mark.parametrize("k", [1, 2, 64, 65, 1024, 60_000])
def test_the_largest_possible_products_are_still_whole_numbers(k):
    """Every element at its limit: the sums reach 2⁵³, and an order that rounded would show."""
    a = np.full((1, k), 1 - 2**-24, np.float32)
    b = a.T.copy()
    out = np.empty((1, 1))
    exact_matmul(a, b, out)
    bits = (53 - (k - 1).bit_length()) // 2
    assert Fraction(out[0, 0]) == k * Fraction(round(Fraction(float(a[0, 0])) * 2**bits), 2**bits) ** 2


def test_any_order_of_the_products_gives_the_same_bits():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(9, 1437)).astype(np.float32), rng.normal(size=(1437, 11)).astype(np.float32)
    out, other = np.empty((9, 11), np.float32), np.empty((9, 11), np.float32)
    exact_matmul(a, b, out)
    for _ in range(5):
        order = rng.permutation(1437)
        exact_matmul(a[:, order], b[order], other)
        assert out.tobytes() == other.tobytes()
    ordinary = {(a[:, order] @ b[order]).tobytes() for order in (rng.permutation(1437) for _ in range(5))}
    assert len(ordinary) > 1  # the test would see a difference
    np.testing.assert_allclose(out, a.astype(np.float64) @ b, rtol=0, atol=1e-3)  # 21 bits each


@pytest.mark.parametrize("longest", [1, 7, 256, 10_000])
def test_cutting_a_product_into_pieces_changes_no_bit(longest, monkeypatch):
    """Every element at its limit, so that a sum which rounded would show, in pieces of any length."""
    rng = np.random.default_rng(longest)
    a = (rng.choice([-1, 1], (28, 1437)) * (1 - rng.random((28, 1437)) / 99)).astype(np.float32)
    b = (rng.choice([-1, 1], (1437, 5)) * (1 - rng.random((1437, 5)) / 99)).astype(np.float32)
    out = np.empty((28, 5), np.float32)
    monkeypatch.setattr(arithmetic, "LONGEST", longest)
    exact_matmul(a, b, out)
    np.testing.assert_array_equal(out, product_of_integers(a, b))


class Watched(np.ndarray):
    """Remembers how many columns each of its products had."""

    lengths: ClassVar[list[int]] = []

    def __matmul__(self, other):
        self.lengths.append(self.shape[1])
        return self.view(np.ndarray) @ other


@pytest.mark.parametrize("k", [1, 255, 256, 257, 1437])
def test_blas_never_gets_more_columns_than_its_kernels_have_room_for(k):
    Watched.lengths.clear()
    exact_matmul(np.ones((28, k), np.float32).view(Watched), np.ones((k, 4), np.float32), np.empty((28, 4)))
    assert sum(Watched.lengths) == k
    assert max(Watched.lengths) <= 256  # 256 · 12 numbers: L_BUFFER_SIZE of dgemm_kernel_4x8_haswell.S


def test_two_float64_matrices_have_no_exact_product():
    with pytest.raises(ValueError, match="at most one factor in float64"):
        exact_matmul(np.eye(2), np.eye(2), np.empty((2, 2)))


def test_a_product_with_an_infinite_element_is_not_a_number_throughout():
    out = np.zeros((2, 2), np.float32)
    exact_matmul(np.array([[np.inf, 0], [0, 1]], np.float32), np.eye(2, dtype=np.float32), out)
    assert np.isnan(out).all()


@given(st.floats(min_value=5e-324, allow_infinity=False))
def test_the_logarithm_is_that_of_decimal(x):
    with localcontext(prec=40):
        expected = Decimal(x).ln()
        assert abs(Decimal(elementary.log(x)) - expected) <= Decimal("4e-16") * max(1, abs(expected))
    assert float(EXACT.log(np.array([x]))[0]) == elementary.log(x)  # floats and arrays agree to the bit


@given(st.floats(min_value=-87, max_value=0, width=32))
def test_the_exponential_is_that_of_decimal(x):
    values = np.array([x], np.float32)
    EXACT.exp(values, values)
    with localcontext(prec=40):
        assert abs(Decimal(float(values[0])) / Decimal(x).exp() - 1) < Decimal("2e-7")  # float32 ends at 1.2e-7


def test_the_exponential_of_far_below_zero_is_zero_and_of_nothing_nothing():
    values = np.array([0, -1e30, -np.inf, np.nan], np.float32)
    EXACT.exp(values, values)
    np.testing.assert_array_equal(values, np.array([1, 0, 0, np.nan], np.float32))


def test_sums_and_means_do_not_depend_on_the_order_where_that_is_not_fixed():
    rng = np.random.default_rng(1)
    values = rng.normal(size=1000) * 10.0 ** rng.integers(-9, 9, size=1000)
    assert EXACT.mean(values) == EXACT.mean(rng.permutation(values)) == math.fsum(values) / 1000
    rows = rng.random((7, 3), dtype=np.float32)
    expected = rows[0]
    for row in rows[1:]:
        expected = expected + row
    np.testing.assert_array_equal(EXACT.column_sums(rows), expected)
