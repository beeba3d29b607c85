"""Small random moves of the training images, so that the network learns shapes and not positions."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from digit_classifier.network import unit_uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digit_classifier.arithmetic import Floats

WORDS = 6  # random words per image: shift, slant and stretch, down and right
STEPS = 64  # images move by whole steps of a pixel, so that a short table has all the weights


def jittered(images: Floats, bits: NDArray[np.uint64], pixels: float) -> Floats:
    """Move each image (height, width, samples) by a random affine map of its own; zeros come in from outside.

    Shifts are uniform on ±pixels. So are slants, as far as they carry the outermost rows and columns, and stretches, by
    as much as they make an image higher or wider. `bits` holds six raw words per image.
    """
    height, width, samples = images.shape
    draws = (2 * unit_uniform(bits).reshape(samples, WORDS).T - 1) * pixels
    down, slant_down, stretch_down, right, slant_right, stretch_right = np.ascontiguousarray(draws, dtype=images.dtype)
    rows, columns = (_evenly(n).astype(images.dtype)[:, None] for n in (height, width))
    down, right = down + columns * slant_down, right + rows * slant_right
    rows, columns = rows[:, :, None] * (stretch_down / 2), columns[:, :, None] * (stretch_right / 2)
    return displaced(images, down + rows, right + columns)


def _evenly(count: int) -> Floats:
    """Places from −1 to 1; each takes one rounding, of which `linspace` promises nothing."""
    places: Floats = (2 * np.arange(count) - (count - 1)) / max(1, count - 1)
    return places


def displaced(images: Floats, down: Floats, right: Floats) -> Floats:
    """Move pixels down by down (height, width, samples), then right by right (width, height, samples), in pixels."""
    return _along_rows(_along_rows(images, down).swapaxes(0, 1), right).swapaxes(0, 1)


def _along_rows(images: Floats, by: Floats) -> Floats:
    """A weighted sum of copies of the images moved by whole rows: all samples at once, one look-up per weight."""
    farthest = ceil(np.abs(by).max(initial=0))
    reach = min(farthest + 1, len(images) - 1)
    ends = (farthest + reach) * STEPS
    weights = cubic(np.arange(-ends, ends + 1, dtype=images.dtype) / STEPS)
    steps = np.rint(by * STEPS).astype(np.intp)
    steps += farthest * STEPS
    result = np.zeros_like(images)
    for rows in range(-reach, reach + 1):
        target, source = (slice(rows, None), slice(-rows)) if rows > 0 else (slice(rows or None), slice(-rows, None))
        result[target] += images[source] * weights[(reach - rows) * STEPS :].take(steps[target])
    return result


def cubic(distance: Floats) -> Floats:
    """Weight of a pixel at this distance: cubic convolution with a = −1/2 (Keys, 1981).

    Linear interpolation would blur what it moves, and the network would be tested on sharper images than it has seen.
    """
    t = np.minimum(np.abs(distance), 2)  # beyond two pixels the weight is zero
    return np.where(t < 1, (1.5 * t - 2.5) * t * t + 1, ((2.5 - 0.5 * t) * t - 4) * t + 2)
