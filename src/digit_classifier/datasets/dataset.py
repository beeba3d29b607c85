"""What a network learns from: a whole data set, and the examples of one side of a split."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Dataset:
    """Labelled grey images, with a name and a display name."""

    name: str
    title: str
    source: str
    note: str  # what to know when reading its accuracies
    images: NDArray[np.uint8]  # (samples, height, width), 0..max_value
    labels: NDArray[np.intp]  # (samples,) class index
    class_names: tuple[str, ...]
    max_value: int

    def __repr__(self) -> str:
        shape = " × ".join(map(str, self.images.shape[1:]))
        return f"<Dataset {self.name}: {len(self.labels):,} images of {shape}, {len(self.class_names):,} classes>"

    @cached_property
    def sha256(self) -> str:
        """Digest of shape, pixels, labels and class names: the same data, whatever file it came from."""
        digest = hashlib.sha256(repr((self.images.shape, self.max_value, self.class_names)).encode())
        digest.update(np.ascontiguousarray(self.images, dtype=np.uint8).tobytes())
        digest.update(self.labels.astype("<i8").tobytes())
        return digest.hexdigest()

    def examples(self, rows: NDArray[np.intp]) -> Examples:
        """The samples of these rows, in this order."""
        return Examples(self.images[rows], self.labels[rows], len(self.class_names), self.max_value)


@dataclass(frozen=True, eq=False)
class Examples:
    """Samples with their labels, as training takes them: whole pixels, or floats of any kind."""

    samples: NDArray[Any]  # (samples, height, width) images, or (samples, features)
    labels: NDArray[np.intp]  # (samples,) class index, 0..classes - 1
    classes: int
    max_value: float = 1  # of the samples; what the scaling `max` divides by

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        shape = " × ".join(map(str, self.samples.shape[1:]))
        return f"<Examples: {len(self):,} samples of {shape}, {self.classes:,} classes>"
