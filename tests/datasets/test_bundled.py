"""The data sets that come with installed packages, against what those packages read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn import datasets

from digit_classifier.datasets import bundled
from digit_classifier.datasets.bundled import load_digits

if TYPE_CHECKING:
    import pytest

DIGITS = load_digits()


def test_the_packaged_digits_are_scikit_learns_digits() -> None:
    bunch = datasets.load_digits()
    assert np.array_equal(DIGITS.samples[:, 0], bunch.images)
    assert np.array_equal(DIGITS.labels, bunch.target)
    assert DIGITS.samples.dtype == np.uint8
    assert DIGITS.class_names == tuple(map(str, bunch.target_names))
    assert DIGITS.samples.max() == DIGITS.max_value


def test_a_packaged_file_that_is_not_as_expected_falls_back_to_the_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled.zlib, "decompress", lambda *_, **__: b"1,2\n3,x\n")
    again = load_digits()
    assert again.sha256 == DIGITS.sha256
