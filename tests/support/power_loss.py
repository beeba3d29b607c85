"""What a disk may hold after the power failed: a small ALICE (Pillai et al., OSDI 2014).

Operations are recorded by inode. Until its file is synced, written data may be missing, half there or zeros; until its
directory is synced, a change of a name may be missing, whatever happened before or after it.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from faults import Operations
from store_oracle import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from store_oracle import Tree

Directory = dict[str, int]  # name → inode


@dataclass(frozen=True)
class Op:
    kind: str  # "name", "data", "sync"
    inode: int  # the directory whose names change, the file written, or what was synced
    changes: tuple[tuple[int, str, int | None], ...] = ()  # (directory, name, inode or None)
    data: bytes = b""


@dataclass
class Disk:
    """The inodes of a directory: `nodes` is what was there before, `log` what happened since."""

    nodes: dict[int, Directory | bytes] = field(default_factory=lambda: {0: {}})
    log: list[Op] = field(default_factory=list)


def record(top: Path, action: Callable[[], object]) -> Disk:
    """The diary of an action below `top`."""
    diary = _Diary(top)
    with diary.operations.installed():
        action()
    return diary.disk


class _Diary:
    """Knows which inode every path names at the moment."""

    def __init__(self, top: Path) -> None:
        self.disk, self.inodes = Disk(), {str(top): 0}
        for path, content in sorted(snapshot(top).items()):
            folder, name = self._place(full := str(top / path).rstrip("/"))
            self.disk.nodes[folder][name] = self._add(full, None if path.endswith("/") else content)  # type: ignore[index]
        self.operations = Operations(top, lambda *_: None)
        self.operations.after = self._note

    def _add(self, path: str, content: bytes | None) -> int:
        inode = self.inodes[path] = len(self.disk.nodes)
        self.disk.nodes[inode] = {} if content is None else content
        return inode

    def _place(self, path: str) -> tuple[int, str]:
        folder, name = os.path.split(path)
        return self.inodes[folder], name

    def _note(self, name: str, arguments: tuple[Any, ...], result: Any) -> None:
        if name in ("write", "fsync"):
            inode = self.inodes[self.operations.descriptors[arguments[0]]]
            data = bytes(arguments[1])[:result] if name == "write" else b""
            self.disk.log.append(Op("data" if name == "write" else "sync", inode, data=data))
        elif name in ("rename", "replace"):
            self._move(os.fspath(arguments[0]), os.fspath(arguments[1]))
        elif name in ("unlink", "rmdir"):
            self._log((*self._place(os.fspath(arguments[0])), None))
            del self.inodes[os.fspath(arguments[0])]
        elif (path := os.fspath(arguments[0])) not in self.inodes:  # open or mkdir
            self._log((*self._place(path), self._add(path, None if name == "mkdir" else b"")))

    def _move(self, source: str, target: str) -> None:
        self._log((*self._place(source), None), (*self._place(target), self.inodes[source]))
        for path in [path for path in self.inodes if path == source or path.startswith(source + "/")]:
            self.inodes[target + path.removeprefix(source)] = self.inodes.pop(path)

    def _log(self, *changes: tuple[int, str, int | None]) -> None:
        self.disk.log.append(Op("name", changes[-1][0], changes))


def states(disk: Disk, *, seed: int = 0) -> Iterator[tuple[bool, Tree]]:
    """What may be found after a power failure at each point: (after the action had returned, the files)."""
    rng = random.Random(seed)
    for end in range(len(disk.log) + 1):
        log = disk.log[:end]
        pending = [position for position, op in enumerate(log) if op.kind != "sync" and not _is_kept(log, position)]
        names = [position for position in pending if log[position].kind == "name"]
        torn = any(log[position].kind == "data" for position in pending)
        for dropped in _choices(names, rng):
            for tear in ("whole", "none", "half", "zeros") if torn else ("whole",):
                yield end == len(disk.log), _after(disk, log, set(pending), dropped, tear)


def _is_kept(log: list[Op], position: int) -> bool:
    return any(op.kind == "sync" and op.inode == log[position].inode for op in log[position + 1 :])


def _choices(names: list[int], rng: random.Random) -> set[frozenset[int]]:
    """Which pending names are lost: none, all, all after a point, any one, all but one, and some at random."""
    every = frozenset(names)
    chosen = {every, frozenset()}
    for index, name in enumerate(names):
        chosen |= {frozenset(names[index:]), frozenset([name]), every - {name}}
    return chosen | {frozenset(name for name in names if rng.random() < 0.5) for _ in range(4 if names else 0)}


def _after(disk: Disk, log: list[Op], pending: set[int], dropped: frozenset[int], tear: str) -> Tree:
    nodes = {inode: dict(node) if isinstance(node, dict) else node for inode, node in disk.nodes.items()}
    for position, op in enumerate(log):
        if op.kind == "data":
            kept = op.data if position not in pending else _torn(op.data, tear)
            nodes[op.inode] = bytes(nodes[op.inode]) + kept  # type: ignore[arg-type]
        elif op.kind == "name" and position not in dropped:
            for folder, name, inode in op.changes:
                directory: Any = nodes[folder]
                if inode is None:
                    directory.pop(name, None)
                else:
                    directory[name] = inode
    return dict(_files(nodes, 0, ""))


def _torn(data: bytes, tear: str) -> bytes:
    return {"whole": data, "none": b"", "half": data[: len(data) // 2], "zeros": bytes(len(data))}[tear]


def _files(nodes: dict[int, Any], inode: int, prefix: str) -> Iterator[tuple[str, bytes]]:
    for name, child in nodes[inode].items():
        if isinstance(nodes[child], dict):
            yield f"{prefix}{name}/", b""
            yield from _files(nodes, child, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}", nodes[child]


def restore(tree: Tree, top: Path) -> None:
    """Put such a state on a real disk."""
    for path in sorted(tree):
        if path.endswith("/"):
            (top / path).mkdir(parents=True)
    for path, content in tree.items():
        if not path.endswith("/"):
            (top / path).write_bytes(content)
