"""Data that are larger than the digits: in pieces, within bounded memory, with the same results."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from digit_classifier.datasets.dataset import Examples
from digit_classifier.learning import batches, network
from digit_classifier.learning.build import new_network
from digit_classifier.learning.training import Training
from digit_classifier.settings.presets import PRESETS, Task
from digit_classifier.settings.resolve import configure, fitted


def images(samples: int, side: int = 8, channels: int = 1) -> Examples:
    """Noise on one of three patterns."""
    random = np.random.default_rng(samples)
    labels = random.integers(0, 3, samples)
    patterns = random.integers(0, 200, (3, channels, side, side))
    noise = random.integers(0, 56, (samples, channels, side, side))
    return Examples((patterns[labels] + noise).astype(np.uint8), labels, 3, 255)


def config_for(model: str, examples: Examples, **settings: Any) -> Any:
    task = Task(images=True, inputs=examples.samples[0].size, samples=len(examples))
    return fitted(configure(model=model, **settings), task)


@pytest.mark.parametrize(("samples", "most"), [(0, 7), (1, 7), (6, 7), (7, 7), (8, 7), (22, 7), (70, 7), (71, 1)])
def test_pieces_have_one_size_and_leave_nothing_out(samples: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "BLOCK", most)
    examples = images(5)
    pieces = network.blocks_of(new_network(config_for("mlp", examples), examples), samples)
    sizes = {piece.stop - piece.start for piece in pieces}
    assert len(sizes) <= 1
    assert max(sizes, default=1) <= most
    assert {row for piece in pieces for row in range(samples)[piece]} == set(range(samples))


@pytest.mark.parametrize("model", PRESETS)
def test_what_is_watched_in_pieces_is_what_is_predicted_in_one(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    examples, watch = images(300), images(101)
    config = config_for(model, examples, epochs=2)
    whole, pieces = Training(config, examples, watch), Training(config, examples, watch)
    known = list(whole)
    monkeypatch.setattr(network, "BLOCK", 40)
    assert [epoch.holdout_accuracy for epoch in pieces] == [epoch.holdout_accuracy for epoch in known]
    assert [epoch.holdout_loss for epoch in pieces.history.epochs] == pytest.approx(
        [epoch.holdout_loss for epoch in known], rel=1e-5
    )
    probabilities = pieces.network.probabilities(watch.samples)
    monkeypatch.undo()
    assert np.allclose(probabilities, whole.network.probabilities(watch.samples), rtol=1e-4, atol=1e-6)


def test_a_large_full_batch_learns_what_a_small_one_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = images(500)
    config = config_for("logistic", examples, epochs=20)
    small, large = Training(config, examples), Training(config, examples)
    losses = [epoch.training_loss for epoch in small]
    monkeypatch.setattr(batches, "SCALED", 0)
    assert [epoch.training_loss for epoch in large] == pytest.approx(losses, rel=1e-5)


def test_a_large_full_batch_is_held_once() -> None:
    examples = images(20_000)
    config = config_for("logistic", examples)
    fresh = new_network(config, examples)
    tracemalloc.start()
    feed = batches.passes(config, fresh, examples, len(examples))
    (held,) = next(feed).blocks
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held.shape == (65, 20_000)
    assert most < 1.3 * held.nbytes


@pytest.mark.parametrize("model", PRESETS)
def test_presets_learn_large_colour_images(model: str) -> None:
    examples, watch = images(200, side=32, channels=3), images(60, side=32, channels=3)
    examples = replace(examples, samples=np.concatenate([examples.samples, watch.samples]))
    examples = replace(examples, labels=np.concatenate([examples.labels, watch.labels]))
    config = config_for(model, examples, epochs=10)
    *_, last = Training(config, examples, watch)
    assert last.holdout_accuracy is not None
    assert last.holdout_accuracy > 0.9
