"""The list of runs in a head and segments: sealing, conversion, and what is done to a root by hand."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digit_classifier.artifacts import INDEX
from digit_classifier.cli import main as cli
from digit_classifier.errors import InputError, RunError
from digit_classifier.store import segments
from digit_classifier.store.claim import claim
from digit_classifier.store.index import derived_problems
from digit_classifier.store.json import encode, twin
from digit_classifier.store.root import read_root, record_replay, remove, repair, update_index
from digit_classifier.store.segments import load_index
from digit_classifier.store.watch import known_claims
from faults import count_operations, die_at, failing
from power_loss import record, restore, states
from processes import fork, result
from shares import WHOLE, one_in
from store_oracle import leftovers, listed_in, runs_in, snapshot, violations
from tiny_runs import CREATED, smallest_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KINDS = ("sealing", "merging", "conversion")


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head of two to four runs, and segments of five."""
    monkeypatch.setattr(segments, "HEAD_RUNS", 2)
    monkeypatch.setattr(segments, "SEGMENT_RUNS", 5)


@pytest.fixture(scope="module")
def fast() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as name:
        yield Path(name)


def publish(root: Path, created: str = CREATED) -> str:
    with claim(root, created) as staged:
        return staged.publish(*smallest_files(created)).directory.name


def publish_unlisted(root: Path, created: str = CREATED) -> str:
    with claim(root, created) as staged:
        return staged.publish(*smallest_files(created), listed=False).directory.name


def to_first_version(root: Path) -> None:
    """Write the list as the first version did."""
    tree = snapshot(root)
    runs = [entry for entry, _ in segments.read_listing(root).runs]
    text = encode({"schema_version": 1, "generation": 3, "latest": runs[0]["run_id"], "runs": runs})
    for path in tree:
        if path.startswith("index-"):
            (root / path).unlink()
    (root / "index.json").write_bytes(text)
    (root / "index.css").write_bytes(twin(text))


def names_in(root: Path) -> list[str]:
    return listed_in(snapshot(root))


def test_every_run_is_listed_once_in_the_order_of_publication_through_many_seals(fast: Path) -> None:
    root = fast / "many"
    names: list[str] = []
    for number in range(23):
        names.insert(0, publish(root))
        assert names_in(root) == names
        assert known_claims(root) == frozenset()
        head = load_index(root)
        assert len(head["runs"]) <= 4
        assert head["count"] == number + 1
    assert violations(snapshot(root), set(names)) == []
    assert [each["runs"] for each in head["segments"]][1:] == [5] * (len(head["segments"]) - 1)
    assert [entry["run_id"] for entry in read_root(root).entries] == names
    newest = read_root(root, 7)
    assert [entry["run_id"] for entry in newest.entries] == names[:7]
    assert newest.total == 23
    assert derived_problems(root) == []


