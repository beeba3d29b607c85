"""Whether a run can be kept: how large its files can become, before the training."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digit_classifier.artifacts import ARTIFACTS
from digit_classifier.artifacts.sizes import largest_sizes
from digit_classifier.errors import InputError, explain, option
from digit_classifier.learning.build import architecture_of
from digit_classifier.learning.network import count_parameters
from digit_classifier.learning.training import snapshot_epochs
from digit_classifier.settings.run_config import recorded
from digit_classifier.store.json import MAX_VALUES
from digit_classifier.store.layout import max_bytes

if TYPE_CHECKING:
    from digit_classifier.datasets.split import Split
    from digit_classifier.learning.network import Architecture
    from digit_classifier.settings.run_config import RunConfig

MAX_PARAMETERS = 2_000_000  # as many as fit into the 16 MB of model.json
SMALLER = ((128, 64), (32,), (8,))


def _smaller(config: RunConfig, split: Split) -> str:
    """What to try where a network is too large: layers that fit, or smaller samples where none do."""
    model = f"{option('model', 'mlp')} " if config.model == "logistic" else ""  # which has no layers to be smaller
    for sizes in SMALLER:
        layers = architecture_of(replace(config, hidden_sizes=sizes), split.training)
        if count_parameters(layers) <= MAX_PARAMETERS:
            return model + option("hidden_sizes", ",".join(map(str, sizes)))
    return "fewer features" if split.dataset.is_table else "smaller images"


def require_room(config: RunConfig, split: Split, layers: Architecture) -> None:
    """InputError where a file of the run could become larger than its readers take, which no run could keep."""
    data = split.dataset
    classes, numbers = len(data.class_names), data.samples[0].size
    parameters = count_parameters(layers)
    if parameters > MAX_PARAMETERS:
        most, attempt = f"at most {MAX_PARAMETERS:,} parameters in all", _smaller(config, split)
        where = option("model", "logistic") if config.model == "logistic" else option("hidden_sizes")
        raise InputError(explain(where, most, f"{parameters:,}", attempt))
    first_weights = parameters - classes if len(layers) == 1 else 0
    sizes = largest_sizes(
        class_names=data.class_names,
        samples=len(data.labels),
        holdout=len(split.holdout),
        numbers=numbers,
        max_value=data.max_value,
        parameters=parameters,
        first_weights=first_weights,
        sample_count=config.sample_count,
        epochs=config.epochs,
        snapshots=len(snapshot_epochs(config.epochs, classes**2 + first_weights)),
        groups=0 if split.groups is None else int(split.groups.max()) + 1,
    )
    what = f"{numbers:,} {'features' if data.is_table else 'pixels'}"
    attempts = {
        "holdout.json": (
            f"{len(split.holdout):,} held-out samples of {classes:,} classes",
            f"a smaller {option('test_size')}",
        ),
        "predictions.json": (f"{config.sample_count} samples of {what}", f"a smaller {option('sample_count')}"),
        "roc_curves.json": (f"{len(split.holdout):,} held-out samples", f"leaving out {option('roc_per_class', True)}"),
        "dataset.json": (f"{len(data.labels):,} samples of {what}", "a part of them, or smaller ones"),
        "model.json": (f"{parameters:,} parameters on {what}", "smaller images or layers"),
    }
    for name, size in sizes.items():
        if name != "dataset.json" and not ARTIFACTS[name].wanted(recorded(config)):
            continue
        limit = max_bytes(name)
        if size.bytes > limit or size.values > MAX_VALUES:
            what, attempt = attempts.get(name, (f"{classes:,} classes", "fewer classes"))
            came = f"up to {size.bytes / 1e6:,.1f} MB and {size.values:,} values for {what}"
            raise InputError(explain(name, f"at most {limit / 1e6:,.0f} MB and {MAX_VALUES:,} values", came, attempt))
