"""The whole experiment: settings → data → split → training → run → bundle."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digit_classifier import store
from digit_classifier.artifacts import ARTIFACTS, PlainDataset, build_run_summary, payloads_of
from digit_classifier.environment import created_now, environment, one_blas_thread
from digit_classifier.figures import FIGURES, draw_figures, require_libraries
from digit_classifier.learning.training import Training
from digit_classifier.run import evaluated, results_of
from digit_classifier.run.data import name_of, plain_of
from digit_classifier.run.notebook import notebook_bar
from digit_classifier.run.prepare import prepare, require_unread, suited, task_of
from digit_classifier.run.stored import StoredRun
from digit_classifier.settings.resolve import ARGUMENT, command_for
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


def record(config: RunConfig, dataset: Dataset | None = None, progress: Progress = notebook_bar) -> StoredRun:
    """Train as configured and publish the run; InputError and RunError leave nothing half-written behind.

    `dataset` takes the place of the configured one; settings that say how files are read are refused beside it.
    `progress(epochs)` opens a listener for that many epochs, or None: a bar in a notebook, and nothing elsewhere.
    """
    created, started = created_now(), time.perf_counter()
    split = prepare(config, dataset)
    if dataset is not None:
        require_unread(config)
    config = suited(config, split)
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
        bundle = place.publish(*files())
        return StoredRun(bundle.directory, bundle.manifest, bundle.payloads)


@contextmanager
def experiment(config: RunConfig, split: Split) -> Iterator[tuple[Training, Callable[[], Run]]]:
    """A training to iterate over, and a function for the run as it is after the last epoch.

    Matrix products take one thread as long as the context is open.
    """
    config = suited(config, split)
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
    payloads = payloads_with_summary(run, data, created, started)
    return payloads, draw_figures(payloads), data


def payloads_with_summary(run: Run, data: PlainDataset, created: str, started: float) -> dict[str, Payload]:
    """Every JSON file of a run but its manifest and its data set."""
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
            run.config, task_of(run.split), dataset=name_of(data, flat=run.config.output_dir is not None)
        ),
        config=config,
        config_origin={name: run.config.origin.get(name) or ARGUMENT for name in config},
        environment=environment(),
        training_seconds=run.training_seconds,
        total_seconds=time.perf_counter() - started,
        training_labels=results.training_labels,
        groups=results.groups,
    )
    return payloads
