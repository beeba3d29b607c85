"""A lock the kernel keeps: it ends with the process that holds it, so there is no stale one to break.

On network file systems a lock may be the process's and not the descriptor's: a second opening of the file in the same
process would be granted it too, and closing that one would end it. So a process asks itself first, and opens no lock
file that it holds. An exclusive lock needs a descriptor that can write there, a shared one a descriptor that can read.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

from digit_classifier.errors import RunError, explain
from digit_classifier.store.files import NO_FOLLOW, UnlockableError, close, share, sharing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, shared: bool = False) -> None:  # noqa: ARG001 - there is only one kind
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int, *, shared: bool = False) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


_OPEN = os.O_RDWR | os.O_CREAT | os.O_APPEND | NO_FOLLOW | getattr(os, "O_CLOEXEC", 0)
_LOOK = os.O_RDONLY | NO_FOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_BUSY = (BlockingIOError, PermissionError)  # flock says the first, msvcrt and some network file systems the second
_held: dict[tuple[int, int], int] = {}  # device and inode of each lock file → the process that holds its lock


class Lock:
    """An exclusive lock, held until it is released."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._key = _key(os.fstat(descriptor))
        _held[self._key] = os.getpid()

    @classmethod
    def take(cls, path: Path) -> Self | None:
        """The lock of a file, which is made where it is missing; None while another has it.

        UnlockableError, and no file left behind, where the file system has no locks.
        """
        while not is_ours(path):
            new = not os.path.lexists(path)
            descriptor = _open(path)
            try:
                _lock(descriptor)
                if _is_at(descriptor, path):
                    return cls(path, descriptor)
            except _BUSY:
                close(descriptor)
                return None
            except OSError as error:
                close(descriptor)
                if new:
                    with suppress(OSError):
                        path.unlink()
                raise UnlockableError.because(error, path) from error
            except BaseException:
                _held.pop(_key(os.fstat(descriptor)), None)
                close(descriptor)
                raise
            close(descriptor)  # its holder deleted the file between our open and our lock
        return None

    def read(self, most: int) -> bytes:
        """What is in the file."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return os.read(self._descriptor, most)

    def append(self, text: bytes) -> None:
        """Add to what is in the file."""
        os.write(self._descriptor, text)

    def empty(self) -> None:
        """Leave nothing in the file."""
        os.ftruncate(self._descriptor, 0)

    def release(self) -> None:
        """Let others have it."""
        _held.pop(self._key, None)
        close(self._descriptor)


class SiblingLock(Lock):
    """Shows that the writer of a directory is alive: a locked file in or beside it, deleted when it is done.

    Beside a claim and not inside, because Windows renames no directory with an open file in it.
    """

    def release(self) -> None:
        """Delete the file while the lock is held, so that only our own is ever deleted."""
        if os.name == "nt":  # there no open file can be deleted, ours or another's
            super().release()
        try:
            with suppress(OSError):  # left behind it is harmless: `repair` removes it
                self.path.unlink()
        finally:
            if os.name != "nt":
                super().release()


@contextmanager
def exclusive(path: Path, timeout: float = 30.0, kind: type[Lock] = Lock) -> Iterator[Lock]:
    """Hold the lock of a file, which stays there unless its kind says otherwise.

    RunError after `timeout` seconds of another holder.
    """
    deadline, pause = time.monotonic() + timeout, 0.01
    while (lock := kind.take(path)) is None:
        if time.monotonic() >= deadline:
            came = f"another process holding it for {timeout:g} s"
            raise RunError(explain(path, "a free lock", came, "again when that process has ended"))
        time.sleep(pause)
        pause = min(0.2, pause * 2)
    try:
        yield lock
    finally:
        lock.release()


def _open(path: Path) -> int:
    new = not os.path.lexists(path)
    try:
        descriptor = os.open(path, _OPEN, 0o666)
    except OSError as error:
        if path.is_symlink():
            raise RunError(explain(path, "a lock file", "a link", "deleting the link")) from error
        raise
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        if new:
            share(descriptor, sharing(path.parent))
        return descriptor
    close(descriptor)
    raise RunError(explain(path, "a lock file", "something else", "deleting it"))


def is_held(path: Path) -> bool | None:
    """Whether a process holds this lock; None where that cannot be told. A look that makes no file."""
    if is_ours(path):
        return True
    try:
        descriptor = os.open(path, _LOOK)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        _lock(descriptor, shared=True)
    except _BUSY:
        return True
    except OSError:
        return None
    else:
        return False
    finally:
        close(descriptor)


def _key(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def is_ours(path: Path) -> bool:
    """Whether this process holds the lock, and so may not open its file again."""
    try:
        return _held.get(_key(path.lstat())) == os.getpid()
    except OSError:
        return False


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False
