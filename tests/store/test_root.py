"""The artifacts root: run ids, the index and its order, latest/, repair, flat mode, and hostile neighbours."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digit_classifier import store
from digit_classifier.cli import main as cli
from digit_classifier.errors import ArtifactError, InputError, RunError
from digit_classifier.page.source import find_run
from digit_classifier.store import lock
from digit_classifier.store import root as history
from digit_classifier.store.bundle import seal_files
from digit_classifier.store.claim import claim
from digit_classifier.store.flat import publish_flat, require_writable
from digit_classifier.store.index import derived_problems
from digit_classifier.store.inspection import Inspection, inspect, read_bundle
from digit_classifier.store.layout import ROOT_LOCK
from digit_classifier.store.root import read_root, repair, update_index
from faults import Operations
from store_oracle import inner_text, is_whole, leftovers, listed_in, runs_in, snapshot, violations
from tiny_runs import CREATED, RUN_ID, publish, shared_data, smallest_files, smallest_flat_run, tiny_files, tiny_run

if TYPE_CHECKING:
    from collections.abc import Callable


def add(root: Path, label_slug: str | None = None, created: str = CREATED, label: str | None = None) -> str:
    with claim(root, created, label_slug) as staged:
        return publish(staged, label, created).name


def add_unlisted(root: Path, created: str = CREATED) -> str:
    with claim(root, created) as staged:
        return staged.publish(*smallest_files(created), listed=False).directory.name


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "some" / "Künstliche Läufe"


def test_a_published_run_is_complete_listed_and_mirrored(root: Path) -> None:
    name = add(root, "baseline", label="Baseline")
    assert name == "20261122-191612-baseline"
    assert inspect(root / name, shared_data="if there").problems == []
    assert inspect(root / "latest", shared_data="if there").problems == []
    tree = snapshot(root)
    assert violations(tree, {name}) == []
    assert {path for path in tree if "/" not in path} == {".lock", "index.json", "index.css"}
    (entry,) = json.loads(tree["index.json"])["runs"]
    assert (entry["label"], entry["model"], entry["hidden_sizes"], entry["diverged"]) == (
        "Baseline",
        "logistic",
        [],
        False,
    )
    assert inner_text(tree["index.css"]) == tree["index.json"]
    (dataset,) = shared_data()
    assert {path for path in tree if path.startswith("datasets/")} == {
        "datasets/", f"datasets/{dataset}", f"datasets/{dataset.replace('.json', '.css')}",
    }  # fmt: skip


def test_a_frozen_clock_gives_two_hundred_runs_two_hundred_names(tmp_path: Path) -> None:
    names = [add_unlisted(tmp_path) for _ in range(200)]
    assert names[:3] == [RUN_ID, f"{RUN_ID}-2", f"{RUN_ID}-3"]
    assert len(set(names)) == 200
    update_index(tmp_path)
    assert listed_in(snapshot(tmp_path)) == names[::-1]


def test_latest_is_the_last_published_whatever_the_clock_says(root: Path) -> None:
    days = ("2026-11-22T10:00:00", "2026-11-21T10:00:00", "2036-01-01T00:00:00", "2026-11-22T10:00:01")
    names = [add(root, created=f"{day}Z") for day in days]
    assert listed_in(snapshot(root)) == names[::-1]
    assert json.loads((root / "latest" / "manifest.json").read_bytes())["run_id"] == names[-1]
    assert [entry["run_id"] for entry in read_root(root).entries] == names[::-1]
    repair(root)
    assert listed_in(snapshot(root)) == names[::-1]


def test_repair_reads_runs_while_others_can_have_the_lock(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [add_unlisted(root) for _ in range(25)]
    free: list[bool] = []

    def watched(directory: Path, **options: Any) -> Inspection:
        taken = lock.Lock.take(root / ROOT_LOCK)
        free.append(taken is not None)
        if taken:
            taken.release()
        return inspect(directory, **options)

    monkeypatch.setattr(history, "inspect", watched)
    repair(root)
    assert len(free) == 50  # each run, and with the data set that it shares
    assert all(free)
    assert listed_in(snapshot(root)) == names[::-1]


def test_repair_looks_again_at_a_run_that_is_cut_off_meanwhile(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, broken = add_unlisted(root), add_unlisted(root)
    watching = history.watching

    def late(place: Path) -> Any:
        (root / broken / "metrics.json").write_bytes(b"{")
        return watching(place)

    monkeypatch.setattr(history, "watching", late)
    report = repair(root)
    assert list(report.damaged) == [broken]
    assert listed_in(snapshot(root)) == [whole]


def test_a_stage_that_comes_to_nothing_leaves_nothing(tmp_path: Path) -> None:
    def train_and_fail() -> None:
        with claim(tmp_path / "new" / "root", CREATED) as staged:
            assert not (tmp_path / "new" / "root" / staged.run_id).exists()
            raise KeyError

    with pytest.raises(KeyError):
        train_and_fail()
    assert list(tmp_path.iterdir()) == []


def test_two_stages_at_once_have_two_names(root: Path) -> None:
    with claim(root, CREATED) as first, claim(root, CREATED) as second:
        publish(second)
        with claim(root, CREATED) as third:
            assert {first.run_id, second.run_id, third.run_id} == {RUN_ID, f"{RUN_ID}-2", f"{RUN_ID}-3"}
        publish(first)
    assert listed_in(snapshot(root)) == [RUN_ID, f"{RUN_ID}-2"]
    assert leftovers(snapshot(root)) == []


@pytest.mark.parametrize(
    "created", ["", "2026-11-22", "2026-11-22 19:16:12", "../../11-22T19:16:12Z", "2026-11-22T19:16:12Z\n"]
)
def test_a_time_in_another_form_is_refused(root: Path, created: str) -> None:
    with pytest.raises(InputError, match="created"), claim(root, created):
        pass
    assert not root.exists()


@pytest.mark.parametrize("slug", ["../x", "A", "a b", "a/b", "ü", "x" * 200, "a\n"])
def test_a_label_that_is_no_slug_never_reaches_a_path(root: Path, slug: str) -> None:
    with pytest.raises(InputError, match="run_label"), claim(root, CREATED, slug):
        pass
    assert not root.exists()


def test_only_valid_files_of_a_run_are_published(root: Path) -> None:
    payloads, pictures, _ = tiny_files()
    with claim(root, CREATED) as staged:
        for name in ("extra.json", "../evil.json", "manifest.json", "index.json"):
            with pytest.raises(ArtifactError, match="expected the name of a file of a run"):
                staged.publish({**payloads, name: {}}, pictures)
        with pytest.raises(ArtifactError, match="expected the name of a file of a run"):
            staged.publish(payloads, {**pictures, "../evil.png": b""})
        with pytest.raises(ArtifactError, match=r"metrics\.accuracy"):
            staged.publish({**payloads, "metrics.json": {**payloads["metrics.json"], "accuracy": 2}}, pictures)
    assert not root.exists()


def test_a_run_is_published_under_the_claimed_name_whatever_its_summary_says(root: Path) -> None:
    payloads, pictures, _ = tiny_files()
    summary = {**payloads["run_summary.json"], "run_id": "20200101-000000"}
    with claim(root, CREATED) as staged:
        bundle = staged.publish({**payloads, "run_summary.json": summary}, pictures)
    assert bundle.payloads["run_summary.json"]["run_id"] == bundle.directory.name == RUN_ID
    assert read_bundle(bundle.directory) == bundle


def test_one_door_publishes_what_is_complete(root: Path) -> None:
    bundle = store.publish(root, *tiny_files(label="Überraschung!"))
    assert bundle.directory.name == f"{RUN_ID}-uberraschung"
    assert listed_in(snapshot(root)) == [bundle.directory.name]
    assert inspect(bundle.directory, shared_data="required").problems == []


def test_the_data_set_is_written_once_and_put_right_when_damaged(root: Path) -> None:
    add(root)
    path = root / "datasets" / next(iter(shared_data()))
    inode = path.stat().st_ino
    add(root)
    assert path.stat().st_ino == inode
    path.write_bytes(b"damaged")
    path.with_suffix(".css").unlink()
    name = add(root)
    assert violations(snapshot(root), {name}) == []


def test_workers_publish_without_the_lock_and_one_update_lists_them(root: Path) -> None:
    first = add(root)
    with lock.exclusive(root / ".lock"):
        names = [add_unlisted(root, f"2026-11-23T00:00:0{second}Z") for second in range(5)]
    assert read_root(root).unlisted == tuple(names[::-1])
    refreshed = update_index(root)
    assert refreshed.restored == tuple(names[::-1])
    assert listed_in(snapshot(root)) == [*names[::-1], first]
    assert json.loads((root / "index.json").read_bytes())["generation"] == 2
    assert json.loads((root / "latest" / "manifest.json").read_bytes())["run_id"] == names[-1]
    before = snapshot(root)
    update_index(root)
    assert snapshot(root) == before


def test_publishing_lists_a_complete_run_that_nobody_listed(root: Path) -> None:
    forgotten, name = add_unlisted(root), add(root)
    assert listed_in(snapshot(root)) == [name, forgotten]


def test_a_run_whose_directory_was_deleted_leaves_the_index(root: Path) -> None:
    first, second = add(root), add(root)
    for path in (root / second).iterdir():
        path.unlink()
    (root / second).rmdir()
    assert [entry["run_id"] for entry in read_root(root).entries] == [first]
    assert update_index(root).dropped == (second,)
    assert json.loads((root / "latest" / "manifest.json").read_bytes())["run_id"] == first
    third = add(root, created="2026-11-23T00:00:00Z")
    assert listed_in(snapshot(root)) == [third, first]


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"runs": 3}', b'{"a":' + b"[" * 100_000, b"\xff", "link", "directory"]
)
def test_a_corrupt_index_is_set_aside_and_rebuilt(root: Path, text: bytes | str) -> None:
    names = [add(root, created=f"2026-11-22T19:16:1{second}Z") for second in range(3)]
    (root / "index.json").unlink()
    if text == "link":
        (root / "index.json").symlink_to(root / names[0] / "manifest.json")
    elif text == "directory":
        (root / "index.json").mkdir()
    elif isinstance(text, bytes):
        (root / "index.json").write_bytes(text)
    view = read_root(root)
    assert ([entry["run_id"] for entry in view.entries], view.unlisted) == (names[::-1], tuple(names[::-1]))
    name = add(root, created="2026-11-22T20:00:00Z")
    assert listed_in(snapshot(root)) == [name, *names[::-1]]
    (aside,) = root.glob("index.json.corrupt-*")
    assert text in ("link", "directory") or aside.read_bytes() == text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 9}', "link"])
def test_a_corrupt_index_hides_no_run_that_is_named_and_says_what_mends_it(root: Path, text: str) -> None:
    name = add(root)
    (root / "index.json").unlink()
    if text == "link":
        (root / "index.json").symlink_to(root / name / "manifest.json")
    else:
        (root / "index.json").write_text(text)
    assert find_run(root / name) == root / name
    (problem,) = derived_problems(root)
    with pytest.raises(ArtifactError) as error:
        find_run(root)
    assert str(error.value) == problem
    assert problem.startswith(f"{root / 'index.json'}: expected a list of runs, got a damaged one (")
    assert re.fullmatch(r"[^;]*; try [^;]* repair '.*'", problem)
    repair(root)
    assert find_run(root) == root / name
    assert derived_problems(root) == []


def test_an_index_cannot_lead_anywhere(root: Path) -> None:
    name = add(root)
    index = json.loads((root / "index.json").read_bytes())
    for run_id in ("../../etc", "/etc", "latest", "..", ".lock"):
        (root / "index.json").write_text(json.dumps(index | {"runs": [index["runs"][0] | {"run_id": run_id}]}))
        assert [entry["run_id"] for entry in read_root(root).entries] == [name]
        update_index(root)
        assert listed_in(snapshot(root)) == [name]


def damage_file(root: Path, name: str) -> None:
    (root / name / "metrics.json").write_text("{}")


def damage_by_adding(root: Path, name: str) -> None:
    (root / name / "stray.json").write_text("{}")
    (root / name / "model.json").unlink()


def damage_manifest(root: Path, name: str) -> None:
    (root / name / "manifest.json").write_text("{")


def damage_by_deleting(root: Path, name: str) -> None:
    (root / name / "model.json").unlink()


@pytest.mark.parametrize("damage", [damage_by_adding, damage_manifest, damage_by_deleting])
def test_a_damaged_run_never_hides_the_others(root: Path, damage: Callable[[Path, str], None]) -> None:
    names = [add(root) for _ in range(3)]
    damage(root, names[1])
    view = read_root(root)
    assert [entry["run_id"] for entry in view.entries] == [names[2], names[0]]
    assert list(view.damaged) == [names[1]]
    damage(root, names[2])
    report = repair(root)
    assert set(report.damaged) == {names[1], names[2]}
    assert listed_in(snapshot(root)) == [names[0]]
    assert json.loads((root / "latest" / "manifest.json").read_bytes())["run_id"] == names[0]
    assert runs_in(snapshot(root)) == set(names)  # nothing of the user's is ever deleted
    name = add(root)
    assert listed_in(snapshot(root)) == [name, names[0]]
    repair(root)
    before = snapshot(root)
    assert repair(root).index.dropped == ()
    assert snapshot(root) == before


def test_damage_stays_noticed_when_the_next_run_is_published(root: Path) -> None:
    first, second = add(root), add(root)
    damage_manifest(root, first)
    third = add(root)
    view = read_root(root)
    assert [entry["run_id"] for entry in view.entries] == [third, second]
    assert list(view.damaged) == [first]


def test_a_history_that_was_copied_is_listed_as_it_was(root: Path, tmp_path: Path) -> None:
    names = [add(root) for _ in range(3)]
    shutil.copytree(root, tmp_path / "copy", copy_function=shutil.copyfile)  # new times, in no order that matters
    os.utime(tmp_path / "copy" / "index.json", (0, 0))
    view = read_root(tmp_path / "copy")
    assert [entry["run_id"] for entry in view.entries] == names[::-1]
    assert (view.damaged, view.unlisted) == ({}, ())


def test_a_subtle_damage_is_found_by_repair(root: Path) -> None:
    first, second = add(root), add(root)
    path = root / first / "model.json"
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"schema_version": 2', b'"schema_version": 3'))
    assert read_root(root).damaged == {}  # a cheap look
    assert list(repair(root).damaged) == [first]
    path.write_bytes(data)
    assert repair(root).index.restored == (first,)
    assert set(listed_in(snapshot(root))) == {first, second}


def test_latest_loses_what_the_run_does_not_have(root: Path) -> None:
    add(root)
    (root / "latest" / "roc_curves.json").write_text("{}")
    (root / "latest" / "metrics.json").unlink()
    (root / "latest" / "metrics.json").symlink_to(root / "elsewhere")
    with claim(root, CREATED) as staged:
        staged.publish(*smallest_files())
    assert is_whole(snapshot(root), "latest")
    assert not (root / "elsewhere").exists()


@pytest.mark.parametrize("name", [".lock", "latest", "datasets"])
def test_a_planted_link_is_refused_and_nothing_behind_it_changes(root: Path, tmp_path: Path, name: str) -> None:
    root.mkdir(parents=True)
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "stray").write_text("theirs")
    (root / name).symlink_to(tmp_path / "victim" / "stray" if name == ".lock" else tmp_path / "victim")
    with pytest.raises(InputError, match="link"):  # before any training
        add(root)
    assert {path.name for path in (tmp_path / "victim").iterdir()} == {"stray"}
    assert (tmp_path / "victim" / "stray").read_text() == "theirs"
    (root / name).unlink()
    last = add(root)
    assert set(listed_in(snapshot(root))) == runs_in(snapshot(root)) >= {last}


def test_a_link_in_the_place_of_a_run_is_no_run(root: Path, tmp_path: Path) -> None:
    name = add(root)
    (root / name).rename(tmp_path / name)
    (root / name).symlink_to(tmp_path / name)
    assert list(read_root(root).damaged) == [name]
    assert list(repair(root).damaged) == [name]
    assert listed_in(snapshot(root)) == []
    assert add(root) == f"{name}-2"
    assert runs_in(snapshot(tmp_path)) == {name}


def test_links_in_the_place_of_staging_are_not_followed(root: Path, tmp_path: Path) -> None:
    root.mkdir(parents=True)
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "theirs").write_text("theirs")
    (root / f".incoming-{RUN_ID}").symlink_to(tmp_path / "victim")
    (root / ".trash-x").symlink_to(tmp_path / "victim")
    (root / f"{RUN_ID}-2").symlink_to(tmp_path / "nowhere")
    assert add(root) == f"{RUN_ID}-3"
    repair(root)
    assert (tmp_path / "victim" / "theirs").read_text() == "theirs"
    assert not (tmp_path / "nowhere").exists()


def test_something_put_in_the_place_of_the_run_meanwhile_is_not_replaced(root: Path) -> None:
    with claim(root, CREATED) as staged:
        (root / staged.run_id).mkdir()  # POSIX would rename over an empty directory
        with pytest.raises(RunError, match="free name"):
            publish(staged)
    assert list((root / RUN_ID).iterdir()) == []


def test_a_name_that_is_published_just_before_ours_is_claimed_is_left_to_its_owner(root: Path) -> None:
    def publish_first(_: int, name: str, arguments: tuple[object, ...]) -> None:
        if name == "mkdir" and str(arguments[0]).endswith(f".incoming-{RUN_ID}"):
            (root / RUN_ID).mkdir()
            (root / RUN_ID / "theirs").write_text("theirs")

    with Operations(root, publish_first).installed(), claim(root, CREATED) as staged:
        assert staged.run_id == f"{RUN_ID}-2"
    assert set(snapshot(root)) == {f"{RUN_ID}/", f"{RUN_ID}/theirs"}


def test_a_root_that_another_run_removes_meanwhile_is_made_again(root: Path) -> None:
    removed: list[None] = []

    def remove_first(_: int, name: str, arguments: tuple[object, ...]) -> None:
        if name == "open" and str(arguments[0]).endswith(".lock") and not removed:
            removed.append(root.rmdir())

    with Operations(root, remove_first).installed(), claim(root, CREATED) as staged:
        assert staged.run_id == RUN_ID
    assert removed == [None]
    assert not root.exists()


def test_a_lock_file_that_its_holder_deletes_meanwhile_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real, deleted = tmp_path / ".incoming-x.lock", lock._lock, []

    def release_first(descriptor: int) -> None:
        if not deleted:
            deleted.append(path.unlink())
        real(descriptor)

    monkeypatch.setattr(lock, "_lock", release_first)
    held = lock.SiblingLock.take(path)
    assert held is not None
    assert lock.SiblingLock.take(path) is None  # what was locked is what others see
    held.release()
    assert not path.exists()


def test_the_manifest_of_latest_comes_last(root: Path) -> None:
    placed: list[str] = []

    def note(_: int, name: str, arguments: tuple[object, ...]) -> None:
        if name == "replace" and Path(str(arguments[1])).parent.name == "latest":
            placed.append(Path(str(arguments[1])).name)

    with Operations(root, note).installed():
        add(root)
    assert len(placed) == len(tiny_run(RUN_ID))
    assert placed[-1] == "manifest.json"


def test_latest_is_the_newest_run_that_is_whole(root: Path) -> None:
    names = [add(root) for _ in range(3)]
    damage_file(root, names[2])
    damage_manifest(root, names[1])
    assert update_index(root).dropped == (names[2], names[1])
    assert json.loads((root / "latest" / "manifest.json").read_bytes())["run_id"] == names[0]
    assert is_whole(snapshot(root), "latest")


def test_repair_leaves_a_writer_that_is_alive_alone(root: Path) -> None:
    add(root)
    with claim(root, CREATED) as staged:
        assert repair(root).removed == ()
        publish(staged)
    assert len(listed_in(snapshot(root))) == 2


def test_repair_removes_what_dead_writers_left_and_nothing_else(root: Path) -> None:
    name = add(root)
    for left in (".incoming-20261122-200000", ".trash-20261122-200001-abcd0123"):
        (root / left).mkdir()
        (root / left / "metrics.json").write_text("{}")
    for left in (".incoming-20261122-200000.lock", ".incoming-20261122-200002.lock", ".index.json-0123abcd.tmp"):
        (root / left).write_text("")
    for foreign in ("notes.txt", ".gitignore", "my results"):
        (root / foreign).write_text("mine")
    assert len(repair(root).removed) == 4
    tree = snapshot(root)
    assert leftovers(tree) == [".gitignore"]
    assert {"notes.txt", "my results"} <= set(tree)
    assert listed_in(tree) == [name]


def test_the_lock_is_waited_for_and_then_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []
    clock = iter(range(1000))
    monkeypatch.setattr("digit_classifier.store.lock.time.sleep", naps.append)
    monkeypatch.setattr("digit_classifier.store.lock.time.monotonic", lambda: next(clock))
    text = r"\.lock: expected a free lock, got another process holding it for 30 s; try"
    with lock.exclusive(tmp_path / ".lock"):
        with pytest.raises(RunError, match=text), lock.exclusive(tmp_path / ".lock"):
            pass
        assert (naps[0], max(naps), len(naps)) == (0.01, 0.2, 29)
    with lock.exclusive(tmp_path / ".lock"):
        assert (tmp_path / ".lock").exists()


def test_a_run_that_could_not_be_indexed_is_said_to_be_safe(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("digit_classifier.store.claim.refresh", fail)
        with pytest.raises(RunError) as caught:
            add(root)
    text = str(caught.value)
    assert text.startswith(f"{root / RUN_ID}: the run is saved, but the index is stale (")
    assert text.endswith(f" repair '{root}'")
    assert repair(root).index.restored == (RUN_ID,)
    assert inspect(root / RUN_ID, shared_data="if there").problems == []


def test_a_history_of_nothing_is_empty_and_writes_nothing(tmp_path: Path) -> None:
    assert read_root(tmp_path / "none").entries == ()
    assert read_root(tmp_path).entries == ()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="none"):
        repair(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file"):
        read_root(tmp_path / "file")


def test_an_index_entry_stays_small_with_the_longest_label(root: Path) -> None:
    add(root, "x" * 40, label="𝔻" * 80)
    (entry,) = read_root(root).entries
    assert len(json.dumps(entry)) <= 450
    assert entry["label"].startswith("𝔻")
    assert entry["label"].endswith("…")
    add(root, label="y" * 80)
    assert read_root(root).entries[0]["label"] == "y" * 80


def test_the_umask_decides_who_may_read(root: Path) -> None:
    previous = os.umask(0o077)
    try:
        name = add(root)
    finally:
        os.umask(previous)
    assert {path.stat().st_mode & 0o777 for path in (root / name).iterdir()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (root, root / name, root / "latest", root / "datasets")} == {0o700}


def test_a_flat_run_replaces_the_earlier_one_and_leaves_other_files(tmp_path: Path) -> None:
    directory = tmp_path / "out" / "put"
    require_writable(directory)
    publish_flat(directory, tiny_run(None))
    assert inspect(directory, shared_data="if there").problems == []
    (directory / "notes.txt").write_text("mine")
    new = smallest_flat_run("2026-11-23T00:00:00Z")
    require_writable(directory)
    publish_flat(directory, new)
    assert set(snapshot(directory)) == {*new, "notes.txt"}
    assert not (directory.parent / "index.json").exists()


def test_a_file_that_only_has_the_name_of_a_runs_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text("mine: no manifest names it")
    for attempt in (require_writable, lambda directory: publish_flat(directory, tiny_run(None))):
        with pytest.raises(InputError, match=r"metrics\.json of another origin"):
            attempt(tmp_path)
    assert snapshot(tmp_path) == {"metrics.json": b"mine: no manifest names it"}


def test_a_manifest_of_another_program_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"name": "my web app"}')
    for attempt in (require_writable, lambda directory: publish_flat(directory, tiny_run(None))):
        with pytest.raises(InputError, match=r"manifest\.json of another origin"):
            attempt(tmp_path)
    assert snapshot(tmp_path) == {"manifest.json": b'{"name": "my web app"}'}


def test_a_flat_directory_that_cannot_be_written_is_refused_early(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match=r"expected a directory that can be written.*try another output_dir"):
            require_writable(place)
        with pytest.raises(RunError, match="nothing was changed"):
            publish_flat(place, tiny_run(None))


def test_a_thousand_runs_are_listed_in_index_order_within_the_size_promised(tmp_path: Path) -> None:
    add(tmp_path)
    entry = json.loads((tmp_path / "index.json").read_bytes())["runs"][0]
    entries = [entry | {"run_id": f"20261122-{number:06d}-x"} for number in range(1000)]
    for each in entries:
        (tmp_path / each["run_id"]).mkdir()
        (tmp_path / each["run_id"] / "manifest.json").touch()
    index = {"schema_version": 1, "generation": 5, "latest": entries[0]["run_id"], "runs": entries}
    (tmp_path / "index.json").write_text(json.dumps(index))
    os.utime(tmp_path / "index.json", (2**31, 2**31))  # after all of them, on any clock
    name = add(tmp_path, "late")
    tree = snapshot(tmp_path)
    assert listed_in(tree) == [name, RUN_ID, *(each["run_id"] for each in entries)]
    assert len(tree["index.json"]) < 1002 * 450


def test_the_store_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import digit_classifier.store.root, digit_classifier.artifacts\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} - {*sys.stdlib_module_names, '__main__'}))"
    )
    source = Path(history.__file__).parents[2]
    command = [sys.executable, "-I", "-S", "-c", code, str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['digit_classifier']"


def test_a_flat_run_under_the_name_of_a_run_is_a_problem_with_its_own_line(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, stranger = add(root), "20261123-000000-copied"
    publish_flat(root.parent / "flat", tiny_run(None))
    shutil.copytree(root.parent / "flat", root / stranger)
    said = f"{root / stranger}: expected a run of an artifacts root, got a flat run"
    assert cli.main(["runs", str(root)]) == 0
    assert f"damaged: {stranger}: {said}" in capsys.readouterr().out
    later = add(root)
    assert listed_in(snapshot(root)) == [later, name]
    assert cli.main(["repair", str(root)]) == 1
    assert said in capsys.readouterr().out
    assert cli.main(["verify", str(root)]) == 1
    out = capsys.readouterr().out
    assert out.count(said) == 1
    assert "index and latest: ok" in out
    assert cli.main(["verify", str(root / stranger)]) == 1
    (root / stranger).rename(root / "copied")  # as it says
    capsys.readouterr()
    assert cli.main(["verify", str(root)]) == 0
    assert cli.main(["verify", str(root / "copied")]) == 0


def test_a_flat_run_among_runs_without_a_list_is_one_too(tmp_path: Path) -> None:
    publish_flat(tmp_path / "20261123-000000", tiny_run(None))
    assert inspect(tmp_path / "20261123-000000").problems == []  # no root: any name will do
    assert list(read_root(tmp_path).damaged) == ["20261123-000000"]
    assert list(repair(tmp_path).damaged) == ["20261123-000000"]


@pytest.mark.parametrize("name", [RUN_ID, f"{RUN_ID}-mine", "latest", "datasets", "sweeps", "replays", "notes"])
def test_a_flat_run_takes_no_name_that_means_something_in_the_root_above_it(name: str, root: Path) -> None:
    published = add(root, "first")
    before = snapshot(root)
    with pytest.raises(InputError, match=r"try another output_dir"):
        require_writable(root / name)
    assert snapshot(root) == before
    require_writable(root / "mine")
    publish_flat(root / "mine", tiny_run(None))
    assert list(repair(root).damaged) == []
    assert listed_in(snapshot(root)) == [published]


@pytest.mark.parametrize("lacking", ["run_summary.json", "metrics.json"])
def test_a_run_that_leaves_files_out_stops_no_other(
    root: Path, lacking: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, bad = add(root), "20261123-000000"
    files = {file: data for file, data in tiny_run(bad).items() if file not in (lacking, "bundle.css", "manifest.json")}
    keys = {"created": CREATED, "results_digest": "0" * 64}
    (root / bad).mkdir()
    for file, data in seal_files(files, run_id=bad, **keys)[0].items():
        (root / bad / file).write_bytes(data)
    assert list(read_root(root).damaged) == [bad]
    later = add(root)
    assert list(repair(root).damaged) == [bad]
    assert listed_in(snapshot(root)) == [later, name]
    assert cli.main(["verify", str(root / bad)]) == 1
    assert f"expected a run with {lacking}, got one without it" in capsys.readouterr().out
    assert cli.main(["runs", str(root)]) == 0
    assert f"damaged: {bad}: " in capsys.readouterr().out


def test_what_repair_has_unlisted_verify_does_not_send_to_repair_again(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = add(root), add(root)
    damage_file(root, first)
    assert cli.main(["repair", str(root)]) == 1
    capsys.readouterr()
    assert cli.main(["verify", str(root)]) == 1
    out = capsys.readouterr().out
    assert f"{first}: damaged" in out
    assert f"{second}: ok" in out
    assert "index and latest: ok" in out
    assert " repair " not in out


def test_a_root_that_was_copied_without_dotfiles_takes_notes_and_replays(root: Path) -> None:
    name = add(root)
    (root / ".lock").unlink()
    assert history.record_note(root / name, "the 4 was read as a 9") == root / "notes" / f"{name}.json"
    assert read_root(root).entries[0]["note"] == "the 4 was read as a 9"
    assert history.record_note(root / "latest", None) == root / "notes" / f"{name}.json"


@pytest.mark.parametrize("place", ["latest", ""])
def test_a_run_is_not_said_to_be_a_root_without_runs(
    root: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = add(root)
    run, site = root / (place or name), root.parent / "site"
    assert cli.main(["runs", str(run)]) == 2
    err = capsys.readouterr().err
    assert "error: ROOT: expected an artifacts root, got " in err
    assert ", which is a run; try " in err
    assert followed(err, capsys).startswith("RUN ")
    assert cli.main(["export", "site", str(run), "-o", str(site)]) == 2
    followed(capsys.readouterr().err, capsys)
    assert [path.name for path in (site / "artifacts").iterdir() if path.name == name] == [name]


def followed(err: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command says that an error advises."""
    words = shlex.split(err.partition("; try ")[2])
    start = next(place for place, word in enumerate(words) if word in ("runs", "export", "verify"))
    assert cli.main(words[start:]) == 0
    return capsys.readouterr().out


