"""Limits are known before the training, and are the same for who writes, who reads and the page."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import digit_classifier as dc
from digit_classifier import artifacts, text
from digit_classifier.artifacts import epoch_snapshots, payloads_of, rules
from digit_classifier.artifacts.sizes import largest_sizes
from digit_classifier.errors import ArtifactError, InputError
from digit_classifier.experiment import run_experiment
from digit_classifier.learning import training
from digit_classifier.learning.build import architecture_of
from digit_classifier.learning.network import count_parameters
from digit_classifier.run import results_of
from digit_classifier.run.data import plain_of
from digit_classifier.run.prepare import prepare
from digit_classifier.run.room import MAX_PARAMETERS
from digit_classifier.settings.kinds import LABEL
from digit_classifier.settings.resolve import configure
from digit_classifier.store import bundle, inspect, layout
from digit_classifier.store import json as store_json
from tiny_runs import RUN_ID, tiny_run

LONG = 0.00012345678901234567  # no number between 0 and 1 has a longer text
LONG32 = 0.000123456789


def bounds(split: Any, config: Any) -> dict[str, Any]:
    data, layers = split.dataset, architecture_of(config, split.training)
    first = count_parameters(layers) - len(data.class_names) if len(layers) == 1 else 0
    return largest_sizes(
        class_names=data.class_names,
        samples=len(data.labels),
        holdout=len(split.holdout),
        numbers=data.samples[0].size,
        max_value=data.max_value,
        parameters=count_parameters(layers),
        first_weights=first,
        sample_count=config.sample_count,
        epochs=config.epochs,
        snapshots=len(training.snapshot_epochs(config.epochs, len(data.class_names) ** 2 + first)),
    )


def values_in(data: bytes) -> int:
    return sum(map(data.count, (b",", b"[", b"{")))


@pytest.mark.parametrize("settings", [{"model": "logistic"}, {"model": "mlp", "hidden_sizes": "8"}], ids=str)
def test_no_file_is_larger_than_was_foreseen_and_the_foresight_is_no_wild_guess(settings: dict[str, Any]) -> None:
    switches = {"roc_per_class": True, "learning_rate_trace": True, "timing_stats": True}
    config = configure(**settings, **switches, epochs=120, sample_count=300)
    split = prepare(config)
    payloads = payloads_of(results_of(run_experiment(config, split)))
    sizes = bounds(split, config)
    assert sizes.keys() - payloads.keys() == {"dataset.json", "split.json"}
    payloads["dataset.json"] = artifacts.build_dataset(plain_of(split.dataset))
    for name, payload in payloads.items():
        data = store_json.encode(payload)
        assert len(data) <= sizes[name].bytes, name
        assert values_in(data) <= sizes[name].values, name
        every = 4 * 201 * len(split.holdout) if name == "epoch_snapshots.json" else 0  # no label changes so often
        packed = 9 * len(data) if name == "dataset.json" else 0  # the digits can be compressed, others perhaps not
        assert sizes[name].bytes <= 4 * len(data) + 25_000 + every + packed, name


def test_the_longest_numbers_and_names_are_foreseen() -> None:
    names = tuple(chr(0x1F600 + i) * 40 for i in range(30))
    rows, labels = [[LONG32] * 30] * 90, [i % 30 for i in range(90)]
    sizes = largest_sizes(
        class_names=names, samples=100_000, holdout=90, numbers=64, max_value=255, parameters=2000,
        first_weights=0, sample_count=90, epochs=50, snapshots=50,
    )  # fmt: skip
    ids = list(range(99_910, 100_000))
    found = {
        "holdout.json": artifacts.build_holdout(ids, labels, rows),
        "predictions.json": artifacts.build_predictions(
            ids, [[255] * 64] * 90, labels, rows, names, {"image_shape": [8, 8], "channels": 1, "max_value": 255}
        ),
        "metrics.json": artifacts.build_metrics(labels, labels[1:] + labels[:1], [[1 / 30] * 30] * 90, names, LONG),
        "loss_curve.json": artifacts.build_loss_curve([LONG] * 50, [LONG] * 50, [LONG] * 50, [LONG] * 50, None),
        "epoch_snapshots.json": artifacts.build_epoch_snapshots(range(50), [[[3] * 30] * 30] * 50, None, "r" * 500),
    }
    for name, payload in found.items():
        data = store_json.encode(payload)
        assert len(data) <= sizes[name].bytes, name
        assert values_in(data) <= sizes[name].values, name


def dataset(samples: int, classes: int, side: int) -> Any:
    labels = np.arange(samples) % classes
    images = np.zeros((samples, 1, side, side), np.uint8)
    return dc.Dataset("made-up", "", "", "", images, labels, tuple(f"c{i}" for i in range(classes)), 255)


@pytest.mark.parametrize(
    ("shape", "settings", "message"),
    [
        (
            (10_000, 1000, 2),
            {},
            (
                r"holdout\.json: expected at most 16 MB and 4,000,000 values, got up to 30\.\d MB and 2,009,000 values "
                r"for 2,000 held-out samples of 1,000 classes; try a smaller test_size"
            ),
        ),
        (
            (80, 2, 600),
            {"sample_count": 15, "hidden_sizes": "1"},
            r"predictions\.json: .* for 15 samples of 360,000 pixels; try a smaller sample_count",
        ),
        ((20, 2, 1300), {"sample_count": 1, "hidden_sizes": "1"}, r"model\.json: .*; try smaller images or layers"),
        ((20_000, 100, 2), {"roc_per_class": True}, r"roc_curves\.json: .*; try leaving out roc_per_class=True"),
    ],
    ids=["holdout", "predictions", "model", "roc"],
)
def test_what_no_file_could_hold_is_refused_before_the_training(
    shape: tuple[int, int, int], settings: dict[str, Any], message: str
) -> None:
    config = configure(**{"hidden_sizes": "4", "epochs": 3} | settings)
    with pytest.raises(InputError, match=message) as caught:
        prepare(config, dataset(*shape))
    assert "\n" not in str(caught.value)


def test_a_data_set_with_too_many_pixels_is_refused_by_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MAX_DATASET_BYTES", 26_000)
    prepare(configure(epochs=1, sample_count=5), dataset(25, 2, 11))
    expected = r"dataset\.json: expected at most 0 MB .*, got up to .* for 50 samples of 121 pixels; try a part of them"
    with pytest.raises(InputError, match=expected):
        prepare(configure(epochs=1, sample_count=5), dataset(50, 2, 11))


@pytest.mark.parametrize("limit", ["bytes", "values"])
def test_what_a_reader_would_refuse_is_not_written(limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = tiny_run(RUN_ID)
    for name, data in files.items():
        (tmp_path / RUN_ID).mkdir(exist_ok=True)
        (tmp_path / RUN_ID / name).write_bytes(data)
    assert inspect(tmp_path / RUN_ID).problems == []
    found = [data for name, data in files.items() if name.endswith(".json") and name != "manifest.json"]
    size = max(len(data) if limit == "bytes" else values_in(data) for data in found)
    for most, fits in ((size, True), (size - 1, False)):
        if limit == "bytes":
            monkeypatch.setattr(layout, "MAX_BYTES", {".json": most, ".png": 8000, ".css": 96_000})
        else:
            monkeypatch.setattr(store_json, "MAX_VALUES", most)
            monkeypatch.setattr(bundle, "MAX_VALUES", most)
        assert (inspect(tmp_path / RUN_ID).problems == []) == fits
        if fits:
            assert tiny_run(RUN_ID) == files
        else:
            with pytest.raises(ArtifactError, match="expected at most"):
                tiny_run(RUN_ID)


def limits_of(schema: Any, key: str) -> set[int]:
    """The `maxLength` or `maxItems` of every property of this name, wherever it is."""
    found: set[int] = set()
    for name, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if name == key and isinstance(value, dict):
            kinds = [value, *value.get("anyOf", [])]
            found |= {each[limit] for each in kinds for limit in ("maxLength", "maxItems") if limit in each}
        if isinstance(value, dict | list):
            found |= limits_of(value, key)
    return found


def test_a_limit_is_one_number_wherever_it_stands() -> None:
    schemas = Path(artifacts.__file__).parent / "schemas"
    published = {path.name: json.loads(path.read_text()) for path in schemas.glob("*.json")}
    every = list(published.values())
    assert limits_of(every, "label") == {text.LABEL_LIMIT}
    assert len(LABEL.parse("x" * 1000)) == text.LABEL_LIMIT
    assert limits_of(every, "class_names") == limits_of(every, "labels") - {None} == {rules.MAX_CLASSES}
    for match in re.findall(r'"maxLength": (\d+)', json.dumps(published["metrics.schema.json"])):
        assert int(match) in (rules.CLASS_NAME_LIMIT, 500, 300, 200)
    snapshots = limits_of(published["epoch_snapshots.schema.json"], "epochs")
    assert snapshots == {epoch_snapshots.SNAPSHOTS} == {training.SNAPSHOTS}
    assert layout.MAX_BYTES[".json"] > MAX_PARAMETERS * 16 / 3
    assert layout.MAX_INDEX_BYTES >= 100_000 * layout.MAX_ENTRY_BYTES < sys.maxsize
