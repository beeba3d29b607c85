"""The list of runs, its twins and latest/: all of it can be rebuilt from the run directories."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from digit_classifier.artifacts import Payload, build_index, build_index_entry
from digit_classifier.errors import ArtifactError, RunError, explain, typed_command
from digit_classifier.store.bundle import read_manifest
from digit_classifier.store.files import make_directory, read_regular, replace_all
from digit_classifier.store.inspection import fingerprint, inspect, misplaced
from digit_classifier.store.json import twin
from digit_classifier.store.layout import (
    CLAIM,
    CLAIMED,
    INDEX_FILE,
    INDEX_TWIN,
    LATEST,
    MANIFEST_FILE,
    MAX_ENTRY_BYTES,
    MAX_INDEX_BYTES,
    NOTES,
    REPLAYS,
    ROOT_NAMES,
    RUN_ID,
    SEGMENT_FILE,
    TRASHED,
    is_temporary_of_run,
    known_names,
)
from digit_classifier.store.notes import noted
from digit_classifier.store.replays import marked
from digit_classifier.store.segments import (
    Block,
    fill_head,
    insert,
    load_index,
    load_segment,
    read_listing,
    seal_head,
    segment_problems,
    strays,
    write_blocks,
    written_at,
)
from digit_classifier.store.watch import Watch, watching

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from digit_classifier.store.inspection import Inspection


CHUNK = 200  # runs that are read between two uses of the lock
FEW = 20  # so many are read under it: a third of a second


class Published(NamedTuple):
    """A run whose directory was just given its name, under the lock that is still held."""

    entry: Payload
    files: Mapping[str, bytes]


class Refreshed(NamedTuple):
    """What a refresh of the index found to do."""

    runs: int
    restored: tuple[str, ...]  # complete runs that were not listed
    dropped: tuple[str, ...]  # listed runs that are gone or damaged
    set_aside: str | None  # the name a corrupt index was given
    unlisted: tuple[str, ...] = ()  # runs that it was told not to read, newest first


def refresh(
    watch: Watch,
    published: Published | None = None,
    damaged: frozenset[str] = frozenset(),
    changed: Collection[str] = (),
    *,
    removed: Collection[str] = (),
    entries: Sequence[Payload] = (),
    found: Sequence[Payload] | None = None,
    behind: int = 0,
    thorough: bool = False,
) -> Refreshed:
    """Bring the list of runs and latest/ up to date with the run directories. The caller holds the root's lock.

    `published` becomes the latest run, whatever its clock said. Any other complete run that is not listed comes next:
    its writer stopped before listing it. In the head, synthetic samples come after every real run. Runs named in
    `damaged` are left out, and so are those that no longer look like what was listed. For those in `changed`, what
    replays/ and notes/ hold is read again; those in `removed` are gone.

    Where nothing came or went by hand, only the head is looked at, and segments in which a run named here may be: so no
    run is ever listed twice. Else, and where the caller asks for it, all run directories and all segments are.

    `entries` are of several runs just published, newest first. To read runs that are not listed takes time, in which no
    other writer can publish: with `found`, the entries of those that were read before, none is read where they are more
    than a few, and the rest is named in the answer. They come after the first `behind` runs that are listed.
    """
    root = watch.root
    old, set_aside = _load_or_set_aside(root)
    newest = [published.entry] if published else list(entries)
    here: set[str] | None = None  # the run directories, where they are looked at
    if watch.claims is None or set_aside or thorough or entries or found:
        here = _directories(watch) - damaged
        newest = [entry for entry in newest if entry["run_id"] in here]
    ids = {entry["run_id"] for entry in newest}
    look = _Look(root, here, frozenset(ids), changed)
    blocks = look.blocks(old, {*ids, *changed, *removed})
    if blocks is None:
        watch.claims = None
        return refresh(watch, published, damaged, changed, removed=removed, found=found)
    listed, dropped = look.listed, look.dropped
    names = here - ids - listed if here is not None else set()
    if found is None or 0 < len(names) <= FEW:
        found = read_unlisted(root, names)
    found = [each for each in found if each["run_id"] in names]
    left = names - {entry["run_id"] for entry in found}
    insert(root, blocks, behind, [_beside(root, run) for run in found])
    blocks[0].runs[:0] = [_beside(root, run) for run in newest]
    fill_head(root, blocks)
    seal_head(root, blocks, look.checked)
    is_first = bool(newest) and blocks[0].runs[0]["run_id"] == newest[0]["run_id"]
    files = published.files if published and is_first else _files_of_first(root, blocks, dropped)
    is_same = [*old["segments"]] == [block.stated for block in blocks[1:]] and old["runs"] == blocks[0].runs
    if not is_same or set_aside or not _is_twin_current(root):
        write_blocks(root, old, blocks)
    if is_first or not _is_mirrored(root, files):
        _mirror(root, files)
    if left or damaged or not set(dropped) <= set(removed):  # unread or damaged: whoever comes next looks again
        watch.claims = None
    count, restored = sum(block.count for block in blocks), tuple(entry["run_id"] for entry in found)
    return Refreshed(
        count,
        restored,
        tuple(sorted(dropped, key=by_time, reverse=True)),
        set_aside,
        tuple(sorted(left, key=by_time, reverse=True)),
    )


def _beside(root: Path, entry: Payload) -> Payload:
    """An entry with what is kept beside its run."""
    return noted(root, marked(root, entry))


@dataclass
class _Look:
    """A look at runs that are listed, and what came of it."""

    root: Path
    here: set[str] | None  # the run directories; None where nothing came or went by hand
    anew: frozenset[str]  # ids that are about to be listed
    changed: Collection[str]
    listed: set[str] = field(default_factory=set)
    dropped: list[str] = field(default_factory=list)

    def blocks(self, old: Payload, touched: Collection[str]) -> list[Block] | None:
        """The head, and its segments where one of these runs may be in them or all are looked at; the rest unread.

        Runs of a segment that cannot be read are not listed any more, and so found again by a look at all directories:
        None where there was none.
        """
        blocks = [Block(self.checked(old["runs"], INDEX_FILE))]
        for stated in old["segments"]:
            block = Block([], stated)
            if self.here is not None or any(stated["lowest"] <= name <= stated["highest"] for name in touched):
                try:
                    runs = load_segment(self.root, stated)
                except (OSError, ArtifactError):
                    if self.here is None:
                        return None
                    continue
                kept = self.checked(runs, stated["file"])
                block = block if kept == runs else Block(kept)
            if block.count:
                blocks.append(block)
        return blocks

    def checked(self, runs: Sequence[Payload], file: str) -> list[Payload]:
        """Those that are still what this file lists, with what is known of their replays."""
        since, kept = written_at(self.root, file), []
        for run in runs:
            name = run["run_id"]
            if name in self.anew:
                continue
            if (self.here is not None and name not in self.here) or fault(self.root, run, since):
                self.dropped.append(name)
            else:
                kept.append(_beside(self.root, run) if name in self.changed else run)
                self.listed.add(name)
        return kept


def _directories(watch: Watch) -> set[str]:
    """Names of the run directories; from now on the watch knows the claims, unless a run is no directory."""
    claims, runs = set(), run_names(watch.root)
    with os.scandir(watch.root) as found:
        for each in found:
            if each.name.startswith(CLAIM) and RUN_ID.fullmatch(each.name.removeprefix(CLAIM)):
                claims.add(each.name.removeprefix(CLAIM))
    watch.claims = frozenset(claims) if all(runs.values()) else None
    return {name for name, is_directory in runs.items() if is_directory}


def refresh_patiently(root: Path, entries: Sequence[Payload] = ()) -> Refreshed:
    """Take the root's lock and look at everything; many unlisted runs are read while others can have the lock."""
    with watching(root) as watch:
        done = refresh(watch, entries=entries, found=(), thorough=True)
    return read_the_rest(root, done, behind=len(entries))


