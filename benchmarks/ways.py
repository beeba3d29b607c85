"""Ways to compute with NumPy and BLAS what the networks need most, in microseconds: what is used, and what was tried.

All ways of one thing compute the same numbers, which is checked.
"""

from __future__ import annotations

import timeit
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from digit_classifier.learning.convolution import (
    Convolution,
    Patches,
    Windows,
    correlate,
    inside,
    windows,
)
from digit_classifier.numerics.arithmetic import ORDINARY

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[Any]

SIDE, CHANNELS, UNITS, SAMPLES = 8, 16, 32, 64
NUMBER = 30  # calls between two looks at the clock
# Winograd's F(2 × 2, 3 × 3): 16 products for four places in place of 36 (Lavin and Gray, arXiv:1509.09308).
KERNELS = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], np.float32)


def convolution() -> dict[str, float]:
    """The second convolution of the `cnn`, forward, without the bias: by images in a margin of zeros.

    The images lie as the layer before leaves them, (row, column, channel, sample), but for the way that takes the
    samples first.
    """
    random = np.random.default_rng(0)
    images = np.zeros((SIDE + 2, SIDE + 2, CHANNELS, SAMPLES), np.float32)
    inside(images)[...] = random.normal(size=(SIDE, SIDE, CHANNELS, SAMPLES))
    kernel = random.normal(size=(UNITS, CHANNELS, 3, 3)).astype(np.float32)
    made = {
        "one product, pixels copied nine times (used)": patches(images, kernel),
        "three products per place, nothing copied": by_place(images, kernel),
        "one product per place, rows of the image copied three times": three_rows(images, kernel),
        "three products per row of the image, sample by sample": by_sample(images, kernel),
        "Winograd": winograd(images, kernel),
    }
    return timed(made)


def gradients() -> dict[str, float]:
    """Of the same convolution: the gradient of its weights, for which pixels are copied before, and of its images."""
    random = np.random.default_rng(0)
    images = np.zeros((SIDE + 2, SIDE + 2, CHANNELS, SAMPLES), np.float32)
    inside(images)[...] = random.normal(size=(SIDE, SIDE, CHANNELS, SAMPLES))
    layer = Convolution(CHANNELS, SIDE, SIDE, UNITS, pooled=True)
    matrix = random.normal(size=layer.matrix_shape).astype(np.float32)
    cut, whole = (way(layer, SAMPLES, np.float32) for way in (Windows, Patches))
    for cache in (cut, whole):
        cache.forward(matrix, inside(images), cache.places, np.matmul)
    errors = random.normal(size=(SIDE, SIDE, UNITS, SAMPLES)).astype(np.float32)
    delta = cut.places
    delta[...] = errors
    found, back = np.empty_like(matrix), np.empty((CHANNELS, SIDE, SIDE, SAMPLES), np.float32).transpose(1, 2, 0, 3)
    turned = np.zeros((SIDE + 2, SAMPLES, SIDE + 2, CHANNELS), np.float32).transpose(0, 2, 3, 1)
    rows, sums = np.empty((SIDE, SIDE, UNITS, 3 * CHANNELS), np.float32), np.empty((3, UNITS, 3, CHANNELS), np.float32)

    def by_patches() -> Array:
        cut.grad_weights(delta, found, np.matmul)
        return found[:, :-1]

    def by_windows() -> Array:
        turned[...] = images
        for row, seen in zip(sums, windows(turned), strict=True):
            np.matmul(errors, seen.swapaxes(2, 3), out=rows)
            row.reshape(UNITS, -1)[...] = np.add.reduce(rows, (0, 1))
        return np.asarray(sums.transpose(1, 3, 0, 2).reshape(UNITS, -1))

    def to_images(cache: Patches) -> Callable[[], Array]:
        def run() -> Array:
            cache.grad_input(matrix, delta, back, np.matmul)
            return back

        return run

    weights = {
        "weights: one product with the copied pixels (used)": by_patches,
        "weights: three products per place, images turned once": by_windows,
    }
    pixels = {
        "images: three products per place, nothing copied (used)": to_images(cut),
        "images: one product, added up per pixel (exact)": to_images(whole),
    }
    return timed(weights) | timed(pixels)


def rectifier() -> dict[str, float]:
    """ReLU of 128 units for 64 samples, and of a gradient what is left where ReLU is not zero."""
    values = np.random.default_rng(0).normal(size=(2, 128, 64)).astype(np.float32)
    before, gradient = values
    after, scratch, mask = np.maximum(before, 0), np.empty_like(before), np.empty(before.shape, np.bool_)
    row, all_zeros = np.zeros(64, np.float32), np.zeros_like(before)
    out: Array = np.empty_like(before)

    def by_copy() -> Array:
        np.copyto(out, gradient)
        np.copyto(out, 0, where=np.less_equal(after, 0, out=mask))
        return out

    forward: dict[str, Callable[[], Array]] = {
        "ReLU: maximum with zeros of the same shape (used)": lambda: np.maximum(before, all_zeros, out=out),
        "ReLU: maximum with a row of zeros": lambda: np.maximum(before, row, out=out),
        "ReLU: maximum with 0": lambda: np.maximum(before, 0, out=out),
    }
    backward: dict[str, Callable[[], Array]] = {
        "gradient: times a mask of truth values (used)": lambda: np.multiply(
            gradient, np.greater(after, 0, out=mask), out=out
        ),
        "gradient: times a mask of floats": lambda: np.multiply(gradient, np.greater(after, 0, out=scratch), out=out),
        "gradient: times the sign": lambda: np.multiply(gradient, np.sign(after, out=scratch), out=out),
        "gradient: zeros copied where the mask says so": by_copy,
    }
    return timed(forward) | timed(backward)


