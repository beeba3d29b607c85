"""Where the time of a training goes, operation by operation, beside the products that nothing can do without.

The functions of the network are replaced by ones that watch the clock, in a process of its own; each operation is
charged with its own time, without that of the operations it calls. One core.

    python -m benchmarks.operations [--quick]
"""

from __future__ import annotations

import argparse
import json
import os
import time
import timeit
from collections import defaultdict
from functools import wraps
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import environment, measure
from benchmarks.loops import EXACT, OURS, PRODUCTS, ours, task_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Result

WATCHED = ("logistic", "64-128-64-10", "cnn 16-32-64-10", "784-128-10")
PRODUCT, ROUNDING, EXPONENTIAL = "matrix products", "rounding for exact products", "exponential"
LAYERS, SCORE, UPDATE, REST = (
    "softmax, ReLU, pooling, copies",
    "loss and accuracy of the epoch",
    "optimiser",
    "order of the samples, batches, interpreter",
)
SHAPES = ((128, 64, 200), (64, 128, 200), (128, 200, 65), (64, 145, 4096))  # (m, k, n) of mlp's and cnn's products
OPERATIONS = (PRODUCT, ROUNDING, EXPONENTIAL, LAYERS, SCORE, UPDATE, REST)


class Clock:
    """Seconds per operation, each without those that it calls."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self.running = [REST]
        self.since = time.perf_counter()

    def charge(self) -> None:
        """What has passed belongs to the operation that runs."""
        now = time.perf_counter()
        self.spent[self.running[-1]] += now - self.since
        self.since = now

    def watch(self, operation: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, on this clock."""

        @wraps(function)
        def watched(*arguments: Any) -> Any:
            self.charge()
            self.running.append(operation)
            try:
                return function(*arguments)
            finally:
                self.charge()
                self.running.pop()

        return watched

    def install(self) -> None:
        """Put this clock on everything that a training calls."""
        from digit_classifier.learning import build, optimizers, training
        from digit_classifier.numerics import arithmetic

        vars(arithmetic)["_rounded"] = self.watch(ROUNDING, arithmetic._rounded)
        for name in ("ORDINARY", "EXACT"):
            plain = getattr(arithmetic, name)
            watched = plain._replace(matmul=self.watch(PRODUCT, plain.matmul), exp=self.watch(EXPONENTIAL, plain.exp))
            setattr(build, name, watched)
        for name, operation in {"forward": LAYERS, "backward": LAYERS, "score": SCORE, "cool": SCORE}.items():
            setattr(training, name, self.watch(operation, getattr(training, name)))
        for name, make in list(optimizers.OPTIMIZERS.items()):
            optimizers.OPTIMIZERS[name] = lambda *arguments, make=make: self.watch(UPDATE, make(*arguments))


def work(name: str, repeats: int, *, quick: bool) -> None:
    """In a process of its own: the median of each operation's seconds, with ordinary and exact arithmetic."""
    from benchmarks import loop_peers

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    task, images, labels = task_of(name, quick)
    trainers = {who: train for who, train in ours(task, images, labels).items() if who in (OURS, EXACT)}
    if not task.channels:
        trainers[PRODUCTS] = loop_peers.products(task)
    plain = {
        who: median(values)
        for who, values in measure.in_turn({w: _timed(t) for w, t in trainers.items()}, repeats).items()
    }
    clock = Clock()
    clock.install()
    watched = {who: [_watched(clock, trainers[who]) for _ in range(repeats)] for who in (OURS, EXACT)}
    operations = {
        who: {operation: median(each[operation] for each in found) for operation in OPERATIONS}
        for who, found in watched.items()
    }
    print(json.dumps({"seconds": plain, "operations": operations}))


