"""sweeps/: the plan of many runs, the line that each of them leaves, and what is derived from both."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts import MANIFEST, PLAN, POINT, SWEEP, Payload, build_manifest, held_out_ids, hits_within
from digit_classifier.errors import ArtifactError, InputError, RunError, explain, option, typed_command
from digit_classifier.store.bundle import entry_of_file
from digit_classifier.store.files import (
    close,
    make_directories,
    make_directory,
    open_regular,
    open_to_append,
    read_regular,
    replace_all,
    sync,
    sync_directory,
)
from digit_classifier.store.json import decode, encode, encode_line, excess, twin
from digit_classifier.store.layout import (
    DATASETS,
    MANIFEST_FILE,
    MAX_BYTES,
    MAX_DATASET_BYTES,
    MAX_LINE_BYTES,
    MAX_MANIFEST_BYTES,
    MAX_POINTS_BYTES,
    MAX_SWEEP_BYTES,
    PLAN_FILE,
    POINTS_FILE,
    ROOT_LOCK,
    RUN_ID,
    SWEEP_FILE,
    SWEEP_FILES,
    SWEEP_PICTURE,
    SWEEP_TWIN,
    SWEEPS,
    TEMPORARY,
)
from digit_classifier.store.lock import Lock, exclusive, is_held

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_SPLITS = 100  # whose samples are in memory at a time
SYNC_PAUSE = 1.0  # seconds between two waits for the disk, at least


def sweep_ids(root: Path) -> list[str]:
    """The sweeps of a root, newest first; what has no plan is none."""
    try:
        with os.scandir(root / SWEEPS) as found:
            names = [each.name for each in found if RUN_ID.fullmatch(each.name) and each.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return sorted((name for name in names if (root / SWEEPS / name / PLAN_FILE).is_file()), reverse=True)


def read_plan(directory: Path) -> Payload:
    """The plan of a sweep; ArtifactError where it breaks its rules or is another's."""
    path = directory / PLAN_FILE
    plan = decode(read_regular(path, MAX_SWEEP_BYTES), path, max_bytes=MAX_SWEEP_BYTES)
    _validate(PLAN, plan, directory)
    if plan["sweep_id"] != directory.resolve().name:
        raise ArtifactError(explain(path, f"the plan of {directory.name}", plan["sweep_id"], "another copy of it"))
    return plan


def read_points(directory: Path) -> Iterator[Payload]:
    """The lines of points.jsonl, each by itself valid, whatever their order; a torn last line is left out.

    ArtifactError for any other line that breaks its rules.
    """
    path, read = directory / POINTS_FILE, 0
    try:
        file = open_regular(path)
    except FileNotFoundError:
        return
    with file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES + 1), b""), 1):
            read += len(line)
            where = f"{path} line {number}"
            if len(line) > MAX_LINE_BYTES or read > MAX_POINTS_BYTES:
                limit = MAX_LINE_BYTES if len(line) > MAX_LINE_BYTES else MAX_POINTS_BYTES
                raise ArtifactError(explain(where, f"at most {limit} bytes", "more", "another copy of it"))
            if not line.endswith(b"\n"):
                return
            payload = decode(line, where, max_bytes=MAX_LINE_BYTES)
            _validate(POINT, payload, where)
            yield payload


def read_sweep(directory: Path) -> Payload:
    """sweep.json of a sweep, as its manifest says; ArtifactError where it is not, FileNotFoundError before its end."""
    manifest = _read_manifest(directory)
    data = read_regular(directory / SWEEP_FILE, MAX_SWEEP_BYTES)
    if entry_of_file(data) != manifest["files"].get(SWEEP_FILE):
        came = "other bytes than the manifest lists"
        raise ArtifactError(explain(directory / SWEEP_FILE, "the file as it was written", came, _repair_of(directory)))
    payload = decode(data, directory / SWEEP_FILE, max_bytes=MAX_SWEEP_BYTES)
    _validate(SWEEP, payload, directory)
    return payload


def _validate(artifact: Any, payload: Payload, where: object) -> None:
    try:
        artifact.validate(payload)
    except ArtifactError as error:
        raise ArtifactError(f"{where}: {error}") from error


def _read_manifest(directory: Path) -> Payload:
    path = directory / MANIFEST_FILE
    manifest = decode(read_regular(path, MAX_MANIFEST_BYTES), path)
    _validate(MANIFEST, manifest, directory)
    if manifest["run_id"] != directory.resolve().name:
        came = str(manifest["run_id"])
        raise ArtifactError(explain(path, f"the manifest of {directory.name}", came, _repair_of(directory)))
    return manifest


