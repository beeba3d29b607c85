"""loss_curve.json: losses and accuracies of every epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import DIVERGED, Payload, check_diverged, divergence_payload, or_null
from digit_classifier.artifacts.schema import UNIT, arr, check_payload, document, integer, nullable, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["LOSS_CURVE", "build_loss_curve", "validate_loss_curve_payload"]


CURVES = ("training_loss", "holdout_loss", "training_accuracy", "holdout_accuracy")
SCHEMA = document(
    "loss_curve",
    {
        "epochs": arr(integer(1)),
        "training_loss": arr(nullable(number(0))),
        "holdout_loss": arr(nullable(number(0))),
        "training_accuracy": arr(nullable(UNIT)),
        "holdout_accuracy": arr(nullable(UNIT)),
        "diverged": DIVERGED,
    },
)


def build_loss_curve(
    training_loss: Sequence[float | None],
    holdout_loss: Sequence[float | None],
    training_accuracy: Sequence[float | None],
    holdout_accuracy: Sequence[float | None],
    diverged: tuple[int, str] | None = None,
) -> Payload:
    """loss_curve.json, one value per epoch; `diverged` is the first epoch that failed, and why."""
    values = (training_loss, holdout_loss, training_accuracy, holdout_accuracy)
    return {
        "schema_version": 1,
        "epochs": list(range(1, len(training_loss) + 1)),
        **{key: or_null(each) for key, each in zip(CURVES, values, strict=True)},
        "diverged": divergence_payload(diverged),
    }


def validate_loss_curve_payload(payload: Payload) -> None:
    """Check loss_curve.json."""
    check_payload(payload, SCHEMA, "loss_curve")
    check_diverged(payload, CURVES, "loss_curve")


def _of(results: Results) -> Payload:
    losses, accuracies = (
        (results.training_loss, results.holdout_loss),
        (results.training_accuracy, results.holdout_accuracy),
    )
    return build_loss_curve(*losses, *accuracies, results.diverged)


LOSS_CURVE = Artifact("loss_curve.json", SCHEMA, build_loss_curve, validate_loss_curve_payload, _of)
