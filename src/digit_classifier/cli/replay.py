"""`replay`: train again and compare."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digit_classifier.cli.terminal import printable, progress_bar
from digit_classifier.errors import ArtifactError, DigitClassifierError, InputError, explain, show
from digit_classifier.settings.run_config import real
from digit_classifier.store.bundle import MANIFEST

if TYPE_CHECKING:
    import argparse


def replay(options: argparse.Namespace) -> int:
    """Train again, and say whether the promise for that run held."""
    path = Path(options.path)
    try:
        seconds = real(0, 10**9, above=True).parse(options.max_seconds)
    except ValueError:
        wanted = real(0, 10**9, above=True).expected
        raise InputError(explain("--max-seconds", wanted, show(options.max_seconds), "--max-seconds 3600")) from None
    if not (path / MANIFEST).exists():
        attempt = "the run_dir that train printed"
        raise InputError(explain("RUN", "a run directory", show(str(path)), attempt))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from digit_classifier.replay.rerun import replay as repeat
    from digit_classifier.replay.rerun import report

    try:
        outcome = repeat(path, max_seconds=seconds, progress=progress_bar)
    except ArtifactError as error:
        raise InputError(str(error)) from error
    kept = None if options.no_record else _keep_outcome(path, outcome)
    if options.json:
        print(json.dumps(outcome, indent=2))
    else:
        print(*map(printable, [*report(outcome), *([kept] if kept else [])]), sep="\n")
    return 0 if outcome["held"] else 1


def _keep_outcome(path: Path, outcome: dict[str, Any]) -> str | None:
    """Keep it beside the run, where that is in a history, for the page and `runs`; in words."""
    from digit_classifier.store.root import record_replay

    try:
        kept = record_replay(path, outcome)
    except DigitClassifierError as error:
        return f"not recorded: {error}"
    return f"recorded in {kept}" if kept else None
