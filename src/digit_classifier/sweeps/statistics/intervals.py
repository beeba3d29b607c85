"""The accuracy of a setting over its points, with the uncertainty that the points can show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum, sqrt
from typing import TYPE_CHECKING, Literal

from digit_classifier.evaluation import wilson_interval
from digit_classifier.sweeps.statistics.student import t_quantile

if TYPE_CHECKING:
    from digit_classifier.sweeps.statistics.setting import Setting

Kind = Literal["splits", "folds", "starts"]
Reason = Literal["none", "one", "two", "equal", "unpaired"]

CONFIDENCE = 0.95
FEWEST = 3  # below it a standard deviation is a guess


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval.

    `kind` says what varies: "splits" (random rows or groups, or stratified folds), "folds" (blocks of rows) or
    "starts" (of one split; then `wilson` is the interval of a hold-out of that size, usually the wider one). `count` is
    the number of these, J. Where `low` and `high` are None, `reason` says why.
    """

    kind: Kind
    count: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    spread: float | None = None  # standard deviation of the J scores
    error: float | None = None  # standard error of the mean: the interval is mean ± t(J−1) · error
    reason: Reason | None = None
    wilson: tuple[float, float] | None = None


@dataclass(frozen=True)
class Variance:
    """How far trainings differ, as standard deviations: by the start alone, and by the split beyond that."""

    start: float
    split: float
    start_share: float | None  # of the variance; None where nothing varies


def estimate(setting: Setting) -> Estimate:
    """The accuracy of a setting, and what its points say about it.

    Splits: mean ± t(J−1) · s · √(1/J + holdout/training), s over the J means of the splits (Nadeau and Bengio, Machine
    Learning 52, 2003; for repeated folds Bouckaert and Frank, PAKDD 2004). Folds and starts: mean ± t(J−1) · s / √J.
    Starts: the Wilson interval of the split beside it.
    """
    found = mean_interval(setting, lowest=0)
    if found.kind != "starts" or found.mean is None:
        return found
    return replace(found, wilson=wilson_interval(round(found.mean * setting.holdout), setting.holdout))


def mean_interval(setting: Setting, *, lowest: float) -> Estimate:
    """The mean of scores between `lowest` and 1 by the formulas of `estimate`, without Wilson's interval."""
    groups = list(setting.by_split.values())
    values = groups[0] if len(groups) == 1 else [mean(group) for group in groups]
    kind: Kind = "starts" if len(groups) == 1 else "folds" if setting.blocks else "splits"
    count = len(values)
    if not count:
        return Estimate(kind, 0, reason="none")
    centre, spread, reason = mean(values), deviation(values), _why_none(values)
    if reason is not None or spread is None:
        return Estimate(kind, count, centre, spread=spread, reason=reason)
    error = spread * sqrt(1 / count + (setting.holdout / setting.training if kind == "splits" else 0))
    margin = t_quantile(CONFIDENCE, count - 1) * error
    return Estimate(kind, count, centre, max(lowest, centre - margin), min(1.0, centre + margin), spread, error)


def _why_none(values: list[float]) -> Reason | None:
    """Why these values give no interval; None where they do.

    Equal values give none: a spread of zero would claim a certainty that a few discrete scores do not have.
    """
    if len(values) < FEWEST:
        return "one" if len(values) == 1 else "two"
    return "equal" if max(values) - min(values) < 1e-12 else None


def variance(setting: Setting) -> Variance | None:
    """Start and split apart: components of variance of a one-way layout, by the mean squares (ANOVA estimator).

    Searle, Casella and McCulloch, Variance Components, 1992, section 3.6. A negative component is zero. None unless
    there are two splits, one of them with two starts.
    """
    groups = list(setting.by_split.values())
    total, number = sum(map(len, groups)), len(groups)
    if number < 2 or total == number:
        return None
    means, centre = [mean(group) for group in groups], mean([value for group in groups for value in group])
    pairs = list(zip(groups, means, strict=True))
    within = fsum((value - own) ** 2 for group, own in pairs for value in group) / (total - number)
    between = fsum(len(group) * (own - centre) ** 2 for group, own in pairs) / (number - 1)
    size = (total - sum(len(group) ** 2 for group in groups) / total) / (number - 1)
    beyond = max(0.0, (between - within) / size)
    return Variance(sqrt(within), sqrt(beyond), within / (within + beyond) if within + beyond else None)


def deviation(values: list[float]) -> float | None:
    """The standard deviation of a sample; None of fewer than two."""
    if len(values) < 2:
        return None
    centre = mean(values)
    return sqrt(fsum((value - centre) ** 2 for value in values) / (len(values) - 1))


def mean(values: list[float]) -> float:
    """The mean, rounded once."""
    return fsum(values) / len(values)
