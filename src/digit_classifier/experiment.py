"""The whole experiment: settings → split → training → run → bundle."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digit_classifier import store
from digit_classifier.artifacts import ARTIFACTS, build_run_summary, payloads_of
from digit_classifier.datasets import BUNDLED
from digit_classifier.datasets.load import load_dataset
from digit_classifier.datasets.split import SPLITS
from digit_classifier.environment import created_now, environment, one_blas_thread
from digit_classifier.errors import InputError, explain, option
from digit_classifier.figures import FIGURES, draw_figures, require_libraries
from digit_classifier.learning.build import architecture_of
from digit_classifier.learning.training import Training
from digit_classifier.run import evaluated, require_recordable, require_room, results_of
from digit_classifier.settings.resolve import command_for
from digit_classifier.settings.run_config import recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digit_classifier.artifacts import Payload
    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.datasets.split import Split
    from digit_classifier.learning.training import Epoch
    from digit_classifier.run import Run
    from digit_classifier.settings.resolve import Resolved
    from digit_classifier.settings.run_config import RunConfig

    Files = tuple[dict[str, Payload], dict[str, bytes]]  # JSON files and pictures, by name

FIRST_CHECKPOINT = 3.0  # seconds; writing one takes about a tenth of a second
PAUSE = 20  # times the duration of a checkpoint, at least, before the next: they cost at most a twentieth


def record(
    resolved: Resolved, dataset: Dataset | None = None, listen: Callable[[Epoch], None] | None = None
) -> store.Bundle:
    """Train as configured and publish the run; InputError and RunError leave nothing half-written behind."""
    config, created, started = resolved.config, created_now(), time.perf_counter()
    split = prepare(config, dataset)
    require_libraries(
        picture for picture, (files, _) in FIGURES.items() if ARTIFACTS[files[0]].wanted(recorded(config))
    )
    root, flat = config.artifacts_root or "artifacts", config.output_dir
    with (
        store.place(created, config.run_label, root=root, output_dir=flat) as place,
        experiment(config, split) as (training, run),
    ):
        checkpoints = Checkpoints(lambda: files_of(run(), resolved, created, started))
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
        return place.publish(*files_of(run(), resolved, created, started))


def prepare(config: RunConfig, dataset: Dataset | None = None) -> Split:
    """Load and split the data; InputError when the settings do not fit it, before anything is trained."""
    data = dataset or load_dataset(config.dataset)
    if dataset or config.dataset not in BUNDLED:
        require_recordable(data)
    split = SPLITS[config.split](data, config.test_size, config.random_state)
    count = len(split.holdout)
    if config.sample_count > count:
        most, attempt = f"at most {count}, the size of the hold-out", option("sample_count", min(16, count))
        raise InputError(explain(option("sample_count"), most, str(config.sample_count), attempt))
    try:
        layers = architecture_of(config, split.training)
    except ValueError as error:
        small, attempt = f"{len(config.channels)} on images of which {error}", option("channels", "16,32")
        raise InputError(explain(option("channels"), "fewer convolutions", small, attempt)) from None
    require_room(config, split, layers)
    return split


@contextmanager
def experiment(config: RunConfig, split: Split) -> Iterator[tuple[Training, Callable[[], Run]]]:
    """A training to iterate over, and a function for the run as it is after the last epoch.

    Matrix products take one thread as long as the context is open.
    """
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


def files_of(run: Run, resolved: Resolved, created: str, started: float) -> Files:
    """Every JSON file of a run but its manifest, and its pictures; `started` is a time of the performance counter."""
    payloads, config = payloads_of(results_of(run)), recorded(run.config)
    payloads["run_summary.json"] = build_run_summary(
        payloads,
        run_id=None,
        label=run.config.run_label,
        created=created,
        synthetic=False,
        command=command_for(resolved),
        config=config,
        config_origin={name: resolved.origin[name] for name in config},
        environment=environment(),
        training_seconds=run.training_seconds,
        total_seconds=time.perf_counter() - started,
    )
    return payloads, draw_figures(payloads)
