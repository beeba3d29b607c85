"""An artifacts root: list its runs, remove some, repair it after a crash.

A run is absent or complete: it is written in a hidden directory and shown by one rename. index.json and latest/ are
derived. Writers take a kernel lock only for those; a crash at any point leaves nothing to mend by hand.
"""

from __future__ import annotations

import errno
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from digit_classifier.artifacts import build_note
from digit_classifier.errors import ArtifactError, InputError, RunError, explain, typed_command
from digit_classifier.store.bundle import read_manifest
from digit_classifier.store.checkpoint import Interrupted, adopt, find_interrupted
from digit_classifier.store.files import (
    cannot_write,
    close,
    remove_directory,
    rename,
    sync_directory,
    write_new,
)
from digit_classifier.store.index import (
    Refreshed,
    by_time,
    entry_of,
    fault,
    real_first,
    refresh,
    refresh_patiently,
    remove_stray_segments,
    run_names,
)
from digit_classifier.store.inspection import fingerprint, inspect, is_root
from digit_classifier.store.layout import (
    CLAIM,
    CLAIMED,
    INDEX_FILE,
    MANIFEST_FILE,
    REMOVED,
    ROOT_LOCK,
    RUN_ID,
    TRASH,
    TRASHED,
    is_temporary_of_root,
)
from digit_classifier.store.lock import SiblingLock, is_held
from digit_classifier.store.notes import read_note, remove_note, write_note
from digit_classifier.store.ours import require_ours
from digit_classifier.store.replays import write_replay
from digit_classifier.store.segments import Listing, read_listing
from digit_classifier.store.sweeps import sweep_ids
from digit_classifier.store.watch import known_claims, watching
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Literal

    from digit_classifier.artifacts import Payload
    from digit_classifier.text import AnyPath

_NO_DIRECTORY = "expected a run directory, got a link or a file; try moving it elsewhere"


def update_index(root: AnyPath, entries: Sequence[Payload] = ()) -> Refreshed:
    """List every complete run that is not listed yet: one coordinator does it for many workers.

    `entries` are of the runs that it has just published, newest first: they are not read again.
    """
    root = as_path(root)
    try:
        return refresh_patiently(root, entries)
    except OSError as error:
        attempt = typed_command("repair", root)
        raise RunError(explain(root, "to write the index", error.strerror or str(error), attempt)) from error


def record_replay(directory: AnyPath, replay: Payload) -> Path | None:
    """Keep the outcome of a replay beside its run and list it in the index; returns its file.

    None for a run that is not in an artifacts root: one that was copied out of it, or a flat one.
    """
    root = as_path(directory).resolve().parent  # of latest/ too
    try:
        same = replay["run_id"] and fingerprint(root / replay["run_id"]) == replay["manifest_sha256"]
    except (OSError, ArtifactError):
        return None
    if not same or not is_root(root):
        return None
    try:
        with watching(root) as watch:
            path = write_replay(root, replay)
            refresh(watch, changed=(replay["run_id"],))
        return path
    except OSError as error:
        raise cannot_write(root, error, "artifacts root") from error


def note_of(directory: AnyPath) -> Payload | None:
    """The note of a run of an artifacts root; ArtifactError where it is damaged or of another run of this name."""
    root, run_id, manifest_sha256 = _placed(directory)
    try:
        note = read_note(root, run_id)
    except FileNotFoundError:
        return None
    if note["manifest_sha256"] != manifest_sha256:
        attempt = typed_command("note", root / run_id, "--remove")
        raise ArtifactError(explain(root / run_id, "its own note", "that of another run of this name", attempt))
    return note


def record_note(directory: AnyPath, text: str | None) -> Path | None:
    """Keep a remark about a run beside it and list it in the index; None deletes it.

    Returns its file, None where there was nothing to delete.
    """
    root, run_id, manifest_sha256 = _placed(directory)
    written = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    try:
        with watching(root) as watch:
            if text is None:
                path = remove_note(root, run_id)
            else:
                path = write_note(root, build_note(run_id, manifest_sha256, written, text))
            refresh(watch, changed=(run_id,))
        return path
    except OSError as error:
        raise cannot_write(root, error, "artifacts root") from error


