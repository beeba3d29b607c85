"""Where points are computed: in a loop, in processes of this machine, or on a Dask cluster that the user has.

Each engine is a context manager whose `results(tasks)` yields (task, bytes or the text of a failure) in any order, with
a bounded number of points on their way.
"""

from __future__ import annotations

import os
import signal
import sys
import types
from collections import Counter, deque
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, Self

from digit_classifier.errors import RunError, explain, option
from digit_classifier.sweeps.compute import computed, pack, serve, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.sweeps.compute import PointTask

    Outcome = bytes | str
    Results = Iterator[tuple[PointTask, Outcome]]

CHUNK_SECONDS = 0.25  # that the points of one message take, about
MOST_ENDS = 3  # workers that may end while a point is on its way
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Engine(Protocol):
    """Computes points, in any order."""

    workers: int

    def __enter__(self) -> Self:
        """Make it ready."""

    def __exit__(self, *error: object) -> None:
        """Stop what is not finished."""

    def results(self, tasks: Iterable[PointTask]) -> Results:
        """Each task with its result, or the text of why there is none."""


class Loop:
    """One point after another, in this process."""

    workers = 1

    def __init__(self, data: Dataset) -> None:
        self._loaded = unpack(pack(data))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def results(self, tasks: Iterable[PointTask]) -> Results:
        """Each task with its result."""
        for task in tasks:
            yield task, computed(task, self._loaded)


class Chunks:
    """Groups tasks so that a group takes about as long as told; what failed comes again, each by itself."""

    def __init__(self, tasks: Iterable[PointTask], seconds: float, most: int = 1000) -> None:
        self._tasks, self._seconds, self._most = iter(tasks), seconds, most
        self._mean: float | None = None
        self.again: deque[PointTask] = deque()

    def learn(self, count: int, seconds: float) -> None:
        """So many points took that long in a worker."""
        mean = seconds / max(1, count)
        self._mean = mean if self._mean is None else 0.8 * self._mean + 0.2 * mean

    def next(self) -> list[PointTask]:
        """The next group; empty when all are given."""
        if self.again:
            return [self.again.popleft()]
        size = 1 if self._mean is None else int(max(1, min(self._most, self._seconds / max(1e-6, self._mean))))
        return list(islice(self._tasks, size))


class Worker:
    """A process of this machine, started anew, and the line to it.

    Each has a line of its own, so that its end is seen whenever it comes: also in the middle of an answer, of which the
    rest would be waited for as long as another process could still write it. `ProcessPoolExecutor` shares one.
    """

    def __init__(self, packed: bytes) -> None:
        from multiprocessing import get_context

        spawn = get_context("spawn")
        self.line, its = spawn.Pipe()
        self.chunk: list[PointTask] = []
        self._process = spawn.Process(target=serve, args=(its, packed))
        with _for_workers(), _without_interrupts():
            self._process.start()
        its.close()

    def give(self, chunk: list[PointTask]) -> None:
        """Let it compute these points. That it has ended is seen when its answer is read."""
        self.chunk = chunk
        with suppress(OSError):
            self.line.send(chunk)

    def answer(self) -> list[bytes] | None:
        """The results of these points; None where it has ended instead."""
        try:
            texts: list[bytes] = self.line.recv()
        except (EOFError, OSError):
            return None
        return texts

    def stop(self) -> None:
        """Nothing of it is wanted any more."""
        with suppress(OSError, ValueError):
            self._process.kill()
        self.line.close()
        with suppress(OSError, ValueError, AssertionError):
            self._process.join(5)


class Pool:
    """Processes of this machine: one thread each, and no use for the program that started them."""

    def __init__(self, data: Dataset, workers: int) -> None:
        self.workers = workers
        self._packed = pack(data)
        self._workers: dict[Any, Worker] = {}  # by their lines

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        while self._workers:
            self._workers.popitem()[1].stop()

    def results(self, tasks: Iterable[PointTask]) -> Results:
        """Each task with its result; a point during which three workers end is taken for the cause."""
        from multiprocessing.connection import wait

        chunks = Chunks(tasks, CHUNK_SECONDS)
        ends: Counter[str] = Counter()
        busy: dict[Any, Worker] = {}
        self._give(chunks, busy)
        try:
            while busy:
                found: list[tuple[PointTask, Outcome]] = []
                for line in wait(list(busy)):
                    worker = busy.pop(line)
                    if (texts := worker.answer()) is None:
                        self._workers.pop(line).stop()
                        found += _ended(worker.chunk, chunks, ends)
                    else:
                        chunks.learn(len(texts), seconds_of(texts))
                        found += zip(worker.chunk, texts, strict=True)
                self._give(chunks, busy)  # before what came is looked at: they need not wait for that
                yield from found
        finally:
            for line, worker in busy.items():  # left in the middle: nobody reads their answers
                self._workers.pop(line, None)  # it is gone where the pool was left before
                worker.stop()

    def _give(self, chunks: Chunks, busy: dict[Any, Worker]) -> None:
        """Work for those who have none, and for new ones as long as there may be more."""
        free = [worker for line, worker in self._workers.items() if line not in busy]
        while (free or len(self._workers) < self.workers) and (chunk := chunks.next()):
            worker = free.pop() if free else Worker(self._packed)
            self._workers[worker.line] = busy[worker.line] = worker
            worker.give(chunk)


def _ended(chunk: list[PointTask], chunks: Chunks, ends: Counter[str]) -> Iterator[tuple[PointTask, Outcome]]:
    """A worker ended while it had these points: they come again, unless that happened too often."""
    for task in chunk:
        ends[task.recipe] += 1
        if ends[task.recipe] >= MOST_ENDS:
            yield task, f"a worker process ended {MOST_ENDS} times while it was on its way"
        else:
            chunks.again.append(task)


def seconds_of(texts: list[bytes]) -> float:
    """The seconds that a worker took, as its answers say: they stand near their beginning."""
    total = 0.0
    for text in texts:
        place = text.find(b'"seconds":')
        with suppress(ValueError):
            total += float(text[place + 10 : place + 30].partition(b",")[0])
    return total


@contextmanager
def _for_workers() -> Iterator[None]:
    """What a new process finds: one thread for matrix products, set before NumPy is imported, and an empty program.

    A spawned process runs the program of its parent again, which would begin the sweep again where that program is a
    script without `if __name__ == "__main__"`. Workers need nothing of it.
    """
    before = {name: os.environ.get(name) for name in THREADS}
    program = sys.modules["__main__"]
    os.environ.update(dict.fromkeys(THREADS, "1"))
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C in a terminal is for all its processes: one that begins here does not get it, from its first moment.

    A process inherits which signals are blocked. Here they come when this is over.
    """
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # it would be started with the process, and end the blocking
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def available_cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def engine_for(data: Dataset, jobs: int | None, cluster: str | None, points: int) -> Engine:
    """The engine for this many points: `cluster` is the address of a Dask scheduler."""
    if cluster is not None:
        from digit_classifier.sweeps.cluster import Cluster

        return Cluster(data, cluster)
    workers = min(jobs or available_cores(), max(1, points))
    return Loop(data) if workers == 1 else Pool(data, workers)


def interrupted_cluster(came: str) -> RunError:
    """The cluster is gone; what it returned is kept."""
    attempt = "the same command when it is back: it continues"
    return RunError(explain(option("cluster"), "a running cluster", came, attempt))
