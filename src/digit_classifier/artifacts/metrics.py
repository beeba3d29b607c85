"""metrics.json: the scores of the hold-out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import (
    CLASS_NAMES,
    MAX_CLASSES,
    Payload,
    agree,
    check_class_names,
    check_matrix,
    require,
)
from digit_classifier.artifacts.schema import (
    COUNT,
    UNIT,
    arr,
    check_payload,
    document,
    line,
    nullable,
    number,
    obj,
    one_of,
)
from digit_classifier.evaluation import (
    UNDEFINED,
    Matrix,
    classification_report,
    confusion_matrix,
    hits,
    log_loss,
    wilson_interval,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["METRICS", "build_metrics", "validate_metrics_payload"]


SCORES = dict.fromkeys(UNDEFINED, UNIT) | {"support": COUNT}
CLASS_SCORES = obj(
    dict.fromkeys(UNDEFINED, nullable(UNIT)) | {"support": COUNT},
    optional={"reasons": obj({}, optional=dict.fromkeys(UNDEFINED, line(1, 500)))},
)
SCHEMA = document(
    "metrics",
    {
        "accuracy": UNIT,
        "test_accuracy": UNIT,
        "train_accuracy": UNIT,
        "macro_f1": UNIT,
        "log_loss": number(0),
        "accuracy_interval": obj({"level": one_of(0.95), "method": one_of("wilson"), "low": UNIT, "high": UNIT}),
        "classification_report": obj(
            {"accuracy": UNIT, "macro avg": obj(SCORES), "weighted avg": obj(SCORES)}, extra=CLASS_SCORES
        ),
        "confusion_matrix": arr(arr(COUNT, 2, MAX_CLASSES), 2, MAX_CLASSES),
        "labels": CLASS_NAMES,
    },
)


def build_metrics(
    true_labels: Sequence[int],
    predicted_labels: Sequence[int],
    probabilities: Sequence[Sequence[float]],
    class_names: Sequence[str],
    train_accuracy: float,
) -> Payload:
    """metrics.json: the scores of the hold-out; only `train_accuracy` is about the training split."""
    matrix = confusion_matrix(true_labels, predicted_labels, len(class_names))
    return {
        "schema_version": 1,
        **_scores(matrix, class_names),
        "train_accuracy": train_accuracy,
        "log_loss": log_loss(true_labels, probabilities),
        "confusion_matrix": matrix,
        "labels": list(class_names),
    }


def _scores(matrix: Matrix, class_names: Sequence[str]) -> Payload:
    """All that follows from the matrix."""
    report = classification_report(matrix, class_names)
    low, high = wilson_interval(*hits(matrix))
    return {
        "accuracy": report["accuracy"],
        "test_accuracy": report["accuracy"],
        "macro_f1": report["macro avg"]["f1-score"],
        "accuracy_interval": {"level": 0.95, "method": "wilson", "low": low, "high": high},
        "classification_report": report,
    }


def validate_metrics_payload(payload: Payload) -> None:
    """Check metrics.json; every score must follow from the confusion matrix."""
    check_payload(payload, SCHEMA, "metrics")
    matrix, names = payload["confusion_matrix"], payload["labels"]
    check_class_names(names, "metrics.labels")
    check_matrix(matrix, len(names), "metrics.confusion_matrix")
    require(any(map(any, matrix)), "metrics.confusion_matrix", "at least one sample", 0)
    scores = _scores(matrix, names)
    agree(scores, {key: payload[key] for key in scores}, "metrics")


def _of(results: Results) -> Payload:
    labels = results.true_labels, results.predicted_labels
    return build_metrics(*labels, results.probabilities, results.class_names, results.train_accuracy)


METRICS = Artifact("metrics.json", SCHEMA, build_metrics, validate_metrics_payload, _of)