def _placed(directory: AnyPath) -> tuple[Path, str, str]:
    """The artifacts root of a run or of its copy in latest/, its id, and its manifest's sha256."""
    place = as_path(directory).resolve()
    root = place.parent
    run_id = read_manifest(place / MANIFEST_FILE)[1]["run_id"]
    manifest_sha256 = fingerprint(place)
    try:
        same = bool(run_id) and fingerprint(root / run_id) == manifest_sha256
    except (OSError, ArtifactError):
        same = False
    if not same or not is_root(root):
        raise InputError(explain(place, "a run of an artifacts root", "one that stands alone", typed_command("runs")))
    return root, run_id, manifest_sha256


def remove(root: AnyPath, run_ids: Iterable[str]) -> None:
    """Delete runs and unlist them. A crash leaves each whole or gone, and the rest of it for `repair` to remove."""
    root = as_path(root)
    try:
        run_ids = list(run_ids)
        with watching(root) as watch:
            for run_id in run_ids:
                _throw_away(root, run_id)
            refresh(watch, removed=run_ids)
    except OSError as error:
        raise cannot_write(root, error, "artifacts root") from error


class Root(NamedTuple):
    """The runs of a root as they are on disk now, whatever the index says."""

    entries: tuple[Payload, ...]  # as in index.json, newest publication first; the damaged ones are not among them
    damaged: Mapping[str, str]  # directory name → what is wrong, at a cheap look
    unlisted: tuple[str, ...]  # complete, but not in the index: `repair` lists them
    interrupted: tuple[Interrupted, ...] = ()  # never published: `repair` adopts or removes them
    unsure: tuple[Interrupted, ...] = ()  # the same, or still training: files cannot be locked there
    total: int = 0  # of all runs, of which `entries` may be the newest


def read_root(root: AnyPath, newest: int | None = None) -> Root:
    """List the runs, or so many of the newest, without writing anything.

    Works with no index, a corrupt one, and next to writers. Where no run came or went by hand since the last writer,
    only as much of the list is read as is asked for, and the directories are not looked through.
    """
    root = as_path(root)
    claims = known_claims(root)
    try:
        listing = read_listing(root, newest if claims is not None else None)
    except (OSError, ArtifactError):
        listing = Listing([], 0, whole=False)
    if claims is not None and listing.whole:
        entries, damaged = _checked(root, listing.runs)
        return Root(tuple(real_first(entries)), damaged, (), *_interrupted(root, claims), listing.total - len(damaged))
    try:
        names = run_names(root)
    except FileNotFoundError:
        return Root((), {}, ())
    except OSError as error:
        attempt = "another directory, or changing its permissions"
        raise InputError(explain(root, "an artifacts root", error.strerror or str(error), attempt)) from error
    known = {entry["run_id"]: (entry, since) for entry, since in listing.runs if names.get(entry["run_id"])}
    unread = {name: _NO_DIRECTORY for name in sorted(names) if not names[name]}
    unlisted = sorted(names.keys() - known.keys() - unread.keys(), key=by_time, reverse=True)
    found = []
    for name in unlisted:
        try:
            found.append(entry_of(inspect(root / name).require_sound()))
        except (OSError, ArtifactError) as error:
            unread[name] = str(error)
    entries, damaged = _checked(root, list(known.values()))
    whole = tuple(name for name in unlisted if name not in unread)
    damaged = {name: text for name, text in {**unread, **damaged}.items() if not _is_remnant(root / name)}
    entries = real_first([*found, *entries])
    return Root(tuple(entries[:newest]), damaged, whole, *_interrupted(root), len(entries))


def _checked(root: Path, runs: list[tuple[Payload, int]]) -> tuple[list[Payload], dict[str, str]]:
    """Those that look as they were listed, and what is wrong with the others."""
    entries, damaged = [], {}
    for entry, since in runs:
        if problem := fault(root, entry, since):
            damaged[entry["run_id"]] = problem
        else:
            entries.append(entry)
    return entries, damaged


