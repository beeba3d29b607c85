"""Scores from plain lists: confusion matrix, report, intervals, McNemar's test, log loss, ROC.

Rows of a matrix are true classes, columns predicted ones. Every sum is exact before it is rounded (`math.fsum`), and
the logarithm is our own, so the same labels give the same digits on any machine, in any order.
"""

from __future__ import annotations

import sys
from collections import Counter
from itertools import pairwise
from math import fsum, sqrt
from typing import TYPE_CHECKING, Any

from digit_classifier.errors import ArtifactError
from digit_classifier.numerics.elementary import log

if TYPE_CHECKING:
    from collections.abc import Sequence

Matrix = list[list[int]]

Z_95 = 1.959963984540054  # two-sided 95 % quantile of the normal distribution
UNDEFINED = {
    "precision": "the class was never predicted",
    "recall": "the hold-out holds no sample of the class",
    "f1-score": "the class was neither present nor predicted",
}


def argmax(values: Sequence[float]) -> int:
    """Index of the first maximum."""
    return values.index(max(values))


def commonest(labels: Sequence[int]) -> int:
    """The label that occurs most often, the lowest of several."""
    counts = Counter(labels)
    return min(counts, key=lambda label: (-counts[label], label))


def confusion_matrix(true_labels: Sequence[int], predicted_labels: Sequence[int], classes: int) -> Matrix:
    """Counts by true class (row) and predicted class (column), (classes, classes)."""
    matrix = [[0] * classes for _ in range(classes)]
    for true, predicted in zip(true_labels, predicted_labels, strict=True):
        matrix[true][predicted] += 1
    return matrix


def accuracy(matrix: Matrix) -> float:
    """Share of the samples on the diagonal."""
    correct, total = hits(matrix)
    return correct / total


def hits(matrix: Matrix) -> tuple[int, int]:
    """Samples on the diagonal, and all samples."""
    return sum(row[index] for index, row in enumerate(matrix)), sum(map(sum, matrix))


def classification_report(matrix: Matrix, class_names: Sequence[str]) -> dict[str, Any]:
    """Precision, recall, f1-score and support under scikit-learn's names, per class and averaged.

    A score without a denominator is None, with its reason beside it; the averages run over the defined scores, as
    scikit-learn's do with `zero_division=nan`.
    """
    predicted = [sum(column) for column in zip(*matrix, strict=True)]
    report: dict[str, Any] = {}
    for index, name in enumerate(class_names):
        report[name] = _class_scores(matrix[index][index], predicted[index], sum(matrix[index]))
    scores = list(report.values())
    supports = [score["support"] for score in scores]
    report["accuracy"] = accuracy(matrix)
    report["macro avg"] = _averages(scores, [1] * len(scores), sum(supports))
    report["weighted avg"] = _averages(scores, supports, sum(supports))
    return report


def _class_scores(correct: int, predicted: int, support: int) -> dict[str, Any]:
    scores: dict[str, Any] = {
        "precision": correct / predicted if predicted else None,
        "recall": correct / support if support else None,
        "f1-score": 2 * correct / (predicted + support) if predicted + support else None,
        "support": support,
    }
    reasons = {name: UNDEFINED[name] for name, score in scores.items() if score is None}
    return scores | ({"reasons": reasons} if reasons else {})


def _averages(scores: list[dict[str, Any]], weights: list[int], support: int) -> dict[str, Any]:
    averages: dict[str, Any] = {}
    for name in UNDEFINED:
        pairs = [
            (score[name], weight) for score, weight in zip(scores, weights, strict=True) if score[name] is not None
        ]
        if not any(weight for _, weight in pairs):  # scikit-learn ignores weights that are all zero
            pairs = [(value, 1) for value, _ in pairs]
        averages[name] = fsum(value * weight for value, weight in pairs) / sum(weight for _, weight in pairs)
    return averages | {"support": support}


def wilson_interval(correct: int, total: int) -> tuple[float, float]:
    """95 % score interval of a proportion (Wilson, 1927); always contains correct / total."""
    share, z2 = correct / total, Z_95 * Z_95
    centre = share + z2 / (2 * total)
    margin = Z_95 * sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    scale = 1 + z2 / total
    low = (centre - margin) / scale if correct > 0 else 0.0
    high = (centre + margin) / scale if correct < total else 1.0
    return low, high


def mcnemar(one: int, other: int) -> float:
    """Two-sided exact p-value of McNemar's test (Psychometrika 12, 1947).

    `one` and `other` are the numbers of samples that only one of two networks got right.
    """
    total, tail, ways = one + other, 0, 1
    for count in range(min(one, other) + 1):
        tail += ways
        ways = ways * (total - count) // (count + 1)  # of choosing one more: exact, and much faster than each anew
    return min(1.0, 2 * tail / (1 << total))


def log_loss(true_labels: Sequence[int], probabilities: Sequence[Sequence[float]]) -> float:
    """Mean of −ln(probability of the true class), clipped to [ε, 1 − ε] of float64 like scikit-learn's."""
    eps = sys.float_info.epsilon
    losses = [-log(min(max(row[true], eps), 1 - eps)) for true, row in zip(true_labels, probabilities, strict=True)]
    return fsum(losses) / len(losses)


def roc_curve(is_positive: Sequence[bool], scores: Sequence[float]) -> tuple[list[float], list[float], float]:
    """False and true positive rates from (0, 0) to (1, 1), one point per distinct score, and the area under them.

    Equal scores step together. ArtifactError when all samples are of one kind: the rates would be undefined.
    """
    positives, negatives = sum(map(bool, is_positive)), sum(not positive for positive in is_positive)
    if not positives or not negatives:
        raise ArtifactError(f"roc: expected positive and negative samples, got {positives} and {negatives}")
    false, true = [0], [0]
    previous: float | None = None
    for score, positive in sorted(zip(scores, is_positive, strict=True), key=lambda pair: -pair[0]):
        if score != previous:
            false.append(false[-1])
            true.append(true[-1])
            previous = score
        true[-1] += bool(positive)
        false[-1] += not positive
    # Twice the area in whole steps, so that only the last division rounds.
    steps = zip(pairwise(false), pairwise(true), strict=True)
    area = sum((right - left) * (low + high) for (left, right), (low, high) in steps)
    rates = [count / negatives for count in false], [count / positives for count in true]
    return *rates, area / (2 * positives * negatives)
