"""Moved images against Pillow's bicubic resampling."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from digit_classifier.learning.augmentation import STEPS, WORDS, cubic, displaced, jittered

PAD = 40  # Pillow treats borders in its own way: keep them far from the picture


def moved_by_pillow(line, by):
    """One line of pixels moved by a fraction of a pixel: bicubic resizing (a = −1/2) of a moved box to its own size."""
    canvas = Image.fromarray(np.pad(line.astype(np.float32), PAD)[None, :])
    box = (PAD - by, 0, PAD - by + len(line), 1)
    return np.asarray(canvas.resize((len(line), 1), Image.Resampling.BICUBIC, box=box))[0]


@pytest.mark.parametrize("reach", [0.7, 2.5, 12.0])
def test_moved_images_are_those_of_pillow_bicubic(reach):
    rng = np.random.default_rng(4)
    images = rng.random((6, 9, 2, 20))  # two batches, moved alike
    down, right = (np.rint(rng.uniform(-reach, reach, size=(n, 20)) * STEPS) / STEPS for n in (9, 6))
    down[:, :3], right[:, :3] = [0, 1, -1], [0, -1, 0]
    ours = displaced(images, np.tile(down[None, :, None], (6, 1, 1, 1)), np.tile(right[:, None, None], (1, 9, 1, 1)))
    for i in range(40):
        expected = images[:, :, i // 20, i % 20].copy()
        for column in range(9):
            expected[:, column] = moved_by_pillow(expected[:, column], down[column, i % 20])
        for row in range(6):
            expected[row] = moved_by_pillow(expected[row], right[row, i % 20])
        np.testing.assert_allclose(ours[:, :, i // 20, i % 20], expected, atol=1e-5)


def test_a_whole_pixel_moves_the_image_and_brings_in_zeros():
    image = np.arange(1.0, 13.0).reshape(3, 4, 1, 1)
    moved = displaced(image, np.ones((3, 4, 1, 1)), np.full((3, 4, 1, 1), -1.0))[:, :, 0, 0]
    np.testing.assert_array_equal(moved, [[0, 0, 0, 0], [2, 3, 4, 0], [6, 7, 8, 0]])


def test_every_place_is_taken_from_where_its_own_displacement_says():
    """A ramp stays a ramp under cubic convolution: away from the border, every pixel tells where it came from."""
    rng = np.random.default_rng(5)
    rows, columns = np.mgrid[0:30.0, 0:30.0]
    images = np.tile((100 + rows + 10 * columns)[:, :, None, None], (1, 1, 1, 4))
    down, right = (np.rint(rng.uniform(-2, 2, size=(30, 30, 1, 4)) * STEPS) / STEPS for _ in range(2))
    ours = displaced(images, down, right)
    # Down is done first, so what comes from the right has been moved down by its own displacement.
    only_down, only_right = displaced(images, down, 0 * right), displaced(images, 0 * down, right)
    inside = np.s_[5:-5, 5:-5]
    np.testing.assert_allclose(only_down[inside], (images - down)[inside], rtol=1e-12)
    np.testing.assert_allclose(only_right[inside], (images - 10 * right)[inside], rtol=1e-12)
    assert ours.shape == images.shape


def test_jitter_is_an_affine_map():
    """The middle of a blob of light goes where a map fitted to other blobs says."""
    rng = np.random.default_rng(6)
    bits = rng.integers(0, 2**64, size=3 * WORDS, dtype=np.uint64)
    rows, columns = np.mgrid[0:41.0, 0:41.0]
    starts = np.array([(y, x) for y in (12, 20, 28) for x in (12, 20, 28)], float)
    blobs = np.stack([np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 18) for y, x in starts], axis=2)
    (moved,) = jittered(np.repeat(blobs[None, :, :, :, None], 3, axis=4), bits, 2.0)  # each blob by each of three maps
    mass = moved.sum(axis=(0, 1))
    ends = np.stack([(moved.T * places.T).sum(axis=(2, 3)).T / mass for places in (rows, columns)], axis=1)
    known = np.column_stack([starts, np.ones(9)])
    for map_number in range(3):
        reached = ends[:, :, map_number]
        fitted, *_ = np.linalg.lstsq(known, reached, rcond=None)
        assert abs(reached - starts).max() > 0.2
        np.testing.assert_allclose(known @ fitted, reached, atol=0.05)


def test_cubic_weights_sum_to_one_and_keep_straight_lines_straight():
    at = np.linspace(0, 1, 11)
    weights = np.array([cubic(at - k) for k in range(-2, 4)])
    np.testing.assert_allclose(weights.sum(axis=0), 1)
    np.testing.assert_allclose(np.arange(-2, 4) @ weights, at, atol=1e-12)


# Which ramp tells, and by how much of (1, the row, the column) each of the six words moves a place; both from −1 to 1.
PARTS = [("rows", 1, 0, 0), ("rows", 0, 0, 1), ("rows", 0, 0.5, 0)]
PARTS += [("columns", 1, 0, 0), ("columns", 0, 1, 0), ("columns", 0, 0, 0.5)]


@pytest.mark.parametrize("word", range(WORDS))
def test_each_random_word_does_its_own_part_of_a_move(word):
    """The largest of one word and the middle of the others; a pixel of a ramp tells where it came from."""
    ramp, whole, of_row, of_column = PARTS[word]
    bits = np.full((1, WORDS), 2**63, np.uint64)
    bits[0, word] = 2**64 - 1
    rows, columns = np.mgrid[0:41.0, 0:41.0]
    image = rows if ramp == "rows" else columns
    moved = jittered(image[None, :, :, None, None], bits.reshape(-1), 2.0)[0, :, :, 0, 0]
    inside = np.s_[6:-6, 6:-6]
    by = 2.0 * (whole + of_row * (rows - 20) / 20 + of_column * (columns - 20) / 20)
    np.testing.assert_allclose((image - moved)[inside], by[inside], atol=0.5 / STEPS + 1e-9)


def test_every_image_of_a_batch_is_moved_in_its_own_way():
    moved = jittered(np.ones((1, 9, 9, 1, 500)), np.random.PCG64(0).random_raw(WORDS * 500), 0.7)[0, :, :, 0]
    corners = moved[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert len(np.unique(corners.round(6), axis=1).T) > 450
    assert abs(np.corrcoef(corners)[np.triu_indices(4, 1)]).max() < 0.6


def test_no_pixels_of_jitter_change_nothing():
    images = np.random.default_rng(1).random((1, 8, 8, 2, 5))
    np.testing.assert_array_equal(jittered(images, np.random.PCG64(0).random_raw(WORDS * 5), 0.0), images)


def test_the_channels_of_an_image_move_together():
    """Each plane as it would alone: nothing flows from one colour to another."""
    images, words = np.random.default_rng(2).random((3, 6, 7, 2, 5)), np.random.PCG64(1).random_raw(WORDS * 5)
    together = jittered(images, words, 0.9)
    for plane, moved in zip(images, together, strict=True):
        np.testing.assert_array_equal(moved, jittered(plane[None], words, 0.9)[0])