def read_the_rest(root: Path, done: Refreshed, behind: int) -> Refreshed:
    """List the runs that a refresh left unread, a part of them at a time.


    A sweep that is killed may leave thousands unlisted; to read them under the lock would keep every training waiting.
    """
    left, tried = list(done.unlisted), set[str]()
    restored = list(done.restored)
    while left:
        tried.update(left[:CHUNK])
        if found := read_unlisted(root, left[:CHUNK]):
            with watching(root) as watch:
                more = refresh(watch, found=found, behind=behind + len(restored))
            restored += more.restored
            done = more._replace(dropped=done.dropped + more.dropped, set_aside=done.set_aside or more.set_aside)
        left = [name for name in left[CHUNK:] if name not in tried]
    return done._replace(restored=tuple(restored))


def real_first(entries: list[Payload]) -> list[Payload]:
    """Entries in the order of the index: as they are, the synthetic ones last."""
    return sorted(entries, key=lambda entry: bool(entry["synthetic"]))


def run_directories(root: Path) -> set[str]:
    """Names of the run directories; a link is never one."""
    return {name for name, is_directory in run_names(root).items() if is_directory}


def run_names(root: Path) -> dict[str, bool]:
    """Everything that is named like a run → whether it is a directory, and no link to one."""
    with os.scandir(root) as found:
        return {each.name: each.is_dir(follow_symlinks=False) for each in found if RUN_ID.fullmatch(each.name)}


