"""A run in the making: its name is taken, its directory is hidden, and one rename makes it visible."""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digit_classifier.errors import DigitClassifierError, InputError, RunError, explain, option, typed_command
from digit_classifier.store.bundle import Bundle, seal
from digit_classifier.store.checkpoint import write_checkpoint, write_shared_data
from digit_classifier.store.files import (
    UnmovableError,
    cannot_write,
    make_directories,
    make_directory,
    read_regular,
    remove_directory,
    rename,
    sync_directory,
    write_all,
)
from digit_classifier.store.index import Published, entry_of_payloads, read_the_rest, refresh
from digit_classifier.store.json import encode
from digit_classifier.store.layout import (
    CLAIM,
    DATASETS,
    INDEX_FILE,
    INDEX_TWIN,
    LATEST,
    MANIFEST_FILE,
    MAX_DATASET_BYTES,
    READY,
    ROOT_LOCK,
    RUN_ID,
    TRASH,
)
from digit_classifier.store.lock import Lock, SiblingLock
from digit_classifier.store.ours import require_kinds, require_ours
from digit_classifier.store.watch import claims_noted, spoil, watching

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from digit_classifier.artifacts import Payload, PlainDataset
    from digit_classifier.store.bundle import Sealed

_CREATED = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)
_MAX_SUFFIX = 10_000
_MAX_NAME = 90  # characters, and a suffix may come after them


@dataclass
class Claim:
    """A run id that no other process can get, and a hidden directory; the lock shows that its writer is alive."""

    root: Path
    run_id: str
    directory: Path
    lock: SiblingLock
    created: list[Path]  # directories that the claim made, to be removed again when the run is not published
    checkpoint: int | None = None  # epoch of the last one
    is_cleared: bool = False

    def keep(
        self,
        epoch: int,
        payloads: Mapping[str, Payload],
        pictures: Mapping[str, bytes],
        data: PlainDataset | None = None,
    ) -> None:
        """Write a checkpoint, the run after this epoch, in case the process dies; hidden until `repair` adopts it.

        OSError leaves the checkpoint before.
        """
        write_checkpoint(self.directory, epoch, seal(payloads, pictures, data, run_id=self.run_id))
        self.checkpoint = epoch

    def publish(
        self,
        payloads: Mapping[str, Payload],
        pictures: Mapping[str, bytes],
        data: PlainDataset | None = None,
        *,
        listed: bool = True,
    ) -> Bundle:
        """Publish the run: its directory, then the index and latest/.

        `payloads` hold every JSON file but the manifest, `pictures` the PNG files; the data set goes to datasets/, once
        for all runs. RunError says whether the run is safe; it is once its directory is in place. Parallel workers
        leave the index to one `update_index` at the end: `listed=False`.
        """
        run = seal(payloads, pictures, data, run_id=self.run_id)
        if run.shared and (written := self.directory / run.shared.name).exists():  # by a checkpoint: not encoded again
            shared = run.shared._replace(text=lambda: read_regular(written, MAX_DATASET_BYTES))
            run = run._replace(shared=shared)
        try:
            ready = self._prepare(run)
            if not listed:
                self._show_unlisted(ready)
        except OSError as error:
            raise self._unsaved(error) from error
        if listed:
            self._list(ready, run)
        return Bundle(self.root / self.run_id, run.manifest, run.payloads)

    def _list(self, ready: Path, run: Sealed) -> None:
        """Show the run and list it under one lock, so that no other writer meets it in between."""
        is_tried = False
        try:
            with watching(self.root) as watch:
                is_tried = True
                try:
                    self._show(ready)
                except OSError as error:
                    raise self._unsaved(error) from error
                sync_directory(self.root)
                summary, metrics = run.payloads["run_summary.json"], run.payloads["metrics.json"]
                entry = entry_of_payloads(summary, metrics, run.files[MANIFEST_FILE])
                done = refresh(watch, Published(entry, run.files), found=())
            read_the_rest(self.root, done, behind=1)
        except (OSError, DigitClassifierError) as error:
            if not is_tried:  # no lock is no reason to lose a run
                try:
                    self._show_unlisted(ready)
                except OSError as refusal:
                    raise self._unsaved(refusal) from refusal
            target = self.root / self.run_id
            if ready.exists() or not target.is_dir():
                raise
            attempt = typed_command("repair", self.root)
            stale = f"{target}: the run is saved, but the index is stale ({error}); try {attempt}"
            raise RunError(stale) from error

    def _unsaved(self, error: OSError) -> RunError:
        came = f"{error.strerror or error} (the run was not saved)"
        wanted, attempt = f"to save the run {self.run_id}", "again when that is solved"
        return RunError(explain(self.root, wanted, came, attempt))

    def _prepare(self, run: Sealed) -> Path:
        """Write everything, and wait until the disk has it."""
        if run.shared:
            write_shared_data(self.root, run.shared, self.directory)
        directory = self.directory / READY
        make_directory(directory)
        write_all(directory, run.files)
        sync_directory(directory)
        return directory

    def _show(self, ready: Path) -> None:
        """Give the run its name, in one rename."""
        target = self.root / self.run_id
        if os.path.lexists(target):  # POSIX would silently replace an empty directory
            raise RunError(explain(target, "a free name", "something that was put there", "running again"))
        rename(ready, target)

    def _show_unlisted(self, ready: Path) -> None:
        """The same without the lock: whoever lists runs next looks for it."""
        spoil(self.root)
        self._show(ready)
        spoil(self.root)
        sync_directory(self.root)

    def unpublished_checkpoint(self) -> int | None:
        """The epoch of the last checkpoint of a run that was not published."""
        return None if os.path.lexists(self.root / self.run_id) else self.checkpoint

    def release(self, *, crashed: bool = False) -> None:
        """Leave nothing behind that was not published, except the checkpoint of a crash.

        What cannot be removed stays hidden until `repair`.
        """
        try:
            with claims_noted(self.root) as claims:
                self._clear(crashed=crashed)
                if not os.path.lexists(self.directory):
                    claims.discard(self.run_id)
        finally:
            self._clear(crashed=crashed)  # an interrupt may come before
        for directory in self.created:
            with suppress(OSError):  # not empty: there is a run now, of this writer or another
                directory.rmdir()

    def _clear(self, *, crashed: bool) -> None:
        if self.is_cleared:
            return
        self.is_cleared = True
        try:
            with suppress(OSError):
                if not (crashed and self.unpublished_checkpoint()):
                    remove_directory(self.directory, levels=2)
        finally:
            self.lock.release()


