"""Trained runs of every preset on grey images, colour images and a table, in one artifacts root."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import digit_classifier as dc
from digit_classifier.artifacts.dataset import plain_dataset
from digit_classifier.experiment import record
from digit_classifier.exporters.source import sample_shape
from digit_classifier.store import inspect

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from digit_classifier import Bundle, Dataset

HOSTILE = '"<img src=x onerror=alert(1)>" #1 | *a* [l](http://e.com) `q` $x$ \\'
NAMES = (HOSTILE[:40].strip(), "- b: #x_*y*_", "ça, 'va' 数")


class Runs(NamedTuple):
    """A root, and what its runs are of: "grey-cnn" → its directory."""

    root: Path
    directories: dict[str, Path]


def colours() -> Dataset:
    """60 images of 16 × 16 with a spot of the class's colour; every text of theirs is hostile."""
    labels = np.arange(60) % 3
    samples = np.random.default_rng(0).integers(0, 180, (60, 3, 16, 16))
    for label in range(3):
        samples[labels == label, label, 4:9, 4:9] += 75
    texts = {"name": "spots", "title": HOSTILE, "source": "---", "note": "# <b>bold</b>"}
    return dc.Dataset.from_arrays(samples, labels, class_names=NAMES, **texts)  # type: ignore[arg-type]


def train_runs(root: Path) -> Runs:
    """All of them, in a second or two each at most."""
    spots = colours()
    all_files = {"roc_per_class": True, "learning_rate_trace": True, "timing_stats": True}
    plans: dict[str, tuple[dict[str, object], Dataset | None]] = {
        "grey-logistic": ({"epochs": 3}, None),
        "grey-mlp": ({"epochs": 2, "scaling": "standard"}, None),
        "grey-cnn": ({"epochs": 1, "channels": (4, 6)}, None),
        "grey-exact-mlp": ({"epochs": 1, "exact": True, "hidden_sizes": (9,)}, None),
        "colour-logistic": ({"epochs": 2}, spots),
        "colour-mlp": ({"epochs": 2, "hidden_sizes": (8,)}, spots),
        "colour-cnn": ({"epochs": 2, "channels": (4, 5), **all_files, "run_label": HOSTILE}, spots),
        "table-logistic": ({"epochs": 4, "dataset": "iris"}, None),
        "table-mlp": ({"epochs": 2, "dataset": "wine"}, None),
        "diverged-mlp": ({"epochs": 4, "learning_rate": 1000.0, "optimizer": "sgd", "dataset": "wine"}, None),
    }
    directories = {}
    for name, (settings, dataset) in plans.items():
        settings = {"run_label": name, "sample_count": 4, **settings, "artifacts_root": str(root)}
        config = dc.configure(model=name.rpartition("-")[2], **settings)
        directories[name] = record(config, dataset).directory
    return Runs(root, directories)


def held_out(bundle: Bundle) -> NDArray[np.float32]:
    """The samples of a run's hold-out as an exported network takes them."""
    data = plain_dataset(inspect(bundle.directory, shared_data="required").payloads["dataset.json"])
    shape = sample_shape(bundle.payloads["run_summary.json"]["dataset"])
    rows = [data.sample(each) for each in bundle.payloads["holdout.json"]["sample_ids"]]
    return np.array(rows, np.float32).reshape(-1, *shape)
