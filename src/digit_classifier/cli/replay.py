"""`replay`: train again and compare."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from digit_classifier.cli.arguments import Command, Defaults, Parser, add_run, path_of
from digit_classifier.cli.terminal import printable, progress_bar
from digit_classifier.errors import ArtifactError, DigitClassifierError, InputError, explain, loading, show
from digit_classifier.settings.kinds import real

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


def _arguments(parser: Parser, defaults: Defaults) -> None:
    add_run(parser, defaults, "a run directory, or an artifacts root for its latest run")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.add_argument("--no-record", action="store_true", help="do not record the outcome beside the run")
    about = "stop when training will take longer (default: 600)"
    parser.add_argument("--max-seconds", default="600", metavar="FLOAT", help=about)


def _replay(options: argparse.Namespace) -> int:
    from digit_classifier.page.source import find_run

    limit = real(0, 10**9, above=True)
    try:
        seconds = limit.parse(options.max_seconds)
    except ValueError:
        came, attempt = show(options.max_seconds), "--max-seconds 3600"
        raise InputError(explain("--max-seconds", limit.expected, came, attempt)) from None
    path = find_run(path_of(options))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with loading():
        from digit_classifier.replay.report import report
        from digit_classifier.replay.rerun import replay

    try:
        outcome = replay(path, max_seconds=seconds, progress=progress_bar)
    except ArtifactError as error:
        raise InputError(str(error)) from error
    recorded = None if options.no_record else _record(path, outcome)
    if options.json:
        print(json.dumps(outcome, indent=2))
    else:
        print(*map(printable, [*report(outcome), *([recorded] if recorded else [])]), sep="\n")
    return 0 if outcome["held"] else 1


def _record(path: Path, outcome: dict[str, Any]) -> str | None:
    """Record the outcome, for the page and `runs`, if the run is in an artifacts root; a line about it.

    None for a flat run, whose outcome has no place.
    """
    from digit_classifier.store.root import record_replay

    try:
        file = record_replay(path, outcome)
    except DigitClassifierError as error:
        return f"not recorded: {error}"
    if file:
        return f"recorded in {file}"
    return f"not recorded: {path} stands alone, in no artifacts root" if outcome["run_id"] else None


COMMAND = Command("replay", "train a run again, in memory, and say how alike the results are", _arguments, _replay)
