"""How large the files of a run can become: known before the training, so that none is refused after it."""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from digit_classifier.artifacts.epoch_snapshots import MOST_PREDICTIONS, PICTURES

if TYPE_CHECKING:
    from collections.abc import Sequence

FLOAT32, FLOAT64 = 15, 23  # characters of the longest number as written, and a comma: 0.000123456789, and 8 digits more
BASE64_FLOAT32 = 16 / 3
ZLIB = 1.001  # of bytes that cannot be compressed: 5 for every 16 kB
TEXTS = 20_000  # keys, names and sentences of a file, apart from the class names


class Size(NamedTuple):
    """What a reader counts before it reads a JSON file."""

    bytes: int
    values: int


def largest_sizes(
    *,
    class_names: Sequence[str],
    samples: int,
    holdout: int,
    numbers: int,
    max_value: int | None,
    parameters: int,
    first_weights: int,
    sample_count: int,
    epochs: int,
    snapshots: int,
    groups: int = 0,
) -> dict[str, Size]:
    """The most that each JSON file of a run can take, by its name; those that are always small are left out.

    `numbers` are the pixels of an image, whose largest value is `max_value`, or the features of a row, for which that
    is None. `groups` are those of a split that keeps them together. `first_weights` are those of a network without
    hidden layers, else 0.
    """
    classes = len(class_names)
    names = sum(len(json.dumps(name)) + 8 for name in class_names)
    counts = 2 * classes**2 + _digits(holdout) * min(holdout, classes**2)  # of a confusion matrix, most of it zeros
    sample = numbers * (_digits(max_value) + 1 if max_value else FLOAT32) + classes * FLOAT32 + 200
    pictures = min(snapshots, PICTURES) * first_weights * BASE64_FLOAT32
    predictions = min(holdout * (2 * snapshots + 1), MOST_PREDICTIONS)
    sizes: dict[str, tuple[float, int]] = {
        "holdout.json": (holdout * (classes * FLOAT32 + 3 * _digits(samples) + 8), holdout * (classes + 4)),
        "model.json": ((parameters + 2 * numbers) * BASE64_FLOAT32, 0),
        "predictions.json": (sample_count * sample + names, sample_count * (numbers + classes + 9) + classes),
        "metrics.json": (counts + classes * 200 + 2 * names, classes * (classes + 8)),
        "epoch_snapshots.json": (
            snapshots * counts + pictures + predictions * (_digits(max(holdout, classes)) + 1),
            snapshots * (classes * (classes + 1) + 3) + predictions,
        ),
        "loss_curve.json": (epochs * (4 * FLOAT64 + 8), 5 * epochs),
        "training_dynamics.json": (epochs * (2 * FLOAT64 + 8), 3 * epochs),
        "timing_stats.json": (epochs * FLOAT64, epochs),
        "roc_curves.json": (2 * FLOAT64 * classes * (holdout + 2) + 2 * names, 2 * classes * (holdout + 4)),
        "split.json": (samples * (_digits(groups) + 1), samples),
        "dataset.json": (
            samples * (numbers * (1 if max_value else 4) * ZLIB * 4 / 3 + _digits(classes) + 1) + names,
            samples + classes,
        ),
    }
    return {name: Size(ceil(size) + TEXTS, values + 1000) for name, (size, values) in sizes.items()}


def _digits(number: int) -> int:
    return len(str(number))
