"""One run directory: seal its files with a manifest, read them back, say everything that is wrong with them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from digit_classifier.errors import ArtifactError, explain
from digit_classifier.store.files import read_regular
from digit_classifier.store.json import MAX_JSON_BYTES, Payload, decode, encode, twin, untwin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = [
    "Bundle",
    "Payload",
    "check_files",
    "damage",
    "decode",
    "encode",
    "problems",
    "read_bundle",
    "read_files",
    "read_manifest",
    "seal",
    "twin",
    "untwin",
]

RUN_ID = re.compile(r"\d{8}-\d{6}(-[a-z0-9-]+)?", re.ASCII)
MANIFEST, TWIN, DATASET = "manifest.json", "bundle.css", "dataset.json"
DATASET_TWIN = "dataset.css"
DATASETS = "datasets"  # beside the run directories of a root
PICTURES = (
    "sample_gallery.png",
    "confusion_matrix.png",
    "roc_curves.png",
    "learning_rate_trace.png",
    "timing_stats.png",
)
MAX_MANIFEST_BYTES = 64_000
MAX_BYTES = {".json": MAX_JSON_BYTES, ".png": 8_000_000, ".css": 96_000_000}
MAX_DATASET_BYTES = 256_000_000
MAX_PICTURE_SIDE = 4096  # pixels


@dataclass(frozen=True)
class Bundle:
    """A run as plain validated JSON: all that pages, exporters and comparisons need, without the training code."""

    directory: Path
    manifest: Payload
    payloads: Mapping[str, Payload]  # file name → content, for every .json but the manifest


@dataclass
class _Reading:
    """What could be read of a directory, and everything that was wrong with the rest."""

    directory: Path
    name: str  # of the run, where its directory tells it
    manifest: Payload | None = None
    manifest_text: bytes = b""
    contents: dict[str, bytes] = field(default_factory=dict)
    payloads: dict[str, Payload] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    failure: OSError | None = None  # of the disk, which says nothing about the run

    def note(self, where: Path, error: OSError | ArtifactError) -> None:
        """Add a problem."""
        self.problems.append(_line(where, error))
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            self.failure = error


def validators() -> Mapping[str, Callable[[Payload], Any]]:
    """File name → validator. Imported late: the store also works where only its own files are checked."""
    from digit_classifier.artifacts import VALIDATORS

    return VALIDATORS


def known_names() -> frozenset[str]:
    """Every name a run directory can hold besides its manifest; no other is ever opened, written or deleted."""
    return frozenset((*validators(), *PICTURES, TWIN, DATASET, DATASET_TWIN)) - {MANIFEST, "index.json", "replay.json"}


def seal(files: Mapping[str, bytes], *, run_id: str | None, created: str, results_digest: str) -> dict[str, bytes]:
    """The files of a run with their twin, and last the manifest: bytes and sha256 of all the others.

    `run_id` is None in flat mode. ArtifactError for names that no run has.
    """
    from digit_classifier.artifacts import build_manifest

    for name in files:
        if name not in known_names() - {TWIN, DATASET_TWIN}:
            raise ArtifactError(explain(name, "the name of a file of a run", "another", "one of bundle.known_names()"))
        most = MAX_DATASET_BYTES if name == DATASET else MAX_BYTES[name[name.rindex(".") :]]
        if len(files[name]) > most:  # what nobody could read back is not written either
            raise ArtifactError(
                explain(name, f"at most {most} bytes", f"{len(files[name])}", "a smaller network or data set")
            )
    sealed = dict(files)
    if DATASET in files:
        sealed[DATASET_TWIN] = twin(files[DATASET])
    manifest = build_manifest(run_id, created, results_digest, sealed)
    sealed[TWIN] = _bundle_twin(manifest, sealed)
    manifest["files"] |= {TWIN: _fingerprint(sealed[TWIN])}
    validators()[MANIFEST](manifest)
    return {**sealed, MANIFEST: encode(manifest)}


def _fingerprint(data: bytes) -> Payload:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _bundle_twin(manifest: Payload, contents: Mapping[str, bytes]) -> bytes:
    """The twin of all JSON of a run; the manifest in it lacks the twin's own entry, which cannot be known yet."""
    listed = {name: entry for name, entry in manifest["files"].items() if name != TWIN}
    texts = {name: contents[name].decode("utf-8") for name in listed if name.endswith(".json")}
    return twin(encode({"manifest": {**manifest, "files": listed}, "files": texts}))


