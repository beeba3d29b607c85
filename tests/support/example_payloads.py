"""A tiny run as plain payloads: 12 images of 2 × 2 pixels in 3 classes, 5 of them held out, as 3 of 5 groups."""

from __future__ import annotations

from typing import Any

from digit_classifier import artifacts as a

Payload = dict[str, Any]

NAMES = ["0", "one", "é"]
LABELS = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]
PIXELS = bytes(index % 4 for index in range(48))
HOLDOUT = [1, 3, 4, 8, 11]
GROUPS = [0, 1, 0, 1, 2, 0, 3, 3, 2, 0, 3, 4]
PROBABILITIES = [[0.25, 0.5, 0.25], [0.75, 0.25, 0.0], [0.5, 0.5, 0.0], [0.125, 0.625, 0.25], [0.4, 0.35, 0.25]]
RUN_ID = "20261122-191612-baseline"
CREATED = "2026-11-22T19:16:12Z"
LAYERS = {"logistic": [(4, 3, "softmax")], "mlp": [(4, 5, "relu"), (5, 3, "softmax")]}


SHAPE = {"image_shape": [2, 2], "channels": 1, "max_value": 3}
DATA = a.PlainDataset(
    name="tiny",
    title="Tiny images",
    source="made here",
    note="",
    shape=SHAPE,
    class_names=NAMES,
    labels=LABELS,
    samples=PIXELS,
)


def example_run(model: str = "logistic", diverged: tuple[int, str] | None = None) -> dict[str, Payload]:
    """Every file of the run, with all optional ones; `diverged` undoes the third epoch."""
    true = [LABELS[row] for row in HOLDOUT]
    epochs = 2 if diverged else 3
    run: dict[str, Payload] = {
        "dataset.json": a.build_dataset(DATA),
        "split.json": a.build_split(GROUPS),
        "holdout.json": a.build_holdout(HOLDOUT, true, PROBABILITIES),
        "model.json": a.build_model(SHAPE, [0.0] * 4, [3.0] * 4, [layer(*each) for each in LAYERS[model]]),
        "roc_curves.json": a.build_roc(true, PROBABILITIES, NAMES),
    }
    learned = [label for row, label in enumerate(LABELS) if row not in HOLDOUT]
    baselines = a.build_baselines(learned, true, (None, "it was not computed"))
    metrics = a.build_metrics(true, run["holdout.json"]["predicted_labels"], PROBABILITIES, NAMES, 0.9, baselines)
    run["metrics.json"] = metrics
    images = [list(PIXELS[4 * row : 4 * row + 4]) for row in HOLDOUT]
    shown = HOLDOUT[:2], images[:2], true[:2], PROBABILITIES[:2]
    run["predictions.json"] = a.build_predictions(*shown, NAMES, SHAPE)
    losses = [1.5, 1.25, 1.0][:epochs]
    watched = [1.5, 1.25, metrics["log_loss"]][:epochs]
    accuracies = [0.3, 0.5, 0.8][:epochs], [0.2, 0.4, 0.4][:epochs]
    run["loss_curve.json"] = a.build_loss_curve(losses, watched, *accuracies, diverged)
    run["training_dynamics.json"] = a.build_training_dynamics([0.1, 0.05, 0.025][:epochs], losses, diverged)
    run["timing_stats.json"] = a.build_timing_stats([0.5, 0.25, 0.25][:epochs], 1.125)
    first = [[1, 0, 0], [2, 0, 0], [2, 0, 0]]
    weights = [layer(*LAYERS[model][0])[2]] * 2 if model == "logistic" else None
    reason = None if weights else "the first layer has no picture per class"
    matrices = [first, metrics["confusion_matrix"]]
    given = [[0] * len(true), run["holdout.json"]["predicted_labels"]]
    run["epoch_snapshots.json"] = a.build_epoch_snapshots([1, epochs], matrices, weights, reason, given)
    run["run_summary.json"] = summary(run, model)
    digest = run["run_summary.json"]["results_digest"]
    run["manifest.json"] = a.build_manifest(RUN_ID, CREATED, digest, {"metrics.json": b"{}", "gallery.png": b""})
    facts = [{"fact": "blas_kernel", "run": "Haswell", "here": "Zen"}]
    same = {"file": "metrics.json", "equal": True, "places": 0, "first": None, "largest": None}
    other = {"file": "model.json", "equal": False, "places": 2, "first": "model.layers: …", "largest": 1e-7}
    noise = "within seed noise"
    entry = a.build_index_entry(run["run_summary.json"], metrics, "f" * 64)
    second = entry | {"run_id": "20261122-191612-2", "label": None, "interrupted": True}
    run["replay.json"] = a.build_replay(RUN_ID, "f" * 64, CREATED, noise, noise, facts, [same, other])
    run["note.json"] = a.build_note(RUN_ID, "f" * 64, CREATED, "the 4 was read as a 9")
    beside = {"replay": a.build_mark(run["replay.json"]), "note": run["note.json"]["text"]}
    runs = [entry | beside, second]
    older = {"file": "index-0001.json", "runs": 300, "real": 300, "sha256": "e" * 64}
    older |= {"lowest": "20261120-000000", "highest": "20261121-000000"}
    run["index.json"] = a.build_index(2, RUN_ID, runs, [older])
    run["index_segment.json"] = a.build_segment(runs)
    return run


def layer(inputs: int, units: int, activation: str) -> tuple[Payload, str, list[float], list[float]]:
    """A layer with weights 0, 1/8, 2/8, … and biases of 1."""
    return {"inputs": inputs, "units": units}, activation, [index / 8 for index in range(inputs * units)], [1.0] * units


def summary(run: dict[str, Payload], model: str = "logistic", **other: Any) -> Payload:
    """run_summary.json of these files."""
    config = {"model": model, "hidden_sizes": () if model == "logistic" else (5,), "epochs": 3, "momentum": 0.5}
    config |= {"split": "grouped", "run_label": "Baseline", "output_dir": None, "timing_stats": True}
    return a.build_run_summary(
        run,
        DATA,
        **{
            "run_id": RUN_ID,
            "label": "Baseline",
            "created": CREATED,
            "synthetic": True,
            "command": "digit-classifier train",
            "config": config,
            "config_origin": dict.fromkeys(config, "default"),
            "total_seconds": 2.0,
            "training_seconds": 1.5,
            "environment": {"python": "3.11.7", "blas_threads": 1, "cpu": None},
            "training_labels": [label for row, label in enumerate(LABELS) if row not in HOLDOUT],
            "groups": GROUPS,
            **other,
        },
    )
