"""The data sets that come with the installed packages."""

from __future__ import annotations

import importlib.util
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digit_classifier.datasets.dataset import Dataset
from digit_classifier.errors import InputError, explain, loading

if TYPE_CHECKING:
    from numpy.typing import NDArray


def load_digits() -> Dataset:
    """Scikit-learn's bundled digits: 1797 images of 8 × 8 pixels, integers 0..16.

    Reads the file inside the installed package without importing the package, which would take longer than the
    training; falls back to `sklearn.datasets.load_digits` where that file is not as expected.
    """
    images, labels = _packaged_digits() or _imported_digits()
    return Dataset(
        name="digits",
        title="Optical recognition of handwritten digits",
        source="scikit-learn's bundled copy of the test part of the UCI data set (Alpaydin and Kaynak, 1998)",
        note="13 writers wrote all 1797 digits: a random split trains and tests on the same people.",
        samples=images.reshape(-1, 1, 8, 8),
        labels=labels,
        class_names=tuple("0123456789"),
        max_value=16,
    )


def _packaged_digits() -> tuple[NDArray[np.uint8], NDArray[np.intp]] | None:
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("scikit-learn brings the digits", name="scikit-learn")
    try:
        with Path(package.origin).with_name("datasets").joinpath("data", "digits.csv.gz").open("rb") as file:
            table = read_table(file.read(1 << 19), 1797)
    except (OSError, ValueError):
        return None
    return table[:, :64].reshape(-1, 8, 8), table[:, 64].astype(np.intp)


def read_table(packed: bytes, samples: int) -> NDArray[np.uint8]:
    """Rows of 64 pixels 0..16 and a digit 0..9, from compressed lines; ValueError for anything else.

    At most 300 bytes of text per row are unpacked, whatever the file says.
    """
    inflate = zlib.decompressobj(wbits=31)
    try:
        text = inflate.decompress(packed, 300 * samples)
    except zlib.error as error:
        raise ValueError("not compressed by gzip") from error
    if not inflate.eof:
        raise ValueError("more or less than a table")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # `fromstring` only warns where the text is not a list of numbers
        try:  # much faster than np.loadtxt, and as whole numbers five times as fast as floats
            table = np.fromstring(text.decode("ascii").replace("\n", ","), np.int64, sep=",").reshape(samples, 65)
        except DeprecationWarning as error:
            raise ValueError("other text than numbers") from error
    if not ((table >= 0) & (table <= [16] * 64 + [9])).all():
        raise ValueError("other numbers than pixels and digits")
    return table.astype(np.uint8)


def _imported_digits() -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    with loading():
        from sklearn import datasets

    try:
        bunch = datasets.load_digits()
    except (OSError, EOFError, ValueError, zlib.error) as error:
        attempt = "pip install --force-reinstall scikit-learn"
        came = str(error)[:60]
        raise InputError(explain("scikit-learn's digits", "the file as installed", came, attempt)) from error
    return bunch.images.astype(np.uint8), bunch.target.astype(np.intp)
