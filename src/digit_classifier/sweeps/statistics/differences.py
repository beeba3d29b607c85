"""Two settings on the same splits from the same starts, and many settings beside the best of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digit_classifier.evaluation import mcnemar
from digit_classifier.sweeps.statistics.intervals import Estimate, mean, mean_interval
from digit_classifier.sweeps.statistics.student import t_tail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digit_classifier.sweeps.statistics.setting import Setting

SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Pair:
    """McNemar's exact test of two settings on one split from one start: how many samples only one of them got right."""

    split: str
    start: int
    only_one: int
    only_other: int
    p: float


@dataclass(frozen=True)
class Difference:
    """Accuracy of one setting minus that of another, paired over the splits and starts that both have.

    `p` belongs to the interval of `estimate`; `adjusted` is corrected for all pairs of settings that were looked at
    (Holm); `apart` is whether it is below 5 %. Where `p` is None nothing can be tested, and the estimate says why.
    """

    one: int
    other: int
    estimate: Estimate
    p: float | None
    adjusted: float | None
    apart: bool
    pairs: tuple[Pair, ...]


def difference(one: Setting, other: Setting) -> Estimate:
    """The paired difference one − other, −1..1, with the interval that `estimate` has for an accuracy.

    Of two numbers of training samples the smaller counts, which is the safe side.
    """
    both = {key: one.scores[key] - other.scores[key] for key in one.scores if key in other.scores}
    if not both:
        kind = mean_interval(one, lowest=0).kind
        return Estimate(kind, 0, reason="unpaired")
    return mean_interval(replace(one, scores=both, training=min(one.training, other.training)), lowest=-1)


def best_setting(settings: Sequence[Setting]) -> int | None:
    """The setting of the highest mean accuracy, of equals the smallest network; None where no point has a score.

    As everywhere here the mean is of splits, each the mean of its starts.
    """
    means = {index: mean([mean(group) for group in each.by_split.values()]) for index, each in _scored(settings)}
    return min(means, key=lambda index: (-means[index], settings[index].parameters, index), default=None)


def _scored(settings: Sequence[Setting]) -> list[tuple[int, Setting]]:
    return [(index, each) for index, each in enumerate(settings) if each.scores]


def differences_to_best(settings: Sequence[Setting]) -> list[Difference]:
    """The best setting beside each other one that has scores, in their order.

    The best is known only after looking at all, so all pairs count in the correction, not only those listed.
    """
    first, scored = best_setting(settings), _scored(settings)
    if first is None:
        return []
    found = []
    for index, each in scored:
        if index == first:
            continue
        paired = difference(settings[first], each)
        p = (
            None
            if paired.error is None or paired.mean is None
            else t_tail(paired.mean / paired.error, paired.count - 1)
        )
        found.append(Difference(first, index, paired, p, None, False, mcnemar_pairs(settings[first], each)))
    tested = [place for place, each in enumerate(found) if each.p is not None]
    adjusted = holm([each.p for each in found if each.p is not None], family=len(scored) * (len(scored) - 1) // 2)
    for place, p in zip(tested, adjusted, strict=True):
        found[place] = replace(found[place], adjusted=p, apart=p < SIGNIFICANT)
    return found


def _p_value(paired: Estimate) -> float | None:
    if paired.mean is None or paired.error is None:
        return None
    return t_tail(paired.mean / paired.error, paired.count - 1)


def not_told_apart(settings: Sequence[Setting], differences: Sequence[Difference]) -> list[int]:
    """The best setting and those that are not shown to differ from it, the smallest network first."""
    paired = [each for each in differences if each.estimate.mean is not None]  # the others cannot be compared
    found = {each.other for each in paired if not each.apart} | {each.one for each in differences}
    return sorted(found, key=lambda index: (settings[index].parameters, index))


def holm(p_values: Sequence[float], *, family: int | None = None) -> list[float]:
    """P-values corrected for their number by Holm's step-down (Scandinavian Journal of Statistics 6, 1979).

    `family` is the number of tests that these were chosen from, where it is larger: each of these would stand later in
    the order of all, so the correction errs to the safe side.
    """
    count, reached, adjusted = max(len(p_values), family or 0), 0.0, [0.0] * len(p_values)
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        reached = max(reached, min(1.0, (count - rank) * p_values[index]))
        adjusted[index] = reached
    return adjusted


def mcnemar_pairs(one: Setting, other: Setting) -> tuple[Pair, ...]:
    """McNemar's exact test for each split and start that both have; never added up over splits, which share samples."""
    found = []
    for split, start in sorted(one.hits.keys() & other.hits.keys()):
        rows = list(zip(one.hits[split, start], other.hits[split, start], strict=True))
        only_one, only_other = sum(a > b for a, b in rows), sum(a < b for a, b in rows)
        found.append(Pair(split, start, only_one, only_other, mcnemar(only_one, only_other)))
    return tuple(found)
