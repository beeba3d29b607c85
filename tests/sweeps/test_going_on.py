"""What is finished and what is not: after `repair`, with equal points, from printed commands, on a cluster."""

from __future__ import annotations

import itertools
import json
import shlex
import shutil
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pytest

import digit_classifier as dc
from digit_classifier.cli.main import main
from digit_classifier.datasets.split import grouped_split
from digit_classifier.errors import InputError, RunError
from digit_classifier.experiment import run_experiment
from digit_classifier.sweeps import coordinator
from digit_classifier.sweeps.engines import Loop
from sweep_tools import QUICK, digests, lines_of, newest, quick_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def cut(directory: Path, points: int) -> None:
    """Leave so many points, as a coordinator that was killed does."""
    path, left = directory / "points.jsonl", []
    for line in path.read_bytes().splitlines(keepends=True):
        points -= b'"recipe_digest"' in line
        left += [line] if points >= 0 or b'"recipe_digest"' not in line else []
    path.write_bytes(b"".join(left))
    for name in ("manifest.json", "sweep.json", "sweep.css", "sweep.png"):
        (directory / name).unlink()


def forget_times(sweep: dict[str, Any]) -> dict[str, Any]:
    """A sweep.json without what no two sweeps share."""
    return {**sweep, "finished": "", "points": {**sweep["points"], "seconds": []}}


def test_a_sweep_that_was_interrupted_and_repaired_goes_on(tmp_path: Path) -> None:
    asked: dict[str, Any] = {**QUICK, "seeds": "0:6", "jobs": 1, "artifacts_root": tmp_path}
    whole = dc.sweep(**asked)
    cut(whole.directory, 2)
    assert main(["repair", str(tmp_path)]) == 0
    assert "2 of 6 points are done; the same command continues." in dc.load_sweep(whole.directory).sentences
    again = dc.sweep(**asked)
    assert forget_times(again.payload) == forget_times(whole.payload)
    assert main(["verify", str(tmp_path)]) == 0


def test_a_winner_that_was_half_confirmed_and_repaired_is_confirmed(tmp_path: Path) -> None:
    asked: dict[str, Any] = {
        **QUICK, "grid": {"learning_rate": [0.1, 0.7]}, "seeds": "0:3", "confirm_seeds": "100:104", "jobs": 1,
        "artifacts_root": tmp_path,
    }  # fmt: skip
    whole = dc.sweep(**asked)
    assert main(["verify", str(tmp_path)]) == 0
    cut(whole.directory, 8)
    assert main(["repair", str(tmp_path)]) == 0
    again = dc.sweep(**asked)
    assert again.best is not None
    assert again.best["confirmed"]["count"] == 4
    assert main(["verify", str(tmp_path)]) == 0


def test_of_a_finished_sweep_with_equal_points_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {
        "model": "logistic", "epochs": 2, "grid": {"learning_rate": [0.05, 0.1, 0.3, 0.7]}, "halving": 2,
        "seeds": "0:2", "jobs": 1, "artifacts_root": tmp_path,
    }  # fmt: skip
    done = dc.sweep(**asked)  # rungs of 1, 1 and 2 epochs
    assert len(done.table) < 14
    assert not any("continues" in line for line in done.sentences)
    assert main(["repair", str(tmp_path)]) == 0
    assert not any("continues" in line for line in dc.load_sweep(done.directory).sentences)
    monkeypatch.setattr(coordinator.Coordinator, "run", lambda _: pytest.fail("it was finished"))
    assert dc.sweep(**asked).payload["points"] == done.payload["points"]


def test_points_beyond_those_listed_are_done_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digit_classifier.sweeps.build.LISTED", 3)
    done = dc.sweep(**QUICK, seeds="0:5", jobs=1, artifacts_root=tmp_path)
    assert len(done.table) == 3
    assert repr(done).startswith(f"<SweepResult {done.payload['sweep_id']}: 5 points>")
    assert not any("continues" in line for line in done.sentences)
    monkeypatch.setattr(coordinator.Coordinator, "run", lambda _: pytest.fail("it was finished"))
    dc.sweep(**QUICK, seeds="0:5", jobs=1, artifacts_root=tmp_path)


