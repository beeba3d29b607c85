"""What must hold of an artifacts root at every moment, read without any code of the store."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

Tree = dict[str, bytes]  # relative path → content; a directory has a "/" at its end

RUN = re.compile(r"\d{8}-\d{6}(-[a-z0-9-]+)?")
CHANCE = re.compile(r"(?<=-)[0-9a-f]{8}(?=\.tmp|/|$)|(?<=\.corrupt-)\d{8}-\d{6}")


def snapshot(root: Path) -> Tree:
    tree: Tree = {}
    for folder, folders, files in os.walk(root):
        base = os.path.relpath(folder, root) + "/"
        prefix = "" if base == "./" else base
        tree |= {f"{prefix}{name}/": b"" for name in folders}
        tree |= {f"{prefix}{name}": Path(folder, name).read_bytes() for name in files}
    return tree | dict.fromkeys((path for path in tree if path.split("/")[-1] == ".lock"), b"")  # it tells of inodes


def state_of(root: Path) -> str:
    """Digest of all that the store can tell of a root: two roots with one digest are one state to it.

    Names and bytes, but for what is random or a clock's in a name, and what is older than the index: of times,
    the store asks no more.
    """
    tree, index = snapshot(root), root / "index.json"
    since = index.stat().st_mtime_ns if index.exists() else 0
    digest = hashlib.sha256()
    if ".lock" in tree:  # what it says of inodes and times: whether it is true, or what stands there instead
        said = (root / ".lock").read_text("latin-1").split("\n")
        status = root.stat()
        now = f"{status.st_ino} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_nlink} {status.st_size}"
        tree[".lock"] = repr(said[:-2]).encode() + (b"true" if said[-2:] == [now, ""] else b"false")
    for path, content in sorted((CHANCE.sub("", path), data) for path, data in tree.items()):
        digest.update(repr((path, hashlib.sha256(content).digest())).encode())
    earlier = [
        path for path in tree if path.endswith(("/", "/manifest.json")) and (root / path).stat().st_mtime_ns < since
    ]
    digest.update(repr(sorted(CHANCE.sub("", path) for path in earlier)).encode())
    return digest.hexdigest()


def runs_in(tree: Tree) -> set[str]:
    return {path.split("/")[0] for path in tree if "/" in path and RUN.fullmatch(path.split("/")[0])}


def listed_in(tree: Tree) -> list[str]:
    """Ids in the order of the list, twice where they are listed twice."""
    return [run["run_id"] for run in _runs_of(tree, tree["index.json"], ".json")]


def _runs_of(tree: Tree, text: bytes, suffix: str) -> list[dict[str, Any]]:
    """What the head and its segments list; ValueError, KeyError where a segment is not as the head states it."""
    head = json.loads(text)
    runs = list(head["runs"])
    for stated in head.get("segments", []):
        held = tree[stated["file"].removesuffix(".json") + suffix]
        inner = held if suffix == ".json" else inner_text(held)
        segment = json.loads(inner)["runs"]
        ids = [run["run_id"] for run in segment]
        told = (len(ids), min(ids), max(ids), hashlib.sha256(inner).hexdigest())
        if told != tuple(stated[key] for key in ("runs", "lowest", "highest", "sha256")):
            raise ValueError(stated["file"])
        runs += segment
    if head.get("count", len(runs)) != len(runs):
        raise ValueError("count")
    return runs


def leftovers(tree: Tree) -> list[str]:
    return sorted({path.split("/")[0] for path in tree if path.startswith(".")} - {".lock"})


def is_whole(tree: Tree, directory: str) -> bool:
    """The files of a directory are exactly those its manifest names, with their hashes."""
    held = {path.removeprefix(f"{directory}/"): data for path, data in tree.items() if path.startswith(f"{directory}/")}
    held.pop("", None)
    try:
        named = json.loads(held.pop("manifest.json"))["files"]
    except (KeyError, ValueError):
        return False
    hashes = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in held.items()}
    return bool(named == hashes)


def inner_text(sheet: bytes) -> bytes:
    if not (sheet.startswith(b":root{") and sheet.endswith(b'"}\n')):
        raise ValueError("no twin")
    return base64.b64decode(b"".join(re.findall(rb'--b\d+:"([^"]*)"', sheet)), validate=True)


def violations(tree: Tree, published: set[str] = frozenset(), *, index_may_be_corrupt: bool = False) -> list[str]:  # type: ignore[assignment]
    """Every broken promise; `published` are the runs reported as published."""
    visible = runs_in(tree)
    found = [f"half a run is visible: {name}" for name in sorted(visible) if not is_whole(tree, name)]
    found += [f"a published run is lost: {name}" for name in sorted(published - visible)]
    for name in sorted(name for name in visible if is_whole(tree, name)):
        summary = json.loads(tree[f"{name}/run_summary.json"])
        found += _dataset(tree, summary["dataset"]["file"])
    if not index_may_be_corrupt:
        found += _index(tree, tree.get("index.json"), visible, "index.json")
        found += [f"unlisted: {name}" for name in sorted(published) if name not in listed_in(tree)]
    if "index.css" in tree:
        found += _index(tree, tree["index.css"], visible, "index.css")
    if is_whole(tree, "latest"):
        run_id = json.loads(tree["latest/manifest.json"])["run_id"]
        if tree.get(f"{run_id}/manifest.json") != tree["latest/manifest.json"]:
            found.append(f"latest/ mirrors {run_id}, which nobody published")
    return found


def _dataset(tree: Tree, name: str) -> list[str]:
    text = tree.get(f"datasets/{name}")
    if text is None or tree.get(f"datasets/{name.removesuffix('.json')}.css") is None:
        return [f"a visible run lacks its data set {name}"]
    try:
        same = inner_text(tree[f"datasets/{name.removesuffix('.json')}.css"]) == text
    except ValueError:
        same = False
    return [] if same and json.loads(text)["sha256"].startswith(name[-17:-5]) else ["the data set is damaged"]


def _index(tree: Tree, text: bytes | None, visible: set[str], where: str) -> list[str]:
    if text is None:
        return []
    try:
        text = text if where == "index.json" else inner_text(text)
        index: dict[str, Any] = json.loads(text)
        runs = _runs_of(tree, text, where.removeprefix("index"))
    except (KeyError, ValueError) as error:
        return [f"{where} cannot be parsed: {error}"]
    found = [] if index["latest"] == next((run["run_id"] for run in runs), None) else [f"{where}: latest"]
    ids = [run["run_id"] for run in runs]
    found += [f"{where} lists a run twice: {name}" for name in sorted(set(ids)) if ids.count(name) > 1]
    for run in runs:
        manifest = tree.get(f"{run['run_id']}/manifest.json", b"")
        if run["run_id"] not in visible or hashlib.sha256(manifest).hexdigest() != run["manifest_sha256"]:
            found.append(f"{where} lists a broken run: {run['run_id']}")
    return found
