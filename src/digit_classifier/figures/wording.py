"""The few words and numbers that pictures print."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def percent(part: float, whole: float = 1.0) -> str:
    """`99.4 %`; takes as many decimals as it needs to keep "100 %" for all and "0 %" for none."""
    if part in (0, whole):
        return "100 %" if part else "0 %"
    decimals = next(d for d in range(1, 20) if 0 < float(f"{100 * part / whole:.{d}f}") < 100)
    return f"{100 * part / whole:.{decimals}f} %"


def certainty(confidence: float) -> str:
    """A whole percentage, never rounded up to certainty."""
    if confidence >= 0.995:
        return "> 99 %"
    return f"{100 * confidence:.0f} %"


def verdict(right: int, total: int, thing: str) -> str:
    """The result as a sentence, e.g. `99.4 % of 360 hold-out digits are classified correctly`."""
    if total == 0:
        return f"There are no {thing}s"
    if total == 1:
        return f"The only {thing} is classified {'correctly' if right else 'wrongly'}"
    if right in (0, total):
        return f"{'All' if right else 'None of the'} {total:,} {thing}s are classified correctly"
    return f"{percent(right, total)} of {total:,} {thing}s are classified correctly"


def thing_named_by(labels: Sequence[str]) -> str:
    """What one sample is called: a digit where every class is one, else a sample."""
    return "hold-out digit" if all(len(label) == 1 and label.isdigit() for label in labels) else "hold-out sample"


def plural(count: int, noun: str) -> str:
    """`1 mistake`, `2 mistakes`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def area(value: float) -> str:
    """An area under a curve; "1" only when nothing is missing."""
    if value in (0, 1):
        return f"{value:.0f}"
    return f"{value:.4f}" if f"{value:.4f}" != "1.0000" else "> 0.9999"


def seconds(value: float) -> str:
    """A duration in a unit that keeps it readable: `12 ms`, `3.4 s`, `2 min 5 s`."""
    if value < 1:
        return f"{1e3 * value:.3g} ms"
    if value < 99.5:
        return f"{value:.3g} s"
    return f"{round(value) // 60:,} min {round(value) % 60} s"


def shortened(name: str, length: int) -> str:
    """A name of at most `length` characters; "…" replaces the middle."""
    return name if len(name) <= length else f"{name[: length // 2]}…{name[1 + length // 2 - length :]}"
