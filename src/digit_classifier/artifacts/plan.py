"""plan.json: what a sweep is going to train; written first, and never changed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.rules import (
    BASE64,
    CREATED,
    RUN_ID,
    Payload,
    check_lengths,
    check_line,
    check_shape,
    from_base64,
    require,
)
from digit_classifier.artifacts.run_summary import COMMAND_LIMIT, DATASET_OF_RUN, KEY, SETTING
from digit_classifier.artifacts.schema import (
    COUNT,
    FLAG,
    SHA256,
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
from digit_classifier.artifacts.sweep import MAX_AXES, METHODS
from digit_classifier.text import LABEL_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PLAN", "build_plan", "plan_sha256", "validate_plan_payload"]

MAX_POINTS, MAX_BATCH = 500_000, 4096
STATE = integer(0, 2**32 - 1)
AXIS = obj(
    {
        "name": KEY,
        "values": nullable(arr(SETTING, 1, 10_000)),  # null: any number from low to high
        "low": nullable(number()),
        "high": nullable(number()),
        "numeric": FLAG,
        "logarithmic": FLAG,
    }
)
SCHEMA = document(
    "plan",
    {
        "sweep_id": RUN_ID,
        "label": nullable(line(1, LABEL_LIMIT)),
        "created": CREATED,
        "command": line(0, COMMAND_LIMIT),
        "train_command": line(0, COMMAND_LIMIT),
        "package_version": line(1, 80),
        "numpy_version": line(1, 80),
        "method": one_of(*METHODS),
        "given": mapping(KEY, SETTING),
        "dataset": DATASET_OF_RUN,
        "split": nullable(line(1, 40)),
        "exact": FLAG,
        "axes": arr(AXIS, 0, MAX_AXES),
        "settings": arr(arr(SETTING, 0, MAX_AXES), 0, MAX_POINTS),
        # The states that every setting is trained with, in order; points are settings × states.
        "states": obj({"random_state": arr(STATE, 1, MAX_POINTS), "split_state": arr(nullable(STATE), 1, MAX_POINTS)}),
        "confirming": arr(STATE, 0, MAX_POINTS),  # random states that train the winner after the search
        "halving": nullable(integer(2, 100)),
        "trials": nullable(integer(1, MAX_POINTS)),
        "batch": integer(1, MAX_BATCH),  # trials asked for at once
        "seed": STATE,
        "keep": one_of("all", "best", "none"),
        "points": COUNT,  # that will be trained, confirming ones aside
        "plan_sha256": SHA256,
    },
    optional={
        # What the splits `given` and `grouped` go by, which the digest of the data set does not cover.
        "held_out": BASE64,  # a bit per sample of the data set, as in points.jsonl
        "groups": arr(COUNT, 2),  # the number of its group for every sample, as in split.json
    },
)
# What may differ where the same sweep goes on.
_BESIDE = ("sweep_id", "label", "created", "command", "package_version", "numpy_version", "batch", "plan_sha256")


def build_plan(keys: Mapping[str, Any]) -> Payload:
    """plan.json of these keys, and its digest."""
    payload = {"schema_version": 1, **keys}
    return payload | {"plan_sha256": plan_sha256(payload)}


def plan_sha256(plan: Payload) -> str:
    """Digest of what a plan asks for, without names, times and versions."""
    content = {key: value for key, value in plan.items() if key not in _BESIDE}
    content["dataset"] = {key: content["dataset"][key] for key in ("name", "sha256")}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def validate_plan_payload(payload: Payload) -> None:
    """Check plan.json: one value per axis in each setting, and the digest."""
    check_payload(payload, SCHEMA, "plan")
    if payload["label"] is not None:
        check_line(payload["label"], LABEL_LIMIT, "plan.label")
    check_shape(payload["dataset"], "plan.dataset")
    axes = payload["axes"]
    names = [axis["name"] for axis in axes]
    require(len(set(names)) == len(names), "plan.axes", "each setting once", names)
    for index, axis in enumerate(axes):
        ranged = axis["values"] is None
        for key in ("low", "high"):
            require((axis[key] is not None) == ranged, f"plan.axes[{index}].{key}", "a number or values", axis[key])
        if ranged:
            require(axis["low"] < axis["high"], f"plan.axes[{index}].high", f"above {axis['low']}", axis["high"])
    for index, row in enumerate(payload["settings"]):
        require(len(row) == len(axes), f"plan.settings[{index}]", f"a list of {len(axes)}, one per axis", row)
    states = payload["states"]
    check_lengths(states, ("split_state",), len(states["random_state"]), "plan.states")
    samples = payload["dataset"]["samples"]
    if "held_out" in payload:
        from_base64(payload["held_out"], -(-samples // 8), "plan.held_out")
    if "groups" in payload:
        check_lengths(payload, ("groups",), samples, "plan")
    method = payload["method"]
    require((payload["halving"] is not None) == (method == "halving"), "plan.halving", "the method's", method)
    require((payload["trials"] is not None) == (method == "tpe"), "plan.trials", "the method's", method)
    if method in ("grid", "random"):
        count = len(payload["settings"]) * len(states["random_state"])
        require(payload["points"] == count, "plan.points", f"{count}, settings × states", payload["points"])
    require(payload["points"] <= MAX_POINTS, "plan.points", f"at most {MAX_POINTS}", payload["points"])
    digest = plan_sha256(payload)
    require(payload["plan_sha256"] == digest, "plan.plan_sha256", digest, payload["plan_sha256"])


PLAN = Artifact("plan.json", SCHEMA, build_plan, validate_plan_payload, compared=False)