def _load_or_set_aside(root: Path) -> tuple[Payload, str | None]:
    try:
        return load_index(root), None
    except ArtifactError:
        moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        names = (
            f"{INDEX_FILE}.corrupt-{moment}{suffix}" for suffix in ("", *(f"-{number}" for number in range(2, 1000)))
        )
        free = next(name for name in names if not os.path.lexists(root / name))
        (root / INDEX_FILE).rename(root / free)
        return build_index(0, None, []), free


def entry_of(run: Inspection) -> Payload:
    """The index entry of a sound run; ArtifactError for a flat one, which has no id to be listed by."""
    if (run.manifest or {}).get("run_id") is None:
        raise ArtifactError(misplaced(run.directory))
    summary, metrics = run.payloads["run_summary.json"], run.payloads["metrics.json"]
    return entry_of_payloads(summary, metrics, run.files[MANIFEST_FILE])


def entry_of_payloads(summary: Payload, metrics: Payload, manifest: bytes) -> Payload:
    """The index entry of a run, so small that a page can list thousands: a long label is shortened.

    At most 450 bytes beside the name of its sweep.
    """
    entry = build_index_entry(summary, metrics, hashlib.sha256(manifest).hexdigest())
    most = MAX_ENTRY_BYTES + len(entry.get("sweep", "")) + 12
    while entry["label"] and len(json.dumps(entry)) > (most if "sweep" in entry else MAX_ENTRY_BYTES):
        shorter = entry["label"].removesuffix("…")[:-1].rstrip()
        entry["label"] = f"{shorter}…" if shorter else None
    return entry


def read_unlisted(root: Path, names: Collection[str]) -> list[Payload]:
    """Entries of the complete runs among these, newest first by their own clock: no other order is known."""
    entries = []
    for name in sorted(names, key=by_time, reverse=True):
        try:
            entries.append(entry_of(inspect(root / name).require_sound()))
        except (OSError, ArtifactError):  # damaged: `read_root` and `repair` report it
            continue
    return entries


def by_time(run_id: str) -> tuple[str, int, str]:
    """Sort key: time, then the suffix of runs in one second as a number."""
    suffix = re.search(r"-(\d{1,9})$", run_id[15:])
    return run_id[:15], int(suffix[1]) if suffix else 1, run_id


def _files_of_first(root: Path, blocks: list[Block], dropped: list[str]) -> Mapping[str, bytes]:
    """The files of the latest run that is whole; the damaged ones before it leave the list."""
    while runs := blocks[0].runs:
        try:
            return inspect(root / runs[0]["run_id"]).require_sound().files
        except (OSError, ArtifactError):
            dropped.append(runs.pop(0)["run_id"])
            fill_head(root, blocks)
    return {}


def _is_twin_current(root: Path) -> bool:
    try:
        text = read_regular(root / INDEX_FILE, MAX_INDEX_BYTES)
        return read_regular(root / INDEX_TWIN, 2 * MAX_INDEX_BYTES) == twin(text)
    except (OSError, ArtifactError):
        return False


def _mirror(root: Path, files: Mapping[str, bytes]) -> None:
    """Make latest/ a copy, file by file and the manifest last, so that its hashes never agree with a mixture.

    Not synced: a copy that a crash tore does not match its manifest either, and the next publish makes it anew.
    """
    latest = _latest_directory(root)
    replace_all(latest, files, scratch=root, keep=False)
    old = [path for path in latest.iterdir() if path.name not in files and _is_of_mirror(path)]
    for path in sorted(old, key=lambda path: path.name != MANIFEST_FILE):  # without runs, the manifest goes first
        path.unlink(missing_ok=True)


def _is_of_mirror(path: Path) -> bool:
    """Whether this is a file of an earlier copy; what else lies in latest/ is of other programs, or of people."""
    ours = path.name in known_names() | {MANIFEST_FILE} or is_temporary_of_run(path.name)
    return ours and (not path.is_dir() or path.is_symlink())


def _latest_directory(root: Path) -> Path:
    latest = root / LATEST
    if latest.is_symlink() or (latest.exists() and not latest.is_dir()):
        raise RunError(explain(latest, "a directory of ours", "a link or a file", "deleting it"))
    make_directory(latest, exist_ok=True)
    return latest


