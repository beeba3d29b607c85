from __future__ import annotations

import base64
import itertools
import json
import zlib
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from sklearn import metrics as oracle

from digit_classifier import artifacts as a
from digit_classifier.artifacts.__main__ import FOLDER, schema_files
from digit_classifier.artifacts.schema import alternatives, check_payload
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.split import Split
from digit_classifier.errors import ArtifactError
from example_payloads import GROUPS, HOLDOUT, LABELS, NAMES, PIXELS, PROBABILITIES, SHAPE, example_run
from mutations import GONE, edited, mutated

LOGISTIC, MLP = example_run(), example_run("mlp")
DIVERGED = example_run(diverged=(3, "the loss is no longer finite"))
RUNS = {"logistic": LOGISTIC, "mlp": MLP, "diverged": DIVERGED}
FILES = sorted(a.ARTIFACTS)


def packed(raw: bytes, *, torn: bool = False) -> str:
    data = zlib.compress(raw)
    return base64.b64encode(data[:-4] if torn else data).decode()


def refusal(file: str, payload: Any) -> str | None:
    try:
        a.ARTIFACTS[file].validate(payload)
    except ArtifactError as error:
        return str(error)
    return None


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("file", FILES)
def test_what_the_builders_make_is_valid_and_survives_json(file: str, run: dict[str, Any]) -> None:
    payload = json.loads(json.dumps(run[file], allow_nan=False))
    assert payload == run[file]
    assert refusal(file, payload) is None
    jsonschema.validate(payload, a.ARTIFACTS[file].schema)


