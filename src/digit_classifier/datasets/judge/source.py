"""Where the arrays that are judged came from, and how a refusal speaks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from digit_classifier.errors import InputError, explain, option, show

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Source(NamedTuple):
    """A file, or nothing for arrays of a program: hints are in the words of whoever gave them."""

    file: str | None = None
    settings: frozenset[str] = frozenset()  # those that mean something to the reader of the file

    def refusal(self, what: str, expected: str, came: str, attempt: str) -> InputError:
        """The error, to be raised."""
        return InputError(explain(f"{self.file}: {what}" if self.file else what, expected, came, attempt))

    def hint(self, setting: str, value: object, otherwise: str) -> str:
        """The setting to try where a file was read, or what to do to arrays."""
        return option(setting, value) if setting in self.settings else otherwise

    def refuse_gaps(self, what: str, rows: NDArray[np.bool_], word: str = "") -> None:
        """InputError unless no row (n,) lacks a value; `word` was taken for a gap, and may have been meant."""
        if rows.any():
            came = f"{np.count_nonzero(rows):,} with gaps, the first of them row {int(rows.argmax()) + 1:,}"
            attempt = self.hint("missing", "drop", "the others only")
            if word:
                came += f", where {show(word)} is a gap"
                attempt += f", or another word for {show(word)} if that is a class"
            raise self.refusal(what, f"a value in each of {len(rows):,} rows", came, attempt)


def gaps(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Which rows (n,) lack a value: NaN, None, or an empty text."""
    if values.dtype.kind == "f":
        return _wide(np.isnan(values))
    if values.dtype.kind == "O":
        flat = values.reshape(len(values), -1)
        return np.array([any(map(is_gap, row)) for row in flat], np.bool_)
    return _wide(values == "") if values.dtype.kind == "U" else np.zeros(len(values), np.bool_)


def _wide(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.any(mask.reshape(len(mask), -1), axis=1) if mask.ndim > 1 else mask


def is_gap(value: object) -> bool:
    """Whether there is no value: None, NaN, pandas' NA and NaT, blank text."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"} or (isinstance(value, str) and not value.strip()):
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def times(shape: tuple[int, ...]) -> str:
    """A shape for people: 28 × 28."""
    return " × ".join(f"{side:,}" for side in shape)
