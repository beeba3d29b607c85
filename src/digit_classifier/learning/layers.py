"""The layers of a network as values: their shapes, their forward step, and the gradients of it.

Arrays hold one sample per *column*. The input of a layer is (features + 1, samples) with a row of ones at the end: the
last column of a layer's matrix is then its bias, and one matrix product computes all preactivations. An image is its
features in the order channel, row, column, so that reshaping between images and features copies nothing.

`delta` is always the gradient of the loss with respect to the preactivations, (outputs, samples).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from digit_classifier.numerics.arithmetic import Arithmetic, Floats

Matmul = Callable[[Floats, Floats, Floats], object]  # (a, b, out)


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

    def cache(self, samples: int, dtype: Any, arithmetic: Arithmetic) -> Any:
        """Memory that the three steps below share, for a fixed number of samples, allocated once."""

    def forward(self, matrix: Floats, inputs: Floats, out: Floats, cache: Any, matmul: Matmul) -> None:
        """Fill out (outputs, samples), the preactivations, from inputs (inputs + 1, samples)."""

    def grad_weights(self, inputs: Floats, delta: Floats, out: Floats, cache: Any, matmul: Matmul) -> None:
        """Fill out (units, weights per unit + 1), the gradient of the loss with respect to the matrix.

        `delta` (outputs, samples) belongs to the last `forward`.
        """

    def grad_input(self, matrix: Floats, delta: Floats, out: Floats, cache: Any, matmul: Matmul) -> None:
        """Fill out (inputs, samples), the gradient with respect to the input; call it after `grad_weights`."""


class Dense(NamedTuple):
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

    def cache(self, samples: int, dtype: Any, arithmetic: Arithmetic) -> None:
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


def overlap(step: int, length: int) -> tuple[slice, slice]:
    """Positions along an axis that have a neighbour this many steps ahead, and these neighbours."""
    return slice(max(0, -step), length - max(0, step)), slice(max(0, step), length - max(0, -step))
