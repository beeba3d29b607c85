"""File operations that survive a crash: whole files, on disk before their name appears, never through a link."""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from digit_classifier.errors import ArtifactError, InputError, explain, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# Absent on Windows, where opening a link for reading is not a risk.
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_READ = (
    os.O_RDONLY | NO_FOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_FOLLOW | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_BUSY_ON_WINDOWS = {5, 32, 33}  # a virus scanner or an indexer has the file open for a moment
_UNSYNCED = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS}  # answers where a sync is unknown: names are synced anyway
_ADVICE = {
    errno.ENOSPC: "freeing space there, or another",
    errno.EDQUOT: "freeing space in your quota, or another",
    errno.EACCES: "changing its permissions, or another",
}


class UnlockableError(OSError):
    """The file system has no lock for us."""

    @classmethod
    def because(cls, error: OSError, path: Path) -> UnlockableError:
        """What the file system answered."""
        return cls(error.errno, f"a file system that cannot lock files ({error.strerror or error})", str(path))


class UnmovableError(OSError):
    """The file system gives a new directory no other name."""

    @classmethod
    def because(cls, error: OSError, path: Path) -> UnmovableError:
        """What the file system answered."""
        came = f"a file system that cannot rename directories ({error.strerror or error})"
        return cls(error.errno, came, str(path))


def cannot_write(directory: Path, error: OSError, where: str | None = None) -> InputError:
    """The one phrasing of every reason why a directory cannot be written; `where` is how the caller names it."""
    advice = _ADVICE.get(error.errno or 0, "another")
    if isinstance(error, (UnlockableError, UnmovableError)):
        advice = "a directory on a local disk as"
    came = f"{error.strerror or error}{_whose(error)}"
    wanted = "a directory that can be written"
    return InputError(explain(directory, wanted, came, f"{advice} {where or option('artifacts_root')}"))


def _whose(error: OSError) -> str:
    """Where another user's file is in the way: which one, and whose."""
    if error.errno not in (errno.EACCES, errno.EPERM) or not isinstance(error.filename, str) or os.name == "nt":
        return ""
    path = Path(error.filename)
    path = next((each for each in (path, *path.parents) if os.path.lexists(each)), path)
    try:
        owner = path.lstat().st_uid
    except OSError:
        return ""
    return "" if owner == os.geteuid() else f": {path} belongs to {user_name(owner)}"


def user_name(uid: int) -> str:
    """A user's name, or the number of one without a name."""
    try:
        import pwd  # absent on Windows

        return pwd.getpwuid(uid).pw_name
    except (ImportError, KeyError):
        return f"user {uid}"