def check_files(files: Mapping[str, bytes], where: object) -> Payload:
    """The manifest of sealed files held in memory; ArtifactError unless it describes exactly these files."""
    if not files or list(files)[-1] != MANIFEST:
        raise ArtifactError(explain(where, f"sealed files with {MANIFEST} last", "others", "bundle.seal(files, ...)"))
    manifest = read_manifest(files[MANIFEST], where)
    if manifest["files"] != {name: _fingerprint(data) for name, data in files.items() if name != MANIFEST}:
        raise ArtifactError(explain(where, "the files that were sealed", "others", "bundle.seal(files, ...)"))
    return manifest


def read_manifest(data: bytes, where: object) -> Payload:
    """A manifest with a valid schema and only known names; ArtifactError naming `where` otherwise."""
    manifest = decode(data, where, max_bytes=MAX_MANIFEST_BYTES)
    _validate(MANIFEST, manifest, where)
    unknown = sorted(set(manifest["files"]) - known_names())
    if unknown:
        raise ArtifactError(explain(where, "names of files of a run", repr(unknown[0])[:80], "a newer version"))
    return manifest


def _validate(name: str, payload: Payload, where: object) -> None:
    try:
        validators()[name](payload)
    except ArtifactError as error:
        raise ArtifactError(f"{where}: {error}") from error


def read_bundle(directory: Path) -> Bundle:
    """Read and check a run directory; ArtifactError naming the first file that is not as it was published."""
    reading = _read(directory)
    if reading.problems or reading.manifest is None:
        raise ArtifactError(reading.problems[0])
    return Bundle(directory, reading.manifest, reading.payloads)


def read_files(directory: Path, name: str | None = None) -> dict[str, bytes]:
    """The bytes of a run directory with no problem of its own, its manifest last; ArtifactError otherwise.

    OSError where the disk fails. `name` is the run's where its directory does not bear it yet.
    """
    reading = _inspect(directory, name)
    if reading.failure:
        raise reading.failure
    if reading.problems:
        raise ArtifactError(reading.problems[0])
    return {**reading.contents, MANIFEST: reading.manifest_text}


def problems(directory: Path, *, alone: bool = True) -> list[str]:
    """Everything `verify` can find in a run directory, one line each; empty when the run is as it was published.

    A run that was copied out of its root is `alone` and may lack the data set that it shared there.
    """
    from digit_classifier.artifacts import contradictions

    reading = _inspect(directory)
    summary = reading.payloads.get("run_summary.json")
    if summary is None or DATASET in reading.payloads:
        return reading.problems
    found, dataset = _shared_dataset(directory, summary["dataset"]["file"], alone=alone)
    if reading.problems or not dataset:
        return reading.problems + found
    return found + [f"{directory}: {text}" for text in contradictions({**reading.payloads, **dataset})]


def damage(directory: Path) -> list[str]:
    """The problems of a run directory alone, whatever happened to the data set that it shares with others."""
    return _inspect(directory).problems


def _inspect(directory: Path, name: str | None = None) -> _Reading:
    """Read a run and also compare its files with each other, and its pictures with what a browser may decode."""
    from digit_classifier.artifacts import contradictions

    reading = _read(directory, name)
    if reading.manifest is not None and not reading.problems:
        together = {**reading.payloads, MANIFEST: reading.manifest}
        reading.problems += _twin_problems(directory, reading.manifest, reading.contents)
        reading.problems += [f"{directory}: {text}" for text in contradictions(together)]
    for name, data in reading.contents.items():
        if name.endswith(".png"):
            reading.problems += _picture_problems(directory / name, data)
    return reading


def _twin_problems(directory: Path, manifest: Payload, contents: Mapping[str, bytes]) -> list[str]:
    found = []
    if contents.get(TWIN) != _bundle_twin(manifest, contents):
        found.append(str(_refusal(directory / TWIN, "the text of the JSON files", "another")))
    if DATASET in contents and contents.get(DATASET_TWIN) != twin(contents[DATASET]):
        found.append(str(_refusal(directory / DATASET_TWIN, f"the text of {DATASET}", "another")))
    return found


