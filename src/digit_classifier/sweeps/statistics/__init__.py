"""What may be said of many runs: pure functions of plain values, each with its name, its formula and its source.

An interval is 95 %; where none can be given, its `reason` says why.
"""

from digit_classifier.sweeps.statistics.best import BestOf, best_of
from digit_classifier.sweeps.statistics.differences import (
    Difference,
    Pair,
    best_setting,
    difference,
    differences_to_best,
    holm,
    mcnemar_pairs,
    not_told_apart,
)
from digit_classifier.sweeps.statistics.intervals import Estimate, Variance, estimate, variance
from digit_classifier.sweeps.statistics.setting import Key, Setting
from digit_classifier.sweeps.statistics.stability import Sample, Stability, stability
from digit_classifier.sweeps.statistics.student import t_quantile, t_tail

__all__ = [
    "BestOf",
    "Difference",
    "Estimate",
    "Key",
    "Pair",
    "Sample",
    "Setting",
    "Stability",
    "Variance",
    "best_of",
    "best_setting",
    "difference",
    "differences_to_best",
    "estimate",
    "holm",
    "mcnemar_pairs",
    "not_told_apart",
    "stability",
    "t_quantile",
    "t_tail",
    "variance",
]
