"""A sweep from request to result: which points, what each computes, what is kept, and that it goes on."""

from __future__ import annotations

import json
import shlex
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

import digit_classifier as dc
from digit_classifier.artifacts import PLAN, held_out_map, recipe_digest
from digit_classifier.cli.arguments import Defaults, build_parser
from digit_classifier.cli.main import COMMANDS, main
from digit_classifier.errors import InputError, RunError
from digit_classifier.experiment import run_experiment
from digit_classifier.settings.resolve import Given, resolve
from digit_classifier.store import read_root
from digit_classifier.store.index import load_index
from digit_classifier.store.root import update_index
from digit_classifier.store.sweeps import read_plan, sweep_ids, sweep_problems
from digit_classifier.sweeps import coordinator
from digit_classifier.sweeps.api import ready
from digit_classifier.sweeps.axes import number_list, random_of, range_axis
from digit_classifier.sweeps.build import Held
from digit_classifier.sweeps.compute import pack, unpack
from digit_classifier.sweeps.request import Request
from sweep_tools import FLAGS, QUICK, digests, lines_of, newest

if TYPE_CHECKING:
    from collections.abc import Callable

Report = dict[str, Any]
GOLDEN = Path(__file__).parents[1] / "golden"
TPE = ["--search", "tpe", "--trials", "5"]


def run(root: Path, *flags: str, code: int = 0, capsys: pytest.CaptureFixture[str]) -> Report:
    capsys.readouterr()
    assert main(["sweep", *FLAGS, "--artifacts-root", str(root), "--jobs", "1", *flags]) == code
    out, err = capsys.readouterr()
    assert (err == "") == (code == 0)
    report: Report = json.loads(out) if out else {"error": err}
    return report


# Which points


