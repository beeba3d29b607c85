"""What a run was computed with: versions, BLAS, processor. No host name, no user, no path."""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import contextmanager
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import threadpoolctl

from digit_classifier.errors import InputError, explain, show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

Environment = dict[str, str | int | None]

_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy"}  # as `platform` says it, which takes long to import


@cache
def _libraries() -> threadpoolctl.ThreadpoolController:
    """What BLAS libraries are loaded; looking for them takes 2 ms."""
    return threadpoolctl.ThreadpoolController()


class _OneThread:
    """The limit of one thread, for all who compute at a time: the first of them sets it, the last gives back.

    A BLAS mostly has one number of threads for its process. Where each gave back what was there when it came, the first
    to leave would free the others, and the last would leave the limit behind.
    """

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._before: list[Any] = []  # threads of each library

    @contextmanager
    def __call__(self) -> Iterator[None]:
        libraries = [each for each in _libraries().lib_controllers if each.user_api == "blas"]
        with self._lock:
            own = [each.num_threads for each in libraries]
            self._before = self._before if self._inside else own
            self._inside += 1
            if _ownership:
                _ownership.increment()
            for each in libraries:
                each.set_num_threads(1)
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                for each, mine, first in zip(libraries, own, self._before, strict=True):
                    if each.internal_api == "openblas" and each.threading_layer == "openmp":
                        each.set_num_threads(mine)  # each thread has its own number
                    elif not self._inside:
                        each.set_num_threads(first)
                if _ownership:
                    _ownership.decrement()


# Newer threadpoolctl lets one thread at a time change limits, for as long as this counts above zero.
_ownership: Any = getattr(threadpoolctl, "CONTROLLING_THREAD_OWNERSHIP", None)
_one_thread = _OneThread()


def one_blas_thread() -> AbstractContextManager[object]:
    """Matrix products on one thread: faster at this size, and the same bits whatever the environment says.

    Threads beside each other may be in it at a time.
    """
    return _one_thread()


def environment() -> Environment:
    """The facts that may explain why a run repeats differently elsewhere; None for an unknown one."""
    from digit_classifier import __version__

    with one_blas_thread():  # as in training; some BLAS builds ignore the limit
        blas: dict[str, Any] = next((library for library in _libraries().info() if library["user_api"] == "blas"), {})
    return {
        "digit_classifier": __version__,
        "python": f"{_IMPLEMENTATIONS.get(sys.implementation.name, sys.implementation.name)} {sys.version.split()[0]}",
        "numpy": np.__version__,
        "numpy_simd": _simd(),
        "pillow": _version("PIL", "pillow"),
        "scikit_learn": _version("sklearn", "scikit_learn"),
        "blas": blas.get("internal_api"),
        "blas_version": blas.get("version"),
        "blas_kernel": blas.get("architecture"),
        "blas_threads": blas.get("num_threads"),
        "system": sys.platform,
        "machine": _machine(),
        "processor": _processor(),
    }


def created_now() -> str:
    """The time of this run, UTC to the second; SOURCE_DATE_EPOCH fixes it (reproducible-builds.org)."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or str(int(time.time()))
    if not re.fullmatch("[0-9]{1,11}", seconds):
        raise InputError(explain("SOURCE_DATE_EPOCH", "seconds since 1970", show(seconds), "unset SOURCE_DATE_EPOCH"))
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(seconds)))


def _simd() -> str | None:
    """The instruction sets that NumPy's own loops may use here, as `numpy.show_runtime` finds them."""
    from importlib import import_module

    for name in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):  # its place since 2.0, and before
        try:
            features: dict[str, bool] = import_module(name).__cpu_features__
        except (ImportError, AttributeError):
            continue
        return " ".join(feature for feature, there in features.items() if there)
    return None


@cache
def _version(package: str, distribution: str) -> str | None:
    """Version of an installed distribution, from the name of its metadata: an import would take far longer."""
    found = PathFinder.find_spec(package)
    if found is None or found.origin is None:
        return None
    folders = Path(found.origin).parents[1].glob(f"{distribution}-*.dist-info")
    return next((folder.stem.split("-")[1] for folder in folders), None)


def _machine() -> str:
    if sys.platform != "win32":
        return os.uname().machine
    import platform

    return platform.machine()


def _processor() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        import platform

        return platform.processor() or None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)
