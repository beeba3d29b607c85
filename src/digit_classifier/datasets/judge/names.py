"""Names of classes and features, and the name of the data set: clean, short, and one of its own for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digit_classifier.datasets import limits
from digit_classifier.errors import show
from digit_classifier.text import clean_text, slug

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digit_classifier.datasets.judge.source import Source

NAME = re.compile("[a-z0-9][a-z0-9_-]{0,34}")
EACH_A_NAME = "a name of its own for each"
WHOLE = 1000  # characters of a name that are looked at


def data_name(text: str) -> str:
    """A name of a data set, as its files and runs bear it."""
    return text if NAME.fullmatch(text) else slug(text)[:35].rstrip("-") or "data"


def text_of(value: object) -> str:
    """A name as text, clean but whole: classes that look alike are one class."""
    return clean_text(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value), WHOLE)


def feature_names_of(texts: Iterable[object], source: Source) -> tuple[tuple[str, ...], str]:
    """The names of the columns of a table, and what was changed."""
    return _short("feature_names", texts, limits.FEATURE_NAME, (), source)


def class_names_of(texts: Iterable[object], source: Source) -> tuple[tuple[str, ...], str]:
    """The names of classes, and what was changed; a report has keys of its own beside them."""
    return _short("class_names", texts, limits.CLASS_NAME, limits.RESERVED, source)


def _short(
    what: str, texts: Iterable[object], limit: int, reserved: tuple[str, ...], source: Source
) -> tuple[tuple[str, ...], str]:
    """A longer name is cut: names such as ImageNet's are not easily changed."""
    names, cut, seen = [], False, set[str]()
    for text in texts:
        name = text_of(text)
        if len(name) > limit:
            name, cut = _cut(name, limit, seen), True
        names.append(name)
        seen.add(name)
    seen.clear()
    for index, name in enumerate(names):
        if not name or name in seen or name in reserved:
            came = "no name" if not name else f"{show(name)} twice" if name in seen else show(name)
            expected = EACH_A_NAME + (f", none of {', '.join(reserved)}" if reserved else "")
            raise source.refusal(f"{what}[{index}]", expected, came, "another name")
        seen.add(name)
    return tuple(names), f"Names of more than {limit} characters were cut." if cut else ""


def _cut(name: str, limit: int, others: set[str]) -> str:
    """The start of a name, with a number where another one begins so, too."""
    short, number = name[: limit - 1].rstrip() + "…", 2
    while short in others:
        end = f"… {number}"
        short, number = name[: limit - len(end)].rstrip() + end, number + 1
    return short
