"""Numbers as text: no more digits than they need, and never rounded to a certainty that they do not have."""

from __future__ import annotations


def percent(part: float, whole: float = 1.0) -> str:
    """`99.4 %`; one decimal, or as many as it takes to be neither 0 nor 100 %, up to three: then `> 99.999 %`."""
    if part in (0, whole):
        return "100 %" if part else "0 %"
    texts = (f"{100 * part / whole:.{decimals}f}" for decimals in (1, 2, 3))
    found = next((text for text in texts if 0 < float(text) < 100), "")
    return f"{found} %" if found else "> 99.999 %" if part / whole > 0.5 else "< 0.001 %"


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
    """A score from 0 to 1: `0.997`; 0 and 1 only where it is exactly that."""
    text = f"{value:.3f}"
    if value < 1 and float(text) == 1:
        return "> 0.999"
    return "< 0.001" if value > 0 and float(text) == 0 else text


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
