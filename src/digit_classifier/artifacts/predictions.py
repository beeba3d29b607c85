"""predictions.json: some samples of the hold-out, with their pixels or features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import (
    CLASS_INDEX,
    CLASS_NAMES,
    IMAGE_SHAPE,
    MAX_CLASSES,
    MAX_FEATURES,
    MAX_VALUE,
    SAMPLE_ID,
    SHAPE,
    TONE,
    Payload,
    check_class_names,
    check_guess,
    check_lengths,
    check_probabilities,
    check_shape,
    require,
    shape_of,
    size_of,
)
from digit_classifier.artifacts.schema import UNIT, Schema, arr, check_payload, document, number, obj, versions
from digit_classifier.evaluation import argmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["PREDICTIONS", "build_predictions", "validate_predictions_payload"]


PIXELS = arr({"type": "integer", "minimum": 0, "maximum": 255}, 1)
SAMPLE: dict[str, Schema] = {
    "sample_id": SAMPLE_ID,
    "true_label": CLASS_INDEX,
    "predicted_label": CLASS_INDEX,
    "confidence": UNIT,
    "probabilities": arr(UNIT, 2, MAX_CLASSES),
}
SAMPLES = arr(obj(SAMPLE, optional={"pixels": PIXELS, "features": arr(number(), 1, MAX_FEATURES)}), 1)
SCHEMA = versions(
    document(
        "predictions",
        {
            "image_shape": IMAGE_SHAPE,
            "max_value": MAX_VALUE,
            "labels": CLASS_NAMES,
            "samples": arr(obj({**SAMPLE, "pixels": PIXELS}), 1),
        },
    ),
    document("predictions", {"labels": CLASS_NAMES, "samples": SAMPLES}, optional={**SHAPE, "tone": TONE}, version=2),
)


def build_predictions(
    sample_ids: Sequence[int],
    samples: Sequence[Sequence[float]],
    true_labels: Sequence[int],
    probabilities: Sequence[Sequence[float]],
    class_names: Sequence[str],
    shape: Payload,
    tone: str = "ink",
) -> Payload:
    """predictions.json: some samples of the hold-out, in the order given: flattened pixels, or the features of a row.

    `shape` says what a sample is: image_shape, channels and max_value; or feature_names.
    """
    key = "features" if "feature_names" in shape else "pixels"
    return {
        "schema_version": 2,
        **shape_of(shape),
        **({"tone": tone} if key == "pixels" else {}),
        "labels": list(class_names),
        "samples": [
            {
                "sample_id": sample_id,
                key: list(sample),
                "true_label": label,
                "predicted_label": argmax(row),
                "confidence": max(row),
                "probabilities": list(row),
            }
            for sample_id, sample, label, row in zip(sample_ids, samples, true_labels, probabilities, strict=True)
        ],
    }


def validate_predictions_payload(payload: Payload) -> None:
    """Check predictions.json."""
    check_payload(payload, SCHEMA, "predictions")
    check_shape(payload, "predictions")
    check_class_names(payload["labels"], "predictions.labels")
    key, other = ("features", "pixels") if "feature_names" in payload else ("pixels", "features")
    seen: set[int] = set()
    for index, sample in enumerate(payload["samples"]):
        where = f"predictions.samples[{index}]"
        require(sample["sample_id"] not in seen, f"{where}.sample_id", "a sample named only once", sample["sample_id"])
        seen.add(sample["sample_id"])
        require(other not in sample, f"{where}.{other}", f"{key} alone", sample.get(other))
        require(key in sample, f"{where}.{key}", "a list", None)
        check_lengths(sample, (key,), size_of(payload), where)
        if key == "pixels":
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
        [results.data.sample(ids[i]) for i in shown],
        [results.true_labels[i] for i in shown],
        [results.probabilities[i] for i in shown],
        results.data.class_names,
        results.data.shape,
        results.data.tone,
    )


PREDICTIONS = Artifact("predictions.json", SCHEMA, build_predictions, validate_predictions_payload, _of)
