"""`train`: one run, from its settings to its directory."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digit_classifier.cli.signals import stopped_by_signals
from digit_classifier.cli.terminal import discard_output, is_watched, progress_bar, summarise
from digit_classifier.errors import RunError, explain
from digit_classifier.settings.run_config import Given, resolve

if TYPE_CHECKING:
    import argparse

    from digit_classifier.experiment import Recorded


def train(options: argparse.Namespace) -> int:
    """Train, record the run, and print a report of it as JSON."""
    resolved = resolve(options.given or [], _file_settings(options.config), {"artifacts_root": options.artifacts_root})
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported: no idle threads to start
    from digit_classifier.experiment import record  # only now, when the settings are known to be good

    with progress_bar(resolved.config.epochs) as on_epoch, stopped_by_signals():
        recorded = record(resolved, on_epoch=on_epoch)
    if diverged := recorded.payloads["run_summary.json"]["diverged"]:
        came = f"epoch {diverged['epoch']}, in which {diverged['reason']}"
        kept = "The epochs before it are" if diverged["epoch"] > 1 else "No epoch was completed; the start is"
        saved = f"a smaller learning rate. {kept} saved in {recorded.directory}"
        raise RunError(explain("training", "finite losses", came, saved))
    try:
        print(json.dumps(_report(recorded), indent=2), flush=True)
    except OSError as error:
        discard_output()
        came = error.strerror or str(error)
        raise RunError(
            explain("stdout", "to take the report", came, f"verify; the run is saved in {recorded.directory}")
        ) from error
    if is_watched():
        summarise(recorded)
    return 0


def _file_settings(path: str | None) -> list[Given]:
    if path is None:
        return []
    from digit_classifier.settings.yaml_file import read_yaml

    return read_yaml(Path(path))


def _report(recorded: Recorded) -> dict[str, Any]:
    metrics, summary = recorded.payloads["metrics.json"], recorded.payloads["run_summary.json"]
    return {
        "train_accuracy": metrics["train_accuracy"],
        "test_accuracy": metrics["test_accuracy"],
        "macro_f1": metrics["macro_f1"],
        "run_id": summary["run_id"],
        "run_dir": str(recorded.directory),
        "config": summary["config"],
        "artifacts": sorted(recorded.names),
    }
