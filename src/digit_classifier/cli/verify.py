"""`verify`: every file and every number of one run, or of a whole root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.cli.arguments import Command, Defaults, Parser, add_run, path_of
from digit_classifier.cli.terminal import printable
from digit_classifier.errors import InputError, explain, typed_command

if TYPE_CHECKING:
    import argparse


def _arguments(parser: Parser, defaults: Defaults) -> None:
    add_run(parser, defaults, "a run directory, the directory of a sweep, or an artifacts root for all of them")


def _verify(options: argparse.Namespace) -> int:
    from digit_classifier.page.source import is_sweep
    from digit_classifier.store import inspect
    from digit_classifier.store.index import derived_problems, root_remarks, run_directories
    from digit_classifier.store.layout import MANIFEST_FILE, SWEEPS
    from digit_classifier.store.sweeps import sweep_ids, sweep_problems

    path = path_of(options)
    if is_sweep(path):
        return _print({f"sweep {path.resolve().name}": (sweep_problems(path), [])})
    is_run = (path / MANIFEST_FILE).exists()
    directories = [path] if is_run else [path / name for name in sorted(run_directories(path))]
    sweeps = [] if is_run else sweep_ids(path)
    if not directories and not sweeps:
        came, attempt = f"{path}, which has none", typed_command("train", "--artifacts-root", path)
        raise InputError(explain("RUN", "a run, or a directory with runs", came, attempt))
    found = {
        directory.resolve().name: (looked.problems, looked.remarks)
        for directory in directories
        for looked in [inspect(directory, shared_data="if there" if is_run else "required")]
    }
    if not is_run:
        found |= {f"sweep {name}": (sweep_problems(path / SWEEPS / name), []) for name in sweeps}
        damaged = [directory.name for directory in directories if found[directory.resolve().name][0]]
        found["index and latest"] = (derived_problems(path, damaged), root_remarks(path))
    return _print(found)


def _print(found: dict[str, tuple[list[str], list[str]]]) -> int:
    """Every run or sweep with its problems and remarks; the exit code."""
    for name, (problems, remarks) in found.items():
        print(printable(f"{name}: {'damaged' if problems else 'ok'}"))
        for line in [*problems, *(f"remark: {remark}" for remark in remarks)]:
            print(printable(f"  {line}"))
    return 1 if any(problems for problems, _ in found.values()) else 0


COMMAND = Command("verify", "check files, rules and metrics of a run, or of every run of a root", _arguments, _verify)
