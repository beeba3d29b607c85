"""One way to look at a run directory: what is in it, and everything that is wrong with it."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from digit_classifier.artifacts import Payload, contradictions
from digit_classifier.errors import ArtifactError, explain, typed_command
from digit_classifier.store.bundle import Bundle, entry_of_file, lacking, read_manifest, run_twin, validate_as
from digit_classifier.store.files import read_regular
from digit_classifier.store.json import decode, twin
from digit_classifier.store.layout import (
    DATASET_FILE,
    DATASET_TWIN,
    DATASETS,
    INDEX_FILE,
    LATEST,
    MANIFEST_FILE,
    MAX_DATASET_BYTES,
    MAX_PICTURE_SIDE,
    ROOT_LOCK,
    RUN_ID,
    RUN_TWIN,
    max_bytes,
)
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.text import AnyPath

SharedData = Literal["ignored", "if there", "required"]


@dataclass
class Inspection:
    """What could be read of a run directory, and what is wrong with the rest."""

    directory: Path
    manifest: Payload | None = None
    files: dict[str, bytes] = field(default_factory=dict)  # the manifest last
    payloads: dict[str, Payload] = field(default_factory=dict)  # of the valid JSON files; the shared data set too
    problems: list[str] = field(default_factory=list)  # one line each; empty when the run is as it was published
    remarks: list[str] = field(default_factory=list)  # what lies beside the run's files, and does it no harm
    changed: dict[str, list[str]] = field(default_factory=dict)  # kind of a change that has a known cause → files
    failure: OSError | None = None  # of the disk, which says nothing about the run

    def note(self, where: Path, error: OSError | ArtifactError) -> None:
        """Add a problem."""
        self.problems.append(problem_line(where, error))
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            self.failure = error

    def require_sound(self) -> Inspection:
        """Itself; OSError where the disk failed, ArtifactError naming the first problem."""
        if self.failure:
            raise self.failure
        if self.problems:
            raise ArtifactError(self.problems[0])
        return self


def inspect(directory: AnyPath, *, name: str | None = None, shared_data: SharedData = "ignored") -> Inspection:
    """Read a run directory and check every file, number and picture in it, and that the files agree.

    `shared_data`: whether the data set that the run shares with others is read and compared as well; a run that was
    copied out of its root may lack it ("if there"), one among the data sets of its root may not. `name` is the run's,
    where its directory has another.
    Damage never raises: it is among the problems.
    """
    directory = as_path(directory)
    found = _read(directory, name or directory.resolve().name)
    found.problems += [_refusal_of_kind(directory, kind, names) for kind, names in found.changed.items()]
    if found.manifest is not None and not found.problems:
        found.problems += _twin_problems(found)
        together = {**found.payloads, MANIFEST_FILE: found.manifest}
        found.problems += [f"{directory}: {text}" for text in contradictions(together)]
    for each, data in found.files.items():
        if each.endswith(".png"):
            found.problems += _picture_problems(directory / each, data)
    summary = found.payloads.get("run_summary.json")
    if shared_data != "ignored" and summary is not None and DATASET_FILE not in found.payloads:
        _add_shared_data(found, summary["dataset"]["file"], required=shared_data == "required")
    return found


def is_root(directory: Path) -> bool:
    """Whether this is an artifacts root, by either sign: the index, or the lock, which copying may leave behind."""
    return any(os.path.lexists(directory / name) for name in (INDEX_FILE, ROOT_LOCK))


def read_bundle(directory: AnyPath) -> Bundle:
    """A run directory as it was published; ArtifactError naming the first file that is not, OSError of the disk."""
    found = inspect(directory).require_sound()
    return Bundle(found.directory, found.manifest or {}, found.payloads)


def fingerprint(directory: Path) -> str:
    """The sha256 of a run's manifest, after a look at names and sizes only; ArtifactError when they do not agree."""
    text, manifest = read_manifest(directory / MANIFEST_FILE)
    for name, expected in manifest["files"].items():
        status = (directory / name).lstat()
        if status.st_size != expected["bytes"] or not stat.S_ISREG(status.st_mode):
            came = f"{status.st_size}" if stat.S_ISREG(status.st_mode) else "a link, pipe or device"
            attempt = typed_command("verify", directory)
            raise ArtifactError(explain(directory / name, f"{expected['bytes']} bytes", came, attempt))
    return hashlib.sha256(text).hexdigest()


def problem_line(where: Path, error: Exception) -> str:
    """What went wrong with a file, in one line."""
    if isinstance(error, OSError):
        return str(_refusal(error.filename or where, "a readable file", error.strerror or str(error)))
    return str(error)


def _refusal(where: object, expected: str, came: str) -> ArtifactError:
    return ArtifactError(explain(where, expected, came, "another copy of it"))


def _read(directory: Path, name: str) -> Inspection:
    found = Inspection(directory)
    try:
        text, found.manifest = read_manifest(directory / MANIFEST_FILE)
        run_id = found.manifest["run_id"]
        if run_id is not None and name not in (run_id, LATEST):  # latest/ mirrors a run under its own name
            found.problems.append(str(_refusal(directory, f"a directory named {run_id}", name)))
        if run_id is None and RUN_ID.fullmatch(name) and is_root(directory.resolve().parent):
            found.problems.append(misplaced(directory))
        found.remarks += _strays(directory, found.manifest)
    except (OSError, ArtifactError) as error:
        found.note(directory, error)
        return found
    for file, entry in found.manifest["files"].items():
        try:
            _read_file(found, file, entry)
        except (OSError, ArtifactError) as error:
            found.note(directory / file, error)
    for file in lacking(found.manifest["files"], found.payloads.get("run_summary.json")):
        found.problems.append(str(_refusal(directory, f"a run with {file}", "one without it")))
    found.files[MANIFEST_FILE] = text
    return found


