"""The command line: parse, run the command, exit."""

from __future__ import annotations

import io
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from digit_classifier.cli.arguments import build_parser
from digit_classifier.cli.replay import replay
from digit_classifier.cli.runs import repair, runs, verify
from digit_classifier.cli.serve import export, serve
from digit_classifier.cli.signals import Stopped
from digit_classifier.cli.terminal import discard_output, printable
from digit_classifier.cli.train import train
from digit_classifier.errors import DigitClassifierError, InputError, explain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

ACTIONS = {
    "train": train,
    "runs": runs,
    "verify": verify,
    "replay": replay,
    "repair": repair,
    "serve": serve,
    "export": export,
}


def _run(options: argparse.Namespace) -> int:
    try:
        code: int = options.action(options)
        if sys.stdout:  # None when it was closed before we started
            sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough
        discard_output()
        return 1
    return code


def main(
    argv: Sequence[str] | None = None,
    *,
    config_file: str | None = None,
    artifacts_root: str = "artifacts",
    train_name: str = "",
) -> int:
    """Run one command and return its exit code: 0 success, 1 the run failed, 2 bad input, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a label may have what the terminal's encoding lacks
    try:
        return _run(build_parser(ACTIONS, config_file, artifacts_root, train_name).parse_all(argv))
    except InputError as error:
        return _fail(error, 2)
    except DigitClassifierError as error:
        return _fail(error, 1)
    except ModuleNotFoundError as error:
        attempt = "pip install -r examples/digit-classifier/requirements.txt, or pip install ."
        return _fail(explain("import", f"the package {error.name}", "none", attempt), 2)
    except KeyboardInterrupt as interrupt:
        code = 128 + interrupt.args[0] if isinstance(interrupt, Stopped) else 130
        return _fail("interrupted: a run that was not finished is gone; finished ones are as they were", code)
    except MemoryError as error:
        return _fail(explain("memory", "enough for these settings", "too little", "smaller hidden sizes"), 1, error)
    except OSError as error:
        place = error.filename or "input or output"
        return _fail(explain(place, "to work", error.strerror or str(error), "again when that is mended"), 1, error)


def command() -> NoReturn:
    """The installed command: `main`, after whose last word nothing is left that a Ctrl-C could interrupt."""
    sys.exit(settled(main()))


def settled(code: int) -> int:
    """The exit code, from where on Ctrl-C is ignored: the interpreter would answer it with a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return code


def _fail(problem: object, code: int, error: BaseException | None = None) -> int:
    notes = getattr(error or problem, "__notes__", ())
    problem = "; ".join([str(problem), *notes])
    with suppress(OSError):  # nobody may be left to read it
        print(f"error: {printable(problem)}", file=sys.stderr)
    return code