class FarLoop(Loop):
    """An engine that, like a cluster, must be reached first."""

    is_reached = False

    def __enter__(self) -> Self:
        self.is_reached = True
        return self

    def results(self, tasks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """What a loop computes."""
        assert self.is_reached
        yield from super().results(tasks)


@pytest.mark.parametrize("kind", ["again", "after a repair"])
def test_a_cluster_is_reached_whenever_there_is_something_to_do(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "engine_for", lambda data, *_: FarLoop(data))
    book, plan = quick_plan(tmp_path, 3)
    asked: dict[str, Any] = {"root": tmp_path, "cluster": "tcp://127.0.0.1:9"}
    first = coordinator.run_sweep(book, plan, **asked)
    if kind == "again":
        second = coordinator.run_sweep(book, plan, **asked, again=True)
        assert second.directory != first.directory
    else:
        cut(first.directory, 1)
        assert main(["repair", str(tmp_path)]) == 0
        second = coordinator.run_sweep(book, plan, **asked)
    assert len(lines_of(second.directory)) == 3


def test_the_mean_of_a_setting_is_the_same_in_whatever_order_its_points_end(tmp_path: Path) -> None:
    book, _ = quick_plan(tmp_path, 3)
    scores = [330 / 360, 331 / 360, 356 / 360]
    assert len({sum(order) for order in itertools.permutations(scores)}) > 1
    found = set()
    for order in itertools.permutations(scores):
        watch = coordinator.Coordinator(book, None, Loop(book.data))  # type: ignore[arg-type]
        for number, accuracy in enumerate(order):
            line = {"recipe_digest": f"{number:064x}", "values": [], "confirming": False}
            watch._count({**line, "result": {"accuracy": accuracy}})
        found.add(watch._score(()))
    assert len(found) == 1


def test_the_result_is_the_same_in_whatever_order_folds_end(tmp_path: Path) -> None:
    done = dc.sweep(**QUICK, folds=4, jobs=1, artifacts_root=tmp_path)
    assert len({line["result"]["holdout"] for line in lines_of(done.directory)}) == 2
    path = done.directory / "points.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    points = [line for line in lines if b'"recipe_digest"' in line]
    path.write_bytes(b"".join([*(line for line in lines if line not in points), *reversed(points)]))
    assert main(["repair", str(tmp_path)]) == 0
    assert forget_times(dc.load_sweep(done.directory).payload) == forget_times(done.payload)


def test_a_failure_on_a_cluster_is_recorded_whatever_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "KilledWorker: Attempted to run task 'x' on 4 different workers,\n" + "but all those workers died. " * 20

    class Dying(FarLoop):
        def results(self, tasks: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
            for task, came in super().results(tasks):
                yield task, text if task.config["random_state"] == 1 else came

    monkeypatch.setattr(coordinator, "engine_for", lambda data, *_: Dying(data))
    done = dc.sweep(**QUICK, seeds="0:3", cluster="tcp://127.0.0.1:9", artifacts_root=tmp_path)
    assert [row["random_state"] for row in done.failures] == [1]
    assert done.failures[0]["failure"].startswith("KilledWorker: Attempted to run task")
    assert len(done.table) == 3


def test_nothing_is_wrong_with_a_sweep_that_still_confirms_its_winner(tmp_path: Path) -> None:
    asked: dict[str, Any] = {
        **QUICK, "grid": {"learning_rate": [0.1, 0.7]}, "seeds": "0:2", "confirm_seeds": "100:102", "jobs": 1,
        "artifacts_root": tmp_path,
    }  # fmt: skip
    done = dc.sweep(**asked)
    for points in (3, 4, 5, 6):
        cut(done.directory, points)
        assert main(["verify", str(tmp_path)]) == 0, points
        done = dc.sweep(**asked)


def test_what_is_kept_counts_the_points_that_confirm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(config: Any, *arguments: Any, **options: Any) -> Any:
        if config.random_state == 101:
            raise KeyboardInterrupt
        return run_experiment(config, *arguments, **options)

    monkeypatch.setattr("digit_classifier.sweeps.compute.run_experiment", stopped)
    grid = {"learning_rate": [0.1, 0.7]}
    with pytest.raises(KeyboardInterrupt) as caught:
        dc.sweep(**QUICK, grid=grid, seeds="0:2", confirm_seeds="100:103", jobs=1, artifacts_root=tmp_path)
    assert caught.value.__notes__ == ["5 of 7 points are kept; the same command continues"]


# What cannot be trained


def failing(monkeypatch: pytest.MonkeyPatch, least: int) -> None:
    """Trainings of so many epochs and more fail."""

    def flaky(config: Any, *arguments: Any, **options: Any) -> Any:
        if config.epochs >= least:
            raise RunError("the machine is on fire")
        return run_experiment(config, *arguments, **options)

    monkeypatch.setattr("digit_classifier.sweeps.compute.run_experiment", flaky)


@pytest.mark.parametrize(("least", "best"), [(8, 4), (4, 2), (1, None)])
def test_a_halving_whose_last_rungs_fail_has_the_best_of_the_one_before(
    least: int, best: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, least)
    flags = ["--grid", "learning-rate", "0.05", "0.1", "0.3", "0.7", "--halving", "2", "--seeds", "0:2"]
    command = ["sweep", "--model", "logistic", "--epochs", "8", *flags, "--confirm-seeds", "50:52", "--jobs", "1"]
    command += ["--artifacts-root", str(tmp_path)]
    for _ in ("trained", "finished"):
        capsys.readouterr()
        assert main(command) == 1
        report = json.loads(capsys.readouterr().out)
        assert (report["best"] and report["best"]["epochs"]) == best
        assert (report["sentences"][0] == "No point of this sweep has a result yet.") == (best is None)
    if best:
        assert report["best"]["confirmed"]["count"] == 2
        assert report["best"]["chosen_among"] == 4
    words = ["verify", "repair", "verify", "runs"] if best else ["repair", "verify", "runs"]  # no run: no index yet
    for word in words:
        assert main([word, str(tmp_path)]) == 0
    cut(newest(tmp_path), 3)
    assert main(command) == 1
    assert len(list((tmp_path / "sweeps").glob("2*"))) == 1


def test_the_winner_of_a_halving_is_said_to_be_chosen(tmp_path: Path) -> None:
    rates = {"learning_rate": [0.05, 0.1, 0.3, 0.7]}
    done = dc.sweep(model="logistic", epochs=4, grid=rates, halving=4, seeds="0:2", jobs=1, artifacts_root=tmp_path)
    (said,) = [line for line in done.sentences if "chosen among" in line]
    assert "chosen among 4 settings" in said
    assert "--confirm-seeds" in said


def test_tpe_records_what_it_asks_for_and_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digit_classifier.sweeps.plan.MAX_CHECKED", 1)
    asked: dict[str, Any] = {
        "epochs": 1, "grid": {"model": ["mlp", "logistic"], "hidden_sizes": [(8,), (8, 4)]}, "search": "tpe",
        "trials": 8, "jobs": 1, "artifacts_root": tmp_path,
    }  # fmt: skip
    done = dc.sweep(**asked)
    assert {row["model"] for row in done.failures} == {"logistic"}
    assert {row["model"] for row in done.table if row["accuracy"] is not None} == {"mlp"}
    assert all("logistic is the network without hidden layers" in row["failure"] for row in done.failures)
    assert main(["verify", str(tmp_path)]) == 0
    before = [line["recipe_digest"] for line in lines_of(done.directory)]
    cut(done.directory, 2)
    again = dc.sweep(**asked)
    assert [line["recipe_digest"] for line in lines_of(again.directory)] == before
    with pytest.raises(RunError, match="stopped by fail_fast"):
        dc.sweep(**asked, again=True, fail_fast=True)


def test_a_state_whose_split_lacks_a_class_is_a_point_that_failed(tmp_path: Path) -> None:
    rows, classes = np.random.default_rng(0).normal(size=(80, 2)), np.arange(80) % 2
    classes[:40] = 0  # two of the four groups have no sample of the second class
    data = dc.Dataset.from_arrays(rows, classes, groups=np.arange(80) // 20, name="mine")
    fine, bad = [], []
    for state in range(12):
        try:
            grouped_split(data, 0.5, state)
            fine.append(state)
        except InputError:
            bad.append(state)
    assert fine
    assert bad
    asked: dict[str, Any] = {
        "dataset": data, "split": "grouped", "test_size": 0.5, "epochs": 1, "jobs": 1, "artifacts_root": tmp_path,
    }  # fmt: skip
    done = dc.sweep(**asked, seeds=[*fine, *bad])
    assert sorted(row["random_state"] for row in done.failures) == bad
    assert dc.sweep(**asked, seeds=[*fine, *bad]).payload == done.payload
    with pytest.raises(InputError, match="a share that leaves every class on both sides"):
        dc.sweep(**asked, seeds=bad)


# The command that a sweep says of itself


def going_on(root: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The words of the command that `runs` prints for the interrupted sweep."""
    capsys.readouterr()
    assert main(["runs", str(root)]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "to go on: " in line)
    words = shlex.split(line.partition("to go on: ")[2])
    return words[words.index("sweep") :]


YAML = "model: logistic\nepochs: 2\ntest_split: 0.25\nrandom_state: 42\nexact: false\nhidden_sizes: none\n"


@pytest.mark.parametrize(
    "flags",
    [
        ["--seeds", "0:3"],
        ["--folds", "3"],
        ["--grid", "epochs", "1", "2", "3"],
        ["--grid", "test-split", "0.2", "0.3", "0.4"],
        ["--epochs", "3", "--seeds", "0:3", "--run-label", "an odd 'label'"],
        ["--random", "3", "--range", "learning-rate", "0.1", "0.7", "--random-state", "5"],
        ["--random", "3", "--range", "learning-rate", "0.1", "0.7", "--seeds", "0:2"],
        ["--halving", "2", "--grid", "learning-rate", "0.1", "0.7", "--epochs", "4"],
    ],
)
@pytest.mark.parametrize("state", ["42", "7"])
def test_the_printed_command_goes_on_with_the_sweep_of_a_file(
    flags: list[str], state: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "some.yaml").write_text(YAML.replace("42", state))
    root = tmp_path / "my root"
    place = ["--config", str(tmp_path / "some.yaml"), "--artifacts-root", str(root), "--jobs", "1"]
    assert main(["sweep", *place, *flags]) == 0
    whole = digests(newest(root))
    cut(newest(root), 1)
    monkeypatch.chdir(tmp_path)
    words = going_on(root, capsys)
    assert main(words) == 0, words
    assert len([path for path in (root / "sweeps").iterdir() if path.is_dir()]) == 1
    assert digests(newest(root)) == whole


@pytest.mark.parametrize("kind", ["a table", "a table with a test part", "from Python", "bundled, from Python"])
def test_the_printed_command_goes_on_with_own_data(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, root = np.random.default_rng(0), tmp_path / "root"
    if kind.endswith("from Python"):
        data = dc.Dataset.from_arrays(rng.random((90, 4)), [*range(3)] * 30, name="mine")
        own: dict[str, Any] = {"dataset": data} if kind == "from Python" else {"dataset": "wine"}
        dc.sweep(**own, epochs=2, seeds="0:3", jobs=1, artifacts_root=root)
    else:
        rows = "".join(f"{a:.4f},{b:.4f},{'xyz'[n % 3]}\n" for n, (a, b) in enumerate(rng.random((60, 2))))
        for name in ("train.csv", "test.csv"):
            (tmp_path / name).write_text("a,b,kind\n" + rows)
        words = ["--dataset", str(tmp_path / "train.csv"), "--label-column", "kind", "--epochs", "2", "--seeds", "0:3"]
        test = ["--test-data", str(tmp_path / "test.csv")] if kind.endswith("test part") else []
        assert main(["sweep", *words, *test, "--jobs", "1", "--artifacts-root", str(root)]) == 0
    whole = digests(newest(root))
    cut(newest(root), 1)
    for name in ("train.csv", "test.csv"):
        (tmp_path / name).unlink(missing_ok=True)
    monkeypatch.chdir(tmp_path)
    words = going_on(root, capsys)
    assert str(tmp_path) not in json.loads((newest(root) / "plan.json").read_text())["command"]
    assert main(words) == 0, words
    assert len([path for path in (root / "sweeps").iterdir() if path.is_dir()]) == 1
    assert digests(newest(root)) == whole


# By hand


def test_runs_that_were_deleted_by_hand_are_not_named_after_a_repair(tmp_path: Path) -> None:
    done = dc.sweep(**QUICK, seeds="0:3", jobs=1, artifacts_root=tmp_path)
    gone = done.table[1]["run"]
    shutil.rmtree(tmp_path / gone)
    assert main(["repair", str(tmp_path)]) == 0
    assert [row["run"] for row in dc.load_sweep(done.directory).table] == [
        done.table[0]["run"], None, done.table[2]["run"],
    ]  # fmt: skip


def test_a_root_with_nothing_but_a_sweep_is_repaired(tmp_path: Path) -> None:
    done = dc.sweep(**QUICK, seeds="0:3", keep="none", jobs=1, artifacts_root=tmp_path)
    (done.directory / "sweep.json").unlink()
    assert main(["verify", str(tmp_path)]) == 1
    assert main(["repair", str(tmp_path)]) == 0
    assert main(["verify", str(tmp_path)]) == 0