def read_regular(path: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file; ArtifactError for links, pipes and devices, and for files beyond `max_bytes`."""
    with open_regular(path) as file:
        size, data = os.fstat(file.fileno()).st_size, file.read(max_bytes + 1)
    if len(data) > max_bytes:
        came = f"{max(size, len(data))}"
        raise ArtifactError(explain(path, f"at most {max_bytes} bytes", came, "another copy of it"))
    return data


def open_regular(path: Path) -> BinaryIO:
    """A regular file, open for reading; ArtifactError for links, pipes and devices."""
    try:
        descriptor = os.open(path, _READ)  # O_NONBLOCK: a pipe must not hang the reader
    except OSError as error:
        if path.is_symlink():
            raise _not_regular(path) from error
        raise
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        close(descriptor)
        raise _not_regular(path)
    return os.fdopen(descriptor, "rb")


def _not_regular(path: Path) -> ArtifactError:
    return ArtifactError(explain(path, "a regular file", "a link, pipe, device or directory", "another copy of it"))


def write_new(path: Path, data: bytes, like: os.stat_result | None = None) -> int:
    """Write a file that must not exist yet; returns its open descriptor, for `sync_and_close`.

    `like` is what `sharing` says of its directory.
    """
    descriptor = os.open(path, _CREATE, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        share(descriptor, like)
    except BaseException:
        close(descriptor)
        raise
    return descriptor


def open_to_append(path: Path) -> int:
    """A descriptor that writes at the end of a regular file, which is made where it is missing."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | NO_FOLLOW | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    new = not os.path.lexists(path)
    try:
        descriptor = os.open(path, flags, 0o666)
    except OSError as error:
        if path.is_symlink():
            raise _not_regular(path) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        close(descriptor)
        raise _not_regular(path)
    if new:
        share(descriptor, sharing(path.parent))
    return descriptor


def sync_and_close(descriptors: list[int]) -> None:
    """Wait until the disk has these files. Writing all before waiting for the first halves the journal's commits."""
    try:
        for descriptor in descriptors:
            sync(descriptor)
    finally:
        close_all(descriptors)


def close_all(descriptors: list[int]) -> None:
    """Close what `write_new` opened; what was written is not promised to be on disk."""
    while descriptors:
        close(descriptors.pop())


def close(descriptor: int) -> None:
    """Close a descriptor. What a close reports is of no use here: the sync before it reported all that matters."""
    with suppress(OSError):
        os.close(descriptor)


def sync(descriptor: int) -> None:
    """Wait until the disk has what was written to a descriptor."""
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # fsync there only reaches the drive's cache
        except OSError as error:  # shared folders know only fsync
            if error.errno not in _UNSYNCED:
                raise
        else:
            return
    os.fsync(descriptor)


def sharing(directory: Path) -> os.stat_result | None:
    """What those who may write in a directory, its group, are to share of what is made in it; None for nothing.

    Whoever may write in a directory may replace what is in it, so a file that they may write is no more than they have.
    Not so in a sticky directory such as /tmp.
    """
    if os.name == "nt":
        return None
    status = directory.stat()
    return status if status.st_mode & stat.S_IWGRP and not status.st_mode & stat.S_ISVTX else None


def share(target: int | Path, like: os.stat_result | None) -> None:
    """Give a new file or directory the group, and the group's rights, of the directory that it was made in.

    The umask decides where that directory is not shared, and where its group is not one of ours.
    """
    if like is None:
        return
    status = os.stat(target)  # noqa: PTH116 - a descriptor, too
    if status.st_gid != like.st_gid:
        try:
            os.chown(target, -1, like.st_gid)
        except OSError:
            return
    rights = stat.S_IRGRP | stat.S_IWGRP
    if stat.S_ISDIR(status.st_mode):
        rights |= stat.S_IXGRP | stat.S_ISGID
    wanted = stat.S_IMODE(status.st_mode) | (like.st_mode & rights)
    if wanted != stat.S_IMODE(status.st_mode):
        with suppress(OSError):  # a file system without such rights
            os.chmod(target, wanted)  # noqa: PTH101 - a descriptor, too


def make_directory(path: Path, *, exist_ok: bool = False) -> None:
    """Create a directory, shared as the one that it is in."""
    try:
        path.mkdir()
    except FileExistsError:
        if not exist_ok or not path.is_dir():
            raise
    else:
        share(path, sharing(path.parent))


def write_all(directory: Path, files: Mapping[str, bytes], *, keep: bool = True) -> None:
    """Write new files in the order given; with `keep`, wait until the disk has the bytes (not yet the names)."""
    descriptors: list[int] = []
    try:
        like = sharing(directory)
        for name, data in files.items():
            descriptors.append(write_new(directory / name, data, like))
    except BaseException:
        close_all(descriptors)
        raise
    if keep:
        sync_and_close(descriptors)
    else:
        close_all(descriptors)


def sync_directory(directory: Path) -> None:
    """Wait until the disk has the names in a directory (Windows has no such call and journals them in order)."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync(descriptor)
    except OSError as error:
        if error.errno not in _UNSYNCED:
            raise
    finally:
        close(descriptor)


def make_directories(path: Path) -> list[Path]:
    """Create a directory and the missing ones above it, durably; returns those created, deepest first."""
    missing = [path]
    while not missing[-1].parent.exists():
        missing.append(missing[-1].parent)
    created: list[Path] = []
    for directory in reversed(missing):
        try:
            make_directory(directory)
        except FileExistsError:
            if not directory.is_dir():
                raise
        else:
            created.insert(0, directory)
            sync_directory(directory.parent)
    return created


def rename(source: Path, target: Path) -> None:
    """Give a directory its final name, which must be free."""
    _patiently(lambda: source.rename(target))


def rename_or_copy(source: Path, target: Path, scratch: Path) -> None:
    """Like `rename`, also where only a copy can have the name: the caller removes the original.

    An overlay, as containers have, moves no directory of a lower layer (EXDEV). The copy is made at `scratch`, beside
    the target.
    """
    try:
        rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        make_directory(scratch)
        write_all(scratch, {path.name: path.read_bytes() for path in source.iterdir()})
        sync_directory(scratch)
        rename(scratch, target)


def replace(source: Path, target: Path) -> None:
    """Put a file in the place of another, or of none, in one step."""
    _patiently(lambda: source.replace(target))


@contextmanager
def prepared(scratch: Path, files: Mapping[str, bytes], *, keep: bool = True) -> Iterator[dict[Path, str]]:
    """Write every file under a temporary name first: temporary path → name, for `replace` to put in place.

    A full disk is noticed before the first old file is gone. On failure, what was not put in place is removed.
    """
    temporary = {scratch / f".{name}-{os.urandom(4).hex()}.tmp": name for name in files}
    try:
        write_all(scratch, {hidden.name: files[name] for hidden, name in temporary.items()}, keep=keep)
        yield temporary
    except BaseException:
        for hidden in temporary:
            with suppress(OSError):
                hidden.unlink()
        raise


def replace_all(directory: Path, files: Mapping[str, bytes], *, scratch: Path, keep: bool = True) -> None:
    """Put files in place one by one, in the order given; with `keep`, wait until the disk has them."""
    with prepared(scratch, files, keep=keep) as temporary:
        for hidden, name in temporary.items():
            replace(hidden, directory / name)
    if keep:
        sync_directory(directory)


def remove_directory(directory: Path, levels: int = 1) -> None:
    """Delete a directory of files; with more `levels`, one of directories, as deep as that.

    What another process removes meanwhile is gone as well. OSError when it is deeper: such directories are not ours.
    """
    for path in list(directory.iterdir()):
        if levels > 1 and path.is_dir() and not path.is_symlink():
            remove_directory(path, levels - 1)
        else:
            path.unlink(missing_ok=True)
    directory.rmdir()


def _patiently(operation: Callable[[], object]) -> None:
    for wait in (0.05, 0.1, 0.2, 0.4, 0.8, 1.0):
        try:
            operation()
        except PermissionError as error:
            if getattr(error, "winerror", None) not in _BUSY_ON_WINDOWS:
                raise
            time.sleep(wait)
        else:
            return
    operation()
