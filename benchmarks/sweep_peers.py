"""The same cross-validation by each tool, as its own documents do it: one command, which is also how it goes on.

A point is a network trained from one start on all folds but one, and scored on that. Each tool gets the same networks,
folds and cores. Where a tool can go on after a kill, it is told to: joblib by a cache, Optuna by a journal, Ray by its
storage. Ours also computes every metric and the digest of a run, and writes a line per point.

    python -m benchmarks.sweep_peers CONTESTANT TASK STARTS CORES DIRECTORY
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from functools import cache, partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from digit_classifier.sweeps.compute import Loaded, PointTask

FOLDS = 5
LOG = "SWEEP_LOG"  # the file that gets a line whenever a point is begun


class Network(NamedTuple):
    """What every point trains, in our words and in scikit-learn's."""

    ours: dict[str, Any]
    theirs: dict[str, Any]


NETWORKS = {
    "logistic": Network(
        {"model": "logistic", "epochs": 20},
        {"hidden_layer_sizes": (), "max_iter": 20, "solver": "sgd", "batch_size": 1438, "learning_rate_init": 0.5},
    ),
    "mlp": Network({"model": "mlp", "epochs": 20}, {"hidden_layer_sizes": (128, 64), "max_iter": 20, "batch_size": 64}),
}


def note(name: str) -> None:
    """Say that this point is begun: one write of one line, whichever process it comes from."""
    if path := os.environ.get(LOG):
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, f"{name}\n".encode())
        os.close(file)


@cache
def digits() -> Any:
    """The data set, once per process."""
    from digit_classifier.datasets.bundled import load_digits

    return load_digits()


def accuracy(network: str, start: int, fold: int) -> float:
    """One point by our training code, without a sweep: what the peers' loops call."""
    import digit_classifier as dc
    from digit_classifier.experiment import run_experiment

    note(f"{start} {fold}")
    config = dc.configure(
        **NETWORKS[network].ours, split="folds", test_size=1 / FOLDS, random_state=start, split_state=fold
    )
    split = dc.prepare(config, digits())
    run = run_experiment(config, split)
    return float((run.holdout_probabilities.argmax(axis=1) == split.holdout.labels).mean())


def counted(line: Connection, packed: bytes) -> None:
    """A worker of ours, with a line for each point that it begins."""
    from digit_classifier.sweeps import compute

    computed = compute.computed

    def noted(task: PointTask, loaded: Loaded) -> bytes:
        note(task.recipe)
        return computed(task, loaded)

    compute.computed = noted
    compute.serve(line, packed)


def ours(network: str, starts: int, cores: int, place: Path) -> int:
    """A sweep; no run is kept."""
    import digit_classifier as dc
    from digit_classifier.sweeps import engines

    if os.environ.get(LOG):
        engines.serve = counted  # type: ignore[attr-defined]
    found = dc.sweep(
        **NETWORKS[network].ours,
        folds=FOLDS,
        seeds=f"0:{starts}",
        keep="none",
        jobs=cores,
        artifacts_root=place,
        yes=True,
    )
    return len(found.table)


def grid_search(estimator: Callable[[str], Any], network: str, starts: int, cores: int, _: Path) -> int:
    """GridSearchCV over the starts, on the same number of stratified folds."""
    from sklearn.model_selection import GridSearchCV

    data = digits()
    states = {"random_state": list(range(starts))}
    search = GridSearchCV(estimator(network), states, cv=FOLDS, n_jobs=cores, refit=False, error_score="raise")
    search.fit(data.samples.reshape(len(data.labels), -1), data.labels)
    return FOLDS * len(search.cv_results_["params"])


def our_estimator(network: str) -> Any:
    """Our network as a classifier of scikit-learn."""
    from digit_classifier.estimator import NetworkClassifier

    class Noted(NetworkClassifier):
        """The same, which says when it begins."""

        def fit(self, X: Any, y: Any) -> Any:  # noqa: N803
            note(f"{self.random_state} {float(X.sum())}")  # the sum tells the folds apart
            return super().fit(X, y)

    chosen = NetworkClassifier if not os.environ.get(LOG) else Noted
    return chosen(**NETWORKS[network].ours, image_shape=(8, 8))


