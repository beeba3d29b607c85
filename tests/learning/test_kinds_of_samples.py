"""Networks on colours, large images and tables: which layers, which scaling, and the same map for every plane."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

from digit_classifier import configure
from digit_classifier.datasets.dataset import Examples
from digit_classifier.learning.augmentation import jittered
from digit_classifier.learning.build import build_architecture, new_network
from digit_classifier.learning.convolution import Convolution
from digit_classifier.numerics.randomness import random_stream


@pytest.mark.parametrize(
    ("shape", "channels", "pooled"),
    [
        ((1, 8, 8), (16, 32), [False, True]),
        ((1, 13, 13), (16, 32), [False, True]),
        ((1, 14, 14), (16, 32), [True, True]),
        ((3, 28, 28), (16, 32), [True, True]),
        ((3, 8, 14), (4, 4, 4), [True, True, True]),
    ],
)
def test_large_images_are_pooled_early(shape: tuple[int, ...], channels: tuple[int, ...], pooled: list[bool]) -> None:
    layers = [each for each in build_architecture(shape, channels, (), 10) if isinstance(each, Convolution)]
    assert [each.pooled for each in layers] == pooled
    assert layers[0].channels == shape[0]


def test_every_plane_of_an_image_is_moved_by_the_same_map() -> None:
    generator = np.random.default_rng(3)
    images = generator.random((3, 8, 6, 2, 4)).astype("f4")
    words = random_stream(1, 0).random_raw(4 * 6)
    together = jittered(images, words, 1.5)
    for plane in range(3):
        assert np.array_equal(together[plane], jittered(images[plane : plane + 1], words, 1.5)[0])
    assert not np.array_equal(together, images)


@pytest.mark.parametrize("exact", [False, True], ids=["ordinary", "exact"])
def test_features_are_scaled_by_their_mean_and_deviation(exact: bool) -> None:
    generator = np.random.default_rng(5)
    table = (generator.normal(size=(50, 4)) * [1, 1e3, 1e-3, 0] + [0, 1e4, 5, 7]).astype("f4")
    examples = Examples(table, np.arange(50) % 2, 2)
    network = new_network(configure(scaling="standard", exact=exact), examples)
    for feature in range(4):
        values = [float(value) for value in table[:, feature]]
        assert network.offset[feature] == pytest.approx(statistics.fmean(values), rel=1e-6)
        if feature < 3:
            assert network.scale[feature] == pytest.approx(statistics.pstdev(values), rel=1e-6)
    assert network.scale[3] > 0


def test_blocks_give_the_same_probabilities_as_single_rows() -> None:
    table = np.random.default_rng(6).normal(size=(3000, 4)).astype("f4")
    network = new_network(configure(scaling="standard", exact=True), Examples(table, np.arange(3000) % 3, 3))
    whole = network.probabilities(table)
    assert np.array_equal(whole[2990:], np.concatenate([network.probabilities(row[None]) for row in table[2990:]]))