def ideas() -> dict[str, Any]:
    """Microseconds of one exact product, of what it is made of, and of other ways to make it: per (m, k, n)."""
    import numpy as np

    from digit_classifier.numerics.arithmetic import _rounded, exact_matmul

    random, rows = np.random.default_rng(0), {}
    for m, k, n in SHAPES:
        a, b = random.normal(size=(m, k)).astype(np.float32), random.normal(size=(k, n)).astype(np.float32)
        a_wide, b_wide, out = a.astype(np.float64), b.astype(np.float64), np.empty((m, n), np.float32)
        wide, slices = np.empty((m, n)), [np.empty((m, n), np.float32) for _ in range(3)]
        kept = [np.empty(each.shape) for each in (a, b)]

        def by_rint(x: Any) -> Any:
            scaled = x.astype(np.float64)
            scaled *= 2.0**20
            return np.rint(scaled, out=scaled)

        def into_buffers() -> None:
            for x, y in zip((a, b), kept, strict=True):  # noqa: B023 - called in this round
                flat = x.ravel("K")
                room = 1.5 * 2.0**30 * max(float(flat[flat.argmax()]), -float(flat[flat.argmin()]))
                np.add(x, room, out=y, dtype=np.float64)
                np.subtract(y, room, out=y)

        ways: dict[str, Callable[[], object]] = {
            "float32 product": lambda: np.matmul(a, b, out=out),  # noqa: B023
            "float64 product": lambda: np.matmul(a_wide, b_wide, out=wide),  # noqa: B023
            "rounding of both factors": lambda: (_rounded(a, 22), _rounded(b, 22)),  # noqa: B023
            "exact product": lambda: exact_matmul(a, b, out),  # noqa: B023
            "three float32 products": lambda: [np.matmul(a, b, out=each) for each in slices],  # noqa: B023
            "rounding, by rint": lambda: (by_rint(a), by_rint(b)),  # noqa: B023
            "rounding, into kept buffers": into_buffers,
        }
        number = 2_000_000_000 // (m * k * n * 40)
        rows[f"{m} × {k} × {n}"] = {
            name: min(timeit.repeat(way, number=max(5, number), repeat=9)) / max(5, number) * 1e6
            for name, way in ways.items()
        }
    return rows


def _timed(train: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        started = time.perf_counter()
        train()
        return time.perf_counter() - started

    return run


def _watched(clock: Clock, train: Callable[[], object]) -> dict[str, float]:
    clock.spent, clock.since = defaultdict(float), time.perf_counter()
    train()
    clock.charge()
    return clock.spent


def report(name: str, result: Result) -> None:
    """Print what each operation takes."""
    for who, spent in result["operations"].items():
        shares = ", ".join(f"{operation} {1000 * seconds:.1f}" for operation, seconds in spent.items() if seconds)
        print(f"{name:20}{who:28}{1000 * result['seconds'][who]:8.1f} ms: {shares}", flush=True)


def main() -> None:
    """Measure every task in a process of its own, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="twice, MNIST's shape with a tenth of its samples")
    parser.add_argument("--task", choices=(*WATCHED, "ideas", "ways"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    repeats = 2 if options.quick else options.repeats
    if options.task == "ideas":
        print(json.dumps(ideas()))
        return
    if options.task == "ways":
        from benchmarks import ways

        tables = (ways.rectifier, ways.convolution, ways.gradients)
        print(json.dumps({table.__name__: table() for table in tables}))
        return
    if options.task:
        work(options.task, repeats, quick=options.quick)
        return
    environment.enter("benchmarks.operations")
    tasks = {}
    for name in WATCHED:
        flags = ["--quick"] if options.quick else []
        tasks[name] = measure.worker(
            "benchmarks.operations", "--task", name, "--repeats", repeats, *flags, OPENBLAS_NUM_THREADS="1"
        )
        report(name, tasks[name])
    tried = {
        task: measure.worker("benchmarks.operations", "--task", task, OPENBLAS_NUM_THREADS="1")
        for task in ("ideas", "ways")
    }
    measure.save("operations", {"repeats": repeats, "tasks": tasks, **tried}, quick=options.quick)


if __name__ == "__main__":
    main()