def _interrupted(
    root: Path, claims: Iterable[str] | None = None
) -> tuple[tuple[Interrupted, ...], tuple[Interrupted, ...]]:
    """Checkpoints of processes that died, and of those that may still be alive, newest first."""
    if claims is None:
        claims = {found["run"] for path in root.iterdir() if (found := CLAIMED.fullmatch(path.name))}
    names = [name for name in claims if _is_directory(root / f"{CLAIM}{name}")]
    dead: list[Interrupted] = []
    unsure: list[Interrupted] = []
    for name in sorted(names, key=by_time, reverse=True):
        held = is_held(root / f"{CLAIM}{name}.lock")
        with suppress(OSError, ArtifactError):  # `repair` says what is wrong with one that it can do nothing with
            if not held and (kept := find_interrupted(root, name)):
                (unsure if held is None else dead).append(kept)
    return tuple(dead), tuple(unsure)


@dataclass(frozen=True)
class Report:
    """What `repair` found and did; it never deletes a published run."""

    index: Refreshed
    damaged: Mapping[str, tuple[str, ...]]  # run directory → all its problems; it stays as it is, and unlisted
    removed: tuple[str, ...]  # what dead writers left: claims and temporary files
    interrupted: tuple[Interrupted, ...]  # checkpoints of dead writers: left as they are, or adopted as runs
    datasets: tuple[str, ...]  # problems of the data sets that the whole runs share; the next training writes them anew


def repair(root: AnyPath, interrupted: Literal["leave", "adopt", "remove"] = "leave") -> Report:
    """Remove what dead writers left, check every run thoroughly, and rebuild index and latest/ from the whole ones.

    Checkpoints of dead writers stay as they are, unless `interrupted` says to adopt them as runs, or to remove them.
    Runs are read before the root's lock is taken, and once more under it where they changed meanwhile: a training that
    ends beside a repair of thousands would wait in vain.
    """
    root = as_path(root)
    if not root.is_dir():
        raise InputError(explain(root, "an artifacts root", "no directory", "the directory above the runs"))
    if not any(_is_of_a_root(path.name) for path in root.iterdir()) and not sweep_ids(root):
        raise InputError(explain(root, "an artifacts root", "a directory without runs", "the directory above the runs"))
    try:
        require_ours(root, "artifacts root")
        before = {name: _look(root / name) for name, is_directory in run_names(root).items() if is_directory}
        with watching(root) as watch:
            settled = _settle_claims(root, interrupted)
            kept = tuple(each for each in settled.values() if isinstance(each, Interrupted))
            removed = (*(name for name, each in settled.items() if each is None), *_remove_leftovers(root))
            names = run_names(root)
            looks = {name: _again(before.get(name), root / name) for name in sorted(names) if names[name]}
            found = {name: looks[name].problems if names[name] else (_NO_DIRECTORY,) for name in sorted(names)}
            damaged = {name: texts for name, texts in found.items() if texts}
            unsettled = (OSError, ArtifactError)
            damaged |= {name: (str(each),) for name, each in settled.items() if isinstance(each, unsettled)}
            datasets = tuple(sorted({text for look in looks.values() for text in look.data}))
            sound = sorted((name for name, look in looks.items() if look.entry), key=by_time, reverse=True)
            entries = [entry for name in sound if (entry := looks[name].entry)]
            done = refresh(watch, damaged=frozenset(damaged), changed=names, found=entries, thorough=True)
            removed = (*removed, *remove_stray_segments(root))
        return Report(done, damaged, removed, kept, datasets)
    except OSError as error:
        raise cannot_write(root, error, "artifacts root") from error


class _Look(NamedTuple):
    """What a thorough look at a run found."""

    manifest: str | None  # sha256; None where names and sizes are not those of the manifest
    problems: tuple[str, ...]
    data: tuple[str, ...]  # problems of the data set that it shares
    entry: Payload | None  # of a sound run


