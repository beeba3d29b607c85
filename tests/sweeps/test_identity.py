"""Which sweep a sweep is: test part and groups belong to it, and its commands mean just them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import digit_classifier as dc
from digit_classifier.artifacts import PLAN, build_plan, held_out_ids, recipe_digest
from digit_classifier.cli.main import main
from digit_classifier.datasets.split import basis_sha256
from digit_classifier.errors import ArtifactError, InputError
from digit_classifier.run.data import recalled
from digit_classifier.settings.resolve import Given
from digit_classifier.store.sweeps import read_plan
from digit_classifier.sweeps.api import ready
from digit_classifier.sweeps.compute import answer_of, task_for, work_with
from digit_classifier.sweeps.request import Request
from sweep_tools import QUICK, digests, lines_of, newest

if TYPE_CHECKING:
    from pathlib import Path

ROWS = np.random.default_rng(5).normal(size=(60, 3))
CLASSES = np.arange(60) % 3
SPLITS = ("given", "grouped")


def data(variant: int) -> dc.Dataset:
    """The same samples with another test part and other groups."""
    held_out = np.arange(60) // 15 == variant
    groups = (np.arange(60) + 3 * variant) // 6 % 10
    return dc.Dataset.from_arrays(ROWS, CLASSES, held_out=held_out, groups=groups, name="mine")


def asked(variant: int, split: str, root: Path, **more: Any) -> dc.SweepResult:
    return dc.sweep(
        dataset=data(variant), split=split, model="mlp", epochs=1, seeds="0:2", jobs=1, artifacts_root=root, **more
    )


@pytest.mark.parametrize("split", SPLITS)
def test_another_test_part_or_other_groups_are_another_sweep(split: str, tmp_path: Path) -> None:
    assert data(0).sha256 == data(1).sha256
    first, second = asked(0, split, tmp_path), asked(1, split, tmp_path)
    assert first.directory != second.directory
    assert not digests(first.directory).keys() & digests(second.directory).keys()
    assert {line["result"]["split"] for line in lines_of(first.directory)}.isdisjoint(
        {line["result"]["split"] for line in lines_of(second.directory)}
    )
    again = asked(0, split, tmp_path)
    assert again.payload == first.payload


def test_splits_that_do_not_go_by_them_are_the_same_sweep(tmp_path: Path) -> None:
    first, second = asked(0, "random", tmp_path), asked(1, "random", tmp_path)
    assert first.directory == second.directory
    plan = read_plan(first.directory)
    assert not {"held_out", "groups"} & plan.keys()
    config = first.run(0).summary["config"]
    assert recipe_digest(config, data(0).sha256) in digests(first.directory)


def test_numbers_of_groups_mean_nothing_but_which_samples_belong_together() -> None:
    groups = np.arange(60) // 6
    named = [dc.Dataset.from_arrays(ROWS, CLASSES, groups=each) for each in (groups, 7 * groups + 3)]
    assert len({basis_sha256(each, "grouped") for each in named}) == 1
    assert basis_sha256(data(0), "random") is None


def test_a_worker_that_lives_on_takes_the_test_part_of_the_new_sweep() -> None:
    from digit_classifier.sweeps.cluster import Cluster

    config = dc.configure(split="given", model="mlp", epochs=1)
    task = task_for("0" * 64, config, "2026-11-26T20:00:00Z", keep=False)
    for variant in (0, 1):
        cluster = Cluster(data(variant), "tcp://127.0.0.1:9")
        (text,) = work_with(cluster._packed, cluster._sha256, [task])
        held_out = np.flatnonzero(data(variant).held_out).tolist()  # type: ignore[arg-type]
        assert held_out_ids(answer_of(text, task)["held_out"], 60) == held_out


@pytest.mark.parametrize("split", SPLITS)
def test_printed_commands_mean_these_data_where_no_run_is_kept(
    split: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = asked(0, split, tmp_path, keep="none"), asked(1, split, tmp_path, keep="none")
    for done in (first, second):  # whichever is the newest
        wanted = digests(done.directory)
        for point in range(2):
            words = shlex.split(done.command(point))[1:]
            assert main([*words, "--artifacts-root", str(tmp_path)]) == 0
            single = dc.load_run(tmp_path / "latest").summary["results_digest"]
            assert single in wanted.values()
        whole = (done.directory / "points.jsonl").read_bytes()
        (done.directory / "points.jsonl").write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
        (done.directory / "manifest.json").unlink()
        words = shlex.split(read_plan(done.directory)["command"])[1:]
        capsys.readouterr()
        assert main([*words, "--artifacts-root", str(tmp_path), "--jobs", "1"]) == 0
        assert "1 points were there before" in capsys.readouterr().out
        assert digests(done.directory) == wanted
    assert len(list((tmp_path / "sweeps").glob("2*"))) == 2


def test_a_test_part_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    done = asked(0, "given", tmp_path, keep="none")
    bare = dc.Dataset.from_arrays(ROWS, CLASSES, name="mine")
    known = recalled(bare, tmp_path, "given")
    assert known.held_out is not None
    assert known.held_out.tolist() == data(0).held_out.tolist()  # type: ignore[union-attr]
    with pytest.raises(InputError, match=r"expected a run or a sweep in .* with that test part, got none"):
        recalled(bare, tmp_path, "given", "0" * 12)
    words = shlex.split(done.command(0))[1:]
    place = words.index("--dataset") + 1
    words[place] = words[place][:-12] + "0" * 12
    assert main([*words, "--artifacts-root", str(tmp_path)]) == 2


def test_a_plan_whose_test_part_or_groups_are_not_of_its_samples_is_refused(tmp_path: Path) -> None:
    for split, wrong in (("given", {"held_out": "AAAA"}), ("grouped", {"groups": [0, 1]})):
        plan = read_plan(asked(0, split, tmp_path, keep="none").directory)
        assert wrong.keys() <= plan.keys()
        del plan["plan_sha256"]
        with pytest.raises(ArtifactError, match=f"plan.{next(iter(wrong))}: expected"):
            PLAN.validate(build_plan({**plan, **wrong}))


def test_a_halving_with_the_epochs_of_one_model_is_another_than_with_those_of_each() -> None:
    plans = []
    for epochs in ([], [Given("epochs", "100", "--epochs", "--epochs")]):  # as many as the mlp has by itself
        plans.append(ready(Request(flags=epochs, grid={"model": ["mlp", "cnn"]}, halving=2), None, 1)[1])
    assert plans[0]["plan_sha256"] != plans[1]["plan_sha256"]
    assert "--epochs 100" in plans[1]["command"]
    assert "epochs" not in plans[0]["command"]


def test_the_newest_sweep_without_runs_is_asked_by_name(tmp_path: Path) -> None:
    """`--dataset NAME-DIGEST --split grouped`, as people type it, is of the newest."""
    asked(0, "grouped", tmp_path, keep="none")
    name = next((tmp_path / "datasets").glob("mine-*.json")).stem
    flags = ["--dataset", name, "--split", "grouped", "--model", "mlp", "--epochs", "1"]
    assert main(["train", *flags, "--artifacts-root", str(tmp_path)]) == 0
    found = dc.load_run(tmp_path / "latest").payloads["split.json"]["groups"]
    assert found == np.unique(data(0).groups, return_inverse=True)[1].tolist()  # type: ignore[arg-type]


def test_quick_sweeps_of_bundled_data_name_no_test_part(tmp_path: Path) -> None:
    dc.sweep(**QUICK, seeds="0:2", keep="none", jobs=1, artifacts_root=tmp_path)
    assert "--dataset" not in read_plan(newest(tmp_path))["command"]
