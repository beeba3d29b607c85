"""training_dynamics.json: the learning rate and the training loss of every epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import DIVERGED, Payload, check_diverged, divergence_payload, or_null
from digit_classifier.artifacts.schema import arr, check_payload, document, integer, nullable, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["TRAINING_DYNAMICS", "build_training_dynamics", "validate_training_dynamics_payload"]


SCHEMA = document(
    "training_dynamics",
    {"epochs": arr(integer(1)), "learning_rates": arr(number(0)), "losses": arr(nullable(number(0)))},
    optional={"diverged": DIVERGED},
)


def build_training_dynamics(
    learning_rates: Sequence[float], losses: Sequence[float | None], diverged: tuple[int, str] | None = None
) -> Payload:
    """training_dynamics.json: learning rate and training loss per epoch."""
    payload = {
        "schema_version": 1,
        "epochs": list(range(1, len(losses) + 1)),
        "learning_rates": list(learning_rates),
        "losses": or_null(losses),
    }
    return payload | ({"diverged": divergence_payload(diverged)} if diverged else {})


def validate_training_dynamics_payload(payload: Payload) -> None:
    """Check training_dynamics.json."""
    check_payload(payload, SCHEMA, "training_dynamics")
    check_diverged(payload, ("learning_rates", "losses"), "training_dynamics")


def _of(results: Results) -> Payload:
    return build_training_dynamics(results.learning_rates, results.training_loss, results.diverged)


TRAINING_DYNAMICS = Artifact(
    "training_dynamics.json",
    SCHEMA,
    build_training_dynamics,
    validate_training_dynamics_payload,
    _of,
    setting="learning_rate_trace",
)
