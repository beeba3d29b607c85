"""notes/: what a person wrote about each run, beside the runs because those never change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts import NOTE, Payload
from digit_classifier.errors import ArtifactError, RunError, explain, typed_command
from digit_classifier.store.files import make_directory, read_regular, replace_all, sync_directory
from digit_classifier.store.json import decode, encode
from digit_classifier.store.layout import MAX_NOTE_BYTES, NOTES

if TYPE_CHECKING:
    from pathlib import Path


def read_note(root: Path, run_id: str) -> Payload:
    """The note of a run; FileNotFoundError where there is none, ArtifactError where it is damaged."""
    path = root / NOTES / f"{run_id}.json"
    if path.parent.is_symlink():
        raise ArtifactError(explain(path.parent, "a directory", "a link", "deleting the link"))
    note = decode(read_regular(path, MAX_NOTE_BYTES), path, max_bytes=MAX_NOTE_BYTES)
    NOTE.validate(note)
    if note["run_id"] != run_id:
        attempt = typed_command("note", root / run_id, "--remove")
        raise ArtifactError(explain(path, f"the note of {run_id}", f"of {note['run_id']}", attempt))
    return note


def write_note(root: Path, note: Payload) -> Path:
    """Put a note in the place of the one before, durably. The caller holds the root's lock."""
    NOTE.validate(note)
    directory = root / NOTES
    if not directory.is_dir():
        make_directory(directory, exist_ok=True)
        sync_directory(root)
    if directory.is_symlink():
        raise RunError(explain(directory, "a directory", "a link", "deleting the link"))
    name = f"{note['run_id']}.json"
    replace_all(directory, {name: encode(note)}, scratch=root)
    return directory / name


def remove_note(root: Path, run_id: str) -> Path | None:
    """Delete a note, whole or damaged, durably; None where there is none. The caller holds the root's lock."""
    path = root / NOTES / f"{run_id}.json"
    if path.parent.is_symlink():
        raise RunError(explain(path.parent, "a directory", "a link", "deleting the link"))
    try:
        path.unlink()
    except FileNotFoundError:
        return None
    sync_directory(path.parent)
    return path


def noted(root: Path, entry: Payload) -> Payload:
    """An entry of the index with the note of exactly that run; an unreadable one is ignored."""
    bare = {key: value for key, value in entry.items() if key != "note"}
    try:
        note = read_note(root, entry["run_id"])
    except (OSError, ArtifactError):
        return bare
    return {**bare, "note": note["text"]} if note["manifest_sha256"] == entry["manifest_sha256"] else bare
