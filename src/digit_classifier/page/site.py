"""The page and the runs of an artifacts root as a folder for any static host.

Only runs that are as they were published are exported, and only what an export of ours made is ever replaced.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from digit_classifier.errors import ArtifactError, InputError, explain, option, show, typed_command
from digit_classifier.page.built import ARTIFACTS_PATH, MARK, PAGE_NAMES, WORDS, WORDS_NAMES, is_export, page_text
from digit_classifier.page.source import refuse_run, shared_dataset
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
from digit_classifier.store.root import read_root
from digit_classifier.store.segments import read_listing, write_index
from digit_classifier.store.sweeps import read_sweep, sweep_ids
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from digit_classifier.artifacts import Payload
    from digit_classifier.text import AnyPath


def write_site(root: AnyPath, target: AnyPath, *, runs: Sequence[str] = ()) -> int:
    """Write the page and all runs of an artifacts root, or the chosen ones, as a folder; returns how many runs.

    The folder appears complete, in the place of an earlier export or of nothing. InputError for anything else there,
    ArtifactError where a run is not as it was published.
    """
    root, target = as_path(root), as_path(target)
    _require_free(target)
    wanted, entries = _wanted_runs(root, runs, target)
    place = target.resolve()  # "." has no name and no neighbours
    hidden = f".{place.name}-{os.urandom(4).hex()}.tmp"

    def write(site: Path) -> None:
        _write_tree(site, root, wanted, entries)

    try:
        if _is_in_use(place) or not _put_in_place(place.parent / hidden, place, write):
            _put_inside(place / hidden, write)
    except OSError as error:
        raise cannot_write(target, error, option("output")) from error
    return len(wanted)


def _is_in_use(target: Path) -> bool:
    """Whether somebody is in a folder: put aside and deleted, it would take the shell's place with it."""
    with suppress(OSError):  # the working directory may be gone
        return target in (Path.cwd(), *Path.cwd().parents)
    return False


def _put_in_place(temporary: Path, target: Path, write: Callable[[Path], None]) -> bool:
    """Write a site beside its target, then rename it; False where an earlier folder can only be filled anew."""
    old = temporary.with_suffix(".old")
    try:
        try:
            temporary.mkdir(parents=True)
        except OSError as error:
            if _is_unmovable(target, error):
                return False
            raise
        write(temporary)
        try:
            if target.exists():
                target.rename(old)
        except OSError as error:
            if _is_unmovable(target, error):
                return False
            raise
        temporary.rename(target)
        sync_directory(target.parent)
    finally:
        if old.exists() and not target.exists():
            old.rename(target)  # what was there comes back
        shutil.rmtree(temporary, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    return True


def _is_unmovable(target: Path, error: OSError) -> bool:
    """Whether a folder is there, and only the one above it refused.

    An overlay keeps it in a lower layer, something is mounted there, or the folder above may not be written.
    """
    numbers = (errno.EXDEV, errno.EBUSY, errno.EINVAL, errno.EACCES, errno.EPERM, errno.EROFS)
    return target.is_dir() and error.errno in numbers


def _put_inside(temporary: Path, write: Callable[[Path], None]) -> None:
    """Write a site in a hidden folder of its target, then move it up file by file."""
    try:
        temporary.mkdir()
        write(temporary)
        _replace_contents(temporary, temporary.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _replace_contents(new: Path, target: Path) -> None:
    """Put a site in the place of an earlier one file by file, where that folder cannot be renamed.

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


def _wanted_runs(root: Path, chosen: Sequence[str], target: Path) -> tuple[list[str], tuple[Payload, ...]]:
    """The runs to export, newest first, and the entries of all that are whole.

    InputError where there are none, or not these; ArtifactError where one that is listed or chosen is gone or damaged.
    """
    found, listed = read_root(root), set[str]()
    here = [entry["run_id"] for entry in found.entries]
    with suppress(OSError, ArtifactError):  # without a list the directories tell
        listed = {entry["run_id"] for entry, _ in read_listing(root).runs}
    meant = set(chosen) or listed or set(found.damaged)
    for run_id in sorted((meant & listed) - {*here, *found.damaged}):
        came, attempt = f"none named {run_id}", typed_command("repair", root)
        raise InputError(explain(root, "the runs that its index lists", came, attempt))
    for run_id in sorted(meant & found.damaged.keys()):
        problem = found.damaged[run_id]
        raise ArtifactError(problem if problem.startswith(f"{root / run_id}") else f"{root / run_id}: {problem}")
    for run_id in chosen:
        if run_id not in here:
            raise InputError(explain(option("run"), f"a run of {root}", show(run_id), typed_command("runs", root)))
    wanted = [run_id for run_id in here if run_id in chosen or not chosen]
    if not wanted:
        refuse_run(root, lambda above, name: typed_command("export", "site", above, "--run", name, "--output", target))
        attempt = typed_command("train", "--artifacts-root", root)
        raise InputError(explain("ROOT", "an artifacts root with runs", f"none in {root}", attempt))
    return wanted, found.entries


def _sweeps_with(root: Path, run_ids: Sequence[str], entries: Sequence[Payload]) -> list[str]:
    """The finished sweeps of a root that these runs are points of, or that none is: theirs were not kept."""
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


def _write_tree(site: Path, root: Path, run_ids: Sequence[str], known: Sequence[Payload]) -> None:
    """The page and an artifacts root without lock and latest/, run by run: a large root need not fit in memory."""
    (site / ARTIFACTS_PATH).mkdir(parents=True)
    sweeps = _sweeps_with(root, run_ids, known)
    if sweeps:
        (site / ARTIFACTS_PATH / SWEEPS).mkdir()
    entries: list[Payload] = []
    datasets: dict[str, bytes] = {}
    checked: set[tuple[str, str]] = set()

    def add_dataset(stated: Payload) -> None:  # once for all runs: to check one takes as long as to write it
        if (key := (stated["file"], stated["sha256"])) not in checked:
            checked.add(key)
            datasets.update(shared_dataset(root, stated))

    for run_id in run_ids:
        found = inspect(root / run_id).require_sound()
        entries.append(noted(root, entry_of(found)))
        add_dataset(found.payloads["run_summary.json"]["dataset"])
        _write_directory(site / ARTIFACTS_PATH / run_id, found.files)
    for name in sweeps:
        sweep = read_sweep(root / SWEEPS / name)
        if sweep["stability"]:
            add_dataset(sweep["dataset"])
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
    left = re.compile(rf"\.{re.escape(target.resolve().name)}-[0-9a-f]{{8}}\.tmp")  # by an export that was killed
    found = [path for path in sorted(target.rglob("*")) if not left.fullmatch(path.relative_to(target).parts[0])]
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
