"""Flat mode: the files of one run straight in a directory of the user's, without history."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from digit_classifier.errors import ArtifactError, InputError, RunError, explain
from digit_classifier.store.bundle import MANIFEST, MAX_MANIFEST_BYTES, check_files, known_names, read_manifest
from digit_classifier.store.claim import LOCK, cannot_write
from digit_classifier.store.files import make_directories, prepared, read_regular, replace, sync_directory, write_new
from digit_classifier.store.index import INDEX
from digit_classifier.store.lock import exclusive_directory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LEFTOVER = re.compile(r"\.(?P<name>[a-z0-9_]+\.(?:json|png|css))-[0-9a-f]{8}\.tmp", re.ASCII)


def require_writable(directory: Path) -> None:
    """Before any training: InputError unless `publish_flat` will be able to write there."""
    probe = directory / f".{MANIFEST}-{os.urandom(4).hex()}.tmp"
    try:
        make_directories(directory)
        _own_names(directory)
        os.close(write_new(probe, b""))
        probe.unlink()
    except OSError as error:
        with suppress(OSError):
            probe.unlink()
        raise cannot_write(directory, error, "--output-dir") from error


def _own_names(directory: Path) -> set[str]:
    """Files of earlier flat runs there, which the next one may replace.

    InputError for everything else: a published run never changes, a history is no place for a flat run, and a file of
    the user's is not ours because it has the name of one.
    """
    ours = _earlier_names(directory)
    place = "an empty directory or an earlier run of --output-dir"
    with suppress(FileNotFoundError):
        if read_manifest(read_regular(directory / MANIFEST, MAX_MANIFEST_BYTES), directory)["run_id"] is not None:
            raise InputError(
                explain(directory, place, "a run of a history, which never changes", "another --output-dir")
            )
    if any((directory / name).exists() for name in (INDEX, LOCK)):
        raise InputError(explain(directory, place, "an artifacts root", f"--artifacts-root {directory}"))
    for name in sorted(known_names() - ours):
        if os.path.lexists(directory / name):
            raise InputError(explain(directory, place, f"another's {name}", "another --output-dir"))
    return ours


def publish_flat(directory: Path, files: Mapping[str, bytes]) -> Path:
    """Put a sealed run in the place of an earlier one, and leave everything else in the directory alone.

    All bytes are on disk before the first old file goes. Then the old manifest is hidden first and the new one comes
    last: in between there is none, and a reader that checks a manifest's hashes never takes a mixture for a run.
    Hidden manifests go at the very end: after a crash they tell the next writer which files are ours.
    """
    check_files(files, directory)
    state = "nothing was changed"
    try:
        make_directories(directory)
        with exclusive_directory(directory) as locked:
            earlier, hidden = _own_names(directory), _leftovers(directory) if locked else []
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
        raise RunError(explain(directory, "to write the run", f"{reason} ({state})", "another --output-dir")) from error
    return directory


def _earlier_names(directory: Path) -> set[str]:
    """Files of the run that is there now, or that a dead writer began. Another's manifest is not for us to replace."""
    names: set[str] = set()
    with suppress(FileNotFoundError):
        try:
            names |= _names(directory / MANIFEST)
        except ArtifactError as error:
            came = f"another's {MANIFEST} ({error})"
            raise InputError(explain(directory, "an empty directory or an earlier run", came, "another")) from error
    for path in _leftovers(directory):
        if path.name.startswith(f".{MANIFEST}-"):
            with suppress(ArtifactError, FileNotFoundError):  # a torn one, or one of a writer that is alive
                names |= _names(path)
    return names


def _names(manifest: Path) -> set[str]:
    return set(read_manifest(read_regular(manifest, MAX_MANIFEST_BYTES), manifest)["files"])


def _leftovers(directory: Path) -> list[Path]:
    """Hidden files of writers, under names that only we write."""
    found = [(path, _LEFTOVER.fullmatch(path.name)) for path in directory.iterdir()]
    return [path for path, match in found if match and match["name"] in known_names() | {MANIFEST}]


def _hide_manifest(directory: Path) -> list[Path]:
    hidden = directory / f".{MANIFEST}-{os.urandom(4).hex()}.tmp"
    try:
        replace(directory / MANIFEST, hidden)
    except FileNotFoundError:
        return []
    return [hidden]
