"""The network as ONNX and as safetensors: read back by the tools, it predicts what the run says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file
from test_first_version import FIXTURE, RUNS

from digit_classifier import read_bundle
from digit_classifier.cli.main import main
from digit_classifier.run.stored import network_of
from exported_runs import NAMES, Runs, held_out

if TYPE_CHECKING:
    from pathlib import Path

KINDS = [f"{data}-{model}" for data in ("grey", "colour") for model in ("logistic", "mlp", "cnn")]
KINDS += ["table-logistic", "table-mlp", "grey-exact-mlp", "diverged-mlp"]


def export(name: str, run: Path, target: Path) -> None:
    assert main(["export", name, str(run), "-o", str(target)]) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_onnxruntime_predicts_the_hold_out_as_the_run_has_it(kind: str, runs: Runs, tmp_path: Path) -> None:
    run, target = runs.directories[kind], tmp_path / "network.onnx"
    export("onnx", run, target)
    model, bundle = onnx.load(target), read_bundle(run)
    onnx.checker.check_model(model, full_check=True)
    assert ([each.version for each in model.opset_import], model.ir_version) == ([17], 8)
    session = onnxruntime.InferenceSession(target)
    (given,) = session.run(["probabilities"], {"samples": held_out(bundle)})
    holdout = bundle.payloads["holdout.json"]
    assert np.abs(given - np.array(holdout["probabilities"])).max() <= 2e-6
    assert given.argmax(axis=1).tolist() == holdout["predicted_labels"]
    for count in (1, 2):  # as many samples as one has
        assert session.run(None, {"samples": held_out(bundle)[:count]})[0].shape == (count, given.shape[1])


@pytest.mark.parametrize(
    ("kind", "shape", "words"),
    [
        ("grey-cnn", [1, 8, 8], "images of 1 × 8 × 8 (channel, row, column), pixels 0..16 as in the data"),
        ("colour-cnn", [3, 16, 16], "pixels 0..255 as in the data: scaling is inside; 0 is dark, the largest is light"),
        ("grey-mlp", [1, 8, 8], "0 is paper, the largest is ink"),
        ("table-logistic", [4], "float32 rows of 4 features in the order of feature_names"),
    ],
)
def test_an_onnx_model_says_what_it_takes_and_what_it_is_of(
    kind: str, shape: list[int], words: str, runs: Runs, tmp_path: Path
) -> None:
    export("onnx", runs.directories[kind], tmp_path / "network.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "network.onnx")
    about, bundle = session.get_modelmeta(), read_bundle(runs.directories[kind])
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    assert (taken.name, taken.type, taken.shape) == ("samples", "tensor(float)", ["batch", *shape])
    assert (given.name, given.shape) == ("probabilities", ["batch", len(bundle.payloads["metrics.json"]["labels"])])
    facts, summary = about.custom_metadata_map, bundle.payloads["run_summary.json"]
    assert words in facts["input"]
    assert facts["input"] in about.description
    assert about.producer_name == "digit-classifier"
    assert json.loads(facts["class_names"]) == summary["dataset"]["class_names"]
    assert facts["dataset_sha256"] == summary["dataset"]["sha256"]
    assert facts["model_sha256"] == bundle.payloads["model.json"]["sha256"]
    assert (facts["results_digest"], facts["run"]) == (summary["results_digest"], summary["run_id"])
    if kind.startswith("table"):
        assert json.loads(facts["feature_names"]) == summary["dataset"]["feature_names"]
    if kind.startswith("colour"):
        assert json.loads(facts["class_names"]) == list(NAMES)
        assert facts["label"] == summary["label"]


@pytest.mark.parametrize("kind", KINDS)
def test_safetensors_holds_the_same_bits_under_the_names_of_pytorch(kind: str, runs: Runs, tmp_path: Path) -> None:
    export("safetensors", runs.directories[kind], tmp_path / "network.safetensors")
    tensors, model = load_file(tmp_path / "network.safetensors"), read_bundle(runs.directories[kind]).payloads
    network = network_of(model["model.json"])
    expected: dict[str, Any] = {"offset": network.offset, "scale": network.scale}
    for index, layer in enumerate(network.layers):
        expected |= {f"layers.{index}.weight": layer.weights, f"layers.{index}.bias": layer.bias}
    assert tensors.keys() == expected.keys()
    for name, numbers in expected.items():
        assert tensors[name].dtype == np.float32
        assert tensors[name].tobytes() == np.ascontiguousarray(numbers).tobytes()
    first = model["run_summary.json"]["model"]["layers"][0]
    kernel = (first["units"], first.get("convolution", {}).get("channels"), 3, 3)
    assert tensors["layers.0.weight"].shape == (kernel if kind.endswith("cnn") else (first["units"], first["inputs"]))
    with safe_open(tmp_path / "network.safetensors", "numpy") as file:
        about = json.loads(file.metadata()["digit_classifier"])
    assert about["layers"] == model["run_summary.json"]["model"]["layers"]
    assert about["class_names"] == model["metrics.json"]["labels"]


@pytest.mark.parametrize("name", ["onnx", "safetensors"])
def test_equal_runs_give_equal_bytes_and_an_earlier_export_is_replaced(name: str, runs: Runs, tmp_path: Path) -> None:
    first, second, target = runs.directories["grey-cnn"], runs.directories["colour-cnn"], tmp_path / "network"
    export(name, first, target)
    once = target.read_bytes()
    export(name, second, target)
    assert target.read_bytes() != once
    export(name, first, target)
    assert target.read_bytes() == once
    assert sorted(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("run", RUNS)
def test_a_run_of_the_first_version_is_exported_in_every_format(run: str, tmp_path: Path) -> None:
    export("onnx", FIXTURE / run, tmp_path / "network.onnx")
    bundle, session = read_bundle(FIXTURE / run), onnxruntime.InferenceSession(tmp_path / "network.onnx")
    (given,) = session.run(None, {"samples": held_out(bundle)})
    assert np.abs(given - np.array(bundle.payloads["holdout.json"]["probabilities"])).max() <= 2e-6
    for name in ("safetensors", "model-card", "tensorboard"):
        export(name, FIXTURE / run, tmp_path / name)


def test_a_flat_run_is_exported_under_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764000000")
    words = ["--model", "logistic", "--epochs", "1", "--output-dir", str(tmp_path / "flat")]
    assert main(["train", *words]) == 0
    for name in ("onnx", "safetensors", "model-card", "tensorboard"):
        export(name, tmp_path / "flat", tmp_path / name)
    about = onnxruntime.InferenceSession(tmp_path / "onnx").get_modelmeta().custom_metadata_map
    assert about["run"] == "20251124-160000"
    assert [path.name for path in (tmp_path / "tensorboard").iterdir()] == [about["run"]]
