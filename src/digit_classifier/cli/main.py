"""The command line: parse, run the command, exit."""

from __future__ import annotations

import atexit
import gc
import io
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from digit_classifier.cli import export, note, predict, repair, replay, runs, serve, settings, sweep, train, verify
from digit_classifier.cli.arguments import Defaults, build_parser
from digit_classifier.cli.signals import Stopped
from digit_classifier.cli.terminal import discard_output, printable
from digit_classifier.errors import DigitClassifierError, InputError, explain, option, speaking_flags, unloadable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

# In the order of --help; a new command is a module with a COMMAND, and a word here.
COMMANDS = [
    module.COMMAND for module in (train, sweep, settings, runs, predict, note, verify, replay, repair, serve, export)
]

GARBAGE = 100_000  # objects between two looks for it: those of modules stay, and every look at them takes time


def _run(options: argparse.Namespace) -> int:
    try:
        code: int = options.action(options)
        if sys.stdout:  # None when it was closed before we started
            sys.stdout.flush()
    except BrokenPipeError:  # stdout was closed early, as `head` does
        discard_output()
        return 1
    return code


def main(argv: Sequence[str] | None = None, defaults: Defaults = Defaults()) -> int:  # noqa: B008 - immutable
    """Run one command and return its exit code: 0 success, 1 the run failed, 2 bad input, 130 interrupted."""
    gc.set_threshold(GARBAGE)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a label may have what the terminal's encoding lacks
    with speaking_flags(defaults.program):
        return _answered(argv, defaults)


def _answered(argv: Sequence[str] | None, defaults: Defaults) -> int:
    """Run one command; what goes wrong is said in a line."""
    try:
        return _run(build_parser(COMMANDS, defaults).parse_all(argv))
    except InputError as error:
        return _fail(error, 2)
    except DigitClassifierError as error:
        return _fail(error, 1)
    except ImportError as error:
        return _fail(unloadable(error) or error, 2)
    except KeyboardInterrupt as interrupt:
        code = 128 + interrupt.args[0] if isinstance(interrupt, Stopped) else 130
        notes = getattr(interrupt, "__notes__", ()) or ("an unfinished run is removed; finished runs are unchanged",)
        return _fail(f"interrupted: {'; '.join(notes)}", code)
    except MemoryError as error:
        return _fail(
            explain("memory", "enough for these settings", "too little", option("hidden_sizes", "32")), 1, error
        )
    except OSError as error:
        if problem := unloadable(error):  # a shared library that a package loads
            return _fail(problem, 2)
        place = error.filename or "input or output"
        return _fail(
            explain(place, "access", error.strerror or str(error), "another place, or changing its permissions"),
            1,
            error,
        )


def command() -> NoReturn:
    """The installed command: `main`, and out."""
    script = sys.argv[0]
    module = script.endswith("__main__.py") or script in ("", "-c")
    program = (sys.executable, "-m", "digit_classifier") if module else (script,)
    leave(main(defaults=Defaults(program=program)))


def leave(code: int) -> NoReturn:
    """End the process with this exit code, and without taking every module apart, which takes long.

    What others registered for the exit is done first. Under a debugger, a profiler or with threads still at work, the
    interpreter exits as always. Ctrl-C is ignored from here on: it would be answered with a traceback.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if threading.active_count() > 1 or watched():
        sys.exit(code)
    atexit._run_exitfuncs()  # as the interpreter does it
    with suppress(OSError, ValueError):  # `main` has flushed what it printed, and answered for it
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
    os._exit(code)


def watched() -> bool:
    """Whether a debugger, a profiler or coverage follows every step."""
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12
    tools = monitoring and any(monitoring.get_tool(number) for number in range(6))
    return bool(sys.gettrace() or sys.getprofile() or tools)


def _fail(problem: object, code: int, error: BaseException | None = None) -> int:
    notes = getattr(error or problem, "__notes__", ())
    problem = "; ".join([str(problem), *notes])
    if sys.stderr:  # None when it was closed before we started: print would take stdout
        with suppress(OSError):
            print(f"error: {printable(problem)}", file=sys.stderr)
    return code
