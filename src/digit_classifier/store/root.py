"""An artifacts root: publish runs into it, list them, put it right after a crash.

A run is absent or complete: it is staged in a hidden directory and shown by one rename. index.json and latest/ are
derived. Writers take a kernel lock only for those; a crash at any point leaves nothing that needs a human.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digit_classifier.errors import ArtifactError, DigitClassifierError, InputError, RunError, explain
from digit_classifier.store.bundle import RUN_ID, Payload, damage, problems, read_files
from digit_classifier.store.checkpoint import STAGING, Interrupted, adopt, find
from digit_classifier.store.claim import LOCK, TRASH, Claim, cannot_write, claim
from digit_classifier.store.files import remove_directory, rename, sync_directory
from digit_classifier.store.flat import publish_flat, require_writable
from digit_classifier.store.index import (
    INDEX,
    Refreshed,
    by_time,
    entry_of,
    fault,
    glance,
    index_time,
    load,
    refresh,
    run_names,
)
from digit_classifier.store.lock import SiblingLock, exclusive, is_held
from digit_classifier.store.replays import write_replay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Literal

__all__ = [
    "History",
    "Interrupted",
    "Report",
    "Stage",
    "publish_flat",
    "read_history",
    "record_replay",
    "remove",
    "repair",
    "require_writable",
    "stage",
    "update_index",
]

_NO_DIRECTORY = "expected a run directory, got a link or a file; try moving it elsewhere"


@dataclass(frozen=True)
class Stage:
    """A run in the making, with its name already its own."""

    _claim: Claim

    @property
    def run_id(self) -> str:
        """Name of the run directory to be; nobody else can get it."""
        return self._claim.run_id

    def keep(self, epoch: int, files: Mapping[str, bytes], datasets: Mapping[str, bytes]) -> None:
        """Keep sealed files of the epochs so far, in case the process dies. OSError leaves those kept before."""
        self._claim.keep(epoch, files, datasets)

    def publish(self, files: Mapping[str, bytes], datasets: Mapping[str, bytes] | None = None) -> Path:
        """Publish sealed files: the run directory, then the index and latest/. Returns the run directory.

        `datasets` maps names like "digits-<12 hex digits>.json" to texts, kept once in datasets/ for all runs.
        RunError says whether the run is safe; it is once its directory is in place.
        """
        target = self.publish_directory_only(files, datasets)
        try:
            with exclusive(self._claim.root / LOCK):
                refresh(self._claim.root, files)
        except (OSError, DigitClassifierError) as error:
            raise _stale(target, self._claim.root, error) from error
        return target

    def publish_directory_only(self, files: Mapping[str, bytes], datasets: Mapping[str, bytes] | None = None) -> Path:
        """Publish the run directory and leave index and latest/ to one `update_index`: for parallel workers."""
        root, run_id = self._claim.root, self._claim.run_id
        try:
            target = self._claim.publish(files, datasets or {})
        except OSError as error:
            reason = error.strerror or str(error)
            came = f"{reason} (the run was not saved)"
            raise RunError(explain(root, f"to save the run {run_id}", came, "again when that is solved")) from error
        try:
            sync_directory(root)
        except OSError as error:
            raise _stale(target, root, error) from error
        return target


def _stale(target: Path, root: Path, error: Exception) -> RunError:
    return RunError(f"{target}: the run is saved, but the index is stale ({error}); try digit-classifier repair {root}")


@contextmanager
def stage(root: Path, created: str, label_slug: str | None = None) -> Iterator[Stage]:
    """Take a run id before the training, and give it back when nothing was published.

    What `Stage.keep` kept goes with it, but not when an error ends the training (an interrupt is none): then the error
    gets a note, and `repair` adopts or removes it.
    `created` is the caller's clock: UTC, as "2026-11-22T19:16:12Z". The root is made when it is missing.
    InputError when the root cannot be written: the time to know that is before the training.
    """
    mine, crashed = claim(root, created, label_slug), False
    try:
        yield Stage(mine)
    except Exception as error:
        crashed = True
        if epoch := mine.kept():
            error.add_note(f"its epochs up to {epoch} are kept: digit-classifier repair {root} --adopt")
        raise
    finally:
        mine.release(crashed=crashed)


def update_index(root: Path) -> Refreshed:
    """List every complete run that is not listed yet: what one coordinator does for many workers."""
    try:
        with exclusive(root / LOCK):
            return refresh(root)
    except OSError as error:
        raise RunError(explain(root, "to write the index", error.strerror or str(error), "repair")) from error


def record_replay(directory: Path, replay: Payload) -> Path | None:
    """Keep the outcome of a replay beside its run and list it in the index; returns its file.

    None for a run that is in no history: one that was copied out of its root, or written with --output-dir.
    """
    root = directory.resolve().parent  # of latest/ too
    try:
        same = replay["run_id"] and glance(root / replay["run_id"]) == replay["manifest_sha256"]
    except (OSError, ArtifactError):
        return None
    if not same or not (root / LOCK).exists():
        return None
    try:
        with exclusive(root / LOCK):
            path = write_replay(root, replay)
            refresh(root, replayed=(replay["run_id"],))
            return path
    except OSError as error:
        raise cannot_write(root, error) from error


def remove(root: Path, run_ids: Iterable[str]) -> None:
    """Delete runs and unlist them. A crash leaves each of them whole or gone; `repair` removes what is left of it."""
    try:
        with exclusive(root / LOCK):
            for run_id in run_ids:
                _throw_away(root, run_id)
            refresh(root)
    except OSError as error:
        raise cannot_write(root, error) from error


@dataclass(frozen=True)
class History:
    """The runs of a root as they are on disk now, whatever the index says."""

    entries: tuple[Payload, ...]  # as in index.json, newest publication first; the damaged ones are not among them
    damaged: Mapping[str, str]  # directory name → what is wrong, at a cheap look
    unlisted: tuple[str, ...]  # complete, but not in the index: `repair` lists them
    interrupted: tuple[Interrupted, ...] = ()  # never published: `repair` adopts or removes them


def read_history(root: Path) -> History:
    """List the runs without writing anything: works with no index, a corrupt one, and next to writers."""
    since = index_time(root)
    try:
        listed = load(root)["runs"]
    except (OSError, ArtifactError):
        listed = []
    try:
        names = run_names(root)
    except FileNotFoundError:
        return History((), {}, ())
    except OSError as error:
        raise InputError(explain(root, "a directory", error.strerror or str(error), "--artifacts-root")) from error
    known = {entry["run_id"]: entry for entry in listed if names.get(entry["run_id"])}
    entries, damaged = [], {name: _NO_DIRECTORY for name in sorted(names) if not names[name]}
    unlisted = sorted(names.keys() - known.keys() - damaged.keys(), key=by_time, reverse=True)
    for name in unlisted:
        try:
            entries.append(entry_of(read_files(root / name)))
        except (OSError, ArtifactError) as error:
            damaged[name] = str(error)
    for name, entry in known.items():
        if problem := fault(root, entry, since):
            damaged[name] = problem
        else:
            entries.append(entry)
    whole = tuple(name for name in unlisted if name not in damaged)
    return History(tuple(entries), damaged, whole, _interrupted(root))


def _interrupted(root: Path) -> tuple[Interrupted, ...]:
    """What processes that died had kept, newest first."""
    names = sorted(path.name.removeprefix(STAGING) for path in root.glob(f"{STAGING}*") if _is_directory(path))
    dead = [name for name in names if not is_held(root / f"{STAGING}{name}.lock")]
    found = []
    for name in sorted(dead, key=by_time, reverse=True):
        with suppress(OSError):
            found.append(find(root, name))
    return tuple(filter(None, found))


@dataclass(frozen=True)
class Report:
    """What `repair` found and did; nothing in it is ever a deleted run."""

    index: Refreshed
    damaged: Mapping[str, tuple[str, ...]]  # run directory → all its problems; it stays as it is, and unlisted
    removed: tuple[str, ...]  # what dead writers left: staging and temporary files
    interrupted: tuple[Interrupted, ...]  # what dead writers had kept: left as it is, or adopted as a run
    datasets: tuple[str, ...]  # problems of the data sets that the whole runs share; the next training writes them anew


def repair(root: Path, interrupted: Literal["leave", "adopt", "remove"] = "leave") -> Report:
    """Remove what dead writers left, check every run thoroughly, and rebuild index and latest/ from the whole ones.

    Epochs that a dead writer had kept are left unless the caller says to adopt them as a run, or to remove them.
    """
    if not root.is_dir():
        raise InputError(explain(root, "a directory of runs", "none", "--artifacts-root"))
    if not any(_is_of_a_root(path.name) for path in root.iterdir()):
        raise InputError(explain(root, "a directory of runs", "a directory without any", "the one above the runs"))
    try:
        with exclusive(root / LOCK):
            settled = _settle_staging(root, interrupted)
            kept = tuple(each for each in settled.values() if isinstance(each, Interrupted))
            removed = (*(name for name, each in settled.items() if each is None), *_remove_leftovers(root))
            names = run_names(root)
            found = {name: damage(root / name) if names[name] else [_NO_DIRECTORY] for name in sorted(names)}
            damaged = {name: tuple(texts) for name, texts in found.items() if texts}
            whole = [root / name for name in sorted(names) if name not in damaged]
            damaged |= {name: (str(each),) for name, each in settled.items() if isinstance(each, OSError)}
            datasets = tuple(sorted({text for run in whole for text in problems(run, alone=False)}))
            return Report(refresh(root, damaged=frozenset(damaged), replayed=names), damaged, removed, kept, datasets)
    except OSError as error:
        raise cannot_write(root, error) from error


def _is_of_a_root(name: str) -> bool:
    return bool(RUN_ID.fullmatch(name)) or name in (LOCK, INDEX) or name.startswith((STAGING, TRASH))


def _settle_staging(root: Path, interrupted: str) -> dict[str, Interrupted | OSError | None]:
    """Staging whose writer is dead, by name: removed, or what is kept of it, or why it could not be read."""
    settled: dict[str, Interrupted | OSError | None] = {}
    names = {path.name.removesuffix(".lock") for path in root.iterdir() if path.name.startswith(STAGING)}
    for name in sorted(names):
        lock = SiblingLock.take(root / f"{name}.lock")
        if lock is None:
            continue  # its writer is alive
        try:
            settled[name] = _settle(root, name.removeprefix(STAGING), interrupted)
        except OSError as error:
            settled[name] = error
        finally:
            lock.release()
    return settled


def _settle(root: Path, run_id: str, interrupted: str) -> Interrupted | None:
    found = find(root, run_id) if interrupted != "remove" else None
    if found and interrupted == "adopt":
        adopt(root, found)
    if not (found and interrupted == "leave") and _is_directory(root / f"{STAGING}{run_id}"):
        _throw_away(root, f"{STAGING}{run_id}")
    return found


def _remove_leftovers(root: Path) -> list[str]:
    """What only a holder of the root's lock makes, which is now us."""
    removed = []
    for path in sorted(root.iterdir()):
        if path.name.startswith(TRASH) and _is_directory(path):
            remove_directory(path, levels=2)
        elif path.name.startswith(".") and path.name.endswith(".tmp") and not _is_directory(path):
            path.unlink()
        else:
            continue
        removed.append(path.name)
    return removed


def _throw_away(root: Path, name: str) -> None:
    """Delete a directory of ours: gone in one step, so that nothing half-deleted is ever taken for a run."""
    trash = root / f"{TRASH}{name.removeprefix(STAGING)}-{os.urandom(4).hex()}"
    rename(root / name, trash)
    remove_directory(trash, levels=2)


def _is_directory(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
