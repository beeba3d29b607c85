"""Convolutions against SciPy's correlation, pooling against scikit-image's rule written out, sample by sample."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate

from digit_classifier.learning.convolution import Convolution
from digit_classifier.numerics.arithmetic import EXACT, ORDINARY


def outputs_of(layer, weights, bias, images):
    """What the layer computes for images (samples, channels, height, width), as (samples, outputs)."""
    inputs = np.ones((layer.inputs + 1, len(images)))
    inputs[:-1] = images.reshape(len(images), -1).T
    matrix = np.hstack([weights.reshape(layer.units, -1), bias[:, None]])
    out, cache = np.empty((layer.outputs, len(images))), layer.cache(len(images), np.float64, ORDINARY)
    for _ in range(2):  # what a pass left in the cache must not matter to the next
        layer.forward(matrix, inputs, out, cache, np.matmul)
        layer.grad_weights(inputs, out + 1, np.empty_like(matrix), cache, np.matmul)
        layer.grad_input(matrix, out + 1, np.empty_like(inputs[:-1]), cache, np.matmul)
    layer.forward(matrix, inputs, out, cache, np.matmul)
    return out.T


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("shape", [(4, 6), (5, 3), (2, 2)])
@pytest.mark.parametrize("channels", [1, 5])
def test_a_convolution_is_scipys_correlation_with_zeros_around(channels, shape, pooled):
    rng = np.random.default_rng(2)
    layer = Convolution(channels, *shape, units=4, pooled=pooled)
    weights, bias = rng.normal(size=(4, channels, 3, 3)), rng.normal(size=4)
    images = rng.normal(size=(7, channels, *shape))
    ours = outputs_of(layer, weights, bias, images)
    height, width = shape[0] // 2, shape[1] // 2
    for sample, image in zip(ours, images, strict=True):
        padded = np.pad(image, ((0, 0), (1, 1), (1, 1)))
        expected = np.stack([correlate(padded, kernel, mode="valid")[0] for kernel in weights]) + bias[:, None, None]
        if pooled:
            cut = expected[:, : 2 * height, : 2 * width]
            expected = cut.reshape(4, height, 2, width, 2).max(axis=(2, 4))
        np.testing.assert_allclose(sample, expected.ravel(), rtol=1e-10, atol=1e-12)


def test_of_equal_preactivations_the_first_takes_the_gradient():
    """Whole numbers with many ties, so that every value is exact; `np.argmax` names the first of equal ones."""
    rng = np.random.default_rng(3)
    images, delta = rng.integers(0, 3, (20, 4, 5)).astype(float), rng.integers(1, 9, (20, 2, 2)).astype(float)
    layer = Convolution(1, 4, 5, units=1, pooled=True)
    matrix, inputs = np.zeros((1, 10)), np.ones((21, 20))
    matrix[0, 4] = 1  # the middle of the kernel: the preactivations are the pixels
    inputs[:-1] = images.reshape(20, -1).T
    out, cache, gradient = np.empty((4, 20)), layer.cache(20, np.float64, ORDINARY), np.empty((1, 10))
    layer.forward(matrix, inputs, out, cache, np.matmul)
    layer.grad_weights(inputs, delta.reshape(20, -1).T.copy(), gradient, cache, np.matmul)

    expected, ties = np.zeros((3, 3)), 0
    for image, of_sample in zip(images, delta, strict=True):
        padded = np.pad(image, 1)
        for row, column in np.ndindex(2, 2):
            block = image[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            ties += np.count_nonzero(block == block.max()) > 1
            down, right = np.unravel_index(block.argmax(), (2, 2))
            top, left = 2 * row + down, 2 * column + right
            expected += (
                of_sample[row, column] * padded[top : top + 3, left : left + 3]
            )  # the pixels under the kernel at the maximum
    assert ties > 20
    np.testing.assert_array_equal(gradient[0, :-1].reshape(3, 3), expected)
    assert gradient[0, -1] == delta.sum()


@pytest.mark.parametrize("pooled", [False, True])
def test_windows_and_patches_are_the_same_convolution(pooled):
    """Whole numbers, so that both sum without rounding: outputs and gradients are equal to the last bit."""
    rng = np.random.default_rng(4)
    layer = Convolution(6, 5, 6, units=7, pooled=pooled)
    matrix = rng.integers(-3, 4, layer.matrix_shape).astype("f4")
    inputs = np.vstack([rng.integers(0, 5, (layer.inputs, 8)), np.ones((1, 8))]).astype("f4")
    delta = rng.integers(-2, 3, (layer.outputs, 8)).astype("f4")
    found = []
    for arithmetic in (ORDINARY, EXACT):
        out, gradient, back = np.empty_like(delta), np.empty_like(matrix), np.empty_like(inputs[:-1])
        cache = layer.cache(8, np.float32, arithmetic)
        layer.forward(matrix, inputs, out, cache, np.matmul)
        layer.grad_weights(inputs, delta, gradient, cache, np.matmul)
        layer.grad_input(matrix, delta, back, cache, np.matmul)
        found.append((type(cache), out, gradient, back))
    (one, *windows), (other, *patches) = found
    assert one is not other
    for left, right in zip(windows, patches, strict=True):
        assert left.any()
        np.testing.assert_array_equal(left, right)
