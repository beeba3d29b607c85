from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from digit_classifier import evaluation as e
from digit_classifier.errors import ArtifactError

LABELLED = st.integers(2, 12).flatmap(
    lambda k: st.tuples(
        st.just(k), st.lists(st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)), min_size=1, max_size=60)
    )
)
SIZES = [(2, 50), (10, 360), (47, 900)]


def predictions(classes: int, samples: int, seed: int = 0) -> tuple[list[int], list[list[float]]]:
    rng = np.random.default_rng(seed)
    true = rng.integers(0, classes, samples)
    scores = np.eye(classes)[true] + rng.normal(size=(samples, classes)).round(1)  # rounded, so that scores tie
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return true.tolist(), probabilities.round(2).tolist()


def null_to_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: null_to_nan(item) for key, item in value.items() if key != "reasons"}
    return float("nan") if value is None else value


@given(LABELLED)
def test_matrix_and_report_are_scikit_learns(labelled: tuple[int, list[tuple[int, int]]]) -> None:
    classes, pairs = labelled
    true, predicted = [t for t, _ in pairs], [p for _, p in pairs]
    names = [f"class {index}" for index in range(classes)]
    matrix = e.confusion_matrix(true, predicted, classes)
    assert matrix == metrics.confusion_matrix(true, predicted, labels=range(classes)).tolist()
    reference = metrics.classification_report(
        true, predicted, labels=range(classes), target_names=names, output_dict=True, zero_division=np.nan
    )
    report = e.classification_report(matrix, names)
    assert report.keys() == reference.keys()
    for name, scores in null_to_nan(report).items():
        assert scores == pytest.approx(reference[name], rel=1e-12, nan_ok=True)


@given(LABELLED)
def test_an_undefined_score_is_null_with_its_reason(labelled: tuple[int, list[tuple[int, int]]]) -> None:
    classes, pairs = labelled
    matrix = e.confusion_matrix([t for t, _ in pairs], [p for _, p in pairs], classes)
    for scores in e.classification_report(matrix, [f"class {index}" for index in range(classes)]).values():
        if isinstance(scores, dict):
            assert {key for key, score in scores.items() if score is None} == scores.get("reasons", {}).keys()


@pytest.mark.parametrize(("classes", "samples"), SIZES)
def test_accuracy_and_log_loss_are_scikit_learns(classes: int, samples: int) -> None:
    true, probabilities = predictions(classes, samples)
    predicted = [e.argmax(row) for row in probabilities]
    assert predicted == np.argmax(probabilities, axis=1).tolist()
    assert e.accuracy(e.confusion_matrix(true, predicted, classes)) == metrics.accuracy_score(true, predicted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rounded rows do not sum to one, which is not the point here
        reference = metrics.log_loss(true, np.array(probabilities), labels=range(classes))
    assert samples < 900 or any(row[label] == 0 for row, label in zip(probabilities, true, strict=True))
    assert e.log_loss(true, probabilities) == pytest.approx(reference, rel=1e-12)


@pytest.mark.parametrize(("classes", "samples"), SIZES)
def test_roc_curves_are_scikit_learns_with_ties(classes: int, samples: int) -> None:
    true, probabilities = predictions(classes, samples)
    for index in range(classes):
        positive = [label == index for label in true]
        scores = [row[index] for row in probabilities]
        assert len(set(scores)) < samples
        fpr, tpr, auc = e.roc_curve(positive, scores)
        reference = metrics.roc_curve(positive, scores, drop_intermediate=False)
        assert fpr == reference[0].tolist()
        assert tpr == reference[1].tolist()
        assert auc == pytest.approx(metrics.roc_auc_score(positive, scores), abs=1e-13)


@pytest.mark.parametrize("positive", [[True, True], [False], []])
def test_a_roc_curve_needs_both_kinds_of_samples(positive: list[bool]) -> None:
    with pytest.raises(ArtifactError, match="expected positive and negative samples"):
        e.roc_curve(positive, [0.5] * len(positive))


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_solves_wilsons_equation_and_holds_the_accuracy(counts: tuple[int, int]) -> None:
    correct, total = counts
    low, high = e.wilson_interval(correct, total)
    assert 0 <= low <= correct / total <= high <= 1
    for bound in (low, high):  # |p̂ − p| is exactly z standard errors of p
        assert (correct / total - bound) ** 2 == pytest.approx(e.Z_95**2 * bound * (1 - bound) / total, abs=1e-12)


def test_the_interval_is_the_published_one() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: the score interval of 81/263, 15/148, 0/20, 1/29.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (correct, total), interval in published.items():
        assert e.wilson_interval(correct, total) == pytest.approx(interval, abs=5e-5)


def test_labels_of_different_lengths_are_an_error() -> None:
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        e.confusion_matrix([0, 1], [0], 2)
