"""Points per second of each engine on the same points, beside Optuna's own loop and joblib; and what a resume costs.

Every contestant trains the same network (the logistic preset) on the same splits. Ours also computes every metric and
the digest of a run, and writes a line per point; joblib and Optuna keep accuracies in memory.

    python -m benchmarks.sweeps [--quick]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import digit_classifier as dc
from digit_classifier.sweeps.engines import available_cores

if TYPE_CHECKING:
    from collections.abc import Callable

QUICK: dict[str, Any] = {"model": "logistic", "epochs": 20}


def one(seed: int) -> float:
    """The accuracy of one point, trained without a sweep."""
    config = dc.configure(**QUICK, random_state=seed)
    split = dc.prepare(config)
    run = dc.run_experiment(config, split)
    return float((run.holdout_probabilities.argmax(axis=1) == split.holdout.labels).mean())


def swept(jobs: int, points: int, root: Path) -> None:
    """The same points as a sweep; no run is kept."""
    dc.sweep(**QUICK, seeds=f"0:{points}", keep="none", jobs=jobs, again=True, artifacts_root=root, yes=True)


def by_joblib(jobs: int, points: int) -> None:
    """The same points by joblib's processes."""
    from joblib import Parallel, delayed

    Parallel(n_jobs=jobs)(delayed(one)(seed) for seed in range(points))


def by_optuna(points: int) -> None:
    """The same points in Optuna's own loop, which has its study in memory."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    optuna.create_study().optimize(lambda trial: one(trial.number), n_trials=points)


def main() -> None:
    """Take turns, and print seconds and points per second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few points; nothing to be quoted")
    quick = parser.parse_args().quick
    points, rounds, cores = (40, 1, available_cores()) if quick else (1000, 3, available_cores())
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        contestants: dict[str, Callable[[], Any]] = {
            "loop": lambda: swept(1, points, root),
            f"{cores} processes": lambda: swept(cores, points, root),
            f"joblib, {cores} processes": lambda: by_joblib(cores, points),
            "Optuna's loop": lambda: by_optuna(points),
        }
        spent: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(rounds):
            for name, work in contestants.items():
                began = time.perf_counter()
                work()
                spent[name].append(time.perf_counter() - began)
        for name, seconds in spent.items():
            print(f"{name:24} {median(seconds):7.2f} s  {points / median(seconds):7.1f} points/s")
        began = time.perf_counter()
        dc.sweep(**QUICK, seeds=f"0:{points}", keep="none", jobs=1, artifacts_root=root, yes=True)
        print(f"{'a finished sweep, again':24} {time.perf_counter() - began:7.2f} s")


if __name__ == "__main__":
    main()
