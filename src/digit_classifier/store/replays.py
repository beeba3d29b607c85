"""replays/: the newest outcome of repeating each run, beside the runs because those never change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.artifacts import REPLAY, Payload, build_mark
from digit_classifier.errors import ArtifactError, RunError, explain, typed_command
from digit_classifier.store.files import make_directory, read_regular, replace_all, sync_directory
from digit_classifier.store.json import decode, encode
from digit_classifier.store.layout import MAX_REPLAY_BYTES, REPLAYS

if TYPE_CHECKING:
    from pathlib import Path


def read_replay(root: Path, run_id: str) -> Payload:
    """The outcome for a run; FileNotFoundError where there is none, ArtifactError where it is damaged."""
    path = root / REPLAYS / f"{run_id}.json"
    if path.parent.is_symlink():
        raise ArtifactError(explain(path.parent, "a directory", "a link", "deleting the link"))
    replay = decode(read_regular(path, MAX_REPLAY_BYTES), path, max_bytes=MAX_REPLAY_BYTES)
    REPLAY.validate(replay)
    if replay["run_id"] != run_id:
        raise ArtifactError(
            explain(path, f"the replay of {run_id}", f"of {replay['run_id']}", typed_command("replay", root / run_id))
        )
    return replay


def write_replay(root: Path, replay: Payload) -> Path:
    """Put an outcome in the place of the one before, durably. The caller holds the root's lock."""
    REPLAY.validate(replay)
    directory = root / REPLAYS
    if not directory.is_dir():
        make_directory(directory, exist_ok=True)
        sync_directory(root)
    if directory.is_symlink():
        raise RunError(explain(directory, "a directory", "a link", "deleting the link"))
    name = f"{replay['run_id']}.json"
    replace_all(directory, {name: encode(replay)}, scratch=root)
    return directory / name


def marked(root: Path, entry: Payload) -> Payload:
    """An entry of the index with what is known of a replay of exactly that run; an unreadable one is ignored."""
    bare = {key: value for key, value in entry.items() if key != "replay"}
    try:
        replay = read_replay(root, entry["run_id"])
    except (OSError, ArtifactError):
        return bare
    same = replay["manifest_sha256"] == entry["manifest_sha256"]
    return {**bare, "replay": build_mark(replay)} if same else bare
