"""sweep.json: what many runs show. Settings and points are columns: 10,000 points take less than 2 MB."""

from __future__ import annotations

from typing import Any

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.dataset import PROSE
from digit_classifier.artifacts.rules import (
    CLASS_NAMES,
    CREATED,
    FILE_NAME,
    NAME,
    RUN_ID,
    SHAPE,
    TONE,
    Payload,
    check_below,
    check_class_names,
    check_lengths,
    check_line,
    check_shape,
    require,
)
from digit_classifier.artifacts.run_summary import FACT, KEY, SETTING
from digit_classifier.artifacts.schema import (
    COUNT,
    FLAG,
    SHA256,
    UNIT,
    Schema,
    arr,
    check_payload,
    document,
    integer,
    line,
    mapping,
    nullable,
    number,
    obj,
    one_of,
)
from digit_classifier.text import LABEL_LIMIT

__all__ = ["SWEEP", "build_sweep", "validate_sweep_payload"]

METHODS = ("grid", "random", "halving", "tpe")
MAX_MACHINES = 100  # listed, those with the most points first
MAX_POINTS = 1_000_000
MAX_AXES = 16
MAX_FULL = 64  # settings with tests and samples of their own
MAX_SAMPLES = 200  # of one list of unstable samples
MAX_PAIRS = 20_000  # of McNemar's test

KIND = one_of("splits", "folds", "starts")
REASON = one_of("none", "one", "two", "equal", "unpaired")


def _columns(columns: Schema, most: int) -> Schema:
    return obj({name: arr(schema, 0, most) for name, schema in columns.items()})


ESTIMATE: dict[str, Schema] = {
    "kind": KIND,
    "count": COUNT,
    "mean": nullable(UNIT),
    "low": nullable(UNIT),
    "high": nullable(UNIT),
    "spread": nullable(number(0)),
    "reason": nullable(REASON),
    "wilson_low": nullable(UNIT),
    "wilson_high": nullable(UNIT),
}
SETTINGS = {
    "values": arr(SETTING, 0, MAX_AXES),  # one per axis
    "parameters": nullable(integer(1)),  # null where every point failed
    "training": nullable(integer(1)),
    "holdout": nullable(integer(1)),
    "points": COUNT,
    "failed": COUNT,
    **ESTIMATE,
    "start": nullable(number(0)),  # standard deviations: between starts, and between splits beyond that
    "split": nullable(number(0)),
    "start_share": nullable(UNIT),
}
DIFFERENCES = {
    "other": COUNT,
    "count": COUNT,
    "mean": nullable(number(-1, 1)),
    "low": nullable(number(-1, 1)),
    "high": nullable(number(-1, 1)),
    "reason": nullable(REASON),
    "p": nullable(UNIT),
    "adjusted": nullable(UNIT),
    "apart": FLAG,
}
PAIRS = {"other": COUNT, "point": COUNT, "only_best": COUNT, "only_other": COUNT, "p": UNIT}
SAMPLES = {"sample_id": COUNT, "held": integer(2), "wrong": integer(1)}
SAMPLES |= {name: nullable(COUNT) for name in ("right_point", "wrong_point")}
POINTS = {
    "setting": COUNT,
    "random_state": COUNT,
    "split_state": nullable(COUNT),
    "accuracy": nullable(UNIT),
    "log_loss": nullable(number(0)),
    "epochs": nullable(COUNT),
    "seconds": nullable(number(0)),
    "run": nullable(RUN_ID),
    "failure": nullable(line(1, 300)),
}
SCHEMA = document(
    "sweep",
    {
        "sweep_id": RUN_ID,
        "label": nullable(line(1, LABEL_LIMIT)),
        "created": CREATED,
        "command": line(0, 4000),
        "train_command": line(0, 4000),  # of a point, without what its setting and its random state say
        "finished": CREATED,  # when this was derived
        "method": one_of(*METHODS),
        "plan_sha256": SHA256,
        "package_version": line(1, 40),
        "planned": integer(1, MAX_POINTS),
        "environments": integer(0),
        "machines": arr(obj({"points": COUNT, "facts": mapping(KEY, FACT)}), 0, MAX_MACHINES),
        "dataset": obj(
            {
                "name": NAME,
                "title": line(0, PROSE["title"]),
                "file": FILE_NAME,
                "sha256": SHA256,
                "samples": integer(2),
                "class_names": CLASS_NAMES,
            },
            optional={**SHAPE, "tone": TONE},
        ),
        "splits": arr(NAME, 1, 6),  # the kinds of split among its points
        "axes": arr(
            obj({"name": KEY, "numeric": FLAG, "logarithmic": FLAG}),
            0,
            MAX_AXES,
        ),
        "settings": _columns(SETTINGS, MAX_POINTS),
        "best": nullable(
            obj(
                {
                    "setting": COUNT,
                    "chosen_among": integer(1),
                    "claimed": UNIT,
                    "expected": nullable(UNIT),
                    "not_told_apart": arr(COUNT, 1),
                    "confirmed": nullable(obj(ESTIMATE)),
                }
            )
        ),
        "differences": _columns(DIFFERENCES, MAX_POINTS),
        "pairs": _columns(PAIRS, MAX_PAIRS),
        "stability": arr(
            obj(
                {
                    "setting": COUNT,
                    "held_twice": COUNT,
                    "unstable": _columns(SAMPLES, MAX_SAMPLES),
                    "never_right": _columns(SAMPLES, MAX_SAMPLES),
                    "unstable_in_all": COUNT,  # as many as there are, listed or not
                    "never_right_in_all": COUNT,
                }
            ),
            0,
            MAX_FULL,
        ),
        "points": _columns(POINTS, MAX_POINTS),
    },
)


