"""What a run computed, in plain Python values: all that its JSON files are built from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from digit_classifier.evaluation import argmax

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digit_classifier.artifacts.dataset import PlainDataset
    from digit_classifier.artifacts.rules import Payload

Numbers = bytes | Sequence[float]  # float32: little-endian bytes, or plain numbers


@dataclass(frozen=True, kw_only=True)
class Results:
    """The boundary between computing and recording: no arrays, nothing of the training code.

    Any program that fills in these values gets the files of a run from `payloads_of`.
    """

    config: Mapping[str, Any]  # the recorded settings

    data: PlainDataset
    training_labels: Sequence[int]  # class indices of the samples trained on
    groups: Sequence[int] | None = None  # of every sample, where whole groups were held out

    # Predictions for the hold-out, and the score on the training split
    sample_ids: Sequence[int]  # ascending
    probabilities: Sequence[Sequence[float]]  # (hold-out, classes)
    train_accuracy: float
    neighbour: tuple[float | None, str | None] = (None, "it was not computed")  # accuracy of the nearest neighbour

    # One value per epoch
    training_loss: Sequence[float | None]
    holdout_loss: Sequence[float | None]
    training_accuracy: Sequence[float | None]
    holdout_accuracy: Sequence[float | None]
    learning_rates: Sequence[float]
    epoch_seconds: Sequence[float]
    training_seconds: float
    diverged: tuple[int, str] | None = None  # the epoch that failed, and why

    # Snapshots
    snapshot_epochs: Sequence[int]
    confusion_matrices: Sequence[Sequence[Sequence[int]]]  # (snapshots, classes, classes)
    snapshot_predictions: Sequence[Sequence[int]] | None = None  # (snapshots, hold-out) predicted labels
    first_layer_weights: Sequence[Numbers] | None  # (snapshots, classes × inputs); None needs a reason
    first_layer_reason: str | None = None

    # The network: input = (number − offset) / scale, then each layer as (description, activation, weights, bias)
    offset: Numbers
    scale: Numbers
    layers: Sequence[tuple[Payload, str, Numbers, Numbers]]

    def __repr__(self) -> str:
        return f"<Results: {len(self.training_loss):,} epochs on {self.data.name}, {len(self.sample_ids):,} held out>"

    @cached_property
    def true_labels(self) -> list[int]:
        """Class indices of the hold-out."""
        return [self.data.labels[sample_id] for sample_id in self.sample_ids]

    @cached_property
    def predicted_labels(self) -> list[int]:
        """The first most probable class of each hold-out sample."""
        return [argmax(row) for row in self.probabilities]
