"""One family of errors. Each text says where, what was expected, what came, and what to try."""

from __future__ import annotations


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


def at(where: str, key: object) -> str:
    """Path of a key: `metrics.accuracy`, `metrics['f1-score']`."""
    plain = isinstance(key, str) and len(key) <= 60 and key.isascii() and key.isidentifier()
    return f"{where}.{key}" if plain else f"{where}[{show(key)}]"


def show(value: object) -> str:
    """A value for a message: one line, at most 60 printable characters, whatever came."""
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
