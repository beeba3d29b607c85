"""From a `Run` to its files: plain validated JSON and pictures, published in a history or in one directory."""

from __future__ import annotations

import os
import re
import shlex
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digit_classifier import artifacts
from digit_classifier.environment import environment
from digit_classifier.errors import InputError, explain, show
from digit_classifier.figures import FIGURES
from digit_classifier.run import prepare, run_experiment
from digit_classifier.settings.run_config import PLACES, SETTINGS, as_text, flag, recorded
from digit_classifier.store import bundle
from digit_classifier.store import root as history
from digit_classifier.text import slug

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from digit_classifier.datasets.dataset import Dataset, Split
    from digit_classifier.learning.training import Epoch
    from digit_classifier.run import Run
    from digit_classifier.settings.run_config import Resolved

Payload = dict[str, Any]

FIRST_CHECKPOINT = 3.0  # seconds; writing one takes about a tenth of a second
PAUSE = 20  # times what the last checkpoint took, at least, before the next: they cost at most a twentieth

NO_PICTURES = "only a network without hidden layers has one readable picture per class"


@dataclass(frozen=True)
class Recorded:
    """A run on disk."""

    directory: Path
    names: tuple[str, ...]  # files in the directory
    payloads: dict[str, Payload]  # by file name


def record(
    resolved: Resolved, *, dataset: Dataset | None = None, on_epoch: Callable[[Epoch], None] | None = None
) -> Recorded:
    """Train as configured and publish the run; InputError and RunError leave nothing half-written behind."""
    config = resolved.config
    started, created = time.perf_counter(), created_now()
    split = prepare(config, dataset)

    if config.output_dir is not None:
        directory = Path(config.output_dir)
        history.require_writable(directory)
        payloads = payloads_of(run_experiment(config, split, on_epoch), resolved, None, created, started)
        files = seal(payloads)
        history.publish_flat(directory, files)
    else:
        root = Path(config.artifacts_root or "artifacts")
        with history.stage(root, created, slug(config.run_label or "")) as stage:
            checkpoints = Checkpoints(
                stage, lambda run: sealed(payloads_of(run, resolved, stage.run_id, created, started))
            )
            run = run_experiment(config, split, on_epoch, checkpoints)
            payloads = payloads_of(run, resolved, stage.run_id, created, started)
            files, datasets = sealed(payloads)
            directory = stage.publish(files, datasets)
    return Recorded(directory, tuple(files), payloads)


@dataclass
class Checkpoints:
    """Keeps the epochs so far of a long training, rarely enough to cost it no more than a twentieth of its time.

    A disk that will not take one is no reason to stop training: what was kept before stays.
    """

    stage: history.Stage
    seal: Callable[[Run], tuple[dict[str, bytes], dict[str, bytes]]]  # files, and the data set's
    next: float = field(default_factory=lambda: time.perf_counter() + FIRST_CHECKPOINT)

    def __call__(self, so_far: Callable[[], Run]) -> None:
        """Keep the run as it is now, if it is time."""
        began = time.perf_counter()
        if began < self.next:
            return
        run = so_far()
        with suppress(OSError):
            self.stage.keep(run.history.epochs[-1].number, *self.seal(run))
        ended = time.perf_counter()
        self.next = ended + PAUSE * (ended - began)


def sealed(payloads: dict[str, Payload]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of a run of a history, and the data set that it shares with others, which leaves the payloads."""
    data = payloads.pop("dataset.json")
    return seal(payloads), {payloads["run_summary.json"]["dataset"]["file"]: bundle.encode(data)}


def created_now() -> str:
    """The time of this run, UTC to the second; SOURCE_DATE_EPOCH fixes it (reproducible-builds.org)."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or str(int(time.time()))
    if not re.fullmatch("[0-9]{1,11}", seconds):
        raise InputError(explain("SOURCE_DATE_EPOCH", "seconds since 1970", show(seconds), "unsetting it"))
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(seconds)))


def seal(payloads: dict[str, Payload]) -> dict[str, bytes]:
    """Validate every payload, draw its pictures, and seal all with a manifest."""
    for name, payload in payloads.items():
        artifacts.VALIDATORS[name](payload)
    files = {name: bundle.encode(payload) for name, payload in payloads.items()}
    files |= {name: draw(payloads[source]) for name, (source, draw) in FIGURES.items() if source in payloads}
    summary = payloads["run_summary.json"]
    keys = {key: summary[key] for key in ("run_id", "created", "results_digest")}
    return bundle.seal(files, **keys)


def payloads_of(run: Run, resolved: Resolved, run_id: str | None, created: str, started: float) -> dict[str, Payload]:
    """Every JSON file of a run but its manifest; `created` is UTC, `started` a time of the performance counter."""
    payloads = result_payloads(run)
    payloads["run_summary.json"] = artifacts.build_run_summary(
        payloads,
        run_id=run_id,
        label=run.config.run_label,
        created=created,
        synthetic=False,
        command=command_for(resolved),
        config=recorded(run.config),
        config_origin={name: origin for name, origin in resolved.origin.items() if name not in PLACES},
        environment=environment(),
        training_seconds=run.training_seconds,
        total_seconds=time.perf_counter() - started,
    )
    return payloads


