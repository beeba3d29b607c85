"""Writes page_run.json: a run of two classes, made by the real builders, for the tests of the page's TypeScript.

Run by hand after a change of the file formats: `python tests/golden/make_page_run.py`.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from digit_classifier import artifacts as a

RUN_ID = "20261122-191612-tiny"
CREATED = "2026-11-22T19:16:12Z"
NAMES = ["cat", "dog"]
LABELS = [0, 1, 1]
HOLDOUT = [0, 2]
PROBABILITIES = [[0.9, 0.1], [0.6, 0.4]]
SHAPE = {"image_shape": [1, 2], "channels": 1, "max_value": 16}
DATA = a.PlainDataset(
    name="pets",
    title="Pets",
    source="",
    note="",
    shape=SHAPE,
    class_names=NAMES,
    labels=LABELS,
    samples=bytes([1, 2, 3, 4, 5, 6]),
)
WEIGHTS, BIAS = [1.0, 2.0, 3.0, 4.0], [0.0, 0.0]


def page_run() -> dict[str, dict[str, Any]]:
    """Every file that the page reads, by name: three images of 1 × 2 pixels, two of them held out."""
    true = [LABELS[row] for row in HOLDOUT]
    holdout = a.build_holdout(HOLDOUT, true, PROBABILITIES)
    metrics = a.build_metrics(true, holdout["predicted_labels"], PROBABILITIES, NAMES, 1.0)
    images = [[1, 2], [5, 6]]
    layer = ({"inputs": 2, "units": 2}, "softmax", WEIGHTS, BIAS)
    losses = [math.log(2), metrics["log_loss"]]
    run = {
        "dataset.json": a.build_dataset(DATA),
        "holdout.json": holdout,
        "metrics.json": metrics,
        "predictions.json": a.build_predictions(HOLDOUT, images, true, PROBABILITIES, NAMES, SHAPE),
        "model.json": a.build_model(SHAPE, [0.0, 0.0], [1.0, 1.0], [layer]),
        "loss_curve.json": a.build_loss_curve([1.0, 0.5], losses, [0.0, 1.0], [0.0, 0.5]),
        "epoch_snapshots.json": a.build_epoch_snapshots([2], [metrics["confusion_matrix"]], [WEIGHTS]),
    }
    run["run_summary.json"] = summary = a.build_run_summary(
        run,
        DATA,
        run_id=RUN_ID,
        label="tiny",
        created=CREATED,
        synthetic=False,
        command="",
        config={"model": "logistic", "epochs": 2},
        config_origin={"model": "default", "epochs": "default"},
        total_seconds=1.0,
        training_seconds=1.0,
        environment={},
        training_labels=[1],
    )
    run["manifest.json"] = a.build_manifest(RUN_ID, CREATED, summary["results_digest"], {})
    run["index.json"] = a.build_index(3, RUN_ID, [a.build_index_entry(summary, metrics, "a" * 64)])
    return run


if __name__ == "__main__":
    Path(__file__).with_name("page_run.json").write_text(
        json.dumps(page_run(), separators=(",", ":")) + "\n", encoding="utf-8"
    )
