"""A convolution with pooling: its shapes, and how it is computed.

**Patches.** The pixels under the kernel are copied, place by place: one product gives all outputs, another the gradient
of the weights.

**Windows.** The gradient with respect to the images is a convolution, too: that of the outputs' gradient with the
kernel turned round. Where that lies row by row, column by column, unit by unit, the numbers of three neighbouring
columns lie side by side: what one row of the kernel sees at one place is a matrix as it stands, and nothing is copied.
Each place takes three small products. Exact arithmetic must not cut a product, as it rounds a matrix by its largest
element: it takes the gradient of the patches, and adds up what belongs to one pixel.

A place is one position of the kernel on the image. Arrays of places are (height, width, units, samples), whatever their
order in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from digit_classifier.learning.layers import Matmul, overlap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digit_classifier.numerics.arithmetic import Arithmetic, Floats

KERNEL = 3  # side of a kernel, in pixels
POOL = 2  # side of a pooling window


class Convolution(NamedTuple):
    """A kernel of 3 × 3 pixels per unit, at every place of an image padded with zeros (LeCun and others, 1998).

    `pooled`: maximum pooling, 2 × 2; an odd last row or column is dropped.
    """

    channels: int
    height: int
    width: int
    units: int
    pooled: bool

    @property
    def inputs(self) -> int:
        """Pixels of all channels."""
        return self.channels * self.height * self.width

    @property
    def outputs(self) -> int:
        """Pixels of the output image, one channel per unit."""
        step = POOL if self.pooled else 1
        return self.units * (self.height // step) * (self.width // step)

    @property
    def matrix_shape(self) -> tuple[int, int]:
        """(units, channels · 9 + 1), weights in the order channel, row, column."""
        return self.units, self.channels * KERNEL * KERNEL + 1

    @property
    def memory(self) -> int:
        """The pixels under the kernel at every place."""
        return self.matrix_shape[1] * self.height * self.width

    @property
    def description(self) -> dict[str, Any]:
        """Inputs, units, and the shape of the input image."""
        image = {"channels": self.channels, "height": self.height, "width": self.width, "pooled": self.pooled}
        return {"inputs": self.inputs, "units": self.units, "convolution": image}

    def cache(self, samples: int, dtype: Any, arithmetic: Arithmetic) -> Patches:
        """Buffers; windows where a product may be cut."""
        return (Patches if arithmetic.whole_products else Windows)(self, samples, dtype)

    def forward(self, matrix: Floats, inputs: Floats, out: Floats, cache: Patches, matmul: Matmul) -> None:
        """Fill in the preactivations of all places; pool along rows and then along columns."""
        places = cache.places if self.pooled else self._outputs(out)
        cache.forward(matrix, self._image(inputs[:-1]), places, matmul)
        if self.pooled:
            np.maximum(*halves(places, 1), out=cache.paired)
            np.maximum(*halves(cache.paired, 0), out=self._outputs(out))

    def grad_weights(
        self,
        inputs: Floats,  # noqa: ARG002 - the cache holds them
        delta: Floats,
        out: Floats,
        cache: Patches,
        matmul: Matmul,
    ) -> None:
        """Route the gradient to each maximum, over the preactivations, and multiply with the pixels seen there."""
        if self.pooled:
            route(self._outputs(delta), cache.paired, 0)
            route(cache.paired, cache.places, 1)
        cache.grad_weights(cache.places if self.pooled else self._outputs(delta), out, matmul)

    def grad_input(self, matrix: Floats, delta: Floats, out: Floats, cache: Patches, matmul: Matmul) -> None:
        """What each pixel adds to the outputs of the nine places that see it."""
        cache.grad_input(matrix, cache.places if self.pooled else self._outputs(delta), self._image(out), matmul)

    def _image(self, features: Floats) -> Floats:
        """Features in the order channel, row, column as (height, width, channels, samples)."""
        return features.reshape(self.channels, self.height, self.width, -1).transpose(1, 2, 0, 3)

    def _outputs(self, features: Floats) -> Floats:
        """The same of the outputs: (height, width, units, samples), of places or pooled ones."""
        step = POOL if self.pooled else 1
        return features.reshape(self.units, self.height // step, self.width // step, -1).transpose(1, 2, 0, 3)


class Patches:
    """One product of the kernel and copies of the pixels under it."""

    def __init__(self, layer: Convolution, samples: int, dtype: Any) -> None:
        self.shape = (layer.channels, KERNEL, KERNEL, layer.height, layer.width, samples)
        self.patches = np.zeros((layer.matrix_shape[1], layer.height * layer.width * samples), dtype)
        self.patches[-1] = 1
        self.grad_patches = np.empty_like(self.patches[:-1])
        self.grad_matrix = np.empty(layer.matrix_shape[::-1], dtype)
        preactivations = np.zeros((layer.units, layer.height, layer.width, samples if layer.pooled else 0), dtype)
        self.places = preactivations.transpose(1, 2, 0, 3)  # before pooling; then their gradient
        self.paired = np.zeros_like(self.places[:, : layer.width // POOL])

    def forward(self, matrix: Floats, images: Floats, places: Floats, matmul: Matmul) -> None:
        """Fill in the preactivations of images (height, width, channels, samples)."""
        patches, channel_first = self.patches[:-1].reshape(self.shape), images.transpose(2, 0, 1, 3)
        for cell, place, pixel in self._cells():
            patches[:, *cell, *place] = channel_first[:, *pixel]
        matmul(matrix, self.patches, as_rows(places))

    def grad_weights(self, delta: Floats, out: Floats, matmul: Matmul) -> None:
        """Fill in the gradient with respect to the matrix; its product is faster when transposed."""
        matmul(self.patches, as_rows(delta).T, self.grad_matrix)
        out[...] = self.grad_matrix.T

    def grad_input(self, matrix: Floats, delta: Floats, out: Floats, matmul: Matmul) -> None:
        """Fill in the gradient with respect to the images: that of the patches, summed up per pixel."""
        matmul(matrix[:, :-1].T, as_rows(delta), self.grad_patches)
        grad_patches, channel_first = self.grad_patches.reshape(self.shape), out.transpose(2, 0, 1, 3)
        channel_first.fill(0)
        for cell, place, pixel in self._cells():
            channel_first[:, *pixel] += grad_patches[:, *cell, *place]

    def _cells(self) -> Iterator[tuple[tuple[int, int], tuple[slice, slice], tuple[slice, slice]]]:
        """Per cell of the kernel: the cell, the places where it is inside the image, and the pixels under it."""
        height, width = self.shape[3:5]
        for row in range(KERNEL):
            for column in range(KERNEL):
                down, right = overlap(row - 1, height), overlap(column - 1, width)
                yield (row, column), (down[0], right[0]), (down[1], right[1])


class Windows(Patches):
    """Patches, but for the gradient with respect to the images: three products per place, and nothing is copied."""

    def __init__(self, layer: Convolution, samples: int, dtype: Any) -> None:
        super().__init__(layer, samples, dtype)
        errors = np.zeros((layer.height + 2, layer.width + 2, layer.units, samples), dtype)
        self.errors, self.blamed = inside(errors), windows(errors)
        self.terms = np.empty((2, layer.height, layer.width, layer.channels, samples), dtype)

    def grad_input(self, matrix: Floats, delta: Floats, out: Floats, matmul: Matmul) -> None:
        """Fill in the gradient with respect to the images, by the kernel turned round."""
        self.errors[...] = delta
        turned = square(matrix)[:, :, ::-1, ::-1].transpose(2, 1, 3, 0)
        correlate(self.blamed, np.ascontiguousarray(turned), self.terms, out, matmul)


def inside(padded: Floats) -> Floats:
    """A padded image without its margin."""
    return padded[1:-1, 1:-1]


def square(matrix: Floats) -> Floats:
    """The weights as kernels, (units, channels, 3, 3)."""
    return matrix[:, :-1].reshape(len(matrix), -1, KERNEL, KERNEL)


def windows(padded: Floats) -> list[Floats]:
    """What each row of a kernel sees of padded images, not copied: three of (height, width, 3 · channels, samples)."""
    height, width, channels, samples = padded.shape
    threes = sliding_window_view(padded, KERNEL, axis=1).transpose(0, 1, 4, 2, 3)
    seen = threes.reshape(height, width - 2, KERNEL * channels, samples)
    return [seen[row : height - 2 + row] for row in range(KERNEL)]


def correlate(seen: list[Floats], rows: Floats, terms: Floats, out: Floats, matmul: Matmul) -> None:
    """Fill out (height, width, units, samples): per row of the kernel (3, units, 3, channels), times what it sees."""
    total, term = terms
    first, second, third = zip(rows.reshape(*rows.shape[:2], -1), seen, strict=True)
    matmul(*first, total)
    matmul(*second, term)
    total += term
    matmul(*third, term)
    np.add(total, term, out=out)


def as_rows(places: Floats) -> Floats:
    """Places that lie unit by unit as (units, height · width · samples), without copying."""
    return places.transpose(2, 0, 1, 3).reshape(places.shape[2], -1)


def halves(values: Floats, axis: int) -> tuple[Floats, Floats]:
    """The first and the second of each two neighbours along an axis, without an odd last one."""
    pairs = values.shape[axis] // POOL
    before = (slice(None),) * axis
    return values[*before, 0 : POOL * pairs : POOL], values[*before, 1 : POOL * pairs : POOL]


def route(delta: Floats, values: Floats, axis: int) -> None:
    """Replace each two neighbours by the gradient of their maximum: all of it at the larger, or the first if equal."""
    first, second = halves(values, axis)
    np.multiply(delta, first >= second, out=first)
    np.subtract(delta, first, out=second)
    values[(slice(None),) * axis + (slice(POOL * first.shape[axis], None),)] = 0  # an odd last one was not pooled
