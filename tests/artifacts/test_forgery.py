"""A run is changed for a better number: just so, or with every hash made to fit again."""

from __future__ import annotations

import copy
import shutil
from typing import TYPE_CHECKING, Any

from digit_classifier import artifacts
from digit_classifier.store.bundle import seal, seal_files
from digit_classifier.store.inspection import inspect
from digit_classifier.store.json import encode, twin
from example_payloads import RUN_ID, example_run
from mutations import places
from tiny_runs import RUN_ID as TINY_ID
from tiny_runs import smallest_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Numbers that no other file of a run can confirm. `digit-classifier replay` can: it trains again.
DERIVED = (  # not of the run, or made from its files
    *("index.json", "index_segment.json", "manifest.json"),
    *("replay.json", "note.json"),
)
UNCONFIRMED = {
    "metrics.train_accuracy",  # of the training split, whose predictions are not stored
    *(
        "loss_curve.training_accuracy",
        "loss_curve.holdout_accuracy",
        "loss_curve.holdout_loss",
    ),  # before the last epoch
    "training_dynamics.learning_rates",
    *("timing_stats.total_seconds", "run_summary.timing", "run_summary.environment"),
    "run_summary.config",  # but for the epochs and the layers
}


def test_a_change_of_any_byte_of_any_file_is_found(tmp_path: Path) -> None:
    run = tmp_path / TINY_ID
    run.mkdir()
    for name, data in seal(*smallest_files(), run_id=TINY_ID).files.items():
        (run / name).write_bytes(data)
    assert inspect(run, shared_data="if there").problems == []
    changed = 0
    for path in sorted(run.iterdir()):
        data = path.read_bytes()
        with path.open("r+b", buffering=0) as file:
            for position, byte in enumerate(data):
                file.seek(position)
                file.write(bytes([byte ^ 1 << position % 8]))
                assert inspect(run, shared_data="if there").problems, f"{path.name} byte {position}"
                file.seek(position)
                file.write(data[position : position + 1])
                changed += 1
    assert inspect(run, shared_data="if there").problems == []
    assert changed == sum(len(data) for data in seal(*smallest_files(), run_id=TINY_ID).files.values())


def publish(root: Path, payloads: dict[str, Any]) -> Path:
    """As a forger who knows the format: every digest and hash fits the changed files."""
    contents = copy.deepcopy({name: payloads[name] for name in payloads if name not in DERIVED})
    data = contents.pop("dataset.json")
    summary = contents["run_summary.json"]
    summary["results_digest"] = artifacts.results_digest(contents)
    directory = root / RUN_ID
    shutil.rmtree(root, ignore_errors=True)
    (root / "datasets").mkdir(parents=True)
    directory.mkdir()
    (root / "datasets" / summary["dataset"]["file"]).write_bytes(encode(data))
    (root / "datasets" / summary["dataset"]["file"].replace(".json", ".css")).write_bytes(twin(encode(data)))
    files = {name: encode(payload) for name, payload in contents.items()}
    keys = {key: summary[key] for key in ("run_id", "created", "results_digest")}
    for name, content in seal_files(files, **keys)[0].items():
        (directory / name).write_bytes(content)
    return directory


def forgeries(payloads: dict[str, Any]) -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    """The run with one number of one file nudged, for every number of every file."""
    for name in sorted(payloads):
        if name in (*DERIVED, "dataset.json"):
            continue
        for path in places(payloads[name]):
            forged = copy.deepcopy(payloads)
            holder = forged[name]
            for key in path[:-1]:
                holder = holder[key]
            if path and isinstance(holder[path[-1]], (int, float)) and not isinstance(holder[path[-1]], bool):
                old = holder[path[-1]]
                holder[path[-1]] = old + 1 if isinstance(old, int) else old - 1e-3 if old > 0.5 else old + 1e-3
                yield name, path, forged


def test_a_changed_number_is_found_though_every_hash_fits(tmp_path: Path) -> None:
    payloads = example_run()
    assert inspect(publish(tmp_path / "honest", payloads), shared_data="required").problems == []
    found, missed = 0, set()
    for name, path, forged in forgeries(payloads):
        if inspect(publish(tmp_path / "forged", forged), shared_data="required").problems:
            found += 1
        else:
            missed.add(name.replace("json", path[0]))
    assert missed == UNCONFIRMED
    assert found > 150


def test_a_better_score_told_the_same_everywhere_is_found_by_its_predictions(tmp_path: Path) -> None:
    """All scores of a run in which one more sample was right: consistent among themselves, and with every hash."""
    payloads = example_run()
    holdout, names = payloads["holdout.json"], payloads["metrics.json"]["labels"]
    true, guesses = holdout["true_labels"], list(holdout["predicted_labels"])
    wrong = next(row for row, label in enumerate(true) if guesses[row] != label)
    guesses[wrong] = true[wrong]
    metrics = artifacts.build_metrics(true, guesses, holdout["probabilities"], names, 0.9)
    assert metrics["accuracy"] > payloads["metrics.json"]["accuracy"]
    lines = inspect(publish(tmp_path / "forged", payloads | {"metrics.json": metrics}), shared_data="if there").problems
    assert any("metrics.accuracy: expected" in line for line in lines)
