"""`runs`, `verify` and `repair`: what is in the history, whether it is whole, and making it whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from digit_classifier.cli.terminal import printable
from digit_classifier.errors import InputError, explain, show

if TYPE_CHECKING:
    import argparse

    from digit_classifier.store.checkpoint import Interrupted


def root_of(options: argparse.Namespace) -> Path:
    """The artifacts root that was named, or the default one; InputError when there is none."""
    root = Path(options.root or options.artifacts_root)
    if not root.is_dir():
        attempt = "the directory given to --artifacts-root when training"
        raise InputError(explain("ROOT", "an artifacts root", show(str(root)), attempt))
    return root


def runs(options: argparse.Namespace) -> int:
    """List the history, newest first."""
    from digit_classifier.store.root import read_history

    root = root_of(options)
    found = read_history(root)
    if options.json:
        damaged = [{"run_id": name, "problem": problem} for name, problem in sorted(found.damaged.items())]
        interrupted = [
            {"run_id": kept.run_id, "epoch": kept.epoch, "planned": kept.planned} for kept in found.interrupted
        ]
        print(json.dumps({"runs": list(found.entries), "damaged": damaged, "interrupted": interrupted}, indent=2))
        return 0
    rows = [("RUN", "ACCURACY", "MACRO F1", "MODEL", "LABEL")]
    for run in found.entries:
        sizes = "-".join(map(str, run["channels"] + run["hidden_sizes"]))
        marks = [mark for mark in ("synthetic", "diverged", "interrupted") if run.get(mark)]
        if replay := run.get("replay"):
            marks.append(f"replay {replay['tier']}" + ("" if replay["held"] else ", promise broken"))
        label = " ".join([run["label"] or "", *(f"({mark})" for mark in marks)]).strip()
        scores = f"{run['accuracy']:.2%}", f"{run['macro_f1']:.4f}"
        rows.append((run["run_id"], *scores, f"{run['model']} {sizes}".strip(), label))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for name, problem in sorted(found.damaged.items()):
        print(f"damaged: {name}: {printable(problem)}")
    for kept in found.interrupted:
        print(f"{_interrupted(kept)}; try digit-classifier repair {printable(root)} --adopt, or --remove")
    return 0


def _interrupted(kept: Interrupted) -> str:
    return f"interrupted: {kept.run_id}, with its epochs up to {kept.epoch} of {kept.planned}"


def verify(options: argparse.Namespace) -> int:
    """Check every file and every number of one run or of a whole root."""
    from digit_classifier.store.bundle import MANIFEST, problems
    from digit_classifier.store.index import derived_problems, run_directories

    path = Path(options.path)
    is_run = (path / MANIFEST).exists()
    directories = [path / name for name in sorted(run_directories(path))] if path.is_dir() and not is_run else [path]
    if not path.is_dir() or not directories:
        attempt = "the run_dir that train printed, or the directory above it"
        raise InputError(explain("RUN", "a run directory or an artifacts root", show(str(path)), attempt))
    found = {directory.resolve().name: problems(directory, alone=is_run) for directory in directories}
    if not is_run:
        found["index and latest"] = derived_problems(path)
    for name, lines in found.items():
        print(f"{name}: {'damaged' if lines else 'ok'}")
        for line in lines:
            print(f"  {printable(line)}")
    return 1 if any(found.values()) else 0


def repair(options: argparse.Namespace) -> int:
    """Build what is derived again, and deal with what crashed writers left."""
    from digit_classifier.store import root as history

    root = root_of(options)
    report = history.repair(root, options.interrupted)
    print(f"{root}: {report.index.runs} runs listed")
    for name in report.removed:
        print(f"removed: {name}, left by a writer that died")
    done = {"adopt": "now a run of the history"}.get(
        options.interrupted, "left as it is; --adopt makes it a run of the history, --remove deletes it"
    )
    for kept in report.interrupted:
        print(f"{_interrupted(kept)}, {done}")
    for name, problems in report.damaged.items():
        print(f"damaged: {name}, left as it is")
        for problem in problems:
            print(f"  {printable(problem)}")
    for problem in report.datasets:
        print(f"data set: {printable(problem)}")
    return 1 if report.damaged or report.datasets else 0
