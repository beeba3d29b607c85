"""From settings to data that are split, and settings that fit them: all that can be refused before a training."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.split import SPLITS, Split, mislabelled, thinned, without_class
from digit_classifier.errors import InputError, explain, option, require_kind
from digit_classifier.learning.build import architecture_of
from digit_classifier.run.data import find_data, require_recordable
from digit_classifier.run.room import require_room
from digit_classifier.settings.kinds import as_text
from digit_classifier.settings.presets import Task
from digit_classifier.settings.resolve import ARGUMENT, DEFAULT, READING, fitted, require_settings, settled
from digit_classifier.settings.run_config import SETTINGS

if TYPE_CHECKING:
    from digit_classifier.settings.run_config import RunConfig


def prepare(config: RunConfig, dataset: Dataset | None = None) -> Split:
    """Load and split the data; InputError when the settings do not fit them, before anything is trained."""
    require_settings(config)
    if dataset is not None:
        require_kind("dataset", dataset, Dataset, "a data set", "Dataset.from_arrays(samples, labels)")
    data = dataset or find_data(config)
    require_recordable(data)
    split = split_as(config, data)
    require_fitting(suited(config, split), split)
    return split


def require_unread(config: RunConfig) -> None:
    """InputError for settings that say how files are read: a data set that was passed is not read from any."""
    for name in sorted({"test_data", *READING}):
        value = getattr(config, name)
        if value != SETTINGS[name].default:
            expected = f"no {name} beside a data set, which is not read from a file"
            raise InputError(explain(option(name), expected, as_text(value), "the same without it"))


def split_as(config: RunConfig, data: Dataset) -> Split:
    """The data split as the settings say; InputError where they cannot be."""
    state = config.random_state if config.split_state is None else config.split_state
    split = SPLITS[_split_of(config, data)](data, config.test_size, state)
    if config.leave_out:
        split = without_class(split, config.leave_out)
    if config.train_share < 1:
        split = thinned(split, config.train_share, state)
    if config.label_noise:
        split = mislabelled(split, config.label_noise, state)
    return split


def suited(config: RunConfig, split: Split) -> RunConfig:
    """The settings as they are for these data: what a preset gave follows its rules, and the data set has its name."""
    require_settings(config)
    require_kind("split", split, Split, "a split", "prepare(config)")
    config, data = settled(config), split.dataset
    own = {"dataset": ARGUMENT} if config.origin.get("dataset") == DEFAULT and data.name != config.dataset else {}
    named = replace(config, dataset=data.name, split=_split_of(config, data), origin={**config.origin, **own})
    if config.origin.get("sample_count") == DEFAULT:  # nobody asked for more than there are
        named = replace(named, sample_count=min(config.sample_count, len(split.holdout_ids)))
    return fitted(named, task_of(split))


def _split_of(config: RunConfig, data: Dataset) -> Any:
    if config.split != "auto":
        return config.split
    return "random" if data.held_out is None else "given"


def task_of(split: Split) -> Task:
    """What the presets may know of a split."""
    data = split.dataset
    return Task(images=not data.is_table, inputs=data.samples[0].size, samples=len(split.training_ids))


def require_fitting(config: RunConfig, split: Split) -> None:
    """InputError for settings that mean nothing for these data, and where a file would become too large."""
    data, count = split.dataset, len(split.holdout)
    if data.is_table:
        came = f"the table {data.name}"
        for name, expected, wrong, instead in (
            ("model", "images: convolutions compare neighbouring pixels", config.channels, "mlp"),
            ("shift_pixels", "images to move", config.shift_pixels, 0),
            ("scaling", "images: features have no largest value", config.scaling == "max", "standard"),
        ):
            if wrong:
                raise InputError(explain(option(name, getattr(config, name)), expected, came, option(name, instead)))
    if config.sample_count > count:
        most, attempt = f"at most {count}, the size of the hold-out", option("sample_count", min(16, count))
        raise InputError(explain(option("sample_count"), most, str(config.sample_count), attempt))
    try:
        layers = architecture_of(config, split.training)
    except ValueError as error:
        small = f"{len(config.channels)} on images of which {error}"
        attempt = option("channels", "16") if min(data.samples.shape[2:]) > 1 else option("model", "mlp")
        raise InputError(explain(option("channels"), "fewer convolutions", small, attempt)) from None
    require_room(config, split, layers)
