"""The store under kills, failing calls, power failures, full disks and crowds, judged by an oracle of its own."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digit_classifier.errors import DigitClassifierError, InputError, RunError
from digit_classifier.store.claim import claim
from digit_classifier.store.flat import publish_flat
from digit_classifier.store.root import read_root, remove, repair, update_index
from faults import ERRORS, count_operations, die_at, failing
from power_loss import record, restore, states
from processes import fork, result
from shares import one_in
from store_oracle import is_whole, leftovers, listed_in, runs_in, snapshot, state_of, violations
from tiny_runs import CREATED, smallest_files, smallest_flat_run, tiny_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from store_oracle import Tree

CASES = ("first run", "empty root", "empty index", "third run", "after a crash", "corrupt index")
CASES += ("unlisted run", "no latest")


def publish(root: Path, created: str = CREATED) -> str:
    with claim(root, created) as staged:
        return staged.publish(*smallest_files(created)).directory.name


def publish_unlisted(root: Path) -> str:
    with claim(root, CREATED) as staged:
        return staged.publish(*smallest_files(), listed=False).directory.name


@pytest.fixture(scope="module")
def fast() -> Iterator[Path]:
    """A directory in memory where there is one: thousands of trials, and no test here depends on a real disk."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def prepared(fast: Path) -> Callable[[str], Path]:
    """Makes a fresh root in the state of a case, as often as wanted."""
    return renewer(fast)


def renewer(place: Path) -> Callable[[str], Path]:
    for case in CASES:
        _prepare(place / "models" / case / "root", case)

    def renew(case: str) -> Path:
        top = place / "trial"
        shutil.rmtree(top, ignore_errors=True)
        shutil.copytree(place / "models" / case, top)
        return top / "root"

    return renew


def _prepare(root: Path, case: str) -> None:
    root.parent.mkdir(parents=True)
    if case == "empty root":
        root.mkdir()
    if case in ("first run", "empty root"):
        return
    publish(root)
    publish(root)
    if case == "after a crash":
        for number in (20, 44):  # while writing the run, and while mirroring
            assert die_at(root, number, midway=False, action=lambda: publish(root)) is None
        assert leftovers(snapshot(root))
    if case == "corrupt index":
        (root / "index.json").write_text('{"generation": 7, "runs": [{"run_id"')
    if case == "unlisted run":
        publish_unlisted(root)
    if case == "empty index":
        remove(root, runs_in(snapshot(root)))
    if case == "no latest":
        shutil.rmtree(root / "latest")


RECOVERED: set[str] = set()  # most faults leave the root in a state that another one left before


def check_recovery(root: Path) -> None:
    """The next run is published and lists everything, and a repair leaves nothing to repair; once for every state."""
    if root.exists():
        if (state := state_of(root)) in RECOVERED:
            return
        RECOVERED.add(state)
    name = publish(root, "2026-11-22T20:00:00Z")
    tree = snapshot(root)
    assert violations(tree, {name}) == []
    assert set(listed_in(tree)) == runs_in(tree)
    assert listed_in(tree)[0] == name
    assert is_whole(tree, "latest")
    assert repair(root).damaged == {}
    repaired = snapshot(root)
    assert leftovers(repaired) == []
    assert violations(repaired, {name}) == []
    again = repair(root)
    assert (again.removed, again.index.restored, again.index.dropped) == ((), (), ())
    assert snapshot(root) == repaired


@pytest.mark.parametrize("case", CASES)
def test_a_publisher_killed_anywhere_leaves_whole_runs_and_a_root_that_recovers(
    case: str, prepared: Callable[[str], Path]
) -> None:
    root = prepared(case)
    before = runs_in(snapshot(root)) if root.exists() else set()
    operations = count_operations(root, lambda: publish(root))
    assert operations.count("rename") == 2 + (case == "corrupt index")  # the rehearsal, the run; the index set aside
    points = [(number, False) for number in range(1, len(operations) + 2)]
    points += [(number, True) for number, name in enumerate(operations, 1) if name == "write"]
    seen = set()
    for number, midway in one_in(2, points):
        root = prepared(case)
        told = die_at(root, number, midway=midway, action=lambda root=root: publish(root))  # type: ignore[misc]
        assert (told is not None) == (number > len(operations))
        tree = snapshot(root) if root.exists() else {}
        published = {told} if told else set()
        corrupt = case == "corrupt index" and not told
        assert violations(tree, published, index_may_be_corrupt=corrupt) == [], (number, midway)
        assert before <= runs_in(tree)
        seen.add(len(runs_in(tree) - before))
        check_recovery(root)
    assert seen == {0, 1}  # the kills fell on both sides of the rename


