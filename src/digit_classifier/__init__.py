"""Train a compact NumPy network on handwritten digits and keep a run that can be verified.

Public names are loaded when first used, so that `import digit_classifier` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digit_classifier.datasets.dataset import Dataset, Split, stratified_split
    from digit_classifier.errors import ArtifactError, DigitClassifierError, InputError, RunError
    from digit_classifier.learning.network import Network
    from digit_classifier.learning.training import History, train
    from digit_classifier.run import Run, prepare, run_experiment
    from digit_classifier.settings.run_config import RunConfig, configure
    from digit_classifier.store.bundle import Bundle, read_bundle

__version__ = "0.1.0"

_HOMES = {
    "ArtifactError": "errors",
    "Bundle": "store.bundle",
    "Dataset": "datasets.dataset",
    "DigitClassifierError": "errors",
    "History": "learning.training",
    "InputError": "errors",
    "Network": "learning.network",
    "Run": "run",
    "RunConfig": "settings.run_config",
    "RunError": "errors",
    "Split": "datasets.dataset",
    "configure": "settings.run_config",
    "prepare": "run",
    "read_bundle": "store.bundle",
    "run_experiment": "run",
    "stratified_split": "datasets.dataset",
    "train": "learning.training",
}
__all__ = [
    "ArtifactError",
    "Bundle",
    "Dataset",
    "DigitClassifierError",
    "History",
    "InputError",
    "Network",
    "Run",
    "RunConfig",
    "RunError",
    "Split",
    "configure",
    "prepare",
    "read_bundle",
    "run_experiment",
    "stratified_split",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'digit_classifier' has no attribute {name!r}")
    return getattr(import_module(f"digit_classifier.{_HOMES[name]}"), name)
