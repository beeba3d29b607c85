"""The network: layers one after the other, what they predict, and the gradient of the loss."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from math import ceil, prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from digit_classifier.learning.layers import Layer
from digit_classifier.numerics.arithmetic import ORDINARY, Arithmetic, Floats

if TYPE_CHECKING:
    from numpy.typing import NDArray

Architecture = tuple[Layer, ...]
Matrices = tuple[Floats, ...]  # one per layer, (units, weights per unit + 1), bias last


class TrainedLayer(NamedTuple):
    """One layer in the usual notation, activation(weights · inputs + bias), as views of the parameters."""

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

    def __repr__(self) -> str:
        sizes = "-".join(str(layer.outputs) for layer in self.architecture)
        return f"<Network {self.architecture[0].inputs}-{sizes}: {self.parameters.size:,} parameters>"

    def __getstate__(self) -> dict[str, Any]:
        """Without the views, which a copy makes of its own parameters."""
        return {name: value for name, value in self.__dict__.items() if name != "matrices"}

    @cached_property
    def matrices(self) -> Matrices:
        """One per layer, bias last: views of `parameters`."""
        return layer_views(self.parameters, self.architecture)

    @property
    def layers(self) -> tuple[TrainedLayer, ...]:
        """Weights, bias and activation per layer, from the pixels to the classes."""
        names = ["relu"] * (len(self.architecture) - 1) + ["softmax"]
        triples = zip(self.architecture, self.matrices, names, strict=True)
        return tuple(TrainedLayer(layer, matrix[:, :-1], matrix[:, -1], name) for layer, matrix, name in triples)

    @property
    def classes(self) -> int:
        """Number of classes."""
        return self.architecture[-1].outputs

    def cooled(self, temperature: float) -> Network:
        """The network whose logits are these divided by the temperature: a copy with another last layer.

        Below 1 its probabilities are nearer to 0 and 1; which class is the most probable stays the same. Temperature
        scaling (Guo and others, 2017, arXiv:1706.04599).
        """
        if temperature == 1:
            return self
        network = replace(self, parameters=self.parameters.copy())
        network.matrices[-1][...] /= temperature
        return network

    def inputs(self, pixels: NDArray[Any]) -> Floats:
        """Raw pixels (inputs, samples) as the first layer takes them: scaled, with a row of ones at the end.

        The memory order stays as it is: the pixels of a sample side by side, or the samples of a pixel.
        """
        shape, dtype = (len(pixels) + 1, pixels.shape[1]), self.parameters.dtype
        scaled: Floats = np.empty(shape, dtype, "F" if pixels.flags.f_contiguous else "C")
        scaled[-1] = 1
        if self.offset.any():
            pixels = np.subtract(pixels, self.offset[:, None], out=scaled[:-1])
        np.divide(pixels, self.scale[:, None], out=scaled[:-1])
        return self.arithmetic.constant(scaled)

    def probabilities(self, images: NDArray[Any]) -> Floats:
        """Class probabilities (samples, classes) of raw samples: images of any layout, or (samples, features)."""
        probabilities = np.empty((len(images), self.classes), self.parameters.dtype)
        parts = blocks_of(self, len(images))
        if parts:
            size = parts[0].stop
            work, block = Workspace.create(self, size), np.empty((self.classes, size), self.parameters.dtype)
        with np.errstate(all="ignore"):  # weights of a training that diverged may overflow; nan says so
            for part in parts:
                forward(self, self.inputs(as_columns(images[part], self.parameters.dtype)), work, block)
                probabilities[part] = block.T
        return probabilities


BLOCK = 4096  # samples at a time, at most, so that memory stays bounded however large the data set
MEMORY = 2**24  # numbers in the caches of all layers, about: fewer samples at a time where images are large


def blocks_of(network: Network, samples: int) -> list[slice]:
    """Pieces of the samples that fit into memory, from the first to the last sample.

    All have one size, so that one workspace serves all of them; the last may begin before the one before it ends.
    """
    most = max(1, min(BLOCK, MEMORY // max(1, sum(layer.memory for layer in network.architecture))))
    count = ceil(samples / most)
    size = ceil(samples / max(1, count))
    firsts = (min(number * size, samples - size) for number in range(count))
    return [slice(first, first + size) for first in firsts]


class Workspace(NamedTuple):
    """Memory for one pass over a fixed number of samples, allocated once and overwritten by every pass."""

    hidden: tuple[Floats, ...]  # per hidden layer (outputs + 1, samples), last row ones
    deltas: tuple[Floats, ...]  # per layer (outputs, samples): gradient of the loss with respect to preactivations
    active: tuple[NDArray[np.bool_], ...]  # per hidden layer (outputs, samples): where ReLU is not zero
    zeros: tuple[Floats, ...]  # per hidden layer (outputs, samples): NumPy compares arrays of one shape twice as fast
    caches: tuple[Any, ...]  # each layer's own

    @classmethod
    def create(cls, network: Network, samples: int) -> Workspace:
        """Buffers that fit this network and this number of samples."""
        layers, dtype = network.architecture, network.parameters.dtype
        zeros = np.zeros((max((layer.outputs for layer in layers[:-1]), default=0), samples), dtype)
        return cls(
            hidden=tuple(np.ones((layer.outputs + 1, samples), dtype) for layer in layers[:-1]),
            deltas=tuple(np.empty((layer.outputs, samples), dtype) for layer in layers),
            active=tuple(np.empty((layer.outputs, samples), np.bool_) for layer in layers[:-1]),
            zeros=tuple(zeros[: layer.outputs] for layer in layers[:-1]),
            caches=tuple(layer.cache(samples, dtype, network.arithmetic) for layer in layers),
        )


def count_parameters(architecture: Architecture) -> int:
    """Weights and biases of all layers."""
    return sum(prod(layer.matrix_shape) for layer in architecture)


def layer_views(flat: Floats, architecture: Architecture) -> Matrices:
    """Cut a flat vector into one matrix (units, weights per unit + 1) per layer, without copying."""
    shapes = [layer.matrix_shape for layer in architecture]
    ends = list(accumulate(map(prod, shapes)))
    return tuple(part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True))


def as_columns(images: NDArray[Any], dtype: Any = np.float32) -> Floats:
    """Samples (samples, …) of any layout as floats (features, samples)."""
    return np.ascontiguousarray(images.reshape(len(images), -1).T, dtype=dtype)


def forward(network: Network, inputs: Floats, work: Workspace, probabilities: Floats) -> None:
    """Fill `work.hidden` and `probabilities` (classes, samples) for inputs (inputs + 1, samples)."""
    matmul = network.arithmetic.matmul
    outputs = (*(hidden[:-1] for hidden in work.hidden), probabilities)
    steps = zip(network.architecture, network.matrices, (inputs, *work.hidden), outputs, work.caches, strict=True)
    for i, (layer, matrix, below, preactivations, cache) in enumerate(steps):
        layer.forward(matrix, below, preactivations, cache, matmul)
        if preactivations is not probabilities:
            np.maximum(preactivations, work.zeros[i], out=preactivations)
    softmax(probabilities, network.arithmetic)


def softmax(logits: Floats, arithmetic: Arithmetic) -> None:
    """Turn each column of logits (classes,) into probabilities, in place.

    Subtracting the largest logit changes nothing but keeps exp from overflowing.
    """
    logits -= np.maximum.reduce(logits)
    arithmetic.exp(logits, logits)
    logits /= arithmetic.column_sums(logits)


def cool(probabilities: Floats, temperature: float, arithmetic: Arithmetic) -> None:
    """Make columns of probabilities (classes, samples) those of their logits divided by the temperature, in place."""
    if temperature != 1:
        least = np.finfo(probabilities.dtype).tiny
        probabilities[...] = arithmetic.log(np.maximum(probabilities, least)) / temperature
        softmax(probabilities, arithmetic)


def backward(
    network: Network, inputs: Floats, work: Workspace, probabilities: Floats, targets: Floats, gradients: Matrices
) -> None:
    """Fill `gradients`, one matrix per layer, with that of the mean cross-entropy −Σ targets · log(probabilities).

    Call it after `forward` on the same inputs. Back-propagation (Rumelhart, Hinton and Williams, 1986).
    """
    np.subtract(probabilities, targets, out=work.deltas[-1])
    work.deltas[-1][...] /= probabilities.shape[1]
    outputs, matmul = (inputs, *work.hidden), network.arithmetic.matmul
    for i in reversed(range(len(gradients))):
        layer, delta, cache = network.architecture[i], work.deltas[i], work.caches[i]
        layer.grad_weights(outputs[i], delta, gradients[i], cache, matmul)
        if i:
            below = work.deltas[i - 1]
            layer.grad_input(network.matrices[i], delta, below, cache, matmul)
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
    if np.count_nonzero(probabilities == top) == len(top):  # no ties: only the true class can be at the top
        correct = np.count_nonzero(true == top)
    else:
        correct = np.count_nonzero(probabilities.argmax(axis=0) == labels)
    return Scores(loss, int(correct) / len(labels))