# Path, value, path, value, … and how the message goes on after the name of the file.
BROKEN: dict[str, list[tuple[Any, ...]]] = {
    "metrics.json": [
        ("schema_version", 3, "schema_version: expected 1 or 2, got 3: written by a newer version"),
        ("schema_version", GONE, "schema_version: expected 2, got nothing"),
        ("baselines", GONE, "baselines: expected an object, got nothing"),
        ("baselines:commonest_class:label", 3, "baselines.commonest_class.label: expected 0..2, got 3"),
        ("baselines:commonest_class:accuracy", 0.5, "baselines.commonest_class.accuracy: expected 0."),
        ("baselines:nearest_neighbour:accuracy", 0.5, "baselines.nearest_neighbour.reason: expected a reason exactly"),
        ("baselines:nearest_neighbour:reason", None, "baselines.nearest_neighbour.reason: expected a reason exactly"),
        ("log_loss", GONE, "log_loss: expected a finite number ≥ 0, got nothing"),
        ("extra", 1, "extra: expected no such key, got 1"),
        ("labels", ["0", "0", "é"], "labels[1]: expected a new name"),
        ("labels:0", "macro avg", "labels[0]: expected a new name, not one of the report's"),
        ("labels:0", " ", "labels[0]: expected the cleaned text '', got ' '"),
        ("labels:0", "a\u202eb", "labels[0]: expected the cleaned text 'ab', got 'a\\u202eb'"),
        ("confusion_matrix:0", [1, 0], "confusion_matrix[0]: expected a list of 3, got a list of 2"),
        ("confusion_matrix", [[1, 0], [1, 1]], "confusion_matrix: expected 3 rows"),
        ("confusion_matrix", [[0] * 3] * 3, "confusion_matrix: expected at least one sample"),
        ("confusion_matrix:0:0", 2, "accuracy: expected 0.5, got 0.4"),
        ("accuracy", 0.5, "accuracy: expected 0.4, got 0.5"),
        ("test_accuracy", 0.5, "test_accuracy: expected 0.4, got 0.5"),
        ("macro_f1", 0.25, "macro_f1: expected 0.3"),
        ("accuracy_interval:low", 0.5, "accuracy_interval.low: expected 0.117"),
        ("accuracy_interval:level", 0.9, "accuracy_interval.level: expected 0.95, got 0.9"),
        ("classification_report:one:recall", 1.2, "classification_report.one.recall: expected 0..1 or null, got 1.2"),
        ("classification_report:one:support", 3, "classification_report.one.support: expected 2, got 3"),
        ("classification_report:é:precision", 0, "classification_report['é'].precision: expected null, got 0"),
        ("classification_report:é:reasons", GONE, "classification_report['é'].reasons: expected an object of 1"),
        ("classification_report:0:precision", None, "classification_report['0'].precision: expected 0.33"),
        (
            "classification_report:macro avg:f1-score",
            float("nan"),
            "classification_report['macro avg']['f1-score']: expected",
        ),
        ("classification_report:one", GONE, "classification_report.one: expected an object"),
    ],
    "holdout.json": [
        ("sample_ids:1", 1, "sample_ids[1]: expected more than 1, got 1"),
        ("sample_ids:4", GONE, "true_labels: expected a list of 4, got a list of 5"),
        ("true_labels:0", 3, "true_labels[0]: expected 0..2, got 3"),
        ("predicted_labels:2", 1, "predicted_labels[2]: expected 0, the first most probable"),
        ("probabilities:1", [0.5, 0.5], "probabilities[1]: expected a list of 3, got a list of 2"),
        ("probabilities:1:2", 0.001, "probabilities[1]: expected probabilities that sum to 1, got 1.001"),
        ("probabilities:1:2", -0.1, "probabilities[1][2]: expected 0..1, got -0.1"),
    ],
    "predictions.json": [
        ("samples:1:sample_id", 1, "samples[1].sample_id: expected a sample named only once"),
        ("samples:0:pixels", [1, 2, 3], "samples[0].pixels: expected a list of 4"),
        ("samples:0:pixels:3", 4, "samples[0].pixels: expected 0..3, got 4"),
        ("samples:0:true_label", 3, "samples[0].true_label: expected 0..2, got 3"),
        ("samples:0:predicted_label", 0, "samples[0].predicted_label: expected 1"),
        ("samples:0:confidence", 0.6, "samples[0].confidence: expected 0.5"),
        ("samples:0:probabilities:0", 0.5, "samples[0].probabilities: expected probab"),
        ("image_shape", [2, 2, 1], "image_shape: expected a list of 2, got a list of 3"),
        ("max_value", 0, "max_value: expected an integer 1..255, got 0"),
    ],
    "roc_curves.json": [
        ("classes:one:tpr", [0, 1], "classes.one.tpr: expected a list of"),
        ("classes:one:fpr:0", 0.1, "classes.one.fpr[0]: expected 0, got 0.1"),
        ("classes:one:tpr:-1", 0.9, "classes.one.tpr[4]: expected 1, got 0.9"),
        ("classes:0:tpr:2", 0.5, "classes['0'].tpr[2]: expected ≥ 1.0, got 0.5"),
        ("classes:one:auc", 0.6, "classes.one.auc: expected 0.66"),
        ("macro_auc", 0.5, "macro_auc: expected 0.83"),
        ("classes", {}, "classes: expected at least one class"),
        ("classes:accuracy", {}, "classes.accuracy.fpr: expected a list of"),
    ],
    "loss_curve.json": [
        ("epochs", [0, 1, 2], "epochs[0]: expected an integer ≥ 1, got 0"),
        ("epochs", [1, 2, 4], "epochs: expected 1, 2, 3, …"),
        ("holdout_loss:2", GONE, "holdout_loss: expected a list of 3, got a list of 2"),
        ("training_loss:2", None, "training_loss[2]: expected a number before any divergence"),
        ("training_accuracy:2", 1.5, "training_accuracy[2]: expected 0..1 or null, got 1.5"),
        ("diverged", {"epoch": 5, "reason": "inf"}, "diverged.epoch: expected 1..4, got 5"),
        ("diverged", {"epoch": 1, "reason": ""}, "diverged.reason: expected one line of 1..500"),
        (
            "diverged",
            {"epoch": 3, "reason": "inf"},
            "training_loss",
            [1, None, None],
            "training_loss[1]: expected a number before any",
        ),
        (
            "epochs",
            [],
            "training_loss",
            [],
            "holdout_loss",
            [],
            "training_accuracy",
            [],
            "holdout_accuracy",
            [],
            "epochs: expected at least one epoch",
        ),
    ],
    "training_dynamics.json": [
        ("learning_rates:0", GONE, "learning_rates: expected a list of 3"),
        ("losses:1", None, "losses[1]: expected a number before any"),
        ("learning_rates:0", -0.1, "learning_rates[0]: expected a finite number ≥ 0"),
    ],
    "timing_stats.json": [
        ("total_seconds", 0.9, "total_seconds: expected at least 1, the sum of the epochs"),
        ("average_epoch_seconds", 0.5, "average_epoch_seconds: expected 0.333333, the mean"),
        ("average_epoch_seconds", None, "average_epoch_seconds: expected null exactly"),
        ("epoch_seconds:0", -1, "epoch_seconds[0]: expected 0..1000000000, got -1"),
    ],
    "epoch_snapshots.json": [
        ("epochs", [3, 3], "epochs[1]: expected more than 3, got 3"),
        ("epochs", [3], "confusion_matrices: expected a list of 1"),
        ("confusion_matrices:1:0", [1], "confusion_matrices[1][0]: expected a list of 2..1000"),
        ("confusion_matrices:1:0", [1, 0], "confusion_matrices[1][0]: expected a list of 3"),
        ("first_layer_weights:1", None, "first_layer_weights[1]: expected the last weights"),
        ("confusion_matrices:1:0:0", 9, "confusion_matrices[1]: expected the row sums"),
        ("first_predictions", GONE, "prediction_changes: expected it exactly where first_predictions is"),
        ("prediction_changes", [], "prediction_changes: expected a list of 1"),
        ("prediction_changes:0:rows", [1, 1], "prediction_changes[0].rows[1]: expected more than 1, got 1"),
        ("prediction_changes:0:predicted", [], "prediction_changes[0].predicted: expected a list of"),
        ("prediction_changes:0", {"rows": [5], "predicted": [0]}, "prediction_changes[0].rows: expected 0..4"),
        ("first_predictions:0", 1, "first_predictions: expected the column sums of the confusion matrix"),
        ("prediction_changes:0", {"rows": [], "predicted": []}, "prediction_changes[0]: expected the column sums"),
        ("first_layer_weights", None, "first_layer_reason: expected a reason exactly"),
        ("first_layer_reason", "why", "first_layer_reason: expected a reason exactly"),
        ("first_layer_weights:1", "AAAAAA==", "first_layer_weights[1]: expected 48 bytes"),
    ],
    "model.json": [
        ("offset", "AAAAAA==", "offset: expected 16 bytes in base64, got 4"),
        ("offset", "AA=", "offset: expected base64 text, got 'AA='"),
        ("offset", "AAAAAAAAAAAAAAAAAAAAAB==", "offset: expected base64 without stray bits"),
        ("scale", "AAAAAAAAAAAAAAAAAAAAAA==", "scale: expected positive numbers, got 0.0"),
        ("offset", "AADAfwAAwH8AAMB/AADAfw==", "offset: expected finite numbers, got nan"),
        ("layers:0:bias", "AACAfwAAgH8AAIB/", "layers[0].bias: expected finite"),
        ("layers:0:bias", "", "layers[0].bias: expected 12 bytes in base64, got 0"),
        ("layers:0:inputs", 5, "layers[0].inputs: expected 4, one per pixel, got 5"),
        ("layers:0:units", 2, "parameters: expected 10, got 15"),
        ("layers:0:activation", "relu", "layers[0].activation: expected 'softmax', got 'relu'"),
        ("parameters", 16, "parameters: expected 15, got 16"),
        ("sha256", "0" * 64, "sha256: expected "),
        ("layers", [], "layers: expected a list of 1..32, got a list of 0"),
    ],
    "dataset.json": [
        ("labels:0", 3, "labels[0]: expected 0..2, got 3"),
        ("labels:0", 1, "sha256: expected "),
        ("max_value", 2, "samples: expected 0..2, got 3"),
        ("samples", "AAAA", "samples: expected bytes compressed by zlib, got others"),
        ("samples", packed(PIXELS[:-1]), "samples: expected 48 bytes when unpacked, got 47 bytes, or a torn end"),
        ("samples", packed(PIXELS + b"0"), "samples: expected 48 bytes when unpacked, got 49 bytes, or a torn end"),
        ("samples", packed(bytes(10**7)), "samples: expected 48 bytes when unpacked, got 49 bytes, or a torn end"),
        ("samples", packed(PIXELS, torn=True), "samples: expected 48 bytes when unpacked, got 48 bytes, or a torn end"),
        ("name", "../up", "name: expected 1..35 characters of a-z"),
        ("channels", 2, "channels: expected 1, 3, got 2"),
        ("max_value", GONE, "max_value: expected one, as there are no feature_names, got null"),
        ("feature_names", ["a", "b"], "feature_names: expected none beside an image_shape, got a list of 2"),
        ("title", "Tiny images", "title: expected no such key, got 'Tiny images'"),
    ],
    "split.json": [
        ("groups:0", -1, "groups[0]: expected an integer ≥ 0, got -1"),
        ("groups:0", 6, "groups: expected 0..5, each of them, got"),
        ("groups", [], "groups: expected a list of ≥ 2"),
    ],
    "run_summary.json": [
        ("config:epochs", 0, "config.epochs: expected a whole number from 1 to 100000, got 0"),
        ("config:epochs", True, "config.epochs: expected a whole number"),
        ("config:epochs", 3.5, "config.epochs: expected a whole number"),
        ("config:epochs", None, "config.epochs: expected a whole number"),
        ("config:momentum", 1, "config.momentum: expected a number from 0, below 1, got 1"),
        ("config:hidden_sizes", [5000], "config.hidden_sizes: expected up to 8 layer sizes"),
        ("config:timing_stats", 1, "config.timing_stats: expected true or false, got 1"),
        ("config:model", "mlp", "config.model: expected 'logistic', the network's, got 'mlp'"),
        ("config:hidden_sizes", [5], "config.hidden_sizes: expected a list of 0, the network's, got a list of 1"),
        ("config:model", 1, "config.model: expected one of mlp, cnn, logistic, got 1"),
        ("config:run_label", "a\u202eb", "config.run_label: expected text, got"),
        ("run_id", "2026-11-22", "run_id: expected a run id such as"),
        ("run_id", None, "dataset.file: expected 'dataset.json', got 'tiny-"),
        ("label", "a\u200bb", "label: expected the cleaned text 'ab'"),
        ("created", "2026-13-22T19:16:12Z", "created: expected a UTC time such as"),
        ("config:epochs", [1, 2.5], "config.epochs[1]: expected an integer, got 2.5"),
        ("config:epochs", {}, "config.epochs: expected text, a number, true, false, a list"),
        ("config:epochs", float("inf"), "config.epochs: expected text, a number"),
        ("config:BAD", 1, "config: expected keys to be names of a-z, 0-9 and _, got 'BAD'"),
        ("config:new", 1, "config_origin.new: expected the same settings"),
        ("config:epochs", GONE, "config.epochs: expected the same settings"),
        ("dataset:samples", 11, "dataset.samples: expected 12, training + holdout, got 11"),
        ("dataset:file", "other.json", "dataset.file: expected 'tiny-"),
        ("dataset:image_shape", [2, 3], "model.layers[0].inputs: expected 6, one per number of a sample"),
        ("dataset:class_names", ["a", "b"], "split.training_counts: expected a list of 2, got"),
        ("split:holdout_counts:0", 0, "split.holdout_counts: expected 5 in all, got"),
        ("model:parameters", 3, "model.parameters: expected 15, got 3"),
        ("model:layers:0:parameters", 3, "model.layers[0].parameters: expected 15, got 3"),
        ("timing:training_seconds", 3, "timing.total_seconds: expected at least 3, the training"),
        ("interrupted", {"epoch": 2, "planned": 4}, "interrupted.planned: expected 3, as configured, got 4"),
        ("interrupted", {"epoch": 3, "planned": 3}, "interrupted.epoch: expected 1..2, got 3"),
        ("environment:cpu", 0.5, "environment.cpu: expected text or an integer or null, got 0.5"),
    ],
    "manifest.json": [
        ("files:../x.json", {"bytes": 0, "sha256": "0" * 64}, "files: expected keys to be a file name"),
        ("files:con.json", {"bytes": 0, "sha256": "0" * 64}, "files: expected keys to be a file name"),
        ("files:x.html", {"bytes": 0, "sha256": "0" * 64}, "files: expected keys to be a file name"),
        ("files:x.json\n", {"bytes": 0, "sha256": "0" * 64}, "files: expected keys to be a file name"),
        ("files:manifest.json", {"bytes": 0, "sha256": "0" * 64}, "files['manifest.json']: expected every"),
        ("files:metrics.json:bytes", -1, "files['metrics.json'].bytes: expected an integer ≥ 0"),
    ],
    "index.json": [
        ("latest", "20200101-000000", "latest: expected one of the runs"),
        ("latest", None, "latest: expected one of the runs"),
        ("runs", [], "latest: expected one of the runs, null if there is none"),
        ("count", 3, "count: expected 302, of runs and segments, got 3"),
        ("segments:0:file", "../index-0001.json", "segments[0].file: expected a file name such as index-0001.json"),
        ("segments:0:runs", 1001, "segments[0].runs: expected an integer 1..1000, got 1001"),
        ("segments:0:real", 301, "segments[0].real: expected at most 300, got 301"),
        ("segments:0:lowest", "20261122-191612", "segments[0].lowest: expected 20261121-000000 or below"),
        ("segments:0:sha256", "f", "segments[0].sha256: expected 64 lower-case hexadecimal digits"),
        ("runs:1:run_id", "20261122-191612-baseline", "runs[1].run_id: expected a run listed only once"),
        ("runs:0:run_id", "../../etc", "runs[0].run_id: expected a run id such as"),
        ("runs:0:label", "a  b", "runs[0].label: expected the cleaned text 'a b', got 'a  b'"),
        ("runs:0:hidden_sizes", [0], "runs[0].hidden_sizes[0]: expected an integer ≥ 1, got 0"),
        ("runs:0:replay:held", False, "runs[0].replay.held: expected true, got false"),
        ("runs:0:replay:tier", "different", "runs[0].replay.held: expected false, got true"),
        ("runs:0:note", "a \u200b", "runs[0].note: expected the cleaned text"),
        ("runs:1:interrupted", 1, "runs[1].interrupted: expected true or false, got 1"),
    ],
    "index_segment.json": [
        ("runs", [], "runs: expected a list of 1..1000, got a list of 0"),
        ("runs:1:run_id", "20261122-191612-baseline", "runs[1].run_id: expected a run listed only once"),
        ("runs:0:label", "a  b", "runs[0].label: expected the cleaned text 'a b', got 'a  b'"),
        ("runs:0:replay:held", False, "runs[0].replay.held: expected true, got false"),
    ],
    "note.json": [
        ("text", "", "text: expected one line of 1..2000 characters"),
        ("text", "two\nlines", "text: expected one line of 1..2000 characters"),
        ("text", "to the \u202eleft", "text: expected the cleaned text"),
        ("text", "\u00e9" * 1001, "text: expected at most 2000 bytes, got 2002"),
        ("run_id", None, "run_id: expected a run id such as"),
        ("written", "today", "written: expected a UTC time such as"),
    ],
    "replay.json": [
        ("tier", "good", "tier: expected 'bit-identical', 'metric-identical (1e-9)', 'within seed noise', 'different'"),
        ("tier", "bit-identical", "tier: expected 'bit-identical' exactly where all are equal, got 'bit-identical'"),
        ("tier", "different", "held: expected false, got true"),
        ("promised", "bit-identical", "held: expected false, got true"),
        ("artifacts:0:places", 1, "artifacts[0].places: expected 0 exactly where files are equal, got 1"),
        ("artifacts:1:first", None, "artifacts[1].first: expected null exactly where files are equal, got null"),
        ("artifacts:1:largest", float("nan"), "artifacts[1].largest: expected a finite number ≥ 0 or null, got nan"),
        ("artifacts:1:file", "../up", "artifacts[1].file: expected a file name"),
        ("environment:0:fact", "BLAS", "environment[0].fact: expected names of a-z, 0-9 and _"),
        ("replayed", "today", "replayed: expected a UTC time such as"),
        ("run_id", "../../etc", "run_id: expected a run id such as"),
    ],
}