def _is_mirrored(root: Path, files: Mapping[str, bytes]) -> bool:
    try:
        latest = _latest_directory(root)
        return {path.name for path in latest.iterdir() if _is_of_mirror(path)} == set(files) and all(
            read_regular(latest / name, len(data)) == data for name, data in files.items()
        )
    except (OSError, ArtifactError):
        return False


def derived_problems(root: Path, damaged: Collection[str] = ()) -> list[str]:
    """What is wrong with index.json, its segments, their twins and latest/ of a root; `repair` fixes all of it.

    Runs that are known as `damaged` need not be listed: `repair` lists whole ones only.
    """
    try:
        head = load_index(root)
    except OSError as error:
        return [f"{root / INDEX_FILE}: {error}"]
    except ArtifactError as error:
        return [str(error)]
    wrong = [problem for stated in head["segments"] for problem in segment_problems(root, stated)]
    entries, present = [entry for entry, _ in read_listing(root).runs], run_directories(root)
    listed = [entry["run_id"] for entry in entries]
    wrong += [
        (INDEX_FILE, f"what {place}/ says of {entry['run_id']}", "another")
        for entry in entries
        for place, read in ((REPLAYS, marked), (NOTES, noted))
        if read(root, entry) != entry
    ]
    wrong += [(INDEX_FILE, "only runs that are here", run_id) for run_id in sorted(set(listed) - present)]
    unlisted = sorted(present - set(listed) - set(damaged))
    wrong += [(INDEX_FILE, "every run that is here", f"none named {run_id}") for run_id in unlisted]
    twice = sorted({name for name, number in Counter(listed).items() if number > 1})
    wrong += [(INDEX_FILE, "every run once", f"{name} twice") for name in twice]
    if not _is_twin_current(root):
        wrong.append((INDEX_TWIN, f"the text of {INDEX_FILE}", "another"))
    if listed and listed[0] in present and not _is_copy(root / LATEST, root / listed[0]):
        wrong.append((LATEST, f"a copy of {listed[0]}", "another"))
    return [explain(root / name, wanted, came, typed_command("repair", root)) for name, wanted, came in wrong]


def _is_copy(mirror: Path, original: Path) -> bool:
    try:
        names = [*read_manifest(original / MANIFEST_FILE)[1]["files"], MANIFEST_FILE]
        sizes = {name: (original / name).stat().st_size for name in names}
        return all(read_regular(mirror / n, s) == read_regular(original / n, s) for n, s in sizes.items())
    except (OSError, ArtifactError):
        return False


def root_remarks(root: Path) -> list[str]:
    """What lies in a root and is none of its parts: nothing reads or removes it."""
    found = []
    for path in sorted(root.iterdir()):
        name, patterns = path.name, (SEGMENT_FILE, RUN_ID, CLAIMED, TRASHED)
        if name in ROOT_NAMES or name.startswith(f"{INDEX_FILE}.corrupt-") or any(p.fullmatch(name) for p in patterns):
            continue
        copied = "; the name of a run is a time and a slug of a-z, 0-9 and -" if RUN_ID.match(name) else ""
        found.append(f"{path}: not a part of the artifacts root{copied}")
    return found


def index_time(root: Path) -> int:
    """When index.json was written, in nanoseconds; 0 when there is none."""
    return written_at(root, INDEX_FILE)


def remove_stray_segments(root: Path) -> list[str]:
    """Remove segments that the head does not name, and return their names. The caller holds the root's lock."""
    found = strays(root, load_index(root))
    for name in found:
        (root / name).unlink(missing_ok=True)
    return found


def fault(root: Path, entry: Payload, since: int) -> str | None:
    """What a cheap look at a listed run finds wrong with it; None when nothing.

    As make does, a directory and a manifest older than the index are taken to be unchanged: to read ten thousand runs
    would take too long. A file that was changed in place is for `verify` to find.
    """
    place = f"{root}{os.sep}{entry['run_id']}"
    try:
        if since > os.lstat(place).st_mtime_ns and since > os.lstat(f"{place}{os.sep}{MANIFEST_FILE}").st_mtime_ns:
            return None
        directory = root / entry["run_id"]
        if fingerprint(directory) != entry["manifest_sha256"]:
            return explain(directory, "the manifest the index lists", "another", typed_command("verify", directory))
    except (OSError, ArtifactError) as error:
        return str(error)
    return None
