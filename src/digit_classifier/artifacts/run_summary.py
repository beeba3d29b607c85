"""What was run: settings, network, data, times, machine; and the digest that equal runs share."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.architecture import LAYER, check_layers, hidden_units, layer_parameters, layer_schema
from digit_classifier.artifacts.artifact import Artifact
from digit_classifier.artifacts.dataset import DESCRIPTION, PROSE, dataset_file, split_sha256
from digit_classifier.artifacts.metrics import METRICS
from digit_classifier.artifacts.rules import (
    CLASS_NAMES,
    CREATED,
    DIVERGED,
    FILE_NAME,
    IMAGE_SHAPE,
    INTERRUPTED,
    MAX_CLASSES,
    MAX_VALUE,
    NAME,
    RUN_ID,
    SHAPE,
    TONE,
    Payload,
    check_class_names,
    check_lengths,
    check_line,
    check_shape,
    require,
    shape_of,
    size_of,
)
from digit_classifier.artifacts.schema import (
    COUNT,
    FLAG,
    SHA256,
    Schema,
    arr,
    check_payload,
    document,
    in_version,
    integer,
    line,
    mapping,
    nullable,
    number,
    obj,
    text,
    versions,
)
from digit_classifier.errors import ArtifactError, show
from digit_classifier.settings.run_config import SETTINGS, is_possible
from digit_classifier.text import LABEL_LIMIT, clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digit_classifier.artifacts.dataset import PlainDataset

__all__ = [
    "RUN_SUMMARY",
    "build_run_summary",
    "recipe_digest",
    "results_digest",
    "stamped",
    "validate_run_summary_payload",
]

Setting = str | int | float | bool | None

# Settings that say where results go and what is drawn from them, or how a file was read: not what the results are.
UNRELATED = frozenset(
    [
        "label_column",
        "group_column",
        "image_shape",
        "image_size",
        "missing",
        "run_label",
        "artifacts_root",
        "output_dir",
        "sample_count",
        "roc_per_class",
        "learning_rate_trace",
        "timing_stats",
    ]
)
COMMAND_LIMIT, VALUE_LIMIT = 4000, 1000
KEY = text(1, 40, "^[a-z][a-z0-9_]*$", "names of a-z, 0-9 and _")
SETTING: Schema = {
    **line(0, VALUE_LIMIT),
    "type": ["string", "number", "boolean", "null", "array"],
    "items": integer(),
    "description": "text, a number, true, false, a list of integers",
}
FACT: Schema = {
    **line(0, VALUE_LIMIT),
    "type": ["string", "integer", "null"],
    "description": "text or an integer",
}
SECONDS = number(0, 10**9)
SIZE = integer(1)
DATA: dict[str, Schema] = {
    **DESCRIPTION,
    "sha256": SHA256,
    "samples": SIZE,
    "class_names": CLASS_NAMES,
    "file": FILE_NAME,
}
ORIGIN = obj(
    {
        "format": NAME,
        "files": arr(obj({"name": line(1, VALUE_LIMIT), "bytes": COUNT, "sha256": SHA256}), 0, 1000),
        "options": mapping(KEY, SETTING),
    }
)
COUNTS = arr(COUNT, 2, MAX_CLASSES)  # samples of each class
SIDES = {"training": SIZE, "holdout": SIZE, "sha256": SHA256}
KEYS: dict[str, Schema] = {
    "run_id": nullable(RUN_ID),
    "label": nullable(line(1, LABEL_LIMIT)),
    "created": CREATED,
    "synthetic": FLAG,
    "command": line(0, COMMAND_LIMIT),
    "config": mapping(KEY, SETTING),
    "config_origin": mapping(KEY, line(1, VALUE_LIMIT)),
    "model": obj({"name": NAME, "layers": arr(layer_schema(parameters=SIZE), 1, 32), "parameters": SIZE}),
    "dataset": obj({**DATA, "image_shape": IMAGE_SHAPE, "max_value": MAX_VALUE}),
    "split": obj(SIDES),
    "diverged": DIVERGED,
    "timing": obj({"total_seconds": SECONDS, "training_seconds": SECONDS}),
    "environment": mapping(KEY, FACT),
    "results_digest": SHA256,
}
DATASET_OF_RUN = obj(DATA, optional={**SHAPE, "tone": TONE, "origin": ORIGIN})
SECOND = {
    **KEYS,
    "dataset": DATASET_OF_RUN,
    # Samples on neither side are those that settings such as train_share leave out.
    "split": obj(
        {**SIDES, "training_counts": COUNTS, "holdout_counts": COUNTS},
        optional={"groups": obj({"training": SIZE, "holdout": SIZE})},  # how many are on each side
    ),
}
SCHEMA = versions(
    document("run_summary", KEYS, optional={"interrupted": INTERRUPTED}),
    document("run_summary", SECOND, optional={"interrupted": INTERRUPTED, "sweep": RUN_ID}, version=2),
)


def build_run_summary(
    payloads: Mapping[str, Payload],
    data: PlainDataset,
    *,
    run_id: str | None,
    label: str | None,
    created: str,
    synthetic: bool,
    command: str,
    config: Mapping[str, Setting | Sequence[int]],
    config_origin: Mapping[str, str],
    total_seconds: float,
    training_seconds: float,
    environment: Mapping[str, str | int | None],
    training_labels: Sequence[int],
    groups: Sequence[int] | None = None,
) -> Payload:
    """run_summary.json; what the run's other files say is taken from them.

    `payloads` needs model.json, holdout.json, metrics.json and loss_curve.json; `config` needs `model`. `groups`, one
    number per sample, are those that a split kept together. Texts are cleaned on the way in; `run_id` is None in flat
    mode.
    """
    model, holdout = payloads["model.json"], payloads["holdout.json"]
    classes = range(len(data.class_names))
    counts = [Counter(labels) for labels in (training_labels, holdout["true_labels"])]
    payload: Payload = {
        "schema_version": 2,
        "run_id": run_id,
        "label": clean_text(label or "", LABEL_LIMIT) or None,
        "created": created,
        "synthetic": synthetic,
        "command": clean_text(command, COMMAND_LIMIT),
        "config": {key: _plain(value) for key, value in config.items()},
        "config_origin": {key: clean_text(origin, VALUE_LIMIT) for key, origin in config_origin.items()},
        "model": _model(str(config["model"]), model),
        "dataset": {
            **{key: getattr(data, key) for key in DESCRIPTION},
            "sha256": data.sha256,
            **shape_of(data.shape),
            **({"tone": data.tone} if "image_shape" in data.shape else {}),
            "class_names": list(data.class_names),
            "samples": len(data.labels),
            "file": dataset_file(data.name, data.sha256, run_id),
            **({"origin": data.origin} if data.origin else {}),
        },
        "split": {
            "training": len(training_labels),
            "holdout": len(holdout["sample_ids"]),
            "sha256": split_sha256(data.sha256, holdout["sample_ids"], groups),
            **dict(
                zip(("training_counts", "holdout_counts"), ([each[i] for i in classes] for each in counts), strict=True)
            ),
            **({"groups": _group_counts(holdout["sample_ids"], groups)} if groups else {}),
        },
        "diverged": payloads["loss_curve.json"]["diverged"],
        "timing": {"total_seconds": total_seconds, "training_seconds": training_seconds},
        "environment": {key: _plain(value) for key, value in environment.items()},
    }
    if cut_short := interruption(config, payloads["loss_curve.json"]):
        payload["interrupted"] = cut_short
    return payload | {"results_digest": results_digest({**payloads, "run_summary.json": payload})}


def _group_counts(holdout_ids: Sequence[int], groups: Sequence[int]) -> Payload:
    held = {groups[sample_id] for sample_id in holdout_ids}
    return {"training": len(set(groups) - held), "holdout": len(held)}


def stamped(summary: Payload, run_id: str | None, sweep: str | None = None) -> Payload:
    """The same summary under the name of the run on disk; None is a flat run, which contains its data set.

    `sweep` is the id of the sweep that the run is a point of.
    """
    dataset = summary["dataset"]
    return {
        **summary,
        **({"sweep": sweep} if sweep else {}),
        "run_id": run_id,
        "dataset": {**dataset, "file": dataset_file(dataset["name"], dataset["sha256"], run_id)},
    }


def interruption(config: Mapping[str, Any], curve: Payload) -> Payload | None:
    """The last epoch and how many were planned, where training ended before that and did not diverge."""
    done, planned = len(curve["epochs"]), config.get("epochs", 0)
    whole = curve["diverged"] is not None or not isinstance(planned, int) or done >= planned
    return None if whole else {"epoch": done, "planned": planned}


def _plain(value: Setting | Sequence[int]) -> Any:
    if isinstance(value, str):
        return clean_text(value, VALUE_LIMIT)
    return value if value is None or isinstance(value, (bool, int, float)) else list(value)


def _model(name: str, model: Payload) -> Payload:
    layers = [
        {key: layer[key] for key in LAYER if key in layer} | {"parameters": layer_parameters(layer)}
        for layer in model["layers"]
    ]
    return {"name": name, "layers": layers, "parameters": model["parameters"]}


def recipe_digest(config: Mapping[str, Any], dataset_sha256: str, basis: str | None = None) -> str:
    """Digest of what a run is going to compute, known before its training: recorded settings and data.

    `basis` is the digest of the test part or the groups, where the split goes by them: that of the data lacks both.
    """
    content = [{key: value for key, value in config.items() if key not in UNRELATED}, dataset_sha256]
    return _digest(content if basis is None else [*content, basis])


def results_digest(payloads: Mapping[str, Payload]) -> str:
    """Digest of what a run computed: settings, data, split, weights, predictions, metrics; no times, ids or paths.

    What newer versions of metrics.json added stays out, so that equal runs of any version have equal digests. Needs
    run_summary.json (without its own digest is enough), model.json, holdout.json and metrics.json. The form is JSON
    with sorted keys, no spaces, ASCII only and the shortest digits that read back to the same float64.
    """
    summary = payloads["run_summary.json"]
    content = {
        "config": {key: value for key, value in summary["config"].items() if key not in UNRELATED},
        "dataset": summary["dataset"]["sha256"],
        "split": summary["split"]["sha256"],
        "weights": payloads["model.json"]["sha256"],
        "holdout": payloads["holdout.json"],
        "metrics": in_version(1, payloads["metrics.json"], METRICS.schema),
    }
    return _digest(content)


def _digest(content: object) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def validate_run_summary_payload(payload: Payload) -> None:
    """Check run_summary.json."""
    check_payload(payload, SCHEMA, "run_summary")
    if payload["label"] is not None:
        check_line(payload["label"], LABEL_LIMIT, "run_summary.label")
    _check_config(payload["config"], payload["config_origin"])
    _check_dataset(payload)
    _check_model(payload)
    if cut_short := payload.get("interrupted"):
        where, planned, epochs = "run_summary.interrupted", cut_short["planned"], payload["config"].get("epochs")
        require(planned == epochs, f"{where}.planned", f"{show(epochs)}, as configured", planned)
        require(cut_short["epoch"] < planned, f"{where}.epoch", f"1..{planned - 1}", cut_short["epoch"])
        require(payload["diverged"] is None, where, "nothing where training diverged", cut_short)
    timing = payload["timing"]
    longest = timing["training_seconds"]
    where = "run_summary.timing.total_seconds"
    require(
        timing["total_seconds"] >= longest - 1e-6, where, f"at least {longest}, the training", timing["total_seconds"]
    )


def _check_config(config: Payload, origin: Payload) -> None:
    for one, other, stated in (("config_origin", origin, config), ("config", config, origin)):
        for key in stated:
            if key not in other:
                raise ArtifactError(
                    f"run_summary.{one}.{key}: expected the same settings as its counterpart, got nothing"
                )
    for key, value in config.items():
        if not is_possible(key, value):
            wanted = SETTINGS[key].metadata["kind"].expected
            raise ArtifactError(f"run_summary.config.{key}: expected {wanted}, got {show(value)}")


def _check_dataset(payload: Payload) -> None:
    dataset, split, where = payload["dataset"], payload["split"], "run_summary.dataset"
    for key, limit in PROSE.items():
        check_line(dataset[key], limit, f"{where}.{key}")
    check_class_names(dataset["class_names"], f"{where}.class_names")
    file = dataset_file(dataset["name"], dataset["sha256"], payload["run_id"])
    require(dataset["file"] == file, f"{where}.file", show(file), dataset["file"])
    check_shape(dataset, where)
    total = split["training"] + split["holdout"]
    whole = dataset["samples"] == total or (dataset["samples"] > total and payload["schema_version"] > 1)
    require(whole, f"{where}.samples", f"{total}, training + holdout", dataset["samples"])
    for side in ("training", "holdout"):
        if (counts := split.get(f"{side}_counts")) is not None:
            check_lengths(split, (f"{side}_counts",), len(dataset["class_names"]), "run_summary.split")
            count = split[side]
            require(sum(counts) == count, f"run_summary.split.{side}_counts", f"{count} in all", sum(counts))


def _check_model(payload: Payload) -> None:
    model, config, where = payload["model"], payload["config"], "run_summary.model"
    stated = {"model": model["name"], **hidden_units(model["layers"])}
    for key, value in stated.items():
        require(
            config.get(key, value) == value,
            f"run_summary.config.{key}",
            f"{show(value)}, the network's",
            config.get(key),
        )
    size = size_of(payload["dataset"])
    inputs, units = model["layers"][0]["inputs"], model["layers"][-1]["units"]
    classes = len(payload["dataset"]["class_names"])
    require(inputs == size, f"{where}.layers[0].inputs", f"{size}, one per number of a sample", inputs)
    parameters = check_layers(model["layers"], f"{where}.layers")
    require(units == classes, f"{where}.layers[{len(model['layers']) - 1}].units", f"{classes}, one per class", units)
    for index, layer in enumerate(model["layers"]):
        count = layer_parameters(layer)
        require(layer["parameters"] == count, f"{where}.layers[{index}].parameters", str(count), layer["parameters"])
    require(model["parameters"] == parameters, f"{where}.parameters", str(parameters), model["parameters"])


RUN_SUMMARY = Artifact("run_summary.json", SCHEMA, build_run_summary, validate_run_summary_payload, compared=False)