@pytest.mark.parametrize(("file", "case"), [(file, case) for file, cases in BROKEN.items() for case in cases])
def test_a_broken_file_is_refused_by_the_name_of_its_field(file: str, case: tuple[Any, ...]) -> None:
    message = file.removesuffix(".json") + "." + case[-1]
    assert (refusal(file, edited(LOGISTIC[file], *case[:-1])) or "accepted")[: len(message)] == message


def test_every_file_has_a_validator_and_a_broken_case() -> None:
    assert BROKEN.keys() == a.ARTIFACTS.keys()


def test_layers_must_chain_in_both_files_that_list_them() -> None:
    for file, path in (("model.json", "layers"), ("run_summary.json", "model:layers")):
        stem = f"{file.removesuffix('.json')}.{path.replace(':', '.')}"
        message = refusal(file, edited(MLP[file], f"{path}:1:inputs", 6))
        assert message == f"{stem}[1].inputs: expected 5, the outputs before, got 6"
        message = refusal(file, edited(MLP[file], f"{path}:0:activation", "softmax"))
        assert message == f"{stem}[0].activation: expected 'relu', got 'softmax'"


def test_expected_classes_and_epochs_are_checked_when_given() -> None:
    roc, timing = LOGISTIC["roc_curves.json"], LOGISTIC["timing_stats.json"]
    a.validate_roc_payload(roc, 3)
    a.validate_roc_payload(roc, expected_classes=("é", "0", "one"))
    a.validate_timing_stats_payload(timing, expected_epochs=3)
    with pytest.raises(ArtifactError, match=r"roc_curves\.classes: expected 10 classes, got an object of 3"):
        a.validate_roc_payload(roc, 10)
    with pytest.raises(ArtifactError, match=r"roc_curves\.classes\[1\]: expected 'two', got 'one'"):
        a.validate_roc_payload(roc, ["0", "two", "é"])
    with pytest.raises(ArtifactError, match=r"timing_stats\.epoch_seconds: expected a list of 4, got a list of 3"):
        a.validate_timing_stats_payload(timing, 4)


