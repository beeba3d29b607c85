"""The training loop alone, at equal work, beside the matrix products alone and beside other libraries.

Same samples, epochs, batch size and optimiser for all; the loss of every epoch is part of the work. All contestants of
a task live in one process on one core (or two) and take turns. All start from the same bytes and make their own floats.
The peers watch no hold-out, so ours is measured without (`learner`), and once more with (`train`, 360 samples for the
digits, 10,000 for MNIST's shape).

    python -m benchmarks.loops [--repeats 9] [--quick]
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks import environment, measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.loop_peers import Task, Trainer
    from digit_classifier.settings.run_config import RunConfig

OURS, AGAIN, WATCHED = "digit-classifier", "digit-classifier, again", "digit-classifier, with its hold-out"
EXACT, PRODUCTS = "digit-classifier --exact", "matrix products alone"


class Setting(NamedTuple):
    """What is trained, and how."""

    hidden: tuple[int, ...]
    epochs: int
    batch: int  # 0: all samples
    threads: int = 1
    shape: str = "digits"
    channels: tuple[int, ...] = ()


TASKS = {
    "logistic": Setting((), 150, 0),
    "64-64-10": Setting((64,), 100, 200),
    "64-128-64-10": Setting((128, 64), 100, 200),
    "cnn 16-32-64-10": Setting((64,), 3, 64, channels=(16, 32)),
    "784-128-10": Setting((128,), 1, 200, shape="mnist"),
    "784-128-10, two threads": Setting((128,), 1, 200, threads=2, shape="mnist"),
}


def digits() -> tuple[Any, Any]:
    """The digits' images and labels."""
    from digit_classifier.datasets.bundled import load_digits

    dataset = load_digits()
    return dataset.samples[:, 0], dataset.labels


def mnist_shaped(quick: bool) -> tuple[Any, Any]:
    """Images of MNIST's size that can be learned: one random template per class, and noise."""
    import numpy as np

    random, count = np.random.default_rng(0), 7000 if quick else 70000
    templates, labels = random.integers(0, 160, (10, 28, 28), np.uint8), random.integers(0, 10, count)
    return templates[labels] + random.integers(0, 90, (count, 28, 28), np.uint8), labels


def ours(task: Task, images: Any, labels: Any) -> dict[str, Trainer]:
    """Our loop on the same rows: alone, twice; with the rows after them as the hold-out; with exact arithmetic."""
    import numpy as np

    from digit_classifier import configure
    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.datasets.split import Split
    from digit_classifier.learning.training import Training

    names = tuple(map(str, range(task.classes)))
    dataset = Dataset("bench", "", "", "", images[:, None], labels, names, int(images.max()))
    rows = np.arange(len(labels))
    network: dict[str, Any] = {"model": "mlp", "hidden_sizes": task.hidden, "optimizer": "adamw", "learning_rate": 1e-3}
    if task.channels:
        network |= {"model": "cnn", "channels": task.channels}
    if not task.hidden:
        network = {"model": "logistic", "learning_rate": 0.5, "momentum": 0.9}
    plain = {"weight_decay": 0, "label_smoothing": 0, "shift_pixels": 0, "lr_decay": 0, "scaling": "max"}
    config = configure(**network, **plain, epochs=task.epochs, batch_size=task.batch)

    def split() -> Split:
        return Split(dataset, rows[: len(task.labels)], rows[len(task.labels) :])

    def alone(config: RunConfig) -> list[float]:
        return [epoch.training_loss for epoch in Training(config, split().training)]

    def watched() -> list[float]:
        return [epoch.training_loss for epoch in Training(config, split().training, split().holdout)]

    plainly, exactly = partial(alone, config), partial(alone, replace(config, exact=True))
    return {OURS: plainly, AGAIN: plainly, WATCHED: watched, EXACT: exactly}


def task_of(name: str, quick: bool) -> tuple[Task, Any, Any]:
    """A task, and all images and labels: those after its own are the hold-out."""
    from benchmarks.loop_peers import Task

    setting = TASKS[name]
    images, labels = digits() if setting.shape == "digits" else mnist_shaped(quick)
    count = len(images) * 4 // 5 if setting.shape == "digits" else len(images) * 6 // 7
    pixels = images[:count].reshape(count, -1)
    task = Task(setting.hidden, setting.epochs, setting.batch, pixels, labels[:count], channels=setting.channels)
    return task, images, labels


def contestants(name: str, quick: bool) -> dict[str, Trainer]:
    """Every program that can do this task."""
    import torch

    from benchmarks import loop_peers

    setting = TASKS[name]
    task, images, labels = task_of(name, quick)
    torch.set_num_threads(setting.threads)
    peers: dict[str, Callable[[Task], Trainer]] = {"PyTorch, eager": loop_peers.pytorch}
    if not setting.channels:
        peers |= {PRODUCTS: loop_peers.products, "JAX, compiled": loop_peers.jax}
        peers["straightforward NumPy"] = loop_peers.numpy_network if setting.hidden else loop_peers.numpy_softmax
        if setting.hidden:
            peers["scikit-learn MLPClassifier"] = loop_peers.scikit_learn
    return {**ours(task, images, labels), **{peer: build(task) for peer, build in peers.items()}}


def timed(train: Trainer) -> tuple[float, list[float]]:
    """Seconds of one training, and its losses; a pause lets the threads of the one before come to rest.

    Each gets memory that was just used and freed: a program that came after itself was 20 percent faster.
    """
    import numpy as np

    gc.collect()
    np.ones(2**28, np.uint8)
    time.sleep(0.05)
    started = time.perf_counter()
    losses = train()
    return time.perf_counter() - started, losses


def work(name: str, repeats: int, quick: bool) -> None:
    """In a process of its own: measure one task and print it as JSON."""
    threads = TASKS[name].threads
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    taken = measure.in_turn({who: partial(timed, train) for who, train in contestants(name, quick).items()}, repeats)
    seconds = {who: [second for second, _ in results] for who, results in taken.items()}
    losses = {who: results[-1][1][-1] for who, results in taken.items() if results[-1][1]}
    print(json.dumps({"seconds": seconds, "last_loss": losses}))


def main() -> None:
    """Measure every task in a process of its own, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="twice, MNIST's shape with a tenth of its samples")
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    repeats = 2 if options.quick else options.repeats
    if options.task:
        work(options.task, repeats, options.quick)
        return
    environment.enter("benchmarks.loops")
    tasks = {}
    for name, setting in TASKS.items():
        threads = setting.threads
        flags = ["--quick"] if options.quick else []
        variables = {"OPENBLAS_NUM_THREADS": f"{threads}", "OMP_NUM_THREADS": f"{threads}"}
        tasks[name] = measure.worker("benchmarks.loops", "--task", name, "--repeats", repeats, *flags, **variables) | {
            "epochs": setting.epochs,
            "threads": threads,
        }
        report(name, tasks[name]["seconds"])
    measure.save("loops", {"repeats": repeats, "tasks": tasks}, quick=options.quick)


def report(name: str, seconds: dict[str, list[float]]) -> None:
    """Print one line per contestant."""
    for who, values in seconds.items():
        ratio = measure.verdict(measure.ratios(seconds[OURS], values))
        print(f"{name:26}{who:38}{1000 * measure.spread(values).middle:9.1f} ms  {ratio}", flush=True)


if __name__ == "__main__":
    main()
