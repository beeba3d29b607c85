"""roc_curves.json: each class against the rest."""

from __future__ import annotations

from math import fsum, isclose
from typing import TYPE_CHECKING

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import (
    CLASS_NAME,
    Payload,
    agree,
    check_class_names,
    check_lengths,
    check_rising,
    require,
)
from digit_classifier.artifacts.schema import UNIT, arr, check_payload, document, mapping, obj
from digit_classifier.errors import at
from digit_classifier.evaluation import roc_curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.artifacts.results import Results

__all__ = ["ROC_CURVES", "build_roc", "validate_roc_payload"]


CURVE = obj({"fpr": arr(UNIT, 2), "tpr": arr(UNIT, 2), "auc": UNIT})
SCHEMA = document("roc_curves", {"classes": mapping(CLASS_NAME, CURVE), "macro_auc": UNIT})


def build_roc(
    true_labels: Sequence[int], probabilities: Sequence[Sequence[float]], class_names: Sequence[str]
) -> Payload:
    """roc_curves.json: each class against the rest, from the hold-out."""
    curves: Payload = {}
    for index, name in enumerate(class_names):
        positive = [label == index for label in true_labels]
        fpr, tpr, auc = roc_curve(positive, [row[index] for row in probabilities])
        curves[name] = {"fpr": fpr, "tpr": tpr, "auc": auc}
    macro_auc = fsum(curve["auc"] for curve in curves.values()) / len(curves)
    return {"schema_version": 1, "classes": curves, "macro_auc": macro_auc}


def validate_roc_payload(payload: Payload, expected_classes: int | Sequence[str] | None = None) -> None:
    """Check roc_curves.json, and that it has this number of classes, or the classes of these names."""
    check_payload(payload, SCHEMA, "roc_curves")
    curves = payload["classes"]
    check_class_names(list(curves), "roc_curves.classes")
    if isinstance(expected_classes, int):
        require(len(curves) == expected_classes, "roc_curves.classes", f"{expected_classes} classes", curves)
    elif expected_classes is not None:
        agree(sorted(expected_classes), sorted(curves), "roc_curves.classes")
    require(len(curves) > 0, "roc_curves.classes", "at least one class", curves)
    for name, curve in curves.items():
        _check_curve(curve, at("roc_curves.classes", name))
    mean = fsum(curve["auc"] for curve in curves.values()) / len(curves)
    agree(mean, payload["macro_auc"], "roc_curves.macro_auc")


def _check_curve(curve: Payload, where: str) -> None:
    fpr, tpr = curve["fpr"], curve["tpr"]
    check_lengths(curve, ("tpr",), len(fpr), where)
    for key in ("fpr", "tpr"):
        require(curve[key][0] == 0, f"{where}.{key}[0]", "0", curve[key][0])
        require(curve[key][-1] == 1, f"{where}.{key}[{len(fpr) - 1}]", "1", curve[key][-1])
        check_rising(curve[key], f"{where}.{key}", strictly=False)
    area = fsum((fpr[i] - fpr[i - 1]) * (tpr[i] + tpr[i - 1]) / 2 for i in range(1, len(fpr)))
    fine = isclose(area, curve["auc"], abs_tol=1e-9)
    require(fine, f"{where}.auc", f"{area:.9g}, the area under the curve", curve["auc"])


def _of(results: Results) -> Payload:
    return build_roc(results.true_labels, results.probabilities, results.data.class_names)


ROC_CURVES = Artifact("roc_curves.json", SCHEMA, build_roc, validate_roc_payload, _of, setting="roc_per_class")
