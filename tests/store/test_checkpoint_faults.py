"""Checkpoints and their adoption under kills, failing calls and power failures, judged by the oracle of the store."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digit_classifier.errors import RunError
from digit_classifier.store.claim import claim
from digit_classifier.store.inspection import inspect
from digit_classifier.store.json import encode
from digit_classifier.store.root import read_root, repair
from faults import ERRORS, Operations, count_operations, die_at, failing
from power_loss import record, restore, states
from store_oracle import is_whole, leftovers, listed_in, runs_in, snapshot, state_of, violations
from tiny_runs import CREATED, RUN_ID, smallest_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digit_classifier.store import Claim

PLANNED = 3


@pytest.fixture(scope="module")
def fast() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as name:
        yield Path(name)


@pytest.fixture
def root(fast: Path) -> Path:
    return renewed(fast)


def renewed(fast: Path) -> Path:
    top = fast / "trial"
    shutil.rmtree(top, ignore_errors=True)
    top.mkdir()
    return top / "root"


def keep(staged: Claim, epoch: int) -> None:
    staged.keep(epoch, *smallest_files(CREATED, epoch, PLANNED))


def publish(root: Path, kept: Callable[[], None] = lambda: None) -> str:
    """A training of three epochs that writes two checkpoints, and goes on when one cannot be written."""
    with claim(root, CREATED) as staged:
        for epoch in (1, 2):
            with suppress(OSError):
                keep(staged, epoch)
                kept()
        return staged.publish(*smallest_files(CREATED, PLANNED, PLANNED)).directory.name


def interrupted(root: Path, fast: Path) -> None:
    """Leaves what a process leaves that is killed after two epochs and a publication before it."""
    del fast
    with claim(root, "2026-11-22T10:00:00Z") as staged:
        staged.publish(*smallest_files("2026-11-22T10:00:00Z"))
    names: list[str] = []
    marks: list[int] = []
    copy = root.with_name("copy")
    shutil.copytree(root, copy)
    with Operations(copy, lambda _, name, __: names.append(name)).installed():
        publish(copy, lambda: marks.append(len(names)))
    shutil.rmtree(copy)
    assert die_at(root, marks[1] + 1, midway=False, action=lambda: publish(root)) is None


def epoch_kept(root: Path) -> int:
    found = read_root(root).interrupted
    assert len(found) <= 1
    return found[0].epoch if found else 0


CHOSEN: set[str] = set()  # most faults leave the root in a state that another one left before


def check_choices(root: Path) -> None:
    """Left, adopted or removed: each leaves a root in order; adopting publishes the checkpoint. Once per state."""
    if (state := state_of(root)) in CHOSEN:
        return
    CHOSEN.add(state)
    before, epoch = snapshot(root), epoch_kept(root)
    if not runs_in(before) and not leftovers(before):
        return  # a directory without runs, which `repair` refuses
    copy = root.with_name("copy")
    for choice in ("leave", "remove", "adopt"):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(root, copy)
        report = repair(copy, choice)  # type: ignore[arg-type]
        tree = snapshot(copy)
        assert report.damaged == {}
        assert violations(tree) == []
        assert set(listed_in(tree)) == runs_in(tree)
        assert len(runs_in(tree)) == len(runs_in(before)) + (choice == "adopt" and epoch > 0)
        assert bool(leftovers(tree)) == (choice == "leave" and epoch > 0)
        assert epoch_kept(copy) == (epoch if choice == "leave" else 0)
        if choice == "adopt" and epoch:
            assert is_whole(tree, RUN_ID)
            assert inspect(copy / RUN_ID, shared_data="required").problems == []
            assert read_root(copy).entries[0]["interrupted"] is True
        repair(copy, choice)  # type: ignore[arg-type]
        assert snapshot(copy) == tree
    shutil.rmtree(copy)


def test_training_killed_anywhere_keeps_the_epochs_it_had_kept(fast: Path) -> None:
    names: list[str] = []
    marks: list[int] = []
    root = renewed(fast)
    with Operations(root, lambda _, name, __: names.append(name)).installed():
        publish(root, lambda: marks.append(len(names)))
    assert leftovers(snapshot(root)) == []
    points = [(number, False) for number in range(1, len(names) + 2)]
    points += [(number, True) for number, name in enumerate(names, 1) if name == "write"]
    found = set()
    for number, midway in points:
        root = renewed(fast)
        told = die_at(root, number, midway=midway, action=lambda root=root: publish(root))  # type: ignore[misc]
        assert (told is not None) == (number > len(names))
        tree = snapshot(root) if root.exists() else {}
        assert violations(tree, {told} if told else set()) == []
        if not root.exists() or not tree:
            continue
        promised = sum(mark < number for mark in marks)
        if runs_in(tree):
            assert epoch_kept(root) == 0
        else:
            assert epoch_kept(root) >= promised, (number, midway)
            found.add(epoch_kept(root))
        check_choices(root)
    assert found == {0, 1, 2}


@pytest.mark.parametrize("sticky", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("error", ERRORS, ids=[errno.errorcode[number] for number in ERRORS])
def test_an_operation_that_fails_costs_at_most_a_checkpoint_or_the_last_epochs(
    error: int, sticky: bool, fast: Path
) -> None:
    total = len(count_operations(renewed(fast), lambda: publish(fast / "trial" / "root"), reads=True))
    step = 1 if error == errno.ENOSPC else 5  # the states are those of every error
    for number in range(1, total + 1, step):
        root, message = renewed(fast), ""
        with failing(root, number, error, sticky=sticky):
            try:
                publish(root)
            except (RunError, ValueError) as refusal:
                message = "; ".join([str(refusal), *getattr(refusal, "__notes__", ())])
        if not root.exists():
            continue
        tree = snapshot(root)
        assert violations(tree) == []
        if runs_in(tree):
            assert epoch_kept(root) == 0
        elif "is kept" in message and not sticky:
            assert f"checkpoint after epoch {epoch_kept(root)}; to publish it" in message
        if number % 5 == 0:
            check_choices(root)


def test_ctrl_c_anywhere_leaves_the_last_checkpoint_or_nothing(fast: Path) -> None:
    names: list[str] = []
    marks: list[int] = []
    with Operations(renewed(fast), lambda _, name, __: names.append(name), reads=True).installed():
        publish(fast / "trial" / "root", lambda: marks.append(len(names)))
    seen = set()
    for number in range(1, len(names) + 1):
        root, notes = renewed(fast), ""
        with failing(root, number, KeyboardInterrupt, sticky=False) as failed:
            try:
                publish(root)
            except KeyboardInterrupt as interrupt:
                notes = "".join(getattr(interrupt, "__notes__", ()))
        tree = snapshot(root) if root.exists() else {}
        assert violations(tree) == []
        kept = epoch_kept(root) if root.exists() else 0
        seen.add(kept)
        if not runs_in(tree):
            assert kept >= sum(mark < number for mark in marks)
        if not failed[0]:  # what an interrupt of the cleaning leaves is hidden
            assert leftovers(tree) == ([f".incoming-{RUN_ID}"] if kept else [])
            assert (f"checkpoint after epoch {kept}; to publish it" in notes) == (kept > 0)
        if tree:
            check_choices(root)
    assert seen == {0, 1, 2}


def test_a_power_failure_after_an_epoch_was_kept_keeps_it(root: Path) -> None:
    top, running = root.parent, []

    def train() -> None:
        running.append(claim(root, CREATED))
        staged = running[0].__enter__()
        for epoch in (1, 2):
            keep(staged, epoch)

    top = root.parent
    disk = record(top, train)
    running[0].__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    count, seen = 0, set()
    for count, (after, tree) in enumerate(states(disk), 1):
        inside = {path.removeprefix("root/"): data for path, data in tree.items() if path.startswith("root/")}
        inside.pop("", None)
        assert violations(inside) == []
        if after or count % 11 == 0:
            shutil.rmtree(top)
            top.mkdir()
            restore(tree, top)
            if root.exists():
                seen.add(epoch_kept(root))
                assert not after or epoch_kept(root) == 2
                check_choices(root)
            assert root.exists() or not after
    assert count >= 500
    assert seen == {0, 1, 2}


@pytest.mark.parametrize("choice", ["adopt", "remove"])
def test_a_settling_repair_killed_or_failing_anywhere_can_be_done_again(choice: str, fast: Path) -> None:
    model = renewed(fast).parent
    interrupted(model / "root", fast)
    shutil.rmtree(fast / "model", ignore_errors=True)
    shutil.copytree(model, fast / "model")

    def fresh() -> Path:
        shutil.rmtree(fast / "trial")
        shutil.copytree(fast / "model", fast / "trial")
        return fast / "trial" / "root"

    def settle(root: Path) -> str:
        return str(repair(root, choice))  # type: ignore[arg-type]

    operations = count_operations(fresh(), lambda: settle(fast / "trial" / "root"))
    shown = set()
    for number in range(1, len(operations) + 1):
        for fault in ("kill", "error"):
            root = fresh()
            if fault == "kill":
                midway = operations[number - 1] == "write"
                die_at(root, number, midway=midway, action=lambda root=root: settle(root))  # type: ignore[misc]
            else:
                with failing(root, number, errno.EIO, sticky=False), suppress(OSError, ValueError, RunError):
                    settle(root)
            tree = snapshot(root)
            assert violations(tree) == []
            shown.add(RUN_ID in runs_in(tree))
            settle(root)
            tree = snapshot(root)
            assert (RUN_ID in listed_in(tree)) == (choice == "adopt")
            assert leftovers(tree) == []
            assert violations(tree) == []
    assert shown == ({True, False} if choice == "adopt" else {False})


def test_a_checkpoint_whose_files_were_changed_is_not_adopted(root: Path, fast: Path) -> None:
    interrupted(root, fast)
    staging = root / f".incoming-{RUN_ID}"
    metrics = staging / "2" / "metrics.json"
    metrics.write_bytes(metrics.read_bytes().replace(b"accuracy", b"accuracY"))
    assert read_root(root).interrupted == ()
    report = repair(root, "adopt")
    assert (report.interrupted, report.removed) == ((), (f".incoming-{RUN_ID}",))
    assert RUN_ID not in runs_in(snapshot(root))


def data_files(root: Path) -> list[Path]:
    return sorted((root / "datasets").iterdir())


def in_another_version(text: bytes) -> bytes:
    return text.replace(b'"schema_version": 2', b'"schema_version": 9')


@pytest.mark.parametrize("harm", ["missing", "damaged", "another", "newer"])
def test_a_checkpoint_whose_data_set_cannot_be_read_is_kept_until_it_can(harm: str, root: Path, fast: Path) -> None:
    interrupted(root, fast)
    kept = [(path, path.read_bytes()) for path in data_files(root)]
    file = next(path for path, _ in kept if path.suffix == ".json")
    if harm == "missing":
        file.unlink()
    else:
        text = file.read_bytes()
        changes = {"damaged": text[:-9], "another": text.replace(b'"b"', b'"c"'), "newer": in_another_version(text)}
        assert changes[harm] != text
        file.write_bytes(changes[harm])
    claim_name, before = f".incoming-{RUN_ID}", snapshot(root / f".incoming-{RUN_ID}")
    for choice in ("leave", "adopt"):
        report = repair(root, choice)  # type: ignore[arg-type]
        assert snapshot(root / claim_name) == before
        assert (report.interrupted, report.removed) == ((), ())
        (problem,) = report.damaged[claim_name]
        assert problem.startswith(f"{file}: expected the data set of the checkpoint after epoch 2, got ")
        assert " repair --remove " in problem
        assert RUN_ID not in runs_in(snapshot(root))
    assert read_root(root).interrupted == ()
    for path, data in kept:
        path.write_bytes(data)
    assert [each.epoch for each in repair(root, "adopt").interrupted] == [2]
    assert inspect(root / RUN_ID, shared_data="required").problems == []
    assert leftovers(snapshot(root)) == []


@pytest.mark.parametrize("name", ["metrics.json", "manifest.json"])
def test_a_checkpoint_of_a_newer_version_is_kept_and_remove_deletes_it(name: str, root: Path, fast: Path) -> None:
    interrupted(root, fast)
    directory = root / f".incoming-{RUN_ID}" / "2"
    manifest = json.loads((directory / "manifest.json").read_bytes())
    if name == "manifest.json":
        manifest["schema_version"] = 9
    else:
        data = in_another_version((directory / name).read_bytes().replace(b'version": 1', b'version": 2'))
        (directory / name).write_bytes(data)
        manifest["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (directory / "manifest.json").write_bytes(encode(manifest))
    before = snapshot(root / f".incoming-{RUN_ID}")
    report = repair(root, "adopt")
    (problem,) = report.damaged[f".incoming-{RUN_ID}"]
    assert name.removesuffix(".json") in problem
    assert "schema_version" in problem
    assert snapshot(root / f".incoming-{RUN_ID}") == before
    assert repair(root, "remove").removed == (f".incoming-{RUN_ID}",)
    assert leftovers(snapshot(root)) == []


@pytest.mark.parametrize("name", ["metrics.json", "manifest.json"])
@pytest.mark.parametrize("harm", ["cut off", "gone"])
def test_a_part_of_a_checkpoint_is_still_what_a_crash_left(name: str, harm: str, root: Path, fast: Path) -> None:
    interrupted(root, fast)
    file = root / f".incoming-{RUN_ID}" / "2" / name
    data = file.read_bytes()
    file.unlink()
    if harm == "cut off":
        file.write_bytes(data[:-9])
    report = repair(root)
    assert (report.damaged, report.removed) == ({}, (f".incoming-{RUN_ID}",))
