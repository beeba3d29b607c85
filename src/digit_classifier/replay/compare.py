"""How alike two sets of results are: file by file, and as one of four tiers."""

from __future__ import annotations

import base64
from array import array
from math import fsum, log, sqrt
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.replay import BIT_IDENTICAL, DIFFERENT, METRIC_IDENTICAL, WITHIN_NOISE
from digit_classifier.artifacts.rules import differences
from digit_classifier.errors import at, show
from digit_classifier.evaluation import mcnemar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digit_classifier.artifacts import Payload

FLOATS = frozenset(["offset", "scale", "weights", "bias", "first_layer_weights"])  # float32 in base64
DIGEST = "sha256"  # not compared: the numbers behind it are
CHANCE = 0.05


def tier_of(stored: Mapping[str, Payload], fresh: Mapping[str, Payload], *, equal: bool) -> str:
    """The best tier that two sets of results reach."""
    if equal:
        return BIT_IDENTICAL
    one, other = stored["holdout.json"], fresh["holdout.json"]
    if question(one) != question(other):
        return DIFFERENT
    scores = stored["metrics.json"], fresh["metrics.json"]
    same = one["predicted_labels"] == other["predicted_labels"]
    if same and next(differences(*scores, "metrics", 1e-9), None) is None:
        return METRIC_IDENTICAL
    ends = [files["loss_curve.json"]["diverged"] for files in (stored, fresh)]
    one_end, other_end = (end and end["epoch"] for end in ends)
    interval, learned = scores[0]["accuracy_interval"], [each["train_accuracy"] for each in scores]
    alike = one_end == other_end and abs(learned[0] - learned[1]) <= interval["high"] - interval["low"]
    return WITHIN_NOISE if alike and differ_by_chance(one, other) else DIFFERENT


def question(holdout: Payload) -> tuple[list[int], list[int], int]:
    """What was predicted: sample ids, true labels, number of classes."""
    return holdout["sample_ids"], holdout["true_labels"], len(holdout["probabilities"][0])


def differ_by_chance(one: Payload, other: Payload) -> bool:
    """Whether two networks may differ by chance alone, judged by their predictions (holdout.json).

    Correct predictions: McNemar's exact test (Psychometrika 12, 1947) gives p ≥ 0.05. Log loss: the means are within
    two standard errors of the first.
    """
    labels = one["true_labels"]
    right, also = ([p == t for p, t in zip(each["predicted_labels"], labels, strict=True)] for each in (one, other))
    only = sum(a and not b for a, b in zip(right, also, strict=True))
    lost = sum(b and not a for a, b in zip(right, also, strict=True))
    losses, others = (
        [-log(max(row[label], 1e-12)) for row, label in zip(each["probabilities"], labels, strict=True)]
        for each in (one, other)
    )
    count = len(labels)
    mean = fsum(losses) / count
    error = sqrt(fsum((loss - mean) ** 2 for loss in losses) / max(1, count - 1) / count)
    return mcnemar(only, lost) >= CHANCE and abs(fsum(others) / count - mean) <= 2 * error + 1e-9


def compare(name: str, stored: Payload, fresh: Payload) -> Payload:
    """Where two versions of a file differ: in how many places, where first, and by how much at most."""
    places, first, largest = 0, None, None
    for where, one, other in unequal(stored, fresh, name.removesuffix(".json")):
        places += 1
        first = first or f"{where}: {show(one)} in the run, {show(other)} here"[:300]
        if all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (one, other)):
            largest = max(largest or 0.0, abs(one - other))
    return {"file": name, "equal": places == 0, "places": places, "first": first, "largest": largest}


def unequal(one: Any, other: Any, where: str, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every place where two JSON values differ, with both."""
    if one == other or key == DIGEST:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for name in [*one, *(name for name in other if name not in one)]:
            yield from unequal(one.get(name), other.get(name), at(where, name), name)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from unequal(*pair, f"{where}[{index}]", key)
    elif key in FLOATS and isinstance(one, str) and isinstance(other, str) and len(one) == len(other):
        yield from unequal(numbers(one), numbers(other), where)
    else:
        yield where, one, other


def numbers(encoded: str) -> list[float]:
    """The float32 numbers in base64; one processor wrote both sides, so that their order of bytes does not matter."""
    return array("f", base64.b64decode(encoded)).tolist()
