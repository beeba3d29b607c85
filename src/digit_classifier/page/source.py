"""What is exported: a run that is as it was published, with the data set that it shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digit_classifier.errors import ArtifactError, InputError, explain, option, show, typed_command
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
from digit_classifier.store.segments import load_index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def find_run(path: Path, where: str = "RUN", attempt: str | None = None) -> Path:
    """A run directory itself, or the latest run of an artifacts root; InputError for anything else."""
    if (path / MANIFEST_FILE).is_file():
        return path
    if (path / INDEX_FILE).is_file() and (latest := load_index(path)["latest"]) is not None:
        if (path / str(latest)).is_dir():
            return path / str(latest)
        attempt = typed_command("repair", path)
        raise InputError(explain(where, f"the latest run of {path}, {latest}", "no such directory", attempt))
    kind = "a directory without runs" if path.is_dir() else "a file" if path.exists() else "not there"
    came = f"{show(str(path))}, which is {kind}"
    raise InputError(explain(where, "a run directory or an artifacts root", came, attempt or typed_command("train")))


def find_runs(path: Path, chosen: Sequence[str] = ()) -> list[Path]:
    """A run directory itself, or those of an artifacts root, by time; InputError where there are none, or not these."""
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


def is_sweep(path: Path) -> bool:
    """Whether a path is the directory of a sweep, in the sweeps/ of its root."""
    return path.resolve().parent.name == SWEEPS and (path / PLAN_FILE).is_file()


def dataset_of(directory: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The data set that a run shares, and its twin; empty where the run contains it or it is missing."""
    if DATASET_FILE in files:
        return {}
    return shared_dataset(directory.resolve().parent, decode(files["run_summary.json"], directory)["dataset"])


def shared_dataset(root: Path, stated: Mapping[str, Any]) -> dict[str, bytes]:
    """The data set of a root that a run or a sweep states, and its twin; empty where it is missing."""
    path = root / DATASETS / stated["file"]
    try:
        data = read_regular(path, MAX_DATASET_BYTES)
    except FileNotFoundError:
        return {}
    if decode(data, path, max_bytes=MAX_DATASET_BYTES).get("sha256") != stated["sha256"]:
        raise ArtifactError(explain(path, "the data set of the run", "another", typed_command("verify", root)))
    return {path.name: data, path.with_suffix(".css").name: twin(data)}


def run_id_of(files: Mapping[str, bytes]) -> str | None:
    """The id in the manifest; None for a flat run."""
    run_id: str | None = decode(files[MANIFEST_FILE], MANIFEST_FILE)["run_id"]
    return run_id