def _repair_of(directory: Path) -> str:
    return typed_command("repair", directory.resolve().parent.parent)


@dataclass
class SweepFolder:
    """A sweep on disk whose lock this process holds: it alone appends points and writes what is derived."""

    directory: Path
    plan: Payload
    lock: Lock
    resumed: bool
    descriptor: int = -1
    synced: float = field(default_factory=time.monotonic)

    @property
    def root(self) -> Path:
        """The artifacts root."""
        return self.directory.parent.parent

    def append(self, lines: list[Payload]) -> None:
        """Add lines of points.jsonl in one write; the disk has them about a second later, or at `sync`."""
        text = b"".join(map(_line_of, lines))
        if self.descriptor < 0:
            self.descriptor = _without_torn_line(open_to_append(self.directory / POINTS_FILE))
        before = os.lseek(self.descriptor, 0, os.SEEK_END)
        rest = memoryview(text)
        try:
            while rest:
                rest = rest[os.write(self.descriptor, rest) :]
        except OSError:  # a full disk: no half of a line before the next
            with suppress(OSError):
                os.ftruncate(self.descriptor, before)
            raise
        if time.monotonic() > self.synced + SYNC_PAUSE:
            self.sync()

    def sync(self) -> None:
        """Wait until the disk has every line."""
        if self.descriptor >= 0:
            sync(self.descriptor)
            self.synced = time.monotonic()

    def write(self, sweep: Payload, picture: bytes | None, results_digest: str) -> None:
        """Put sweep.json, its twin, the picture and their manifest in the place of those before."""
        SWEEP.validate(sweep)
        text = encode(sweep)
        if problem := excess(text, MAX_SWEEP_BYTES):
            raise ArtifactError(explain(SWEEP_FILE, *problem, "fewer points"))
        files = {SWEEP_FILE: text, SWEEP_TWIN: twin(text), **({SWEEP_PICTURE: picture} if picture else {})}
        listed = {PLAN_FILE: read_regular(self.directory / PLAN_FILE, MAX_SWEEP_BYTES), **files}
        keys = {"created": self.plan["created"], "results_digest": results_digest}
        manifest = build_manifest(self.plan["sweep_id"], files=listed, **keys)
        MANIFEST.validate(manifest)
        replace_all(self.directory, {**files, MANIFEST_FILE: encode(manifest)}, scratch=self.directory)

    def release(self) -> None:
        """Close the points and let another process go on."""
        try:
            if self.descriptor >= 0:
                with suppress(OSError):
                    self.sync()
                close(self.descriptor)
                self.descriptor = -1
        finally:
            self.lock.release()


def _line_of(payload: Payload) -> bytes:
    POINT.validate(payload)
    line = encode_line(payload)
    if len(line) > MAX_LINE_BYTES:
        raise ArtifactError(
            explain(POINTS_FILE, f"lines of at most {MAX_LINE_BYTES} bytes", str(len(line)), "less data")
        )
    return line


def _without_torn_line(descriptor: int) -> int:
    """Cut off what follows the last whole line."""
    end = place = os.lseek(descriptor, 0, os.SEEK_END)
    while place > 0:
        start = max(0, place - 65536)
        os.lseek(descriptor, start, os.SEEK_SET)
        found = os.read(descriptor, place - start).rfind(b"\n")
        if found >= 0:
            place = start + found + 1
            break
        place = start
    if place != end:
        os.ftruncate(descriptor, place)
    return descriptor


def open_sweep(root: Path, plan: Payload, *, again: bool = False) -> SweepFolder:
    """The sweep of this plan, to go on with it, or a new one; `again` is always a new one.

    RunError while another process computes the same sweep; InputError where another version began it.
    """
    made: list[Path] = []
    try:
        made = make_directories(root / SWEEPS)
        with exclusive(root / SWEEPS / ROOT_LOCK):
            found = None if again else find_sweep(root, plan["plan_sha256"])
            if found:
                return _resumed(found, plan)
            return _begun(root, plan)
    except OSError as error:
        for directory in made:
            with suppress(OSError):
                directory.rmdir()
        from digit_classifier.store.files import cannot_write

        raise cannot_write(root, error) from error


def find_sweep(root: Path, plan_sha256: str) -> Path | None:
    """The newest sweep of a root with this plan."""
    for name in sweep_ids(root):
        directory = root / SWEEPS / name
        with suppress(OSError, ArtifactError):
            head = read_regular(directory / PLAN_FILE, MAX_SWEEP_BYTES)
            if plan_sha256.encode() in head and read_plan(directory)["plan_sha256"] == plan_sha256:
                return directory
    return None


