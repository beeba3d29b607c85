"""A setting of a sweep as the statistics see it: what its points scored, and which samples they got right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Key = tuple[str, int]  # of a point: digest of its held-out samples, random state of its training
Scores = Mapping[Key, float]


@dataclass(frozen=True)
class Setting:
    """One combination of the values that a sweep varies, with the results of its points.

    `scores` are accuracies, 0..1. `hits` has, for each point, 1 or 0 for each held-out sample: right or wrong;
    `held` has the ids of these samples, per split. Both may be empty where only scores are asked about.
    `blocks`: the splits are contiguous rows, so they are no random draws of one population.
    """

    scores: Scores
    training: int  # samples of a split that train
    holdout: int  # samples of a split that are held out
    parameters: int = 0  # of the network
    blocks: bool = False
    hits: Mapping[Key, Sequence[int]] = field(default_factory=dict)
    held: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def by_split(self) -> dict[str, list[float]]:
        """The scores of each split, by start."""
        found: dict[str, list[float]] = {}
        for split, start in sorted(self.scores):
            found.setdefault(split, []).append(self.scores[split, start])
        return found