def misplaced(directory: Path) -> str:
    """The problem with a flat run under the name of a run of an artifacts root: nothing can list it there."""
    came = "a flat run, whose manifest has no run id"
    return explain(directory, "a run of an artifacts root", came, "another name for it: it is whole in any other place")


def _strays(directory: Path, manifest: Payload) -> list[str]:
    """What the manifest does not name: nothing reads, exports or copies it.

    A flat run has none: its directory is the user's own.
    """
    if manifest["run_id"] is None:
        return []
    expected = {*manifest["files"], MANIFEST_FILE}
    return [f"{path}: not one of the run's files" for path in sorted(directory.iterdir()) if path.name not in expected]


_CHANGES = {  # what programs do to text files → what undoes it
    "Windows line ends (CRLF)": (
        "the line '* -text' in a .gitattributes file beside the runs, then deleting these files and git checkout -- ."
    ),
    "a byte order mark": "the files as they were published: an editor saved them",
    "another end of the last line": "the files as they were published: an editor saved them",
    "no content": "the files as they were published: these were cut off",
}


def _kind_of_change(data: bytes, entry: Payload) -> str | None:
    """What a program did to a file, where undoing it gives the file that was published."""
    if not data:
        return "no content"
    bare = data.removeprefix(b"\xef\xbb\xbf")
    unix = bare.replace(b"\r\n", b"\n")
    for text in (unix, unix.rstrip(b"\n") + b"\n"):
        if entry_of_file(text) == entry:
            marked, ends = bare != data, unix != bare
            return list(_CHANGES)[0 if ends else 1 if marked else 2]
    return None


def _refusal_of_kind(directory: Path, kind: str, names: list[str]) -> str:
    shown = ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")
    return explain(directory, "the files as they were published", f"{kind} in {shown}", _CHANGES[kind])


def _read_file(found: Inspection, name: str, entry: Payload) -> None:
    path = found.directory / name
    data = read_regular(path, max_bytes(name))
    if (got := entry_of_file(data)) != entry:
        if kind := _kind_of_change(data, entry):
            found.changed.setdefault(kind, []).append(name)
            return
        expected = f"{entry['bytes']} bytes with sha256 {entry['sha256'][:12]}…"
        raise _refusal(path, expected, "{bytes} bytes with {sha256:.12}…".format(**got))
    found.files[name] = data
    if path.suffix == ".json":
        payload = decode(data, path, max_bytes=max_bytes(name))
        validate_as(name, payload, found.directory)
        found.payloads[name] = payload


def _twin_problems(found: Inspection) -> list[str]:
    problems = []
    if found.files.get(RUN_TWIN) != run_twin(found.manifest or {}, found.files):
        problems.append(str(_refusal(found.directory / RUN_TWIN, "the text of the JSON files", "another")))
    if DATASET_FILE in found.files and found.files.get(DATASET_TWIN) != twin(found.files[DATASET_FILE]):
        problems.append(str(_refusal(found.directory / DATASET_TWIN, f"the text of {DATASET_FILE}", "another")))
    return problems


def _picture_problems(path: Path, data: bytes) -> list[str]:
    """A browser decodes what is listed as a picture: only PNG, and no size that would fill its memory."""
    width, height = (int.from_bytes(data[start : start + 4], "big") for start in (16, 20))
    if data[:16] != b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR":
        return [str(_refusal(path, "a PNG picture", "something else"))]
    if not (0 < width <= MAX_PICTURE_SIDE and 0 < height <= MAX_PICTURE_SIDE):
        return [str(_refusal(path, f"at most {MAX_PICTURE_SIDE} × {MAX_PICTURE_SIDE} pixels", f"{width} × {height}"))]
    return []


def _add_shared_data(found: Inspection, name: str, *, required: bool) -> None:
    """Read the data set that lies beside a run, check it, and compare the run with it."""
    root = found.directory.resolve().parent
    path = root / DATASETS / name  # its validator allows no separator in the name
    is_expected = path.parent.is_dir() and (is_root(root) or os.path.lexists(path))
    if not required and not is_expected:
        return  # the run travels alone; another program's datasets/ may lie beside it
    try:
        data = read_regular(path, MAX_DATASET_BYTES)
        payload = decode(data, path, max_bytes=MAX_DATASET_BYTES)
        validate_as(DATASET_FILE, payload, path)
        sheet = path.with_suffix(".css")
        same = read_regular(sheet, max_bytes(DATASET_TWIN)) == twin(data)
    except (OSError, ArtifactError) as error:
        found.problems.append(problem_line(path, error))
        return
    sound = not found.problems
    if b"\r\n" in data:
        found.problems.append(_refusal_of_kind(path.parent, next(iter(_CHANGES)), [path.name]))
    elif not same:
        found.problems.append(str(_refusal(sheet, f"the text of {path.name}", "another")))
    if sound:
        found.payloads[DATASET_FILE] = payload
        found.problems += [f"{found.directory}: {text}" for text in contradictions(found.payloads, DATASET_FILE)]