def timed(ways: dict[str, Callable[[], Array]]) -> dict[str, float]:
    """Microseconds of each way; RuntimeError where one computes something else than the first."""
    expected, *others = (np.array(way()) for way in ways.values())
    if not all(np.allclose(came, expected, atol=1e-3) for came in others):
        raise RuntimeError(f"{', '.join(ways)}: expected the same numbers, got others")
    return {name: min(timeit.repeat(way, number=NUMBER, repeat=10)) / NUMBER * 1e6 for name, way in ways.items()}


def patches(images: Array, kernel: Array) -> Callable[[], Array]:
    """What the layer does."""
    layer = Convolution(CHANNELS, SIDE, SIDE, UNITS, pooled=True)
    cache = layer.cache(SAMPLES, np.float32, ORDINARY)
    matrix = np.concatenate([kernel.reshape(UNITS, -1), np.zeros((UNITS, 1), np.float32)], axis=1)

    def run() -> Array:
        cache.forward(matrix, inside(images), cache.places, np.matmul)
        return cache.places

    return run


def by_place(images: Array, kernel: Array) -> Callable[[], Array]:
    """Windows, with which the layer computes the gradient of the images."""
    seen, rows = windows(images), np.ascontiguousarray(kernel.transpose(2, 0, 3, 1))
    terms = np.empty((2, SIDE, SIDE, UNITS, SAMPLES), np.float32)
    out = np.empty(terms.shape[1:], np.float32)

    def run() -> Array:
        correlate(seen, rows, terms, out, np.matmul)
        return out

    return run


def three_rows(images: Array, kernel: Array) -> Callable[[], Array]:
    """The three rows under the kernel beside each other: longer products, and no sums of them."""
    seen = np.empty((SIDE, SIDE + 2, 3, CHANNELS, SAMPLES), np.float32)
    under = sliding_window_view(seen.reshape(SIDE, SIDE + 2, -1, SAMPLES), 3, axis=1).transpose(0, 1, 4, 2, 3)
    under = under.reshape(SIDE, SIDE, -1, SAMPLES)
    rows = np.ascontiguousarray(kernel.transpose(0, 3, 2, 1)).reshape(UNITS, -1)
    out = np.empty((SIDE, SIDE, UNITS, SAMPLES), np.float32)

    def run() -> Array:
        for row in range(3):
            seen[:, :, row] = images[row : row + SIDE]
        return np.matmul(rows, under, out=out)

    return run


def by_sample(images: Array, kernel: Array) -> Callable[[], Array]:
    """Samples below each other, (row, sample, column, channel): a row of all images is one matrix, margins included."""
    turned = np.zeros((SIDE + 2, SAMPLES * (SIDE + 2) + 2, CHANNELS), np.float32)
    turned[:, :-2] = images.transpose(0, 3, 1, 2).reshape(SIDE + 2, -1, CHANNELS)
    width = turned.shape[1] - 2
    seen = sliding_window_view(turned.reshape(SIDE + 2, -1), 3 * CHANNELS, axis=1)[:, ::CHANNELS][:, :width]
    rows = [np.ascontiguousarray(kernel[:, :, row].transpose(2, 1, 0)).reshape(-1, UNITS) for row in range(3)]
    total, term = (np.empty((SIDE, width, UNITS), np.float32) for _ in range(2))

    def run() -> Array:
        np.matmul(seen[:SIDE], rows[0], out=total)
        for row in (1, 2):
            np.add(total, np.matmul(seen[row : row + SIDE], rows[row], out=term), out=total)
        places = total.reshape(SIDE, SAMPLES, SIDE + 2, UNITS)[:, :, :SIDE]
        return np.asarray(places.transpose(0, 2, 3, 1))

    return run


def winograd(images: Array, kernel: Array) -> Callable[[], Array]:
    """Products of sums of pixels: fewer, and short; the sums are passes over all numbers."""
    half = SIDE // 2
    tiles = sliding_window_view(images, (4, 4), axis=(0, 1))[::2, ::2]  # (tile, tile, channel, sample, 4, 4)
    tiles = tiles.transpose(4, 5, 0, 1, 2, 3)
    kernels = np.ascontiguousarray((KERNELS @ kernel @ KERNELS.T).transpose(2, 3, 0, 1))[:, :, None, None]
    down = np.empty((4, 4, half, half, CHANNELS, SAMPLES), np.float32)
    sums, products = np.empty_like(down), np.empty((4, 4, half, half, UNITS, SAMPLES), np.float32)
    rows = np.empty((2, *products.shape[1:]), np.float32)
    out = np.empty((half, 2, half, 2, UNITS, SAMPLES), np.float32)

    def transformed(values: Array, to: Array) -> None:
        np.subtract(values[0], values[2], out=to[0])
        np.add(values[1], values[2], out=to[1])
        np.subtract(values[2], values[1], out=to[2])
        np.subtract(values[1], values[3], out=to[3])

    def gathered(values: Array, first: Array, second: Array) -> None:
        np.add(values[0], values[1], out=first)
        np.add(first, values[2], out=first)
        np.subtract(values[1], values[2], out=second)
        np.subtract(second, values[3], out=second)

    def run() -> Array:
        transformed(tiles, down)
        transformed(down.swapaxes(0, 1), sums.swapaxes(0, 1))
        np.matmul(kernels, sums, out=products)
        gathered(products, rows[0], rows[1])
        for row in range(2):
            gathered(rows[row], out[:, row, :, 0], out[:, row, :, 1])
        return out.reshape(SIDE, SIDE, UNITS, SAMPLES)

    return run
