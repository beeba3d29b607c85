"""`verify`: every file and every number of one run, or of a whole root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.cli.arguments import Command, Defaults, Parser
from digit_classifier.cli.terminal import printable
from digit_classifier.errors import InputError, explain, show
from digit_classifier.text import as_path

if TYPE_CHECKING:
    import argparse


def _arguments(parser: Parser, defaults: Defaults) -> None:  # noqa: ARG001
    parser.add_argument("path", metavar="RUN", help="a run directory or an artifacts root")


def _verify(options: argparse.Namespace) -> int:
    from digit_classifier.store import inspect
    from digit_classifier.store.index import derived_problems, root_remarks, run_directories
    from digit_classifier.store.layout import MANIFEST_FILE

    path = as_path(options.path)
    is_run = (path / MANIFEST_FILE).exists()
    directories = [path / name for name in sorted(run_directories(path))] if path.is_dir() and not is_run else [path]
    if not path.is_dir() or not directories:
        attempt = "the run_dir that train printed, or the directory above it"
        raise InputError(explain("RUN", "a run directory or an artifacts root", show(str(path)), attempt))
    found = {
        directory.resolve().name: (looked.problems, looked.remarks)
        for directory in directories
        for looked in [inspect(directory, shared_data="if there" if is_run else "required")]
    }
    if not is_run:
        found["index and latest"] = (derived_problems(path), root_remarks(path))
    for name, (problems, remarks) in found.items():
        print(f"{name}: {'damaged' if problems else 'ok'}")
        for line in [*problems, *(f"remark: {remark}" for remark in remarks)]:
            print(f"  {printable(line)}")
    return 1 if any(problems for problems, _ in found.values()) else 0


COMMAND = Command("verify", "check files, rules and metrics of a run, or of every run of a root", _arguments, _verify)
