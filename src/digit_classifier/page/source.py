"""What is exported: a run that is as it was published, with the data set that it shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts import DATASET
from digit_classifier.errors import ArtifactError, InputError, explain, option, show, typed_command
from digit_classifier.store.bundle import read_manifest
from digit_classifier.store.files import read_regular
from digit_classifier.store.index import run_directories
from digit_classifier.store.json import decode, twin
from digit_classifier.store.layout import (
    DATASET_FILE,
    DATASETS,
    INDEX_FILE,
    MANIFEST_FILE,
    MAX_DATASET_BYTES,
    PLAN_FILE,
    SWEEPS,
)
from digit_classifier.store.root import read_root
from digit_classifier.store.segments import load_index

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


def find_run(path: Path, where: str = "RUN", attempt: str | None = None) -> Path:
    """A run directory itself, or the latest run of an artifacts root; InputError for anything else.

    A whole run that nobody has listed yet comes before the latest of the list, as `runs` shows them.
    """
    wanted, came = "a run directory or an artifacts root", show(str(path))
    _refuse_sweep(path, where, wanted, attempt)
    if (path / MANIFEST_FILE).is_file():
        return path
    if (path / INDEX_FILE).is_file() and (latest := load_index(path)["latest"]) is not None:
        if (path / str(latest)).is_dir():
            found = read_root(path, 1)
            first = found.entries[0]["run_id"] if found.entries else latest
            return path / str(first if first in found.unlisted else latest)
        gone = f"{came}, whose latest run {latest} is gone"
        raise InputError(explain(where, wanted, gone, typed_command("repair", path)))
    if path.is_dir() and run_directories(path):
        raise InputError(explain(where, wanted, f"{came}, which lists no run", typed_command("repair", path)))
    kind = "a directory without runs" if path.is_dir() else "a file" if path.exists() else "not there"
    raise InputError(explain(where, wanted, f"{came}, which is {kind}", attempt or typed_command("train")))


def _refuse_sweep(path: Path, where: str, wanted: str, attempt: str | None = None) -> None:
    """InputError for the directory of a sweep, which looks like that of a run."""
    if is_sweep(path):
        one = "load_sweep" if attempt else typed_command("runs", path.resolve().parent.parent)
        came = f"{show(str(path))}, which is a sweep"
        raise InputError(explain(where, wanted, came, f"one of its runs, or {one}"))


def find_runs(path: Path, chosen: Sequence[str] = ()) -> list[Path]:
    """A run directory itself, or those of an artifacts root, by time; InputError where there are none, or not these."""
    _refuse_sweep(path, "RUN", "a run, or a directory with runs")
    if (path / MANIFEST_FILE).is_file():
        if chosen:
            attempt = f"leaving out {option('run')}"
            raise InputError(explain(option("run"), "an artifacts root", f"{path}, which is a run", attempt))
        return [path]
    found = run_directories(path)
    for run_id in chosen:
        if run_id not in found:
            raise InputError(explain(option("run"), f"a run of {path}", show(run_id), typed_command("runs", path)))
    if not found:
        came, attempt = f"{show(str(path))}, which has none", typed_command("train", "--artifacts-root", path)
        raise InputError(explain("RUN", "a run, or a directory with runs", came, attempt))
    return [path / name for name in sorted(chosen or found)]


def refuse_run(path: Path, attempt: Callable[[Path, str], str]) -> None:
    """InputError for a run where an artifacts root was meant; `attempt` says what to do with its root and its id."""
    try:
        run_id = read_manifest(path / MANIFEST_FILE)[1]["run_id"]
    except (OSError, ArtifactError):
        return
    root = path.resolve().parent
    placed = run_id is not None and (root / run_id / MANIFEST_FILE).is_file()
    came, verify = f"{show(str(path))}, which is a run", typed_command("verify", path)
    raise InputError(explain("ROOT", "an artifacts root", came, attempt(root, run_id) if placed else verify))


def is_sweep(path: Path) -> bool:
    """Whether a path is the directory of a sweep, in the sweeps/ of its root."""
    return path.resolve().parent.name == SWEEPS and (path / PLAN_FILE).is_file()


def dataset_of(directory: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The data set that a run shares, and its twin; empty where the run contains it or it is missing."""
    if DATASET_FILE in files:
        return {}
    return shared_dataset(directory.resolve().parent, decode(files["run_summary.json"], directory)["dataset"])


def shared_dataset(root: Path, stated: Mapping[str, Any]) -> dict[str, bytes]:
    """The data set of a root that a run or a sweep states, and its twin; empty where it is missing.

    ArtifactError where it is damaged or another: its digest is computed again.
    """
    path = root / DATASETS / stated["file"]
    came = "another"
    try:
        data = read_regular(path, MAX_DATASET_BYTES)
        payload = decode(data, path, max_bytes=MAX_DATASET_BYTES)
        DATASET.validate(payload)
    except FileNotFoundError:
        return {}
    except ArtifactError as error:
        came = f"a damaged one ({str(error).partition('; try ')[0]})"
    else:
        if payload["sha256"] == stated["sha256"]:
            return {path.name: data, path.with_suffix(".css").name: twin(data)}
    raise ArtifactError(explain(path, "the data set of the run", came, typed_command("verify", root)))


def run_id_of(files: Mapping[str, bytes]) -> str | None:
    """The id in the manifest; None for a flat run."""
    run_id: str | None = decode(files[MANIFEST_FILE], MANIFEST_FILE)["run_id"]
    return run_id
