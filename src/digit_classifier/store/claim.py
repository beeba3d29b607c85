"""A run that nobody sees yet: its name is taken, its directory is hidden, and one rename makes it visible."""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digit_classifier.errors import ArtifactError, InputError, RunError, explain
from digit_classifier.store.bundle import DATASETS, MANIFEST, RUN_ID, check_files
from digit_classifier.store.checkpoint import STAGING, keep, write_dataset
from digit_classifier.store.files import (
    make_directories,
    remove_directory,
    rename,
    sync_directory,
    write_all,
)
from digit_classifier.store.lock import SiblingLock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TRASH = ".trash-"
LOCK, LATEST = ".lock", "latest"
SHARED = (DATASETS, LATEST)  # directories that all runs of a root write to
_CREATED = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)
_MAX_SUFFIX = 10_000
_MAX_NAME = 90  # characters, and a suffix may come after them
_ADVICE = {
    errno.ENOSPC: "freeing space there, or another",
    errno.EDQUOT: "freeing space in your quota, or another",
    errno.EACCES: "changing its permissions, or another",
    errno.ENOLCK: "a directory on a local disk, where files can be locked, as",
    errno.EOPNOTSUPP: "a directory on a local disk, where files can be locked, as",
}


@dataclass
class Claim:
    """A run id that is ours, and the hidden directory whose locked sibling says that we are alive."""

    root: Path
    run_id: str
    directory: Path
    lock: SiblingLock
    created: list[Path]  # directories the claim made, to be removed again when the run comes to nothing
    epoch: int | None = None  # of the last checkpoint

    def publish(self, files: Mapping[str, bytes], datasets: Mapping[str, bytes]) -> Path:
        """Write everything, wait until the disk has it, then show the run under its name, in one rename."""
        if check_files(files, self.run_id)["run_id"] != self.run_id:
            raise ArtifactError(explain(self.run_id, "files sealed for this run", "another's", "stage.run_id"))
        for name, data in datasets.items():
            write_dataset(self.root, name, data, self.directory)
        directory = self.directory / "run"
        directory.mkdir()
        write_all(directory, files)
        sync_directory(directory)
        target = self.root / self.run_id
        if os.path.lexists(target):  # POSIX would silently replace an empty directory
            raise RunError(explain(target, "a free name", "something that was put there", "running again"))
        rename(directory, target)
        return target

    def keep(self, epoch: int, files: Mapping[str, bytes], datasets: Mapping[str, bytes]) -> None:
        """Write a checkpoint: the sealed files of the epochs so far, hidden until `repair` is asked to adopt them."""
        check_files(files, self.run_id)
        keep(self.directory, epoch, files, datasets)
        self.epoch = epoch

    def kept(self) -> int | None:
        """The epoch of the last checkpoint of a run that was not published."""
        return None if os.path.lexists(self.root / self.run_id) else self.epoch

    def release(self, *, crashed: bool = False) -> None:
        """Leave nothing behind that was not published, but the checkpoint of a crash.

        What cannot be removed stays hidden until `repair`.
        """
        try:
            with suppress(OSError):
                if not (crashed and self.kept()):
                    remove_directory(self.directory, levels=2)
        finally:
            self.lock.release()
        for directory in self.created:
            with suppress(OSError):  # not empty: there is a run now, ours or another's
                directory.rmdir()


def claim(root: Path, created: str, label_slug: str | None) -> Claim:
    """Take the first free run id for a time and slug, without the index lock; makes the root when it is missing.

    `created` is UTC, as "2026-11-22T19:16:12Z". InputError when the root cannot be written.
    """
    time = _CREATED.fullmatch(created)
    if time is None:
        raise InputError(explain("created", "a UTC time like 2026-11-22T19:16:12Z", repr(created), "that form"))
    base = "{}{}{}-{}{}{}".format(*time.groups()) + (f"-{label_slug}" if label_slug else "")
    if not RUN_ID.fullmatch(base) or len(base) > _MAX_NAME:
        raise InputError(explain("run_label", "a slug of a-z, 0-9 and -", repr(label_slug), "text.slug(label)"))
    if os.path.lexists(root / MANIFEST):
        raise InputError(explain(root, "an artifacts root", "the directory of one run", "another --artifacts-root"))
    _require_ours(root)
    made: list[Path] = []
    try:
        made = make_directories(root)
        return _first_free(root, base, made)
    except OSError as error:
        for directory in made:
            with suppress(OSError):
                directory.rmdir()
        raise cannot_write(root, error) from error


def _require_ours(root: Path) -> None:
    """What every publication writes to is what we would have made, or not there: to be known before the training."""
    for name, kind, fits in ((LOCK, "a file", stat.S_ISREG), *((name, "a directory", stat.S_ISDIR) for name in SHARED)):
        with suppress(OSError):  # absent; or the whole root cannot be read, which the claim will say
            if not fits((root / name).lstat().st_mode):
                raise InputError(explain(root / name, f"{kind} of ours", "a link or something else", "deleting it"))


def cannot_write(directory: Path, error: OSError, flag: str = "--artifacts-root") -> InputError:
    """The one phrasing of every reason why a directory the user named cannot be written."""
    advice = f"{_ADVICE.get(error.errno or 0, 'another')} {flag}"
    return InputError(explain(directory, "a directory that can be written", error.strerror or str(error), advice))


def _first_free(root: Path, base: str, made: list[Path]) -> Claim:
    for number in range(1, _MAX_SUFFIX):
        run_id = base if number == 1 else f"{base}-{number}"
        if os.path.lexists(root / run_id):
            continue
        try:
            found = _try(root, run_id, made)
        except FileNotFoundError:  # another run came to nothing and removed the root it had made
            made += make_directories(root)
            found = _try(root, run_id, made)
        if found:
            return found
    raise RunError(explain(root / base, "a free suffix", f"{_MAX_SUFFIX} taken ones", "another --run-label"))


def _try(root: Path, run_id: str, made: list[Path]) -> Claim | None:
    """The mkdir is the claim. The lock comes first, so that no claim is ever without a sign of life."""
    directory = root / f"{STAGING}{run_id}"
    lock = SiblingLock.take(root / f"{STAGING}{run_id}.lock")
    if lock is None:
        return None
    mine = Claim(root, run_id, directory, lock, made)
    try:
        directory.mkdir()
        if not os.path.lexists(root / run_id):
            return mine
    except FileExistsError:  # what a killed writer left; `repair` removes it
        lock.release()
        return None
    except OSError:
        lock.release()
        raise
    except BaseException:  # an interrupt may come when the directory is there already
        mine.release()
        raise
    Claim(root, run_id, directory, lock, []).release()  # published between our look and our mkdir
    return None
