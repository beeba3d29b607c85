"""Event files, as TensorBoard's own reader and a running TensorBoard see them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import pytest

from digit_classifier import read_bundle
from digit_classifier.artifacts.run_summary import UNRELATED
from digit_classifier.cli.main import main
from exported_runs import HOSTILE, NAMES, Runs
from store_oracle import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CURVES = {
    "loss/training": "training_loss",
    "loss/holdout": "holdout_loss",
    "accuracy/training": "training_accuracy",
    "accuracy/holdout": "holdout_accuracy",
}


@pytest.fixture(scope="module")
def logs(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All runs of the root, exported at once."""
    target = tmp_path_factory.mktemp("tensorboard") / "logs"
    assert main(["export", "tensorboard", str(runs.root), "-o", str(target)]) == 0
    return target


@pytest.fixture(scope="module")
def accumulate() -> Any:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    def read(folder: Path) -> Any:
        return EventAccumulator(str(folder), dict.fromkeys(("scalars", "images", "tensors"), 0)).Reload()

    return read


@pytest.mark.parametrize("kind", ["grey-cnn", "colour-cnn", "table-logistic", "diverged-mlp"])
def test_every_epoch_of_every_curve_is_there_with_its_value(kind: str, runs: Runs, logs: Path, accumulate: Any) -> None:
    bundle = read_bundle(runs.directories[kind])
    events, curve = accumulate(logs / bundle.manifest["run_id"]), bundle.payloads["loss_curve.json"]
    expected = {tag: curve[key] for tag, key in CURVES.items()}
    if kind == "colour-cnn":
        expected["learning_rate"] = bundle.payloads["training_dynamics.json"]["learning_rates"]
    for tag, values in expected.items():
        found = {each.step: each.value for each in events.Scalars(tag)} if any(v is not None for v in values) else {}
        known = {epoch: value for epoch, value in enumerate(values, start=1) if value is not None}
        assert found == pytest.approx(known, rel=1e-6)
    scores = ["test_accuracy", "train_accuracy", "macro_f1", "log_loss"]
    for tag in scores:
        (score,) = events.Scalars(tag)
        assert score.value == pytest.approx(bundle.payloads["metrics.json"][tag], rel=1e-6)
        assert score.step == len(curve["epochs"])
    shown = {tag for tag, values in expected.items() if any(value is not None for value in values)}
    assert set(events.Tags()["scalars"]) == shown | {*scores}


def test_times_are_those_of_the_training(runs: Runs, logs: Path, accumulate: Any) -> None:
    bundle = read_bundle(runs.directories["colour-cnn"])
    seconds = bundle.payloads["timing_stats.json"]["epoch_seconds"]
    first, second = accumulate(logs / bundle.manifest["run_id"]).Scalars("loss/training")
    assert second.wall_time - first.wall_time == pytest.approx(seconds[1], abs=1e-4)


def test_pictures_are_the_files_of_the_run(runs: Runs, logs: Path, accumulate: Any) -> None:
    bundle = read_bundle(runs.directories["colour-cnn"])
    events = accumulate(logs / bundle.manifest["run_id"])
    pictures = [path for path in bundle.directory.iterdir() if path.suffix == ".png"]
    assert sorted(events.Tags()["images"]) == sorted(path.stem for path in pictures)
    assert len(pictures) == 5
    for path in pictures:
        (image,) = events.Images(path.stem)
        assert image.encoded_image_string == path.read_bytes()


@pytest.mark.parametrize("kind", ["grey-cnn", "colour-cnn", "table-logistic"])
def test_precision_and_recall_are_those_of_the_hold_out(kind: str, runs: Runs, logs: Path, accumulate: Any) -> None:
    bundle = read_bundle(runs.directories[kind])
    events, holdout = accumulate(logs / bundle.manifest["run_id"]), bundle.payloads["holdout.json"]
    rows, true = np.array(holdout["probabilities"]), np.array(holdout["true_labels"])
    for label, name in enumerate(bundle.payloads["metrics.json"]["labels"]):
        (event,) = events.Tensors(f"precision_recall/{name}")
        shape = [each.size for each in event.tensor_proto.tensor_shape.dim]
        taken, wrong, *_, precision, recall = np.array(event.tensor_proto.float_val).reshape(shape)
        for step in range(shape[1]):
            chosen = rows[:, label] >= step / (shape[1] - 1)
            hits = np.count_nonzero(chosen & (true == label))
            assert (taken[step], wrong[step]) == (hits, np.count_nonzero(chosen) - hits)
            assert recall[step] == pytest.approx(hits / np.count_nonzero(true == label))
            if chosen.any():
                assert precision[step] == pytest.approx(hits / np.count_nonzero(chosen))