def test_a_run_that_stands_alone_is_not_said_to_be_a_root_either(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_flat(tmp_path / "flat", tiny_run(None))
    assert cli.main(["runs", str(tmp_path / "flat")]) == 2
    assert followed(capsys.readouterr().err, capsys) == "flat: ok\n"


def test_a_plan_of_another_program_makes_no_sweep(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = add(root)
    (root / "plan.json").write_text("{}")
    assert cli.main(["verify", str(root)]) == 0
    out = capsys.readouterr().out
    assert f"{name}: ok" in out
    assert f"remark: {root / 'plan.json'}: not a part of the artifacts root" in out


def test_names_from_elsewhere_reach_the_terminal_as_one_printable_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "a\x1b[31m\nQ"
    name = add(root)
    publish_flat(root / "c\x1b[2J\nQ", tiny_run(None))
    (root / ".incoming-x\x1b[2J\nQ").mkdir()
    (root / ".trash-x\x1b[2J\nQ").mkdir()
    for words in (
        ["repair", str(root)],
        ["runs", str(root)],
        ["verify", str(root)],
        ["verify", str(root / "c\x1b[2J\nQ")],
        ["export", "html", str(root / name), "-o", str(tmp_path / "x\x1b[2J\nQ.html")],
        ["export", "site", str(root), "-o", str(tmp_path / "x\x1b[2J\nQ")],
        ["note", str(root / name)],
        ["replay", str(root / name)],
    ):
        cli.main(words)
        out, err = capsys.readouterr()
        assert "\x1b" not in out + err, words
        assert not [line for line in out.splitlines() if line.startswith("Q")], words
