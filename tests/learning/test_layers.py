"""Convolutions against SciPy's correlation, pooling against scikit-image's rule written out, sample by sample."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate

from digit_classifier.learning.layers import Convolution


def outputs_of(layer, weights, bias, images):
    """What the layer computes for images (samples, channels, height, width), as (samples, outputs)."""
    inputs = np.ones((layer.inputs + 1, len(images)))
    inputs[:-1] = images.reshape(len(images), -1).T
    matrix = np.hstack([weights.reshape(layer.units, -1), bias[:, None]])
    out, cache = np.empty((layer.outputs, len(images))), layer.cache(len(images), np.float64)
    for _ in range(2):  # what a pass left in the cache must not matter to the next
        layer.forward(matrix, inputs, out, cache, np.matmul)
        layer.grad_weights(inputs, out + 1, np.empty_like(matrix), cache, np.matmul)
        layer.grad_input(matrix, out + 1, np.empty_like(inputs[:-1]), cache, np.matmul)
    layer.forward(matrix, inputs, out, cache, np.matmul)
    return out.T


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("shape", [(4, 6), (5, 3), (2, 2)])
def test_a_convolution_is_scipys_correlation_with_zeros_around(shape, pooled):
    rng = np.random.default_rng(2)
    layer = Convolution(3, *shape, units=4, pooled=pooled)
    weights, bias = rng.normal(size=(4, 3, 3, 3)), rng.normal(size=4)
    images = rng.normal(size=(7, 3, *shape))
    ours = outputs_of(layer, weights, bias, images)
    height, width = shape[0] // 2, shape[1] // 2
    for sample, image in zip(ours, images, strict=True):
        padded = np.pad(image, ((0, 0), (1, 1), (1, 1)))
        expected = np.stack([correlate(padded, kernel, mode="valid")[0] for kernel in weights]) + bias[:, None, None]
        if pooled:
            cut = expected[:, : 2 * height, : 2 * width]
            expected = cut.reshape(4, height, 2, width, 2).max(axis=(2, 4))
        np.testing.assert_allclose(sample, expected.ravel(), rtol=1e-10, atol=1e-12)


def test_of_equal_preactivations_only_one_takes_the_gradient():
    layer = Convolution(1, 2, 2, units=1, pooled=True)
    matrix, inputs = np.zeros((1, 10)), np.ones((5, 3))  # every preactivation is zero
    out, cache, gradient = np.empty((1, 3)), layer.cache(3, np.float64), np.empty((1, 10))
    layer.forward(matrix, inputs, out, cache, np.matmul)
    layer.grad_weights(inputs, np.ones((1, 3)), gradient, cache, np.matmul)
    assert gradient[0, -1] == 3  # one per sample, not four
