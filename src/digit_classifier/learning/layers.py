"""The layers of a network as values: their shapes, their forward step, and the gradients of it.

Arrays hold one sample per *column*. The input of a layer is (features + 1, samples) with a row of ones at the end: the
last column of a layer's matrix is then its bias, and one matrix product computes all preactivations. An image is its
features in the order channel, row, column, so that reshaping between images and features copies nothing.

`delta` is always the gradient of the loss with respect to the preactivations, (outputs, samples).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from digit_classifier.numerics.arithmetic import Floats

Matmul = Callable[[Floats, Floats, Floats], object]  # (a, b, out)

KERNEL = 3  # side of a convolution's kernel, in pixels
POOL = 2  # side of a pooling window


class Layer(Protocol):
    """What the network needs of a layer; activations belong to the network."""

    @property
    def inputs(self) -> int:
        """Number of input features."""

    @property
    def outputs(self) -> int:
        """Number of output features."""

    @property
    def matrix_shape(self) -> tuple[int, int]:
        """Shape of its parameters, (units, weights per unit + 1), bias last."""

    @property
    def memory(self) -> int:
        """Numbers per sample that its cache holds."""

    @property
    def description(self) -> dict[str, Any]:
        """Its shape as model.json and run_summary.json state it."""

    def cache(self, samples: int, dtype: Any) -> Any:
        """Memory that the three steps below share, for a fixed number of samples, allocated once."""

    def forward(self, matrix: Floats, inputs: Floats, out: Floats, cache: Any, matmul: Matmul) -> None:
        """Fill out (outputs, samples), the preactivations, from inputs (inputs + 1, samples)."""

    def grad_weights(self, inputs: Floats, delta: Floats, out: Floats, cache: Any, matmul: Matmul) -> None:
        """Fill out (units, weights per unit + 1), the gradient of the loss with respect to the matrix.

        `delta` (outputs, samples) belongs to the last `forward`.
        """

    def grad_input(self, matrix: Floats, delta: Floats, out: Floats, cache: Any, matmul: Matmul) -> None:
        """Fill out (inputs, samples), the gradient with respect to the input; call it after `grad_weights`."""


@dataclass(frozen=True)
class Dense:
    """A fully connected layer."""

    inputs: int
    units: int

    @property
    def outputs(self) -> int:
        """One per unit."""
        return self.units

    @property
    def matrix_shape(self) -> tuple[int, int]:
        """(units, inputs + 1)."""
        return self.units, self.inputs + 1

    @property
    def memory(self) -> int:
        """None."""
        return 0

    @property
    def description(self) -> dict[str, Any]:
        """Inputs and units."""
        return {"inputs": self.inputs, "units": self.units}

    def cache(self, samples: int, dtype: Any) -> None:
        """None is needed."""

    def forward(self, matrix: Floats, inputs: Floats, out: Floats, cache: None, matmul: Matmul) -> None:  # noqa: ARG002
        """One product."""
        matmul(matrix, inputs, out)

    def grad_weights(self, inputs: Floats, delta: Floats, out: Floats, cache: None, matmul: Matmul) -> None:  # noqa: ARG002
        """One product."""
        matmul(delta, inputs.T, out)

    def grad_input(self, matrix: Floats, delta: Floats, out: Floats, cache: None, matmul: Matmul) -> None:  # noqa: ARG002
        """One product."""
        matmul(matrix[:, :-1].T, delta, out)


@dataclass(frozen=True, eq=False)
class ConvolutionCache:
    """Memory of a convolution. A place is one position of the kernel on the image."""

    patches: Floats  # (channels · 9 + 1, height · width · samples): pixels under the kernel per place, last row ones
    grad_patches: Floats  # (channels · 9, height · width · samples): gradient of the loss with respect to them
    grad_weights: Floats  # (channels · 9 + 1, units): gradient with respect to the matrix, transposed
    preactivations: Floats  # (units, height, width, samples), before pooling
    paired: Floats  # (units, height, width // 2, samples): the larger of each two neighbours in a row


@dataclass(frozen=True)
class Convolution:
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

    def cache(self, samples: int, dtype: Any) -> ConvolutionCache:
        """Buffers; the zeros around the image and the ones of the bias are written here, once."""
        patches = np.zeros((self.matrix_shape[1], self.height * self.width * samples), dtype)
        patches[-1] = 1
        preactivations = np.zeros((self.units, self.height, self.width, samples if self.pooled else 0), dtype)
        grad_weights = np.empty((len(patches), self.units), dtype)
        paired = np.zeros_like(preactivations[:, :, : self.width // POOL])
        return ConvolutionCache(patches, np.empty_like(patches[:-1]), grad_weights, preactivations, paired)

    def forward(self, matrix: Floats, inputs: Floats, out: Floats, cache: ConvolutionCache, matmul: Matmul) -> None:
        """Copy the image into patches; one product; pool along rows and then along columns."""
        image = self._image(inputs[:-1])
        patches = self._cut(cache.patches[:-1])
        for cell, place, pixel in self._cells():
            patches[:, *cell, *place] = image[:, *pixel]
        matmul(matrix, cache.patches, self._unpooled(out, cache))
        if self.pooled:
            np.maximum(*halves(cache.preactivations, 2), out=cache.paired)
            np.maximum(*halves(cache.paired, 1), out=self._pooled(out))

    def grad_weights(
        self,
        inputs: Floats,  # noqa: ARG002 - the patches hold them
        delta: Floats,
        out: Floats,
        cache: ConvolutionCache,
        matmul: Matmul,
    ) -> None:
        """Route the gradient to each maximum, over the preactivations; one product, faster when transposed."""
        if self.pooled:
            route(self._pooled(delta), cache.paired, 1)
            route(cache.paired, cache.preactivations, 2)
        matmul(cache.patches, self._unpooled(delta, cache).T, cache.grad_weights)
        out[...] = cache.grad_weights.T

    def grad_input(self, matrix: Floats, delta: Floats, out: Floats, cache: ConvolutionCache, matmul: Matmul) -> None:
        """One product; sum the gradients of the patches up per pixel."""
        matmul(matrix[:, :-1].T, self._unpooled(delta, cache), cache.grad_patches)
        image, grad_patches = self._image(out), self._cut(cache.grad_patches)
        image.fill(0)
        for cell, place, pixel in self._cells():
            image[:, *pixel] += grad_patches[:, *cell, *place]

    def _unpooled(self, outputs: Floats, cache: ConvolutionCache) -> Floats:
        """The values before pooling, (units, height · width · samples)."""
        return (cache.preactivations if self.pooled else outputs).reshape(self.units, -1)

    def _image(self, features: Floats) -> Floats:
        return features.reshape(self.channels, self.height, self.width, -1)

    def _pooled(self, features: Floats) -> Floats:
        return features.reshape(self.units, self.height // POOL, self.width // POOL, -1)

    def _cut(self, patches: Floats) -> Floats:
        return patches.reshape(self.channels, KERNEL, KERNEL, self.height, self.width, -1)

    def _cells(self) -> Iterator[tuple[tuple[int, int], tuple[slice, slice], tuple[slice, slice]]]:
        """Per cell of the kernel: the cell, the places where it is inside the image, and the pixels under it."""
        for row in range(KERNEL):
            for column in range(KERNEL):
                down, right = overlap(row - 1, self.height), overlap(column - 1, self.width)
                yield (row, column), (down[0], right[0]), (down[1], right[1])


def overlap(step: int, length: int) -> tuple[slice, slice]:
    """Positions along an axis that have a neighbour this many steps ahead, and these neighbours."""
    return slice(max(0, -step), length - max(0, step)), slice(max(0, step), length - max(0, -step))


def halves(values: Floats, axis: int) -> tuple[Floats, Floats]:
    """The first and the second of each two neighbours along an axis, without an odd last one."""
    pairs = values.shape[axis] // POOL
    before = (slice(None),) * axis
    return values[*before, 0 : POOL * pairs : POOL], values[*before, 1 : POOL * pairs : POOL]


def route(delta: Floats, values: Floats, axis: int) -> None:
    """Replace each two neighbours by the gradient of their maximum: all of it at the larger, or the first if equal."""
    first, second = halves(values, axis)
    won = first >= second
    np.multiply(delta, ~won, out=second)
    np.multiply(delta, won, out=first)
    values[(slice(None),) * axis + (slice(POOL * first.shape[axis], None),)] = 0  # an odd last one was not pooled
