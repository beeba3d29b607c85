"""Numbers as text: no more digits than they need, and never rounded to a certainty that they do not have.

The page writes the same numbers in frontend/src/text/format.ts. What lies in the middle is rounded up, as in
JavaScript: 98.25 is 98.3, where the formats of Python give 98.2, the even one.
"""

from __future__ import annotations


def percent(part: float, whole: float = 1.0) -> str:
    """`99.4 %`; one decimal, or as many as it takes to be neither 0 nor 100 %, up to three: then `> 99.999 %`."""
    if part in (0, whole):
        return "100 %" if part else "0 %"
    texts = (fixed(100 * (part / whole), decimals) for decimals in (1, 2, 3))
    found = next((text for text in texts if 0 < float(text) < 100), "")
    return f"{found} %" if found else "> 99.999 %" if part / whole > 0.5 else "< 0.001 %"


def ends(low: float, high: float) -> tuple[str, str]:
    """Both ends of an interval of shares: `98.4` and `99.95 %`."""
    return percent(low).removesuffix(" %"), percent(high)


def certainty(confidence: float) -> str:
    """A whole percentage, never rounded up to certainty, nor down to none."""
    if 100 * confidence >= 99.5:  # of 1, too: a softmax never reaches it, only its float does
        return "> 99 %"
    return f"{fixed(100 * confidence, 0)} %" if 100 * confidence >= 1 else "< 1 %"


def area(value: float) -> str:
    """An area under a curve; "1" only when nothing is missing."""
    if value in (0, 1):
        return f"{value:.0f}"
    if value < 0.00005:
        return "< 0.0001"
    text = fixed(value, 4)
    return text if text != "1.0000" else "> 0.9999"


def fraction(value: float) -> str:
    """A score from 0 to 1: `0.997`; 0 and 1 only where it is exactly that."""
    text = fixed(value, 3)
    if value < 1 and float(text) == 1:
        return "> 0.999"
    return "< 0.001" if value > 0 and float(text) == 0 else text


def seconds(value: float) -> str:
    """A duration in a unit that keeps it readable: `12 ms`, `3.4 s`, `2 min 5 s`."""
    if value < 0.9995:
        return f"{significant(1e3 * value)} ms"
    if value < 99.5:
        return f"{significant(value)} s"
    minutes, rest = divmod(int(fixed(value, 0)), 60)
    return f"{minutes:,} min {rest} s"


def short(value: float) -> str:
    """Three significant digits; `5.0e-5` only for what is very small or large."""
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return significant(value + 0.0)  # -0.0 is 0
    from decimal import ROUND_HALF_UP, Context

    return f"{Context(2, ROUND_HALF_UP).create_decimal(value):.1e}".replace("e+", "e")


def significant(value: float, digits: int = 3) -> str:
    """At most so many significant digits, without a power of ten."""
    from decimal import ROUND_HALF_UP, Context  # only here: its import takes milliseconds

    return f"{Context(digits, ROUND_HALF_UP).create_decimal(value).normalize():f}"


def fixed(value: float, decimals: int) -> str:
    """So many decimals of a number that is not negative."""
    over, under = value.as_integer_ratio()
    whole, rest = divmod((2 * 10**decimals * over + under) // (2 * under), 10**decimals)
    return f"{whole}.{rest:0{decimals}d}" if decimals else f"{whole}"


def shortened(name: str, length: int) -> str:
    """A name of at most `length` characters; "…" replaces the middle."""
    return name if len(name) <= length else f"{name[: length // 2]}…{name[1 + length // 2 - length :]}"
