"""A run as plain validated JSON, and the bytes that it is sealed to: encoded files, twins, and a manifest of all."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from digit_classifier.artifacts import ARTIFACTS, DATASET, MANIFEST, Payload, build_manifest, stamped
from digit_classifier.errors import ArtifactError, explain
from digit_classifier.store.files import read_regular
from digit_classifier.store.json import MAX_VALUES, decode, encode, excess, twin
from digit_classifier.store.layout import (
    DATASET_FILE,
    DATASET_TWIN,
    MANIFEST_FILE,
    MAX_MANIFEST_BYTES,
    RUN_TWIN,
    known_names,
    max_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping
    from pathlib import Path

    from digit_classifier.artifacts import PlainDataset


# What a run cannot do without: what the index lists it by; and of one that was trained, what its scores follow from.
LISTED = ("run_summary.json", "metrics.json")
TRAINED = ("holdout.json", "model.json", "loss_curve.json", "predictions.json")


@dataclass(frozen=True)
class Bundle:
    """A run as plain validated JSON: all that pages, exporters and comparisons need, without the training code."""

    directory: Path
    manifest: Payload
    payloads: Mapping[str, Payload]  # file name → content, for every .json but the manifest

    def __repr__(self) -> str:
        return f"<Bundle {self.manifest['run_id'] or 'flat'}: {len(self.payloads)} JSON files in {self.directory}>"


class SharedData(NamedTuple):
    """A data set that the runs of a root share; it is only encoded where it is not there yet."""

    name: str  # of its file under datasets/
    sha256: str
    text: Callable[[], bytes]


class Sealed(NamedTuple):
    """The bytes of a run, ready to be written."""

    files: Mapping[str, bytes]  # of the run directory, the manifest last
    manifest: Payload
    payloads: Mapping[str, Payload]  # what the JSON files hold, as in a Bundle
    shared: SharedData | None  # none in flat mode


def seal(
    payloads: Mapping[str, Payload],
    pictures: Mapping[str, bytes],
    data: PlainDataset | None = None,
    *,
    run_id: str | None,
) -> Sealed:
    """Validate and encode every file of a run, and list all of them, with their hashes, in its manifest.

    `payloads` need run_summary.json, which gets the run id; None is a flat run. A flat run has its data set in its own
    directory, other runs share theirs in datasets/. ArtifactError for a payload that breaks its rules, for one that is
    missing, and for an unknown file name.
    """
    require_whole(payloads)
    summary = stamped(payloads["run_summary.json"], run_id)
    payloads = {**payloads, "run_summary.json": summary}
    shared = None
    if data is not None and run_id is None:
        payloads[DATASET_FILE] = DATASET.build(data)
    elif data is not None:
        shared = SharedData(summary["dataset"]["file"], data.sha256, lambda: encoded(data))
    for name, payload in payloads.items():
        ARTIFACTS[_known(name)].validate(payload)
    texts = {name: encode(payload) for name, payload in payloads.items()}
    keys = {key: summary[key] for key in ("run_id", "created", "results_digest")}
    files, manifest = seal_files(texts | dict(pictures), **keys)
    return Sealed(files, manifest, payloads, shared)


def lacking(names: Container[str], summary: Payload | None) -> list[str]:
    """The files that a run with this summary needs and that are not among these; None where it cannot be read."""
    trained = summary is not None and summary.get("synthetic") is False
    return [name for name in (*LISTED, *(TRAINED if trained else ())) if name not in names]


def require_whole(payloads: Mapping[str, Payload]) -> None:
    """ArtifactError naming the first file that a run of these payloads lacks."""
    for name in lacking(payloads, payloads.get("run_summary.json")):
        attempt = "every file of the run; a synthetic one needs the summary and the metrics alone"
        raise ArtifactError(explain("payloads", f"a run with {name}", "one without it", attempt))


def encoded(data: PlainDataset) -> bytes:
    """The text of a data set's file; ArtifactError for values that break its rules."""
    data.check()
    return encode(DATASET.build(data))


def seal_files(
    files: Mapping[str, bytes], *, run_id: str | None, created: str, results_digest: str
) -> tuple[dict[str, bytes], Payload]:
    """These files of a run with their twins, and last the manifest: bytes and sha256 of all the others."""
    sealed = {_known(name): data for name, data in files.items()}
    if DATASET_FILE in files:
        sealed[DATASET_TWIN] = twin(files[DATASET_FILE])
    manifest = build_manifest(run_id, created, results_digest, sealed)
    sealed[RUN_TWIN] = run_twin(manifest, sealed)
    manifest["files"] |= {RUN_TWIN: entry_of_file(sealed[RUN_TWIN])}
    for name, data in sealed.items():
        problem = excess(data, max_bytes(name), MAX_VALUES if name.endswith(".json") else sys.maxsize)
        if problem:  # a writer keeps to the limits of the readers
            raise ArtifactError(explain(name, *problem, "a smaller network or data set"))
    MANIFEST.validate(manifest)
    return {**sealed, MANIFEST_FILE: encode(manifest)}, manifest


def _known(name: str) -> str:
    if name not in known_names() - {RUN_TWIN, DATASET_TWIN}:
        raise ArtifactError(explain(name, "the name of a file of a run", "another", "one of layout.known_names()"))
    return name


def entry_of_file(data: bytes) -> Payload:
    """The entry of a file in a manifest."""
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def run_twin(manifest: Payload, files: Mapping[str, bytes]) -> bytes:
    """The twin of all JSON of a run; the manifest in it lacks the twin's own entry, which cannot be known yet."""
    listed = {name: entry for name, entry in manifest["files"].items() if name != RUN_TWIN}
    texts = {name: files[name].decode("utf-8") for name in listed if name.endswith(".json")}
    return twin(encode({"manifest": {**manifest, "files": listed}, "files": texts}))


def read_manifest(path: Path) -> tuple[bytes, Payload]:
    """The text of a manifest and what it says; ArtifactError unless it is valid and names only files of a run."""
    data = read_regular(path, MAX_MANIFEST_BYTES)
    return data, parse_manifest(data, path)


def parse_manifest(data: bytes, where: object) -> Payload:
    """What the text of a manifest says; ArtifactError unless it is valid and names only files of a run."""
    manifest = decode(data, where, max_bytes=MAX_MANIFEST_BYTES)
    validate_as(MANIFEST_FILE, manifest, where)
    unknown = sorted(set(manifest["files"]) - known_names())
    if unknown:
        raise ArtifactError(
            explain(where, "names of files of a run", repr(unknown[0])[:80], "a newer digit-classifier")
        )
    return manifest


def validate_as(name: str, payload: Payload, where: object) -> None:
    """Validate a payload as the file of this name; the error says where it lies."""
    try:
        ARTIFACTS[name].validate(payload)
    except ArtifactError as error:
        raise ArtifactError(f"{where}: {error}") from error