@contextmanager
def tensorboard(logs: Path) -> Iterator[str]:
    """The address of a TensorBoard that has loaded these files."""
    words = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logs), "--port", "0", "--host", "127.0.0.1"]
    words += ["--load_fast", "false", "--reload_interval", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stderr
            line = next(line for line in server.stderr if "at http://" in line)
            yield line.partition(" at ")[2].split()[0].rstrip("/")
        finally:
            server.terminate()


def asked(address: str, path: str, **query: str) -> Any:
    with urlopen(f"{address}/data/plugin/{path}?{urlencode(query)}") as answer:
        return json.load(answer)


def test_a_running_tensorboard_shows_all_of_it(runs: Runs, logs: Path) -> None:
    bundle = read_bundle(runs.directories["colour-cnn"])
    run, summary = bundle.manifest["run_id"], bundle.payloads["run_summary.json"]
    with tensorboard(logs) as address:
        names = {directory.name for directory in runs.directories.values()}
        assert asked(address, "scalars/tags").keys() == names
        points = asked(address, "scalars/scalars", run=run, tag="accuracy/holdout")
        assert [step for _, step, _ in points] == bundle.payloads["loss_curve.json"]["epochs"]
        (image,) = asked(address, "images/images", run=run, tag="confusion_matrix", sample="0")
        with urlopen(f"{address}/data/plugin/images/individualImage?{image['query']}") as answer:
            assert answer.read() == (bundle.directory / "confusion_matrix.png").read_bytes()
        assert {f"precision_recall/{name}" for name in NAMES} == set(asked(address, "pr_curves/tags")[run])
        (text,) = asked(address, "text/text", run=run, tag="about/text_summary")
        hparams = asked(address, "hparams/session_groups", request=json.dumps(REQUEST))["sessionGroups"]
    assert "<img" not in text["text"]
    assert "<b>" not in text["text"]
    assert "digit-classifier train" in text["text"]
    (settings,) = (each["hparams"] for each in hparams if each["sessions"][0]["name"].rstrip("/") == run)
    config = {key: value for key, value in summary["config"].items() if key not in UNRELATED and value is not None}
    lists = {key: ",".join(map(str, value)) or "none" for key, value in config.items() if isinstance(value, list)}
    assert settings == {**config, **lists}
    assert summary["label"] == HOSTILE


STATES = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"]
REQUEST = {"experimentName": "", "allowedStatuses": STATES, "colParams": [], "startIndex": 0, "sliceSize": 100}


def test_a_second_export_changes_nothing(runs: Runs, logs: Path, capsys: Any) -> None:
    before, run = snapshot(logs), runs.directories["grey-mlp"]
    for source, count in ((runs.root, len(runs.directories)), (run, 1)):
        assert main(["export", "tensorboard", str(source), "-o", str(logs)]) == 0
        assert capsys.readouterr().out == f"{logs}: 0 runs added, {count} already there\n"
    assert snapshot(logs) == before


def test_only_the_runs_that_are_named_are_added_to_what_is_there(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "logs" / "theirs").mkdir(parents=True)
    (tmp_path / "logs" / "theirs" / "events.out.tfevents.1").write_bytes(b"theirs")
    chosen = [runs.directories[kind].name for kind in ("grey-mlp", "table-mlp")]
    words = [word for run in chosen for word in ("--run", run)]
    assert main(["export", "tensorboard", str(runs.root), "-o", str(tmp_path / "logs"), *words]) == 0
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == sorted([*chosen, "theirs"])


def test_a_file_is_named_by_the_run_and_not_by_the_machine(runs: Runs, logs: Path) -> None:
    bundle = read_bundle(runs.directories["grey-mlp"])
    (path,) = (logs / bundle.manifest["run_id"]).iterdir()
    assert re.fullmatch(rf"events\.out\.tfevents\.[0-9]+\.{bundle.manifest['results_digest'][:12]}", path.name)
