"""epoch_snapshots.json: the confusion matrix, and weights that are pictures, as they change over the epochs."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
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
from digit_classifier.artifacts.schema import (
    COUNT,
    arr,
    check_payload,
    document,
    integer,
    line,
    nullable,
    obj,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["EPOCH_SNAPSHOTS", "build_epoch_snapshots", "predictions_by_epoch", "validate_epoch_snapshots_payload"]


SNAPSHOTS = 100
PICTURES = 25  # of the weights: the eye sees no more steps, and 100 of them were two thirds of a run's bytes
MOST_PREDICTIONS = 200_000  # numbers: what they add to a file stays small, or they are left out
KEYS = {
    "epochs": arr(integer(1), 0, SNAPSHOTS),
    "confusion_matrices": arr(arr(arr(COUNT, 2, MAX_CLASSES), 2, MAX_CLASSES), 0, SNAPSHOTS),
    "first_layer_weights": nullable(arr(nullable(BASE64), 0, SNAPSHOTS)),
    "first_layer_reason": nullable(line(1, 500)),
}
LABELS = arr(integer(0, MAX_CLASSES - 1), 0, MOST_PREDICTIONS)
CHANGE = obj({"rows": arr(COUNT, 0, MOST_PREDICTIONS), "predicted": LABELS})
PREDICTIONS = {"first_predictions": LABELS, "prediction_changes": arr(CHANGE, 0, SNAPSHOTS)}
SCHEMA = versions(document("epoch_snapshots", KEYS), document("epoch_snapshots", KEYS, optional=PREDICTIONS, version=2))


def build_epoch_snapshots(
    epochs: Sequence[int],
    confusion_matrices: Sequence[Sequence[Sequence[int]]],
    first_layer_weights: Sequence[bytes | Sequence[float]] | None,
    first_layer_reason: str | None = None,
    predicted_labels: Sequence[Sequence[int]] | None = None,
) -> Payload:
    """epoch_snapshots.json: the hold-out's confusion matrix after some epochs, and the weights where they are pictures.

    Weights are flat, units × inputs: float32 little-endian bytes or numbers, one per epoch. At most 25 of them are
    stored, evenly spread, the first and the last among them; the others are null. None needs a reason.
    `predicted_labels` are those of the hold-out, one list per epoch: the first is stored as it is, and of each other
    what differs from the one before. They are left out where that would be more than 200,000 numbers.
    """
    weights = None
    if first_layer_weights is not None:
        kept = _spread(len(first_layer_weights), PICTURES)
        weights = [to_base64(float32_bytes(each)) if i in kept else None for i, each in enumerate(first_layer_weights)]
    return {
        "schema_version": 2,
        "epochs": list(epochs),
        "confusion_matrices": [[list(row) for row in matrix] for matrix in confusion_matrices],
        "first_layer_weights": weights,
        "first_layer_reason": first_layer_reason,
        **(_predictions(predicted_labels) if predicted_labels else {}),
    }


def _predictions(labels: Sequence[Sequence[int]]) -> Payload:
    changes, numbers = [], len(labels[0])
    for before, after in pairwise(labels):
        rows = [row for row, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
        changes.append({"rows": rows, "predicted": [after[row] for row in rows]})
        numbers += 2 * len(rows)
    if numbers > MOST_PREDICTIONS:
        return {}
    return {"first_predictions": list(labels[0]), "prediction_changes": changes}


def predictions_by_epoch(snapshots: Payload) -> Iterator[list[int]]:
    """The predicted label of each hold-out sample after each snapshot's epoch; nothing where that was not recorded."""
    if "first_predictions" not in snapshots or not snapshots["epochs"]:
        return
    labels = list(snapshots["first_predictions"])
    yield list(labels)
    for change in snapshots["prediction_changes"]:
        for row, label in zip(change["rows"], change["predicted"], strict=True):
            labels[row] = label
        yield list(labels)


def _spread(count: int, most: int) -> set[int]:
    """At most `most` of `count` positions, evenly spread from the first to the last."""
    steps = min(count, most) - 1
    return {round(i * (count - 1) / steps) for i in range(steps + 1)} if steps > 0 else set(range(count))


def validate_epoch_snapshots_payload(payload: Payload) -> None:
    """Check epoch_snapshots.json."""
    _check_snapshots(payload)
    _check_predictions(payload)


def _check_snapshots(payload: Payload) -> None:
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


def _check_predictions(payload: Payload) -> None:
    """The labels of the hold-out, epoch by epoch: as many of each class as the columns of the matrices have."""
    where, epochs, matrices = "epoch_snapshots", payload["epochs"], payload["confusion_matrices"]
    first, changes = payload.get("first_predictions"), payload.get("prediction_changes")
    both = (first is None) == (changes is None)
    require(both, f"{where}.prediction_changes", "it exactly where first_predictions is", changes)
    if first is None or changes is None:
        return
    wanted = max(0, len(epochs) - 1)
    require(len(changes) == wanted, f"{where}.prediction_changes", f"a list of {wanted}", changes)
    for index, change in enumerate(changes):
        here = f"{where}.prediction_changes[{index}]"
        check_rising(change["rows"], f"{here}.rows", strictly=True)
        check_lengths(change, ("predicted",), len(change["rows"]), here)
        inside = not change["rows"] or change["rows"][-1] < len(first)
        require(inside, f"{here}.rows", f"0..{len(first) - 1}", change["rows"][-1:])
    for index, (labels, matrix) in enumerate(zip(predictions_by_epoch(payload), matrices, strict=False)):
        counts = Counter(labels)
        same = all(counts.pop(label, 0) == sum(column) for label, column in enumerate(zip(*matrix, strict=True)))
        here = f"{where}.prediction_changes[{index - 1}]" if index else f"{where}.first_predictions"
        require(same and not counts, here, "the column sums of the confusion matrix", labels)


def _first_size(encoded: str) -> int:
    return len(encoded) // 4 * 3 - encoded[-2:].count("=")


def _of(results: Results) -> Payload:
    weights, reason = results.first_layer_weights, results.first_layer_reason
    matrices, labels = results.confusion_matrices, results.snapshot_predictions
    return build_epoch_snapshots(results.snapshot_epochs, matrices, weights, reason, labels)


EPOCH_SNAPSHOTS = Artifact("epoch_snapshots.json", SCHEMA, build_epoch_snapshots, validate_epoch_snapshots_payload, _of)
