"""Strokes of a pen → the image that a network of the digits reads, as the page's pad prepares them, bit for bit.

The real digits fill the height of their field of 32 × 32 pixels, are about three quarters as wide, hardly slanted, and
have 312 pixels of ink, whatever the class. Strokes are brought to that. Only + − × ÷ √ in one order: IEEE 754 rounds
these in one way everywhere, so `frontend/src/exact/strokes.ts` gives the same image.
"""

from __future__ import annotations

from itertools import pairwise
from math import inf, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Strokes = Sequence[Sequence[tuple[float, float]]]  # points (x, y) of each stroke, y downwards, in any unit

SIDE = 32  # pixels of the field
BLOCK = 4  # pixels of the field in a pixel of the image
INK = 312  # pixels of ink: the mean of the real digits, which hardly differs between classes
STEEPEST = 0.8  # slant that is taken away, at most
USUAL = 22  # width of a real digit, of 32
WIDEST = 26
STRETCHED = 2  # more across than down, at most: a straight line has no width to show
ROUNDS = 3  # the pen's half width follows from the length of the strokes, and the length from the room it leaves


class Prepared(NamedTuple):
    """What became of strokes, step by step."""

    upright: list[list[tuple[float, float]]]
    field: NDArray[np.uint8]  # (32, 32), 1 is ink
    image: NDArray[np.uint8]  # (8, 8), 0..16


def prepared_strokes(strokes: Strokes) -> Prepared:
    """Upright, as high as the field, of the usual width and ink; ValueError where nothing is drawn."""
    drawn = [[(float(x), float(y)) for x, y in stroke] for stroke in strokes if len(stroke)]
    if not drawn:
        raise ValueError("expected at least one stroke with a point, got none")
    upright = _straightened(drawn)
    half = 0.0  # of the pen's width
    for _ in range(ROUNDS):
        distances = _distances(_fitted(upright, half))
        order = np.argsort(distances, kind="stable")
        half = sqrt(float(distances[order[INK - 1]]))
    inked = np.zeros(SIDE * SIDE, np.uint8)
    inked[order[:INK]] = 1
    field = inked.reshape(SIDE, SIDE)
    blocks = field.reshape(SIDE // BLOCK, BLOCK, SIDE // BLOCK, BLOCK)
    return Prepared(upright, field, blocks.sum(axis=(1, 3), dtype=np.uint8))


def _straightened(strokes: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    """Without slant: that of the second moments of the strokes, each piece by its length."""
    total = sum_x = sum_y = 0.0
    pieces = []
    for stroke in strokes:
        for (ax, ay), (bx, by) in pairwise(stroke):
            length = sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay))
            x, y = (ax + bx) / 2, (ay + by) / 2
            pieces.append((x, y, bx - ax, by - ay, length))
            total += length
            sum_x += length * x
            sum_y += length * y
    if total == 0:
        return strokes
    middle_x, middle_y = sum_x / total, sum_y / total
    mixed = upright = 0.0
    for x, y, dx, dy, length in pieces:  # of a piece about its own middle, a twelfth
        mixed += length * ((x - middle_x) * (y - middle_y) + dx * dy / 12)
        upright += length * ((y - middle_y) * (y - middle_y) + dy * dy / 12)
    slant = 0.0 if upright == 0 else max(-STEEPEST, min(STEEPEST, mixed / upright))
    return [[(x - slant * (y - middle_y), y) for x, y in stroke] for stroke in strokes]


def _fitted(strokes: list[list[tuple[float, float]]], half: float) -> list[list[tuple[float, float]]]:
    """Strokes in the field, in pixels: as high as it is, three quarters in proportion, one towards the usual width."""
    points = [point for stroke in strokes for point in stroke]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    room = SIDE - 2 * half
    wide, high = right - left, bottom - top
    scale = min(room / high if high > 0 else inf, 2 * SIDE / wide if wide > 0 else inf)
    scale = scale if scale < inf else 1.0  # of a dot, which has no size
    target = min(WIDEST, 0.75 * (wide * scale + 2 * half) + 0.25 * USUAL)
    across = min(STRETCHED * scale, max(0.0, target - 2 * half) / wide) if wide > 0 else 0.0
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    return [
        [(SIDE / 2 + (x - middle_x) * across, SIDE / 2 + (y - middle_y) * scale) for x, y in stroke]
        for stroke in strokes
    ]


def _distances(strokes: list[list[tuple[float, float]]]) -> NDArray[np.float64]:
    """Squared distance of every pixel's middle to the nearest piece of a stroke, (1024,)."""
    rows, columns = np.divmod(np.arange(SIDE * SIDE), SIDE)
    nearest = np.full(SIDE * SIDE, inf)
    for stroke in strokes:
        for (ax, ay), (bx, by) in zip(stroke, stroke[1:] or stroke, strict=False):
            dx, dy = bx - ax, by - ay
            length = dx * dx + dy * dy
            x, y = columns + 0.5 - ax, rows + 0.5 - ay
            along = np.clip((x * dx + y * dy) / length, 0, 1) if length else 0.0
            off_x, off_y = x - along * dx, y - along * dy
            nearest = np.minimum(nearest, off_x * off_x + off_y * off_y)
    return nearest
