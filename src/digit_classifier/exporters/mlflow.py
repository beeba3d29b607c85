"""Runs in an MLflow tracking store: settings, metrics by epoch, every file, and the ONNX model."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from digit_classifier.errors import InputError, RunError, explain
from digit_classifier.exporters.onnx import onnx_model
from digit_classifier.exporters.source import about, payload, run_name, sample_shape, series_of, settings_of
from digit_classifier.exporters.tracking_uri import database_of, store_at
from digit_classifier.settings.kinds import as_text
from digit_classifier.store.layout import MANIFEST_FILE
from digit_classifier.text import clean_text, without_password

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digit_classifier.store import Bundle

LIBRARY = "mlflow"
EXPERIMENT = "digit-classifier"
BATCH = 1000  # metrics in a request, the most that a server takes
# Nothing is sent anywhere but to the store, nothing is drawn, and a store that fails is not asked for minutes.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}


def add(bundle: Bundle, target: str) -> bool:
    """Add a run to the store behind a tracking URI; False where it is there already.

    InputError where the URI is none or nobody answers there, RunError where the store refuses.
    """
    uri = store_at(target)
    with _quiet():
        return _added(bundle, uri)


@contextmanager
def _quiet() -> Iterator[None]:
    ours = {key: value for key, value in QUIET.items() if key not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for key in ours:
            del os.environ[key]


def _added(bundle: Bundle, uri: str) -> bool:
    for library in ("onnx", "onnxruntime"):  # missing ones are said before anything is written
        import_module(library)
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        client = MlflowClient(uri)
        experiment = _experiment(client, uri)
        identity = {"run_id": run_name(bundle), "results_digest": bundle.manifest["results_digest"]}
        tags = {f"digit_classifier.{key}": value for key, value in identity.items()}
        known = " and ".join(f"tags.`{key}` = '{value}'" for key, value in tags.items())
        if client.search_runs([experiment], known, max_results=1):
            return False
        _log(client, experiment, bundle, tags)
    except MlflowException as error:
        came = without_password(clean_text(str(error), 300)).rstrip(".")
        raise RunError(explain("mlflow", "a store that takes the run", came, "another tracking URI")) from error
    return True


def _log(client: Any, experiment: str, bundle: Bundle, tags: dict[str, str]) -> None:
    """A run of MLflow with all of ours; where that fails, none."""
    from mlflow.entities import Dataset, DatasetInput, Metric, Param, RunTag

    summary, start = payload(bundle, "run_summary.json"), _milliseconds(bundle)
    data = Dataset(summary["dataset"]["name"], summary["dataset"]["sha256"][:12], "local", summary["dataset"]["file"])
    note = {"mlflow.note.content": "\n\n".join(about(bundle))}
    params = [Param(key, as_text(value)) for key, value in settings_of(bundle).items()]
    series = series_of(bundle).items()
    points = [Metric(key, y, start + round(1000 * at), step) for key, each in series for step, at, y in each]
    model = onnx_model(bundle)  # a run that lacks a file is refused before it is there
    run = client.create_run(experiment, start, note, summary["label"] or run_name(bundle)).info.run_id
    try:
        client.log_batch(run, params=params)
        client.log_inputs(run, [DatasetInput(data, [])])
        for first in range(0, len(points), BATCH):
            client.log_batch(run, points[first : first + BATCH])
        for name in (*bundle.manifest["files"], MANIFEST_FILE):
            client.log_artifact(run, str(bundle.directory / name), run_name(bundle))
        with TemporaryDirectory() as scratch:
            client.log_artifacts(run, _model(bundle, model, Path(scratch, "model")), "model")
        end = start + round(1000 * summary["timing"]["total_seconds"])
        client.set_terminated(run, end_time=end)
        client.log_batch(run, tags=[RunTag(*tag) for tag in tags.items()])  # last: only a whole run is known by them
    except BaseException:
        with suppress(Exception):
            client.delete_run(run)
        raise


def _milliseconds(bundle: Bundle) -> int:
    return round(1000 * datetime.fromisoformat(bundle.manifest["created"]).timestamp())


def _model(bundle: Bundle, model: Any, path: Path) -> str:
    """A folder with the ONNX model as `pyfunc` loads it: no pickle, and none of our code."""
    import mlflow.onnx
    import numpy as np
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    dataset, single = payload(bundle, "run_summary.json")["dataset"], np.dtype(np.float32)
    taken = TensorSpec(single, (-1, *sample_shape(dataset)), "samples")
    given = TensorSpec(single, (-1, len(dataset["class_names"])), "probabilities")
    mlflow.onnx.save_model(
        model,
        str(path),
        signature=ModelSignature(Schema([taken]), Schema([given])),
        pip_requirements=mlflow.onnx.get_default_pip_requirements(),
        onnx_execution_providers=["CPUExecutionProvider"],
        save_as_external_data=False,
    )
    return str(path)


def _experiment(client: Any, uri: str) -> str:
    found = client.get_experiment_by_name(EXPERIMENT)
    if found is None:
        beside, kind = database_of(uri), {"mlflow.experimentKind": "custom_model_development"}
        place = (beside.parent / "mlruns").as_uri() if beside else None
        return str(client.create_experiment(EXPERIMENT, place, kind))
    if found.lifecycle_stage != "active":
        attempt = f"mlflow experiments restore --experiment-id {found.experiment_id}"
        raise InputError(explain("mlflow", f"the experiment {EXPERIMENT}", "a deleted one", attempt))
    return str(found.experiment_id)
