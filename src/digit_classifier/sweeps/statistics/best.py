"""What the best of many settings is worth: the winner's own accuracy is too high, because it was chosen for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.numerics.randomness import random_stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digit_classifier.sweeps.statistics.setting import Setting

ROUNDS = 300
_PURPOSE = 5  # of the random stream
_CELLS = 8_000_000  # of the largest array


@dataclass(frozen=True)
class BestOf:
    """Accuracies, 0..1: `claimed` by the winner on the samples that chose it, `expected` on samples that did not."""

    chosen_among: int
    claimed: float
    expected: float


def best_of(settings: Sequence[Setting], *, rounds: int = ROUNDS, random_state: int = 0) -> BestOf | None:
    """The bootstrap-corrected accuracy of the best setting; None unless two settings have `hits`.

    BBC-CV (Tsamardinos, Greasidou and Borboudakis, Machine Learning 107, 2018): a bootstrap of the held-out samples
    chooses a setting, the samples that are not in it score that setting; the mean of `rounds` such scores. A sample
    stays together with all that was predicted for it, in every split and from every start.
    """
    rivals = [each for each in settings if each.hits]
    if len(rivals) < 2:
        return None
    samples = sorted({sample for each in rivals for split, _ in each.hits for sample in each.held[split]})
    drawn = _bootstraps(len(samples), rounds, random_state)
    column = {sample: index for index, sample in enumerate(samples)}
    inside, outside = np.empty((len(rivals), rounds)), np.empty((len(rivals), rounds))
    claimed = np.empty(len(rivals))
    step = max(1, _CELLS // len(samples))
    for start in range(0, len(rivals), step):
        right, held = _counts(rivals[start : start + step], column)
        claimed[start : start + step] = right.sum(axis=1) / held.sum(axis=1)
        for scores, weights in ((inside, drawn), (outside, drawn == 0)):
            scores[start : start + step] = _shares(right, held, weights.astype(np.float64))
    known = ~(np.isnan(inside) | np.isnan(outside))  # a setting whose samples all fell on one side
    inside = np.where(known, inside, -1.0)
    winners = inside.argmax(axis=0)  # the first of equals
    scored = outside[winners, np.arange(rounds)][known.any(axis=0)]
    return BestOf(len(rivals), float(claimed.max()), float(scored.mean())) if scored.size else None


def _bootstraps(count: int, rounds: int, random_state: int) -> NDArray[np.float64]:
    """How often each sample is drawn, (count, rounds): as many draws with replacement as there are samples."""
    stream, drawn = random_stream(random_state, _PURPOSE), np.empty((count, rounds))
    for each in range(rounds):
        places = (stream.random_raw(count) % np.uint64(count)).astype(np.intp)
        drawn[:, each] = np.bincount(places, minlength=count)
    return drawn


def _counts(settings: Sequence[Setting], column: dict[int, int]) -> tuple[NDArray[Any], NDArray[Any]]:
    """How often each sample was right, and how often held out, (settings, samples)."""
    right, held = np.zeros((2, len(settings), len(column)))
    for row, each in enumerate(settings):
        for (split, _), hits in each.hits.items():
            columns = [column[sample] for sample in each.held[split]]  # a split holds a sample once
            right[row, columns] += np.frombuffer(bytes(hits), np.uint8)
            held[row, columns] += 1
    return right, held


def _shares(right: NDArray[Any], held: NDArray[Any], weights: NDArray[Any]) -> NDArray[Any]:
    with np.errstate(invalid="ignore"):
        return np.asarray(right @ weights / (held @ weights))
