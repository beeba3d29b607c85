"""What a sweep varies: values or a range of one setting, and lists of random states."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from math import exp, log
from random import Random
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.plan import MAX_POINTS
from digit_classifier.artifacts.run_summary import UNRELATED
from digit_classifier.errors import InputError, explain, option, show, suggestion
from digit_classifier.settings.kinds import as_text
from digit_classifier.settings.resolve import Given, example, parse
from digit_classifier.settings.run_config import PRIVATE, SETTINGS, SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from digit_classifier.artifacts import Payload

ORIGIN = "sweep"  # where a value came from that a sweep chose
FIXED = UNRELATED | PRIVATE | {"random_state", "split_state", "dataset", "exact"}
Values = tuple[Any, ...]  # one per axis, as plain JSON


@dataclass(frozen=True)
class Axis:
    """One setting that varies: through `values`, or from `low` to `high`."""

    name: str
    values: tuple[Any, ...] | None
    where: str  # as it was written
    low: float = 0.0
    high: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether its numbers are whole ones."""
        return str(SETTINGS[self.name].type).startswith("int")

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers."""
        kind = str(SETTINGS[self.name].type).partition(" ")[0]
        return kind in ("int", "float") and None not in (self.values or ())

    @property
    def is_logarithmic(self) -> bool:
        """Whether it is searched, and shown, by its logarithm: where its declaration says so, and none is zero."""
        lowest = self.low if self.values is None else min(self.values) if self.is_numeric else 0
        return bool(SETTINGS[self.name].metadata["logarithmic"] and lowest > 0)

    def draw(self, random: Random) -> Any:
        """A random value of it, of four digits."""
        place = random.random()
        if self.values is not None:
            return self.values[int(place * len(self.values))]
        if self.is_logarithmic:
            value = exp(log(self.low) + place * (log(self.high) - log(self.low)))
        else:
            value = self.low + place * (self.high - self.low)
        return self.rounded(value)

    def rounded(self, value: float) -> Any:
        """A number of the range, as short as its use allows."""
        if self.is_whole:
            return round(value)
        return min(self.high, max(self.low, float(f"{value:.4g}")))

    def given(self, value: Any) -> Given:
        """This value as if it had been typed."""
        return Given(self.name, as_text(value), self.where, ORIGIN)

    def payload(self) -> Payload:
        """The axis in plan.json."""
        ranged = self.values is None
        return {
            "name": self.name,
            "values": None if self.values is None else list(self.values),
            "low": self.low if ranged else None,
            "high": self.high if ranged else None,
            "numeric": self.is_numeric,
            "logarithmic": self.is_logarithmic,
        }


def grid_axis(name: str, texts: Sequence[str], where: str) -> Axis:
    """An axis of these values; InputError for none, for the same twice, and for values that the setting refuses."""
    setting = _setting(name, where)
    if not texts:
        raise InputError(explain(where, "at least one value", "none", as_given(where, example(setting))))
    values: list[Any] = []
    for text in texts:
        _, value = parse(Given(setting, text, where, ORIGIN))
        plain = list(value) if isinstance(value, tuple) else value
        if plain in values:
            raise InputError(explain(where, "each value once", f"{show(text)} again", "leaving one out"))
        values.append(plain)
    return Axis(setting, tuple(values), where)


def range_axis(name: str, low: str, high: str, where: str) -> Axis:
    """An axis of all numbers from low to high; InputError where the setting has none, or refuses one of the two."""
    setting = _setting(name, where)
    axis = Axis(setting, None, where)
    if not axis.is_numeric:
        raise InputError(explain(where, "a setting with numbers", setting, varied("grid", name)))
    ends = [parse(Given(setting, text, where, ORIGIN))[1] for text in (low, high)]
    if not ends[0] < ends[1]:
        raise InputError(explain(where, "a low end and a higher one", f"{low} {high}", as_given(where, high, low)))
    return Axis(setting, None, where, *map(float, ends))


def as_given(where: str, *texts: str) -> str:
    """Values in the words of whoever gives them: `--seeds 0:20`, `seeds='0:20'`."""
    if where.startswith("--"):
        return " ".join([where, *texts])
    return f"{where}={texts[0]!r}" if len(texts) == 1 else f"{where}=({', '.join(texts)})"


def varied(kind: str, name: str = "learning_rate") -> str:
    """An axis as its reader gives it: `--range learning-rate 1e-3 1`, `ranges={'learning_rate': (1e-3, 1)}`."""
    known = name == "learning_rate"
    if (flag := option(kind)).startswith("--"):
        values = "1e-3 1" if kind == "range" else "0.01 0.1" if known else "and its values"
        return f"{flag} {name.replace('_', '-')} {values}"
    values = "0.01, 0.1" if known else "its values"
    return f"ranges={{{name!r}: (1e-3, 1)}}" if kind == "range" else f"grid={{{name!r}: [{values}]}}"


def _setting(name: str, where: str) -> str:
    spelling = name.removeprefix("--").replace("-", "_")
    if spelling not in SPELLINGS:
        raise InputError(explain(where, "a setting", show(name), suggestion(spelling, SETTINGS)))
    setting = SPELLINGS[spelling]
    if setting in FIXED:
        attempt = option("seeds", "0:10") if setting == "random_state" else "another setting"
        raise InputError(explain(where, "a setting that changes what is learned", setting, attempt))
    return setting


def number_list(text: str, where: str) -> tuple[int, ...]:
    """Whole numbers from `0:20` (without the last), `0:20:5`, or `1,5,7`; InputError for none, or one twice.

    A lone number could be meant as a count: it is refused, `7:8` says the one.
    """
    if lone := re.fullmatch(r"\s*(\d{1,10})\s*", str(text), re.ASCII):
        number = int(lone[1])
        several = f"{as_given(where, f'0:{number}')} for that many, or " if number else ""
        attempt = f"{several}{as_given(where, f'{number}:{number + 1}')} for that one"
        raise InputError(explain(where, "numbers such as 0:20 or 1,5,7", f"only {number}", attempt))
    found: list[int] = []
    for part in str(text).split(","):
        match = re.fullmatch(r"\s*(\d{1,10})(?::(\d{1,10})(?::(\d{1,10}))?)?\s*", part, re.ASCII)
        if match is None:
            raise InputError(explain(where, "numbers such as 0:20 or 1,5,7", show(text), as_given(where, "0:20")))
        first, last, step = int(match[1]), match[2], int(match[3] or 1)
        more = range(first, int(last), step) if last and step else [first] if last is None else []
        if len(found) + len(more) > MAX_POINTS:
            raise InputError(explain(where, f"at most {MAX_POINTS:,} numbers", "more", as_given(where, "0:20")))
        found += more
    if not found or max(found) >= 2**32:
        came = "none" if not found else str(max(found))
        raise InputError(explain(where, "at least one number below 2^32", came, as_given(where, "0:20")))
    if len(set(found)) < len(found):
        raise InputError(explain(where, "each number once", f"{show(text)}, with one again", as_given(where, "0:20")))
    return tuple(found)


def grid_of(axes: Sequence[Axis]) -> Iterator[Values]:
    """Every combination of the values, the last axis fastest."""
    return product(*(axis.values or () for axis in axes))


def random_of(axes: Sequence[Axis], count: int, seed: int) -> list[Values]:
    """So many different combinations, or as many as there are."""
    random, found = Random(seed), dict[Values, None]()  # noqa: S311 - no secret
    for _ in range(20 * count):
        drawn = tuple(axis.draw(random) for axis in axes)
        found[frozen(drawn)] = None
        if len(found) == count:
            break
    return list(found)


def frozen(values: Iterable[Any]) -> Values:
    """Values that can be a key: lists as tuples."""
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)


def plain(values: Iterable[Any]) -> list[Any]:
    """Values as JSON has them: tuples as lists."""
    return [list(value) if isinstance(value, tuple) else value for value in values]
