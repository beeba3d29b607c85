"""Train a run again from its stored settings, in memory, and say how alike the results are."""

from __future__ import annotations

import time
from contextlib import nullcontext
from math import ceil
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts import ARTIFACTS, build_replay, payloads_of, plain_dataset
from digit_classifier.artifacts.schema import in_version
from digit_classifier.datasets import BUNDLED
from digit_classifier.datasets.load import load_dataset
from digit_classifier.environment import created_now, environment
from digit_classifier.errors import ArtifactError, InputError, at, explain, option, show, suggestion
from digit_classifier.experiment import experiment
from digit_classifier.replay.compare import compare, tier_of
from digit_classifier.replay.promise import environment_differences, promise
from digit_classifier.run import results_of
from digit_classifier.run.data import data_of, described
from digit_classifier.run.prepare import prepare
from digit_classifier.settings.kinds import as_text
from digit_classifier.settings.resolve import Given, resolve
from digit_classifier.settings.run_config import ABSENT, PRIVATE, SETTINGS
from digit_classifier.store.inspection import fingerprint, inspect
from digit_classifier.store.json import decode, encode
from digit_classifier.store.layout import DATASET_FILE, DATASETS
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from digit_classifier.artifacts import Payload
    from digit_classifier.datasets.split import Split
    from digit_classifier.experiment import Progress
    from digit_classifier.settings.run_config import RunConfig
    from digit_classifier.text import AnyPath


MAX_SECONDS = 600.0  # limit the time that a run from elsewhere can take
WARM = 2.0  # seconds of training before its total time is estimated
COMPARED = tuple(name for name, artifact in ARTIFACTS.items() if artifact.compared)
NEEDED = ("run_summary.json", "metrics.json", "loss_curve.json", "holdout.json", "model.json")


def replay(
    directory: AnyPath, *, max_seconds: float = MAX_SECONDS, progress: Progress = lambda _: nullcontext()
) -> Payload:
    """The outcome of training the run in `directory` again, as in replays/<run id>.json; writes nothing.

    `progress(epochs)` opens a listener for that many epochs, or None.

    ArtifactError when the run is damaged; InputError when it cannot be trained again here, or not in `max_seconds`.
    """
    directory = as_path(directory)
    found = inspect(directory, shared_data="if there")
    for problem in found.problems:
        raise ArtifactError(problem)
    stored = found.payloads
    for name in NEEDED:
        if name not in stored:
            raise ArtifactError(explain(directory, f"a run with {name}", "one without", "a whole copy of the run"))
    summary = stored["run_summary.json"]
    if summary["synthetic"]:
        attempt = f"its own command: {summary['command']}"
        raise InputError(explain(directory, "a run of train", "a synthetic sample, made without it", attempt))
    config = stored_config(directory, summary["config"])
    split = stored_split(directory, stored, config)
    trained = train_again(directory, config, split, summary, max_seconds, progress)
    fresh = {name: as_stored(name, stored[name], trained) for name in COMPARED if name in stored}
    files = [compare(name, stored[name], fresh[name]) for name in fresh]
    facts = environment_differences(summary["environment"], environment())
    tier = tier_of(stored, fresh, equal=all(each["equal"] for each in files))
    promised = promise(summary["config"], facts)
    return build_replay(summary["run_id"], fingerprint(directory), created_now(), tier, promised, facts, files)


def stored_config(where: object, config: Mapping[str, Any]) -> RunConfig:
    """The settings of a run, each through its own parser; InputError for one that this version lacks or refuses.

    A setting that the run's version did not have yet takes the value that its absence means.
    """
    given = []
    for name, value in {**ABSENT, **config}.items():
        place = f"{where}: {at('run_summary.config', name)}"
        if name not in SETTINGS.keys() - PRIVATE:
            attempt = f"the version that wrote the run; near: {suggestion(name, SETTINGS.keys() - PRIVATE)}"
            raise InputError(explain(place, "a setting of this version", show(value), attempt))
        if value is not None:
            given.append(Given(name, as_text(value), place, "run"))
    return resolve(given)


def stored_split(directory: Path, stored: Mapping[str, Payload], config: RunConfig) -> Split:
    """The data of a run, split as it was; InputError when they are not there, or either is another here.

    The data set is the one that lies beside the run. Where there is none, one that comes with the package is taken: a
    run never decides that a file or a plugin is read.
    """
    summary = stored["run_summary.json"]
    stated = summary["dataset"]
    if DATASET_FILE in stored:
        data = described(data_of(plain_dataset(stored[DATASET_FILE])), stored)
    elif config.dataset in BUNDLED:
        data = load_dataset(config.dataset)
    else:
        file = f"{DATASETS}/{stated['file']} beside the run"
        raise InputError(explain(directory, "its data set", "none", f"copying {file}, as it was"))
    if config.split == "grouped" and data.groups is None:
        raise InputError(explain(directory, "a run with split.json", "one without", "a whole copy of the run"))
    split = prepare(config, data)
    for what, wanted, got in (
        ("data set", stated["sha256"], data.sha256),
        ("split", summary["split"]["sha256"], split.sha256),
    ):
        if wanted != got:
            versions = {name: summary["environment"].get(name.replace("-", "_")) for name in ("scikit-learn", "numpy")}
            known = " ".join(f"{name}=={version}" for name, version in versions.items() if version)
            came, attempt = f"{got[:12]}… here", f"python -m pip install {known}"
            raise InputError(explain(f"{directory}: {what}", f"sha256 {wanted[:12]}…", came, attempt))
    return split


def train_again(
    directory: AnyPath,
    config: RunConfig,
    split: Split,
    summary: Payload,
    max_seconds: float,
    progress: Progress,
) -> dict[str, Payload]:
    """The compared files, as they read back; of an interrupted run those after its last epoch."""
    last = summary.get("interrupted", {}).get("epoch")
    began, planned = time.perf_counter(), last or config.epochs
    with progress(planned) as listen, experiment(config, split) as (training, run):
        for epoch in training:
            if listen:
                listen(epoch)
            spent = time.perf_counter() - began
            seconds = spent / epoch.number * planned
            if seconds > max_seconds and spent > min(WARM, max_seconds):
                recorded = summary["timing"]["training_seconds"]
                came = f"{planned:,} epochs that take about {seconds:,.0f} s here (the run says: {recorded:,.1f} s)"
                wanted = f"at most {max_seconds:g} s of training"
                raise InputError(explain(directory, wanted, came, option("max_seconds", ceil(1.5 * seconds))))
            if epoch.number == last:
                break
        payloads = payloads_of(results_of(run()))
    return {name: decode(encode(payloads[name]), name) for name in COMPARED if name in payloads}


def as_stored(name: str, stored: Payload, fresh: Mapping[str, Payload]) -> Payload:
    """A fresh file in the version of the stored one: what that version could not say is no difference."""
    return in_version(stored["schema_version"], fresh[name], ARTIFACTS[name].schema) if name in fresh else {}
