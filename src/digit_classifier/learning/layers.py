"""The layers of a network as values: shapes, the sums a layer computes, and the gradient of them.

Arrays hold one sample per *column*. What goes into a layer is (features + 1, samples) with a row of ones at the end:
the last column of a layer's matrix is then its bias, and one matrix product computes all of its sums. An image is its
features in the order channel, row, column, so that cutting it into pixels or joining them again moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from digit_classifier.numerics.arithmetic import Floats

Matmul = Callable[[Floats, Floats, Floats], object]  # (a, b, out)

KERNEL = 3  # a convolution looks at 3 × 3 pixels
POOL = 2  # and pooling keeps the largest of 2 × 2


class Layer(Protocol):
    """What the network asks of a layer; the activation is the network's business."""

    @property
    def inputs(self) -> int:
        """Features that come in."""

    @property
    def outputs(self) -> int:
        """Features that go out."""

    @property
    def matrix_shape(self) -> tuple[int, int]:
        """Shape of its parameters, (units, weights per unit + 1), bias last."""

    @property
    def description(self) -> dict[str, Any]:
        """Its shape as model.json and run_summary.json state it."""

    def memory(self, samples: int, dtype: Any) -> Any:
        """What the three steps below share, for a fixed number of samples, allocated once."""

    def sums(self, matrix: Floats, inputs: Floats, out: Floats, memory: Any, matmul: Matmul) -> None:
        """Fill out (outputs, samples) from inputs (inputs + 1, samples)."""

    def gradient(self, inputs: Floats, errors: Floats, out: Floats, memory: Any, matmul: Matmul) -> None:
        """Fill out (units, weights per unit + 1), the gradient of the loss at the matrix.

        `errors` (outputs, samples) is that at the outputs of the last `sums`.
        """

    def errors_below(self, matrix: Floats, errors: Floats, out: Floats, memory: Any, matmul: Matmul) -> None:
        """Fill out (inputs, samples), the gradient of the loss at the inputs; call it after `gradient`."""


@dataclass(frozen=True)
class Dense:
    """Every unit sees every input."""

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
    def description(self) -> dict[str, Any]:
        """Inputs and units."""
        return {"inputs": self.inputs, "units": self.units}

    def memory(self, samples: int, dtype: Any) -> None:
        """It needs none."""

    def sums(self, matrix: Floats, inputs: Floats, out: Floats, memory: None, matmul: Matmul) -> None:  # noqa: ARG002
        """One product."""
        matmul(matrix, inputs, out)

    def gradient(self, inputs: Floats, errors: Floats, out: Floats, memory: None, matmul: Matmul) -> None:  # noqa: ARG002
        """One product."""
        matmul(errors, inputs.T, out)

    def errors_below(self, matrix: Floats, errors: Floats, out: Floats, memory: None, matmul: Matmul) -> None:  # noqa: ARG002
        """One product."""
        matmul(matrix[:, :-1].T, errors, out)


@dataclass(frozen=True, eq=False)
class Patches:
    """Memory of a convolution."""

    seen: Floats  # (channels · 9 + 1, height · width · samples): what each place sees, last row ones
    blame: Floats  # (channels · 9, height · width · samples): gradient of the loss at what it sees
    slope: Floats  # (channels · 9 + 1, units): gradient of the loss at the matrix, turned
    sums: Floats  # (units, height, width, samples)
    paired: Floats  # (units, height, width // 2, samples): the larger of each two neighbours in a row


