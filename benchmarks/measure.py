"""Costs of processes and loops, taken in turn, and what may be said about their ratios."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from benchmarks.environment import ROOT, clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

RESULTS = ROOT / "benchmarks" / "results"
TRIAL = ROOT / "build" / "benchmarks"  # results of --quick, which are not to be quoted
FEWEST = 4  # rounds, without which quartiles mean nothing
WIDEST = 0.3  # interquartile range of the ratios over their median; beyond it a ratio is not reported
PACKAGES = ("numpy", "scikit-learn", "matplotlib", "torch", "jax", "mlflow", "tensorboard", "tensorboardX", "trackio",
            "joblib", "optuna", "ray")  # fmt: skip

Result = dict[str, Any]
T = TypeVar("T")


def load_now() -> float | None:
    """Programs that want a processor, over the last minute; None where the system does not say."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


LOAD = load_now()  # when this part began


class Cost(NamedTuple):
    """What one process took from its start to its exit."""

    wall: float  # s
    cpu: float  # s, user and system, with the children it waited for
    memory: float  # MiB, the largest resident set of the process


def process(command: Sequence[str | Path], **variables: str) -> Cost:
    """Run a command to its end; its output is thrown away, its failure is not."""
    started = time.perf_counter()
    with subprocess.Popen(
        command, env=clean(**variables), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT
    ) as child:
        assert child.stderr is not None
        complaint = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {child.returncode}\n{complaint.decode()[-2000:]}")
    per_mib = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / per_mib)


def memory(command: Sequence[str | Path]) -> float:
    """MiB of a process, measured by a small one: Linux counts what its parent held when it was started."""
    return Cost(*worker("benchmarks.measure", *command)).memory


def in_turn(contestants: Mapping[str, Callable[[], T]], repeats: int) -> dict[str, list[T]]:
    """Each once to warm up, then A B C, A B C, …: a slow minute of the machine hits all of them."""
    for run in contestants.values():
        run()
    taken: dict[str, list[T]] = {name: [] for name in contestants}
    for _ in range(repeats):
        for name, run in contestants.items():
            taken[name].append(run())
    return taken


class Spread(NamedTuple):
    """Median and quartiles."""

    low: float
    middle: float
    high: float
    rounds: int

    @property
    def width(self) -> float:
        """Interquartile range over the median."""
        return (self.high - self.low) / self.middle


def spread(values: Iterable[float]) -> Spread:
    """Median and quartiles of at least one value."""
    found = sorted(values)
    low, _, high = quantiles(found, n=4, method="inclusive") if len(found) > 1 else found * 3
    return Spread(low, median(found), high, len(found))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """How many times as long they take as we do, from the pairs that were measured one after the other."""
    return spread(b / a for a, b in zip(ours, theirs, strict=True))


def verdict(ratio: Spread, noise: Spread | None = None) -> str:
    """The ratio with its quartiles, unless they cross 1, lie too far apart, or A against A differs as much."""
    if ratio.rounds < FEWEST:
        return f"about {ratio.middle:.1f}, too few rounds"
    chance = max(noise.high, 1 / noise.low) if noise else 1.0
    if ratio.low <= 1 <= ratio.high or ratio.width > WIDEST or 1 / chance <= ratio.middle <= chance:
        return f"not resolved ({ratio.low:.2f} to {ratio.high:.2f})"
    digits = 1 if ratio.middle >= 3 else 2
    return f"{ratio.middle:.{digits}f}× ({ratio.low:.{digits}f} to {ratio.high:.{digits}f})"


def machine() -> Result:
    """What was measured on: versions, processor, the BLAS kernels that ran, and how busy the machine was."""
    import numpy as np
    import scipy.linalg  # noqa: F401 - brings SciPy's own BLAS
    from threadpoolctl import threadpool_info

    np.ones((2, 2)) @ np.ones((2, 2))
    return {
        "versions": {"Python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": [LOAD, load_now()],
        "blas": sorted(
            f"{library['internal_api']} {library['version']} {library['architecture']}"
            for library in threadpool_info()
            if library["user_api"] == "blas"
        ),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def save(part: str, result: Result, *, quick: bool) -> None:
    """Keep the numbers of one part, in the form of the files of a run: the page can be written without measuring."""
    from digit_classifier.store.json import encode  # inside: --help needs no package

    directory = TRIAL if quick else RESULTS
    directory.mkdir(parents=True, exist_ok=True)
    whole = {"part": part, "quick": quick, "machine": machine(), **result}
    (directory / f"{part}.json").write_bytes(encode(whole))


def load(part: str, *, quick: bool) -> Result | None:
    """The numbers of one part; None when it was not measured."""
    path = (TRIAL if quick else RESULTS) / f"{part}.json"
    if not path.exists():
        return None
    result: Result = json.loads(path.read_text(encoding="utf-8"))
    return result


def worker(module: str, *arguments: object, **variables: str) -> Any:
    """What another process of ours measured: `python -m module arguments` prints one line of JSON last."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, env=clean(**variables), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    print(json.dumps(process(sys.argv[1:])))
