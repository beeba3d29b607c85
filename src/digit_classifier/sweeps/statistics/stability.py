"""Samples that some trainings of one setting get right and some wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from digit_classifier.sweeps.statistics.setting import Key, Setting


@dataclass(frozen=True)
class Sample:
    """A held-out sample: how often it was held out and how often wrong, and a point of each kind to look at."""

    sample_id: int
    held: int
    wrong: int
    right_point: Key | None
    wrong_point: Key | None


@dataclass(frozen=True)
class Stability:
    """Samples that were held out at least twice and ever wrong. `unstable`: sometimes; `never_right`: always."""

    unstable: list[Sample]
    never_right: list[Sample]
    held_twice: int  # samples that could have been either


def stability(setting: Setting, kept: Collection[Key] = ()) -> Stability:
    """The unstable samples of a setting, the largest share of wrong first; of equals those held out more often.

    The points to look at are of `kept` where there are any: those whose run is in the store.
    """
    held: Counter[int] = Counter()
    wrong: Counter[int] = Counter()
    right_point: dict[int, Key] = {}
    wrong_point: dict[int, Key] = {}
    for key in sorted(setting.hits, key=lambda key: (key not in kept, key)):
        for sample, hit in zip(setting.held[key[0]], setting.hits[key], strict=True):
            held[sample] += 1
            if hit:
                right_point.setdefault(sample, key)
            else:
                wrong[sample] += 1
                wrong_point.setdefault(sample, key)
    found = [
        Sample(sample, held[sample], count, right_point.get(sample), wrong_point[sample])
        for sample, count in wrong.items()
        if held[sample] > 1
    ]
    found.sort(key=lambda each: (-each.wrong / each.held, -each.held, each.sample_id))
    return Stability(
        [each for each in found if each.wrong < each.held],
        [each for each in found if each.wrong == each.held],
        sum(count > 1 for count in held.values()),
    )
