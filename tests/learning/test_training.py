"""The training loop against a plain loop, NumPy's statistics, scikit-learn's scores and the written contract."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import confusion_matrix, log_loss

from digit_classifier.datasets.bundled import load_digits
from digit_classifier.datasets.dataset import Examples
from digit_classifier.datasets.split import Split, stratified_split
from digit_classifier.learning.augmentation import WORDS, jittered
from digit_classifier.learning.batches import passes, smoothed_targets
from digit_classifier.learning.build import build_architecture, create_network, new_network
from digit_classifier.learning.network import as_columns, score
from digit_classifier.learning.training import Training, is_weight, learning_rate, snapshot_epochs, train
from digit_classifier.numerics.randomness import random_order, random_stream
from digit_classifier.settings.resolve import configure

DIGITS = load_digits()
SPLIT = stratified_split(DIGITS, 0.2, 0)
MLP = configure(hidden_sizes="16,8", epochs=3)
LOGISTIC = configure(model="logistic", epochs=4)
EXPLODING = {"learning_rate": 1000, "optimizer": "sgd", "momentum": 0.9, "weight_decay": 10}


def with_holdout(split: Split, *, images=None, labels=None) -> Split:
    """The same split with other pixels or labels in its hold-out rows."""
    dataset = replace(split.dataset, samples=split.dataset.samples.copy(), labels=split.dataset.labels.copy())
    if images is not None:
        dataset.samples[split.holdout_ids] = images
    if labels is not None:
        dataset.labels[split.holdout_ids] = labels
    return Split(dataset, split.training_ids, split.holdout_ids)


def test_one_run_of_each_preset_is_as_accurate_as_its_kind():
    assert train(configure(model="logistic"), SPLIT)[1].epochs[-1].holdout_accuracy > 0.94
    assert train(configure(epochs=15), SPLIT)[1].epochs[-1].holdout_accuracy > 0.96


@pytest.mark.parametrize("config", [MLP, LOGISTIC])
def test_training_twice_gives_the_same_bits(config):
    (first, one), (second, two) = train(config, SPLIT), train(config, SPLIT)
    assert first.parameters.tobytes() == second.parameters.tobytes()
    assert [e.training_loss for e in one.epochs] == [e.training_loss for e in two.epochs]


@pytest.mark.parametrize("config", [MLP, LOGISTIC])
def test_holdout_pixels_and_labels_never_reach_the_network(config):
    network, history = train(config, SPLIT)
    rng = np.random.default_rng(0)
    others = with_holdout(
        SPLIT,
        images=rng.integers(0, 17, size=SPLIT.holdout.samples.shape),
        labels=rng.permutation(SPLIT.holdout.labels),
    )
    blind, watched = train(config, others)
    assert blind.parameters.tobytes() == network.parameters.tobytes()
    assert blind.offset.tobytes() == network.offset.tobytes()
    assert blind.scale.tobytes() == network.scale.tobytes()
    assert watched.epochs[-1].holdout_loss != history.epochs[-1].holdout_loss


def test_standard_scaling_is_the_mean_and_deviation_of_the_training_rows():
    network = new_network(replace(MLP, scaling="standard"), SPLIT.training)
    pixels = SPLIT.training.samples.reshape(-1, 64).astype(np.float64)
    scaled = network.inputs(pixels.T)
    constant = pixels.std(axis=0) == 0
    assert constant.any()
    np.testing.assert_allclose(scaled[:-1].mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(scaled[:-1][~constant].std(axis=1), 1, rtol=1e-5)
    assert not scaled[:-1][constant].any()
    assert (scaled[-1] == 1).all()


def test_max_scaling_maps_the_pixels_to_zero_and_one():
    scaled = new_network(replace(MLP, scaling="max"), SPLIT.training).inputs(SPLIT.training.samples.reshape(-1, 64).T)
    assert (scaled.min(), scaled.max()) == (0, 1)


def test_a_full_batch_from_zero_starts_at_the_loss_of_a_uniform_guess():
    first = train(LOGISTIC, SPLIT)[1].epochs[0]
    assert first.training_loss == pytest.approx(log(10), rel=1e-6)
    assert first.training_accuracy == np.mean(SPLIT.training.labels == 0)  # every class ties: the first one is taken


def test_training_scores_are_those_before_each_update():
    config = replace(LOGISTIC, epochs=3)
    one_less, _ = train(replace(config, epochs=2), SPLIT)
    seen = train(config, SPLIT)[1].epochs[-1]
    probabilities = one_less.probabilities(SPLIT.training.samples)
    assert seen.training_loss == pytest.approx(score(probabilities.T, SPLIT.training.labels).loss, rel=1e-5)
    assert seen.training_accuracy == np.mean(probabilities.argmax(axis=1) == SPLIT.training.labels)


def test_holdout_scores_are_those_of_the_returned_network():
    network, history = train(MLP, SPLIT)
    last, predicted = history.epochs[-1], network.probabilities(SPLIT.holdout.samples)
    assert last.holdout_loss == pytest.approx(score(predicted.T, SPLIT.holdout.labels).loss, rel=1e-5)
    expected = confusion_matrix(SPLIT.holdout.labels, predicted.argmax(axis=1))
    np.testing.assert_array_equal(last.confusion_matrix, expected)
    assert last.holdout_accuracy == expected.trace() / expected.sum()


def test_learning_rates_are_linear_and_never_negative():
    config = replace(MLP, learning_rate=0.4, lr_decay=0.3, epochs=6)
    rates = [epoch.learning_rate for epoch in train(config, SPLIT)[1].epochs]
    assert rates == pytest.approx([0.4, 0.28, 0.16, 0.04, 0, 0])
    assert learning_rate(replace(config, lr_decay=0), 1000) == 0.4


def test_a_rate_of_zero_changes_nothing():
    config = replace(MLP, lr_decay=1.0, weight_decay=0.5)
    assert (
        train(config, SPLIT)[0].parameters.tobytes() == train(replace(config, epochs=1), SPLIT)[0].parameters.tobytes()
    )


@pytest.mark.parametrize("model", ["mlp", "logistic"])
def test_divergence_stops_training_and_restores_the_epoch_before(model):
    seen = []
    config = configure(model=model, epochs=50, **EXPLODING)
    training = Training(config, SPLIT.training, SPLIT.holdout)
    seen.extend(training)
    network, history = training.network, training.history
    assert history.diverged is not None
    assert history.diverged.epoch == len(history.epochs) + 1 == len(seen) + 1 < 50
    assert "loss was nan" in history.diverged.reason
    assert np.isfinite(network.parameters).all()
    assert [s.epoch for s in history.snapshots] == [e.number for e in history.epochs]


def test_divergence_between_planned_snapshots_keeps_the_last_completed_epoch():
    config = configure(model="logistic", epochs=5000, **EXPLODING)  # the first one is planned after 50 epochs
    network, history = train(config, SPLIT)
    assert history.diverged is not None
    assert [s.epoch for s in history.snapshots] == [history.epochs[-1].number]
    assert history.epochs[-1].number < 50
    np.testing.assert_array_equal(history.snapshots[0].first_layer_weights, network.layers[0].weights)


@pytest.mark.parametrize(
    ("epochs", "numbers", "count"),
    [(1, 4, 1), (7, 740, 7), (100, 740, 100), (101, 740, 100), (1234, 740, 100), (1234, 10**6, 2), (9, 10**7, 1)],
)
def test_snapshots_are_evenly_spread_and_end_with_the_last_epoch(epochs, numbers, count):
    chosen = sorted(snapshot_epochs(epochs, numbers))
    gaps = np.diff([0, *chosen])
    assert len(chosen) == count
    assert chosen[-1] == epochs
    assert gaps.max() - gaps.min() <= 1


def test_snapshots_picture_the_weights_only_without_hidden_layers():
    network, history = train(LOGISTIC, SPLIT)
    assert [s.epoch for s in history.snapshots] == [1, 2, 3, 4]
    pictures = [s.first_layer_weights for s in history.snapshots]
    np.testing.assert_array_equal(pictures[-1], network.layers[0].weights)
    assert (pictures[0] != pictures[1]).any()
    assert all(s.first_layer_weights is None for s in train(MLP, SPLIT)[1].snapshots)


def test_each_step_is_an_epoch_and_the_caller_may_stop_after_any():
    training = Training(MLP, SPLIT.training, SPLIT.holdout)
    first, second = next(training), next(training)
    assert training.history.epochs == (first, second)
    shorter, _ = train(replace(MLP, epochs=2), SPLIT)
    assert shorter.parameters.tobytes() == training.network.parameters.tobytes()
    assert [epoch.number for epoch in training] == [3]
    assert train(MLP, SPLIT)[0].parameters.tobytes() == training.network.parameters.tobytes()


def test_the_seconds_of_an_epoch_leave_out_what_the_caller_does_between(monkeypatch):
    now = iter([1.0, 1.5, 10.0, 10.25, 100.0, 100.75])
    monkeypatch.setattr("digit_classifier.learning.training.perf_counter", lambda: next(now))
    assert [epoch.seconds for epoch in Training(MLP, SPLIT.training, SPLIT.holdout)] == [0.5, 0.25, 0.75]


@pytest.mark.parametrize("config", [MLP, LOGISTIC])
def test_without_a_watch_set_the_same_network_is_trained_and_nothing_is_watched(config):
    training = Training(config, SPLIT.training)
    epochs = list(training)
    watched, history = train(config, SPLIT)
    assert training.network.parameters.tobytes() == watched.parameters.tobytes()
    assert [e.training_loss for e in epochs] == [e.training_loss for e in history.epochs]
    assert all((e.holdout_loss, e.holdout_accuracy, e.confusion_matrix) == (None, None, None) for e in epochs)


@pytest.mark.parametrize("exact", [False, True])
def test_pixels_as_floats_train_the_same_network(exact):
    config = replace(MLP, exact=exact)
    floats = replace(SPLIT.training, samples=SPLIT.training.samples.astype(np.float32))
    training = Training(config, floats)
    assert len(list(training)) == 3
    assert training.network.parameters.tobytes() == train(config, SPLIT)[0].parameters.tobytes()


def test_a_table_of_floats_is_scaled_by_its_own_mean_and_deviation_and_learned():
    iris = load_iris()
    table = Examples(iris.data, iris.target, classes=3)
    config = configure(model="logistic", epochs=60)
    training = Training(config, table, watch=table)
    np.testing.assert_allclose(training.network.offset, iris.data.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(training.network.scale, iris.data.std(axis=0), rtol=1e-6)
    assert list(training)[-1].holdout_accuracy > 0.94


@pytest.mark.parametrize("batch_size", [1, 64, 1436, 1437, 5000])
def test_any_batch_size_trains_on_every_row(batch_size):
    config = replace(MLP, batch_size=batch_size, epochs=1, learning_rate=1e-12, shift_pixels=0.0)
    epoch = train(config, SPLIT)[1].epochs[0]
    assert epoch.training_loss == pytest.approx(log(10), rel=1e-5)
    assert epoch.training_accuracy == pytest.approx(np.mean(SPLIT.training.labels == 0), abs=0.15)


def test_preparing_inputs_in_small_blocks_changes_no_bit(monkeypatch):
    config = replace(MLP, batch_size=50, shift_pixels=0.7)
    whole = train(config, SPLIT)[0].parameters
    monkeypatch.setattr("digit_classifier.learning.batches.MOVED", 120 * 64)
    np.testing.assert_array_equal(train(config, SPLIT)[0].parameters, whole)


def test_smoothed_targets_are_distributions_around_the_true_class():
    targets = smoothed_targets(4, 0.1)
    np.testing.assert_allclose(targets.sum(axis=0), 1)
    np.testing.assert_allclose(np.diag(targets), 0.925)
    np.testing.assert_array_equal(smoothed_targets(4, 0.0), np.eye(4))


def test_weight_decay_shrinks_every_weight_and_no_bias():
    decayed, plain = (train(replace(LOGISTIC, momentum=0.0, epochs=1, weight_decay=w), SPLIT)[0] for w in (0.5, 0.0))
    assert np.array_equal(decayed.parameters, plain.parameters)  # from zero there is nothing to shrink
    mask = create_network(build_architecture((5,), (), (4,), 3), np.zeros(5), np.ones(5), random_state=0)
    mask.parameters[:] = is_weight(mask)
    assert all(layer.weights.all() and not layer.bias.any() for layer in mask.layers)


def test_a_plain_loop_in_float64_takes_the_same_steps_and_decays_no_bias():
    """Softmax regression by the textbook, one sample per row: gradient descent on weights and bias apart."""
    config = replace(LOGISTIC, epochs=3, momentum=0.0, learning_rate=0.5, weight_decay=0.2, label_smoothing=0.1)
    network = train(config, SPLIT)[0]
    images = SPLIT.training.samples.reshape(len(SPLIT.training_ids), -1).astype(float)
    deviation = images.std(axis=0)
    inputs = (images - images.mean(axis=0)) / np.where(deviation == 0, 1, deviation)
    targets = np.eye(10)[SPLIT.training.labels] * 0.9 + 0.01
    weights, bias = np.zeros((10, 64)), np.zeros(10)
    for _ in range(3):
        powers = np.exp(inputs @ weights.T + bias)
        error = (powers / powers.sum(axis=1, keepdims=True) - targets) / len(inputs)
        weights = weights * (1 - 0.5 * 0.2) - 0.5 * error.T @ inputs
        bias = bias - 0.5 * error.sum(axis=0)
    np.testing.assert_allclose(network.layers[0].weights, weights, atol=2e-6)
    np.testing.assert_allclose(network.layers[0].bias, bias, atol=2e-6)


def test_every_epoch_sees_every_row_once_and_in_a_new_order():
    config = replace(MLP, batch_size=100, shift_pixels=0.0)
    feed = passes(config, new_network(config, SPLIT.training), SPLIT.training, 100)
    seen = [np.concatenate(list(next(feed).blocks), axis=1) for _ in range(3)]
    rows = [{column.tobytes() for column in epoch.T} for epoch in seen]
    assert rows[0] == rows[1] == rows[2]
    assert all(epoch.shape[1] == len(SPLIT.training_ids) for epoch in seen)
    assert not np.array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[1], seen[2])


def test_few_images_and_many_are_fed_alike_in_ordinary_arithmetic(monkeypatch):
    config = replace(MLP, batch_size=100, shift_pixels=0.0)

    def fed():
        return next(passes(config, new_network(config, SPLIT.training), SPLIT.training, 100))

    few = np.concatenate(list(fed().blocks), axis=1)
    monkeypatch.setattr("digit_classifier.learning.batches.SCALED", 0)
    np.testing.assert_array_equal(few, np.concatenate(list(fed().blocks), axis=1))


@pytest.mark.parametrize("at_once", [1, 2**20])
@pytest.mark.parametrize(("batch", "maps"), [(100, 100), (64, 64), (30, 90), (1, 64)])
def test_the_maps_of_an_epoch_are_used_over_and_over_however_many_images_at_once(monkeypatch, at_once, batch, maps):
    monkeypatch.setattr("digit_classifier.learning.batches.MOVED", at_once)
    config = replace(MLP, batch_size=batch, shift_pixels=0.7, random_state=3)
    network, rows = new_network(config, SPLIT.training), random_order(random_stream(3, 2), len(SPLIT.training_ids))
    bits = random_stream(3, 3).random_raw(WORDS * maps)
    fed = np.concatenate(list(next(passes(config, network, SPLIT.training, batch)).blocks), axis=1)
    for first in range(0, len(rows), maps):
        pixels = as_columns(SPLIT.training.samples[rows[first : first + maps]])
        images = pixels.reshape(1, 8, 8, 1, -1)
        moved = jittered(images, bits[: WORDS * images.shape[4]], 0.7).reshape(pixels.shape)
        np.testing.assert_array_equal(fed[:, first : first + maps], network.inputs(moved))


@pytest.mark.parametrize("exact", [False, True])
def test_a_temperature_changes_the_probabilities_and_nothing_else(exact):
    """Every recorded loss is that of the logits divided by it; each prediction stays the same."""
    config = replace(MLP, exact=exact)
    (network, history), (plain, before) = train(config, SPLIT), train(replace(config, temperature=1.0), SPLIT)
    assert config.temperature == 0.5
    for cooled, trained in zip(network.matrices, plain.matrices, strict=True):
        np.testing.assert_array_equal(cooled, trained / (0.5 if cooled is network.matrices[-1] else 1))
    probabilities = network.probabilities(SPLIT.holdout.samples)
    assert history.epochs[-1].holdout_loss == pytest.approx(log_loss(SPLIT.holdout.labels, probabilities), rel=1e-5)
    for one, other in zip(history.epochs, before.epochs, strict=True):
        assert (one.holdout_accuracy, one.training_accuracy) == (other.holdout_accuracy, other.training_accuracy)
        np.testing.assert_array_equal(one.confusion_matrix, other.confusion_matrix)


def test_the_training_loss_with_a_temperature_is_that_of_a_plain_loop():
    """In a full batch the loss of an epoch is that of the network before it."""
    config = replace(LOGISTIC, temperature=0.7, epochs=2)
    _, history = train(config, SPLIT)
    before, _ = train(replace(config, epochs=1), SPLIT)
    loss = log_loss(SPLIT.training.labels, before.probabilities(SPLIT.training.samples))
    assert history.epochs[1].training_loss == pytest.approx(loss, rel=1e-5)
    weights = [snapshot.first_layer_weights for snapshot in history.snapshots]
    np.testing.assert_array_equal(weights[0], before.layers[0].weights)


@pytest.mark.parametrize("config", [MLP, replace(LOGISTIC, temperature=0.7)])
def test_snapshots_hold_the_label_that_each_sample_was_given_then(config):
    """Training that ends at an earlier epoch, with the same schedule, predicts what the snapshot of that epoch says."""
    network, history = train(config, SPLIT)
    labels = SPLIT.holdout.labels
    for snapshot in history.snapshots:
        expected = confusion_matrix(labels, snapshot.predicted_labels, labels=range(10))
        np.testing.assert_array_equal(snapshot.confusion_matrix, expected)
    last = network.probabilities(SPLIT.holdout.samples).argmax(axis=1)
    np.testing.assert_array_equal(history.snapshots[-1].predicted_labels, last)
    training = Training(config, SPLIT.training, SPLIT.holdout)
    for epoch, snapshot in zip(training, history.snapshots, strict=False):
        now = training.network.probabilities(SPLIT.holdout.samples).argmax(axis=1)
        assert epoch.number == snapshot.epoch
        np.testing.assert_array_equal(snapshot.predicted_labels, now)