def build_sweep(**parts: Any) -> Payload:
    """sweep.json, from its parts."""
    return {"schema_version": 1, **parts}


def validate_sweep_payload(payload: Payload) -> None:
    """Check sweep.json: columns of one length, and numbers of settings and points that are there."""
    check_payload(payload, SCHEMA, "sweep")
    if payload["label"] is not None:
        check_line(payload["label"], LABEL_LIMIT, "sweep.label")
    check_class_names(payload["dataset"]["class_names"], "sweep.dataset.class_names")
    check_shape(payload["dataset"], "sweep.dataset")
    settings, points = (_length(payload[key], f"sweep.{key}") for key in ("settings", "points"))
    require(settings >= 1, "sweep.settings", "at least one setting", settings)
    require(points <= payload["planned"], "sweep.planned", f"at least {points}", payload["planned"])
    for index, values in enumerate(payload["settings"]["values"]):
        require(len(values) == len(payload["axes"]), f"sweep.settings.values[{index}]", "one per axis", values)
    check_below(payload["points"]["setting"], settings, "sweep.points.setting")
    for index, (score, failure) in enumerate(
        zip(payload["points"]["accuracy"], payload["points"]["failure"], strict=True)
    ):
        require(
            (score is None) == (failure is not None), f"sweep.points.failure[{index}]", "a failure or a score", score
        )
    for key in ("settings", "differences"):
        _check_intervals(payload[key], f"sweep.{key}")
    _check_best(payload, settings)
    _check_samples(payload, settings, points)


def _length(columns: Payload, where: str) -> int:
    length = len(next(iter(columns.values())))
    check_lengths(columns, list(columns), length, where)
    return length


def _check_intervals(columns: Payload, where: str) -> None:
    """An interval holds its mean, or has a reason why there is none."""
    _length(columns, where)
    rows = zip(*(columns[key] for key in ("mean", "low", "high", "reason")), strict=True)
    for index, (mean, low, high, reason) in enumerate(rows):
        here = f"{where}.low[{index}]"
        require((low is None) == (high is None) == (reason is not None), here, "an interval or a reason", low)
        if low is not None:
            require(mean is not None and low <= mean <= high, here, "an interval that holds its mean", low)
    if "wilson_low" in columns:
        for index, (low, high) in enumerate(zip(columns["wilson_low"], columns["wilson_high"], strict=True)):
            require((low is None) == (high is None), f"{where}.wilson_high[{index}]", "two ends, or none", high)


def _check_best(payload: Payload, settings: int) -> None:
    best = payload["best"]
    _length(payload["pairs"], "sweep.pairs")
    if best is None:
        for key in ("differences", "pairs"):
            require(not payload[key]["other"], f"sweep.{key}", "none without a best setting", payload[key]["other"])
        return
    check_below([best["setting"], *best["not_told_apart"]], settings, "sweep.best.not_told_apart")
    for key in ("mean", "holdout"):
        value = payload["settings"][key][best["setting"]]
        require(value is not None, f"sweep.settings.{key}[{best['setting']}]", "a number: it is the best", value)
    if (again := best["confirmed"]) is not None:
        require(again["mean"] is not None, "sweep.best.confirmed.mean", "a number", None)
        _check_intervals({key: [value] for key, value in again.items()}, "sweep.best.confirmed")
    check_below(payload["differences"]["other"], settings, "sweep.differences.other")
    check_below(payload["pairs"]["other"], settings, "sweep.pairs.other")
    check_below(payload["pairs"]["point"], len(payload["points"]["setting"]), "sweep.pairs.point")


def _check_samples(payload: Payload, settings: int, points: int) -> None:
    samples = payload["dataset"]["samples"]
    for index, each in enumerate(payload["stability"]):
        where = f"sweep.stability[{index}]"
        check_below([each["setting"]], settings, f"{where}.setting")
        for kind in ("unstable", "never_right"):
            listed, here = each[kind], f"{where}.{kind}"
            count = _length(listed, here)
            require(each[f"{kind}_in_all"] >= count, f"{here}_in_all", f"at least {count}", each[f"{kind}_in_all"])
            check_below(listed["sample_id"], samples, f"{here}.sample_id")
            for key in ("right_point", "wrong_point"):
                check_below([point for point in listed[key] if point is not None], points, f"{here}.{key}")
            for held, wrong in zip(listed["held"], listed["wrong"], strict=True):
                fine = wrong == held if kind == "never_right" else wrong < held
                require(fine, f"{here}.wrong", f"{held} of {held} exactly where never right", wrong)


SWEEP = Artifact("sweep.json", SCHEMA, build_sweep, validate_sweep_payload, compared=False)
