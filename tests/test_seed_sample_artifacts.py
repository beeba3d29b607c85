"""The sample seeder, run as without any package installed."""

from __future__ import annotations

import ast
import base64
import io
import json
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from sklearn import metrics as oracle

from digit_classifier.artifacts import ARTIFACTS, results_digest
from digit_classifier.store.claim import claim
from digit_classifier.store.inspection import inspect
from digit_classifier.store.json import untwin

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEB_DEMO = Path(__file__).parents[1] / "examples/digit-classifier/web_demo"
SEEDER = WEB_DEMO / "seed_sample_artifacts.py"
EXPERIMENT, BASELINE = "20240305-205832-sample-experiment", "20240305-210455-sample-baseline"
OWN = ["digit_classifier", "sample_digits", "sample_pictures"]
BARE = [sys.executable, "-I", "-S"]  # no site-packages, no environment variables, no user directory


def seed(root: Path) -> str:
    command = [*BARE, str(SEEDER), "--artifacts-root", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={})
    assert done.stderr == ""
    return done.stdout


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def load(path: Path) -> dict[str, Any]:
    payload = json.loads(path.read_text())
    assert isinstance(payload, dict)
    return payload


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("seeded") / "artifacts"
    seed(root)
    return root


def floats(text: str) -> NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(text), dtype="<f4")


def publish_copy(root: Path, source: Path, created: str, slug: str | None, **changes: Any) -> Path:
    """A run that is not the seeder's: the same results under another name, with other words in its summary."""
    payloads = {path.name: load(path) for path in source.glob("*.json") if path.name != "manifest.json"}
    payloads["run_summary.json"] |= {"created": created, "synthetic": False, **changes}
    payloads["run_summary.json"]["results_digest"] = results_digest(payloads)
    pictures = {path.name: path.read_bytes() for path in source.glob("*.png")}
    with claim(root, created, slug) as mine:
        return mine.publish(payloads, pictures).directory


def test_a_bare_interpreter_needs_nothing_but_the_standard_library(tmp_path: Path) -> None:
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['seed', '--artifacts-root', {str(tmp_path / 'artifacts')!r}]\n"
        f"try: runpy.run_path({str(SEEDER)!r}, run_name='__main__')\n"
        "except SystemExit as end: assert not end.code\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([*BARE, "-c", code], capture_output=True, text=True, check=True, env={})
    assert done.stdout.splitlines()[-1].split() == ["__main__", *OWN]


def test_every_file_passes_its_validator_and_agrees_with_the_others(root: Path) -> None:
    for name in (EXPERIMENT, BASELINE, "latest"):
        assert inspect(root / name).problems == []
    for path in (root / BASELINE).glob("*.json"):
        ARTIFACTS[path.name].validate(load(path))
    ARTIFACTS["index.json"].validate(load(root / "index.json"))


def test_two_runs_are_listed_and_the_baseline_is_the_latest(root: Path) -> None:
    index = load(root / "index.json")
    assert [run["run_id"] for run in index["runs"]] == [BASELINE, EXPERIMENT]
    assert index["latest"] == BASELINE
    assert contents(root / "latest") == contents(root / BASELINE)
    assert untwin((root / "index.css").read_bytes(), "index.css") == (root / "index.json").read_bytes()


def test_every_run_says_that_it_is_synthetic(root: Path) -> None:
    for run in load(root / "index.json")["runs"]:
        summary = load(root / run["run_id"] / "run_summary.json")
        assert run["synthetic"] is summary["synthetic"] is True
        assert "Synthetic" in summary["dataset"]["title"]
        assert "Not real data" in summary["dataset"]["note"]


def test_the_stored_network_makes_the_stored_predictions(root: Path) -> None:
    (dataset,) = map(load, (root / "datasets").glob("*.json"))
    images = np.frombuffer(zlib.decompress(base64.b64decode(dataset["samples"])), dtype=np.uint8).reshape(-1, 64)
    for run in (EXPERIMENT, BASELINE):
        model, holdout = load(root / run / "model.json"), load(root / run / "holdout.json")
        (layer,) = model["layers"]
        inputs = (images[holdout["sample_ids"]] - floats(model["offset"])) / floats(model["scale"])
        logits = inputs @ floats(layer["weights"]).reshape(10, 64).T + floats(layer["bias"])
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        expected = powers / powers.sum(axis=1, keepdims=True)
        assert np.allclose(expected, holdout["probabilities"], atol=1e-6)
        assert holdout["true_labels"] == [dataset["labels"][row] for row in holdout["sample_ids"]]


def test_the_scores_are_those_scikit_learn_computes(root: Path) -> None:
    for run in (EXPERIMENT, BASELINE):
        scores, holdout = load(root / run / "metrics.json"), load(root / run / "holdout.json")
        truth, said = holdout["true_labels"], holdout["predicted_labels"]
        assert scores["accuracy"] == pytest.approx(oracle.accuracy_score(truth, said), abs=1e-12)
        assert scores["macro_f1"] == pytest.approx(oracle.f1_score(truth, said, average="macro"), abs=1e-12)
        assert scores["confusion_matrix"] == oracle.confusion_matrix(truth, said).tolist()


