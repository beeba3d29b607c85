"""File systems that lock, rename and share otherwise: network folders, overlays of containers, a group's directory."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digit_classifier import experiment as flow
from digit_classifier.cli import main as cli
from digit_classifier.errors import InputError, RunError
from digit_classifier.page.site import write_site
from digit_classifier.store import inspect, lock, place
from digit_classifier.store.claim import claim, take_claim
from digit_classifier.store.flat import publish_flat, require_writable
from digit_classifier.store.root import read_root, remove, repair
from faults import count_operations, die_at
from processes import fork, result
from store_oracle import is_whole, leftovers, listed_in, runs_in, snapshot, violations
from tiny_runs import CREATED, RUN_ID, smallest_files, smallest_flat_run, tiny_files, tiny_run

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parents[2]
SEEDER = HERE / "examples" / "digit-classifier" / "web_demo" / "seed_sample_artifacts.py"
Q = ["--model", "logistic", "--epochs", "2"]


def publish(root: Path, created: str = CREATED) -> str:
    with claim(root, created) as staged:
        return staged.publish(*smallest_files(created)).directory.name


def keep_a_checkpoint(root: Path) -> int:
    """A training that was killed after its first epoch."""
    child = os.fork()
    if child == 0:
        with claim(root, CREATED) as staged:
            staged.keep(1, *smallest_files(CREATED, 1, 3))
            os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    return child


# Locks that belong to a process and need a file open for writing: what flock is on a network


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    """POSIX record locks in the place of flock: NFS answers with them, and the kernel here keeps all their rules."""
    monkeypatch.setattr(fcntl, "flock", fcntl.lockf)


def test_the_rules_of_the_network_are_the_ones_meant(tmp_path: Path, network: None) -> None:
    del network
    path = tmp_path / "file"
    path.touch()
    reading, writing = os.open(path, os.O_RDONLY), os.open(path, os.O_RDWR)
    with pytest.raises(OSError, match="Bad file descriptor"):
        fcntl.flock(reading, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(writing, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(os.dup(writing), fcntl.LOCK_EX | fcntl.LOCK_NB)  # no conflict within a process
    assert result(fork(lambda: int(lock.is_held(path) is True))) == 1
    os.close(reading)  # any closing ends the lock
    assert result(fork(lambda: int(lock.is_held(path) is False))) == 1


@pytest.mark.usefixtures("network")
def test_a_run_is_published_on_a_network_into_a_root_and_into_a_directory(tmp_path: Path) -> None:
    assert cli.main(["train", *Q, "--artifacts-root", str(tmp_path / "root")]) == 0
    assert cli.main(["train", *Q, "--artifacts-root", str(tmp_path / "root")]) == 0
    assert cli.main(["train", *Q, "--output-dir", str(tmp_path / "flat")]) == 0
    assert cli.main(["train", *Q, "--output-dir", str(tmp_path / "flat")]) == 0
    assert cli.main(["repair", str(tmp_path / "root")]) == 0
    assert cli.main(["verify", str(tmp_path / "flat")]) == 0
    tree = snapshot(tmp_path / "root")
    assert violations(tree) == []
    assert len(listed_in(tree)) == 2
    assert leftovers(tree) == leftovers(snapshot(tmp_path / "flat")) == []


@pytest.mark.usefixtures("network")
def test_an_interrupted_run_is_shown_on_a_network_and_a_living_one_is_not(tmp_path: Path) -> None:
    keep_a_checkpoint(tmp_path)
    assert [each.run_id for each in read_root(tmp_path).interrupted] == [RUN_ID]
    with claim(tmp_path, CREATED) as staged:
        staged.keep(1, *smallest_files(CREATED, 1, 3))
        look = lambda: [each.run_id for each in read_root(tmp_path).interrupted]  # noqa: E731
        assert look() == [RUN_ID]  # in the process of the writer, whose lock a second opening would end
        assert repair(tmp_path).removed == ()
        assert result(fork(lambda: int(look() == [RUN_ID]))) == 1
        assert result(fork(lambda: len(repair(tmp_path, "remove").removed))) == 1  # the dead one only
        assert read_root(tmp_path).interrupted == ()
        staged.publish(*smallest_files())
    assert violations(snapshot(tmp_path)) == []


@pytest.mark.usefixtures("network")
def test_writers_of_one_process_wait_for_each_other_on_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digit_classifier.store.lock.time.sleep", lambda _: None)
    with (
        lock.exclusive(tmp_path / ".lock"),
        pytest.raises(RunError, match="free lock"),
        lock.exclusive(tmp_path / ".lock", timeout=0),
    ):
        pass
    with lock.exclusive(tmp_path / ".lock"):
        assert result(fork(lambda: int(lock.Lock.take(tmp_path / ".lock") is None))) == 1
    assert result(fork(lambda: int(lock.Lock.take(tmp_path / ".lock") is not None))) == 1


def test_a_look_at_a_lock_never_keeps_another_from_looking(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    held = os.open(tmp_path / "lock", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    assert lock.is_held(tmp_path / "lock") is False
    os.close(held)


# No locks, or no renames


NO_LOCKS = [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EBADF, errno.EPROTONOSUPPORT]


def refuse(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", fail)


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training must not begin."""

    def begin(*_: object) -> None:
        raise AssertionError("the training began")

    monkeypatch.setattr(flow, "experiment", begin)


