"""timing_stats.json: the seconds of every epoch."""

from __future__ import annotations

from math import fsum, isclose
from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import Payload, check_lengths, require
from digit_classifier.artifacts.schema import arr, check_payload, document, nullable, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["TIMING_STATS", "build_timing_stats", "validate_timing_stats_payload"]


SECONDS = number(0, 10**9)
SCHEMA = document(
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
    """Check timing_stats.json, and that it times this number of epochs."""
    check_payload(payload, SCHEMA, "timing_stats")
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


def _of(results: Results) -> Payload:
    return build_timing_stats(results.epoch_seconds, results.training_seconds)


TIMING_STATS = Artifact(
    "timing_stats.json",
    SCHEMA,
    build_timing_stats,
    validate_timing_stats_payload,
    _of,
    setting="timing_stats",
    compared=False,
)
