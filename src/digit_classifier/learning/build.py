"""From settings to an untrained network: its layers, its scaling, its initial weights."""

from __future__ import annotations

from math import fsum, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.learning.convolution import POOL, Convolution
from digit_classifier.learning.layers import Dense, Layer
from digit_classifier.learning.network import BLOCK, Architecture, Network, count_parameters, layer_views
from digit_classifier.numerics.arithmetic import EXACT, ORDINARY, Arithmetic, Floats
from digit_classifier.numerics.randomness import random_words, unit_uniform

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from digit_classifier.datasets.dataset import Examples
    from digit_classifier.settings.run_config import RunConfig


def new_network(config: RunConfig, training: Examples) -> Network:
    """Untrained network that fits these examples; its scaling comes from them alone, never from the hold-out."""
    samples = training.samples
    offset, scale = SCALINGS[config.scaling](samples.reshape(len(samples), -1), training.max_value)
    arithmetic = EXACT if config.exact else ORDINARY
    return create_network(architecture_of(config, training), offset, scale, config.random_state, arithmetic)


# Layers

# Pixels: at 28 × 28, pooling at once takes a sixth of the time and a quarter of the parameters, and is more accurate.
LARGE = 14


def architecture_of(config: RunConfig, examples: Examples) -> Architecture:
    """The layers of these settings for these samples; ValueError if images are too small."""
    shape = examples.samples.shape[1:]
    return build_architecture(shape, config.channels, config.hidden_sizes, examples.classes)


def build_architecture(
    sample_shape: Sequence[int], channels: Sequence[int], hidden_sizes: Sequence[int], classes: int
) -> Architecture:
    """Convolutions with these units, then dense layers with these, then one unit per class.

    `sample_shape` is (channels, height, width) of an image, or (features,) where nothing is convolved. Pooled after
    every second convolution and after the last, as in VGG (arXiv:1409.1556), and after every one while the image is
    large. ValueError when an image is too small to be pooled once more.
    """
    layers: list[Layer] = []
    depth, height, width = sample_shape if len(sample_shape) == 3 else (1, 1, *sample_shape)
    for number, units in enumerate(channels, start=1):
        pooled = number % 2 == 0 or number == len(channels) or max(height, width) >= LARGE
        layers.append(Convolution(depth, height, width, units, pooled))
        if not layers[-1].outputs:
            raise ValueError(f"{height} × {width} pixels cannot be pooled again")
        depth, height, width = units, height // POOL if pooled else height, width // POOL if pooled else width
    inputs = depth * height * width
    for units in (*hidden_sizes, classes):
        layers.append(Dense(inputs, units))
        inputs = units
    return tuple(layers)


# Scaling: (samples, features) and the largest value → offset and scale per feature


def standard_scaling(samples: NDArray[Any], max_value: float) -> tuple[Floats, Floats]:  # noqa: ARG001
    """Mean and standard deviation of each feature; a constant feature divides by 1.

    From sums that are exact or rounded once, so that no rounding depends on their order.
    """
    count = len(samples)
    if np.issubdtype(samples.dtype, np.integer):
        total = squares = np.zeros(samples.shape[1], np.int64)
        for first in range(0, count, BLOCK):
            whole = samples[first : first + BLOCK].astype(np.int64)
            total, squares = total + whole.sum(axis=0), squares + (whole * whole).sum(axis=0)
        mean, deviation = total / count, np.sqrt(count * squares - total * total) / count
    else:
        columns = samples.T.astype(np.float64)
        mean = np.array([fsum(column) / count for column in columns])
        distances = columns - mean[:, None]
        deviation = np.sqrt(np.array([fsum(column) / count for column in distances * distances]))
    return mean, np.where(deviation == 0, 1.0, deviation)


def max_scaling(samples: NDArray[Any], max_value: float) -> tuple[Floats, Floats]:
    """Every value divided by the largest possible one."""
    return np.zeros(samples.shape[1]), np.full(samples.shape[1], float(max_value))


SCALINGS: dict[str, Callable[[NDArray[Any], float], tuple[Floats, Floats]]] = {
    "standard": standard_scaling,
    "max": max_scaling,
}


# Initial weights


def create_network(
    architecture: Architecture, offset: Floats, scale: Floats, random_state: int, arithmetic: Arithmetic = ORDINARY
) -> Network:
    """Float32 network before training: hidden layers by He's rule, biases and output layer zero.

    A zero output layer makes the first prediction uniform: the loss starts at ln(classes).
    He initialisation (arXiv:1502.01852), uniform on ±√(6 / inputs), which has the rule's variance 2 / inputs.
    """
    parameters = np.zeros(count_parameters(architecture), np.float32)
    network = Network(architecture, parameters, offset.astype(np.float32), scale.astype(np.float32), arithmetic)
    uniform = unit_uniform(random_words(random_state, 1, len(parameters)))
    for matrix, draws in zip(network.matrices[:-1], layer_views(uniform, architecture), strict=False):
        limit = sqrt(6 / (matrix.shape[1] - 1))
        matrix[:, :-1] = (2 * draws[:, :-1] - 1) * limit
    return network
