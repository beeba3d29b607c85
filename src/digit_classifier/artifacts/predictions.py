"""predictions.json: some samples of the hold-out, with their pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import (
    CLASS_INDEX,
    CLASS_NAMES,
    IMAGE_SHAPE,
    MAX_CLASSES,
    MAX_VALUE,
    SAMPLE_ID,
    Payload,
    check_class_names,
    check_guess,
    check_lengths,
    check_probabilities,
    require,
)
from digit_classifier.artifacts.schema import UNIT, arr, check_payload, document, obj
from digit_classifier.evaluation import argmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["PREDICTIONS", "build_predictions", "validate_predictions_payload"]


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
SCHEMA = document(
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
    check_payload(payload, SCHEMA, "predictions")
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
    check_guess(row, sample["predicted_label"], f"{where}.predicted_label")
    require(
        sample["confidence"] == max(row), f"{where}.confidence", f"{max(row)}, its probability", sample["confidence"]
    )


def _of(results: Results) -> Payload:
    """The samples are evenly spaced over the hold-out: a plain sample of it, mistakes not picked out."""
    ids, count = results.sample_ids, results.config["sample_count"]
    shown = [i * len(ids) // count for i in range(count)]
    return build_predictions(
        [ids[i] for i in shown],
        [results.image(ids[i]) for i in shown],
        [results.true_labels[i] for i in shown],
        [results.probabilities[i] for i in shown],
        results.class_names,
        results.image_shape,
        results.max_value,
    )


PREDICTIONS = Artifact("predictions.json", SCHEMA, build_predictions, validate_predictions_payload, _of)
