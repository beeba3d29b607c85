"""Runs in MLflow: in a database, and through a server that the tests start."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from digit_classifier import read_bundle
from digit_classifier.artifacts.run_summary import UNRELATED
from digit_classifier.cli.main import main
from exported_runs import HOSTILE, Runs, held_out

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore")  # of MLflow's and its libraries'
KINDS = ["grey-cnn", "colour-cnn", "table-mlp"]
SCORES = ("test_accuracy", "train_accuracy", "macro_f1", "log_loss")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow leaves a folder `mlruns` where it is used."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def mlflow() -> Any:
    """The library, silent and without telemetry."""
    os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow.onnx
    return mlflow


def export(runs: Runs, target: str, kinds: list[str] = KINDS) -> int:
    words = [word for kind in kinds for word in ("--run", runs.directories[kind].name)]
    return main(["export", "mlflow", str(runs.root), "-o", target, *words])


@pytest.fixture(scope="module")
def database(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that the export made, elsewhere than here."""
    path = tmp_path_factory.mktemp("mlflow") / "a place" / "mlflow.db"
    path.parent.mkdir()
    assert export(runs, f"sqlite:///{path}") == 0
    return path


def found_in(mlflow: Any, uri: str) -> dict[str, Any]:
    """What the store holds: the run id of ours → the run of MLflow."""
    client = mlflow.MlflowClient(uri)
    experiment = client.get_experiment_by_name("digit-classifier")
    return {run.data.tags["digit_classifier.run_id"]: run for run in client.search_runs([experiment.experiment_id])}


def content(path: Path) -> list[str]:
    """Every row of a database."""
    import sqlite3

    with sqlite3.connect(path) as database:
        rows = list(database.iterdump())
    database.close()
    return rows


def check_run(mlflow: Any, uri: str, run: Any, bundle: Any, place: Path) -> None:
    client, summary = mlflow.MlflowClient(uri), bundle.payloads["run_summary.json"]
    config = {key: value for key, value in summary["config"].items() if key not in UNRELATED and value is not None}
    lists = {key: ",".join(map(str, value)) or "none" for key, value in config.items() if isinstance(value, list)}
    switches = {key: str(value).lower() for key, value in config.items() if isinstance(value, bool)}
    assert run.data.params == {**{key: str(value) for key, value in config.items()}, **lists, **switches}
    assert run.info.status == "FINISHED"
    assert run.info.run_name == summary["label"]
    curve = bundle.payloads["loss_curve.json"]
    for name, key in (("loss/holdout", "holdout_loss"), ("accuracy/training", "training_accuracy")):
        points = {each.step: each.value for each in client.get_metric_history(run.info.run_id, name)}
        assert points == pytest.approx(dict(zip(curve["epochs"], curve[key], strict=True)))
    assert {name: run.data.metrics[name] for name in SCORES} == pytest.approx(
        {name: bundle.payloads["metrics.json"][name] for name in SCORES}
    )
    (data,) = run.inputs.dataset_inputs
    assert (data.dataset.name, data.dataset.digest) == (summary["dataset"]["name"], summary["dataset"]["sha256"][:12])
    copy = client.download_artifacts(run.info.run_id, bundle.manifest["run_id"], str(place))
    files = {path.name: path.read_bytes() for path in bundle.directory.iterdir()}
    assert {path.name: path.read_bytes() for path in type(place)(copy).iterdir()} == files


def check_model(mlflow: Any, uri: str, run: Any, bundle: Any) -> None:
    mlflow.set_tracking_uri(uri)
    model = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
    given = model.predict(held_out(bundle))["probabilities"]
    assert np.abs(given - np.array(bundle.payloads["holdout.json"]["probabilities"])).max() <= 2e-6
    assert model.metadata.get_input_schema().inputs[0].shape == (-1, *held_out(bundle).shape[1:])


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_holds_the_settings_every_epoch_and_every_file(
    kind: str, mlflow: Any, database: Path, runs: Runs, tmp_path: Path
) -> None:
    bundle, uri = read_bundle(runs.directories[kind]), f"sqlite:///{database}"
    run = found_in(mlflow, uri)[bundle.manifest["run_id"]]
    check_run(mlflow, uri, run, bundle, tmp_path)
    assert main(["verify", str(tmp_path / bundle.manifest["run_id"])]) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_pyfunc_predicts_as_the_run_does(kind: str, mlflow: Any, database: Path, runs: Runs) -> None:
    bundle, uri = read_bundle(runs.directories[kind]), f"sqlite:///{database}"
    check_model(mlflow, uri, found_in(mlflow, uri)[bundle.manifest["run_id"]], bundle)


