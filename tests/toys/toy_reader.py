"""A data set of stripes: 40 images of 4 × 4 pixels that lie or stand."""

from __future__ import annotations

import numpy as np

from digit_classifier.datasets.dataset import Dataset


def load_stripes() -> Dataset:
    """Bright on every second line, with a dark pixel that wanders."""
    labels = np.arange(40) % 2
    images = np.zeros((40, 4, 4), np.uint8)
    images[labels == 0, ::2, :] = 9
    images[labels == 1, :, ::2] = 9
    images.reshape(40, 16)[np.arange(40), np.arange(40) % 16] = 0
    return Dataset("toy", "Stripes", "made here", "", images[:, None], labels, ("lying", "standing"), 9)
