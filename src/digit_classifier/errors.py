"""One family of errors, and how it speaks: where, what was expected, what came, and what to try."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class DigitClassifierError(Exception):
    """Anything this package raises on purpose."""


class InputError(DigitClassifierError, ValueError):
    """The user's input cannot be used; nothing was written (exit code 2)."""


class RunError(DigitClassifierError):
    """The run failed; the text says what is safe on disk (exit code 1)."""


class ArtifactError(DigitClassifierError, ValueError):
    """A file or payload breaks its published rules; the text names the field."""


def explain(where: object, expected: str, came: str, attempt: str) -> str:
    """The shape of every error text that a user can act on."""
    return f"{where}: expected {expected}, got {came}; try {attempt}"


def require_kind(where: str, value: object, kind: type, expected: str, attempt: str) -> None:
    """InputError for an argument of another kind."""
    if not isinstance(value, kind):
        raise InputError(explain(where, expected, show(value), attempt))


INSTALL = "pip install -r examples/digit-classifier/requirements.txt, or pip install ."
_DISTRIBUTIONS = {"PIL": "pillow", "sklearn": "scikit-learn", "yaml": "pyyaml"}  # where the name to install is another


@contextmanager
def loading() -> Iterator[None]:
    """Other packages are loaded in here: InputError in one line where one is missing, or there and broken."""
    try:
        yield
    except DigitClassifierError:
        raise
    except Exception as error:
        problem = unloadable(error, anything=True)
        if problem is None:
            raise
        raise InputError(problem) from error


def unloadable(error: BaseException, *, anything: bool = False) -> str | None:
    """Which package did not load, why, and what reinstalls it; None where the error says nothing of a package.

    An ImportError does, and an OSError of ctypes; with `anything`, whatever the code of a package raised.
    """
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing and "." not in missing:
        return explain("import", f"the package {_DISTRIBUTIONS.get(missing, missing)}", "none", INSTALL)
    modules, trace = [], error.__traceback__
    while trace:
        modules.append(str(trace.tb_frame.f_globals.get("__name__")).partition(".")[0])
        trace = trace.tb_next
    if not (anything or isinstance(error, ImportError) or (isinstance(error, OSError) and "ctypes" in modules)):
        return None
    foreign = [name for name in modules if name not in sys.stdlib_module_names | {"digit_classifier", "__main__"}]
    named = (getattr(error, "name", None) or "").partition(".")[0]
    package = next(iter(foreign), named)
    if not package or package == "digit_classifier":
        return None
    text = str(error).rpartition("Original error was:")[2]  # NumPy's explanation comes before its reason
    reason = next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
    package = _DISTRIBUTIONS.get(package, package)
    attempt = f"python -m pip install --force-reinstall {package}"
    return explain("import", f"the package {package} to load", reason[:200], attempt)


_typed_flags: ContextVar[bool] = ContextVar("typed_flags", default=False)
_program: ContextVar[tuple[str, ...]] = ContextVar("program", default=())


@contextmanager
def speaking_flags(program: tuple[str, ...] = ()) -> Iterator[None]:
    """Errors name settings as flags in here, and commands by this program: the reader typed one."""
    tokens = _typed_flags.set(True), _program.set(program)
    try:
        yield
    finally:
        _typed_flags.reset(tokens[0])
        _program.reset(tokens[1])


def typed_command(*words: object) -> str:
    """A command of this package as its reader can type it here: by the program that was started, quoted for a shell."""
    import shlex

    program = _program.get() or ("digit-classifier",)
    if program == ("digit-classifier",) and not _on_path(program[0]):
        program = sys.executable, "-m", "digit_classifier"
    texts = (str(word) for word in words)
    safe = (f"./{text}" if text.startswith("-") and text[1:2] != "-" else text for text in texts)  # a path, no flag
    return shlex.join([*map(_typed, program), *safe])


def _typed(word: str) -> str:
    """A program or a script as it is typed: its name where that is enough, its path from here where it lies below."""
    path, name = Path(word), Path(word).name
    if path.is_absolute() and _on_path(name) == word:  # of a virtual environment, if that is active
        return name
    with suppress(OSError, ValueError):  # the working directory may be gone
        return str(path.relative_to(Path.cwd()) if path.is_absolute() else word)
    return word


def _on_path(name: str) -> str | None:
    found = (str(Path(folder, name)) for folder in os.get_exec_path())
    return next((path for path in found if os.access(path, os.X_OK) and Path(path).is_file()), None)


def option(name: str, value: object = None) -> str:
    """A setting as its reader gives it: `--test-size 0.2` on the command line, `test_size=0.2` in Python.

    A switch is on: `--force`, `force=True`.
    """
    if _typed_flags.get():
        flag = "--" + name.replace("_", "-")
        if value is None or value is True:
            return flag
        import shlex  # only ever needed for an error

        return f"{flag} {shlex.quote(str(value))}"
    return name if value is None else f"{name}={value!r}"


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that was probably meant: the most alike, from 0 to 1, if at least as alike as `cutoff`."""
    import difflib  # only ever needed for an error

    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=cutoff)), None)


def suggestion(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or all of them when none is near."""
    known = list(known)
    return nearest(word, known) or "one of " + ", ".join(known)


def at(where: str, key: object) -> str:
    """Path of a key: `metrics.accuracy`, `metrics['f1-score']`."""
    plain = isinstance(key, str) and len(key) <= 60 and key.isascii() and key.isidentifier()
    return f"{where}.{key}" if plain else f"{where}[{show(key)}]"


def show(value: object) -> str:
    """Any value for a message: one line, at most 60 printable characters."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        text = repr(value[:60])
    elif isinstance(value, int):
        text = str(value) if abs(value) < 10**20 else f"an integer of {value.bit_length()} bits"
    elif isinstance(value, float):
        text = repr(float(value))
    elif isinstance(value, (list, dict)):
        text = f"a list of {len(value)}" if isinstance(value, list) else f"an object of {len(value)}"
    else:
        text = f"Python's {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."
