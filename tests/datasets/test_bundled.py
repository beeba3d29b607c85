"""The data sets that come with installed packages, against what those packages read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sklearn import datasets

from digit_classifier.datasets import bundled, load_bundled
from digit_classifier.datasets.bundled import load_digits

if TYPE_CHECKING:
    from pathlib import Path

DIGITS = load_digits()


def test_the_packaged_digits_are_scikit_learns_digits() -> None:
    bunch = datasets.load_digits()
    assert np.array_equal(DIGITS.samples[:, 0], bunch.images)
    assert np.array_equal(DIGITS.labels, bunch.target)
    assert DIGITS.samples.dtype == np.uint8
    assert DIGITS.class_names == tuple(map(str, bunch.target_names))
    assert DIGITS.samples.max() == DIGITS.max_value


@pytest.mark.parametrize("name", ["digits", "iris", "wine", "breast-cancer"])
def test_a_packaged_file_that_is_not_as_expected_falls_back_to_the_loader(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "other").write_text("1,2\n3,x\n")
    expected, asked = load_bundled(name).sha256, []
    imported = bundled._imported
    monkeypatch.setattr(bundled, "_packaged", lambda _: tmp_path / "other")
    monkeypatch.setattr(bundled, "_imported", lambda each: asked.append(each) or imported(each))
    assert load_bundled(name).sha256 == expected
    assert asked == [name.replace("-", "_")]
