"""One builder, one schema and one validator per JSON file of a run, and the rules between the files.

Only plain values go in, and nothing but the standard library is imported: these rules hold years later, without the
training code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.agreement import contradictions
from digit_classifier.artifacts.dataset import (
    DATASET,
    build_dataset,
    dataset_file,
    split_sha256,
    validate_dataset_payload,
)
from digit_classifier.artifacts.index import (
    INDEX,
    MANIFEST,
    build_index,
    build_index_entry,
    build_manifest,
    validate_index_payload,
    validate_manifest_payload,
)
from digit_classifier.artifacts.loss_curve import (
    EPOCH_SNAPSHOTS,
    LOSS_CURVE,
    TIMING_STATS,
    TRAINING_DYNAMICS,
    build_epoch_snapshots,
    build_loss_curve,
    build_timing_stats,
    build_training_dynamics,
    validate_epoch_snapshots_payload,
    validate_loss_curve_payload,
    validate_timing_stats_payload,
    validate_training_dynamics_payload,
)
from digit_classifier.artifacts.metrics import (
    HOLDOUT,
    METRICS,
    PREDICTIONS,
    ROC,
    build_holdout,
    build_metrics,
    build_predictions,
    build_roc,
    validate_holdout_payload,
    validate_metrics_payload,
    validate_predictions_payload,
    validate_roc_payload,
)
from digit_classifier.artifacts.model import MODEL, build_model, validate_model_payload
from digit_classifier.artifacts.replay import REPLAY, build_mark, build_replay, validate_replay_payload
from digit_classifier.artifacts.run_summary import (
    RUN_SUMMARY,
    build_run_summary,
    results_digest,
    validate_run_summary_payload,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from digit_classifier.artifacts.rules import Payload
    from digit_classifier.artifacts.schema import Schema

SCHEMAS: dict[str, Schema] = {
    "metrics.json": METRICS,
    "run_summary.json": RUN_SUMMARY,
    "predictions.json": PREDICTIONS,
    "loss_curve.json": LOSS_CURVE,
    "holdout.json": HOLDOUT,
    "epoch_snapshots.json": EPOCH_SNAPSHOTS,
    "model.json": MODEL,
    "roc_curves.json": ROC,
    "training_dynamics.json": TRAINING_DYNAMICS,
    "timing_stats.json": TIMING_STATS,
    "dataset.json": DATASET,
    "manifest.json": MANIFEST,
    "index.json": INDEX,
    "replay.json": REPLAY,
}
VALIDATORS: dict[str, Callable[[Payload], None]] = {
    "metrics.json": validate_metrics_payload,
    "run_summary.json": validate_run_summary_payload,
    "predictions.json": validate_predictions_payload,
    "loss_curve.json": validate_loss_curve_payload,
    "holdout.json": validate_holdout_payload,
    "epoch_snapshots.json": validate_epoch_snapshots_payload,
    "model.json": validate_model_payload,
    "roc_curves.json": validate_roc_payload,
    "training_dynamics.json": validate_training_dynamics_payload,
    "timing_stats.json": validate_timing_stats_payload,
    "dataset.json": validate_dataset_payload,
    "manifest.json": validate_manifest_payload,
    "index.json": validate_index_payload,
    "replay.json": validate_replay_payload,
}

__all__ = [
    "SCHEMAS",
    "VALIDATORS",
    "build_dataset",
    "build_epoch_snapshots",
    "build_holdout",
    "build_index",
    "build_index_entry",
    "build_loss_curve",
    "build_manifest",
    "build_mark",
    "build_metrics",
    "build_model",
    "build_predictions",
    "build_replay",
    "build_roc",
    "build_run_summary",
    "build_timing_stats",
    "build_training_dynamics",
    "contradictions",
    "dataset_file",
    "results_digest",
    "split_sha256",
    "validate_dataset_payload",
    "validate_epoch_snapshots_payload",
    "validate_holdout_payload",
    "validate_index_payload",
    "validate_loss_curve_payload",
    "validate_manifest_payload",
    "validate_metrics_payload",
    "validate_model_payload",
    "validate_predictions_payload",
    "validate_replay_payload",
    "validate_roc_payload",
    "validate_run_summary_payload",
    "validate_timing_stats_payload",
    "validate_training_dynamics_payload",
]
