"""The network: fully connected layers, what they predict, and the gradient of what they get wrong.

Arrays hold one sample per *column*, so a reduction over units or classes runs along contiguous memory. Every
array of inputs or hidden units ends in a row of ones: the last column of a layer's matrix is then its bias, and one
matrix product computes a whole layer, another one its whole gradient.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digit_classifier.data import random_bits

Floats = NDArray[np.floating[Any]]
Matrices = tuple[Floats, ...]  # one per layer, (units, inputs + 1), bias last


class Layer(NamedTuple):
    """One layer as people write it: activation(weights @ inputs + bias). Views of the network's parameters."""

    weights: Floats  # (units, inputs)
    bias: Floats  # (units,)
    activation: str  # "relu", or "softmax" in the last layer


@dataclass(frozen=True, eq=False)
class Network:
    """ReLU hidden layers and a softmax output. Without hidden layers this is multinomial logistic regression.

    It computes in the type of `parameters`. Raw pixels become inputs as (pixel − offset) / scale.
    """

    sizes: tuple[int, ...]  # (inputs, units of each hidden layer …, classes)
    parameters: Floats  # (count,) all matrices end to end, changed in place by training
    offset: Floats  # (inputs,) in pixel units
    scale: Floats  # (inputs,) in pixel units, never 0

    @cached_property
    def matrices(self) -> Matrices:
        """Per layer (units, inputs + 1), bias last: views of `parameters`."""
        return layer_views(self.parameters, self.sizes)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Weights, bias and activation per layer, from the pixels to the classes."""
        names = ["relu"] * (len(self.sizes) - 2) + ["softmax"]
        return tuple(Layer(m[:, :-1], m[:, -1], name) for m, name in zip(self.matrices, names, strict=True))

    def inputs(self, pixels: Floats) -> Floats:
        """Raw pixels (inputs, samples) as the first layer wants them: scaled, a row of ones below."""
        scaled = np.ones((len(pixels) + 1, pixels.shape[1]), self.parameters.dtype)
        np.subtract(pixels, self.offset[:, None], out=scaled[:-1])
        scaled[:-1] /= self.scale[:, None]
        return scaled

    def probabilities(self, images: NDArray[Any]) -> Floats:
        """Class probabilities (samples, classes) of raw images (samples, height, width) or (samples, pixels)."""
        inputs = self.inputs(as_columns(images, self.parameters.dtype))
        work = Workspace.create(self, len(images))
        probabilities = np.empty((self.sizes[-1], len(images)), self.parameters.dtype)
        forward(self, inputs, work, probabilities)
        return np.ascontiguousarray(probabilities.T)


@dataclass(frozen=True, eq=False)
class Workspace:
    """Memory for one pass over a fixed number of samples, allocated once and overwritten by every pass."""

    hidden: tuple[Floats, ...]  # per hidden layer (units + 1, samples), last row ones
    errors: tuple[Floats, ...]  # per layer (units, samples): gradient of the loss at the layer's sums
    active: tuple[NDArray[np.bool_], ...]  # per hidden layer (units, samples): where ReLU let the sum through

    @classmethod
    def create(cls, network: Network, samples: int) -> Workspace:
        """Buffers that fit this network and this number of samples."""
        units, dtype = network.sizes[1:], network.parameters.dtype
        return cls(
            hidden=tuple(np.ones((u + 1, samples), dtype) for u in units[:-1]),
            errors=tuple(np.empty((u, samples), dtype) for u in units),
            active=tuple(np.empty((u, samples), np.bool_) for u in units[:-1]),
        )


def create_network(sizes: tuple[int, ...], offset: Floats, scale: Floats, random_state: int) -> Network:
    """Float32 network before training: hidden layers by He's rule, biases and output layer zero.

    A zero output layer makes the first prediction 1 / classes for everybody: the loss starts at ln(classes).
    He initialisation (arXiv:1502.01852), uniform on ±√(6 / inputs), which has the rule's variance 2 / inputs.
    """
    count = sum((inputs + 1) * units for inputs, units in pairwise(sizes))
    parameters = np.zeros(count, np.float32)
    network = Network(sizes, parameters, offset.astype(np.float32), scale.astype(np.float32))
    uniform = unit_uniform(random_bits(random_state, 1, count))
    for matrix, bits in zip(network.matrices[:-1], layer_views(uniform, sizes), strict=False):
        limit = sqrt(6 / (matrix.shape[1] - 1))
        matrix[:, :-1] = (2 * bits[:, :-1] - 1) * limit
    return network


def layer_views(flat: Floats, sizes: tuple[int, ...]) -> Matrices:
    """Cut a flat vector into one matrix (units, inputs + 1) per layer, without copying."""
    shapes = [(units, inputs + 1) for inputs, units in pairwise(sizes)]
    ends = np.cumsum([rows * columns for rows, columns in shapes])
    return tuple(part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True))


def unit_uniform(bits: NDArray[np.uint64]) -> Floats:
    """Raw 64-bit words as numbers in [0, 1), multiples of 2⁻⁵³."""
    return (bits >> np.uint64(11)) * 2.0**-53


def as_columns(images: NDArray[Any], dtype: Any = np.float32) -> Floats:
    """Images (samples, height, width) or (samples, pixels) as floats (pixels, samples)."""
    return np.ascontiguousarray(images.reshape(len(images), -1).T, dtype=dtype)


def forward(network: Network, inputs: Floats, work: Workspace, probabilities: Floats) -> None:
    """Fill `work.hidden` and `probabilities` (classes, samples) for inputs (inputs + 1, samples)."""
    below = inputs
    for matrix, hidden in zip(network.matrices[:-1], work.hidden, strict=True):
        sums = hidden[:-1]
        np.matmul(matrix, below, out=sums)
        np.maximum(sums, 0, out=sums)
        below = hidden
    np.matmul(network.matrices[-1], below, out=probabilities)
    softmax(probabilities)


def softmax(logits: Floats) -> None:
    """Turn each column of logits (classes,) into probabilities, in place.

    Subtracting the largest logit changes nothing but keeps exp from overflowing.
    """
    logits -= np.maximum.reduce(logits)
    np.exp(logits, out=logits)
    logits /= np.add.reduce(logits)


def backward(
    network: Network, inputs: Floats, work: Workspace, probabilities: Floats, targets: Floats, gradients: Matrices
) -> None:
    """Fill `gradients`, one matrix per layer, with that of the mean cross-entropy −Σ targets · log(probabilities).

    Call it after `forward` on the same inputs. Back-propagation (Rumelhart, Hinton and Williams, 1986).
    """
    np.subtract(probabilities, targets, out=work.errors[-1])
    work.errors[-1][...] /= probabilities.shape[1]
    outputs = (inputs, *work.hidden)
    for layer in reversed(range(len(gradients))):
        np.matmul(work.errors[layer], outputs[layer].T, out=gradients[layer])
        if layer:
            error, active = work.errors[layer - 1], work.active[layer - 1]
            np.matmul(network.matrices[layer][:, :-1].T, work.errors[layer], out=error)
            np.greater(outputs[layer][:-1], 0, out=active)
            error *= active


def log_loss(probabilities: Floats, labels: NDArray[np.intp]) -> float:
    """Mean −log(probability of the true class), natural log, summed in float64, for columns (classes, samples).

    A probability that rounded to zero counts as the smallest normal number of its type.
    """
    true = probabilities[labels, np.arange(len(labels))]
    return -float(np.log(np.maximum(true, np.finfo(true.dtype).tiny)).mean(dtype=np.float64))
