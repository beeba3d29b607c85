"""The network against finite differences and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.metrics import log_loss as sklearn_log_loss
from sklearn.neural_network import MLPClassifier

from digit_classifier.datasets.bundled import load_digits
from digit_classifier.learning.build import build_architecture, create_network
from digit_classifier.learning.network import (
    Network,
    Workspace,
    backward,
    cool,
    count_parameters,
    forward,
    layer_views,
    score,
)
from digit_classifier.numerics.arithmetic import EXACT, ORDINARY
from digit_classifier.numerics.randomness import unit_uniform


def dense(*sizes):
    """Fully connected layers: inputs, hidden units …, classes."""
    return build_architecture((sizes[0],), (), sizes[1:-1], sizes[-1])


def random_network(architecture, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    parameters = rng.normal(scale=0.5, size=count_parameters(architecture)).astype(dtype)
    pixels = architecture[0].inputs
    return Network(architecture, parameters, np.zeros(pixels, dtype), np.ones(pixels, dtype))


def cross_entropy(network, inputs, targets):
    probabilities = np.empty(targets.shape, network.parameters.dtype)
    forward(network, inputs, Workspace.create(network, inputs.shape[1]), probabilities)
    return -(targets * np.log(probabilities)).sum() / inputs.shape[1]


@pytest.mark.parametrize(
    ("channels", "hidden"), [((), ()), ((), (7,)), ((), (8, 5, 6)), ((2,), ()), ((2, 3), (4,)), ((3, 2, 2), ())]
)
def test_gradients_equal_central_finite_differences(channels, hidden):
    rng = np.random.default_rng(1)
    network = random_network(build_architecture((1, 5, 4), channels, hidden, 4))
    inputs = network.inputs(rng.normal(size=(20, 9)))
    targets = 0.9 * np.eye(4)[:, rng.integers(0, 4, size=9)] + 0.1 / 4  # label smoothing 0.1
    work, probabilities = Workspace.create(network, 9), np.empty((4, 9))
    gradient = np.empty_like(network.parameters)
    forward(network, inputs, work, probabilities)
    backward(network, inputs, work, probabilities, targets, layer_views(gradient, network.architecture))

    step, differences = 1e-6, np.empty_like(gradient)
    for i in range(len(gradient)):
        here = network.parameters[i]
        network.parameters[i] = here + step
        above = cross_entropy(network, inputs, targets)
        network.parameters[i] = here - step
        differences[i] = (above - cross_entropy(network, inputs, targets)) / (2 * step)
        network.parameters[i] = here
    np.testing.assert_allclose(gradient, differences, rtol=1e-6, atol=1e-9)


def test_without_hidden_layers_the_probabilities_are_those_of_sklearn_logistic_regression():
    digits = load_digits()
    flat = digits.samples.reshape(-1, 64) / 16
    model = LogisticRegression(max_iter=50, tol=1e-2).fit(flat, digits.labels)
    parameters = np.hstack([model.coef_, model.intercept_[:, None]]).ravel()
    network = Network(dense(64, 10), parameters, np.zeros(64), np.full(64, 16.0))
    np.testing.assert_allclose(network.probabilities(digits.samples), model.predict_proba(flat), rtol=1e-9, atol=1e-15)
    np.testing.assert_array_equal(network.layers[0].weights, model.coef_)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_with_hidden_layers_the_probabilities_are_those_of_sklearn_mlp_classifier():
    digits = load_digits()
    flat = digits.samples[:300].reshape(-1, 64) / 16
    model = MLPClassifier((12, 7), max_iter=5, random_state=0).fit(flat, digits.labels[:300])
    layers = [np.hstack([w.T, b[:, None]]).ravel() for w, b in zip(model.coefs_, model.intercepts_, strict=True)]
    network = Network(dense(64, 12, 7, 10), np.concatenate(layers), np.zeros(64), np.full(64, 16.0))
    ours = network.probabilities(digits.samples[:300].reshape(-1, 64))
    np.testing.assert_allclose(ours, model.predict_proba(flat), rtol=1e-9, atol=1e-15)
    assert [layer.activation for layer in network.layers] == ["relu", "relu", "softmax"]
    np.testing.assert_array_equal(network.layers[1].bias, model.intercepts_[1])


@pytest.mark.parametrize("classes", [2, 5, 300])
def test_loss_and_accuracy_are_those_of_sklearn(classes):
    rng = np.random.default_rng(3)
    probabilities = rng.dirichlet(np.ones(classes), size=500)
    labels = rng.integers(0, classes, size=500)
    for equals in (0, 250):
        probabilities[:equals, :2] = probabilities[:equals].max(axis=1, keepdims=True)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        loss, accuracy = score(np.ascontiguousarray(probabilities.T), labels)
        assert loss == pytest.approx(sklearn_log_loss(labels, probabilities, labels=range(classes)), rel=1e-12)
        assert accuracy == accuracy_score(labels, probabilities.argmax(axis=1))


def test_a_probability_of_zero_gives_a_finite_loss_and_nan_a_nan():
    certain = np.array([[1.0], [0.0]], np.float32)
    assert score(certain, np.array([1])).loss == pytest.approx(126 * np.log(2))
    assert np.isnan(score(certain * np.float32(np.nan), np.array([1])).loss)


def test_huge_logits_do_not_overflow():
    network = random_network(dense(3, 4), dtype=np.float32)
    network.parameters[:] *= 1e6
    images = np.random.default_rng(0).integers(0, 256, size=(20, 3))
    probabilities = network.probabilities(images)
    assert np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


def test_a_new_network_has_he_variance_in_hidden_layers_and_predicts_uniformly():
    network = create_network(dense(400, 300, 200, 8), np.zeros(400), np.ones(400), random_state=5)
    assert network.parameters.dtype == np.float32
    for layer in network.layers[:-1]:
        inputs = layer.weights.shape[1]
        assert layer.weights.var() == pytest.approx(2 / inputs, rel=0.03)
        assert abs(layer.weights).max() <= np.sqrt(6 / inputs) * (1 + 1e-6)
        assert not layer.bias.any()
    images = np.random.default_rng(0).integers(0, 17, size=(6, 20, 20))
    np.testing.assert_allclose(network.probabilities(images), 1 / 8, rtol=1e-6)


def test_initial_weights_depend_on_the_random_state_only():
    first, again, other = (create_network(dense(9, 8, 3), np.zeros(9), np.ones(9), seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.parameters, again.parameters)
    assert (first.layers[0].weights != other.layers[0].weights).all()


def test_unit_uniform_is_the_double_conversion_of_the_generator():
    bits = np.random.PCG64(7).random_raw(1000)
    np.testing.assert_array_equal(unit_uniform(bits), np.random.Generator(np.random.PCG64(7)).random(1000))


def test_images_too_small_to_be_pooled_again_are_refused():
    assert [layer.outputs for layer in build_architecture((1, 8, 9), (4, 5, 6), (7,), 3)] == [288, 80, 24, 7, 3]
    with pytest.raises(ValueError, match="1 × 4 pixels cannot be pooled again"):
        build_architecture((1, 1, 4), (4,), (), 3)


def test_large_images_are_pooled_after_every_convolution():
    """28 × 28 → 14 × 14 → 7 × 7; at 13 pixels and below only after every second, and after the last."""
    assert [layer.outputs for layer in build_architecture((1, 28, 28), (16, 32), (64,), 10)] == [3136, 1568, 64, 10]
    assert [layer.outputs for layer in build_architecture((3, 13, 13), (4, 5), (), 2)] == [676, 180, 2]
    assert build_architecture((3, 13, 13), (4, 5), (), 2)[0].inputs == 3 * 13 * 13


def test_many_images_are_predicted_in_blocks_as_they_are_one_by_one(monkeypatch):
    network = random_network(build_architecture((1, 4, 4), (3,), (5,), 3), dtype=np.float64)
    images = np.random.default_rng(0).integers(0, 17, size=(25, 4, 4))
    whole = network.probabilities(images)
    monkeypatch.setattr("digit_classifier.learning.network.BLOCK", 10)
    np.testing.assert_allclose(network.probabilities(images), whole, rtol=1e-12)


@pytest.mark.parametrize("temperature", [0.15, 0.5, 1, 3])
@pytest.mark.parametrize("channels", [(), (2,)])
def test_a_cooled_network_predicts_from_its_logits_divided_by_the_temperature(temperature, channels):
    network = random_network(build_architecture((1, 5, 4), channels, (7,), 4))
    images = np.random.default_rng(2).normal(size=(50, 5, 4))
    logits = np.log(network.probabilities(images))  # up to a constant per image, which softmax does not see
    np.testing.assert_allclose(network.cooled(temperature).probabilities(images), softmax(logits / temperature, axis=1))


@pytest.mark.parametrize("arithmetic", [ORDINARY, EXACT])
def test_cooled_probabilities_are_those_of_the_logits_divided_by_the_temperature(arithmetic):
    logits = np.random.default_rng(3).normal(scale=6, size=(10, 200))
    probabilities = softmax(logits, axis=0).astype(np.float32)
    cool(probabilities, 0.5, arithmetic)
    np.testing.assert_allclose(probabilities, softmax(logits / 0.5, axis=0), rtol=2e-5, atol=1e-37)
    same = probabilities.copy()
    cool(same, 1, arithmetic)
    np.testing.assert_array_equal(same, probabilities)