def test_probabilities_are_float32_in_their_shortest_form(root: Path) -> None:
    for row in load(root / BASELINE / "holdout.json")["probabilities"]:
        assert [float(str(np.float32(value))) for value in row] == row


def test_the_runs_are_worth_comparing(root: Path) -> None:
    baseline, experiment = (load(root / run / "metrics.json") for run in (BASELINE, EXPERIMENT))
    assert 0.8 < experiment["accuracy"] < baseline["accuracy"] < 0.99
    for run in (BASELINE, EXPERIMENT):
        shown = load(root / run / "predictions.json")["samples"]
        assert any(sample["true_label"] != sample["predicted_label"] for sample in shown)
        losses = load(root / run / "loss_curve.json")["training_loss"]
        assert losses[-1] < losses[0] / 4


def test_the_digits_are_balanced_and_use_the_whole_scale(root: Path) -> None:
    (dataset,) = map(load, (root / "datasets").glob("*.json"))
    assert np.bincount(dataset["labels"]).tolist() == [60] * 10
    assert set(zlib.decompress(base64.b64decode(dataset["samples"]))) == set(range(17))
    assert np.bincount(load(root / BASELINE / "holdout.json")["true_labels"]).tolist() == [12] * 10


def test_the_pictures_show_the_payloads(root: Path) -> None:
    samples = load(root / BASELINE / "predictions.json")["samples"]
    with Image.open(io.BytesIO((root / BASELINE / "sample_gallery.png").read_bytes())) as image:
        gallery = image.convert("L")
    for place, sample in enumerate(samples):
        left, top = 42 + place % 8 * 112, 136 + place // 8 * 154
        shown = [gallery.getpixel((left + 11 * (at % 8) + 3, top + 11 * (at // 8) + 8)) for at in range(64)]
        order = np.argsort(sample["pixels"], kind="stable")
        assert (np.diff(np.array(shown, dtype=float)[order]) <= 0).all()  # more ink is darker
    with Image.open(io.BytesIO((root / BASELINE / "confusion_matrix.png").read_bytes())) as image:
        assert image.size == (800, 760)


def test_seeding_again_writes_the_same_bytes_and_no_more_runs(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path, dirs_exist_ok=True)
    before = {name: contents(tmp_path / name) for name in (EXPERIMENT, BASELINE, "datasets", "latest")}
    (tmp_path / BASELINE / "metrics.json").write_text("{}")  # a sample changed by hand
    seed(tmp_path)
    assert {name: contents(tmp_path / name) for name in before} == before
    names = sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith("."))
    assert names == [EXPERIMENT, BASELINE, "datasets", "index.css", "index.json", "latest"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [".lock"]


def test_the_runs_of_others_stay_as_they_are(root: Path, tmp_path: Path) -> None:
    source = root / BASELINE
    real = publish_copy(tmp_path, source, "2026-11-22T19:16:12Z", "mine", label="mine")
    namesake = publish_copy(tmp_path, source, "2024-03-05T21:04:55Z", "sample-baseline", label=None)
    synthetic = publish_copy(tmp_path, source, "2024-03-05T21:04:56Z", "sample-baseline", synthetic=True)
    before = {path: contents(path) for path in (real, namesake, synthetic)}
    out = seed(tmp_path)
    again = seed(tmp_path)
    assert {path: contents(path) for path in before} == before
    index = load(tmp_path / "index.json")
    assert index["latest"] == namesake.name  # the real run published last
    assert [run["synthetic"] for run in index["runs"]] == [False, False, True, True, True]
    assert contents(tmp_path / "latest") == before[namesake]
    assert f"latest/ mirrors {namesake.name}, the newest of them." in out
    assert {run["run_id"] for run in index["runs"]} == {*(path.name for path in before), f"{BASELINE}-2", EXPERIMENT}
    assert out == again
    assert "Real runs here: 2, unchanged" in out


def test_a_sample_run_that_somebody_added_notes_to_is_not_removed(root: Path, tmp_path: Path) -> None:
    publish_copy(tmp_path, root / BASELINE, "2024-03-05T21:04:55Z", "sample-baseline", synthetic=True)
    notes = tmp_path / BASELINE / "notes.txt"
    notes.write_text("keep me")
    seed(tmp_path)
    assert notes.read_text() == "keep me"
    assert {run["run_id"] for run in load(tmp_path / "index.json")["runs"]} >= {f"{BASELINE}-2", EXPERIMENT}


def test_a_root_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("")
    done = subprocess.run(
        [*BARE, str(SEEDER), "--artifacts-root", str(taken)], capture_output=True, text=True, check=False, env={}
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_an_old_python_gets_one_clear_line() -> None:
    ast.parse(SEEDER.read_text(encoding="utf-8"), feature_version=(3, 6))  # so that it gets as far as the check
    code = f"import runpy, sys; sys.version_info = (3, 8, 10); runpy.run_path({str(SEEDER)!r}, run_name='__main__')"
    done = subprocess.run([*BARE, "-c", code], capture_output=True, text=True, check=False, env={})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: Python: expected 3.11 or newer, got 3.8; try python3.11\n"