@pytest.mark.parametrize(
    ("flags", "states"),
    [
        (["--seeds", "0:3"], [(0, None), (1, None), (2, None)]),
        (["--seeds", "1,5", "--split-state", "7"], [(1, 7), (5, 7)]),
        (["--folds", "3"], [(0, None), (1, None), (2, None)]),
        (["--folds", "2", "--repeats", "2"], [(0, None), (1, None), (2, None), (3, None)]),
        (["--folds", "2", "--seeds", "0:2", "--split", "contiguous"], [(0, 0), (1, 0), (0, 1), (1, 1)]),
        (["--random-state", "9"], [(9, None)]),
    ],
)
def test_seeds_and_folds_become_states(
    flags: list[str], states: list[tuple[int, int | None]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, *flags, capsys=capsys)
    found = [(line["random_state"], line["split_state"]) for line in lines_of(newest(tmp_path))]
    assert found == states


def test_folds_hold_out_every_image_once(tmp_path: Path) -> None:
    done = dc.sweep(**QUICK, folds=4, jobs=1, artifacts_root=tmp_path)
    held = [set(done.run(point).payloads["holdout.json"]["sample_ids"]) for point in range(4)]
    assert sorted(sample for each in held for sample in each) == list(range(1797))
    assert [row["kind"] for row in done.settings] == ["splits"]


def test_a_grid_has_every_combination_and_pairs_them_over_the_same_states(tmp_path: Path) -> None:
    done = dc.sweep(
        model="mlp", epochs=1, grid={"hidden_sizes": [(), (8,), (8, 4)], "batch_size": [64, 256]},
        seeds=range(2), jobs=1, artifacts_root=tmp_path,
    )  # fmt: skip
    found = {(tuple(row["hidden_sizes"]), row["batch_size"], row["random_state"]) for row in done.table}
    assert found == {(sizes, batch, seed) for sizes in ((), (8,), (8, 4)) for batch in (64, 256) for seed in (0, 1)}
    assert {row["parameters"] for row in done.settings} == {650, 610, 606}


def test_a_model_on_an_axis_brings_its_own_preset(tmp_path: Path) -> None:
    done = dc.sweep(grid={"model": ["logistic", "mlp"]}, epochs=1, jobs=1, artifacts_root=tmp_path)
    rates = [done.run(point).summary["config"]["optimizer"] for point in range(2)]
    assert rates == ["sgd", "adamw"]


def test_random_settings_lie_between_the_ends_and_spread_by_their_logarithm() -> None:
    axis = range_axis("learning-rate", "1e-4", "1", "--range learning-rate")
    found = [values[0] for values in random_of([axis], 400, seed=1)]
    assert min(found) >= 1e-4
    assert max(found) <= 1
    below = np.mean([log(value) < log(1e-2) for value in found])
    assert 0.42 < below < 0.58
    assert found == [values[0] for values in random_of([axis], 400, seed=1)]
    assert found != [values[0] for values in random_of([axis], 400, seed=2)]


def test_numbers_are_ranges_without_their_end() -> None:
    assert number_list("0:4", "--seeds") == tuple(range(4))
    assert number_list("0:10:5,3", "--seeds") == (0, 5, 3)


def test_halving_trains_a_third_three_times_as_long(tmp_path: Path) -> None:
    rates = [0.0001, 0.001, 0.01, 0.05, 0.1, 0.3, 0.7]
    done = dc.sweep(
        model="logistic", epochs=18, grid={"learning_rate": rates}, halving=3, seeds=range(2), jobs=1,
        artifacts_root=tmp_path,
    )  # fmt: skip
    rungs: dict[int, set[float]] = {}
    for row in done.table:
        rungs.setdefault(row["epochs"], set()).add(row["learning_rate"])
    assert {epochs: len(found) for epochs, found in rungs.items()} == {2: 7, 6: 3, 18: 1}
    score = {(row["learning_rate"], row["epochs"]): row["mean"] for row in done.settings}
    best = sorted(rates, key=lambda rate: -score[rate, 2])[:3]
    assert rungs[6] == set(best)
    assert done.best is not None
    assert {done.best["learning_rate"]} == rungs[18]
    assert done.best["chosen_among"] == 7


def test_equal_points_are_one(tmp_path: Path) -> None:
    done = dc.sweep(**QUICK, grid={"hidden_sizes": [(), ()][:1]}, seeds="0:2", jobs=1, artifacts_root=tmp_path)
    assert len(done.table) == 2
    with pytest.raises(InputError, match="each value once"):
        dc.sweep(**QUICK, grid={"momentum": [0.5, 0.5]}, artifacts_root=tmp_path)


# What a point computes


@pytest.mark.parametrize(
    "settings",
    [
        {"seeds": "3:5"},
        {"seeds": "0:2", "split_state": 7},
        {"folds": 3},
        {"train_shares": [0.2, 1.0]},
        {"grid": {"split": ["random", "contiguous"]}},
        {"dataset": "iris", "model": "mlp", "seeds": "0:2"},
        {"dataset": "wine", "model": "mlp", "folds": 4},
    ],
)
def test_every_point_is_the_run_that_its_command_trains(settings: dict[str, Any], tmp_path: Path) -> None:
    done = dc.sweep(**{**QUICK, **settings}, jobs=1, keep="all", artifacts_root=tmp_path / "many")
    lines = {line["recipe_digest"]: line for line in lines_of(done.directory)}
    alone = digests(done.directory)
    for point in range(len(done.table)):
        words = done.command(point).split()[1:]
        assert main([*words, "--artifacts-root", str(tmp_path / "alone")]) == 0
        single = dc.load_run(tmp_path / "alone" / "latest")
        config, data = single.summary["config"], single.summary["dataset"]["sha256"]
        recipe = recipe_digest(config, data)
        assert alone[recipe] == single.summary["results_digest"]
        assert lines[recipe]["result"]["accuracy"] == single.metrics["accuracy"]
        assert done.run(point).summary["results_digest"] == single.summary["results_digest"]


def test_processes_compute_what_a_loop_computes(tmp_path: Path) -> None:
    one = dc.sweep(**QUICK, seeds="0:30", jobs=1, artifacts_root=tmp_path / "loop")
    two = dc.sweep(**QUICK, seeds="0:30", jobs=2, artifacts_root=tmp_path / "pool")
    assert digests(one.directory) == digests(two.directory)
    same = ("settings", "best", "differences", "stability", "plan_sha256", "splits")
    assert {key: one.payload[key] for key in same} == {key: two.payload[key] for key in same}


def colours() -> dc.Dataset:
    rng = np.random.default_rng(1)
    return dc.Dataset.from_arrays(rng.integers(0, 256, (60, 5, 6, 3)), np.arange(60) % 3, name="colours")


def table() -> dc.Dataset:
    found = load_iris()
    return dc.Dataset.from_arrays(
        found.data, found.target, feature_names=found.feature_names, groups=np.arange(150) // 3, name="flowers"
    )


def many_classes() -> dc.Dataset:
    rng = np.random.default_rng(2)
    held_out = np.arange(1500) % 5 == 0
    return dc.Dataset.from_arrays(
        rng.integers(0, 17, (1500, 4, 4)), np.arange(1500) // 5, held_out=held_out, name="signs"
    )


@pytest.mark.parametrize("make", [colours, table, many_classes])
def test_own_data_reach_the_workers_whole(make: Callable[[], dc.Dataset], tmp_path: Path) -> None:
    data = make()
    back = unpack(pack(data)).data
    assert back.sha256 == data.sha256
    assert (back.groups is None) == (data.groups is None)
    extra = {"split": "grouped"} if data.groups is not None else {}
    settings = {"epochs": 1, "model": "mlp", **extra}
    one = dc.sweep(**settings, dataset=data, seeds="0:3", jobs=1, artifacts_root=tmp_path / "loop")
    two = dc.sweep(**settings, dataset=data, seeds="0:3", jobs=2, artifacts_root=tmp_path / "pool")
    assert digests(one.directory) == digests(two.directory)
    assert not sweep_problems(two.directory)


@pytest.mark.parametrize("asked", [{"seeds": "0:6", "test_size": 0.25}, {"folds": 4}])
def test_whole_groups_are_drawn_anew_each_time_so_that_they_count_as_random_splits(
    asked: dict[str, Any], tmp_path: Path
) -> None:
    from scipy import stats

    done = dc.sweep(**asked, dataset=table(), split="grouped", epochs=2, jobs=1, artifacts_root=tmp_path)
    held = [line["result"]["holdout"] for line in lines_of(done.directory)]
    (row,) = done.settings
    scores = [point["accuracy"] for point in done.table]
    error = np.std(scores, ddof=1) * np.sqrt(1 / len(scores) + held[0] / (150 - held[0]))
    margin = stats.t.ppf(0.975, len(scores) - 1) * error
    assert row["kind"] == "splits"
    assert (row["low"], row["high"]) == pytest.approx(
        (max(0, np.mean(scores) - margin), min(1, np.mean(scores) + margin)), abs=1e-6
    )


def test_changed_data_are_refused_by_a_worker() -> None:
    packed = bytearray(pack(table()))
    packed[-1500] ^= 1
    with pytest.raises(InputError, match="data set: expected sha256"):
        unpack(bytes(packed))


def test_held_out_samples_are_read_from_their_map_as_often_as_they_are_asked_for() -> None:
    rng = np.random.default_rng(4)
    for samples in (1, 7, 8, 9, 1797):
        ids = sorted(rng.choice(samples, max(1, samples // 3), replace=False).tolist())
        held = Held({"split": held_out_map(ids, samples)})
        assert held["split"] == held["split"] == ids


# What is kept


@pytest.mark.parametrize("keep", ["all", "best"])
def test_of_points_whose_run_ids_are_the_same_one_has_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: str
) -> None:
    for module in ("build", "coordinator"):
        monkeypatch.setattr(f"digit_classifier.sweeps.{module}.kept_run_id", lambda sweep_id, _: f"{sweep_id}-0123")
    done = dc.sweep(**QUICK, seeds="0:3", keep=keep, jobs=1, artifacts_root=tmp_path)
    (point,) = [point for point, row in enumerate(done.table) if row["run"]]
    run = done.run(point)
    assert run.summary["config"]["random_state"] == done.table[point]["random_state"]
    assert run.metrics["accuracy"] == pytest.approx(done.table[point]["accuracy"], abs=1e-4)


def test_kept_runs_are_whole_named_before_training_and_say_their_sweep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = dc.sweep(**QUICK, seeds="0:3", jobs=1, run_label="Three starts", artifacts_root=tmp_path)
    sweep_id = done.payload["sweep_id"]
    assert sweep_id.endswith("-three-starts")
    names = {f"{sweep_id}-{line['recipe_digest'][:12]}" for line in lines_of(done.directory)}
    assert {row["run"] for row in done.table} == names
    entries = load_index(tmp_path)["runs"]
    assert {entry["run_id"] for entry in entries} == names
    assert {entry["sweep"] for entry in entries} == {sweep_id}
    assert all(dc.load_run(tmp_path / name).summary["sweep"] == sweep_id for name in names)
    assert main(["verify", str(tmp_path)]) == 0
    assert f"sweep {sweep_id}: ok" in capsys.readouterr().out
    assert main(["runs", str(tmp_path)]) == 0
    assert f"sweep {sweep_id}" in capsys.readouterr().out


def test_above_the_limit_the_median_runs_and_the_best_settings_runs_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "KEEP_ALL", 5)
    grid = {"learning_rate": [0.01, 0.3, 0.7]}
    done = dc.sweep(**QUICK, grid=grid, seeds="0:3", keep="best", jobs=1, artifacts_root=tmp_path)
    kept = [row for row in done.table if row["run"]]
    assert done.best is not None
    of_best = [row for row in kept if row["learning_rate"] == done.best["learning_rate"]]
    assert len(of_best) == 3
    for rate in set(grid["learning_rate"]) - {done.best["learning_rate"]}:
        (median,) = [row for row in kept if row["learning_rate"] == rate]
        scores = sorted(row["accuracy"] for row in done.table if row["learning_rate"] == rate)
        assert median["accuracy"] == scores[1]
    assert len(read_root(tmp_path).entries) == 5
    with pytest.raises(InputError, match="digit-classifier train"):
        done.run(next(index for index, row in enumerate(done.table) if not row["run"]))


def test_the_coordinator_lists_its_runs_without_reading_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> list[object]:
        raise AssertionError("a run was read to be listed")

    monkeypatch.setattr("digit_classifier.store.index.read_unlisted", refuse)
    dc.sweep(**QUICK, seeds="0:3", jobs=1, artifacts_root=tmp_path)
    assert len(load_index(tmp_path)["runs"]) == 3


def test_many_runs_that_nobody_listed_are_read_while_the_lock_is_free(tmp_path: Path) -> None:
    dc.sweep(**QUICK, seeds="0:4", jobs=1, artifacts_root=tmp_path)
    for name in ("index.json", "index.css"):
        (tmp_path / name).unlink()
    held = []

    def look(*arguments: Any) -> Any:
        from digit_classifier.store.lock import is_held

        held.append(is_held(tmp_path / ".lock"))
        return original(*arguments)

    from digit_classifier.store import index

    original = index.read_unlisted
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "FEW", 3)  # four are many
        patch.setattr(index, "read_unlisted", look)
        assert len(update_index(tmp_path).restored) == 4
    assert held == [False]


# Going on


def test_the_same_command_goes_on_and_a_finished_one_prints_its_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = run(tmp_path, "--seeds", "0:4", capsys=capsys)
    directory = newest(tmp_path)
    before = digests(directory)
    text = (directory / "points.jsonl").read_bytes()
    (directory / "points.jsonl").write_bytes(text[: -len(text.splitlines()[-1]) // 2])  # a torn last line
    for name in ("manifest.json", "sweep.json"):
        (directory / name).unlink()
    again = run(tmp_path, "--seeds", "0:4", capsys=capsys)
    assert "3 points were there before" in again["notes"]
    assert digests(directory) == before
    assert [again["settings"], again["best"]] == [first["settings"], first["best"]]
    third = run(tmp_path, "--seeds", "0:4", capsys=capsys)
    assert "4 points were there before" in third["notes"]
    assert len(sweep_ids(tmp_path)) == 1
    run(tmp_path, "--seeds", "0:4", "--again", capsys=capsys)
    assert len(sweep_ids(tmp_path)) == 2


def test_a_plan_begun_by_another_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, "--seeds", "0:2", capsys=capsys)
    monkeypatch.setattr("digit_classifier.sweeps.plan.__version__", "99.0")
    refused = run(tmp_path, "--seeds", "0:2", code=2, capsys=capsys)
    assert "--again" in refused["error"]


def test_tpe_that_was_interrupted_asks_what_it_would_have_asked(tmp_path: Path) -> None:
    asked: dict[str, Any] = {
        **QUICK, "search": "tpe", "trials": 15, "ranges": {"learning_rate": (1e-3, 1)}, "grid": {"momentum": [0, 0.5]},
    }  # fmt: skip
    whole = dc.sweep(**asked, jobs=3, artifacts_root=tmp_path / "whole")
    lines = (whole.directory / "points.jsonl").read_bytes().splitlines(keepends=True)
    for kept in (4, 11):
        root = tmp_path / f"cut-{kept}"
        part = dc.sweep(**asked, jobs=3, artifacts_root=root)
        cut = [line for line in lines if b"recipe_digest" not in line] + [
            line for line in lines if b"recipe_digest" in line
        ][:kept]
        (part.directory / "points.jsonl").write_bytes(b"".join(cut))
        (part.directory / "manifest.json").unlink()
        again = dc.sweep(**asked, jobs=1, artifacts_root=root)  # the number of processes changes nothing
        assert digests(again.directory) == digests(whole.directory)
    assert len({row["learning_rate"] for row in whole.table}) > 10


def test_a_search_confirms_its_winner_on_splits_that_chose_nothing(tmp_path: Path) -> None:
    done = dc.sweep(
        **QUICK, grid={"learning_rate": [0.1, 0.7]}, seeds="0:3", confirm_seeds="100:104", jobs=1,
        artifacts_root=tmp_path,
    )  # fmt: skip
    assert done.best is not None
    assert done.best["confirmed"]["count"] == 4
    fresh = [line for line in lines_of(done.directory) if line["confirming"]]
    assert [line["random_state"] for line in fresh] == [100, 101, 102, 103]
    assert {line["values"][0] for line in fresh} == {done.best["learning_rate"]}
    mean = sum(line["result"]["accuracy"] for line in fresh) / 4
    assert done.best["confirmed"]["mean"] == pytest.approx(mean, abs=1e-6)
    assert len(done.table) == 6


# Failures


def test_a_point_that_fails_is_recorded_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--grid", "learning-rate", "0.1", "900", "--scaling", "max", "--epochs", "60", "--seeds", "0:2"]
    capsys.readouterr()
    command = ["sweep", "--model", "logistic", "--artifacts-root", str(tmp_path), "--jobs", "1", *flags]
    assert main(command) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["points"] == {"planned": 4, "done": 4, "failed": 2}
    assert err.count("\n") == 1
    assert "diverged" in err
    failures = [line["failure"] for line in lines_of(newest(tmp_path)) if line["failure"]]
    assert len(failures) == 2
    assert main([*command, "--again", "--fail-fast"]) == 1
    assert len(lines_of(newest(tmp_path))) < 4
    assert main(["verify", str(tmp_path)]) == 0


@pytest.mark.parametrize("lost", [{1, 2}, {100}, {1, 100, 101}])
def test_what_failed_of_the_best_setting_itself_is_said(
    lost: set[int], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def flaky(config: Any, *arguments: Any, **options: Any) -> Any:
        if config.random_state in lost:
            raise RunError("the machine is on fire")
        return run_experiment(config, *arguments, **options)

    monkeypatch.setattr("digit_classifier.sweeps.compute.run_experiment", flaky)
    flags = ["--grid", "epochs", "1", "2", "--seeds", "0:3", "--confirm-seeds", "100:102", "--jobs", "1"]
    command = ["sweep", "--model", "logistic", "--artifacts-root", str(tmp_path), *flags]
    own, confirming = len(lost & {1, 2}), len(lost & {100, 101})
    said = [f"{own} of the 3 points of the best setting failed; its accuracy is of the others only"] * bool(own)
    said += [f"{confirming} of the points that were to confirm the best setting failed"] * bool(confirming)
    for _ in ("trained", "finished"):
        capsys.readouterr()
        assert main(command) == 1
        out, err = capsys.readouterr()
        assert [note for note in json.loads(out)["notes"] if "failed" in note] == said
        assert f"got {2 * own + confirming} that failed" in err


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--seeds", "x"], "--seeds: expected numbers such as 0:20 or 1,5,7, got 'x'"),
        (["--seeds", "5"], "got only 5; try --seeds 0:5 for that many, or --seeds 5:6 for that one"),
        (["--seeds", "0:3", "--split-state", "x"], "--split-state: expected a whole number from 0"),
        (
            ["--grid", "momentum", "0", "--grid", "momentum", "0.5"],
            "--grid momentum: expected each setting once, got it again; try --grid momentum 0 0.5",
        ),
        (["--train-shares", "0.5", "--grid", "train-share", "1"], "--train-shares: expected each setting once"),
        (["--seeds", "0"], "got only 0; try --seeds 0:1 for that one"),
        (["--grid"], "--grid: expected a value, got none"),
        (["--seeds", "5:5"], "--seeds: expected at least one number"),
        (["--seeds", "1,1"], "--seeds: expected each number once"),
        (["--grid", "epochs"], "--grid: expected a setting and its values, got epochs"),
        (["--grid", "epoch", "3"], "--grid epoch: expected a setting, got 'epoch'; try epochs"),
        (["--grid", "epochs", "0"], "--grid epochs: expected a whole number from 1"),
        (["--grid", "epochs", "3", "3"], "--grid epochs: expected each value once"),
        (["--grid", "epochs", "3"], "--grid epochs: expected a setting that varies, got --epochs beside it"),
        (["--grid", "momentum", "0", "--range", "momentum", "0", "1"], "expected a number from 0"),
        (["--grid", "run-label", "a", "b"], "expected a setting that changes what is learned, got run_label"),
        (["--grid", "random-state", "1", "2"], "try --seeds"),
        (["--grid", "hidden-sizes", "none", "64"], "expected none (logistic is the network without hidden layers)"),
        (["--range", "momentum", "0", "0.5"], "expected --random or --search, got neither"),
        (["--range", "momentum", "0.5", "0", "--random", "3"], "expected a low end and a higher one"),
        (["--range", "model", "1", "2", "--random", "3"], "expected a setting with numbers"),
        (["--random", "3"], "--random: expected a setting to vary, got none"),
        (["--search", "tpe"], "expected --search and --trials together"),
        (["--search", "grid", "--trials", "3"], "--search: expected tpe, got 'grid'"),
        (["--halving", "1", "--grid", "momentum", "0", "0.5"], "--halving: expected a whole number from 2"),
        (["--folds", "1"], "--folds: expected a whole number from 2"),
        (["--folds", "5", "--test-size", "0.3"], "--folds: expected no --test-size"),
        (["--folds", "5", "--split", "random"], "--folds: expected folds, contiguous or grouped splits"),
        (["--repeats", "2"], "--repeats: expected --folds"),
        (["--jobs", "0"], "--jobs: expected a whole number from 1"),
        (["--keep", "some"], "--keep: expected all, best or none, got 'some'"),
        (["--confirm-seeds", "0:3", "--seeds", "5:9"], "expected several settings to choose from"),
        (["--confirm-seeds", "0:3", "--seeds", "2:9", "--grid", "momentum", "0", "0.5"], "got 2 in both"),
        (["--output-dir", "here"], "expected an artifacts root, for many runs"),
        (["--seeds", "0:20000"], "expected at most 10,000 points and 1 GB, got 20,000 points"),
        (["--seeds", "0:600000"], "expected at most 500,000 numbers"),
        (["--test-size", "0.999", "--seeds", "0:3"], "expected a share that leaves every class on both sides"),
        (["--cluster", "somewhere"], "--cluster: expected an address such as tcp://host:8786"),
        (["--dataset", "nothing-there.csv"], "nothing-there.csv"),
        (["--folds", "3", "--random-state", "5"], "--folds: expected random states to itself, got --random-state"),
        (["--halving", "3", "--grid", "momentum", "0", "0.5", "--seeds", "0:2", "--seed", "5"], "got --seed beside it"),
        (
            ["--folds", "5", "--repeats", "2", "--split", "contiguous", "--seeds", "0:3"],
            "--seeds: expected no repeats of blocks",
        ),
        (["--halving", "3"], "--halving: expected a setting to vary, got none; try --grid learning-rate 0.01 0.1"),
        (["--seeds", "0:20000"], "try --yes, or fewer points"),
        (["--seeds", "0:9000", "--keep", "all"], "try --yes, or --keep best"),
        (["--cluster", "tcp://127.0.0.1:9", "--jobs", "4"], "--cluster: expected no --jobs beside it, got 4"),
        (
            ["--dataset", "iris", "--model", "cnn", *TPE, "--range", "learning-rate", "1e-3", "0.1"],
            "--model cnn: expected images: convolutions compare neighbouring pixels",
        ),
        (
            ["--dataset", "iris", "--model", "cnn", *TPE, "--range", "learning-rate", "1e-3", "0.1", "--plan"],
            "--model cnn: expected images: convolutions compare neighbouring pixels",
        ),
        ([*TPE, "--grid", "hidden-sizes", "none", "64"], "expected none (logistic is the network without hidden"),
        ([*TPE, "--range", "test-size", "0.1", "0.9999"], "expected a share that leaves every class on both sides"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    flags: list[str], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", *FLAGS, *flags]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert text in err
    assert list(tmp_path.iterdir()) == []


def test_plan_says_how_much_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", *FLAGS, "--seeds", "0:20000", "--plan", "--jobs", "4"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["points"], said["workers"], said["kept_runs"], said["needs_yes"]) == (20_000, 4, 200, True)
    assert said["seconds"] == pytest.approx(said["seconds_of_a_point"] * 20_000 / 4, rel=0.02)
    assert list(tmp_path.iterdir()) == []


def test_the_estimates_of_bytes_are_near_what_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", *FLAGS, "--seeds", "0:10", "--plan"]) == 0
    said = json.loads(capsys.readouterr().out)
    run(tmp_path, "--seeds", "0:10", capsys=capsys)
    written = (newest(tmp_path) / "points.jsonl").stat().st_size
    assert 0.5 < said["bytes_of_points"] / written < 2
    kept = sum(path.stat().st_size for path in tmp_path.glob("*-seeds-*/*"))
    assert 0.5 < said["bytes_of_kept_runs"] / kept < 2


def test_a_yaml_file_says_what_flags_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sweep.yaml").write_text(
        "model: logistic\nepochs: 2\nseeds: 0:2\ngrid:\n  learning-rate: [0.1, 0.7]\n  momentum: [0, 0.5]\nkeep: all\n"
    )
    root = str(tmp_path / "root")
    assert main(["sweep", "--config", str(tmp_path / "sweep.yaml"), "--artifacts-root", root, "--jobs", "1"]) == 0
    flags = ["--grid", "learning-rate", "0.1", "0.7", "--grid", "momentum", "0", "0.5", "--keep", "all"]
    again = run(Path(root), "--seeds", "0:2", *flags, capsys=capsys)
    assert again["notes"] == ["8 points were there before"]
    (tmp_path / "sweep.yaml").write_text("seeds: [1, 2]\n")
    assert main(["sweep", "--config", str(tmp_path / "sweep.yaml"), "--artifacts-root", root]) == 2
    assert "sweep.yaml line 1, seeds: expected one value" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "train_shares: [[[0.1]]]",
        "train_shares: [{a: 1}]",
        "train_shares: 0.1",
        "grid: {hidden-sizes: [[64, [1]]]}",
        "grid: {epochs: [[{a: 1}]]}",
        "grid: {epochs: {a: 1}}",
        "grid: {epochs: 3}",
        "grid: {epochs: []}",
        "grid: {epochs: [null]}",
        "grid: {[1]: [2]}",
        "grid: [1]",
        "grid: true",
        "grid:\n  learning-rate: [0.1]\n  learning_rate: [0.2]",
        "train_shares: [0.5]\ngrid: {train-share: [1]}",
        "range: 3",
        "range: {learning-rate: [1, [2, 3]]}\nrandom: 2",
        "jobs: true",
        "jobs: [1]",
        "seeds: 2026-01-01",
        "seeds: {a: 1}",
        "folds: [3]",
        "folds: 3.5",
        "keep: false",
        "cluster: 8786",
        "confirm_seeds: [1]",
        "again: true",
        "[1]: 2",
    ],
)
def test_whatever_stands_in_a_yaml_file_is_one_line(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sweep.yaml").write_text(text + "\n")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert main(["sweep", "--config", "../sweep.yaml", *FLAGS]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert list((tmp_path / "here").iterdir()) == []


def test_null_in_a_yaml_file_is_what_goes_without_saying(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sweep.yaml").write_text("jobs: null\nseeds: ~\ngrid:\nkeep: null\nepochs: null\n")
    run(tmp_path / "root", "--config", str(tmp_path / "sweep.yaml"), "--seeds", "0:2", capsys=capsys)
    assert len(lines_of(newest(tmp_path / "root"))) == 2


def test_a_flag_for_where_to_compute_overrides_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "sweep.yaml"
    file.write_text("cluster: tcp://127.0.0.1:9\nseeds: 0:2\n")
    run(tmp_path / "root", "--config", str(file), capsys=capsys)  # with --jobs 1
    file.write_text("jobs: 2\nseeds: 0:2\n")
    assert main(["sweep", "--config", str(file), *FLAGS, "--cluster", "somewhere"]) == 2
    assert "--cluster: expected an address" in capsys.readouterr().err
    file.write_text("jobs: 2\ncluster: tcp://127.0.0.1:9\nseeds: 0:2\n")
    assert main(["sweep", "--config", str(file), *FLAGS]) == 2
    assert "--cluster: expected no --jobs beside it, got 2" in capsys.readouterr().err


def test_more_processes_may_be_asked_for_than_a_search_asks_trials_at_once() -> None:
    flags = [Given("model", "logistic", "--model", "--model")]
    search = Request(flags=flags, search="tpe", trials=5, ranges={"learning_rate": ("0.1", "1")})
    for request, batch in ((search, 4096), (Request(flags=flags, seeds="0:2"), 1)):
        plan = ready(request, None, 5000)[1]
        PLAN.validate(plan)
        assert plan["batch"] == batch


def test_the_values_of_an_axis_win_over_a_column_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    splits = ["random", "contiguous"]
    done = dc.sweep(**QUICK, grid={"split": splits}, seeds="0:3", jobs=1, artifacts_root=tmp_path)
    assert [row["split"] for row in done.settings] == splits
    assert [row["split"] for row in done.table] == [split for split in splits for _ in range(3)]
    assert done.best is not None
    assert done.best["split"] in splits

    def failing(*_: Any, **__: Any) -> Any:
        raise RunError("the machine is on fire")

    monkeypatch.setattr("digit_classifier.sweeps.compute.run_experiment", failing)
    lost = dc.sweep(model="logistic", grid={"epochs": [1, 2]}, jobs=1, artifacts_root=tmp_path)
    assert [row["epochs"] for row in lost.failures] == [1, 2]


def test_in_python_a_sweep_is_a_table_a_frame_and_a_picture(tmp_path: Path) -> None:
    done = dc.sweep(**QUICK, grid={"momentum": [0.0, 0.5]}, seeds=range(3), jobs=1, artifacts_root=tmp_path)
    frame = done.frame
    assert list(frame["momentum"]) == [0.0] * 3 + [0.5] * 3
    assert frame["accuracy"].mean() == pytest.approx(sum(row["accuracy"] for row in done.table) / 6)
    assert done.figure().png.startswith(b"\x89PNG")
    assert done.sentences[0] in done._repr_mimebundle_()["text/html"]
    assert repr(done).count("\n") <= 3
    assert dc.load_sweep(done.directory).payload == done.payload
    assert read_plan(done.directory)["command"].startswith("digit-classifier sweep")
    with pytest.raises(InputError, match="finished sweep"):
        dc.load_sweep(tmp_path)
    with pytest.raises(InputError, match="sweep: expected a setting, got 'epoch'; try epochs"):
        dc.sweep(epoch=3)


def test_in_python_a_point_is_a_row_wherever_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds, folds = (number for number in range(2)), np.int64(2)
    done = dc.sweep(**QUICK, seeds=seeds, folds=folds, jobs=np.int64(1), artifacts_root=tmp_path)  # type: ignore[arg-type]
    assert len(done.table) == 4
    monkeypatch.chdir(done.directory)
    for path in (".", done.directory, f"../{done.directory.name}"):
        found = dc.load_sweep(path).run(np.int64(1))  # type: ignore[arg-type]
        assert found.metrics["accuracy"] == done.table[1]["accuracy"]
    for use in (done.run, done.command):
        for row in (-1, 4, "1", 1.0, None, True):
            with pytest.raises(InputError, match="point: expected a row of the table, 0 to 3, got "):
                use(row)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "attempt"),
    [
        ({"seeds": "5"}, "seeds='0:5' for that many, or seeds='5:6' for that one"),
        ({"seeds": "x"}, "try seeds='0:20'"),
        ({"random": 3}, "try ranges={'learning_rate': (1e-3, 1)}"),
        ({"ranges": {"momentum": (0, 0.5)}}, "try random=50, or grid={'momentum': [its values]}"),
        ({"ranges": {"momentum": (0.5, 0)}, "random": 3}, "try ranges['momentum']=(0, 0.5)"),
        ({"ranges": {"momentum": [0.5]}, "random": 3}, "try ranges={'learning_rate': (1e-3, 1)}"),
        ({"ranges": {"model": (1, 2)}, "random": 3}, "try grid={'model': [its values]}"),
        ({"grid": {"random_state": [1, 2]}}, "try seeds='0:10'"),
        ({"halving": 3}, "try grid={'learning_rate': [0.01, 0.1]}"),
        ({"cluster": "tcp://host:1", "jobs": 4}, "cluster: expected no jobs beside it, got 4; try leaving out jobs"),
        ({"folds": 3, "random_state": 5}, "folds: expected random states to itself, got random_state beside it"),
        ({"folds": 3, "repeats": 2, "split": "contiguous", "seeds": range(2)}, "try leaving out repeats"),
    ],
)
def test_in_python_errors_speak_python(arguments: dict[str, Any], attempt: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        dc.sweep(**QUICK, **arguments, artifacts_root=tmp_path)
    assert attempt in str(error.value)
    assert "--" not in str(error.value)


def test_repair_makes_what_is_derived_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = dc.sweep(**QUICK, seeds="0:3", jobs=1, artifacts_root=tmp_path)
    for name in ("sweep.json", "sweep.css", "sweep.png"):
        (done.directory / name).write_bytes(b"damaged")
    assert main(["verify", str(tmp_path)]) == 1
    assert main(["repair", str(tmp_path)]) == 0
    assert f"sweep {done.payload['sweep_id']}: 3 of 3 points" in capsys.readouterr().out
    assert main(["verify", str(tmp_path)]) == 0
    again = dc.load_sweep(done.directory).payload
    assert {**again, "finished": ""} == {**done.payload, "finished": ""}


@pytest.mark.parametrize(("name", "value", "typed"), json.loads((GOLDEN / "sweep_commands.json").read_text("utf-8")))
def test_the_parser_takes_every_kind_of_setting_as_the_page_types_it(name: str, value: Any, typed: str) -> None:
    parsed = build_parser(COMMANDS, Defaults()).parse_args(["train", *shlex.split(typed)])
    found = getattr(resolve(parsed.given), name)
    assert found == (tuple(value) if isinstance(value, list) else value)