def _resumed(directory: Path, plan: Payload) -> SweepFolder:
    theirs = read_plan(directory)
    for key, name in (("package_version", "digit-classifier"), ("numpy_version", "NumPy")):
        if theirs[key] != plan[key]:
            wanted, came = f"{name} {theirs[key]}, which began it", f"{name} {plan[key]}"
            raise InputError(
                explain(f"sweep {directory.name}", wanted, came, f"{option('again', True)}, which begins anew")
            )
    return SweepFolder(directory, theirs, _locked(directory), resumed=True)


def _locked(directory: Path) -> Lock:
    lock = Lock.take(directory / ROOT_LOCK)
    if lock is None:
        came = "another that computes it already, and goes on"
        attempt = "the same command when that has ended: it prints the result"
        raise RunError(explain(f"sweep {directory.name}", "no other process", came, attempt))
    return lock


def _begun(root: Path, plan: Payload) -> SweepFolder:
    base = plan["sweep_id"]
    for number in range(1, 1000):
        name = base if number == 1 else f"{base}-{number}"
        directory = root / SWEEPS / name
        if os.path.lexists(directory) or not RUN_ID.fullmatch(name):
            continue
        plan = {**plan, "sweep_id": name}
        PLAN.validate(plan)
        text = encode(plan)
        if problem := excess(text, MAX_SWEEP_BYTES):
            raise InputError(explain(PLAN_FILE, *problem, "fewer points"))
        make_directory(directory)
        lock = _locked(directory)
        try:
            replace_all(directory, {PLAN_FILE: text}, scratch=directory)
            sync_directory(root / SWEEPS)
        except BaseException:
            lock.release()
            raise
        return SweepFolder(directory, plan, lock, resumed=False)
    raise RunError(explain(root / SWEEPS / base, "a free name", "999 taken ones", "again in a second"))


def lock_sweep(directory: Path) -> SweepFolder | None:
    """An existing sweep, to write what is derived; None while another process computes it."""
    plan = read_plan(directory)
    lock = Lock.take(directory / ROOT_LOCK)
    return None if lock is None else SweepFolder(directory, plan, lock, resumed=True)


def is_computed(directory: Path) -> bool:
    """Whether a process is at this sweep now."""
    return is_held(directory / ROOT_LOCK) is True


def remove_strays(directory: Path) -> list[str]:
    """Delete the temporary files that a dead coordinator left; the caller holds the sweep's lock."""
    removed = []
    for path in sorted(directory.iterdir()):
        found = TEMPORARY.fullmatch(path.name)
        if found and found["name"] in (PLAN_FILE, *SWEEP_FILES) and not path.is_dir():
            path.unlink(missing_ok=True)
            removed.append(path.name)
    return removed


@dataclass
class Points:
    """The points of a sweep as an iterator, in the order in which they ended, and what they refer to so far.

    ArtifactError for a line that refers to none before it, and for a point that is there twice.
    """

    directory: Path
    environments: dict[str, Payload] = field(default_factory=dict)  # facts by key
    splits: dict[str, str] = field(default_factory=dict)  # maps of held-out samples by digest
    seen: set[bytes] = field(default_factory=set)

    def __iter__(self) -> Iterator[Payload]:
        for number, line in enumerate(read_points(self.directory), 1):
            if "facts" in line:
                self.environments[line["environment"]] = line["facts"]
            elif "held_out" in line:
                self.splits[line["split"]] = line["held_out"]
            else:
                if problem := self._problem(line):
                    where = f"{self.directory / POINTS_FILE} line {number}"
                    raise ArtifactError(explain(where, *problem, "another copy of it"))
                self.seen.add(bytes.fromhex(line["recipe_digest"]))
                yield line

    def _problem(self, line: Payload) -> tuple[str, str] | None:
        if bytes.fromhex(line["recipe_digest"]) in self.seen:
            return "every point once", f"{line['recipe_digest'][:12]} again"
        if "environment" in line and line["environment"] not in self.environments:
            return "an environment of an earlier line", line["environment"]
        if line["result"] and line["result"]["split"] not in self.splits:
            return "a split of an earlier line", line["result"]["split"][:12]
        return None


