"""Small random moves of the training images, so that the network learns shapes and not positions."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from digit_classifier.network import unit_uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digit_classifier.arithmetic import Floats

WORDS = 4  # random words per image: two shifts and two slants


def jittered(images: Floats, bits: NDArray[np.uint64], pixels: float) -> Floats:
    """Move each image (height, width, samples) by its own random shift and slant; zeros come in from outside.

    Both shifts, and both slants as far as they carry the outermost rows and columns, are uniform on ±pixels.
    `bits` holds four raw words per image.
    """
    height, width, samples = images.shape
    draws = (2 * unit_uniform(bits).reshape(samples, WORDS).T - 1) * pixels
    down, slant_down, right, slant_right = np.ascontiguousarray(draws, dtype=images.dtype)
    columns, rows = (_evenly(n).astype(images.dtype)[:, None] for n in (width, height))
    return displaced(images, down + columns * slant_down, right + rows * slant_right)


def _evenly(count: int) -> Floats:
    """Places from −1 to 1; each takes one rounding, of which `linspace` promises nothing."""
    places: Floats = (2 * np.arange(count) - (count - 1)) / max(1, count - 1)
    return places


def displaced(images: Floats, down: Floats, right: Floats) -> Floats:
    """Move each column down by down (width, samples), then each row right by right (height, samples), in pixels."""
    return _along_rows(_along_rows(images, down).swapaxes(0, 1), right).swapaxes(0, 1)


def _along_rows(images: Floats, by: Floats) -> Floats:
    """Every result is a weighted sum of copies of the images moved by whole rows: all samples at once, no look-ups."""
    reach = min(ceil(np.abs(by).max(initial=0)) + 1, len(images) - 1)
    result = np.zeros_like(images)
    for rows in range(-reach, reach + 1):
        target, source = (result[rows:], images[:-rows]) if rows > 0 else (result[: rows or None], images[-rows:])
        target += source * cubic(by - rows)
    return result


def cubic(distance: Floats) -> Floats:
    """Weight of a pixel at this distance: cubic convolution with a = −1/2 (Keys, 1981).

    Linear interpolation would blur what it moves, and the network would be tested on sharper images than it has seen.
    """
    t = np.minimum(np.abs(distance), 2)  # beyond two pixels the weight is zero
    return np.where(t < 1, (1.5 * t - 2.5) * t * t + 1, ((2.5 - 0.5 * t) * t - 4) * t + 2)
