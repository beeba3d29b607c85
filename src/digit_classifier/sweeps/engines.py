"""Where points are computed: in a loop, in processes of this machine, or on a Dask cluster that the user has.

Each engine is a context manager whose `results(tasks)` yields (task, bytes or the text of a failure) in any order, with
a bounded number of points on their way.
"""

from __future__ import annotations

import os
import sys
import types
from collections import Counter, deque
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, Self

from digit_classifier.errors import RunError, explain
from digit_classifier.sweeps.compute import begin, computed, pack, unpack, work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future, ProcessPoolExecutor

    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.sweeps.compute import PointTask

    Outcome = bytes | str
    Results = Iterator[tuple[PointTask, Outcome]]

CHUNK_SECONDS = 0.25  # that the points of one message take, about
MOST_BREAKS = 3  # pools that a point may see break
WINDOW = 4  # messages per worker that are on their way
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


class Pool:
    """Processes of this machine, started anew: one thread each, and no use for the program that started them."""

    def __init__(self, data: Dataset, workers: int) -> None:
        self.workers = workers
        self._packed = pack(data)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if (pool := self._pool) is None:
            return
        self._pool = None
        processes = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:  # nothing of theirs is wanted any more
            with suppress(OSError, ValueError):
                process.kill()
        for process in processes:
            with suppress(OSError, ValueError, AssertionError):
                process.join(5)

    def _submit(self, chunk: list[PointTask]) -> Future[list[bytes]]:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        with _for_workers():
            if self._pool is None:
                spawn = get_context("spawn")
                self._pool = ProcessPoolExecutor(self.workers, spawn, initializer=begin, initargs=(self._packed,))
            return self._pool.submit(work, chunk)

    def results(self, tasks: Iterable[PointTask]) -> Results:
        """Each task with its result; a point that sees three pools break is taken for the cause."""
        from concurrent.futures import FIRST_COMPLETED, wait
        from concurrent.futures.process import BrokenProcessPool

        chunks = Chunks(tasks, CHUNK_SECONDS)
        running: dict[Any, list[PointTask]] = {}
        breaks: Counter[str] = Counter()
        while True:
            broken: list[PointTask] = []
            try:
                while len(running) < self._window(chunks, breaks) and (chunk := chunks.next()):
                    running[self._submit(chunk)] = chunk
            except BrokenProcessPool:
                broken += chunk
            if not running and not broken:
                return
            done = wait(running, return_when=FIRST_COMPLETED).done if running and not broken else set(running)
            for future in done:
                chunk = running.pop(future)
                try:
                    texts = future.result()
                except BrokenProcessPool:
                    broken += chunk
                    continue
                chunks.learn(len(texts), seconds_of(texts))
                yield from zip(chunk, texts, strict=True)
            if broken:
                self._stop()
                broken += [task for chunk in running.values() for task in chunk]
                running.clear()
                breaks.update(task.recipe for task in broken)
                for task in broken:
                    if breaks[task.recipe] >= MOST_BREAKS:
                        yield task, f"a worker process ended {MOST_BREAKS} times while it was on its way"
                    else:
                        chunks.again.append(task)

    def _window(self, chunks: Chunks, breaks: Counter[str]) -> int:
        """How many messages may be on their way: one, while points are suspected, so that none is taken for another."""
        suspected = any(breaks[task.recipe] >= MOST_BREAKS - 1 for task in chunks.again)
        return 1 if suspected else WINDOW * self.workers


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
    return RunError(explain("--cluster", "a running cluster", came, attempt))
