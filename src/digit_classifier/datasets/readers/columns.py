"""Columns of a table: which one is the label, which numbers the rows, and whether the others are pixels."""

from __future__ import annotations

import re
from math import isqrt, prod
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import limits
from digit_classifier.datasets.judge.names import text_of
from digit_classifier.datasets.readers.files import unreadable
from digit_classifier.errors import nearest, option, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from digit_classifier.datasets.readers import Asked, Found

LABELS = ("label", "labels", "class", "target", "y")  # what the column of classes is called, if nothing says another
# What a column is called that numbers the rows: by people, pandas (in CSV, reset, in Parquet) and R
INDEXES = re.compile(r"id|#|index|unnamed: 0(\.\d+)?|level_0|__index_level_\d+__|row[._ ]?names?", re.IGNORECASE)
PIXEL = re.compile(r"(pixels?|pix|px)[ _.-]?\d+([ _.x-]\d+)?", re.IGNORECASE)
FRACTION = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{0,25})?(e[-+]?[0-9]{1,2})?", re.IGNORECASE)
UNNAMED = re.compile(r"x?\d+([ _.x-]\d+)?", re.IGNORECASE)
FEWEST = 64  # columns of whole numbers without names that are taken for pixels
BYTE = 255


def find_column(asked: str, names: Sequence[str], setting: str, where: str) -> int:
    """The place of a column by its name, or its number from 1, `first` or `last`; InputError says which there are."""
    wanted = asked.strip()
    for form in (str, str.casefold, text_of):  # a setting is one clean line, whatever blanks the name has
        found = [index for index, name in enumerate(names) if form(name.strip()) == form(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise unreadable(where, f"one column {show(wanted)}", f"{len(found)}", option(setting, found[0] + 1))
    word = wanted.casefold()
    if word in {"first", "last"}:
        return 0 if word == "first" else len(names) - 1
    if re.fullmatch("[1-9][0-9]{0,5}", word) and int(word) <= len(names):
        return int(word) - 1
    shown = ", ".join(map(_shown, names[:8])) + (", …" if len(names) > 8 else "")
    attempt = option(setting, nearest(wanted, names) or "last")
    raise unreadable(where, f"one of its {len(names):,} columns {shown}", show(wanted), attempt)


def column_asked(asked: Asked, setting: str, names: Sequence[str], where: str) -> int | None:
    """The column that was named as the label, or as the groups; None where none was.

    The samples of a prediction may lack it, and where they do, no other column has its place.
    """
    wanted = getattr(asked, setting)
    if wanted is None:
        return None
    if not asked.labels and wanted.strip().casefold() not in [name.strip().casefold() for name in names]:
        counted = re.fullmatch("first|last|[0-9]+", wanted.strip().casefold())
        if not counted or (asked.size is not None and len(names) <= asked.size):
            return None
    return find_column(wanted, names, setting, where)


def asked_features(asked: Asked, names: Sequence[str]) -> list[int] | None:
    """The columns that a prediction needs; None where the file does not name all of them."""
    places = {text_of(name): at for at, name in reversed([*enumerate(names)])}
    if asked.features is None or not set(asked.features) <= set(places):
        return None
    return [places[name] for name in asked.features]


def left_out_remark(names: Sequence[str], why: str) -> str:
    """What the note says of columns that are not among the features."""
    shown = ", ".join(map(show, names[:6])) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    return f"Left out, as {why}: {shown}." if names else ""


def named_label(names: Sequence[str], texts: Callable[[], Sequence[bool]], where: str) -> int | None:
    """The column of classes of a table with names: the one that is called so, or the only one of texts.

    A column of numbers called y may be a coordinate: one of texts comes before it. InputError for two of one name.
    """
    called = {name.strip().casefold() for name in names} & {*LABELS}
    of_text = [index for index, is_text in enumerate(texts()) if is_text] if called <= {"y"} else []
    if len(of_text) == 1:
        return of_text[0]
    word = next((word for word in LABELS if word in called), None)
    return None if word is None else find_column(word, names, "label_column", where)


def is_index(at: int, name: str, values: Sequence[Any]) -> bool:
    """Whether a column numbers the rows: it is called so, or is the first and has no name; no value comes twice."""
    called = INDEXES.fullmatch(name.strip()) is not None
    if not called and (name.strip() or at or len(values) < 2):
        return False
    listed = values.tolist() if isinstance(values, np.ndarray) else values
    return len(set(listed)) == len(listed)


def as_images(found: Found, asked: Asked, where: str, *, headed: bool) -> Found:
    """The samples (n, features) as images (n, h, w), where the columns are pixels or `image_shape` says so."""
    samples: NDArray[Any] = found.samples
    count = samples.shape[1]
    shape = None if asked.image_shape == "none" else asked.image_shape
    if asked.image_shape is None:
        shape = _square(found, headed=headed)
    elif shape and prod(shape) != count:
        expected, came = f"{prod(shape):,} columns of pixels for {shape[0]} × {shape[1]}", f"{count:,}"
        raise unreadable(where, expected, came, option("image_shape", "none"))
    if shape is None:
        if found.feature_names is None and asked.labels:
            found.feature_names = [f"x{index}" for index in range(1, count + 1)]
        return found
    names = [str(name) for name in found.feature_names] if headed and found.feature_names is not None else []
    order = pixel_order(names)
    found.samples = (samples if order is None else samples[:, order]).reshape(-1, *shape)
    found.columns = names if order is None else [names[at] for at in order]
    found.feature_names = None
    sorted_by = "" if order is None else ", put in the order of their numbers"
    remark = f"{shape[0]} × {shape[1]} images from {count:,} columns{sorted_by}."
    found.note = f"{found.note} {remark}".strip()
    return found


def pixel_order(names: Sequence[Any]) -> list[int] | None:
    """The places of columns of pixels by the numbers in their names; None where they stand so, or names do not tell.

    Files sort their columns as texts (pixel1, pixel10, pixel2) or put them anyhow: what is read by position would be
    another picture in each of them. Of two numbers, either may be the row.
    """
    texts = [str(name) for name in names]
    numbers = [tuple(map(int, re.findall("[0-9]{1,9}", text))) for text in texts]
    told = all(PIXEL.fullmatch(text) or UNNAMED.fullmatch(text) for text in texts)
    if not told or len(set(numbers)) < len(numbers) or len({len(each) for each in numbers}) > 1:
        return None
    if numbers in (sorted(numbers), sorted(numbers, key=lambda each: each[::-1])):
        return None
    return sorted(range(len(numbers)), key=numbers.__getitem__)


def _square(found: Found, *, headed: bool) -> tuple[int, int] | None:
    samples, names = found.samples, [] if found.feature_names is None else [str(each) for each in found.feature_names]
    side = isqrt(samples.shape[1])
    if side * side != samples.shape[1] or side < 2:
        return None
    if headed and all(PIXEL.fullmatch(name) for name in names):
        return side, side
    if headed and not all(UNNAMED.fullmatch(name) for name in names):
        return None
    return (side, side) if samples.shape[1] >= FEWEST and _are_bytes(samples) else None


def _are_bytes(samples: NDArray[Any]) -> bool:
    if samples.dtype == np.uint8:
        return True
    if samples.dtype.kind not in "iuf" or not samples.size:
        return False
    low, high = samples.min(), samples.max()
    return bool(low >= 0 and high <= BYTE and (samples.dtype.kind != "f" or (samples == np.trunc(samples)).all()))


def check_width(columns: int, where: str) -> None:
    """No more columns than the largest sample has, before anything is read."""
    if columns > limits.FEATURES + 8:
        expected = f"at most {limits.FEATURES:,} columns"
        raise unreadable(where, expected, f"{columns:,} in the first line", "fewer columns")


def plain_labels(values: Sequence[str | None], *, decimal_comma: bool = False, are_names: bool = False) -> NDArray[Any]:
    """A column of texts as whole numbers where all are, else as numbers, else as texts; gaps are None or NaN.

    Names, such as those of folders, are never measures: `1.5` is a text.
    """
    present = [value for value in values if value is not None]
    if decimal_comma and all(FRACTION.fullmatch(value.replace(",", ".")) for value in present):
        values = [None if value is None else value.replace(",", ".") for value in values]
        present = [value for value in values if value is not None]
    whole = present and all(re.fullmatch("[-+]?[0-9]{1,18}", value) for value in present)
    if whole and len({int(value) for value in present}) == len(set(present)):  # else 1 and 01 would be one
        if len(present) == len(values):
            return np.array([int(value) for value in present], np.int64)
        return np.array([np.nan if value is None else int(value) for value in values])
    if not whole and not are_names and present and all(FRACTION.fullmatch(value) for value in present):
        return np.array([np.nan if value is None else float(value) for value in values])
    plain = np.empty(len(values), object)
    plain[:] = values
    return plain


def _shown(name: str) -> str:
    return show(name) if name.strip() else "''"
