"""A lock the kernel keeps: it ends with the process that holds it, so there is no stale one to break."""

from __future__ import annotations

import os
import stat
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from digit_classifier.errors import RunError, explain
from digit_classifier.store.files import NO_FOLLOW, close

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


_OPEN = os.O_RDWR | os.O_CREAT | NO_FOLLOW | getattr(os, "O_CLOEXEC", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_BUSY = (BlockingIOError, PermissionError)  # flock says the first, msvcrt the second


@contextmanager
def exclusive(path: Path, timeout: float = 30.0) -> Iterator[None]:
    """Hold the lock of a file that is never deleted; RunError after `timeout` seconds of another holder."""
    descriptor = _open(path)
    try:
        _wait(descriptor, path, timeout)
        yield
    finally:
        close(descriptor)


@contextmanager
def exclusive_directory(path: Path, timeout: float = 30.0) -> Iterator[bool]:
    """Hold a lock on a directory itself, where no file of ours belongs; yields False where there is none (Windows)."""
    if os.name == "nt":
        yield False
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _wait(descriptor, path, timeout)
        yield True
    finally:
        close(descriptor)


def _wait(descriptor: int, path: Path, timeout: float) -> None:
    deadline, pause = time.monotonic() + timeout, 0.01
    while True:
        try:
            return _lock(descriptor)
        except _BUSY:
            if time.monotonic() >= deadline:
                came = f"another process holding it for {timeout:g} s"
                raise RunError(explain(path, "a free lock", came, "again when that process has ended")) from None
        time.sleep(pause)
        pause = min(0.2, pause * 2)


def _open(path: Path) -> int:
    try:
        descriptor = os.open(path, _OPEN, 0o666)
    except OSError as error:
        if path.is_symlink():
            raise RunError(explain(path, "a lock file", "a link", "deleting the link")) from error
        raise
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    close(descriptor)
    raise RunError(explain(path, "a lock file", "something else", "deleting it"))


def is_held(path: Path) -> bool:
    """Whether a process holds this lock, or might; a look that makes no file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | NO_FOLLOW | _NO_WAIT)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        _lock(descriptor)
    except OSError:
        return True
    else:
        return False
    finally:
        close(descriptor)


class SiblingLock:
    """Shows that the writer of a claim is alive: a locked file beside its directory, deleted when it is done.

    Beside and not inside, because Windows renames no directory with an open file in it.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def take(cls, path: Path) -> SiblingLock | None:
        """The lock, or None while another process has it."""
        while True:
            descriptor = _open(path)
            try:
                _lock(descriptor)
                if _is_at(descriptor, path):
                    return cls(path, descriptor)
            except _BUSY:
                close(descriptor)
                return None
            except BaseException:
                close(descriptor)
                raise
            close(descriptor)  # its holder deleted the file between our open and our lock

    def release(self) -> None:
        """Delete the file while the lock is held, so that only our own is ever deleted."""
        if os.name == "nt":  # there no open file can be deleted, ours or another's
            close(self._descriptor)
        try:
            with suppress(OSError):  # left behind it is harmless: `repair` removes it
                self.path.unlink()
        finally:
            if os.name != "nt":
                close(self._descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False