@pytest.mark.parametrize("case", ["after a crash", "corrupt index", "unlisted run"])
@pytest.mark.parametrize("action", [repair, update_index])
def test_a_repair_killed_anywhere_can_be_done_again(
    case: str, action: Callable[[Path], object], prepared: Callable[[str], Path]
) -> None:
    root = prepared(case)
    before = runs_in(snapshot(root))
    operations = count_operations(root, lambda: action(root))
    assert operations
    for number in range(1, len(operations) + 1):
        root = prepared(case)
        die_at(root, number, midway=operations[number - 1] == "write", action=lambda root=root: str(action(root)))  # type: ignore[misc]
        tree = snapshot(root)
        assert violations(tree, index_may_be_corrupt=case == "corrupt index") == []
        assert runs_in(tree) == before
        check_recovery(root)


def test_a_flat_publisher_killed_anywhere_leaves_a_whole_run_or_none(fast: Path) -> None:
    directory = fast / "flat"
    new = smallest_flat_run("2026-11-23T00:00:00Z")

    def renew() -> None:
        shutil.rmtree(directory, ignore_errors=True)
        publish_flat(directory, tiny_run(None))
        (directory / "notes.txt").write_text("mine")

    renew()
    operations = count_operations(directory, lambda: publish_flat(directory, new))
    wholes = []
    for number in range(1, len(operations) + 2):
        renew()
        die_at(
            directory,
            number,
            midway=number <= len(operations) and operations[number - 1] == "write",
            action=lambda: str(publish_flat(directory, new)),
        )
        tree = {f"run/{path}": data for path, data in snapshot(directory).items()}
        assert tree.pop("run/notes.txt") == b"mine"
        visible = {path: data for path, data in tree.items() if not path.startswith("run/.")}
        wholes.append(is_whole(visible, "run"))
        publish_flat(directory, new)
        assert set(snapshot(directory)) == {*new, "notes.txt"}
    assert wholes[0]
    assert wholes[-1]
    assert not all(wholes)


