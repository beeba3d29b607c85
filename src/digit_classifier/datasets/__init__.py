"""Data sets: their values, how they are split, and where they come from."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digit_classifier.datasets.dataset import Dataset

# Name → module:function that loads it; imported when it is asked for. A new data set is a module and a line here.
BUNDLED: dict[str, str] = {
    "digits": "digit_classifier.datasets.bundled:load_digits",
    "iris": "digit_classifier.datasets.bundled:load_iris",
    "wine": "digit_classifier.datasets.bundled:load_wine",
    "breast-cancer": "digit_classifier.datasets.bundled:load_breast_cancer",
}
"""The data sets that come with the installed packages."""


def load_bundled(name: str) -> Dataset:
    """A data set that comes with the installed packages; KeyError for another name."""
    module, _, function = BUNDLED[name].partition(":")
    dataset: Dataset = getattr(import_module(module), function)()
    return dataset
