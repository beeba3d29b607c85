"""The network: layers one after the other, what they predict, and the gradient of what they get wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import prod, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from digit_classifier.datasets.dataset import random_bits
from digit_classifier.learning.layers import POOL, Convolution, Dense, Layer
from digit_classifier.numerics.arithmetic import ORDINARY, Arithmetic, Floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Architecture = tuple[Layer, ...]
Matrices = tuple[Floats, ...]  # one per layer, (units, weights per unit + 1), bias last


class Trained(NamedTuple):
    """One layer with its numbers, as people write it: activation(weights · inputs + bias). Views of the parameters."""

    layer: Layer
    weights: Floats  # (units, weights per unit)
    bias: Floats  # (units,)
    activation: str  # "relu", or "softmax" in the last layer


@dataclass(frozen=True, eq=False)
class Network:
    """ReLU after every layer but the last, softmax after that. A single layer is multinomial logistic regression.

    It computes in the type of `parameters`. Raw pixels become inputs as (pixel − offset) / scale.
    """

    architecture: Architecture  # from the pixels to the classes
    parameters: Floats  # (count,) all matrices end to end, changed in place by training
    offset: Floats  # (inputs,) in pixel units
    scale: Floats  # (inputs,) in pixel units, never 0
    arithmetic: Arithmetic = ORDINARY

    @cached_property
    def matrices(self) -> Matrices:
        """One per layer, bias last: views of `parameters`."""
        return layer_views(self.parameters, self.architecture)

    @property
    def layers(self) -> tuple[Trained, ...]:
        """Weights, bias and activation per layer, from the pixels to the classes."""
        names = ["relu"] * (len(self.architecture) - 1) + ["softmax"]
        triples = zip(self.architecture, self.matrices, names, strict=True)
        return tuple(Trained(layer, matrix[:, :-1], matrix[:, -1], name) for layer, matrix, name in triples)

    @property
    def classes(self) -> int:
        """How many there are to choose from."""
        return self.architecture[-1].outputs

    def inputs(self, pixels: NDArray[Any]) -> Floats:
        """Raw pixels (inputs, samples) as the first layer wants them: scaled, a row of ones below.

        What is contiguous in memory stays so, the pixels of a sample or the samples of a pixel.
        """
        shape, dtype = (len(pixels) + 1, pixels.shape[1]), self.parameters.dtype
        scaled: Floats = np.empty(shape, dtype, "F" if pixels.flags.f_contiguous else "C")
        scaled[-1] = 1
        if self.offset.any():
            pixels = np.subtract(pixels, self.offset[:, None], out=scaled[:-1])
        np.divide(pixels, self.scale[:, None], out=scaled[:-1])
        return self.arithmetic.constant(scaled)

    def probabilities(self, images: NDArray[Any]) -> Floats:
        """Class probabilities (samples, classes) of raw images (samples, height, width) or (samples, pixels)."""
        probabilities = np.empty((len(images), self.classes), self.parameters.dtype)
        for first in range(0, len(images), BLOCK):
            inputs = self.inputs(as_columns(images[first : first + BLOCK], self.parameters.dtype))
            block = np.empty((self.classes, inputs.shape[1]), self.parameters.dtype)
            forward(self, inputs, Workspace.create(self, inputs.shape[1]), block)
            probabilities[first : first + BLOCK] = block.T
        return probabilities


BLOCK = 4096  # samples at a time, so that memory stays bounded however large the data set


@dataclass(frozen=True, eq=False)
class Workspace:
    """Memory for one pass over a fixed number of samples, allocated once and overwritten by every pass."""

    hidden: tuple[Floats, ...]  # per hidden layer (outputs + 1, samples), last row ones
    errors: tuple[Floats, ...]  # per layer (outputs, samples): gradient of the loss before the activation
    active: tuple[NDArray[np.bool_], ...]  # per hidden layer (outputs, samples): where ReLU let the sum through
    zeros: Floats  # (samples,)
    memories: tuple[Any, ...]  # each layer's own

    @classmethod
    def create(cls, network: Network, samples: int) -> Workspace:
        """Buffers that fit this network and this number of samples."""
        layers, dtype = network.architecture, network.parameters.dtype
        return cls(
            hidden=tuple(np.ones((layer.outputs + 1, samples), dtype) for layer in layers[:-1]),
            errors=tuple(np.empty((layer.outputs, samples), dtype) for layer in layers),
            active=tuple(np.empty((layer.outputs, samples), np.bool_) for layer in layers[:-1]),
            zeros=np.zeros(samples, dtype),
            memories=tuple(layer.memory(samples, dtype) for layer in layers),
        )


def build_architecture(
    image_shape: tuple[int, int], channels: Sequence[int], hidden_sizes: Sequence[int], classes: int
) -> Architecture:
    """Convolutions with these units, then dense layers with these, then one unit per class.

    Pooled after every second convolution and after the last, as in VGG (arXiv:1409.1556). ValueError when an image
    is too small to be pooled once more.
    """
    layers: list[Layer] = []
    depth, (height, width) = 1, image_shape
    for number, units in enumerate(channels, start=1):
        pooled = number % 2 == 0 or number == len(channels)
        layers.append(Convolution(depth, height, width, units, pooled))
        if not layers[-1].outputs:
            raise ValueError(f"{height} × {width} pixels cannot be pooled again")
        depth, height, width = units, height // POOL if pooled else height, width // POOL if pooled else width
    inputs = depth * height * width
    for units in (*hidden_sizes, classes):
        layers.append(Dense(inputs, units))
        inputs = units
    return tuple(layers)


def count_parameters(architecture: Architecture) -> int:
    """Weights and biases of all layers."""
    return sum(prod(layer.matrix_shape) for layer in architecture)


def create_network(
    architecture: Architecture, offset: Floats, scale: Floats, random_state: int, arithmetic: Arithmetic = ORDINARY
) -> Network:
    """Float32 network before training: hidden layers by He's rule, biases and output layer zero.

    A zero output layer makes the first prediction 1 / classes for everybody: the loss starts at ln(classes).
    He initialisation (arXiv:1502.01852), uniform on ±√(6 / inputs), which has the rule's variance 2 / inputs.
    """
    parameters = np.zeros(count_parameters(architecture), np.float32)
    network = Network(architecture, parameters, offset.astype(np.float32), scale.astype(np.float32), arithmetic)
    uniform = unit_uniform(random_bits(random_state, 1, len(parameters)))
    for matrix, bits in zip(network.matrices[:-1], layer_views(uniform, architecture), strict=False):
        limit = sqrt(6 / (matrix.shape[1] - 1))
        matrix[:, :-1] = (2 * bits[:, :-1] - 1) * limit
    return network


def layer_views(flat: Floats, architecture: Architecture) -> Matrices:
    """Cut a flat vector into one matrix (units, weights per unit + 1) per layer, without copying."""
    shapes = [layer.matrix_shape for layer in architecture]
    ends = list(accumulate(map(prod, shapes)))
    return tuple(part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True))


def unit_uniform(bits: NDArray[np.uint64]) -> Floats:
    """Raw 64-bit words as numbers in [0, 1), multiples of 2⁻⁵³."""
    return (bits >> np.uint64(11)) * 2.0**-53


def as_columns(images: NDArray[Any], dtype: Any = np.float32) -> Floats:
    """Images (samples, height, width) or (samples, pixels) as floats (pixels, samples)."""
    return np.ascontiguousarray(images.reshape(len(images), -1).T, dtype=dtype)


def forward(network: Network, inputs: Floats, work: Workspace, probabilities: Floats) -> None:
    """Fill `work.hidden` and `probabilities` (classes, samples) for inputs (inputs + 1, samples)."""
    matmul = network.arithmetic.matmul
    outputs = (*(hidden[:-1] for hidden in work.hidden), probabilities)
    steps = zip(network.architecture, network.matrices, (inputs, *work.hidden), outputs, work.memories, strict=True)
    for layer, matrix, below, sums, memory in steps:
        layer.sums(matrix, below, sums, memory, matmul)
        if sums is not probabilities:
            np.maximum(sums, work.zeros, out=sums)  # an array is compared faster than a number
    softmax(probabilities, network.arithmetic)


def softmax(logits: Floats, arithmetic: Arithmetic) -> None:
    """Turn each column of logits (classes,) into probabilities, in place.

    Subtracting the largest logit changes nothing but keeps exp from overflowing.
    """
    logits -= np.maximum.reduce(logits)
    arithmetic.exp(logits, logits)
    logits /= arithmetic.column_sums(logits)


def backward(
    network: Network, inputs: Floats, work: Workspace, probabilities: Floats, targets: Floats, gradients: Matrices
) -> None:
    """Fill `gradients`, one matrix per layer, with that of the mean cross-entropy −Σ targets · log(probabilities).

    Call it after `forward` on the same inputs. Back-propagation (Rumelhart, Hinton and Williams, 1986).
    """
    np.subtract(probabilities, targets, out=work.errors[-1])
    work.errors[-1][...] /= probabilities.shape[1]
    outputs, matmul = (inputs, *work.hidden), network.arithmetic.matmul
    for i in reversed(range(len(gradients))):
        layer, errors, memory = network.architecture[i], work.errors[i], work.memories[i]
        layer.gradient(outputs[i], errors, gradients[i], memory, matmul)
        if i:
            below = work.errors[i - 1]
            layer.errors_below(network.matrices[i], errors, below, memory, matmul)
            below *= np.greater(outputs[i][:-1], 0, out=work.active[i - 1])


class Scores(NamedTuple):
    """How well predictions fit."""

    loss: float  # mean log loss
    accuracy: float


def score(probabilities: Floats, labels: NDArray[np.intp], arithmetic: Arithmetic = ORDINARY) -> Scores:
    """Loss and accuracy of columns of probabilities (classes, samples).

    The loss is the mean −log(probability of the true class), natural log, summed in float64; a probability that rounded
    to zero counts as the smallest normal number of its type. The predicted class is the first of the most probable.
    """
    true, top = probabilities.take(labels * len(labels) + np.arange(len(labels))), np.maximum.reduce(probabilities)
    loss = -arithmetic.mean(arithmetic.log(np.maximum(true, np.finfo(true.dtype).tiny)))
    if np.count_nonzero(probabilities == top) == len(top):  # no equals: nothing but the true class reaches the top
        right = np.count_nonzero(true == top)
    else:
        right = np.count_nonzero(probabilities.argmax(axis=0) == labels)
    return Scores(loss, int(right) / len(labels))
