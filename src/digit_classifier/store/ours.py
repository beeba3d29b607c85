"""Whether what lies in a directory under the names of an artifacts root is ours: nothing of others is ever replaced."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from digit_classifier.errors import ArtifactError, InputError, explain, option
from digit_classifier.store.bundle import read_manifest
from digit_classifier.store.files import read_regular
from digit_classifier.store.index import run_directories
from digit_classifier.store.json import looks_like_ours
from digit_classifier.store.layout import (
    CLAIMED,
    DATASETS,
    INDEX_FILE,
    INDEX_TWIN,
    LATEST,
    LITTER,
    MANIFEST_FILE,
    MAX_INDEX_BYTES,
    MAX_LOCK_BYTES,
    ROOT_LOCK,
    is_temporary_of_run,
    known_names,
)
from digit_classifier.store.lock import is_ours
from digit_classifier.store.segments import load_index
from digit_classifier.store.watch import lock_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def require_kinds(root: Path) -> None:
    """InputError unless the lock is a file, and datasets/ and latest/ are directories, or absent."""
    kinds = (
        (ROOT_LOCK, "a file", stat.S_ISREG),
        *((name, "a directory", stat.S_ISDIR) for name in (DATASETS, LATEST)),
    )
    for name, kind, fits in kinds:
        with suppress(OSError):  # absent; or the whole root cannot be read, which the claim will report
            if not fits((root / name).lstat().st_mode):
                raise InputError(explain(root / name, f"{kind} of ours", "a link or something else", "deleting it"))


def require_ours(root: Path, where: str | None = None) -> None:
    """InputError unless all that the store would replace in this directory is absent or ours.

    In an artifacts root it is, damaged or not. Any other directory may have an index.json, an index.css or a latest/ of
    its own. `where` is how the caller names the root. OSError where the disk cannot tell.
    """
    with suppress(FileNotFoundError):  # another claim was released meanwhile, and removed the root it had made
        if _is_known(root):
            return
        for name, is_like_ours in _MARKS.items():
            if os.path.lexists(root / name) and not is_like_ours(root / name):
                kind = "a directory" if name == LATEST else "a file"
                attempt = f"another {where or option('artifacts_root')}"
                raise InputError(explain(root / name, f"{kind} of ours", "one of another origin", attempt))


def _is_known(root: Path) -> bool:
    """Whether this is an artifacts root for certain: its lock, its list, a claim or a run says so.

    FileNotFoundError where there is no such directory.
    """
    if _lock_says(root / ROOT_LOCK) == "look":
        return True
    with suppress(OSError, ArtifactError):
        if os.path.lexists(root / INDEX_FILE) and load_index(root):
            return True
    with os.scandir(root) as found:
        if any(CLAIMED.fullmatch(each.name) for each in found):
            return True
    return any(_is_run(root / name) for name in sorted(run_directories(root)))


def _is_run(directory: Path) -> bool:
    with suppress(OSError, ArtifactError):
        return bool(read_manifest(directory / MANIFEST_FILE)[1]["run_id"] == directory.name)
    return False


def _lock_says(path: Path) -> str | None:
    if is_ours(path):  # a second opening could end the lock
        return "look"
    try:
        return lock_text(read_regular(path, MAX_LOCK_BYTES))
    except FileNotFoundError:
        return None
    except OSError:  # Windows lets nobody read what another process holds
        return "empty"
    except ArtifactError:
        return None


def _is_lock(path: Path) -> bool:
    return _lock_says(path) is not None


def _is_index(path: Path) -> bool:
    """A list that cannot be read is set aside, not replaced, so here the weaker sign is enough."""
    return os.path.lexists(path.with_name(ROOT_LOCK))


def _is_twin(path: Path) -> bool:
    with suppress(ArtifactError):
        return looks_like_ours(read_regular(path, 2 * MAX_INDEX_BYTES))
    return False


def _is_mirror(directory: Path) -> bool:
    """Empty, or a copy of a run, not a flat one; a torn copy has lost its manifest, but then the lock is there."""
    names = {path.name for path in directory.iterdir() if not LITTER.fullmatch(path.name)}
    if not names:
        return True
    with suppress(OSError, ArtifactError):
        return read_manifest(directory / MANIFEST_FILE)[1]["run_id"] is not None
    known = known_names() | {MANIFEST_FILE}
    return os.path.lexists(directory.with_name(ROOT_LOCK)) and all(
        name in known or is_temporary_of_run(name) for name in names
    )


_MARKS: dict[str, Callable[[Path], bool]] = {
    ROOT_LOCK: _is_lock,
    INDEX_FILE: _is_index,
    INDEX_TWIN: _is_twin,
    LATEST: _is_mirror,
}
