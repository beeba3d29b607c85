"""Small random moves of the training images, so that the network learns shapes and not positions."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from digit_classifier.learning.layers import overlap
from digit_classifier.numerics.randomness import unit_uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digit_classifier.numerics.arithmetic import Floats

WORDS = 6  # random words per map: shift, slant and stretch, down and right
STEPS = 64  # per pixel: displacements are whole steps, so that a short table has all the weights


def jittered(images: Floats, words: NDArray[np.uint64], pixels: float) -> Floats:
    """Move images (channels, height, width, times, maps): images[..., i, n] by random affine map n, for every i.

    Pixels outside an image are zero. Shifts are uniform on ±pixels. So are slants, measured at the outermost rows and
    columns, and stretches, measured as the growth of an image's height or width. `words` holds six raw words per map.
    """
    _, height, width, _, maps = images.shape
    draws = (2 * unit_uniform(words).reshape(maps, WORDS).T - 1) * pixels
    down, slant_down, stretch_down, right, slant_right, stretch_right = np.ascontiguousarray(draws, dtype=images.dtype)
    rows, columns = _evenly(height).astype(images.dtype), _evenly(width).astype(images.dtype)
    rows, columns = rows.reshape(-1, 1, 1, 1), columns.reshape(-1, 1, 1)
    down = down + columns * slant_down + rows * (stretch_down / 2)
    right = right + rows * slant_right + columns * (stretch_right / 2)
    planes = [displaced(plane, down, right) for plane in images]
    return planes[0][None] if len(planes) == 1 else np.stack(planes)


def _evenly(count: int) -> Floats:
    """Numbers from −1 to 1, each rounded once; `linspace` does not promise that."""
    places: Floats = (2 * np.arange(count) - (count - 1)) / max(1, count - 1)
    return places


def displaced(images: Floats, down: Floats, right: Floats) -> Floats:
    """Move a plane (height, width, times, maps) by down and then by right (height, width, 1, maps), in pixels."""
    return _along(1, _along(0, images, down), right)


def _along(axis: int, images: Floats, by: Floats) -> Floats:
    """Move along one axis: a weighted sum of copies moved by whole pixels, with one look-up per weight."""
    farthest = ceil(np.abs(by).max(initial=0))
    reach = min(farthest + 1, images.shape[axis] - 1)
    ends = (farthest + reach) * STEPS
    weights = cubic(np.arange(-ends, ends + 1, dtype=images.dtype) / STEPS)
    steps = np.rint(by * STEPS).astype(np.intp)
    steps += farthest * STEPS
    result = np.zeros_like(images)
    before = (slice(None),) * axis
    for step in range(-reach, reach + 1):
        target, source = ((*before, places) for places in overlap(step, images.shape[axis]))
        weight = weights[(reach + step) * STEPS :].take(steps[target])
        result[target] += images[source] * weight.repeat(images.shape[2], axis=2)  # a copy is faster than broadcasting
    return result


def cubic(distance: Floats) -> Floats:
    """Weight of a pixel at this distance: cubic convolution with a = −1/2 (Keys, 1981).

    Linear interpolation would blur the training images, and the hold-out would be sharper than they are.
    """
    t = np.minimum(np.abs(distance), 2)  # beyond two pixels the weight is zero
    return np.where(t < 1, (1.5 * t - 2.5) * t * t + 1, ((2.5 - 0.5 * t) * t - 4) * t + 2)
