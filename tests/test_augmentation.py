"""Moved images against Pillow's bicubic resampling."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from digit_classifier.augmentation import WORDS, cubic, displaced, jittered

PAD = 40  # Pillow treats borders in its own way: keep them far from the picture


def moved_by_pillow(line, by):
    """One line of pixels moved by a fraction of a pixel: bicubic resizing (a = −1/2) of a moved box to its own size."""
    canvas = Image.fromarray(np.pad(line.astype(np.float32), PAD)[None, :])
    box = (PAD - by, 0, PAD - by + len(line), 1)
    return np.asarray(canvas.resize((len(line), 1), Image.Resampling.BICUBIC, box=box))[0]


@pytest.mark.parametrize("reach", [0.7, 2.5, 12.0])
def test_moved_images_are_those_of_pillow_bicubic(reach):
    rng = np.random.default_rng(4)
    images = rng.random((6, 9, 20))
    down, right = rng.uniform(-reach, reach, size=(9, 20)), rng.uniform(-reach, reach, size=(6, 20))
    down[:, :3], right[:, :3] = [0, 1, -1], [0, -1, 0]
    ours = displaced(images, down, right)
    for i in range(20):
        expected = images[:, :, i].copy()
        for column in range(9):
            expected[:, column] = moved_by_pillow(expected[:, column], down[column, i])
        for row in range(6):
            expected[row] = moved_by_pillow(expected[row], right[row, i])
        np.testing.assert_allclose(ours[:, :, i], expected, atol=1e-5)


def test_a_whole_pixel_moves_the_image_and_brings_in_zeros():
    image = np.arange(1.0, 13.0).reshape(3, 4, 1)
    moved = displaced(image, np.ones((4, 1)), np.full((3, 1), -1.0))[:, :, 0]
    np.testing.assert_array_equal(moved, [[0, 0, 0, 0], [2, 3, 4, 0], [6, 7, 8, 0]])


def test_cubic_weights_sum_to_one_and_keep_straight_lines_straight():
    at = np.linspace(0, 1, 11)
    weights = np.array([cubic(at - k) for k in range(-2, 4)])
    np.testing.assert_allclose(weights.sum(axis=0), 1)
    np.testing.assert_allclose(np.arange(-2, 4) @ weights, at, atol=1e-12)


def test_jitter_stays_within_its_range_and_differs_between_images():
    bits = np.random.PCG64(0).random_raw(WORDS * 500)
    column = np.zeros((9, 9, 500))
    column[4, 4] = 1  # the middle pixel is moved by the shifts alone
    y, x = (np.tensordot(np.arange(9) - 4, jittered(column, bits, 0.7).sum(axis=axis), 1) for axis in (1, 0))
    assert 0.68 < abs(y).max() <= 0.7 + 1e-9
    assert 0.68 < abs(x).max() < 0.8  # its row has moved, too, so a slant adds a little
    assert abs(np.corrcoef(y, x)[0, 1]) < 0.15


def test_no_pixels_of_jitter_change_nothing():
    images = np.random.default_rng(1).random((8, 8, 5))
    np.testing.assert_array_equal(jittered(images, np.random.PCG64(0).random_raw(WORDS * 5), 0.0), images)
