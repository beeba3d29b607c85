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
    names = sorted({row[-1] for row in rows})
    pixels = np.array([row[:-1] for row in rows], np.uint8)
    side = round(pixels.shape[1] ** 0.5)
    return Dataset(
        name="toy",
        title="Toy images",
        source="a text file",
        note="",
        images=pixels.reshape(-1, side, side),
        labels=np.array([names.index(row[-1]) for row in rows], np.intp),
        class_names=tuple(names),
        max_value=16,
    )


def export(bundle: Bundle, target: Path) -> None:
    """Every prediction for the hold-out, as CSV."""
    holdout, names = bundle.payloads["holdout.json"], bundle.payloads["metrics.json"]["labels"]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sample", "true", "predicted"])
        for row in zip(holdout["sample_ids"], holdout["true_labels"], holdout["predicted_labels"], strict=True):
            writer.writerow([row[0], names[row[1]], names[row[2]]])
