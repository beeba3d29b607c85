"""Numbers as text: no more digits than they need, and never rounded to a certainty that they do not have."""

from __future__ import annotations


def percent(part: float, whole: float = 1.0) -> str:
    """`99.4 %`; takes as many decimals as it needs to keep "100 %" for all and "0 %" for none."""
    if part in (0, whole):
        return "100 %" if part else "0 %"
    decimals = next(d for d in range(1, 20) if 0 < float(f"{100 * part / whole:.{d}f}") < 100)
    return f"{100 * part / whole:.{decimals}f} %"


def ends(low: float, high: float) -> tuple[str, str]:
    """Both ends of an interval of shares: `98.4` and `99.95 %`."""
    return percent(low).removesuffix(" %"), percent(high)


def certainty(confidence: float) -> str:
    """A whole percentage, never rounded up to certainty, nor down to none."""
    if confidence >= 0.995:  # of 1, too: a softmax never reaches it, only its float does
        return "> 99 %"
    return f"{100 * confidence:.0f} %" if confidence >= 0.01 else "< 1 %"


def area(value: float) -> str:
    """An area under a curve; "1" only when nothing is missing."""
    if value in (0, 1):
        return f"{value:.0f}"
    if value < 0.00005:
        return "< 0.0001"
    return f"{value:.4f}" if f"{value:.4f}" != "1.0000" else "> 0.9999"


def fraction(value: float) -> str:
    """A score from 0 to 1: `0.997`; 1 and 0 only when exact."""
    if value in (0, 1):
        return f"{value:.0f}"
    decimals = next(d for d in range(3, 20) if 0 < float(f"{value:.{d}f}") < 1)
    return f"{value:.{decimals}f}"


def seconds(value: float) -> str:
    """A duration in a unit that keeps it readable: `12 ms`, `3.4 s`, `2 min 5 s`."""
    if value < 0.9995:
        return f"{1e3 * value:.3g} ms"
    if value < 99.5:
        return f"{value:.3g} s"
    return f"{round(value) // 60:,} min {round(value) % 60} s"


def shortened(name: str, length: int) -> str:
    """A name of at most `length` characters; "…" replaces the middle."""
    return name if len(name) <= length else f"{name[: length // 2]}…{name[1 + length // 2 - length :]}"