def _look(directory: Path) -> _Look:
    manifest, run = _fingerprint(directory), inspect(directory)
    if run.problems:
        return _Look(manifest, tuple(run.problems), (), None)
    try:
        entry = entry_of(run)
    except ArtifactError as error:
        return _Look(manifest, (str(error),), (), None)
    return _Look(manifest, (), tuple(inspect(directory, shared_data="required").problems), entry)


def _again(before: _Look | None, directory: Path) -> _Look:
    """The look from before the lock, or another one where the run came or changed since."""
    same = before is not None and before.manifest is not None and before.manifest == _fingerprint(directory)
    return before if before is not None and same else _look(directory)


def _fingerprint(directory: Path) -> str | None:
    try:
        return fingerprint(directory)
    except (OSError, ArtifactError):
        return None


def _is_of_a_root(name: str) -> bool:
    return name in (ROOT_LOCK, INDEX_FILE) or any(each.fullmatch(name) for each in (RUN_ID, CLAIMED, TRASHED))


def _settle_claims(root: Path, interrupted: str) -> dict[str, Interrupted | OSError | ArtifactError | None]:
    """Claims whose writer is dead, by name: removed, or their checkpoint, or why nothing can be done with it here."""
    settled: dict[str, Interrupted | OSError | ArtifactError | None] = {}
    claims = {found["run"] for path in root.iterdir() if (found := CLAIMED.fullmatch(path.name))}
    for run_id in sorted(claims):
        name = f"{CLAIM}{run_id}"
        lock = SiblingLock.take(root / f"{name}.lock")
        if lock is None:
            continue  # its writer is alive
        try:
            settled[name] = _settle(root, run_id, interrupted)
        except (OSError, ArtifactError) as error:
            settled[name] = error
        finally:
            lock.release()
    return settled


def _settle(root: Path, run_id: str, interrupted: str) -> Interrupted | None:
    found = find_interrupted(root, run_id) if interrupted != "remove" else None
    if found and interrupted == "adopt":
        adopt(root, found)
    if not (found and interrupted == "leave") and _is_directory(root / f"{CLAIM}{run_id}"):
        _throw_away(root, f"{CLAIM}{run_id}")
    return found


def _remove_leftovers(root: Path) -> list[str]:
    """Remove what only a holder of the root's lock makes; the caller is that now.

    Names are compared in full: a hidden file of another program is none of ours.
    """
    removed = []
    for path in sorted(root.iterdir()):
        with suppress(FileNotFoundError):  # a training that begins tries there how to remove, without the lock
            if TRASHED.fullmatch(path.name) and _is_directory(path):
                remove_directory(path, levels=2)
            elif RUN_ID.fullmatch(path.name) and _is_directory(path) and _is_remnant(path):
                remove_directory(path)
            elif is_temporary_of_root(path.name) and not _is_directory(path):
                path.unlink()
            else:
                continue
            removed.append(path.name)
    return removed


def _throw_away(root: Path, name: str) -> None:
    """Delete a directory of ours: gone in one step, so that nothing half-deleted is ever taken for a run."""
    trash = root / f"{TRASH}{name.removeprefix(CLAIM)}-{os.urandom(4).hex()}"
    try:
        rename(root / name, trash)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _remove_in_place(root / name)
    else:
        remove_directory(trash, levels=2)


def _remove_in_place(directory: Path) -> None:
    """Delete a directory of ours that an overlay does not rename, because it lies in a lower layer.

    A claim is hidden as it is. A run is whole until its manifest goes; from then on a mark says that it is no run.
    """
    if directory.name.startswith(CLAIM):
        remove_directory(directory, levels=2)
        return
    with suppress(FileExistsError):
        close(write_new(directory / REMOVED, b""))
    sync_directory(directory)
    (directory / MANIFEST_FILE).unlink(missing_ok=True)
    sync_directory(directory)
    for path in list(directory.iterdir()):
        if path.name != REMOVED:
            path.unlink()
    remove_directory(directory)


def _is_remnant(directory: Path) -> bool:
    """Whether this is what a crash left of a removal in place."""
    try:
        names = {path.name for path in directory.iterdir()}
    except OSError:
        return False
    return not names or (REMOVED in names and MANIFEST_FILE not in names)


def _is_directory(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
