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
    versions,
)
from digit_classifier.evaluation import (
    UNDEFINED,
    Matrix,
    classification_report,
    commonest,
    confusion_matrix,
    hits,
    log_loss,
    wilson_interval,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["METRICS", "build_baselines", "build_metrics", "is_above_commonest", "validate_metrics_payload"]


SCORES = dict.fromkeys(UNDEFINED, UNIT) | {"support": COUNT}
CLASS_SCORES = obj(
    dict.fromkeys(UNDEFINED, nullable(UNIT)) | {"support": COUNT},
    optional={"reasons": obj({}, optional=dict.fromkeys(UNDEFINED, line(1, 500)))},
)
KEYS = {
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
}
BASELINES = obj(
    {
        "commonest_class": obj({"label": COUNT, "accuracy": UNIT}),
        "nearest_neighbour": obj({"accuracy": nullable(UNIT), "reason": nullable(line(1, 500))}),
    }
)
SCHEMA = versions(document("metrics", KEYS), document("metrics", KEYS | {"baselines": BASELINES}, version=2))


def build_metrics(
    true_labels: Sequence[int],
    predicted_labels: Sequence[int],
    probabilities: Sequence[Sequence[float]],
    class_names: Sequence[str],
    train_accuracy: float,
    baselines: Payload | None = None,
) -> Payload:
    """metrics.json: the scores of the hold-out; only `train_accuracy` is about the training split.

    `baselines` are those of `build_baselines`; without them it is a file of version 1.
    """
    matrix = confusion_matrix(true_labels, predicted_labels, len(class_names))
    return {
        "schema_version": 2 if baselines else 1,
        **_scores(matrix, class_names),
        "train_accuracy": train_accuracy,
        "log_loss": log_loss(true_labels, probabilities),
        "confusion_matrix": matrix,
        "labels": list(class_names),
        **({"baselines": baselines} if baselines else {}),
    }


def build_baselines(
    training_labels: Sequence[int], true_labels: Sequence[int], neighbour: tuple[float | None, str | None]
) -> Payload:
    """What the hold-out's accuracy is worth: the accuracies of two classifiers that need no training.

    The commonest class of the training split, the first of several, named for every sample; and that of the nearest
    neighbour, None with the reason.
    """
    label = commonest(training_labels)
    accuracy, reason = neighbour
    return {
        "commonest_class": {"label": label, "accuracy": true_labels.count(label) / len(true_labels)},
        "nearest_neighbour": {"accuracy": accuracy, "reason": reason},
    }


def is_above_commonest(metrics: Payload) -> bool:
    """Whether the accuracy is higher than that of always naming one class; true where that was not recorded."""
    baselines = metrics.get("baselines")
    return baselines is None or metrics["accuracy"] > baselines["commonest_class"]["accuracy"]


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
    if "baselines" in payload:
        _check_baselines(payload["baselines"], matrix)


def _check_baselines(baselines: Payload, matrix: Matrix) -> None:
    where, constant, neighbour = "metrics.baselines", baselines["commonest_class"], baselines["nearest_neighbour"]
    label = constant["label"]
    require(label < len(matrix), f"{where}.commonest_class.label", f"0..{len(matrix) - 1}", label)
    share = sum(matrix[label]) / hits(matrix)[1]
    agree({"accuracy": share}, {"accuracy": constant["accuracy"]}, f"{where}.commonest_class")
    explained = (neighbour["accuracy"] is None) == (neighbour["reason"] is not None)
    here = f"{where}.nearest_neighbour.reason"
    require(explained, here, "a reason exactly where the accuracy is null", neighbour["reason"])


def _of(results: Results) -> Payload:
    labels = results.true_labels, results.predicted_labels
    baselines = build_baselines(results.training_labels, results.true_labels, results.neighbour)
    return build_metrics(*labels, results.probabilities, results.data.class_names, results.train_accuracy, baselines)


METRICS = Artifact("metrics.json", SCHEMA, build_metrics, validate_metrics_payload, _of)
