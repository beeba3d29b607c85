"""What happened while the network learned: losses, rates, times, snapshots."""

from __future__ import annotations

from math import fsum, isclose
from typing import TYPE_CHECKING

from digit_classifier.artifacts.rules import (
    BASE64,
    DIVERGED,
    MAX_CLASSES,
    Payload,
    check_diverged,
    check_lengths,
    check_matrix,
    check_rising,
    decode_float32,
    encode,
    float32_bytes,
    or_null,
    require,
)
from digit_classifier.artifacts.schema import COUNT, UNIT, arr, check_payload, document, integer, line, nullable, number

if TYPE_CHECKING:
    from collections.abc import Sequence

EPOCHS = arr(integer(1))
LOSSES = arr(nullable(number(0)))
CURVES = ("training_loss", "holdout_loss", "training_accuracy", "holdout_accuracy")
LOSS_CURVE = document(
    "loss_curve",
    {
        "epochs": EPOCHS,
        "training_loss": LOSSES,
        "holdout_loss": LOSSES,
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
        "diverged": _divergence(diverged),
    }


def _divergence(diverged: tuple[int, str] | None) -> Payload | None:
    return {"epoch": diverged[0], "reason": diverged[1]} if diverged else None


def validate_loss_curve_payload(payload: Payload) -> None:
    """Check loss_curve.json."""
    check_payload(payload, LOSS_CURVE, "loss_curve")
    check_diverged(payload, CURVES, "loss_curve")


TRAINING_DYNAMICS = document(
    "training_dynamics",
    {"epochs": EPOCHS, "learning_rates": arr(number(0)), "losses": LOSSES},
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
    return payload | ({"diverged": _divergence(diverged)} if diverged else {})


def validate_training_dynamics_payload(payload: Payload) -> None:
    """Check training_dynamics.json."""
    check_payload(payload, TRAINING_DYNAMICS, "training_dynamics")
    check_diverged(payload, ("learning_rates", "losses"), "training_dynamics")


SECONDS = number(0, 10**9)
TIMING_STATS = document(
    "timing_stats",
    {"total_seconds": SECONDS, "average_epoch_seconds": nullable(SECONDS), "epoch_seconds": arr(SECONDS)},
)


def build_timing_stats(epoch_seconds: Sequence[float], total_seconds: float) -> Payload:
    """timing_stats.json: wall-clock seconds; the average is null when no epoch was completed."""
    return {
        "schema_version": 1,
        "total_seconds": total_seconds,
        "average_epoch_seconds": fsum(epoch_seconds) / len(epoch_seconds) if epoch_seconds else None,
        "epoch_seconds": list(epoch_seconds),
    }


def validate_timing_stats_payload(payload: Payload, expected_epochs: int | None = None) -> None:
    """Check timing_stats.json, and that it times so many epochs."""
    check_payload(payload, TIMING_STATS, "timing_stats")
    seconds, total, average = payload["epoch_seconds"], payload["total_seconds"], payload["average_epoch_seconds"]
    if expected_epochs is not None:
        check_lengths(payload, ("epoch_seconds",), expected_epochs, "timing_stats")
    spent = fsum(seconds)
    slack = 1e-6 * (1 + spent)  # a writer may round to microseconds
    require(total >= spent - slack, "timing_stats.total_seconds", f"at least {spent:.6g}, the sum of the epochs", total)
    mean = spent / len(seconds) if seconds else None
    where = "timing_stats.average_epoch_seconds"
    if mean is None or average is None:
        require(mean is average, where, "null exactly when no epoch was timed", average)
    else:
        require(
            isclose(mean, average, rel_tol=1e-6, abs_tol=1e-6), where, f"{mean:.6g}, the mean of the epochs", average
        )


SNAPSHOTS = 100
PICTURES = 25  # of the weights: the eye sees no more steps, and 100 of them were two thirds of a run's bytes
EPOCH_SNAPSHOTS = document(
    "epoch_snapshots",
    {
        "epochs": arr(integer(1), 0, SNAPSHOTS),
        "confusion_matrices": arr(arr(arr(COUNT, 2, MAX_CLASSES), 2, MAX_CLASSES), 0, SNAPSHOTS),
        "first_layer_weights": nullable(arr(nullable(BASE64), 0, SNAPSHOTS)),
        "first_layer_reason": nullable(line(1, 500)),
    },
)


def build_epoch_snapshots(
    epochs: Sequence[int],
    confusion_matrices: Sequence[Sequence[Sequence[int]]],
    first_layer_weights: Sequence[bytes | Sequence[float]] | None,
    first_layer_reason: str | None = None,
) -> Payload:
    """epoch_snapshots.json: the hold-out's confusion matrix after some epochs, and the weights where they are pictures.

    Weights are flat, units × inputs: float32 little-endian bytes or numbers, one per epoch. At most 25 of them are
    kept, evenly spread, the first and the last among them; the others are null. None needs a reason.
    """
    weights = None
    if first_layer_weights is not None:
        kept = _spread(len(first_layer_weights), PICTURES)
        weights = [encode(float32_bytes(each)) if i in kept else None for i, each in enumerate(first_layer_weights)]
    return {
        "schema_version": 1,
        "epochs": list(epochs),
        "confusion_matrices": [[list(row) for row in matrix] for matrix in confusion_matrices],
        "first_layer_weights": weights,
        "first_layer_reason": first_layer_reason,
    }


def _spread(count: int, most: int) -> set[int]:
    """At most so many of `count` positions, evenly spread from the first to the last."""
    steps = min(count, most) - 1
    return {round(i * (count - 1) / steps) for i in range(steps + 1)} if steps > 0 else set(range(count))


def validate_epoch_snapshots_payload(payload: Payload) -> None:
    """Check epoch_snapshots.json."""
    where = "epoch_snapshots"
    check_payload(payload, EPOCH_SNAPSHOTS, where)
    epochs, matrices, weights = payload["epochs"], payload["confusion_matrices"], payload["first_layer_weights"]
    check_rising(epochs, f"{where}.epochs", strictly=True)
    check_lengths(payload, ("confusion_matrices",), len(epochs), where)
    supports = list(map(sum, matrices[0])) if matrices else []
    for index, matrix in enumerate(matrices):
        here = f"{where}.confusion_matrices[{index}]"
        check_matrix(matrix, len(matrices[0]), here)
        same = list(map(sum, matrix)) == supports
        require(same, here, "the row sums of the first snapshot", matrix)
    explained = (weights is None) == (payload["first_layer_reason"] is not None)
    require(
        explained,
        f"{where}.first_layer_reason",
        "a reason exactly where weights are null",
        payload["first_layer_reason"],
    )
    if weights is not None:
        check_lengths(payload, ("first_layer_weights",), len(epochs), where)
        here = f"{where}.first_layer_weights"
        require(not weights or weights[-1] is not None, f"{here}[{len(weights) - 1}]", "the last weights", None)
        kept = {index: encoded for index, encoded in enumerate(weights) if encoded is not None}
        for index, encoded in kept.items():
            decode_float32(encoded, _first_size(next(iter(kept.values()))) // 4, f"{here}[{index}]")


def _first_size(encoded: str) -> int:
    return len(encoded) // 4 * 3 - encoded[-2:].count("=")
