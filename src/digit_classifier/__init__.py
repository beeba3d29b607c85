"""Train a compact NumPy network on handwritten digits and keep a run that can be verified.

Public names are loaded when first used, so that `import digit_classifier` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digit_classifier.datasets.dataset import Dataset as Dataset
    from digit_classifier.datasets.dataset import Examples as Examples
    from digit_classifier.datasets.split import Split as Split
    from digit_classifier.datasets.split import stratified_split as stratified_split
    from digit_classifier.errors import ArtifactError as ArtifactError
    from digit_classifier.errors import DigitClassifierError as DigitClassifierError
    from digit_classifier.errors import InputError as InputError
    from digit_classifier.errors import RunError as RunError
    from digit_classifier.experiment import record as record
    from digit_classifier.experiment import run_experiment as run_experiment
    from digit_classifier.learning.network import Network as Network
    from digit_classifier.learning.training import History as History
    from digit_classifier.learning.training import Training as Training
    from digit_classifier.learning.training import train as train
    from digit_classifier.run import Run as Run
    from digit_classifier.run.prepare import prepare as prepare
    from digit_classifier.run.stored import StoredRun as StoredRun
    from digit_classifier.run.stored import load_run as load_run
    from digit_classifier.settings.resolve import configure as configure
    from digit_classifier.settings.run_config import RunConfig as RunConfig
    from digit_classifier.store import Bundle as Bundle
    from digit_classifier.store import read_bundle as read_bundle
    from digit_classifier.sweeps.api import sweep as sweep
    from digit_classifier.sweeps.result import SweepResult as SweepResult
    from digit_classifier.sweeps.result import load_sweep as load_sweep

__version__ = "0.1.0"

_HOMES = {
    "ArtifactError": "errors",
    "Bundle": "store",
    "Dataset": "datasets.dataset",
    "DigitClassifierError": "errors",
    "Examples": "datasets.dataset",
    "History": "learning.training",
    "InputError": "errors",
    "Network": "learning.network",
    "Run": "run",
    "RunConfig": "settings.run_config",
    "RunError": "errors",
    "Split": "datasets.split",
    "StoredRun": "run.stored",
    "SweepResult": "sweeps.result",
    "Training": "learning.training",
    "configure": "settings.resolve",
    "load_run": "run.stored",
    "load_sweep": "sweeps.result",
    "prepare": "run.prepare",
    "read_bundle": "store",
    "record": "experiment",
    "run_experiment": "experiment",
    "stratified_split": "datasets.split",
    "sweep": "sweeps.api",
    "train": "learning.training",
}


if not TYPE_CHECKING:  # a checker would take any name for one of ours

    def __getattr__(name: str) -> Any:
        if name == "__all__":
            return sorted(_HOMES)
        if name not in _HOMES:
            raise AttributeError(f"module 'digit_classifier' has no attribute {name!r}")
        return getattr(import_module(f"digit_classifier.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
