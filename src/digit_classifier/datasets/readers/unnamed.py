"""The columns that are no features in a table whose columns have no names: the classes, and the groups."""

from __future__ import annotations

import re
from collections import Counter
from math import isqrt
from typing import TYPE_CHECKING

from digit_classifier.datasets import limits
from digit_classifier.datasets.judge.names import text_of
from digit_classifier.datasets.readers.columns import FEWEST, find_column
from digit_classifier.datasets.readers.dialect import number_of
from digit_classifier.datasets.readers.files import unreadable
from digit_classifier.errors import option

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digit_classifier.datasets.readers import Asked

COUNTED = re.compile("first|last|[1-9][0-9]*", re.IGNORECASE)  # how a column without a name is asked for
ENOUGH = 20  # rows in which a column with one value alone is a corner of images, beside one with several
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


def others_to_predict(
    rows: Sequence[Sequence[str]], texts: Sequence[bool], asked: Asked, spare: int, where: str
) -> list[int]:
    """The columns of a file to predict that are none of the run's features: none, if it has no others.

    A file without names says by its width alone whether it has the classes and groups of the training. Where nobody
    named the column of classes, its cells are classes of the run. InputError where two columns may be it.
    """
    names = [str(at) for at in range(1, len(texts) + 1)]
    wanted = {"label_column": asked.label_column, "group_column": asked.group_column}
    wanted = {setting: name for setting, name in wanted.items() if name and COUNTED.fullmatch(name.strip())}
    if spare != 1 + ("group_column" in wanted):
        return []  # the features alone, or another table, which the number of its columns tells
    label, group = (
        [find_column(str(wanted[setting]), names, setting, where)] if setting in wanted else []
        for setting in ("label_column", "group_column")
    )
    if label:
        return [*label, *group]
    of_text = [at for at, is_text in enumerate(texts) if is_text and at not in group]
    if len(of_text) == 1:
        return [*of_text, *group]
    ends = [at for at in (0, len(texts) - 1) if _are_classes((row[at] for row in rows), asked.classes)]
    if len(ends) > 1 and len(rows) >= ENOUGH:
        several = [at for at in ends if len({row[at].strip() for row in rows}) > 1]
        ends = several if len(several) == 1 else ends
    if len(ends) > 1:
        expected, came = "classes in its first or its last column, or none", "numbers that may be classes in both"
        raise unreadable(where, expected, came, "a file without the classes")
    return [*ends, *group]


def _are_classes(cells: Iterable[str], classes: Sequence[str]) -> bool:
    return all(
        text_of(cell) in classes
        or ((value := number_of(cell)) is not None and value.is_integer() and str(int(value)) in classes)
        for cell in {cell.strip() for cell in cells}
    )
