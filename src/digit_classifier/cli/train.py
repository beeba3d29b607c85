"""`train`: one run, from its settings to its directory."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from digit_classifier.cli.arguments import Command, Defaults, Parser, add_settings, near
from digit_classifier.cli.signals import stopped_by_signals
from digit_classifier.cli.terminal import discard_output, is_watched, progress_bar, summarise
from digit_classifier.errors import RunError, explain, loading, option, typed_command
from digit_classifier.settings.resolve import Given, resolve
from digit_classifier.text import as_path

if TYPE_CHECKING:
    import argparse

    from digit_classifier.settings.run_config import RunConfig
    from digit_classifier.store import Bundle


def _arguments(parser: Parser, defaults: Defaults) -> None:
    parser.usage = f"{parser.prog} [--config PATH] [--SETTING VALUE ...]"
    about = f"YAML file with settings (default: {near(defaults.config_file)})"
    parser.add_argument("--config", metavar="PATH", default=defaults.config_file, help=about)
    add_settings(parser, defaults.artifacts_root)


def _train(options: argparse.Namespace) -> int:
    config = resolve(options.given or [], _file_settings(options.config), {"artifacts_root": options.artifacts_root})
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy is imported: no idle threads to start
    replaced = _notes_before(config)
    with loading():
        from digit_classifier.experiment import record  # only now, when the settings are known to be good

    with stopped_by_signals():
        bundle = record(config, progress=progress_bar)
    if diverged := bundle.payloads["run_summary.json"]["diverged"]:
        came = f"epoch {diverged['epoch']}, in which {diverged['reason']}"
        kept = "The epochs before it are" if diverged["epoch"] > 1 else "No epoch was completed; the start is"
        rate = option("learning_rate", f"{_rate_of(bundle) / 10:g}")
        saved = f"{rate}. {kept} saved in {bundle.directory}"
        raise RunError(explain("training", "finite losses", came, saved))
    notes = [*replaced, *_notes_after(bundle)]
    try:
        print(json.dumps({**_report(bundle), "notes": notes}, indent=2), flush=True)
    except OSError as error:
        discard_output()
        came, attempt = error.strerror or str(error), f"{typed_command('verify', bundle.directory)}; the run is saved"
        raise RunError(explain("stdout", "to take the report", came, attempt)) from error
    if is_watched():
        summarise(bundle, notes, _page_of(bundle, options))
    return 0


def _rate_of(bundle: Bundle) -> float:
    return float(bundle.payloads["run_summary.json"]["config"]["learning_rate"])


def _page_of(bundle: Bundle, options: argparse.Namespace) -> str | None:
    """The page that shows this run when it is opened from disk: it knows one artifacts root."""
    root = bundle.directory.parent.resolve() if bundle.manifest["run_id"] else None
    return near(options.page) if options.page and root == as_path(options.artifacts_root).resolve() else None


def _notes_before(config: RunConfig) -> list[str]:
    """Remarks about what this run is going to replace."""
    if config.output_dir is None:
        return []
    from digit_classifier.store.flat import earlier_run

    found = earlier_run(as_path(config.output_dir))
    if found is None:
        return []
    moment = found["created"].replace("T", " ").replace("Z", " UTC")
    return [" ".join(filter(None, ["replaced the run of", moment, found["label"]]))]


def _file_settings(path: str | None) -> list[Given]:
    if path is None:
        return []
    from digit_classifier.settings.yaml_file import read_yaml

    return read_yaml(as_path(path))


def _report(bundle: Bundle) -> dict[str, Any]:
    metrics, summary = bundle.payloads["metrics.json"], bundle.payloads["run_summary.json"]
    return {
        "train_accuracy": metrics["train_accuracy"],
        "test_accuracy": metrics["test_accuracy"],
        "macro_f1": metrics["macro_f1"],
        "run_id": summary["run_id"],
        "run_dir": str(bundle.directory),
        "config": summary["config"],
        "artifacts": sorted([*bundle.manifest["files"], "manifest.json"]),
    }


def _notes_after(bundle: Bundle) -> list[str]:
    """What to know about a run before its numbers are used, a line each."""
    from digit_classifier.words.scores import below_commonest

    return [note for note in (below_commonest(bundle.payloads),) if note]


COMMAND = Command("train", "train, evaluate and write a run", _arguments, _train)
