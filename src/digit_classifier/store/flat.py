"""Flat mode: the files of one run straight in a directory that the user chose, without a root."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digit_classifier.errors import ArtifactError, InputError, RunError, explain, option
from digit_classifier.store.bundle import Bundle, read_manifest, seal
from digit_classifier.store.files import (
    cannot_write,
    make_directories,
    prepared,
    replace,
    sync_directory,
    write_all,
)
from digit_classifier.store.inspection import inspect, is_root
from digit_classifier.store.layout import (
    FLAT_LOCK,
    MANIFEST_FILE,
    ROOT_NAMES,
    RUN_ID,
    is_temporary_of_run,
    known_names,
)
from digit_classifier.store.lock import SiblingLock, exclusive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from digit_classifier.artifacts import Payload, PlainDataset


@dataclass(frozen=True)
class FlatRun:
    """A run in the making that will lie straight in a directory that the user chose, without a run id.

    It keeps no checkpoints: there is no root in which `repair` could find them.
    """

    directory: Path

    def publish(
        self, payloads: Mapping[str, Payload], pictures: Mapping[str, bytes], data: PlainDataset | None = None
    ) -> Bundle:
        """Publish the run in the place of an earlier one; `publish_flat` says how."""
        run = seal(payloads, pictures, data, run_id=None)
        publish_flat(self.directory, run.files)
        return Bundle(self.directory, run.manifest, run.payloads)


def require_writable(directory: Path) -> list[Path]:
    """Before any training, do what `publish_flat` will do; InputError, and nothing left behind, where it is refused.

    Returns the directories that were made for it, deepest first.
    """
    made: list[Path] = []
    first, second = (directory / f".{MANIFEST_FILE}-{os.urandom(4).hex()}.tmp" for _ in range(2))
    try:
        made = make_directories(directory)
        with exclusive(directory / FLAT_LOCK, kind=SiblingLock):
            _own_names(directory)
            try:
                write_all(directory, {first.name: b""})
                replace(first, second)
                sync_directory(directory)
            finally:
                for probe in (first, second):
                    with suppress(OSError):
                        probe.unlink(missing_ok=True)
    except BaseException as error:
        remove_empty(made)
        if isinstance(error, OSError):
            raise cannot_write(directory, error, option("output_dir")) from error
        raise
    return made


def remove_empty(directories: Iterable[Path]) -> None:
    """Remove the empty ones of these, deepest first."""
    for directory in directories:
        with suppress(OSError):
            directory.rmdir()


def _own_names(directory: Path) -> set[str]:
    """Files of earlier flat runs there, which the next one may replace.

    InputError for everything else: a published run never changes, a flat run does not belong in an artifacts root,
    and a file of the user may have the name of one of ours.
    """
    ours = _earlier_names(directory)
    place, another = (
        f"an empty directory or an earlier run of {option('output_dir')}",
        f"another {option('output_dir')}",
    )
    with suppress(FileNotFoundError):
        if read_manifest(directory / MANIFEST_FILE)[1]["run_id"] is not None:
            raise InputError(explain(directory, place, "a run of an artifacts root, which never changes", another))
    if is_root(directory):
        raise InputError(explain(directory, place, "an artifacts root", option("artifacts_root", str(directory))))
    whole = directory.resolve()
    if is_root(whole.parent) and (RUN_ID.fullmatch(whole.name) or whole.name in ROOT_NAMES):
        came = f"a name that the artifacts root {whole.parent} has for parts of its own"
        raise InputError(explain(directory, place, came, another))
    for name in sorted(known_names() - ours):
        if os.path.lexists(directory / name):
            raise InputError(explain(directory, place, f"{name} of another origin", another))
    return ours


def earlier_run(directory: Path) -> Payload | None:
    """The summary of a flat run that is there, which the next one will replace; None where there is none to read."""
    try:
        return inspect(directory).payloads.get("run_summary.json")
    except OSError:
        return None


def publish_flat(directory: Path, files: Mapping[str, bytes]) -> Path:
    """Put a sealed run in the place of an earlier one, and leave everything else in the directory alone.

    All bytes are on disk before the first old file goes. Then the old manifest is hidden first and the new one comes
    last: in between there is none, and a reader that checks a manifest's hashes never takes a mixture for a run.
    Hidden manifests go at the very end: after a crash they tell the next writer which files are ours.
    """
    state = "nothing was changed"
    try:
        make_directories(directory)
        with exclusive(directory / FLAT_LOCK, kind=SiblingLock):
            earlier, hidden = _own_names(directory), _leftovers(directory)
            with prepared(directory, files) as temporary:
                state = "the run there is incomplete"
                hidden += _hide_manifest(directory)
                for path, name in temporary.items():
                    replace(path, directory / name)
            state = "the run is complete, files of an earlier one remain"
            for path in [*(directory / name for name in earlier - set(files)), *hidden]:
                path.unlink(missing_ok=True)
            sync_directory(directory)
    except OSError as error:
        reason = error.strerror or str(error)
        came, attempt = f"{reason} ({state})", f"another {option('output_dir')}"
        raise RunError(explain(directory, "to write the run", came, attempt)) from error
    return directory


def _earlier_names(directory: Path) -> set[str]:
    """Files of the run that is there, or that a dead writer began. Another program's manifest is never replaced."""
    names: set[str] = set()
    with suppress(FileNotFoundError):
        try:
            names |= _names(directory / MANIFEST_FILE)
        except ArtifactError as error:
            came = f"{MANIFEST_FILE} of another origin ({error})"
            attempt = f"another {option('output_dir')}"
            raise InputError(explain(directory, "an empty directory or an earlier run", came, attempt)) from error
    for path in _leftovers(directory):
        if path.name.startswith(f".{MANIFEST_FILE}-"):
            with suppress(ArtifactError, FileNotFoundError):  # a torn one, or one of a writer that is alive
                names |= _names(path)
    return names


def _names(manifest: Path) -> set[str]:
    return set(read_manifest(manifest)[1]["files"])


def _leftovers(directory: Path) -> list[Path]:
    """Hidden files of writers, under names that only we write."""
    return [path for path in directory.iterdir() if is_temporary_of_run(path.name)]


def _hide_manifest(directory: Path) -> list[Path]:
    hidden = directory / f".{MANIFEST_FILE}-{os.urandom(4).hex()}.tmp"
    try:
        replace(directory / MANIFEST_FILE, hidden)
    except FileNotFoundError:
        return []
    return [hidden]
