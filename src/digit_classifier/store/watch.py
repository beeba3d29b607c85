"""Whether runs came into a root or went by hand since its last writer: only then are all looked at.

Whoever holds the root's lock empties its file, and says in it at the end how the root's directory looks then: its
inode, times, links and size, which change with every name in it. Where they are still the same, nothing came or went.
A writer that dies leaves the file empty, so the next one looks. Who changes names without the lock adds a line, which
spoils what is said there. Before the last line stand the names of the claims.

What escapes it: a change by hand in the moment in which a writer holds the lock, or in the same tick of the disk's
clock (some milliseconds) where the number of directories stays the same; on a network disk, what another machine did
in the seconds for which this one remembers a directory. `verify` and `repair` look at everything.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from digit_classifier.errors import ArtifactError, RunError
from digit_classifier.store.files import close, open_to_append, read_regular
from digit_classifier.store.layout import MAX_LOCK_BYTES, ROOT_LOCK, RUN_ID
from digit_classifier.store.lock import Lock, exclusive, is_ours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHANGED = b"?\n"  # neither a claim nor a look
_LOOK = r"[0-9]+(?: -?[0-9]+){4}\n"  # as `_look` says it
_LINES = re.compile(rf"(?:{RUN_ID.pattern}\n|{_LOOK}|\?\n)*[\0 ?0-9a-z-]*", re.ASCII)  # the end may be torn, or lost


class Watch:
    """A root whose lock we hold, and what its last writer knew of it."""

    def __init__(self, root: Path, lock: Lock) -> None:
        self.root, self._lock = root, lock
        self.claims = _claims_in(lock.read(MAX_LOCK_BYTES + 1), root)  # None: not known, so look at everything
        lock.empty()

    def remember(self) -> None:
        """Say how the root looks now, where that is known. What cannot be said leaves the next writer to look."""
        if self.claims is not None:
            with suppress(OSError):
                self._lock.append("".join(f"{line}\n" for line in (*sorted(self.claims), _look(self.root))).encode())


@contextmanager
def watching(root: Path) -> Iterator[Watch]:
    """Hold the lock of a root; after an error, nothing is known of it."""
    with exclusive(root / ROOT_LOCK) as lock:
        watch = Watch(root, lock)
        yield watch
        watch.remember()


def known_claims(root: Path) -> frozenset[str] | None:
    """The claims in a root to and from which nothing came or went by hand; None where that is not known."""
    if is_ours(root / ROOT_LOCK):
        return None
    try:
        return _claims_in(read_regular(root / ROOT_LOCK, MAX_LOCK_BYTES), root)
    except (OSError, ArtifactError):
        return None


@contextmanager
def claims_noted(root: Path) -> Iterator[set[str]]:
    """Change the claims of a root, and their names in what this yields, so that the next writer need not look.

    Where another holds the lock, it will.
    """
    lock = watch = None
    try:
        with suppress(OSError, RunError):
            lock = Lock.take(root / ROOT_LOCK) if os.path.lexists(root / ROOT_LOCK) else None
            watch = Watch(root, lock) if lock else None
        claims = set(watch.claims or ()) if watch else set()
        yield claims
        if watch and watch.claims is not None:
            watch.claims = frozenset(claims)
            watch.remember()
    finally:
        if lock:
            lock.release()
        if not watch:
            spoil(root)


def lock_text(text: bytes) -> str | None:
    """Of the text of a lock file: "look" where it says how a root looked, "empty" where it may be ours; None else."""
    said = text.decode("latin-1")
    if not _LINES.fullmatch(said):
        return None
    return "look" if re.search(rf"^{_LOOK}", said, re.MULTILINE) else "empty"


def spoil(root: Path) -> None:
    """Say without the lock that something came or went."""
    with suppress(OSError, ArtifactError):
        if os.path.lexists(root / ROOT_LOCK) and not is_ours(root / ROOT_LOCK):
            descriptor = open_to_append(root / ROOT_LOCK)
            try:
                os.write(descriptor, _CHANGED)
            finally:
                close(descriptor)


def _claims_in(text: bytes, root: Path) -> frozenset[str] | None:
    *claims, look = text.decode("ascii", "replace").removesuffix("\n").split("\n")
    known = text.endswith(b"\n") and look == _look(root) and all(map(RUN_ID.fullmatch, claims))
    return frozenset(claims) if known else None


def _look(root: Path) -> str:
    found = root.stat()
    return f"{found.st_ino} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_nlink} {found.st_size}"
