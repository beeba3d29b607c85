"""`repair`: rebuild what is derived, and settle what crashed writers left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.cli.arguments import Command, Defaults, Parser, add_root, root_of
from digit_classifier.cli.runs import interrupted_line
from digit_classifier.cli.terminal import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path


def _arguments(parser: Parser, defaults: Defaults) -> None:
    add_root(parser, defaults)
    choices = parser.add_mutually_exclusive_group()
    for choice, about in (("adopt", "publish the checkpoints of interrupted runs"), ("remove", "delete them")):
        choices.add_argument(f"--{choice}", dest="interrupted", action="store_const", const=choice, help=about)
    parser.set_defaults(interrupted="leave")


def _repair(options: argparse.Namespace) -> int:
    from digit_classifier.store import repair

    root = root_of(options)
    report = repair(root, options.interrupted)
    print(printable(f"{root}: {report.index.runs} runs listed"))
    for name in report.removed:
        print(printable(f"removed: {name}, left by a writer that died"))
    left = "left as it is; --adopt publishes it as a run, --remove deletes it"
    done = "now published as a run" if options.interrupted == "adopt" else left
    for each in report.interrupted:
        print(printable(f"{interrupted_line(each)}, {done}"))
    for name, problems in report.damaged.items():
        print(printable(f"damaged: {name}, left as it is"))
        for problem in problems:
            print(printable(f"  {problem}"))
    for problem in report.datasets:
        print(printable(f"data set: {problem}"))
    damaged = [line for line in _sweeps(root) if line]
    return 1 if report.damaged or report.datasets or damaged else 0


def _sweeps(root: Path) -> Iterator[bool]:
    """Make what is derived of each sweep again; whether it is damaged."""
    from digit_classifier.store.layout import SWEEPS
    from digit_classifier.store.sweeps import sweep_ids

    names = sweep_ids(root)
    if not names:
        return
    from digit_classifier.sweeps.mend import mend

    for name in names:
        found = mend(root / SWEEPS / name)
        if found.is_running:
            print(printable(f"sweep {name}: is being computed, left as it is"))
        elif found.problem:
            print(printable(f"damaged: sweep {name}, left as it is"), printable(f"  {found.problem}"), sep="\n")
        else:
            print(printable(f"sweep {name}: {found.done} of {found.planned} points"))
        yield found.problem is not None


COMMAND = Command("repair", "rebuild index.json and latest/ from the run directories", _arguments, _repair)
