"""Files of a sweep are hostile until checked: whatever stands in them is one line, and nothing else happens."""

from __future__ import annotations

import json
import random
import shutil
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import digit_classifier as dc
from digit_classifier.artifacts import SWEEP_ARTIFACTS, build_plan, held_out_ids, held_out_map, labels_text
from digit_classifier.artifacts.point import labels_within
from digit_classifier.cli.main import main
from digit_classifier.errors import ArtifactError
from digit_classifier.store import sweeps as store
from digit_classifier.store.json import encode, encode_line
from digit_classifier.store.sweeps import read_plan, sweep_problems
from digit_classifier.sweeps.compute import PointTask, answer_of
from sweep_tools import QUICK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made")
    dc.sweep(**QUICK, grid={"momentum": [0.0, 0.5]}, seeds="0:2", jobs=1, artifacts_root=root)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "root")
    return tmp_path / "root"


def directory_of(root: Path) -> Path:
    (found,) = (path for path in (root / "sweeps").iterdir() if path.is_dir())
    return found


def test_what_is_written_fits_the_published_schemas(root: Path) -> None:
    directory = directory_of(root)
    for name in ("plan.json", "sweep.json"):
        jsonschema.validate(json.loads((directory / name).read_text()), SWEEP_ARTIFACTS[name].schema)
    for line in (directory / "points.jsonl").read_text().splitlines():
        jsonschema.validate(json.loads(line), SWEEP_ARTIFACTS["point.json"].schema)


def point(lines: Lines, number: int = 0) -> dict[str, Any]:
    return [line for line in lines if "recipe_digest" in line][number]


BROKEN: dict[str, Callable[[Lines], object]] = {
    "an accuracy that is not that of the predictions": lambda lines: point(lines)["result"].update(accuracy=1.0),
    "an accuracy above 1": lambda lines: point(lines)["result"].update(accuracy=1.5),
    "a run id that leaves the root": lambda lines: point(lines)["result"].update(run="../../etc"),
    "a point twice": lambda lines: lines.append(point(lines)),
    "a split that no line has": lambda lines: point(lines)["result"].update(split="0" * 64),
    "an environment that no line has": lambda lines: point(lines).update(environment="0" * 12),
    "a result and a failure": lambda lines: point(lines).update(failure="it failed"),
    "neither a result nor a failure": lambda lines: point(lines).update(result=None),
    "a failure of two lines": lambda lines: point(lines).update(result=None, failure="one\ntwo"),
    "an unknown key": lambda lines: point(lines).update(more=1),
    "labels of a class that is not there": lambda lines: point(lines)["result"].update(
        predicted=labels_text([10] * 360, 10)
    ),
    "too few labels": lambda lines: point(lines)["result"].update(predicted=labels_text([1] * 10, 10)),
    "a map of too many samples": lambda lines: next(line for line in lines if "held_out" in line).update(
        held_out=held_out_map([5000], 5001)
    ),
    "an empty line": lambda lines: lines.insert(0, {"schema_version": 1}),
    "a newer version": lambda lines: point(lines).update(schema_version=2),
}


@pytest.mark.parametrize("name", BROKEN)
def test_damaged_points_are_named_and_left(name: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = directory_of(root) / "points.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    BROKEN[name](lines)
    path.write_bytes(b"".join(map(encode_line, lines)))
    text = path.read_bytes()
    for command in ("verify", "repair"):
        capsys.readouterr()
        code = main([command, str(root)])
        out, err = capsys.readouterr()
        assert err == ""
        assert code == 1, (command, out)
    assert path.read_bytes() == text


def test_plans_that_say_another_thing_than_their_digest_are_refused(root: Path) -> None:
    directory = directory_of(root)
    plan = read_plan(directory)
    for change in (
        {"seed": 7}, {"points": 3}, {"sweep_id": "../x"}, {"settings": [[0.0]]}, {"states": {"random_state": [0]}},
        {"axes": [{**plan["axes"][0], "low": 1.0}]}, {"halving": 3}, {"method": "evil"},
    ):  # fmt: skip
        (directory / "plan.json").write_bytes(encode({**plan, **change}))
        assert sweep_problems(directory), change
        assert main(["runs", str(root)]) == 0
    many = {**plan, "points": 500_001, "method": "halving", "halving": 3}
    huge = build_plan({key: value for key, value in many.items() if key != "plan_sha256"})
    with pytest.raises(ArtifactError, match=r"plan\.points: expected at most 500000"):
        SWEEP_ARTIFACTS["plan.json"].validate(huge)


def test_random_bytes_in_any_file_never_raise(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory, rng = directory_of(root), random.Random(3)
    for name in ("plan.json", "points.jsonl", "sweep.json", "manifest.json", "sweep.css"):
        whole = (directory / name).read_bytes()
        for _ in range(60):
            data = bytearray(whole)
            for _ in range(rng.choice([1, 1, 2, 8])):
                data[rng.randrange(len(data))] = rng.choice(b'"{}[],:0919eE-\\\x00\xff')
            (directory / name).write_bytes(data)
            sweep_problems(directory)
        (directory / name).write_bytes(whole)
    assert sweep_problems(directory) == []


def test_links_and_long_lines_are_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = directory_of(root)
    monkeypatch.setattr(store, "MAX_LINE_BYTES", 300)
    (problem,) = sweep_problems(directory)
    assert "at most 300 bytes" in problem
    monkeypatch.undo()
    path = directory / "points.jsonl"
    path.rename(root / "elsewhere")
    path.symlink_to(root / "elsewhere")
    (problem,) = sweep_problems(directory)
    assert "regular file" in problem


def test_maps_and_labels_read_back() -> None:
    rng = random.Random(1)
    for samples in (1, 8, 9, 1797):
        ids = sorted(rng.sample(range(samples), max(1, samples // 3)))
        assert held_out_ids(held_out_map(ids, samples), samples) == ids
    for classes in (2, 256, 257, 1000):
        labels = [rng.randrange(classes) for _ in range(50)]
        assert list(labels_within(labels_text(labels, classes), 50, classes)) == labels


def _without_labels(root: Path) -> None:
    (path,) = (root / "datasets").glob("*.json")
    data = json.loads(path.read_text())
    del data["labels"]
    path.write_bytes(encode(data))


def _without_values(root: Path) -> None:
    path = directory_of(root) / "points.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    point(lines)["values"] = []
    path.write_bytes(b"".join(map(encode_line, lines)))


def _without_a_split(root: Path) -> None:
    path = directory_of(root) / "plan.json"
    plan = json.loads(path.read_text())
    del plan["plan_sha256"], plan["schema_version"]
    path.write_bytes(encode(build_plan({**plan, "split": None})))


@pytest.mark.parametrize("damage", [_without_labels, _without_values, _without_a_split])
def test_what_is_valid_by_itself_and_fits_nothing_else_is_named(
    damage: Callable[[Path], None], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(root)
    capsys.readouterr()
    assert main(["repair", str(root)]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert "damaged: sweep" in out


def test_the_files_of_a_kept_run_may_have_more_values_together_than_one_file() -> None:
    task = PointTask("0" * 64, {}, {}, "", keep=True)
    files = {name: {"values": [0] * 2_500_000} for name in ("holdout.json", "metrics.json")}
    assert answer_of(encode_line({"recipe_digest": task.recipe, "files": files}), task)["files"] == files