def test_publishing_and_listing_do_not_look_through_a_root_that_is_known(fast: Path) -> None:
    root = fast / "quiet"
    for _ in range(12):
        publish(root)
    looked: list[str] = []

    def note(name: str, *_: object) -> None:
        looked.append(name)

    def scandir(path: object) -> object:
        if str(path) == str(root):
            looked.append("root")
        return real(path)  # type: ignore[arg-type]

    real = os.scandir
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        publish(root)
        assert len(read_root(root, 3).entries) == 3
    assert looked == []
    publish_unlisted(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        publish(root)
    assert looked != []
    assert set(names_in(root)) == runs_in(snapshot(root))


@pytest.mark.parametrize("place", [0, 3, 11])
def test_what_is_copied_or_deleted_by_hand_is_found_by_the_next_publish_and_by_runs(fast: Path, place: int) -> None:
    root, aside = fast / f"hands-{place}", fast / f"aside-{place}"
    names = [publish(root) for _ in range(12)][::-1]
    (root / names[place]).rename(aside)
    others = [name for name in names if name != names[place]]
    assert [entry["run_id"] for entry in read_root(root).entries] == others
    later = publish(root, "2026-11-23T00:00:00Z")
    assert names_in(root) == [later, *others]
    publish(root, "2026-11-23T00:00:01Z")
    assert known_claims(root) == frozenset()
    shutil.copytree(aside, root / names[place])
    assert read_root(root).unlisted == (names[place],)
    publish(root, "2026-11-23T00:00:02Z")
    assert set(names_in(root)) == runs_in(snapshot(root))
    assert len(names_in(root)) == 15
    assert derived_problems(root) == []


def test_a_run_that_is_still_being_copied_is_listed_once_it_is_whole(fast: Path) -> None:
    root = fast / "copying"
    names = [publish(root) for _ in range(3)]
    shutil.move(root / names[0], fast / "original")
    (root / names[0]).mkdir()
    publish(root)
    assert names[0] not in names_in(root)
    shutil.copytree(fast / "original", root / names[0], dirs_exist_ok=True)  # the root itself does not change by it
    publish(root)
    assert names[0] in names_in(root)


def test_what_a_coordinator_lists_late_is_listed_once_though_others_found_it(fast: Path) -> None:
    root = fast / "late"
    publish(root)
    unlisted = publish_unlisted(root)
    for _ in range(9):
        publish(root)
    (entry,) = [entry for entry in read_root(root).entries if entry["run_id"] == unlisted]
    assert any(each["lowest"] <= unlisted <= each["highest"] for each in load_index(root)["segments"])
    update_index(root, [entry])
    assert sorted(names_in(root)) == sorted(runs_in(snapshot(root)))


def test_a_run_under_the_name_of_one_that_is_sealed_and_gone_is_listed_once(fast: Path) -> None:
    """Also where nothing tells that it went."""
    root = fast / "again"
    names = [publish(root) for _ in range(9)]
    said = (root / ".lock").read_text().splitlines()
    shutil.rmtree(root / names[0])
    look = root.stat()
    said[-1] = f"{look.st_ino} {look.st_mtime_ns} {look.st_ctime_ns} {look.st_nlink} {look.st_size}"
    (root / ".lock").write_text("\n".join(said) + "\n")
    assert known_claims(root) == frozenset()
    assert publish(root) == names[0]
    assert names_in(root) == [names[0], *names[:0:-1]]


def test_deletions_and_replay_marks_change_one_segment(fast: Path) -> None:
    root = fast / "one"
    names = [publish(root) for _ in range(20)][::-1]
    before = {each["file"] for each in load_index(root)["segments"]}
    remove(root, [names[-1]])
    after = {each["file"] for each in load_index(root)["segments"]}
    assert len(before - after) == 1
    assert names_in(root) == names[:-1]
    assert known_claims(root) == frozenset()
    publish(root)
    assert violations(snapshot(root)) == []
    assert record_replay(root / names[0], {"run_id": None}) is None


def _prepared(place: Path, kind: str, *, known: bool) -> Path:
    """A root whose next run makes the store seal, merge or convert."""
    model, root = place / "models" / kind / "root", place / "trial" / "root"
    if not model.exists():
        for number in range({"sealing": 4, "merging": 7, "conversion": 9}[kind]):
            publish(model, f"2026-11-22T19:00:{number:02}Z")
        if kind == "conversion":
            to_first_version(model)
    shutil.rmtree(root.parent, ignore_errors=True)
    shutil.copytree(model.parent, root.parent)
    if known and kind != "conversion":
        update_index(root)
        assert known_claims(root) == frozenset()
    return root


def check(root: Path, before: set[str], *, told: str | None = None) -> None:
    tree = snapshot(root)
    assert violations(tree, {told} if told else set()) == []
    assert before <= runs_in(tree)
    publish(root, "2026-11-22T20:00:00Z")
    tree = snapshot(root)
    assert sorted(listed_in(tree)) == sorted(runs_in(tree))
    assert repair(root).damaged == {}
    tree = snapshot(root)
    assert leftovers(tree) == []
    assert derived_problems(root) == []
    named = {each["file"] for each in load_index(root)["segments"]}
    assert {path for path in tree if path.startswith("index-")} == named | {name[:-4] + "css" for name in named}


@pytest.mark.parametrize("known", [False, True], ids=["looks", "known"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_publisher_killed_anywhere_while_it_seals_or_converts_loses_nothing(
    kind: str, known: bool, fast: Path
) -> None:
    root = _prepared(fast, kind, known=known)
    before = runs_in(snapshot(root))
    operations = count_operations(root, lambda: publish(root))
    assert load_index(root)["segments"]
    for number in one_in(2, range(1, len(operations) + 2)):
        midway = number <= len(operations) and operations[number - 1] == "write"
        root = _prepared(fast, kind, known=known)
        told = die_at(root, number, midway=midway, action=lambda root=root: publish(root))  # type: ignore[misc]
        check(root, before, told=told)


@pytest.mark.parametrize("kind", KINDS)
def test_an_operation_that_fails_while_it_seals_or_converts_loses_nothing(kind: str, fast: Path) -> None:
    root = _prepared(fast, kind, known=True)
    before = runs_in(snapshot(root))
    total = len(count_operations(root, lambda: publish(root), reads=True))
    for sticky in (False, True):
        for number in one_in(3, range(1, total + 1)):
            root, told = _prepared(fast, kind, known=True), None
            with failing(root, number, 28, sticky=sticky), suppress(InputError, RunError):
                told = publish(root)
            check(root, before, told=told)


@pytest.mark.parametrize("kind", KINDS)
def test_a_power_failure_while_it_seals_or_converts_loses_nothing(kind: str, fast: Path) -> None:
    root = _prepared(fast, kind, known=True)
    before = runs_in(snapshot(root))
    disk = record(root.parent, lambda: publish(root))
    for count, (after, whole) in enumerate(states(disk)):
        if count % 3 and not WHOLE:
            continue
        tree = {path.removeprefix("root/"): data for path, data in whole.items() if path.startswith("root/")}
        tree.pop("", None)
        gained = runs_in(tree) - before
        assert before <= runs_in(tree)
        assert violations(tree, gained if after else set()) == []
        if count % (89 if WHOLE else 389) == 0:
            shutil.rmtree(root.parent)
            restore({"root/": b"", **{f"root/{path}": data for path, data in tree.items()}}, root.parent)
            check(root, before)


@pytest.mark.parametrize("trial", range(3))
def test_eight_writers_with_tiny_segments_list_every_run_once_before_two_readers(fast: Path, trial: int) -> None:
    root, stop = fast / f"crowd-{trial}", fast / f"stop-{trial}"
    root.mkdir()
    readers = [fork(lambda: _read_until(root, stop)) for _ in range(2)]
    writers = [fork(lambda: [publish(root) for _ in range(25)] and 25) for _ in range(8)]
    assert [result(writer) for writer in writers] == [25] * 8
    stop.touch()
    assert all(result(reader) >= 3 for reader in readers)
    tree = snapshot(root)
    assert len(listed_in(tree)) == len(set(listed_in(tree))) == 200
    assert violations(tree, runs_in(tree)) == []
    assert json.loads(tree["index.json"])["generation"] == 200
    assert leftovers(tree) == []
    assert derived_problems(root) == []


def _read_until(root: Path, stop: Path) -> int:
    looks = 0
    while not stop.exists():
        for newest in (3, None):
            view = read_root(root, newest)
            ids = [entry["run_id"] for entry in view.entries]
            assert len(ids) == len(set(ids))
            assert view.damaged == {}
        looks += 1
    return looks


def test_workers_and_a_coordinator_beside_publishers_list_every_run_once(fast: Path) -> None:
    root = fast / "workers"
    root.mkdir()

    def coordinate() -> int:
        for number in range(20):
            entries = [publish_unlisted(root, f"2026-11-22T21:00:{number:02}Z")]
            found = [entry for entry in read_root(root).entries if entry["run_id"] in entries]
            update_index(root, found)
        return 20

    writers = [fork(coordinate) for _ in range(3)]
    writers += [fork(lambda: [publish(root) for _ in range(20)] and 20) for _ in range(3)]
    assert [result(writer) for writer in writers] == [20] * 6
    update_index(root)
    assert sorted(names_in(root)) == sorted(runs_in(snapshot(root)))
    assert len(names_in(root)) == 120


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


@pytest.mark.parametrize("harm", [damage, Path.unlink])
def test_a_segment_that_is_damaged_or_gone_hides_no_run(fast: Path, harm: Callable[[Path], None]) -> None:
    root = fast / f"harm-{harm.__name__}"
    names = [publish(root) for _ in range(14)]
    harm(root / load_index(root)["segments"][-1]["file"])
    assert {entry["run_id"] for entry in read_root(root).entries} == set(names)
    assert derived_problems(root) != []
    repair(root)
    assert sorted(names_in(root)) == sorted(names)
    assert derived_problems(root) == []


def test_the_first_version_is_read_as_it_is_and_converted_by_the_next_publish(fast: Path) -> None:
    root = fast / "first"
    names = [publish(root) for _ in range(9)][::-1]
    to_first_version(root)
    assert INDEX.validate(json.loads((root / "index.json").read_text())) is None
    assert [entry["run_id"] for entry in read_root(root).entries] == names
    name = publish(root)
    assert load_index(root)["count"] == 10
    assert json.loads((root / "index.json").read_text())["schema_version"] == 2
    assert names_in(root) == [name, *names]


def test_what_runs_says_of_the_others_lists_them(fast: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = fast / "newest"
    names = [publish(root) for _ in range(3)][::-1]
    assert cli.main(["runs", "--newest", "1", str(root)]) == 0
    *lines, remark = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == names[:1]
    assert remark.startswith("the newest 1 of 3 runs; all of them: ")
    command = shlex.split(remark.partition("all of them: ")[2])
    assert cli.main(command[command.index("runs") :]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == names
