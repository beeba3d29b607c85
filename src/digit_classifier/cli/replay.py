"""`replay`: train again and compare."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from digit_classifier.cli.arguments import Command, Defaults, Parser
from digit_classifier.cli.terminal import printable, progress_bar
from digit_classifier.errors import ArtifactError, DigitClassifierError, InputError, explain, loading, show
from digit_classifier.settings.kinds import real
from digit_classifier.text import as_path

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


def _arguments(parser: Parser, defaults: Defaults) -> None:  # noqa: ARG001
    parser.add_argument("path", metavar="RUN", help="a run directory")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    parser.add_argument("--no-record", action="store_true", help="do not record the outcome beside the run")
    about = "stop when training will take longer (default: 600)"
    parser.add_argument("--max-seconds", default="600", metavar="FLOAT", help=about)


def _replay(options: argparse.Namespace) -> int:
    from digit_classifier.store.layout import MANIFEST_FILE

    path, limit = as_path(options.path), real(0, 10**9, above=True)
    try:
        seconds = limit.parse(options.max_seconds)
    except ValueError:
        came, attempt = show(options.max_seconds), "--max-seconds 3600"
        raise InputError(explain("--max-seconds", limit.expected, came, attempt)) from None
    if not (path / MANIFEST_FILE).exists():
        attempt = "the run_dir that train printed"
        raise InputError(explain("RUN", "a run directory", show(str(path)), attempt))
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
    """Record the outcome, for the page and `runs`, if the run is in an artifacts root; returns a line about it."""
    from digit_classifier.store.root import record_replay

    try:
        file = record_replay(path, outcome)
    except DigitClassifierError as error:
        return f"not recorded: {error}"
    return f"recorded in {file}" if file else None


COMMAND = Command("replay", "train a run again, in memory, and say how alike the results are", _arguments, _replay)