def test_a_run_that_diverged_at_once_has_valid_files_without_epochs() -> None:
    reason = (1, "overflow")
    a.validate_loss_curve_payload(a.build_loss_curve([], [], [], [], reason))
    a.validate_training_dynamics_payload(a.build_training_dynamics([], [], reason))
    a.validate_timing_stats_payload(a.build_timing_stats([], 0.25), 0)
    a.validate_epoch_snapshots_payload(a.build_epoch_snapshots([], [], None, "nothing was learned"))


@pytest.mark.parametrize(("epochs", "kept"), [(1, 1), (2, 2), (25, 25), (26, 25), (100, 25)])
def test_a_film_keeps_at_most_25_pictures_of_the_weights_evenly_from_first_to_last(epochs: int, kept: int) -> None:
    matrices = [[[1, 0], [0, 1]]] * epochs
    payload = a.build_epoch_snapshots(range(1, epochs + 1), matrices, [[float(i)] for i in range(epochs)])
    a.validate_epoch_snapshots_payload(payload)
    places = [place for place, weights in enumerate(payload["first_layer_weights"]) if weights is not None]
    gaps = [after - before for before, after in itertools.pairwise(places)]
    assert len(places) == kept
    assert (places[0], places[-1]) == (0, epochs - 1)
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_what_is_not_finite_is_null_from_the_divergence_on() -> None:
    curve = a.build_loss_curve([1.0, float("nan")], [2.0, float("inf")], [0.5, 0.1], [0.5, 0.1], (2, "overflow"))
    assert curve["training_loss"] == [1.0, None]
    assert curve["holdout_loss"] == [2.0, None]
    a.validate_loss_curve_payload(curve)


