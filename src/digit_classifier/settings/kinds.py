"""What a setting accepts: the words for it in errors and help, and the parser of its text.

Values are text until a setting's `Kind` parses them, whether they come from a flag, a YAML file or Python: there is
one grammar, so `1e-3` is a number everywhere and `no` never means false.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from digit_classifier.errors import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Kind(NamedTuple):
    """What a setting accepts: the words for it, and the parser, which raises ValueError for anything else."""

    expected: str
    parse: Callable[[str], Any]
    more: bool = False  # another version may have other words
    known: Callable[[], Iterable[str]] = tuple  # words that may have been meant by another


def whole(low: int, high: int) -> Kind:
    """Whole numbers in low..high; no leading zeros, because YAML versions disagree about what 010 means."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[-+]?(0|[1-9][0-9]{0,17})", text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return Kind(f"a whole number from {low} to {high}", parse)


def real(low: float, high: float, *, above: bool = False, below: bool = False) -> Kind:
    """Finite numbers in low..high; `above` and `below` leave out the ends."""

    def parse(text: str) -> float:
        if not re.fullmatch(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?", text):
            raise ValueError(text)
        value = float(text)
        if not (low < value if above else low <= value) or not (value < high if below else value <= high):
            raise ValueError(text)
        return value

    start = f"above {low:g}" if above else f"from {low:g}"
    end = f"below {high:g}" if below else f"up to {high:g}"
    return Kind(f"a number {start}, {end}", parse)


def choice(*options: str) -> Kind:
    """One of a few words."""

    def parse(text: str) -> str:
        if text not in options:
            raise ValueError(text)
        return text

    return Kind("one of " + ", ".join(options), parse, more=True, known=lambda: options)


def _parse_dataset(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text


def _parse_switch(text: str) -> bool:
    return {"true": True, "false": False}[text]


def _parse_sizes(text: str) -> tuple[int, ...]:
    if text.strip().lower() in {"", "none"}:
        return ()
    units = whole(1, 4096)
    sizes = tuple(units.parse(part.strip()) for part in text.split(","))
    if len(sizes) > 8:
        raise ValueError(text)
    return sizes


def _parse_image_shape(text: str) -> tuple[int, ...]:
    if text.strip().lower() == "none":
        return ()
    sides = tuple(whole(1, 4096).parse(part.strip()) for part in text.split(","))
    if len(sides) != len(("height", "width")):
        raise ValueError(text)
    return sides


def _parse_label(text: str) -> str | None:
    from digit_classifier.text import clean_text  # unicodedata is only needed for labels

    return clean_text(text) or None


def _parse_place(text: str) -> str:
    from digit_classifier.text import as_path

    return str(as_path(text))


DATASET = Kind("a name, a file or a folder", _parse_dataset, more=True)
SWITCH = Kind("true or false", _parse_switch)
SIZES = Kind("up to 8 layer sizes of 1 to 4096 units, or none", _parse_sizes)
LABEL = Kind("text", _parse_label)
PLACE = Kind("a directory", _parse_place)
FILE = Kind("a file or a directory", _parse_place)
IMAGE_SHAPE = Kind("height,width in pixels, or none for a table", _parse_image_shape)


def as_text(value: object) -> str:
    """The text a setting's kind parses back to this value; NumPy's numbers and arrays are as Python's."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if value is None or value in ((), []):
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return ",".join(map(_as_word, value))
    return _as_word(value)


def _as_word(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # an integer of more digits than Python writes
        return show(value)
