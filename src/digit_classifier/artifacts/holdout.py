"""holdout.json: every prediction for the hold-out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import (
    CLASS_INDEX,
    MAX_CLASSES,
    SAMPLE_ID,
    Payload,
    check_below,
    check_guess,
    check_lengths,
    check_probabilities,
    check_rising,
)
from digit_classifier.artifacts.schema import UNIT, arr, check_payload, document
from digit_classifier.evaluation import argmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["HOLDOUT", "build_holdout", "validate_holdout_payload"]


SCHEMA = document(
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
    check_payload(payload, SCHEMA, "holdout")
    rows, guesses = payload["probabilities"], payload["predicted_labels"]
    check_lengths(payload, ("true_labels", "predicted_labels", "probabilities"), len(payload["sample_ids"]), "holdout")
    check_rising(payload["sample_ids"], "holdout.sample_ids", strictly=True)
    check_below(payload["true_labels"], len(rows[0]), "holdout.true_labels")
    for index, (row, guess) in enumerate(zip(rows, guesses, strict=True)):
        check_probabilities(row, len(rows[0]), f"holdout.probabilities[{index}]")
        check_guess(row, guess, f"holdout.predicted_labels[{index}]")


def _of(results: Results) -> Payload:
    return build_holdout(results.sample_ids, results.true_labels, results.probabilities)


HOLDOUT = Artifact("holdout.json", SCHEMA, build_holdout, validate_holdout_payload, _of)
