"""The example, loaded by path as other tools load it: its validators against the files it really writes."""

from __future__ import annotations

import importlib.util
import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.metrics import classification_report, confusion_matrix, f1_score, log_loss, roc_auc_score

from digit_classifier import artifacts

if TYPE_CHECKING:
    from types import ModuleType

DEMO = Path(__file__).parents[1] / "examples" / "digit-classifier" / "run_demo.py"


@pytest.fixture(scope="module")
def demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_demo", DEMO)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def run(demo: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One short run with every artifact there is."""
    root = tmp_path_factory.mktemp("artifacts")
    analytics = ["--roc-per-class", "--learning-rate-trace", "--timing-stats"]
    assert demo.run_demo(["--model", "logistic", "--epochs", "120", "--artifacts-root", str(root), *analytics]) == 0
    (directory,) = [path for path in root.iterdir() if path.name[:2] == "20"]
    return directory


def payload(directory: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((directory / name).read_text())
    return content


def test_the_example_has_every_validator(demo: ModuleType) -> None:
    names = {f"validate_{Path(name).stem}_payload" for name in artifacts.ARTIFACTS} - {"validate_roc_curves_payload"}
    assert {name for name in vars(demo) if name.startswith("validate_")} == names | {
        "validate_roc_payload",
        *(f"validate_{of_a_sweep}_payload" for of_a_sweep in ("plan", "point", "sweep")),
    }


@pytest.mark.parametrize(
    "name",
    sorted(
        artifacts.ARTIFACTS.keys()
        - {"dataset.json", "split.json", "index.json", "index_segment.json", "replay.json", "note.json"}
    ),
)
def test_every_file_passes_its_validator_and_its_published_schema(run: Path, name: str) -> None:
    content = payload(run, name)
    artifacts.ARTIFACTS[name].validate(content)
    schema = Path(artifacts.__file__).with_name("schemas") / name.replace(".json", ".schema.json")
    jsonschema.validate(content, json.loads(schema.read_text()))


def test_the_validators_take_the_contracts_arguments(demo: ModuleType, run: Path) -> None:
    demo.validate_metrics_payload(payload(run, "metrics.json"))
    demo.validate_roc_payload(payload(run, "roc_curves.json"), expected_classes=10)
    demo.validate_roc_payload(payload(run, "roc_curves.json"), [str(digit) for digit in range(10)])
    demo.validate_training_dynamics_payload(payload(run, "training_dynamics.json"))
    demo.validate_timing_stats_payload(payload(run, "timing_stats.json"), expected_epochs=120)
    with pytest.raises(ValueError, match="9"):
        demo.validate_roc_payload(payload(run, "roc_curves.json"), 9)
    with pytest.raises(ValueError, match="121"):
        demo.validate_timing_stats_payload(payload(run, "timing_stats.json"), 121)


def test_a_broken_payload_is_a_value_error_that_names_the_field(demo: ModuleType, run: Path) -> None:
    metrics = payload(run, "metrics.json")
    metrics["classification_report"]["3"]["recall"] = 1.2
    with pytest.raises(ValueError, match=r"metrics\.classification_report\['3'\]\.recall: expected 0\.\.1.*, got 1\.2"):
        demo.validate_metrics_payload(metrics)


def test_scikit_learn_computes_the_same_metrics_from_the_same_predictions(run: Path) -> None:
    holdout, metrics, roc = (payload(run, name) for name in ("holdout.json", "metrics.json", "roc_curves.json"))
    true, guesses = holdout["true_labels"], holdout["predicted_labels"]
    probabilities = np.array(holdout["probabilities"])
    assert metrics["confusion_matrix"] == confusion_matrix(true, guesses).tolist()
    assert metrics["macro_f1"] == pytest.approx(f1_score(true, guesses, average="macro"), abs=1e-12)
    assert metrics["log_loss"] == pytest.approx(
        log_loss(true, probabilities / probabilities.sum(axis=1, keepdims=True)), abs=1e-6
    )
    theirs = classification_report(true, guesses, output_dict=True)
    for name, scores in metrics["classification_report"].items():
        assert scores == pytest.approx(theirs[name], abs=1e-12)
    for index, name in enumerate(metrics["labels"]):
        area = roc_auc_score([label == index for label in true], probabilities[:, index])
        assert roc["classes"][name]["auc"] == pytest.approx(area, abs=1e-12)


def test_the_hold_out_rows_are_scikit_learns_digits(run: Path) -> None:
    digits = load_digits()
    holdout, predictions = payload(run, "holdout.json"), payload(run, "predictions.json")
    assert holdout["true_labels"] == digits.target[holdout["sample_ids"]].tolist()
    for sample in predictions["samples"]:
        assert sample["pixels"] == digits.data[sample["sample_id"]].astype(int).tolist()


def test_the_model_file_alone_repeats_every_prediction(run: Path) -> None:
    """Another implementation of the network, from the documented file: float64, one sample per row."""
    import base64

    model, holdout = payload(run, "model.json"), payload(run, "holdout.json")

    def numbers(text: str) -> Any:
        return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float64)

    values = (load_digits().data[holdout["sample_ids"]] - numbers(model["offset"])) / numbers(model["scale"])
    for layer in model["layers"]:
        values = values @ numbers(layer["weights"]).reshape(layer["units"], layer["inputs"]).T + numbers(layer["bias"])
        values = (
            np.maximum(values, 0) if layer["activation"] == "relu" else np.exp(values - values.max(1, keepdims=True))
        )
    probabilities = values / values.sum(1, keepdims=True)
    assert np.abs(probabilities - np.array(holdout["probabilities"])).max() < 1e-5
    assert probabilities.argmax(1).tolist() == holdout["predicted_labels"]


def test_the_pictures_are_pngs_another_library_opens(run: Path) -> None:
    pictures = sorted(path.name for path in run.glob("*.png"))
    assert pictures == [
        "confusion_matrix.png",
        "learning_rate_trace.png",
        "roc_curves.png",
        "sample_gallery.png",
        "timing_stats.png",
    ]
    for name in pictures:
        with Image.open(run / name) as picture:
            picture.load()
            assert picture.format == "PNG"
            assert min(picture.size) >= 400


def test_an_analytic_that_is_off_leaves_no_file(demo: ModuleType, tmp_path: Path) -> None:
    assert demo.run_demo(["--model", "logistic", "--epochs", "2", "--output-dir", str(tmp_path / "flat")]) == 0
    names = {path.name for path in (tmp_path / "flat").iterdir()}
    assert not {name for name in names if name.startswith(("roc", "training", "learning", "timing"))}
    assert {"metrics.json", "run_summary.json", "manifest.json", "dataset.json"} <= names
    assert "index.json" not in names


def test_the_public_names_are_complete_and_sorted() -> None:
    import digit_classifier

    assert list(digit_classifier.__all__) == sorted(digit_classifier.__all__)
    assert set(digit_classifier.__all__) == set(digit_classifier._HOMES)
    for name in digit_classifier.__all__:
        assert inspect.getdoc(getattr(digit_classifier, name)), name