def test_metrics_are_scikit_learns() -> None:
    true, metrics = [LABELS[row] for row in HOLDOUT], LOGISTIC["metrics.json"]
    predicted = np.argmax(PROBABILITIES, axis=1).tolist()
    assert metrics["confusion_matrix"] == oracle.confusion_matrix(true, predicted).tolist()
    assert metrics["accuracy"] == metrics["test_accuracy"] == oracle.accuracy_score(true, predicted)
    assert metrics["macro_f1"] == pytest.approx(oracle.f1_score(true, predicted, average="macro"))
    assert metrics["log_loss"] == pytest.approx(oracle.log_loss(true, PROBABILITIES))
    report = oracle.classification_report(true, predicted, target_names=NAMES, output_dict=True, zero_division=np.nan)
    assert metrics["classification_report"]["weighted avg"] == pytest.approx(report["weighted avg"])
    assert metrics["classification_report"]["é"]["precision"] is None
    assert metrics["classification_report"]["é"]["reasons"] == {"precision": "the class was never predicted"}


def test_digests_are_those_of_the_arrays() -> None:
    images = np.frombuffer(PIXELS, dtype=np.uint8).reshape(12, 1, 2, 2)
    dataset = Dataset("tiny", "", "", "", images, np.array(LABELS), tuple(NAMES), 3)
    split = Split(dataset, np.setdiff1d(np.arange(12), HOLDOUT), np.array(HOLDOUT), np.array(GROUPS))
    assert LOGISTIC["dataset.json"]["sha256"] == dataset.sha256
    assert LOGISTIC["run_summary.json"]["split"]["sha256"] == split.sha256


