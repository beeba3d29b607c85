"""Points on a Dask cluster that the user has: `dask scheduler`, `dask worker`.

A scheduler runs the code of whoever can reach it, and its messages are pickles: it is for machines of one owner. What
comes back is text that is checked like any file from elsewhere.
"""

from __future__ import annotations

import hashlib
import logging
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from digit_classifier.errors import InputError, explain, option, show
from digit_classifier.sweeps.compute import pack, work_with, worker_report
from digit_classifier.sweeps.engines import Chunks, interrupted_cluster, seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.sweeps.compute import PointTask
    from digit_classifier.sweeps.engines import Results

EXTRA = "pip install 'digit-classifier[cluster]'"
CONNECT = 10  # seconds
# That a task takes, about; on a large cluster the scheduler has no time for more.
CHUNK_SECONDS, LARGE_SECONDS = 2.0, 10.0
LARGE = 100  # workers
WINDOW = 4  # messages per worker that are on their way
LOST, RETRIES = 5, 2  # times that a point may be lost, and that Dask itself tries again


class Cluster:
    """The workers of a Dask scheduler."""

    def __init__(self, data: Dataset, address: str) -> None:
        self.workers = 0
        self._address, self._packed = address, pack(data)
        self._sha256 = hashlib.sha256(self._packed).hexdigest()
        self._client: Any = None
        self._data: Any = None
        self._attempt = 0

    def __enter__(self) -> Self:
        distributed = _distributed()
        where = option("cluster", self._address)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions of others, which the workers are asked for below
            try:
                self._client = distributed.Client(self._address, timeout=CONNECT, set_as_default=False)
                self._client.wait_for_workers(1, timeout=CONNECT)
            except (OSError, TimeoutError, ValueError, TypeError) as error:
                self._close()
                came = show(str(error).splitlines()[0] if str(error) else type(error).__name__)
                attempt = "dask scheduler, dask worker ADDRESS, and the address that the scheduler prints"
                raise InputError(explain(where, "a Dask scheduler with workers", came, attempt)) from error
            try:
                self._check_versions(where)
                self._scatter()
            except BaseException:
                self._close()
                raise
        return self

    def _check_versions(self, where: str) -> None:
        """Every worker must have this very version before the first point."""
        mine = worker_report()
        try:
            theirs = self._client.run(worker_report)
        except Exception as error:  # whatever a worker answers that lacks the package
            came = show(str(error).splitlines()[0] if str(error) else type(error).__name__)
            attempt = f"pip install digit-classifier=={mine['digit_classifier']} where the workers run"
            raise InputError(explain(where, "workers with digit-classifier", came, attempt)) from error
        for worker, each in theirs.items():
            if each["digit_classifier"] != mine["digit_classifier"]:
                wanted = f"digit-classifier {mine['digit_classifier']} on every worker"
                came = f"{each['digit_classifier']} on {worker}"
                raise InputError(explain(where, wanted, came, "the same version everywhere"))
        self.workers = sum(self._client.nthreads().values())

    def _scatter(self) -> None:
        self._data = self._client.scatter(self._packed, broadcast=True, hash=False)

    def __exit__(self, *error: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._client is not None:
            client, self._client, self._data = self._client, None, None
            with suppress(Exception):
                client.close(timeout=2)

    def results(self, tasks: Iterable[PointTask]) -> Results:
        """Each task with its result; RunError when the scheduler is gone."""
        distributed = _distributed()
        chunks = Chunks(tasks, LARGE_SECONDS if self.workers > LARGE else CHUNK_SECONDS)
        try:
            yield from self._results(distributed, chunks)
        except (OSError, TimeoutError, StopIteration) as error:  # of the connection
            raise interrupted_cluster("a scheduler that cannot be reached") from error

    def _results(self, distributed: ModuleType, chunks: Chunks) -> Results:
        running: dict[Any, tuple[list[PointTask], Any]] = {}  # by future: the chunk, and the data that it was given
        losses: dict[str, int] = {}
        ready = distributed.as_completed([], loop=self._client.loop, raise_errors=False)
        self._fill(chunks, running, ready)
        while running:
            future = next(ready)
            chunk, data = running.pop(future)
            status = future.status
            if self._client.status != "running" or (status == "cancelled" and not self._is_answered()):
                raise interrupted_cluster("a scheduler that ended")  # none of the others will come
            if status == "cancelled" and data is self._data:  # all workers that had them died
                self._scatter()
            texts, problem = _outcome(future) if status == "finished" else (None, _problem(future, status))
            if texts is not None:
                chunks.learn(len(texts), seconds_of(texts))
                yield from zip(chunk, texts, strict=True)
            elif problem is None:  # its worker died with the result, or with the data
                yield from _again(chunk, losses, chunks)
            elif len(chunk) > 1:  # which of them was it?
                chunks.again.extend(chunk)
            else:
                yield chunk[0], problem
            self._fill(chunks, running, ready)

    def _is_answered(self) -> bool:
        """Whether the scheduler is there."""
        with suppress(Exception):
            self._client.nthreads()
            return True
        return False

    def _fill(self, chunks: Chunks, running: dict[Any, tuple[list[PointTask], Any]], ready: Any) -> None:
        most = WINDOW * max(1, self.workers)
        while len(running) < most and (chunk := chunks.next()):
            self._attempt += 1  # a key that was lost is not asked for again
            key = f"digit-classifier-{chunk[0].recipe[:16]}-{self._attempt}"
            if self._data.status != "finished":
                self._scatter()
            future = self._client.submit(
                work_with, self._data, self._sha256, chunk, key=key, retries=RETRIES, pure=False
            )
            running[future] = chunk, self._data
            ready.add(future)


def _outcome(future: Any) -> tuple[list[bytes] | None, str | None]:
    """The result, or neither where its worker died between the end of the task and this."""
    try:
        return future.result(timeout=60), None
    except Exception:  # noqa: BLE001 - of whatever kind: it was finished, so it is lost
        return None, None


def _problem(future: Any, status: str) -> str | None:
    if status in ("lost", "cancelled"):
        return None
    with suppress(Exception):
        error = future.exception(timeout=10)
        if error is not None:
            return f"{type(error).__name__}: {error}"
    return None


def _again(chunk: list[PointTask], losses: dict[str, int], chunks: Chunks) -> Results:
    for task in chunk:
        losses[task.recipe] = losses.get(task.recipe, 0) + 1
        if losses[task.recipe] > LOST:
            yield task, f"its worker was lost {LOST + 1} times"
        else:
            chunks.again.append(task)


def _distributed() -> ModuleType:
    """The package, with its log off: what it has to say comes as statuses."""
    try:
        import distributed
    except ImportError:
        raise InputError(explain(option("cluster"), "the package distributed", "none", EXTRA)) from None
    known = [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]
    for name in (*known, "distributed", "tornado.application", "asyncio"):  # some have a level of their own
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return distributed


def require_address(address: str, jobs: int | None) -> None:
    """InputError for what is no address of a scheduler, and for a number of processes beside it."""
    if jobs is not None:
        wanted, attempt = f"no {option('jobs')} beside it", f"leaving out {option('jobs')}"
        raise InputError(explain(option("cluster"), wanted, str(jobs), attempt))
    if "://" not in address:
        raise InputError(
            explain(option("cluster"), "an address such as tcp://host:8786", show(address), "tcp://" + address)
        )
