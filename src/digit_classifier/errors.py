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
