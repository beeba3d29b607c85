"""The whole experiment: settings → data → split → training → run → bundle."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from digit_classifier import store
from digit_classifier.artifacts import ARTIFACTS, PlainDataset, build_run_summary, payloads_of
from digit_classifier.datasets.split import SPLITS, mislabelled, thinned, without_class
from digit_classifier.environment import created_now, environment, one_blas_thread
from digit_classifier.errors import InputError, explain, option
from digit_classifier.figures import FIGURES, draw_figures, require_libraries
from digit_classifier.learning.build import architecture_of
from digit_classifier.learning.training import Training
from digit_classifier.run import evaluated, require_room, results_of
from digit_classifier.run.data import find_data, name_of, plain_of, require_recordable
from digit_classifier.settings.presets import Task
from digit_classifier.settings.resolve import ARGUMENT, command_for, fitted
from digit_classifier.settings.run_config import recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from digit_classifier.artifacts import Payload
    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.datasets.split import Split
    from digit_classifier.learning.training import Epoch
    from digit_classifier.run import Run
    from digit_classifier.settings.run_config import RunConfig

    Files = tuple[dict[str, Payload], dict[str, bytes], PlainDataset]  # JSON files and pictures, by name; the data set
    Progress = Callable[[int], AbstractContextManager[Callable[[Epoch], None] | None]]

FIRST_CHECKPOINT = 3.0  # seconds; writing one takes about a tenth of a second
PAUSE = 20  # times the duration of a checkpoint, at least, before the next: they cost at most a twentieth


def record(
    config: RunConfig, dataset: Dataset | None = None, progress: Progress = lambda _: nullcontext()
) -> store.Bundle:
    """Train as configured and publish the run; InputError and RunError leave nothing half-written behind.

    `dataset` takes the place of the configured one. `progress(epochs)` opens a listener for that many epochs, or None.
    """
    created, started = created_now(), time.perf_counter()
    split = prepare(config, dataset)
    config = fit(config, split)
    require_libraries(
        picture for picture, (files, _) in FIGURES.items() if ARTIFACTS[files[0]].wanted(recorded(config))
    )
    data = plain_of(split.dataset)
    root, flat = config.artifacts_root or "artifacts", config.output_dir
    with (
        store.place(created, config.run_label, root=root, output_dir=flat) as place,
        progress(config.epochs) as listen,
        experiment(config, split) as (training, run),
    ):

        def files() -> Files:
            return files_of(run(), data, created, started)

        checkpoints = Checkpoints(files)
        try:
            for epoch in training:
                if listen:
                    listen(epoch)
                if isinstance(place, store.Claim) and epoch.number < config.epochs:
                    checkpoints.maybe(place, epoch.number)
        except KeyboardInterrupt as interrupt:  # a second one ends what this begins
            epochs, diverged = training.history.epochs, training.history.diverged
            if not isinstance(place, store.Claim):
                interrupt.add_note("nothing is kept, as only runs of an artifacts root have checkpoints")
            elif not epochs:
                interrupt.add_note("nothing is kept, as no epoch was finished")
            elif len(epochs) < config.epochs and not diverged:
                checkpoints.write(place, len(epochs))
            raise
        return place.publish(*files())


def prepare(config: RunConfig, dataset: Dataset | None = None) -> Split:
    """Load and split the data; InputError when the settings do not fit them, before anything is trained."""
    data = dataset or find_data(config)
    require_recordable(data)
    state = config.random_state if config.split_state is None else config.split_state
    split = SPLITS[_split_of(config, data)](data, config.test_size, state)
    if config.leave_out:
        split = without_class(split, config.leave_out)
    if config.train_share < 1:
        split = thinned(split, config.train_share, state)
    if config.label_noise:
        split = mislabelled(split, config.label_noise, state)
    _require_fitting(fit(config, split), split)
    return split


def fit(config: RunConfig, split: Split) -> RunConfig:
    """The settings as they are for these data: what a preset gave follows its rules, and the data set has its name."""
    data = split.dataset
    own = {"dataset": ARGUMENT} if config.origin.get("dataset") == "default" and data.name != config.dataset else {}
    named = replace(config, dataset=data.name, split=_split_of(config, data), origin={**config.origin, **own})
    return fitted(named, _task(split))


def _split_of(config: RunConfig, data: Dataset) -> Any:
    if config.split != "auto":
        return config.split
    return "random" if data.held_out is None else "given"


def _task(split: Split) -> Task:
    data = split.dataset
    return Task(images=not data.is_table, inputs=data.samples[0].size, samples=len(split.training))


def _require_fitting(config: RunConfig, split: Split) -> None:
    """InputError for settings that mean nothing for these data, and where a file would become too large."""
    data, count = split.dataset, len(split.holdout)
    if data.is_table:
        came = f"the table {data.name}"
        for name, expected, wrong, instead in (
            ("model", "images: convolutions compare neighbouring pixels", config.channels, "mlp"),
            ("shift_pixels", "images to move", config.shift_pixels, 0),
            ("scaling", "images: features have no largest value", config.scaling == "max", "standard"),
        ):
            if wrong:
                raise InputError(explain(option(name, getattr(config, name)), expected, came, option(name, instead)))
    if config.sample_count > count:
        most, attempt = f"at most {count}, the size of the hold-out", option("sample_count", min(16, count))
        raise InputError(explain(option("sample_count"), most, str(config.sample_count), attempt))
    try:
        layers = architecture_of(config, split.training)
    except ValueError as error:
        small, attempt = f"{len(config.channels)} on images of which {error}", option("channels", "16,32")
        raise InputError(explain(option("channels"), "fewer convolutions", small, attempt)) from None
    require_room(config, split, layers)


@contextmanager
def experiment(config: RunConfig, split: Split) -> Iterator[tuple[Training, Callable[[], Run]]]:
    """A training to iterate over, and a function for the run as it is after the last epoch.

    Matrix products take one thread as long as the context is open.
    """
    config = fit(config, split)
    with one_blas_thread():
        started = time.perf_counter()
        training = Training(config, split.training, watch=split.holdout)

        def run() -> Run:
            seconds = time.perf_counter() - started
            return evaluated(config, split, training.network, training.history, seconds)

        yield training, run


def run_experiment(config: RunConfig, split: Split) -> Run:
    """Train to the end and evaluate; nothing is written."""
    with experiment(config, split) as (training, run):
        for _ in training:
            pass
        return run()


@dataclass
class Checkpoints:
    """Writes checkpoints of a long training, rarely enough to cost at most a twentieth of its time.

    If a checkpoint cannot be written, training goes on and the one before stays.
    """

    files: Callable[[], Files]
    next: float = field(default_factory=lambda: time.perf_counter() + FIRST_CHECKPOINT)

    def maybe(self, claim: store.Claim, epoch: int) -> None:
        """Write a checkpoint after this epoch, if it is time."""
        began = time.perf_counter()
        if began < self.next:
            return
        self.write(claim, epoch)
        ended = time.perf_counter()
        self.next = ended + PAUSE * (ended - began)

    def write(self, claim: store.Claim, epoch: int) -> None:
        """Write a checkpoint after this epoch, unless it is there."""
        if claim.checkpoint != epoch:
            with suppress(OSError):
                claim.keep(epoch, *self.files())


def files_of(run: Run, data: PlainDataset, created: str, started: float) -> Files:
    """Every JSON file of a run but its manifest, its pictures and its data set.

    `data` is the run's data set in plain values; `started` is a time of the performance counter.
    """
    results = results_of(run, data)
    payloads, config = payloads_of(results), recorded(run.config)
    payloads["run_summary.json"] = build_run_summary(
        payloads,
        data,
        run_id=None,
        label=run.config.run_label,
        created=created,
        synthetic=False,
        command=command_for(
            run.config, _task(run.split), dataset=name_of(data, flat=run.config.output_dir is not None)
        ),
        config=config,
        config_origin={name: run.config.origin.get(name) or ARGUMENT for name in config},
        environment=environment(),
        training_seconds=run.training_seconds,
        total_seconds=time.perf_counter() - started,
        training_labels=results.training_labels,
        groups=results.groups,
    )
    return payloads, draw_figures(payloads), data