def result_payloads(run: Run) -> dict[str, Payload]:
    """What the run computed, as plain values; the optional analytics only when asked for."""
    split, dataset, history = run.split, run.split.dataset, run.history
    ids, labels = split.holdout_ids.tolist(), split.holdout_labels.tolist()
    probabilities = shortest(run.holdout_probabilities)
    names, shape = dataset.class_names, dataset.images.shape[1:]
    holdout = artifacts.build_holdout(ids, labels, probabilities)
    shown = sample_positions(split, run.config.sample_count)
    payloads = {
        "dataset.json": artifacts.build_dataset(
            dataset.name,
            dataset.title,
            dataset.source,
            dataset.note,
            shape,
            dataset.max_value,
            names,
            dataset.labels.tolist(),
            dataset.images.tobytes(),
        ),
        "metrics.json": artifacts.build_metrics(
            labels, holdout["predicted_labels"], probabilities, names, run.training_accuracy
        ),
        "predictions.json": artifacts.build_predictions(
            [ids[i] for i in shown],
            split.holdout_images[shown].reshape(len(shown), -1).tolist(),
            [labels[i] for i in shown],
            [probabilities[i] for i in shown],
            names,
            shape,
            dataset.max_value,
        ),
        "loss_curve.json": artifacts.build_loss_curve(
            [epoch.training_loss for epoch in history.epochs],
            [epoch.holdout_loss for epoch in history.epochs],
            [epoch.training_accuracy for epoch in history.epochs],
            [epoch.holdout_accuracy for epoch in history.epochs],
            history.diverged,
        ),
        "holdout.json": holdout,
        "epoch_snapshots.json": snapshots_payload(run),
        "model.json": model_payload(run),
    }
    return payloads | optional_payloads(run, labels, probabilities)


def snapshots_payload(run: Run) -> Payload:
    """epoch_snapshots.json: the film of the training."""
    snapshots = run.history.snapshots
    weights = [little_endian(s.first_layer_weights) for s in snapshots if s.first_layer_weights is not None]
    reason = None if len(run.network.layers) == 1 else NO_PICTURES
    return artifacts.build_epoch_snapshots(
        [snapshot.epoch for snapshot in snapshots],
        [snapshot.confusion_matrix.tolist() for snapshot in snapshots],
        None if reason else weights,
        reason,
    )


def model_payload(run: Run) -> Payload:
    """model.json: the trained network."""
    dataset, network = run.split.dataset, run.network
    return artifacts.build_model(
        dataset.images.shape[1:],
        dataset.max_value,
        little_endian(network.offset),
        little_endian(network.scale),
        [
            (layer.description, activation, little_endian(weights), little_endian(bias))
            for layer, weights, bias, activation in network.layers
        ],
    )


def optional_payloads(run: Run, labels: list[int], probabilities: list[list[float]]) -> dict[str, Payload]:
    """The analytics that were switched on."""
    epochs, config = run.history.epochs, run.config
    payloads: dict[str, Payload] = {}
    if config.roc_per_class:
        payloads["roc_curves.json"] = artifacts.build_roc(labels, probabilities, run.split.dataset.class_names)
    if config.learning_rate_trace:
        payloads["training_dynamics.json"] = artifacts.build_training_dynamics(
            [epoch.learning_rate for epoch in epochs], [epoch.training_loss for epoch in epochs], run.history.diverged
        )
    if config.timing_stats:
        seconds = [epoch.seconds or 0.0 for epoch in epochs]
        payloads["timing_stats.json"] = artifacts.build_timing_stats(seconds, run.training_seconds)
    return payloads


def sample_positions(split: Split, count: int) -> list[int]:
    """Which hold-out rows to show: evenly spaced, so a plain sample of them, mistakes not picked out."""
    return [i * len(split.holdout_ids) // count for i in range(count)]


def shortest(values: NDArray[np.float32]) -> list[list[float]]:
    """Rows of floats whose decimal form is the shortest that reads back to the same float32."""
    return [[float(str(value)) for value in row] for row in values]


def little_endian(values: NDArray[Any]) -> bytes:
    """Float32 bytes in C order, little-endian on every machine; −0.0 becomes 0.0, which compares equal."""
    return (values + 0.0).astype("<f4").tobytes()


def command_for(resolved: Resolved) -> str:
    """The command that repeats the run: every setting that was chosen, no places."""
    words = ["digit-classifier", "train"]
    config = recorded(resolved.config)
    for name, value in config.items():
        if value is None or resolved.origin[name] == "default" or resolved.origin[name].startswith("preset "):
            continue
        if isinstance(SETTINGS[name].default, bool):
            words.append(flag(name if value else "no_" + name))
        else:
            text = as_text(value)
            words += [f"{flag(name)}={text}"] if text.startswith("-") else [flag(name), text]
    return shlex.join(words)
