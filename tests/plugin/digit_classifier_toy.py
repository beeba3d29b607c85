"""What a plugin is: a function that reads a data set, and one that writes a run."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

from digit_classifier import Dataset

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier import Bundle


def read(where: str) -> Dataset:
    """The images in a text file: a line of pixels each, row by row, and the name of the class last."""
    with open(where, encoding="utf-8", newline="") as file:  # noqa: PTH123
        rows = list(csv.reader(file))
    pixels, labels = np.array([row[:-1] for row in rows], int), [row[-1] for row in rows]
    side = round(pixels.shape[1] ** 0.5)
    return Dataset.from_arrays(pixels.reshape(-1, side, side), labels, name="toy", title="Toy images")


def export(bundle: Bundle, target: Path) -> None:
    """Every prediction for the hold-out, as CSV."""
    holdout, names = bundle.payloads["holdout.json"], bundle.payloads["metrics.json"]["labels"]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sample", "true", "predicted"])
        for row in zip(holdout["sample_ids"], holdout["true_labels"], holdout["predicted_labels"], strict=True):
            writer.writerow([row[0], names[row[1]], names[row[2]]])
