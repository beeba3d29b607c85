"""What terminal, pictures and page say about a run: the sentences of en.json, and how numbers are written.

A sentence names the part or the whole that its number is of; one, all and none have sentences of their own; nothing is
rounded to a certainty that it does not have. The page has the same functions in frontend/src/text/, and the same file.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digit_classifier.words.numbers import percent

if TYPE_CHECKING:
    from collections.abc import Sequence


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = json.loads(Path(__file__).with_name("en.json").read_text(encoding="utf-8"))
    return words


def say(key: str, count: int | None = None, **values: object) -> str:
    """The sentence of this name with its values; `count` chooses between one and many, and is written `1,797`."""
    text = _words()[key]
    if isinstance(text, dict):
        text = text["one" if count == 1 else "other"]
    filled: str = text.format(count=None if count is None else f"{count:,}", **values)
    return filled


def thing_named_by(class_names: Sequence[str], *, table: bool) -> str:
    """What one sample is called: a digit where every class of the images is one, else an image; in a table a sample."""
    if table:
        return "sample"
    return "digit" if all(len(name) == 1 and name.isdigit() for name in class_names) else "image"


def accuracy_sentence(right: int, total: int, thing: str) -> str:
    """The result of a whole hold-out: `99.4 % of 360 held-out digits are classified correctly`."""
    return _verdict("accuracy", right, total, thing, share=percent(right, total) if total else "")


def shown_sentence(right: int, shown: int, thing: str) -> str:
    """The result of those samples that are shown: `15 of these 16 held-out digits are classified correctly`."""
    return _verdict("shown", right, shown, thing, right=f"{right:,}")


def _verdict(key: str, correct: int, total: int, thing: str, **values: str) -> str:
    things = say(thing, total)
    if total == 0:
        return say("accuracy.of.nothing", things=things)
    if total == 1:
        return say(f"{key}.one.{'right' if correct else 'wrong'}", things=things)
    case = "all" if correct == total else "some" if correct else "none"
    return say(f"{key}.{case}", total, things=things, **values)