@pytest.mark.parametrize("sticky", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("error", ERRORS, ids=[errno.errorcode[number] for number in ERRORS])
def test_an_operation_that_fails_is_reported_and_leaves_whole_runs(
    error: int, sticky: bool, prepared: Callable[[str], Path]
) -> None:
    # Python repeats calls that a signal interrupted (PEP 475), so EINTR here stands for any other surprise.
    for case in CASES if error == errno.ENOSPC else ("first run", "corrupt index"):
        root = prepared(case)
        total = len(count_operations(root, lambda root=root: publish(root), reads=True))  # type: ignore[misc]
        for number in one_in(2, range(1, total + 1)):
            root = prepared(case)
            old = snapshot(root) if root.exists() else {}
            published, message = set(), ""
            with failing(root, number, error, sticky=sticky) as failed:
                try:
                    published = {publish(root)}
                except (InputError, RunError) as refusal:
                    message = str(refusal)
            assert failed, "the fault was never met"
            tree = snapshot(root) if root.exists() else {}
            corrupt = case == "corrupt index" and not published
            assert violations(tree, published, index_may_be_corrupt=corrupt) == [], (case, number, message)
            gained = runs_in(tree) - runs_in(old)
            assert len(gained) == ("the run is saved" in message or bool(published)), (case, number, message)
            assert message == "" or str(root) in message
            if not sticky and not failed[0]:
                assert leftovers(tree) == leftovers(old)
            if error == errno.ENOSPC or number % 4 == 0:  # the states are those of every error
                check_recovery(root)


@pytest.mark.parametrize("case", ["first run", "third run"])
def test_ctrl_c_anywhere_leaves_whole_runs(case: str, prepared: Callable[[str], Path]) -> None:
    root = prepared(case)
    total = len(count_operations(root, lambda: publish(root), reads=True))
    for number in range(1, total + 1):
        root = prepared(case)
        with failing(root, number, KeyboardInterrupt, sticky=False), suppress(KeyboardInterrupt):
            publish(root)
        assert violations(snapshot(root) if root.exists() else {}) == []
        check_recovery(root)


EVENTS = {"open": "open", "os.mkdir": "mkdir", "os.rename": "rename", "os.remove": "unlink", "os.rmdir": "rmdir"}
EVENTS |= {"os.listdir": "listdir", "os.scandir": "scandir"}


@pytest.mark.parametrize("case", ["after a crash", "corrupt index", "unlisted run"])
@pytest.mark.parametrize("action", [publish, repair])
def test_no_operation_escapes_the_faults(
    case: str, action: Callable[[Path], object], prepared: Callable[[str], Path]
) -> None:
    """The interpreter reports from C what is done to files, whatever functions its `pathlib` calls on the way."""
    root = prepared(case)
    assert result(fork(lambda: _compare_with_audit(root, action))) > 20


def _compare_with_audit(root: Path, action: Callable[[Path], object]) -> int:
    reported: list[str] = []

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        target = arguments[0] if arguments and event.startswith(("open", "os.", "shutil.")) else None
        if isinstance(target, str | os.PathLike) and os.fspath(target).startswith(str(root)):
            reported.append(EVENTS.get(event, event))

    sys.addaudithook(hook)  # for good, hence in a process of its own
    counted = count_operations(root, lambda: action(root), reads=True)
    unreported = ("write", "fsync", "close")
    assert [name.replace("replace", "rename") for name in counted if name not in unreported] == reported
    return len(reported)


def _power_states(top: Path, seed: int = 0) -> Iterator[tuple[bool, Tree]]:
    disk = record(top, lambda: publish(top / "root"))
    for after, tree in states(disk, seed=seed):
        inside = {path.removeprefix("root/"): data for path, data in tree.items() if path.startswith("root/")}
        inside.pop("", None)
        yield after, inside


def check_power_failures(case: str, root: Path, seed: int = 0) -> int:
    """Look at every state that the disk may be in; how many there were."""
    before = runs_in(snapshot(root)) if root.exists() else set()
    count = 0
    for count, (after, tree) in enumerate(_power_states(root.parent, seed), 1):
        gained = runs_in(tree) - before
        assert before <= runs_in(tree)
        if after:
            assert len(gained) == 1
        corrupt = case == "corrupt index" and not after
        assert violations(tree, gained if after else set(), index_may_be_corrupt=corrupt) == []
        if count % 97 == 0:
            shutil.rmtree(root.parent)
            restore({"root/": b"", **{f"root/{path}": data for path, data in tree.items()}}, root.parent)
            check_recovery(root)
    return count


@pytest.mark.parametrize("case", ["first run", "third run", "after a crash", "corrupt index"])
def test_a_power_failure_at_any_moment_loses_no_published_run(case: str, prepared: Callable[[str], Path]) -> None:
    assert check_power_failures(case, prepared(case)) >= 700  # four cases: the plan asks for 2,000 states


def test_these_trials_are_as_many_as_the_plan_asks_for(prepared: Callable[[str], Path]) -> None:
    """405 kills, 700 failing operations and 2,000 power failures; a quicker publish would quietly test less."""
    kills = failures = 0
    for case in CASES:
        root = prepared(case)
        operations = count_operations(root, lambda root=root: publish(root))  # type: ignore[misc]
        kills += len(operations) + operations.count("write")
        root = prepared(case)
        total = len(count_operations(root, lambda root=root: publish(root), reads=True))  # type: ignore[misc]
        failures += total * 2 * (len(ERRORS) if case in ("first run", "corrupt index") else 1)
    assert kills >= 405
    assert failures >= 700


def test_without_syncs_the_power_failures_do_break_promises(
    prepared: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digit_classifier.store.files.sync", lambda _: None)
    states_of_runs = [(after, violations(tree)) for after, tree in _power_states(prepared("first run").parent)]
    assert sum(bool(found) for _, found in states_of_runs) > 100


def test_eight_writers_publish_two_hundred_runs_before_two_readers(tmp_path: Path) -> None:
    root, stop = tmp_path / "root", tmp_path / "stop"
    root.mkdir()
    readers = [fork(lambda: _read_until(root, stop)) for _ in range(2)]
    writers = [fork(lambda: [publish(root) for _ in range(25)] and 25) for _ in range(8)]
    assert [result(writer) for writer in writers] == [25] * 8
    stop.touch()
    assert all(result(reader) >= 5 for reader in readers)
    tree = snapshot(root)
    assert len(listed_in(tree)) == 200
    assert set(listed_in(tree)) == runs_in(tree)
    assert violations(tree, runs_in(tree)) == []
    assert json.loads(tree["index.json"])["generation"] == 200
    assert leftovers(tree) == []


def _read_until(root: Path, stop: Path) -> int:
    """Looks at everything until the writers are done; returns how often, or the failure that a reader saw."""
    looks = 0
    while not stop.exists():
        tree = {}
        for name in ("index.json", "index.css"):
            with suppress(FileNotFoundError):
                tree[name] = (root / name).read_bytes()
        for directory in sorted(root.iterdir()):
            if runs_in({f"{directory.name}/": b""}):
                tree |= {f"{directory.name}/{path}": data for path, data in snapshot(directory).items()}
        datasets = {f"datasets/{path.name}": path.read_bytes() for path in (root / "datasets").glob("*")}
        assert violations(tree | datasets) == []
        assert read_root(root).damaged == {}
        looks += 1
    return looks


@contextmanager
def _small_disk(place: Path, size: str) -> Iterator[bool]:
    """A file system in memory of that size, or False where we may not mount one."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    mounted = shutil.which("mount") is not None and subprocess.run(command, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_reported_and_leaves_whole_runs(tmp_path: Path) -> None:
    """On a real full disk where we may mount one, and everywhere with a limit on the size of files."""
    with _small_disk(tmp_path / "disk", "256k") as mounted:
        place, outcomes = (tmp_path / "disk" if mounted else tmp_path), set()
        for free in range(40) if mounted else ():
            outcomes.add(_publish_with_little_space(place, free))
        assert not mounted or {"full", "saved", "published"} >= outcomes > {"full"}
    outcomes = {
        result(fork(lambda size=size: _publish_with_limit(tmp_path / f"{size}", size))) for size in range(40, 6000, 149)
    }  # type: ignore[misc]
    assert outcomes == {0, 1}


def _publish_with_little_space(place: Path, free: int) -> str:
    root, filler = place / "root", place / "filler"
    shutil.rmtree(root, ignore_errors=True)
    filler.unlink(missing_ok=True)
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    os.truncate(filler, max(0, filler.stat().st_size - free * 4096))
    try:
        published, outcome = {publish(root)}, "published"
    except (InputError, RunError) as error:
        published, outcome = set(), "saved" if "the run is saved" in str(error) else "full"
        assert "No space left" in str(error)
    assert violations(snapshot(root) if root.exists() else {}, published) == []
    filler.unlink()
    check_recovery(root)
    return outcome


def _publish_with_limit(root: Path, size: int) -> int:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))  # Python ignores SIGXFSZ: the write fails
    try:
        published = {publish(root)}
    except DigitClassifierError:
        published = set()
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert violations(snapshot(root) if root.exists() else {}, published) == []
    check_recovery(root)
    return len(published)


def test_a_root_that_cannot_be_written_is_refused_before_any_training(tmp_path: Path) -> None:
    """A read-only file system where we may mount one, and everywhere a file in the place of the root."""
    (tmp_path / "file").write_text("mine")
    refused = [tmp_path / "file", tmp_path / "file" / "below"]
    with _small_disk(tmp_path / "disk", "256k") as mounted:
        if mounted:
            publish(tmp_path / "disk" / "root")
            subprocess.run(["mount", "-o", "remount,ro", str(tmp_path / "disk")], check=True)
            refused += [tmp_path / "disk" / "root", tmp_path / "disk" / "new"]
        for root in refused:
            with (
                pytest.raises(InputError, match="expected a directory that can be written") as caught,
                claim(root, CREATED),
            ):
                raise AssertionError("the training would have started")
            assert str(root) in str(caught.value)
        if mounted:
            assert len(read_root(tmp_path / "disk" / "root").entries) == 1
    assert (tmp_path / "file").read_text() == "mine"


def test_a_state_is_told_by_names_bytes_and_ages_but_not_by_what_is_random(prepared: Callable[[str], Path]) -> None:
    """Else equal states would be looked at again, or different ones not at all."""
    root = prepared("third run")
    state, run = state_of(root), root / min(runs_in(snapshot(root)))
    assert state_of(prepared("third run")) == state
    (root / ".index.json-0123abcd.tmp").touch()
    left = state_of(root)
    (root / ".index.json-0123abcd.tmp").rename(root / ".index.json-89efabcd.tmp")
    assert state_of(root) == left != state
    (root / ".index.json-89efabcd.tmp").unlink()
    os.utime(root / "index.json", ns=(0, 0))  # now everything is younger
    aged = state_of(root)
    assert aged != state
    (run / "metrics.json").write_bytes((run / "metrics.json").read_bytes() + b" ")
    assert state_of(root) not in (state, aged)