@dataclass(frozen=True)
class Convolution:
    """Units look at 3 × 3 pixels at every place of an image, with zeros around it (LeCun and others, 1998).

    `pooled`: of each 2 × 2 sums only the largest goes out, and an odd last row or column is dropped.
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
        """Pixels of the image that goes out, one channel per unit."""
        step = POOL if self.pooled else 1
        return self.units * (self.height // step) * (self.width // step)

    @property
    def matrix_shape(self) -> tuple[int, int]:
        """(units, channels · 9 + 1), weights in the order channel, row, column."""
        return self.units, self.channels * KERNEL * KERNEL + 1

    @property
    def description(self) -> dict[str, Any]:
        """Inputs, units, and how the inputs are an image."""
        image = {"channels": self.channels, "height": self.height, "width": self.width, "pooled": self.pooled}
        return {"inputs": self.inputs, "units": self.units, "convolution": image}

    def memory(self, samples: int, dtype: Any) -> Patches:
        """What is never written stays as it is here: the zeros around the image, the ones of the bias."""
        seen = np.zeros((self.matrix_shape[1], self.height * self.width * samples), dtype)
        seen[-1] = 1
        sums = np.zeros((self.units, self.height, self.width, samples if self.pooled else 0), dtype)
        slope, paired = np.empty((len(seen), self.units), dtype), np.zeros_like(sums[:, :, : self.width // POOL])
        return Patches(seen, np.empty_like(seen[:-1]), slope, sums, paired)

    def sums(self, matrix: Floats, inputs: Floats, out: Floats, memory: Patches, matmul: Matmul) -> None:
        """Spread the image into patches; one product; pool along rows and then along columns."""
        image = self._image(inputs[:-1])
        seen = self._cut(memory.seen[:-1])
        for cell, place, pixel in self._cells():
            seen[:, *cell, *place] = image[:, *pixel]
        matmul(matrix, memory.seen, self._spread(out, memory))
        if self.pooled:
            np.maximum(*halves(memory.sums, 2), out=memory.paired)
            np.maximum(*halves(memory.paired, 1), out=self._pooled(out))

    def gradient(self, inputs: Floats, errors: Floats, out: Floats, memory: Patches, matmul: Matmul) -> None:  # noqa: ARG002
        """Send errors back to where the maximum came from, over the sums; one product, faster this way round."""
        if self.pooled:
            share(self._pooled(errors), memory.paired, 1)
            share(memory.paired, memory.sums, 2)
        matmul(memory.seen, self._spread(errors, memory).T, memory.slope)
        out[...] = memory.slope.T

    def errors_below(self, matrix: Floats, errors: Floats, out: Floats, memory: Patches, matmul: Matmul) -> None:
        """One product; add patches up into pixels."""
        matmul(matrix[:, :-1].T, self._spread(errors, memory), memory.blame)
        image, blame = self._image(out), self._cut(memory.blame)
        image.fill(0)
        for cell, place, pixel in self._cells():
            image[:, *pixel] += blame[:, *cell, *place]

    def _spread(self, outputs: Floats, memory: Patches) -> Floats:
        return (memory.sums if self.pooled else outputs).reshape(self.units, -1)

    def _image(self, features: Floats) -> Floats:
        return features.reshape(self.channels, self.height, self.width, -1)

    def _pooled(self, features: Floats) -> Floats:
        return features.reshape(self.units, self.height // POOL, self.width // POOL, -1)

    def _cut(self, patches: Floats) -> Floats:
        return patches.reshape(self.channels, KERNEL, KERNEL, self.height, self.width, -1)

    def _cells(self) -> Iterator[tuple[tuple[int, int], tuple[slice, slice], tuple[slice, slice]]]:
        """Per cell of the kernel: the cell, the places where it lies on the image, and the pixels that it lies on."""
        for row in range(KERNEL):
            for column in range(KERNEL):
                down, right = overlap(row - 1, self.height), overlap(column - 1, self.width)
                yield (row, column), (down[0], right[0]), (down[1], right[1])


def overlap(step: int, length: int) -> tuple[slice, slice]:
    """The places whose neighbour this many steps ahead exists, and these neighbours."""
    return slice(max(0, -step), length - max(0, step)), slice(max(0, step), length - max(0, -step))


def halves(values: Floats, axis: int) -> tuple[Floats, Floats]:
    """The first and the second of each two neighbours along an axis, without an odd last one."""
    pairs = values.shape[axis] // POOL
    before = (slice(None),) * axis
    return values[*before, 0 : POOL * pairs : POOL], values[*before, 1 : POOL * pairs : POOL]


def share(errors: Floats, values: Floats, axis: int) -> None:
    """Replace each two neighbours by the error of their maximum: all of it at the larger, or the first if equal."""
    first, second = halves(values, axis)
    won = first >= second
    np.multiply(errors, ~won, out=second)
    np.multiply(errors, won, out=first)
    values[(slice(None),) * axis + (slice(POOL * first.shape[axis], None),)] = 0  # the odd one took no part