@contextmanager
def claim(root: Path, created: str, label_slug: str | None = None) -> Iterator[Claim]:
    """Take a run id before the training, and give it back when nothing was published.

    A checkpoint is removed with it, unless an error or an interrupt ended the training: then that gets a note, and
    `repair` adopts or removes the checkpoint. `created` is the caller's clock: UTC, as "2026-11-22T19:16:12Z".
    The root is made when it is missing. InputError, before any training, when it cannot be written.
    """
    mine, crashed = take_claim(root, created, label_slug), False
    try:
        yield mine
    except BaseException as error:
        crashed = True
        if epoch := mine.unpublished_checkpoint():
            adopt, drop = typed_command("repair", "--adopt", root), typed_command("repair", "--remove", root)
            kept = f"{mine.run_id} is kept as a checkpoint after epoch {epoch}"
            error.add_note(f"{kept}; to publish it: {adopt}; to delete it: {drop}")
        raise
    finally:
        mine.release(crashed=crashed)


def rehearse(root: Path, created: str, name_slug: str) -> None:
    """Do once what publishing will do, and leave nothing; InputError where the root cannot be written."""
    take_claim(root, created, name_slug).release()


def publish_as(
    root: Path,
    run_id: str,
    payloads: Mapping[str, Payload],
    pictures: Mapping[str, bytes],
    data: PlainDataset,
) -> Payload | None:
    """Publish a run under this very name, unlisted; its index entry, or None where it is there already.

    For a coordinator that knows its runs before they are trained, and whose lock keeps others away from these names.
    """
    if os.path.lexists(root / run_id):
        return None
    mine = _try(root, run_id, [])
    if mine is None and not os.path.lexists(root / run_id):  # what a killed coordinator left
        lock = SiblingLock.take(root / f"{CLAIM}{run_id}.lock")
        if lock is not None:
            try:
                remove_directory(root / f"{CLAIM}{run_id}", levels=2)
            finally:
                lock.release()
        mine = _try(root, run_id, [])
    if mine is None:
        return None
    try:
        bundle = mine.publish(payloads, pictures, data, listed=False)
    finally:
        mine.release()
    summary, metrics = bundle.payloads["run_summary.json"], bundle.payloads["metrics.json"]
    return entry_of_payloads(summary, metrics, encode(bundle.manifest))


