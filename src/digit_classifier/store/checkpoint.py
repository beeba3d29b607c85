"""The epochs so far of a run in the making, inside its claim until the run is published.

A checkpoint is a complete sealed run of its own, in a directory named by its epoch. The one before is removed only when
the disk has the new one, so a crash at any moment leaves at least one whole; the hashes tell which.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from digit_classifier.artifacts import DATASET, Payload
from digit_classifier.errors import ArtifactError, RunError, explain, typed_command
from digit_classifier.store.bundle import SharedData, entry_of_file
from digit_classifier.store.files import (
    make_directory,
    read_regular,
    remove_directory,
    rename_or_copy,
    replace_all,
    sync_directory,
    write_all,
)
from digit_classifier.store.inspection import inspect
from digit_classifier.store.json import decode, twin
from digit_classifier.store.layout import (
    CHECKPOINT,
    CLAIM,
    DATASETS,
    FILE_NAME,
    MANIFEST_FILE,
    MAX_DATASET_BYTES,
    MAX_MANIFEST_BYTES,
    SHARED_DATASET,
    TRASH,
    max_bytes,
)

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.store.bundle import Sealed


class Interrupted(NamedTuple):
    """What is known of a run whose training ended with its process."""

    run_id: str
    epoch: int  # of the checkpoint
    planned: int  # epochs
    directory: Path  # inside the claim
    shared: SharedData  # the data set


def write_checkpoint(claim: Path, epoch: int, run: Sealed) -> None:
    """Write the checkpoint of an epoch durably, in the place of the one before."""
    older = checkpoints_in(claim)
    if run.shared and not (claim / run.shared.name).exists() and not is_there(claim.parent, run.shared):
        replace_all(claim, {run.shared.name: run.shared.text()}, scratch=claim)
        sync_directory(claim.parent)  # or a power failure could take the claim itself
    directory = claim / str(epoch)
    try:
        make_directory(directory)
        write_all(directory, run.files)
        sync_directory(directory)
        sync_directory(claim)
    except BaseException:  # an interrupt, too, leaves no half of one
        with suppress(OSError):
            remove_directory(directory)
        raise
    for number in older:
        remove_directory(claim / str(number))


def checkpoints_in(claim: Path) -> list[int]:
    """The epochs of the checkpoints there, whole or not, oldest first."""
    with suppress(FileNotFoundError):
        return sorted(int(path.name) for path in claim.iterdir() if CHECKPOINT.fullmatch(path.name))
    return []


def find_interrupted(root: Path, run_id: str) -> Interrupted | None:
    """The newest whole checkpoint of a run that was not published.

    ArtifactError where that one cannot be published as it is, and why: its data set is missing, or a newer version
    wrote it. It is whole all the same, so nobody may take it for what a crash left. OSError where the disk cannot tell.
    """
    claim = root / f"{CLAIM}{run_id}"
    if claim.is_symlink() or os.path.lexists(root / run_id):
        return None
    for epoch in reversed(checkpoints_in(claim)):
        if not _is_torn(claim / str(epoch)):
            return _read(claim, run_id, epoch)
    return None


def _is_torn(directory: Path) -> bool:
    """Whether a checkpoint is only a part of one: its manifest, written last, or a file that it names is not there.

    The hashes tell, and no schema, so that what a newer version wrote is whole, too.
    """
    try:
        files = decode(read_regular(directory / MANIFEST_FILE, MAX_MANIFEST_BYTES), directory).get("files")
        stated = files if isinstance(files, dict) else {}
        return not all(_is_whole(directory, name, entry) for name, entry in stated.items())
    except (FileNotFoundError, ArtifactError):
        return True


def _is_whole(directory: Path, name: str, entry: Payload) -> bool:
    if not FILE_NAME.fullmatch(name) or not isinstance(entry, dict):
        return True  # nothing that this version could look at
    came = entry_of_file(read_regular(directory / name, max_bytes(name)))
    return all(entry.get(key) == value for key, value in came.items())


def _read(claim: Path, run_id: str, epoch: int) -> Interrupted:
    directory = claim / str(epoch)
    summary = inspect(directory, name=run_id).require_sound().payloads["run_summary.json"]
    name, cut_short = summary["dataset"]["file"], summary.get("interrupted")
    drop = typed_command("repair", "--remove", claim.parent)
    if cut_short is None or cut_short["epoch"] != epoch:
        wanted = f"a checkpoint of epoch {epoch}"
        raise ArtifactError(explain(directory, wanted, "another", f"{drop}, which deletes it"))
    found = claim / name if (claim / name).exists() else claim.parent / DATASETS / name  # where an earlier run left it
    came: str | None = None
    try:
        text = read_regular(found, MAX_DATASET_BYTES)
        dataset: Payload = decode(text, found, max_bytes=MAX_DATASET_BYTES)
        DATASET.validate(dataset)
        came = "another" if dataset["sha256"] != summary["dataset"]["sha256"] else None
    except FileNotFoundError:
        came = "none"
    except ArtifactError as error:
        came = f"one that cannot be read ({str(error).partition('; try ')[0]})"
    if came:
        attempt = f"putting it back, or {drop}, which deletes the checkpoint"
        raise ArtifactError(explain(found, f"the data set of the checkpoint after epoch {epoch}", came, attempt))
    shared = SharedData(name, dataset["sha256"], lambda: text)
    return Interrupted(run_id, epoch, cut_short["planned"], directory, shared)


def adopt(root: Path, found: Interrupted) -> None:
    """Publish a checkpoint as a run; the caller holds the lock of its claim."""
    write_shared_data(root, found.shared, found.directory.parent)
    scratch = root / f"{TRASH}{found.run_id}-{os.urandom(4).hex()}"
    rename_or_copy(found.directory, root / found.run_id, scratch)
    sync_directory(root)


def write_shared_data(root: Path, data: SharedData, scratch: Path) -> None:
    """Write a data set and its twin once, for all runs; a missing or damaged file is written anew.

    Through `scratch`, the claim, so that a crash leaves temporary files only where `repair` looks for them.
    """
    if not (SHARED_DATASET.fullmatch(data.name) and data.name.endswith(".json")):
        raise ArtifactError(
            explain(data.name, "<name>-<12 hex digits>.json", "another name", "run_summary.dataset.file")
        )
    directory = root / DATASETS
    if not directory.is_dir():
        make_directory(directory, exist_ok=True)
        sync_directory(root)  # or a power failure could keep the run and lose its data
    if directory.is_symlink():
        raise RunError(explain(directory, "a directory", "a link", "deleting the link"))
    text, sheet = _held(directory / data.name, data.sha256), _sheet(data.name)
    missing = {} if text else {data.name: data.text()}
    style = twin(text or missing[data.name])
    if not _holds(directory / sheet, style):
        missing[sheet] = style
    replace_all(directory, missing, scratch=scratch)


def is_there(root: Path, data: SharedData) -> bool:
    """Whether the data set lies whole in the root, with its twin."""
    path = root / DATASETS / data.name
    text = _held(path, data.sha256)
    return text is not None and _holds(path.with_name(_sheet(data.name)), twin(text))


def _sheet(name: str) -> str:
    return name.removesuffix(".json") + ".css"


def _held(path: Path, sha256: str) -> bytes | None:
    """The text of the data set of this digest, in any version; None where it is missing or damaged."""
    with suppress(OSError, ArtifactError):
        text = read_regular(path, MAX_DATASET_BYTES)
        payload: Payload = decode(text, path, max_bytes=MAX_DATASET_BYTES)
        DATASET.validate(payload)  # its digest follows from what it holds
        if payload["sha256"] == sha256:
            return text
    return None


def _holds(path: Path, data: bytes) -> bool:
    try:
        return read_regular(path, len(data)) == data
    except (OSError, ArtifactError):
        return False