def sweep_problems(directory: Path) -> list[str]:
    """Everything that is wrong with a sweep: plan, points, what is derived, and whether they agree; it never raises."""
    try:
        plan, points = read_plan(directory), list(_checked(directory))
    except (OSError, ArtifactError) as error:
        return [str(error) if isinstance(error, ArtifactError) else f"{directory}: {error.strerror or error}"]
    problems = []
    if not os.path.lexists(directory / MANIFEST_FILE):
        return []  # it goes on, or was interrupted, perhaps while it confirmed or kept runs: there is nothing more
    try:
        manifest = _read_manifest(directory)
        for name, entry in manifest["files"].items():
            if name not in (PLAN_FILE, SWEEP_FILE, SWEEP_TWIN, SWEEP_PICTURE):
                raise ArtifactError(explain(directory / MANIFEST_FILE, "files of a sweep", name, _repair_of(directory)))
            limit = MAX_BYTES[".png"] if name == SWEEP_PICTURE else 2 * MAX_SWEEP_BYTES
            if entry_of_file(read_regular(directory / name, limit)) != entry:
                came = "other bytes than the manifest lists"
                problems.append(explain(directory / name, "the file as it was written", came, _repair_of(directory)))
        sweep = read_sweep(directory)
        if read_regular(directory / SWEEP_TWIN, 2 * MAX_SWEEP_BYTES) != twin(encode(sweep)):
            problems.append(
                explain(directory / SWEEP_TWIN, f"the text of {SWEEP_FILE}", "another", _repair_of(directory))
            )
        problems += _disagreements(directory, sweep, plan, points)
    except (OSError, ArtifactError) as error:
        problems.append(str(error) if isinstance(error, ArtifactError) else f"{directory}: {error.strerror or error}")
    return problems


def _checked(directory: Path) -> Iterator[Payload]:
    """The points of a sweep, each compared with the data set, where that is beside the runs."""
    about = read_plan(directory)["dataset"]
    points, labels, held = Points(directory), _labels_beside(directory, about), dict[str, list[int]]()
    for line in points:
        result = line["result"]
        if result is not None and labels is not None:
            split = result["split"]
            if split not in held:
                if len(held) >= MAX_SPLITS:
                    held.clear()
                held[split] = held_out_ids(points.splits[split], len(labels))
            hits_within(line, held[split], labels, len(about["class_names"]))
        yield {**line, "result": result and {"accuracy": result["accuracy"]}}


def _labels_beside(directory: Path, about: Payload) -> list[int] | None:
    path = directory.resolve().parent.parent / DATASETS / about["file"]
    try:
        data = decode(read_regular(path, MAX_DATASET_BYTES), path, max_bytes=MAX_DATASET_BYTES)
    except (OSError, ArtifactError):
        return None  # what is wrong with it is said of its runs
    labels = data.get("labels")
    fits = data.get("sha256") == about["sha256"] and isinstance(labels, list) and len(labels) == about["samples"]
    return labels if fits else None


def _disagreements(directory: Path, sweep: Payload, plan: Payload, points: list[Payload]) -> list[str]:
    """Where sweep.json tells another story than the points."""
    wanted = sorted(
        (
            line["random_state"],
            -1 if line["split_state"] is None else line["split_state"],
            line["result"]["accuracy"] if line["result"] else -1,
        )
        for line in points
        if not line["confirming"]
    )
    table = sweep["points"]
    rows = zip(table["random_state"], table["split_state"], table["accuracy"], table["failure"], strict=True)
    told = sorted(
        (start, -1 if split is None else split, -1 if accuracy is None else accuracy)
        for start, split, accuracy, failure in rows
        if accuracy is not None or failure is not None
    )
    texts = []
    if sweep["plan_sha256"] != plan["plan_sha256"]:
        texts.append(explain(directory / SWEEP_FILE, "the digest of plan.json", "another", _repair_of(directory)))
    if len(wanted) == len(told) and wanted != told:
        texts.append(explain(directory / SWEEP_FILE, "the accuracies of points.jsonl", "others", _repair_of(directory)))
    elif len(wanted) > len(told) == sweep["planned"]:
        texts.append(explain(directory / SWEEP_FILE, "every point", "fewer", _repair_of(directory)))
    return texts


_CREATED = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)


def sweep_name(created: str, slug: str) -> str:
    """The id of a sweep of this time: like a run's."""
    found = _CREATED.fullmatch(created)
    if found is None:
        raise InputError(explain("created", "a UTC time like 2026-11-22T19:16:12Z", repr(created), "that form"))
    return "{}{}{}-{}{}{}".format(*found.groups()) + f"-{slug}"
