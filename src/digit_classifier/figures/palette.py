"""The colours every picture shares with the page: paper, ink, one scale for right and one for wrong."""

from __future__ import annotations

PAPER, INK, MUTED, LINE = "#ffffff", "#1b2430", "#55606f", "#d5dae2"
AMBER_TEXT = "#8e3c0b"  # 7.6 : 1 on paper
AMBER_MARK = "#b6652c"

# Even steps of lightness in OKLCH, from almost paper to almost ink.
BLUE = ("#f2f8fc", "#cfe1f0", "#adcae5", "#8cb3d9", "#6d9bcd", "#5084c2", "#376cb2", "#28549b", "#1a3e84")
AMBER = ("#fcf6ee", "#efdfcb", "#e4c7a9", "#d9af88", "#ce9668", "#c37d48", "#b6652c", "#a2501c", "#8e3c0b")

# Ten classes, apart from each other under every dichromacy (ΔE_OK ≥ 10.9) and ≥ 3.1 : 1 on paper.
TEN = (
    "#c26891", "#6360e8", "#79250c", "#245e65", "#48204c", "#5596dd", "#b23e04", "#330d89", "#723ea7", "#829a14",
)  # fmt: skip

_SHADES = 12


def rgb(colour: str) -> tuple[int, int, int]:
    """`#rrggbb` as three bytes."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def blend(start: str, end: str, share: float) -> str:
    """The colour `share` (0..1) of the way from `start` to `end`."""
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(rgb(start), rgb(end), strict=True))


def shade(scale: tuple[str, ...], count: int, largest: int) -> str:
    """Cell colour of a count: zero is paper, the largest count the darkest step, in between the square root.

    The root, and a first step that is well off paper, keep one mistake among hundreds visible.
    Twelve shades at most, so that a whole picture fits a palette of 256.
    """
    if count == 0:
        return PAPER
    step = 1 + 7 * round(_SHADES * (count / largest) ** 0.5) / _SHADES
    below = min(int(step), len(scale) - 2)
    return blend(scale[below], scale[below + 1], step - below)


def luminance(colour: str) -> float:
    """Relative luminance, 0..1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def readable_on(background: str) -> str:
    """Black or white, whichever has the higher contrast on `background` (≥ 4.4 : 1 on both scales)."""
    light = luminance(background) + 0.05
    return "#000000" if light / 0.05 >= 1.05 / light else "#ffffff"
