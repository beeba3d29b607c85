"""The epochs so far of a run in the making, kept in its staging directory until the run is published.

A checkpoint is a complete sealed run of its own, in a directory named by its epoch. The one before goes only when the
disk has the new one, so a crash at any moment leaves at least one whole; which one that is, the hashes say.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digit_classifier.errors import ArtifactError, RunError, explain
from digit_classifier.store.bundle import (
    DATASET,
    DATASETS,
    MAX_DATASET_BYTES,
    Payload,
    decode,
    read_files,
    twin,
    validators,
)
from digit_classifier.store.files import (
    read_regular,
    remove_directory,
    rename,
    replace_all,
    sync_directory,
    write_all,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STAGING = ".incoming-"
_EPOCH = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
_DATASET = re.compile(r"[a-z0-9_-]+-[0-9a-f]{12}\.json", re.ASCII)


@dataclass(frozen=True)
class Interrupted:
    """What is known of a run whose training ended with its process."""

    run_id: str
    epoch: int  # the last one that is kept
    planned: int  # epochs
    directory: Path  # inside the staging directory
    dataset: Mapping[str, bytes]  # file name under datasets/ → text


def keep(staging: Path, epoch: int, files: Mapping[str, bytes], datasets: Mapping[str, bytes]) -> None:
    """Put the sealed files of the epochs so far in the place of the checkpoint before, durably."""
    older = epochs_in(staging)
    missing = {name: text for name, text in datasets.items() if not (staging / name).exists()}
    if missing:
        replace_all(staging, missing, scratch=staging)
        sync_directory(staging.parent)  # or a power failure could take the staging directory itself
    directory = staging / str(epoch)
    try:
        directory.mkdir()
        write_all(directory, files)
        sync_directory(directory)
        sync_directory(staging)
    except OSError:
        with suppress(OSError):
            remove_directory(directory)
        raise
    for number in older:
        remove_directory(staging / str(number))


def epochs_in(staging: Path) -> list[int]:
    """The checkpoints there, whole or not, oldest first."""
    with suppress(FileNotFoundError):
        return sorted(int(path.name) for path in staging.iterdir() if _EPOCH.fullmatch(path.name))
    return []


def find(root: Path, run_id: str) -> Interrupted | None:
    """The newest whole checkpoint of a run that was not published; OSError where the disk cannot tell."""
    staging = root / f"{STAGING}{run_id}"
    if staging.is_symlink() or os.path.lexists(root / run_id):
        return None
    for epoch in reversed(epochs_in(staging)):
        with suppress(FileNotFoundError, ArtifactError):
            return _read(staging, run_id, epoch)
    return None


def _read(staging: Path, run_id: str, epoch: int) -> Interrupted:
    directory = staging / str(epoch)
    summary = decode(read_files(directory, run_id)["run_summary.json"], directory)
    name, cut_short = summary["dataset"]["file"], summary.get("interrupted")
    text = read_regular(staging / name, MAX_DATASET_BYTES)
    dataset: Payload = decode(text, staging / name, max_bytes=MAX_DATASET_BYTES)
    validators()[DATASET](dataset)
    if cut_short is None or cut_short["epoch"] != epoch or dataset["sha256"] != summary["dataset"]["sha256"]:
        raise ArtifactError(explain(directory, f"a checkpoint of epoch {epoch}", "another", "repair --remove"))
    return Interrupted(run_id, epoch, cut_short["planned"], directory, {name: text})


def adopt(root: Path, found: Interrupted) -> None:
    """Show a checkpoint as the run it is; the caller holds the lock of its staging directory."""
    for name, text in found.dataset.items():
        write_dataset(root, name, text, found.directory.parent)
    rename(found.directory, root / found.run_id)
    sync_directory(root)


def write_dataset(root: Path, name: str, data: bytes, scratch: Path) -> None:
    """Write a data set and its twin once, for all runs; a missing or damaged file is put right.

    Through the staging directory, so that a crash leaves temporary files only where `repair` looks for them.
    """
    if not _DATASET.fullmatch(name):
        raise ArtifactError(explain(name, "<name>-<12 hex digits>.json", "another name", "run_summary.dataset.file"))
    directory = root / DATASETS
    if not directory.is_dir():
        directory.mkdir(exist_ok=True)
        sync_directory(root)  # or a power failure could keep the run and lose its data
    if directory.is_symlink():
        raise RunError(explain(directory, "a directory", "a link", "deleting the link"))
    wanted = {name: data, f"{name.removesuffix('.json')}.css": twin(data)}
    missing = {file: text for file, text in wanted.items() if not _holds(directory / file, text)}
    replace_all(directory, missing, scratch=scratch)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return read_regular(path, len(data)) == data
    except (OSError, ArtifactError):
        return False