@pytest.mark.usefixtures("untrained")
@pytest.mark.parametrize("number", NO_LOCKS, ids=errno.errorcode.get)
def test_where_files_cannot_be_locked_training_is_refused_first_and_nothing_is_left(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path / "used")
    before = snapshot(tmp_path)
    refuse(monkeypatch, number)
    for flag in ("--artifacts-root", "--output-dir"):
        for name in ("new/deep", "used") if flag == "--artifacts-root" else ("new/deep",):
            error = refused(["train", *Q, flag, str(tmp_path / name)], capsys)
            assert f"{tmp_path / name}: expected a directory that can be written" in error
            assert f"a file system that cannot lock files ({os.strerror(number)})" in error
            assert f"try a directory on a local disk as {flag}" in error
            assert snapshot(tmp_path) == before
    assert "cannot lock files" in refused(["repair", str(tmp_path / "used")], capsys)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("number", NO_LOCKS, ids=errno.errorcode.get)
def test_where_files_cannot_be_locked_runs_are_read_and_what_cannot_be_told_is_said(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = publish(tmp_path, "2026-11-22T10:00:00Z")
    keep_a_checkpoint(tmp_path)
    before = snapshot(tmp_path)
    refuse(monkeypatch, number)
    assert cli.main(["runs", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert name in out
    assert f"perhaps interrupted: {RUN_ID}, checkpoint after epoch 1 of 3: files cannot be locked here" in out
    assert cli.main(["runs", str(tmp_path), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["interrupted"] == []
    assert listed["perhaps_interrupted"] == [{"run_id": RUN_ID, "epoch": 1, "planned": 3}]
    assert cli.main(["verify", str(tmp_path)]) == 0
    assert snapshot(tmp_path) == before


@contextmanager
def overlay_rules(lower: Path, number: int = errno.EXDEV, *, new_too: bool = False) -> Iterator[None]:
    """Directories that are there now, or all of them, cannot be renamed."""
    old = {(path.stat().st_dev, path.stat().st_ino) for path in [lower, *lower.rglob("*")] if path.is_dir()}
    real = os.rename

    def rename(source: Any, target: Any, **options: Any) -> None:
        status = Path(source).stat()
        if stat.S_ISDIR(status.st_mode) and (new_too or (status.st_dev, status.st_ino) in old):
            raise OSError(number, os.strerror(number), os.fspath(source), None, os.fspath(target))
        real(source, target, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "rename", rename)
        yield


@pytest.mark.usefixtures("untrained")
@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.ENOSYS], ids=errno.errorcode.get)
def test_where_directories_cannot_be_renamed_training_is_refused_first(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path / "used")
    before = snapshot(tmp_path)
    with overlay_rules(tmp_path, number, new_too=True):
        for name in ("new", "used"):
            error = refused(["train", *Q, "--artifacts-root", str(tmp_path / name)], capsys)
            assert f"a file system that cannot rename directories ({os.strerror(number)})" in error
            assert snapshot(tmp_path) == before


def test_a_run_in_a_lower_layer_is_removed_whole_or_not_at_all(tmp_path: Path) -> None:
    """Killed before any operation: what is left of the run is whole, or no run, and `repair` removes it."""
    model, root = tmp_path / "model", tmp_path / "trial" / "root"
    first, second = publish(model), publish(model)

    def renew() -> None:
        shutil.rmtree(root.parent, ignore_errors=True)
        shutil.copytree(model, root)

    def act() -> str:
        with overlay_rules(root):
            remove(root, [first])
        return "done"

    renew()
    operations, seen = count_operations(root, act), set()
    assert operations.count("unlink") > 4
    for number in range(1, len(operations) + 2):
        renew()
        told = die_at(root, number, midway=False, action=act)
        assert (told is not None) == (number > len(operations))
        view = read_root(root)
        assert view.damaged == {}
        assert [entry["run_id"] for entry in view.entries] in ([second, first], [second])
        seen.add(len(view.entries))
        whole = first in [entry["run_id"] for entry in view.entries]
        assert repair(root).damaged == {}
        tree = snapshot(root)
        assert leftovers(tree) == []
        tree.pop(f"{first}/.removed", None)
        assert violations(tree) == []
        assert runs_in(tree) == ({first, second} if whole else {second})
        with overlay_rules(root):
            remove(root, [first] if whole else [])
        assert runs_in(snapshot(root)) == {second}
    assert seen == {1, 2}


def test_a_checkpoint_in_a_lower_layer_is_adopted_or_removed_at_any_kill(tmp_path: Path) -> None:
    model, root = tmp_path / "model", tmp_path / "trial" / "root"
    publish(model, "2026-11-22T10:00:00Z")
    keep_a_checkpoint(model)
    for choice in ("adopt", "remove"):

        def renew() -> None:
            shutil.rmtree(root.parent, ignore_errors=True)
            shutil.copytree(model, root)

        def act(choice: Any = choice) -> str:
            with overlay_rules(root):
                repair(root, choice)
            return "done"

        renew()
        for number in range(1, len(count_operations(root, act)) + 2):
            renew()
            die_at(root, number, midway=False, action=act)
            assert violations(snapshot(root)) == []
            act()
            tree = snapshot(root)
            assert violations(tree) == []
            assert leftovers(tree) == []
            assert (RUN_ID in listed_in(tree)) == (choice == "adopt")


def test_a_site_in_a_lower_layer_is_replaced_and_every_step_shows_whole_runs(tmp_path: Path) -> None:
    root, target = tmp_path / "root", tmp_path / "place" / "site"
    first = publish(root)
    target.parent.mkdir()
    write_site(root, target)
    shutil.copytree(target.parent, tmp_path / "before")
    second = publish(root)
    remove(root, [first])

    def renew() -> None:
        shutil.rmtree(target.parent)
        shutil.copytree(tmp_path / "before", target.parent)

    def act() -> str:
        with overlay_rules(target.parent):
            write_site(root, target)
        return "done"

    renew()
    operations, seen = count_operations(target.parent, act), set()
    for number in range(1, len(operations) + 2):
        renew()
        die_at(target.parent, number, midway=False, action=act)
        tree = snapshot(target / "artifacts")
        listed = listed_in(tree)
        assert all(is_whole(tree, name) for name in listed)
        assert all((target / name).is_file() for name in ("index.html", "dashboard.js"))
        seen |= set(listed)
    assert seen == {first, second}
    assert list(target.parent.iterdir()) == [target]
    shutil.rmtree(tmp_path / "before")
    write_site(root, tmp_path / "fresh")
    assert snapshot(target) == snapshot(tmp_path / "fresh")


@pytest.fixture
def layers(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A directory, and a place where it can be mounted as the lower layer of an overlay."""
    upper, merged, lower = tmp_path / "upper", tmp_path / "merged", tmp_path / "lower"
    for each in (upper, merged, lower):
        each.mkdir()
    yield lower, merged
    for each in (merged, upper):
        if os.path.ismount(each):
            subprocess.run(["umount", "-l", each], check=True)


def mount_overlay(lower: Path, merged: Path) -> None:
    """Mount it, or skip the test where that is not allowed."""
    upper = merged.with_name("upper")
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount an overlay")
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", upper], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    for name in ("files", "work"):
        (upper / name).mkdir()
    where = f"lowerdir={lower},upperdir={upper / 'files'},workdir={upper / 'work'}"
    if subprocess.run(["mount", "-t", "overlay", "overlay", "-o", where, merged], capture_output=True).returncode:
        pytest.skip("no overlay can be mounted here")


def seed(root: Path) -> None:
    command = [sys.executable, "-I", str(SEEDER), "--artifacts-root", str(root)]
    subprocess.run(command, check=True, capture_output=True)


def test_everything_works_again_on_a_real_overlay(layers: tuple[Path, Path]) -> None:
    lower, merged = layers
    seed(lower / "samples")
    publish(lower / "root")
    old = publish(lower / "root")
    keep_a_checkpoint(lower / "adopted")
    keep_a_checkpoint(lower / "removed")
    publish(lower / "adopted", "2026-11-22T10:00:00Z")
    publish(lower / "removed", "2026-11-22T10:00:00Z")
    publish_flat(lower / "flat", tiny_run(None))
    write_site(lower / "root", lower / "site")
    mount_overlay(lower, merged)
    with pytest.raises(OSError, match="cross-device"):  # the rule that this test is about
        (merged / "root" / old).rename(merged / "root" / "elsewhere")
    seed(merged / "samples")
    assert len(listed_in(snapshot(merged / "samples"))) == 2
    remove(merged / "root", [old])
    new = publish(merged / "root")
    assert repair(merged / "adopted", "adopt").interrupted
    assert repair(merged / "removed", "remove").removed == (f".incoming-{RUN_ID}",)
    assert RUN_ID in listed_in(snapshot(merged / "adopted"))
    for name in ("root", "adopted", "removed", "samples"):
        tree = snapshot(merged / name)
        assert violations(tree) == []
        assert leftovers(tree) == []
    require_writable(merged / "flat")
    publish_flat(merged / "flat", smallest_flat_run("2026-11-23T00:00:00Z"))
    assert inspect(merged / "flat").problems == []
    write_site(merged / "root", merged / "site")
    assert new in listed_in(snapshot(merged / "site" / "artifacts"))
    write_site(merged / "root", merged / "site", runs=[new])  # now it is in the upper layer
    assert runs_in(snapshot(merged / "site" / "artifacts")) == {new}


# A directory that a group shares


GROUP, ALICE, BOB, CAROL = 4242, 4243, 4244, 4245
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become two users")


def as_user(uid: int, work: Any, umask: int = 0o022) -> int:
    def become() -> int:
        os.setgroups([] if uid == CAROL else [GROUP])
        os.setgid(uid)
        os.setuid(uid)
        os.umask(umask)
        return int(work() or 0)

    return result(fork(become))


@pytest.fixture
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory of a group, made as administrators make it."""
    top = Path("/tmp") / f"lab-{os.urandom(4).hex()}"  # both users can reach it
    top.mkdir()
    os.chown(top, ALICE, GROUP)
    top.chmod(0o2775)
    yield top
    shutil.rmtree(top)


@as_root
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
@pytest.mark.parametrize("mode", [0o2775, 0o775, 0o2770])
def test_two_users_of_one_group_share_a_root(shared: Path, umask: int, mode: int) -> None:
    shared.chmod(mode)
    root = shared / "root"
    root.mkdir()
    os.chown(root, ALICE, GROUP)
    root.chmod(mode)

    def keep() -> int:
        take_claim(root, "2026-11-22T09:00:00Z", None).keep(1, *smallest_files("2026-11-22T09:00:00Z", 1, 3))
        return 1

    as_user(ALICE, lambda: publish(root) and 0, umask)
    as_user(ALICE, keep, umask)

    def work() -> int:
        publish(root)
        found = read_root(root)
        assert (len(found.entries), found.damaged, len(found.interrupted)) == (2, {}, 1)
        assert repair(root, "adopt").damaged == {}
        remove(root, [RUN_ID])  # of the other user
        return len(read_root(root).entries)

    assert as_user(BOB, work, umask) == 2
    assert as_user(ALICE, lambda: (publish(root), repair(root), len(read_root(root).entries))[2], umask) == 3
    tree = snapshot(root)
    assert violations(tree) == []
    assert leftovers(tree) == []
    for path in root.rglob("*"):
        status = path.stat()
        assert status.st_gid == GROUP
        wanted = 0o070 if path.is_dir() else 0o060
        assert status.st_mode & wanted == wanted, path
        assert not path.is_dir() or status.st_mode & stat.S_ISGID == mode & stat.S_ISGID
        assert not status.st_mode & stat.S_IWOTH


@as_root
def test_a_root_and_a_flat_run_made_in_a_shared_directory_are_shared(shared: Path) -> None:
    flat = lambda: (require_writable(shared / "flat"), publish_flat(shared / "flat", tiny_run(None)))  # noqa: E731
    as_user(ALICE, lambda: (publish(shared / "new" / "root"), flat(), 0)[2])
    as_user(BOB, lambda: (publish(shared / "new" / "root"), flat(), 0)[2])
    assert len(listed_in(snapshot(shared / "new" / "root"))) == 2
    assert (shared / "flat").stat().st_mode & 0o2070 == 0o2070


@as_root
@pytest.mark.parametrize("name", ["latest", "datasets", ".lock"])
def test_what_another_user_keeps_to_himself_is_named_before_any_training(shared: Path, name: str) -> None:
    as_user(ALICE, lambda: publish(shared) and 0)
    (shared / name).chmod(0o755 if name != ".lock" else 0o644)
    before = snapshot(shared)

    def refused_first() -> int:
        with pytest.raises(InputError) as caught, claim(shared, CREATED):
            raise AssertionError("the training began")
        text = str(caught.value)
        assert f"{shared / name} belongs to user {ALICE}" in text, text
        return 1

    assert as_user(BOB, refused_first) == 1
    assert snapshot(shared) == before


@as_root
def test_in_a_sticky_root_the_index_of_another_user_is_named_before_any_training(shared: Path) -> None:
    as_user(ALICE, lambda: publish(shared) and 0)
    for path in (shared / "latest", shared / "datasets"):
        path.chmod(0o2777)
    (shared / ".lock").chmod(0o666)
    os.chown(shared, 0, GROUP)
    shared.chmod(0o3777)

    def refused_first() -> int:
        with pytest.raises(InputError, match=rf"index\.json belongs to user {ALICE}"), claim(shared, CREATED):
            raise AssertionError("the training began")
        return 1

    assert as_user(BOB, refused_first) == 1


@as_root
def test_a_group_gets_nothing_where_the_directory_is_not_its_own(tmp_path: Path, shared: Path) -> None:
    sticky = shared / "sticky"
    sticky.mkdir()
    os.chown(sticky, ALICE, GROUP)
    sticky.chmod(0o3777)
    as_user(CAROL, lambda: publish(sticky / "mine") and 0)
    shared.chmod(0o2777)
    as_user(CAROL, lambda: publish(shared / "hers") and 0)  # she is not of the group
    found = [path for top in (sticky / "mine", shared / "hers") for path in (top, *top.rglob("*"))]
    hers = [path for path in found if path.stat().st_uid == CAROL]
    assert hers == found
    assert [path for path in hers if path.stat().st_mode & stat.S_IWGRP and path.is_relative_to(sticky)] == []


def test_a_place_that_comes_to_nothing_is_taken_away_again(tmp_path: Path) -> None:
    def fail() -> None:
        with place(CREATED, None, root=tmp_path, output_dir=tmp_path / "a" / "b"):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []
    with place(CREATED, None, root=tmp_path, output_dir=tmp_path / "a" / "b") as flat:
        flat.publish(*tiny_files())
    assert (tmp_path / "a" / "b" / "metrics.json").exists()


REFUSING = """
import errno, fcntl, runpy, sys
def refuse(*_): raise OSError(errno.ENOLCK, "No locks available")
fcntl.flock = refuse
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_samples_that_could_not_be_written_again_are_not_removed(tmp_path: Path) -> None:
    seed(tmp_path / "root")
    before = snapshot(tmp_path)
    for name in ("root", "new"):
        command = [sys.executable, "-c", REFUSING, str(SEEDER), "--artifacts-root", str(tmp_path / name)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (2, "")
        assert "cannot lock files (No locks available); try a directory on a local disk as --artifacts" in done.stderr
        assert snapshot(tmp_path) == before


@pytest.mark.usefixtures("network")
def test_writers_in_a_crowd_on_a_network_lose_no_run(tmp_path: Path) -> None:
    root = tmp_path / "root"
    writers = [fork(lambda: len([publish(root) for _ in range(8)])) for _ in range(6)]
    assert [result(writer) for writer in writers] == [8] * 6
    tree = snapshot(root)
    assert len(listed_in(tree)) == 48
    assert violations(tree, runs_in(tree)) == []
    assert leftovers(tree) == []
