"""`runs`: what is in an artifacts root."""

from __future__ import annotations

import json
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from digit_classifier.cli.arguments import Command, Defaults, Parser, add_root, root_of
from digit_classifier.cli.terminal import no_runs, printable
from digit_classifier.errors import InputError, explain, show, typed_command
from digit_classifier.settings.kinds import whole
from digit_classifier.words.numbers import fixed

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from digit_classifier.store.checkpoint import Interrupted
    from digit_classifier.store.root import Root


NEWEST = 1000  # runs, of which an artifacts root may have many more


def _arguments(parser: Parser, defaults: Defaults) -> None:
    add_root(parser, defaults)
    newest = f"how many runs to list, the newest first; 0 for all (default: {NEWEST})"
    parser.add_argument("--newest", default=str(NEWEST), metavar="N", help=newest)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _runs(options: argparse.Namespace) -> int:
    from digit_classifier.store import read_root

    root = root_of(options)
    limit = whole(0, 10**9)
    try:
        newest = limit.parse(options.newest)
    except ValueError:
        attempt = f"--newest {NEWEST}, or --newest 0"
        raise InputError(explain("--newest", limit.expected, show(options.newest), attempt)) from None
    found, sweeps = read_root(root, newest or None), _sweeps(root)
    is_empty = not (found.entries or found.damaged or found.interrupted or found.unsure or sweeps)
    if is_empty:
        from digit_classifier.page.source import refuse_run

        refuse_run(root, lambda above, _: typed_command("runs", above))
    if options.json:
        print(json.dumps({**_as_json(found), "sweeps": sweeps}, indent=2))
        return 0
    if is_empty:
        print(no_runs(root))
        return 0
    _print_table(found)
    if found.total > len(found.entries):
        every = typed_command("runs", "--newest", "0", root)
        print(printable(f"the newest {len(found.entries):,} of {found.total:,} runs; all of them: {every}"))
    for name, problem in sorted(found.damaged.items()):
        print(printable(f"damaged: {name}: {problem}"))
    for each in found.interrupted:
        print(printable(f"{interrupted_line(each)}; try {typed_command('repair', '--adopt', root)}, or --remove"))
    for each in found.unsure:
        print(f"perhaps {interrupted_line(each)}: files cannot be locked here, so it may still be training")
    for sweep in sweeps:
        print(printable(_sweep_line(sweep, options.root)))
    return 0


def _print_table(found: Root) -> None:
    rows = [("RUN", "ACCURACY", "MACRO F1", "MODEL", "LABEL")]
    for run in found.entries:
        sizes = "-".join(map(str, run["channels"] + run["hidden_sizes"]))
        marks = [mark for mark in ("synthetic", "diverged", "interrupted") if run.get(mark)]
        if replay := run.get("replay"):
            marks.append(f"replay {replay['tier']}" + ("" if replay["held"] else ", promise broken"))
        marks += [f"note: {shorten(run['note'], 80, placeholder=' …')}"] if "note" in run else []
        label = " ".join([run["label"] or "", *(f"({mark})" for mark in marks)]).strip()
        scores = f"{fixed(100 * run['accuracy'], 2)}%", fixed(run["macro_f1"], 4)
        rows.append((run["run_id"], *scores, f"{run['model']} {sizes}".strip(), label))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _sweeps(root: Path) -> list[dict[str, Any]]:
    """The sweeps of a root, newest first: how far they are, and what they show."""
    from digit_classifier.errors import ArtifactError
    from digit_classifier.store.layout import SWEEPS
    from digit_classifier.store.sweeps import is_computed, read_plan, read_sweep, sweep_ids
    from digit_classifier.words.sweeps import sweep_sentences

    found: list[dict[str, Any]] = []
    for name in sweep_ids(root):
        directory = root / SWEEPS / name
        each: dict[str, Any] = {"sweep_id": name, "is_computed": is_computed(directory)}
        try:
            plan = read_plan(directory)
            each |= {"label": plan["label"], "command": plan["command"], "planned": plan["points"], "result": None}
            derived = read_sweep(directory)
            each |= {"planned": derived["planned"], "done": sum(derived["settings"]["points"])}
            each["result"] = sweep_sentences(derived)[0]
        except FileNotFoundError:
            pass
        except (OSError, ArtifactError) as error:
            each["problem"] = str(error)
        found.append(each)
    return found


def _sweep_line(sweep: dict[str, Any], root: str | None) -> str:
    name = f"sweep {sweep['sweep_id']}"
    if "problem" in sweep:
        return f"damaged: {name}: {sweep['problem']}"
    name += f", {sweep['planned']:,} point{'s' if sweep['planned'] != 1 else ''}"
    if sweep["result"] is not None and sweep["done"] >= sweep["planned"]:
        return f"{name}: {sweep['result']}"
    if sweep["is_computed"]:
        return f"{name}: is being computed"
    return f"{name}: was interrupted; to go on: {_going_on(sweep['command'], root)}"


def _going_on(command: str, root: str | None) -> str:
    """The command that goes on with a sweep of this root, as it is typed here; `root` as it was typed."""
    import shlex  # only for such a line

    try:
        program, *words = shlex.split(command)
    except ValueError:  # no command of ours
        program, words = "", []
    if program != "digit-classifier" or words[:1] != ["sweep"]:
        return "the same command"
    return typed_command(*words, *(["--artifacts-root", root] if root else []))


def _as_json(found: Root) -> dict[str, object]:
    return {
        "runs": list(found.entries),
        "total": found.total,
        "damaged": [{"run_id": name, "problem": problem} for name, problem in sorted(found.damaged.items())],
        "interrupted": [_checkpoint(each) for each in found.interrupted],
        "perhaps_interrupted": [_checkpoint(each) for each in found.unsure],
    }


def _checkpoint(found: Interrupted) -> dict[str, object]:
    return {"run_id": found.run_id, "epoch": found.epoch, "planned": found.planned}


def interrupted_line(found: Interrupted) -> str:
    """A run that was not published, and its checkpoint."""
    return f"interrupted: {found.run_id}, checkpoint after epoch {found.epoch} of {found.planned}"


COMMAND = Command("runs", "list the runs of an artifacts root, newest first", _arguments, _runs)
