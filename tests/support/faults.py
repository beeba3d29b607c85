"""The operating system, made to die or to fail at the n-th operation below one directory, or to keep a log."""

from __future__ import annotations

import errno
import os
import signal
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHANGING = ("open", "write", "fsync", "mkdir", "rename", "replace", "unlink", "rmdir")
LISTING = ("scandir", "listdir")  # which of them `Path.iterdir` calls, depends on the Python
READING = (*LISTING, "close")


class Operations:
    """Calls `before(number, name, arguments)` ahead of every operation on something below `root`.

    An opening that only reads counts as one where `reads` are wanted. What `before` raises, the operation raises.
    """

    def __init__(self, root: Path, before: Callable[[int, str, tuple[Any, ...]], None], *, reads: bool = False) -> None:
        self.root, self.before, self.reads, self.count = str(root), before, reads, 0
        self.after: Callable[[str, tuple[Any, ...], Any], None] = lambda *_: None
        self.descriptors: dict[int, str] = {}

    @contextmanager
    def installed(self) -> Iterator[None]:
        with ExitStack() as stack:
            for name in (*CHANGING, *(READING if self.reads else ("close",))):
                stack.enter_context(mock.patch.object(os, name, self._wrap(name, getattr(os, name))))
            yield

    def _wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if not self._concerns(arguments[0]):
                return real(*arguments, **options)
            if name == "close":
                return self._close(real, arguments)
            if name != "open" or self.reads or arguments[1] & os.O_CREAT:
                self.count += 1
                self.before(self.count, name, arguments)
            result = real(*arguments, **options)
            if name == "open":
                self.descriptors[result] = os.fspath(arguments[0])
            self.after(name, arguments, result)
            return result

        return call

    def _close(self, real: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        del self.descriptors[arguments[0]]
        real(*arguments)  # a failing close still closes
        if self.reads:
            self.count += 1
            self.before(self.count, "close", arguments)

    def _concerns(self, target: Any) -> bool:
        if isinstance(target, int):
            return target in self.descriptors
        return os.fspath(target).startswith(self.root)


def count_operations(root: Path, action: Callable[[], object], *, reads: bool = False) -> list[str]:
    """The names of the operations an action does."""
    names: list[str] = []
    with Operations(root, lambda _, name, __: names.append(name), reads=reads).installed():
        action()
    return names


def die_at(root: Path, number: int, *, midway: bool, action: Callable[[], str]) -> str | None:
    """Run an action in a child that is killed before its n-th operation, or halfway through writing.

    Returns what the action returned when it got that far: what its caller was told. Dying after an operation is dying
    before the next, as far as the disk can tell.
    """

    def kill(count: int, name: str, arguments: tuple[Any, ...]) -> None:
        if count == number:
            if midway:
                real_write(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)

    real_write = os.write
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with Operations(root, kill).installed():
                told = action()
            os.write(sender, told.encode())
        finally:
            os._exit(0)
    os.close(sender)
    with os.fdopen(receiver, "rb") as answer:
        told = answer.read().decode()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or told, "the child neither died nor finished"
    return told or None


@contextmanager
def failing(root: Path, number: int, error: int | type[BaseException], *, sticky: bool) -> Iterator[list[bool]]:
    """Make the n-th operation raise, and with `sticky` all later ones; yields whether those that did may be cleaning.

    What the store could not clean away stays behind, hidden, for `repair`.
    """
    failed: list[bool] = []

    def fail(count: int, name: str, arguments: tuple[Any, ...]) -> None:
        if count == number or (sticky and count > number):
            hidden = name in LISTING and f"{os.sep}." in os.fspath(arguments[0]).removeprefix(str(root))
            failed.append(hidden or name in ("unlink", "rmdir", "close"))
            if isinstance(error, int):
                raise OSError(error, os.strerror(error), str(arguments[0]))
            raise error

    with Operations(root, fail, reads=True).installed():
        yield failed


ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EACCES, errno.EROFS, errno.EMFILE, errno.EINTR)
