"""The list of runs on disk: index.json, its head, has the newest; index-0001.json and so on, its segments, the rest.

A run enters at the head. Where the head has grown to twice HEAD_RUNS, its older half joins the newest segment, until
that is full. No segment is ever changed: what would change is written under a new number, then the head says so, and
only then the old one goes. So the head, which is put in place in one step, decides alone: a crash before it leaves
the list as it was, one after it files that nothing names, which `repair` removes.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from digit_classifier.artifacts import (
    INDEX,
    SEGMENT,
    SEGMENT_RUNS,
    Payload,
    build_index,
    build_segment,
    upgraded_index,
)
from digit_classifier.errors import ArtifactError, RunError, explain, typed_command
from digit_classifier.store.files import read_regular, replace_all
from digit_classifier.store.json import decode, encode, excess, looks_like_ours, twin
from digit_classifier.store.layout import (
    INDEX_FILE,
    INDEX_TWIN,
    MAX_INDEX_BYTES,
    MAX_SEGMENT_BYTES,
    SEGMENT_FILE,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD_RUNS = 100
TRIES = 10  # to read a list that a writer changes meanwhile


def load_index(root: Path) -> Payload:
    """The head as it is on disk, an empty one when there is none; ArtifactError when it is corrupt."""
    path = root / INDEX_FILE
    try:
        index = decode(read_regular(path, MAX_INDEX_BYTES), INDEX_FILE, max_bytes=MAX_INDEX_BYTES)
        INDEX.validate(index)
    except FileNotFoundError:
        return build_index(0, None, [])
    except ArtifactError as error:
        came = f"a damaged one ({str(error).partition('; try ')[0]})"  # the runs are whole, so it can be made anew
        raise ArtifactError(explain(path, "a list of runs", came, typed_command("repair", root))) from error
    return upgraded_index(index)


def load_segment(root: Path, stated: Payload) -> list[Payload]:
    """The runs of a segment; ArtifactError where they are not what the head states, OSError where it is not there."""
    path = root / stated["file"]
    text = read_regular(path, MAX_SEGMENT_BYTES)
    if (came := hashlib.sha256(text).hexdigest()) != stated["sha256"]:
        attempt = typed_command("repair", root)
        raise ArtifactError(explain(path, f"sha256 {stated['sha256'][:12]}…", f"{came[:12]}…", attempt))
    segment = decode(text, path, max_bytes=MAX_SEGMENT_BYTES)
    SEGMENT.validate(segment)
    runs: list[Payload] = segment["runs"]
    return runs


def written_at(root: Path, name: str) -> int:
    """When a file of the list was written, in nanoseconds; 0 when it is not there."""
    try:
        return (root / name).lstat().st_mtime_ns
    except OSError:
        return 0


class Listing(NamedTuple):
    """Runs as they are listed."""

    runs: list[tuple[Payload, int]]  # newest first, each with the time at which its file was written
    total: int  # of all that are listed
    whole: bool = True  # whether every segment that was wanted could be read


def read_listing(root: Path, newest: int | None = None) -> Listing:
    """The newest runs that are listed, or all; ArtifactError where the head is corrupt."""
    listing = Listing([], 0)
    for _ in range(TRIES):
        since, head = written_at(root, INDEX_FILE), load_index(root)
        listing = _collect(root, head, since, newest)
        if listing.whole or load_index(root)["generation"] == head["generation"]:
            break  # else a writer replaced a segment meanwhile
    return listing


def _collect(root: Path, head: Payload, since: int, newest: int | None) -> Listing:
    runs, whole = [(run, since) for run in head["runs"]], True
    for stated in head["segments"]:
        if newest is not None and len(runs) >= newest:
            break
        try:
            written = written_at(root, stated["file"])
            runs += [(run, written) for run in load_segment(root, stated)]
        except (OSError, ArtifactError):
            whole = False
    return Listing(runs[:newest], head["count"], whole)


@dataclass
class Block:
    """Runs that stand together in the list: the head's, or those of a segment."""

    runs: list[Payload]
    stated: Payload | None = None  # the segment that holds exactly these; then `runs` may be left unread

    @property
    def count(self) -> int:
        """How many runs."""
        return self.stated["runs"] if self.stated else len(self.runs)

    @property
    def real(self) -> int:
        """How many of them are not synthetic samples."""
        return self.stated["real"] if self.stated else sum(not run["synthetic"] for run in self.runs)

    def open(self, root: Path) -> list[Payload]:
        """Its runs, to be changed."""
        if self.stated:
            self.runs, self.stated = load_segment(root, self.stated), None
        return self.runs


def insert(root: Path, blocks: list[Block], place: int, runs: list[Payload]) -> None:
    """Put runs behind the first `place` ones."""
    for block in blocks:
        if place <= block.count:
            break
        place -= block.count
    if runs:
        block.open(root)[place:place] = runs


