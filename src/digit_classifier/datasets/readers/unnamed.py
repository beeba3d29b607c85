"""The column of classes in a table whose columns have no names."""

from __future__ import annotations

from collections import Counter
from math import isqrt
from typing import TYPE_CHECKING

from digit_classifier.datasets import limits
from digit_classifier.datasets.readers.columns import FEWEST
from digit_classifier.datasets.readers.dialect import number_of
from digit_classifier.datasets.readers.files import unreadable
from digit_classifier.errors import option

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 0.9  # of the rows of a table of pixels, the commonest label has fewer; a corner of images is often empty


def label_without_names(rows: Sequence[Sequence[str]], texts: Sequence[bool], where: str) -> int:
    """The last column, or the first where that may be classes and the last may not; InputError where both may be.

    In a table of pixels either is common, and the corner of an image can look like a label.
    """
    width = len(texts)
    pixels = width - 1 >= FEWEST and isqrt(width - 1) ** 2 == width - 1
    last, first = (texts[at] or _may_be_classes(rows, at, pixels=pixels) for at in (-1, 0))
    if pixels and first and last and texts[0] == texts[-1]:
        expected, came = "a label first or last", "two columns that may be it"
        raise unreadable(where, expected, came, f"{option('label_column', 'first')}, or last")
    if first and (not last or (texts[0] and not texts[-1])):
        return 0
    return width - 1


def _may_be_classes(rows: Sequence[Sequence[str]], at: int, *, pixels: bool) -> bool:
    counts = Counter(row[at].strip() for row in rows)
    values = [number_of(cell) for cell in counts]
    if not all(value is not None and value.is_integer() for value in values):
        return False
    few = 2 <= len(counts) <= min(limits.CLASSES, max(2, len(rows) // 2))
    return few and not (pixels and counts.most_common(1)[0][1] > MOST * len(rows))