def test_floats_are_what_numpy_reads_whether_given_as_bytes_or_numbers() -> None:
    layer = LOGISTIC["model.json"]["layers"][0]
    weights = np.frombuffer(base64.b64decode(layer["weights"]), dtype="<f4").reshape(3, 4)
    assert weights.tolist() == (np.arange(12) / 8).reshape(3, 4).tolist()
    arrays = [np.array(values, dtype="<f4").tobytes() for values in ([0.0] * 4, [3.0] * 4, [1.0] * 3)]
    rebuilt = a.build_model(SHAPE, *arrays[:2], [({"inputs": 4, "units": 3}, "softmax", weights.tobytes(), arrays[2])])
    assert rebuilt == LOGISTIC["model.json"]


@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_valid_or_an_artifact_error_and_never_a_crash(file: str) -> None:
    @given(mutated([run[file] for run in RUNS.values()]))
    def check_mutations(payload: Any) -> None:
        message = refusal(file, payload)
        if message is None:
            json.dumps(payload, allow_nan=False).encode()
            for run in RUNS.values():
                assert all(line.isprintable() for line in a.contradictions(run | {file: payload}))
        else:
            assert message.isprintable()

    check_mutations()


@pytest.mark.parametrize("file", FILES)
def test_the_published_schema_accepts_whatever_the_checker_accepts(file: str) -> None:
    text = FOLDER.joinpath(file.replace(".json", ".schema.json")).read_text("utf-8")
    published = jsonschema.Draft202012Validator(json.loads(text))

    @given(mutated([run[file] for run in RUNS.values()]))
    def check_mutations(payload: Any) -> None:
        try:
            check_payload(payload, a.ARTIFACTS[file].schema, "payload")
        except ArtifactError:
            return
        published.validate(payload)

    check_mutations()


def test_the_published_schemas_are_fresh_and_valid() -> None:
    assert {path.name: path.read_text("utf-8") for path in FOLDER.iterdir()} == schema_files()
    for text in schema_files().values():
        jsonschema.Draft202012Validator.check_schema(json.loads(text))


def test_the_schemas_use_only_words_that_the_checker_knows() -> None:
    known = {"type", "enum", "const", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems"}
    notes = {"$schema", "$id", "title", "description"}

    def walk(schema: dict[str, Any]) -> None:
        nested = {"items", "propertyNames", "additionalProperties"} & schema.keys()
        assert schema.keys() <= known | notes | nested | {"properties", "required"}
        inside = [schema[key] for key in nested if schema[key] is not False]
        for inner in [*schema.get("properties", {}).values(), *inside]:
            walk(inner)

    for schema in (each for artifact in a.ARTIFACTS.values() for each in alternatives(artifact.schema)):
        walk(schema)