def their_estimator(network: str) -> Any:
    """MLPClassifier with layers of the same sizes, as many epochs, and moves of its own."""
    from sklearn.neural_network import MLPClassifier

    class Noted(MLPClassifier):  # type: ignore[misc]
        """The same, which says when it begins."""

        def fit(self, X: Any, y: Any) -> Any:  # noqa: N803
            note(f"{self.random_state} {float(X.sum())}")
            return super().fit(X, y)

    chosen = MLPClassifier if not os.environ.get(LOG) else Noted
    return chosen(**NETWORKS[network].theirs, n_iter_no_change=1_000)


def by_joblib(cached: bool, network: str, starts: int, cores: int, place: Path) -> int:
    """Its processes; with a cache, a call that ended is not made again."""
    from joblib import Memory, Parallel, delayed

    call = Memory(place, verbose=0).cache(accuracy) if cached else accuracy
    return len(Parallel(n_jobs=cores)(delayed(call)(network, *point) for point in product(range(starts), range(FOLDS))))


def _study(network: str, starts: int, place: Path | None, jobs: int) -> int:
    import optuna
    from optuna.storages.journal import JournalFileBackend
    from optuna.study import MaxTrialsCallback
    from optuna.trial import TrialState

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    space = {"start": list(range(starts)), "fold": list(range(FOLDS))}
    storage = None if place is None else optuna.storages.JournalStorage(JournalFileBackend(str(place / "journal")))
    study = optuna.create_study(
        study_name="sweep",
        direction="maximize",
        storage=storage,
        load_if_exists=True,
        sampler=optuna.samplers.GridSampler(space, seed=0),
    )

    def point(trial: Any) -> float:
        start, fold = (trial.suggest_categorical(name, space[name]) for name in ("start", "fold"))
        return accuracy(network, start, fold)

    finished = (TrialState.COMPLETE,)
    study.optimize(point, n_jobs=jobs, callbacks=[MaxTrialsCallback(starts * FOLDS, states=finished)])
    return len({tuple(trial.params.values()) for trial in study.get_trials(states=finished)})


def by_optuna(network: str, starts: int, cores: int, _: Path) -> int:
    """Its own loop, with as many threads as there are cores and the study in memory."""
    return _study(network, starts, None, cores)


def by_journal(network: str, starts: int, cores: int, place: Path) -> int:
    """As its documents run it on several cores: processes that share a study, here in a journal file."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(cores, get_context("spawn")) as pool:
        return max(pool.map(partial(_study, network, starts, place), [1] * cores))


def by_ray(network: str, starts: int, cores: int, place: Path) -> int:
    """Ray Tune, whose actors are used again; where its storage holds a begun sweep, that is restored."""
    import ray
    from ray import tune

    ray.init(num_cpus=cores, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)

    def point(config: dict[str, Any]) -> dict[str, float]:
        return {"accuracy": accuracy(network, config["start"], config["fold"])}

    work = tune.with_resources(point, {"cpu": 1})
    begun = str(place / "sweep")
    if tune.Tuner.can_restore(begun):
        tuner = tune.Tuner.restore(begun, work, resume_unfinished=True, restart_errored=True)
    else:
        names = {"start": starts, "fold": FOLDS}
        tuner = tune.Tuner(
            work,
            param_space={name: tune.grid_search(list(range(count))) for name, count in names.items()},
            tune_config=tune.TuneConfig(metric="accuracy", mode="max", reuse_actors=True, max_concurrent_trials=cores),
            run_config=tune.RunConfig(name="sweep", storage_path=str(place), verbose=0),
        )
    return sum(result.metrics is not None and "accuracy" in result.metrics for result in tuner.fit())


OURS = "digit-classifier sweep"
CONTESTANTS: dict[str, Callable[[str, int, int, Path], int]] = {
    OURS: ours,
    "GridSearchCV, our network": partial(grid_search, our_estimator),
    "GridSearchCV, MLPClassifier": partial(grid_search, their_estimator),
    "joblib": partial(by_joblib, False),
    "joblib with a cache": partial(by_joblib, True),
    "Optuna in memory": by_optuna,
    "Optuna with a journal": by_journal,
    "Ray Tune": by_ray,
}


def main() -> None:
    """Run one contestant; prints how many points it has in the end."""
    name, network, starts, cores, place = sys.argv[1:]
    warnings.filterwarnings("ignore", message=".*(Maximum iterations|batch_size).*")
    os.environ["PYTHONWARNINGS"] = "ignore"  # of the workers
    points = CONTESTANTS[name](network, int(starts), int(cores), Path(place))
    print(json.dumps({"points": points}), flush=True)


if __name__ == "__main__":
    from benchmarks import sweep_peers  # workers find its functions by this name, and none of a program

    sweep_peers.main()