def take_claim(root: Path, created: str, label_slug: str | None) -> Claim:
    """The first free run id for a time and slug, without the index lock; makes the root when it is missing.

    InputError when the root cannot be written.
    """
    time = _CREATED.fullmatch(created)
    if time is None:
        raise InputError(explain("created", "a UTC time like 2026-11-22T19:16:12Z", repr(created), "that form"))
    base = "{}{}{}-{}{}{}".format(*time.groups()) + (f"-{label_slug}" if label_slug else "")
    if not RUN_ID.fullmatch(base) or len(base) > _MAX_NAME:
        raise InputError(explain("run_label", "a slug of a-z, 0-9 and -", repr(label_slug), "text.slug(label)"))
    if os.path.lexists(root / MANIFEST_FILE):
        attempt = f"another {option('artifacts_root')}"
        raise InputError(explain(root, "an artifacts root", "the directory of one run", attempt))
    require_kinds(root)
    made: list[Path] = []
    try:
        require_ours(root)
        made = make_directories(root)
        with claims_noted(root) as claims:
            mine = _first_free(root, base, made)
            claims.add(mine.run_id)
            try:
                _rehearse(mine)
            except BaseException:
                mine.release()
                raise
        return mine
    except OSError as error:
        for directory in made:
            with suppress(OSError):
                directory.rmdir()
        raise cannot_write(root, error) from error


def _rehearse(mine: Claim) -> None:
    """Do, before any training, what publishing will do, and leave nothing of it; OSError where that is refused."""
    root = mine.root
    _require_replaceable(root)
    directory, shown = mine.directory / READY, root / f"{TRASH}{mine.run_id}-{os.urandom(4).hex()}"
    try:
        make_directory(directory)
        write_all(directory, {MANIFEST_FILE: b""})
        try:
            rename(directory, shown)
        except OSError as error:
            raise UnmovableError.because(error, root) from error
        sync_directory(root)
    finally:
        for each in (shown, directory):
            with suppress(OSError):
                remove_directory(each)


def _require_replaceable(root: Path) -> None:
    """OSError naming what is there already and could not be written: in a shared root it may be another user's."""
    if os.path.lexists(root / ROOT_LOCK) and (lock := Lock.take(root / ROOT_LOCK)):
        lock.release()
    own_ids = os.access in os.supports_effective_ids
    for name in (DATASETS, LATEST):
        path = root / name
        if path.is_dir() and not os.access(path, os.W_OK | os.X_OK, effective_ids=own_ids):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    status = root.stat()
    if status.st_mode & stat.S_ISVTX and os.name != "nt" and os.geteuid() not in (0, status.st_uid):
        for name in (INDEX_FILE, INDEX_TWIN):
            path = root / name
            if os.path.lexists(path) and path.lstat().st_uid != os.geteuid():  # a sticky root: only its owner may
                raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(path))


def _first_free(root: Path, base: str, made: list[Path]) -> Claim:
    for number in range(1, _MAX_SUFFIX):
        run_id = base if number == 1 else f"{base}-{number}"
        if os.path.lexists(root / run_id):
            continue
        try:
            found = _try(root, run_id, made)
        except FileNotFoundError:  # another claim was released and removed the root it had made
            made += make_directories(root)
            found = _try(root, run_id, made)
        if found:
            return found
    attempt = f"another {option('run_label')}"
    raise RunError(explain(root / base, "a free suffix", f"{_MAX_SUFFIX} taken ones", attempt))


def _try(root: Path, run_id: str, made: list[Path]) -> Claim | None:
    """The mkdir is the claim. The lock comes first: every claim is locked from its first moment."""
    directory = root / f"{CLAIM}{run_id}"
    lock = SiblingLock.take(root / f"{CLAIM}{run_id}.lock")
    if lock is None:
        return None
    mine = Claim(root, run_id, directory, lock, made)
    try:
        make_directory(directory)
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
