"""epoch_snapshots.json: the confusion matrix, and weights that are pictures, as they change over the epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import (
    BASE64,
    MAX_CLASSES,
    Payload,
    check_lengths,
    check_matrix,
    check_rising,
    decode_float32,
    float32_bytes,
    require,
    to_base64,
)
from digit_classifier.artifacts.schema import COUNT, arr, check_payload, document, integer, line, nullable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["EPOCH_SNAPSHOTS", "build_epoch_snapshots", "validate_epoch_snapshots_payload"]


SNAPSHOTS = 100
PICTURES = 25  # of the weights: the eye sees no more steps, and 100 of them were two thirds of a run's bytes
SCHEMA = document(
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
    stored, evenly spread, the first and the last among them; the others are null. None needs a reason.
    """
    weights = None
    if first_layer_weights is not None:
        kept = _spread(len(first_layer_weights), PICTURES)
        weights = [to_base64(float32_bytes(each)) if i in kept else None for i, each in enumerate(first_layer_weights)]
    return {
        "schema_version": 1,
        "epochs": list(epochs),
        "confusion_matrices": [[list(row) for row in matrix] for matrix in confusion_matrices],
        "first_layer_weights": weights,
        "first_layer_reason": first_layer_reason,
    }


def _spread(count: int, most: int) -> set[int]:
    """At most `most` of `count` positions, evenly spread from the first to the last."""
    steps = min(count, most) - 1
    return {round(i * (count - 1) / steps) for i in range(steps + 1)} if steps > 0 else set(range(count))


def validate_epoch_snapshots_payload(payload: Payload) -> None:
    """Check epoch_snapshots.json."""
    where = "epoch_snapshots"
    check_payload(payload, SCHEMA, where)
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


def _of(results: Results) -> Payload:
    weights, reason = results.first_layer_weights, results.first_layer_reason
    return build_epoch_snapshots(results.snapshot_epochs, results.confusion_matrices, weights, reason)


EPOCH_SNAPSHOTS = Artifact("epoch_snapshots.json", SCHEMA, build_epoch_snapshots, validate_epoch_snapshots_payload, _of)
