"""How alike a repeated run is promised to be, and what in the environment may explain a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.replay import BIT_IDENTICAL, WITHIN_NOISE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digit_classifier.artifacts import Payload

PROMISES = {  # (arithmetic, environment) → the tier that is promised
    ("exact", "the same"): BIT_IDENTICAL,
    ("exact", "another"): BIT_IDENTICAL,
    ("ordinary", "the same"): BIT_IDENTICAL,
    # float32 sums in another order, which a long training amplifies: in 10 random states the log loss of the mlp moved
    # by up to 0.003, where its deviation between random states is 0.008 (docs/reproducibility.md).
    ("ordinary", "another"): WITHIN_NOISE,
}
CAUSES = {  # the facts that make an environment another one, likeliest cause of a difference first → what they change
    "blas_kernel": "the order of the sums in matrix products",
    "numpy_simd": "the last digit of exp and log",
    "machine": "every rounding the compiler chose",
    "processor": "which of the machine's instructions are used",
    "blas": "the order of the sums in matrix products",
    "blas_version": "the order of the sums in matrix products",
    "numpy": "the last digit of exp, log and sums",
    "blas_threads": "the order of the sums in matrix products",
    "digit_classifier": "anything that its changelog names",
    "python": "how NumPy was compiled",
    "system": "the last digit of the C library's log",
}


def environment_differences(run: Mapping[str, Any], here: Mapping[str, Any]) -> list[Payload]:
    """The facts that differ between two environments and may explain a difference, the likeliest first.

    A fact that only one of them has counts as a difference: what was not recorded cannot be promised to be the same.
    """
    pairs = [(fact, run.get(fact), here.get(fact)) for fact in CAUSES if fact in run or fact in here]
    return [{"fact": fact, "run": one, "here": other} for fact, one, other in pairs if one != other]


def promise(config: Mapping[str, Any], environment: Sequence[Payload]) -> str:
    """The tier that is promised for a run with this configuration where these facts differ."""
    arithmetic = "exact" if config.get("exact", False) is True else "ordinary"
    return PROMISES[arithmetic, "another" if environment else "the same"]