def _read(directory: Path, name: str | None = None) -> _Reading:
    reading = _Reading(directory, name or directory.resolve().name)
    try:
        _read_manifest_of(reading)
        names = reading.manifest["files"] if reading.manifest else {}
        _find_strays(reading, {*names, MANIFEST})
    except (OSError, ArtifactError) as error:
        reading.note(directory, error)
        return reading
    for name, entry in names.items():
        try:
            _read_file(reading, name, entry)
        except (OSError, ArtifactError) as error:
            reading.note(directory / name, error)
    return reading


def _read_manifest_of(reading: _Reading) -> None:
    path = reading.directory / MANIFEST
    reading.manifest_text = read_regular(path, MAX_MANIFEST_BYTES)
    manifest = read_manifest(reading.manifest_text, path)
    run_id, name = manifest["run_id"], reading.name
    if run_id is not None and name not in (run_id, "latest"):  # latest/ mirrors a run under its own name
        reading.problems.append(str(_refusal(reading.directory, f"a directory named {run_id}", name)))
    reading.manifest = manifest


def _find_strays(reading: _Reading, expected: set[str]) -> None:
    """Names that start with a dot do not count: file managers leave such files wherever somebody looked.

    Nor does anything beside a flat run, whose directory is the user's own.
    """
    if reading.manifest is not None and reading.manifest["run_id"] is None:
        return
    strays = sorted(path for path in reading.directory.iterdir() if path.name not in expected)
    reading.problems += [
        str(_refusal(path, "no file beyond the manifest's", "one")) for path in strays if not path.name.startswith(".")
    ]


def _read_file(reading: _Reading, name: str, entry: Payload) -> None:
    path = reading.directory / name
    data = read_regular(path, MAX_BYTES[path.suffix] if name != DATASET else MAX_DATASET_BYTES)
    if _fingerprint(data) != entry:
        expected = f"{entry['bytes']} bytes with sha256 {entry['sha256'][:12]}…"
        raise _refusal(path, expected, "{bytes} bytes with {sha256:.12}…".format(**_fingerprint(data)))
    reading.contents[name] = data
    if path.suffix == ".json":
        payload = decode(data, path, max_bytes=MAX_DATASET_BYTES if name == DATASET else MAX_BYTES[".json"])
        _validate(name, payload, reading.directory)
        reading.payloads[name] = payload


def _line(where: Path, error: Exception) -> str:
    if isinstance(error, OSError):
        return str(_refusal(error.filename or where, "a readable file", error.strerror or str(error)))
    return str(error)


def _refusal(where: object, expected: str, came: str) -> ArtifactError:
    return ArtifactError(explain(where, expected, came, "the file as it was published"))


def _picture_problems(path: Path, data: bytes) -> list[str]:
    """A browser decodes what we list as a picture: only PNG, and no size that makes it a bomb."""
    width, height = (int.from_bytes(data[start : start + 4], "big") for start in (16, 20))
    if data[:16] != b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR":
        return [str(_refusal(path, "a PNG picture", "something else"))]
    if not (0 < width <= MAX_PICTURE_SIDE and 0 < height <= MAX_PICTURE_SIDE):
        return [str(_refusal(path, f"at most {MAX_PICTURE_SIDE} × {MAX_PICTURE_SIDE} pixels", f"{width} × {height}"))]
    return []


def _shared_dataset(directory: Path, name: str, *, alone: bool) -> tuple[list[str], dict[str, Payload]]:
    """The data set beside a run, with its problems; nothing for a run that travels alone."""
    path = directory.resolve().parent / DATASETS / name  # its validator allows no separator in the name
    if alone and not path.parent.is_dir():
        return [], {}
    try:
        data = read_regular(path, MAX_DATASET_BYTES)
        payload = decode(data, path, max_bytes=MAX_DATASET_BYTES)
        _validate(DATASET, payload, path)
        sheet = path.with_suffix(".css")
        same = read_regular(sheet, 2 * MAX_DATASET_BYTES) == twin(data)
    except (OSError, ArtifactError) as error:
        return [_line(path, error)], {}
    return [] if same else [str(_refusal(sheet, f"the text of {path.name}", "another"))], {DATASET: payload}