def fill_head(root: Path, blocks: list[Block]) -> None:
    """Order the head, real runs before synthetic ones; where it has none and segments do, it takes the next one in."""
    head = blocks[0]
    while not head.real and any(each.real or not head.runs for each in blocks[1:]):
        head.runs += blocks.pop(1).open(root)
    head.runs.sort(key=lambda run: bool(run["synthetic"]))


def seal_head(root: Path, blocks: list[Block], check: Callable[[list[Payload], str], list[Payload]]) -> None:
    """Move the older half of a head that is full to the newest segment.

    `check` looks at the runs of a segment again and returns those that are as they were listed.
    """
    head = blocks[0].runs
    if len(head) <= 2 * HEAD_RUNS:
        return
    older = head[HEAD_RUNS:]
    del head[HEAD_RUNS:]
    if len(blocks) > 1 and blocks[1].count < SEGMENT_RUNS:
        newest = blocks.pop(1)
        stated = newest.stated
        runs = newest.open(root)
        older += check(runs, stated["file"]) if stated else runs
    blocks.insert(1, Block(older))


def write_blocks(root: Path, old: Payload, blocks: list[Block]) -> None:
    """Put this list in the place of the one whose head is `old`."""
    number = max([0, *(_number(each["file"]) for each in old["segments"])])
    files: dict[str, bytes] = {}
    segments: list[Payload] = []
    for block in reversed(blocks[1:]):  # the oldest first, so that numbers rise with time
        if block.stated:
            segments.insert(0, block.stated)
            continue
        for end in range(len(block.runs), 0, -SEGMENT_RUNS):
            number = _free_number(root, number + 1)
            runs = block.runs[max(0, end - SEGMENT_RUNS) : end]
            stated, text = segment_of(number, runs)
            segments.insert(0, stated)
            files |= {stated["file"]: text, _sheet(stated["file"]): twin(text)}
    runs = blocks[0].runs
    text = encode(build_index(old["generation"] + 1, runs[0]["run_id"] if runs else None, runs, segments))
    if problem := excess(text, MAX_INDEX_BYTES):  # what no reader takes is not written either
        raise RunError(explain(root / INDEX_FILE, *problem, "another root: too many runs are in this one"))
    if files:
        replace_all(root, files, scratch=root)
    replace_all(root, {INDEX_FILE: text, INDEX_TWIN: twin(text)}, scratch=root)
    kept = {each["file"] for each in segments}
    for each in old["segments"]:
        if each["file"] not in kept:
            with suppress(OSError):  # nothing names it: `repair` removes it
                (root / each["file"]).unlink(missing_ok=True)
                (root / _sheet(each["file"])).unlink(missing_ok=True)


def segment_of(number: int, runs: list[Payload]) -> tuple[Payload, bytes]:
    """What the head states of a segment, and its text."""
    text, ids = encode(build_segment(runs)), [run["run_id"] for run in runs]
    digest = hashlib.sha256(text).hexdigest()
    name = f"index-{number:04}.json"
    real = sum(not run["synthetic"] for run in runs)
    return {
        "file": name,
        "runs": len(runs),
        "real": real,
        "lowest": min(ids),
        "highest": max(ids),
        "sha256": digest,
    }, text


def write_index(root: Path, generation: int, runs: list[Payload]) -> None:
    """A list of these runs, newest first, where there is none yet."""
    blocks = [Block(list(runs))]
    seal_head(root, blocks, lambda runs, _: runs)
    write_blocks(root, build_index(generation - 1, None, []), blocks)


def segment_problems(root: Path, stated: Payload) -> list[tuple[str, str, str]]:
    """What is wrong with a segment and its twin, as (name, wanted, came)."""
    name = stated["file"]
    try:
        load_segment(root, stated)
        text = read_regular(root / name, MAX_SEGMENT_BYTES)
        if read_regular(root / _sheet(name), 2 * MAX_SEGMENT_BYTES) != twin(text):
            return [(_sheet(name), f"the text of {name}", "another")]
    except OSError as error:
        return [(str(name), "a segment of the index", error.strerror or str(error))]
    except ArtifactError as error:
        return [(str(name), "a segment as index.json states it", str(error))]
    return []


def strays(root: Path, head: Payload) -> list[str]:
    """Files of ours that are named like segments and belong to none."""
    listed = {each["file"] for each in head["segments"]}
    listed |= {_sheet(name) for name in listed}
    names = [path.name for path in root.iterdir() if SEGMENT_FILE.fullmatch(path.name) and path.name not in listed]
    return sorted(name for name in names if _is_segment(root / name))


def _is_segment(path: Path) -> bool:
    with suppress(OSError, ArtifactError):
        return looks_like_ours(read_regular(path, 2 * MAX_SEGMENT_BYTES))
    return False


def _free_number(root: Path, number: int) -> int:
    """This number of a segment, or the next under which nothing lies: it may be another program's."""
    while any(os.path.lexists(root / f"index-{number:04}.{kind}") for kind in ("json", "css")):
        number += 1
    return number


def _number(name: str) -> int:
    found = SEGMENT_FILE.fullmatch(name)
    return int(found[1]) if found else 0


def _sheet(name: str) -> str:
    return name.removesuffix(".json") + ".css"