def test_what_people_read_is_escaped(mlflow: Any, database: Path, runs: Runs) -> None:
    run = found_in(mlflow, f"sqlite:///{database}")[runs.directories["colour-cnn"].name]
    text, _, command = run.data.tags["mlflow.note.content"].partition("\n\n    ")
    assert run.info.run_name == HOSTILE
    assert "<" not in text
    assert command.startswith("digit-classifier train")


def test_files_lie_beside_the_database_and_nowhere_else(mlflow: Any, database: Path, runs: Runs) -> None:
    assert sorted(path.name for path in database.parent.iterdir()) == ["mlflow.db", "mlruns"]
    assert len(list((database.parent / "mlruns").iterdir())) == len(KINDS)


def test_a_second_export_changes_nothing(mlflow: Any, database: Path, runs: Runs, capsys: Any) -> None:
    before = content(database)
    assert export(runs, f"sqlite:///{database}") == 0
    assert capsys.readouterr().out == f"sqlite:///{database}: 0 runs added, {len(KINDS)} already there\n"
    assert content(database) == before


def test_a_run_that_was_cut_short_is_not_taken_for_one(
    mlflow: Any, database: Path, runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """The store fails at the last file: no run is left, and the next export adds it whole."""
    copy = shutil.copy(database, tmp_path / "copy.db")
    uri, kinds = f"sqlite:///{copy}", ["table-logistic"]
    with monkeypatch.context() as patch:

        def fail(*_: object, **__: object) -> None:
            raise mlflow.MlflowException("the disk\nis full")

        patch.setattr(mlflow.MlflowClient, "log_artifacts", fail)
        assert export(runs, uri, kinds) == 1
    says = "error: mlflow: expected a store that takes the run, got the disk is full; try another tracking URI\n"
    assert capsys.readouterr().err == says
    assert runs.directories["table-logistic"].name not in found_in(mlflow, uri)
    assert len(found_in(mlflow, uri)) == len(KINDS)
    assert export(runs, uri, kinds) == 0
    assert len(found_in(mlflow, uri)) == len(KINDS) + 1


def test_an_experiment_that_was_deleted_is_not_written_to(
    mlflow: Any, database: Path, runs: Runs, tmp_path: Path, capsys: Any
) -> None:
    uri = f"sqlite:///{shutil.copy(database, tmp_path / 'copy.db')}"
    client = mlflow.MlflowClient(uri)
    client.delete_experiment(client.get_experiment_by_name("digit-classifier").experiment_id)
    assert export(runs, uri) == 2
    assert "got a deleted one; try mlflow experiments restore --experiment-id 1\n" in capsys.readouterr().err


@contextmanager
def server(database: Path) -> Iterator[str]:
    """The address of a tracking server on this machine that keeps its runs in a database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1", "--port", str(port)]
    words += ["--backend-store-uri", f"sqlite:///{database}", "--artifacts-destination", str(database.parent / "kept")]
    environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}  # starts sooner
    process = subprocess.Popen(
        words, cwd=database.parent, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    with process:
        try:
            assert process.stderr
            next(line for line in process.stderr if "Application startup complete" in line)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # with its workers


def test_a_server_takes_runs_keeps_their_files_and_gives_them_back(
    mlflow: Any, database: Path, runs: Runs, tmp_path: Path, capsys: Any
) -> None:
    copy = tmp_path / "mlflow.db"
    shutil.copy(database, copy)
    client = mlflow.MlflowClient(f"sqlite:///{copy}")
    client.rename_experiment(client.get_experiment_by_name("digit-classifier").experiment_id, "of before")
    bundle = read_bundle(runs.directories["colour-cnn"])
    with server(copy) as address:
        assert export(runs, address, ["colour-cnn"]) == 0
        assert capsys.readouterr() == (f"{address}: 1 run added\n", "")
        (run,) = found_in(mlflow, address).values()
        assert run.info.artifact_uri.startswith("mlflow-artifacts:/")
        check_run(mlflow, address, run, bundle, tmp_path)
        check_model(mlflow, address, run, bundle)
        before = content(copy)
        assert export(runs, address.replace("://", "://me:secret@"), ["colour-cnn"]) == 0
        assert capsys.readouterr() == (f"{address}: 0 runs added, 1 already there\n", "")
        assert content(copy) == before
    assert export(runs, address, ["grey-cnn"]) == 2
    assert capsys.readouterr().err.startswith("error: mlflow: expected a tracking server that answers, got [Errno")
