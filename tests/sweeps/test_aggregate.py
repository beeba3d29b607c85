"""From points to the columns of sweep.json, and what its validator refuses."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import numpy as np
import pytest

from digit_classifier.artifacts import SWEEP, validate_sweep_payload
from digit_classifier.errors import ArtifactError
from example_sweep import CURVE, EXAMPLES, MANY_STARTS, MODELS, example_sweep, grid
from mutations import edited


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_kind_of_sweep_is_valid_by_our_checker_and_by_json_schema(name: str) -> None:
    sweep = json.loads(json.dumps(example_sweep(EXAMPLES[name]), allow_nan=False))
    validate_sweep_payload(sweep)
    jsonschema.validate(sweep, SWEEP.schema)


def test_the_columns_are_of_the_points() -> None:
    sweep = example_sweep(MODELS)
    points = sweep["points"]
    for index in range(3):
        own = [value for value, at in zip(points["accuracy"], points["setting"], strict=True) if at == index]
        assert sweep["settings"]["mean"][index] == pytest.approx(float(np.mean(own)), abs=1e-6)
        assert sweep["settings"]["spread"][index] == pytest.approx(float(np.std(own, ddof=1)), abs=1e-6)
    best = sweep["best"]["setting"]
    for other, mean in zip(sweep["differences"]["other"], sweep["differences"]["mean"], strict=True):
        wanted = sweep["settings"]["mean"][best] - sweep["settings"]["mean"][other]
        assert mean == pytest.approx(wanted, abs=1e-6)


def test_mcnemar_is_listed_for_every_pair_of_points_on_one_split_from_one_start() -> None:
    sweep = example_sweep(MANY_STARTS)
    assert len(sweep["pairs"]["p"]) == 48
    best, points = sweep["best"]["setting"], sweep["points"]
    for point, gain, loss in zip(*(sweep["pairs"][key] for key in ("point", "only_best", "only_other")), strict=True):
        assert points["setting"][point] == best
        partner = point % 48 if best else point + 48
        difference = points["accuracy"][point] - points["accuracy"][partner]
        assert (gain - loss) / 360 == pytest.approx(difference, abs=1e-6)


def test_a_failed_point_counts_nowhere_but_among_the_failures() -> None:
    sweep = example_sweep(CURVE)
    assert sweep["settings"]["failed"] == [1, 0, 0, 0, 0]
    assert sweep["settings"]["count"] == [9, 10, 10, 10, 10]
    assert sweep["points"]["accuracy"].count(None) == 1


def test_a_point_of_an_unstable_sample_is_a_kept_one_where_there_is_one() -> None:
    runs = [None] * 29 + ["20261126-200000-last"]
    drawn = copy.copy(MODELS)
    drawn.runs = runs
    (listed,) = [each["unstable"] for each in example_sweep(drawn)["stability"] if each["setting"] == 2]
    assert 29 in {*listed["right_point"], *listed["wrong_point"]}


def test_only_sixty_four_of_many_settings_have_samples_and_ten_thousand_points_are_small() -> None:
    sweep = example_sweep(grid(20, 10, 3))
    assert len(sweep["stability"]) == 64
    assert len(set(sweep["pairs"]["other"])) == 63
    per_point = len(json.dumps(sweep["points"], separators=(",", ":"))) / len(sweep["points"]["setting"])
    assert per_point < 100


BROKEN: list[tuple[str, Any, str]] = [
    ("schema_version", 2, "schema_version: expected 1, got 2: written by a newer version"),
    ("points:accuracy:0", None, "points.failure[0]: expected a failure or a score"),
    ("points:setting:0", 3, "points.setting[0]: expected 0..2, got 3"),
    ("points:run:0", "../../etc", "points.run[0]: expected a run id such as"),
    ("settings:low:0", None, "settings.low[0]: expected an interval or a reason"),
    ("settings:low:0", 1.0, "settings.low[0]: expected an interval that holds its mean"),
    ("settings:values:0", [], "settings.values[0]: expected one per axis"),
    ("settings:kind", ["splits"], "settings.kind: expected a list of 3"),
    ("best:setting", 3, "best.not_told_apart[0]: expected 0..2, got 3"),
    ("best", None, "differences: expected none without a best setting"),
    ("differences:other:0", 9, "differences.other[0]: expected 0..2, got 9"),
    ("pairs:point:0", 30, "pairs.point[0]: expected 0..29, got 30"),
    ("planned", 29, "planned: expected at least 30, got 29"),
    ("stability:0:unstable:sample_id:0", 1797, "stability[0].unstable.sample_id[0]: expected 0..1796, got 1797"),
    ("stability:0:unstable:wrong:0", 10, "stability[0].unstable.wrong: expected"),
    ("stability:0:unstable_in_all", 0, "stability[0].unstable_in_all: expected at least"),
    ("dataset:class_names:0", "a\u202eb", "dataset.class_names[0]: expected the cleaned text"),
    ("label", " x", "label: expected the cleaned text"),
]


@pytest.mark.parametrize(("path", "value", "message"), BROKEN)
def test_what_contradicts_itself_is_refused(path: str, value: Any, message: str) -> None:
    with pytest.raises(ArtifactError) as caught:
        validate_sweep_payload(edited(example_sweep(MODELS), path, value))
    assert message in str(caught.value)
