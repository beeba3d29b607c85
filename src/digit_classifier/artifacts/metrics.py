"""What the trained network says about the hold-out: metrics, all predictions, a few samples, ROC curves."""

from __future__ import annotations

from math import fsum, isclose
from typing import TYPE_CHECKING

from digit_classifier.artifacts.rules import (
    CLASS_INDEX,
    CLASS_NAME,
    CLASS_NAMES,
    IMAGE_SHAPE,
    MAX_CLASSES,
    MAX_VALUE,
    SAMPLE_ID,
    Payload,
    agree,
    check_below,
    check_class_names,
    check_lengths,
    check_matrix,
    check_probabilities,
    check_rising,
    require,
)
from digit_classifier.artifacts.schema import (
    COUNT,
    UNIT,
    arr,
    check_payload,
    document,
    line,
    mapping,
    nullable,
    number,
    obj,
    one_of,
)
from digit_classifier.errors import at
from digit_classifier.evaluation import (
    UNDEFINED,
    Matrix,
    argmax,
    classification_report,
    confusion_matrix,
    hits,
    log_loss,
    roc_curve,
    wilson_interval,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

SCORES = dict.fromkeys(UNDEFINED, UNIT) | {"support": COUNT}
CLASS_SCORES = obj(
    dict.fromkeys(UNDEFINED, nullable(UNIT)) | {"support": COUNT},
    optional={"reasons": obj({}, optional=dict.fromkeys(UNDEFINED, line(1, 500)))},
)
METRICS = document(
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
    check_payload(payload, METRICS, "metrics")
    matrix, names = payload["confusion_matrix"], payload["labels"]
    check_class_names(names, "metrics.labels")
    check_matrix(matrix, len(names), "metrics.confusion_matrix")
    require(any(map(any, matrix)), "metrics.confusion_matrix", "at least one sample", 0)
    scores = _scores(matrix, names)
    agree(scores, {key: payload[key] for key in scores}, "metrics")


HOLDOUT = document(
    "holdout",
    {
        "sample_ids": arr(SAMPLE_ID, 1),
        "true_labels": arr(CLASS_INDEX, 1),
        "predicted_labels": arr(CLASS_INDEX, 1),
        "probabilities": arr(arr(UNIT, 2, MAX_CLASSES), 1),
    },
)


def build_holdout(
    sample_ids: Sequence[int], true_labels: Sequence[int], probabilities: Sequence[Sequence[float]]
) -> Payload:
    """holdout.json: every prediction for the hold-out, in ascending order of the samples."""
    return {
        "schema_version": 1,
        "sample_ids": list(sample_ids),
        "true_labels": list(true_labels),
        "predicted_labels": [argmax(row) for row in probabilities],
        "probabilities": [list(row) for row in probabilities],
    }


def validate_holdout_payload(payload: Payload) -> None:
    """Check holdout.json."""
    check_payload(payload, HOLDOUT, "holdout")
    rows, guesses = payload["probabilities"], payload["predicted_labels"]
    check_lengths(payload, ("true_labels", "predicted_labels", "probabilities"), len(payload["sample_ids"]), "holdout")
    check_rising(payload["sample_ids"], "holdout.sample_ids", strictly=True)
    check_below(payload["true_labels"], len(rows[0]), "holdout.true_labels")
    for index, (row, guess) in enumerate(zip(rows, guesses, strict=True)):
        check_probabilities(row, len(rows[0]), f"holdout.probabilities[{index}]")
        _check_guess(row, guess, f"holdout.predicted_labels[{index}]")


def _check_guess(row: Sequence[float], guess: int, where: str) -> None:
    best = argmax(row)
    require(guess == best, where, f"{best}, the first most probable class", guess)


SAMPLE = obj(
    {
        "sample_id": SAMPLE_ID,
        "pixels": arr({"type": "integer", "minimum": 0, "maximum": 255}, 1),
        "true_label": CLASS_INDEX,
        "predicted_label": CLASS_INDEX,
        "confidence": UNIT,
        "probabilities": arr(UNIT, 2, MAX_CLASSES),
    }
)
PREDICTIONS = document(
    "predictions",
    {"image_shape": IMAGE_SHAPE, "max_value": MAX_VALUE, "labels": CLASS_NAMES, "samples": arr(SAMPLE, 1)},
)


def build_predictions(
    sample_ids: Sequence[int],
    pixels: Sequence[Sequence[int]],
    true_labels: Sequence[int],
    probabilities: Sequence[Sequence[float]],
    class_names: Sequence[str],
    image_shape: Sequence[int],
    max_value: int,
) -> Payload:
    """predictions.json: some samples of the hold-out with flattened pixels, in the order given."""
    return {
        "schema_version": 1,
        "image_shape": list(image_shape),
        "max_value": max_value,
        "labels": list(class_names),
        "samples": [
            {
                "sample_id": sample_id,
                "pixels": list(image),
                "true_label": label,
                "predicted_label": argmax(row),
                "confidence": max(row),
                "probabilities": list(row),
            }
            for sample_id, image, label, row in zip(sample_ids, pixels, true_labels, probabilities, strict=True)
        ],
    }


def validate_predictions_payload(payload: Payload) -> None:
    """Check predictions.json."""
    check_payload(payload, PREDICTIONS, "predictions")
    check_class_names(payload["labels"], "predictions.labels")
    height, width = payload["image_shape"]
    seen: set[int] = set()
    for index, sample in enumerate(payload["samples"]):
        where = f"predictions.samples[{index}]"
        require(sample["sample_id"] not in seen, f"{where}.sample_id", "a sample named only once", sample["sample_id"])
        seen.add(sample["sample_id"])
        check_lengths(sample, ("pixels",), height * width, where)
        brightest = max(sample["pixels"])
        require(brightest <= payload["max_value"], f"{where}.pixels", f"0..{payload['max_value']}", brightest)
        _check_sample(sample, len(payload["labels"]), where)


def _check_sample(sample: Payload, classes: int, where: str) -> None:
    row = sample["probabilities"]
    require(sample["true_label"] < classes, f"{where}.true_label", f"0..{classes - 1}", sample["true_label"])
    check_probabilities(row, classes, f"{where}.probabilities")
    _check_guess(row, sample["predicted_label"], f"{where}.predicted_label")
    require(
        sample["confidence"] == max(row), f"{where}.confidence", f"{max(row)}, its probability", sample["confidence"]
    )


CURVE = obj({"fpr": arr(UNIT, 2), "tpr": arr(UNIT, 2), "auc": UNIT})
ROC = document("roc_curves", {"classes": mapping(CLASS_NAME, CURVE), "macro_auc": UNIT})


def build_roc(
    true_labels: Sequence[int], probabilities: Sequence[Sequence[float]], class_names: Sequence[str]
) -> Payload:
    """roc_curves.json: each class against the rest, from the hold-out."""
    curves: Payload = {}
    for index, name in enumerate(class_names):
        positive = [label == index for label in true_labels]
        fpr, tpr, auc = roc_curve(positive, [row[index] for row in probabilities])
        curves[name] = {"fpr": fpr, "tpr": tpr, "auc": auc}
    macro_auc = fsum(curve["auc"] for curve in curves.values()) / len(curves)
    return {"schema_version": 1, "classes": curves, "macro_auc": macro_auc}


def validate_roc_payload(payload: Payload, expected_classes: int | Sequence[str] | None = None) -> None:
    """Check roc_curves.json, and that it has so many classes, or the classes so named."""
    check_payload(payload, ROC, "roc_curves")
    curves = payload["classes"]
    check_class_names(list(curves), "roc_curves.classes")
    if isinstance(expected_classes, int):
        require(len(curves) == expected_classes, "roc_curves.classes", f"{expected_classes} classes", curves)
    elif expected_classes is not None:
        agree(sorted(expected_classes), sorted(curves), "roc_curves.classes")
    require(len(curves) > 0, "roc_curves.classes", "at least one class", curves)
    for name, curve in curves.items():
        _check_curve(curve, at("roc_curves.classes", name))
    mean = fsum(curve["auc"] for curve in curves.values()) / len(curves)
    agree(mean, payload["macro_auc"], "roc_curves.macro_auc")


def _check_curve(curve: Payload, where: str) -> None:
    fpr, tpr = curve["fpr"], curve["tpr"]
    check_lengths(curve, ("tpr",), len(fpr), where)
    for key in ("fpr", "tpr"):
        require(curve[key][0] == 0, f"{where}.{key}[0]", "0", curve[key][0])
        require(curve[key][-1] == 1, f"{where}.{key}[{len(fpr) - 1}]", "1", curve[key][-1])
        check_rising(curve[key], f"{where}.{key}", strictly=False)
    area = fsum((fpr[i] - fpr[i - 1]) * (tpr[i] + tpr[i - 1]) / 2 for i in range(1, len(fpr)))
    fine = isclose(area, curve["auc"], abs_tol=1e-9)
    require(fine, f"{where}.auc", f"{area:.9g}, the area under the curve", curve["auc"])
