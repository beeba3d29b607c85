"""What a network learns from: a whole data set, and the examples of one side of a split."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from digit_classifier.errors import InputError, explain, require_kind, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Tone = Literal["ink", "light"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled samples, grey or colour images or the rows of a table, with a name and a display name.

    The constructor takes what it is given; `Dataset.from_arrays` checks it first.
    """

    name: str
    title: str
    source: str
    note: str  # what to know when reading its accuracies
    samples: NDArray[Any]  # images: uint8 (samples, channels, height, width); a table: float32 (samples, features)
    labels: NDArray[np.intp]  # (samples,) class index
    class_names: tuple[str, ...]
    max_value: int | None = None  # of images: their pixels are 0..max_value
    feature_names: tuple[str, ...] | None = None  # of a table
    tone: Tone = "ink"  # of images: whether a large value is ink on paper, or light
    held_out: NDArray[np.bool_] | None = None  # (samples,) a test part that the data bring with them
    groups: NDArray[np.intp] | None = None  # (samples,) which samples belong together: a writer, a patient, a day
    origin: Mapping[str, Any] | None = None  # the files it was read from, and how; no directories

    @staticmethod
    def from_arrays(
        samples: Any,
        labels: Any,
        *,
        class_names: Sequence[str] | None = None,
        feature_names: Sequence[str] | None = None,
        groups: Any = None,
        held_out: Any = None,
        tone: Tone | None = None,
        max_value: int | None = None,
        name: str = "data",
        title: str | None = None,
        source: str = "",
        note: str = "",
    ) -> Dataset:
        """A data set of arrays, lists or pandas objects, checked and put into one form; InputError says what is wrong.

        Images are `(n, h, w)`, `(n, 3, h, w)` or `(n, h, w, 3)`; `(n, features)` is a table. Pixels are whole numbers
        0..255, or numbers 0..1 or −1..1, which are rounded to `max_value` steps (255 if not given), as the note then
        says. `max_value` is, if not given, the first of 1, 16 and 255 that no pixel exceeds. `tone` says whether large
        pixels are ink on paper or light: if not given, light for colours and ink for grey.

        Labels are `(n,)` texts, sorted by their characters, or whole numbers, which keep their order; or `(n, classes)`
        with one 1 in each row. With `class_names`, numbers 0, 1, … count into these. 2 to 1,000 classes have at least
        two samples each. `groups` says which samples belong together, `held_out` (n,) which are a given test part.
        """
        from digit_classifier.datasets.judge import judge
        from digit_classifier.datasets.readers import Found

        texts = {"name": name, "title": title or "", "source": source or "", "note": note or ""}
        for word, text in texts.items():
            require_kind(word, text, str, "text", f"{word}='data'")
        for word, given in (("class_names", class_names), ("feature_names", feature_names)):
            if given is not None and not hasattr(given, "__iter__"):
                raise InputError(explain(word, "a list of names", show(given), f"{word}=['a', 'b']"))
        names = {"class_names": class_names, "feature_names": feature_names}
        meaning = {"groups": groups, "held_out": held_out, "tone": tone, "max_value": max_value}
        return judge(Found(samples, labels, **names, **meaning, **texts))  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return f"<Dataset {self.name}: {_described(self.samples)}, {len(self.class_names):,} classes>"

    @property
    def is_table(self) -> bool:
        """Whether a sample is a row of features that have names, and no image."""
        return self.feature_names is not None

    @cached_property
    def sha256(self) -> str:
        """Digest of shape, samples, labels and names: the same data, whatever file they came from."""
        count, *layout = self.samples.shape
        head: tuple[object, ...]
        if self.is_table:
            head = (count, *layout), "table", self.feature_names, self.class_names
        else:  # a grey image has no channels, as in the first version
            head = (count, *(layout[1:] if layout[0] == 1 else layout)), self.max_value, self.class_names
        digest = hashlib.sha256(repr(head).encode())
        digest.update(self.sample_bytes())
        digest.update(self.labels.astype("<i8").tobytes())
        return digest.hexdigest()

    def sample_bytes(self) -> memoryview:
        """Sample after sample: a byte per pixel, by channel, row and column; or float32, little-endian."""
        values: Any = np.ascontiguousarray(self.samples, "<f4" if self.is_table else "u1")
        return memoryview(values).cast("B")

    def examples(self, rows: NDArray[np.intp]) -> Examples:
        """The samples of these rows, in this order."""
        return Examples(self.samples[rows], self.labels[rows], len(self.class_names), self.max_value or 1)


@dataclass(frozen=True, eq=False)
class Examples:
    """Samples with their labels, as training takes them: whole pixels, or floats of any kind."""

    samples: NDArray[Any]  # (samples, channels, height, width) images, or (samples, features)
    labels: NDArray[np.intp]  # (samples,) class index, 0..classes - 1
    classes: int
    max_value: float = 1  # of the samples; what the scaling `max` divides by

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"<Examples: {_described(self.samples)}, {self.classes:,} classes>"


def _described(samples: NDArray[Any]) -> str:
    count, *shape = samples.shape
    if len(shape) == 1:
        return f"{count:,} rows of {shape[0]:,} features"
    return f"{count:,} {'grey' if shape[0] == 1 else 'colour'} images of {' × '.join(map(str, shape[1:]))}"
