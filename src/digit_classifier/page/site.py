"""The page and the runs of an artifacts root as a folder for any static host.

Only runs that are as they were published are exported, and only what an export of ours made is ever replaced.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from digit_classifier.errors import ArtifactError, InputError, explain, option, show, typed_command
from digit_classifier.page.built import ARTIFACTS_PATH, MARK, PAGE_NAMES, WORDS, WORDS_NAMES, is_export, page_text
from digit_classifier.page.source import dataset_of, shared_dataset
from digit_classifier.store.files import cannot_write, read_regular, sync_directory, write_all
from digit_classifier.store.index import entry_of
from digit_classifier.store.inspection import inspect
from digit_classifier.store.json import encode, twin
from digit_classifier.store.layout import (
    DATASETS,
    INDEX_FILE,
    INDEX_TWIN,
    LITTER,
    MANIFEST_FILE,
    MAX_BYTES,
    RUN_ID,
    SEGMENT_FILE,
    SHARED_DATASET,
    SWEEP_FILE,
    SWEEP_PICTURE,
    SWEEP_TWIN,
    SWEEPS,
    known_names,
)
from digit_classifier.store.notes import noted
from digit_classifier.store.segments import read_listing, write_index
from digit_classifier.store.sweeps import read_sweep, sweep_ids
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from digit_classifier.artifacts import Payload
    from digit_classifier.text import AnyPath


def write_site(root: AnyPath, target: AnyPath, *, runs: Sequence[str] = ()) -> int:
    """Write the page and all runs of an artifacts root, or the chosen ones, as a folder; returns how many runs.

    The folder appears complete, in the place of an earlier export or of nothing. InputError for anything else there,
    ArtifactError where a run is not as it was published.
    """
    root, target = as_path(root), as_path(target)
    _require_free(target)
    wanted = _wanted_runs(root, runs)
    temporary = target.parent / f".{target.name}-{os.urandom(4).hex()}.tmp"
    old = temporary.with_suffix(".old")
    try:
        _write_tree(temporary, root, wanted)
        if not target.exists() or _renamed(target, old):
            temporary.rename(target)
        else:
            _replace_contents(temporary, target)
        sync_directory(target.parent)
    except OSError as error:
        raise cannot_write(target, error, option("output")) from error
    finally:
        if old.exists() and not target.exists():
            old.rename(target)  # what was there comes back
        shutil.rmtree(temporary, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    return len(wanted)


def _renamed(target: Path, old: Path) -> bool:
    """Move an earlier export aside; False where an overlay keeps its folder in a lower layer and cannot."""
    try:
        target.rename(old)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return False
    return True


def _replace_contents(new: Path, target: Path) -> None:
    """Put a site in the place of an earlier one file by file, where folders cannot be renamed.

    The deepest files come first and a manifest last: at any moment index.json lists only runs that are there.
    """
    wanted = {path.relative_to(new) for path in new.rglob("*")}
    for path in sorted(wanted, key=_depth_first):
        if (new / path).is_file():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).replace(target / path)
    for path in sorted({path.relative_to(target) for path in target.rglob("*")} - wanted, key=_depth_first):
        (target / path).rmdir() if (target / path).is_dir() else (target / path).unlink()
    for directory in (target, *(path for path in target.rglob("*") if path.is_dir())):
        sync_directory(directory)


def _depth_first(path: Path) -> tuple[int, bool, Path]:
    return -len(path.parts), path.name == MANIFEST_FILE, path


def _wanted_runs(root: Path, chosen: Sequence[str]) -> list[str]:
    listed = [entry["run_id"] for entry, _ in _listed(root)]
    for run_id in chosen:
        if run_id not in listed:
            raise InputError(explain(option("run"), f"a run of {root}", show(run_id), typed_command("runs", root)))
    wanted = [run_id for run_id in listed if run_id in chosen or not chosen]
    if not wanted:
        raise InputError(
            explain(
                "ROOT",
                "an artifacts root with runs",
                f"none in {root}",
                typed_command("train", "--artifacts-root", root),
            )
        )
    return wanted


def _listed(root: Path) -> list[tuple[Payload, int]]:
    """Every run that is listed; ArtifactError where a part of the list cannot be read."""
    listing = read_listing(root)
    if not listing.whole:
        raise ArtifactError(explain(root, "an index of all runs", "one that lacks some", typed_command("repair", root)))
    return listing.runs


def _sweeps_with(root: Path, run_ids: Sequence[str]) -> list[str]:
    """The finished sweeps of a root that these runs are points of, or that none is: theirs were not kept."""
    entries = [entry for entry, _ in _listed(root)]
    others = {entry.get("sweep") for entry in entries} - {
        entry.get("sweep") for entry in entries if entry["run_id"] in run_ids
    }
    finished = [name for name in sweep_ids(root) if (root / SWEEPS / name / MANIFEST_FILE).is_file()]
    return [name for name in finished if name not in others]


def _files_of_sweep(directory: Path, sweep: Payload) -> dict[str, bytes]:
    text = encode(sweep)
    files = {SWEEP_FILE: text, SWEEP_TWIN: twin(text)}
    with suppress(FileNotFoundError):
        files[SWEEP_PICTURE] = read_regular(directory / SWEEP_PICTURE, MAX_BYTES[".png"])
    return files


def _write_tree(site: Path, root: Path, run_ids: Sequence[str]) -> None:
    """The page and an artifacts root without lock and latest/, run by run: a large root need not fit in memory."""
    (site / ARTIFACTS_PATH).mkdir(parents=True)
    sweeps = _sweeps_with(root, run_ids)
    if sweeps:
        (site / ARTIFACTS_PATH / SWEEPS).mkdir()
    entries: list[Payload] = []
    datasets: dict[str, bytes] = {}
    for run_id in run_ids:
        found = inspect(root / run_id).require_sound()
        files = found.files
        entries.append(noted(root, entry_of(found)))
        datasets |= dataset_of(root / run_id, files)
        _write_directory(site / ARTIFACTS_PATH / run_id, files)
    for name in sweeps:
        sweep = read_sweep(root / SWEEPS / name)
        datasets |= shared_dataset(root, sweep["dataset"]) if sweep["stability"] else {}
        _write_directory(site / ARTIFACTS_PATH / SWEEPS / name, _files_of_sweep(root / SWEEPS / name, sweep))
    if datasets:
        _write_directory(site / ARTIFACTS_PATH / DATASETS, datasets)
    write_index(site / ARTIFACTS_PATH, 1, entries)
    (site / WORDS).mkdir()
    pages = {name: page_text(name) for name in (*WORDS_NAMES, *PAGE_NAMES)}
    pages["index.html"] = pages["index.html"].replace("<title>", f"{MARK}\n<title>", 1)
    write_all(site, {name: text.encode("utf-8") for name, text in pages.items()})


def _write_directory(directory: Path, files: Mapping[str, bytes]) -> None:
    directory.mkdir()
    write_all(directory, files)
    sync_directory(directory)


def _require_free(target: Path) -> None:
    """InputError unless there is nothing, an empty directory, or a directory that holds nothing but an export."""
    wanted = "a new folder or an earlier export"
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise InputError(explain(target, wanted, "a link or a file", "another place"))
    found = sorted(target.rglob("*"))
    for path in found:
        parts = path.relative_to(target).parts
        if any(LITTER.fullmatch(part) for part in parts):
            continue
        if not _is_of_a_site(parts) or path.is_symlink():
            raise InputError(explain(target, wanted, f"{path.relative_to(target)} in it", "another folder"))
    if any(not LITTER.fullmatch(path.name) for path in found) and not is_export(target / "index.html"):
        raise InputError(explain(target, wanted, "files of another origin", "another folder"))


def _is_of_a_site(parts: tuple[str, ...]) -> bool:
    match parts:
        case (name,):
            return name in (*PAGE_NAMES, ARTIFACTS_PATH, WORDS)
        case (top, name) if top == WORDS:
            return f"{top}/{name}" in WORDS_NAMES
        case (top, name):
            return top == ARTIFACTS_PATH and (
                name in (INDEX_FILE, INDEX_TWIN, DATASETS, SWEEPS)
                or bool(RUN_ID.fullmatch(name) or SEGMENT_FILE.fullmatch(name))
            )
        case (top, place, name) if place == SWEEPS:
            return top == ARTIFACTS_PATH and bool(RUN_ID.fullmatch(name))
        case (top, place, sweep, name):
            inside = (top, place) == (ARTIFACTS_PATH, SWEEPS) and bool(RUN_ID.fullmatch(sweep))
            return inside and name in (SWEEP_FILE, SWEEP_TWIN, SWEEP_PICTURE)
        case (top, place, name):
            known = SHARED_DATASET.fullmatch(name) if place == DATASETS else name in known_names() | {MANIFEST_FILE}
            return top == ARTIFACTS_PATH and bool(known)
    return False
