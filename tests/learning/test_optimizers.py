"""Optimisers against those of scikit-learn and against their papers, written out in plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from digit_classifier.learning.optimizers import adamw, sgd


def test_sgd_and_adam_follow_those_of_sklearn():
    rng = np.random.default_rng(5)
    start = rng.normal(size=50)
    ours, theirs = [start.copy(), start.copy()], [start.copy(), start.copy()]
    updates = [sgd(ours[0], 0.9), adamw(ours[1], 0.9, beta2=0.999, epsilon=0)]
    references = [
        SGDOptimizer([theirs[0]], 0.05, momentum=0.9, nesterov=False),
        AdamOptimizer([theirs[1]], 0.05, beta_1=0.9, beta_2=0.999, epsilon=0),
    ]
    for _ in range(20):
        gradient = rng.normal(size=50)
        for i in range(2):
            updates[i](gradient, 0.05)
            references[i].update_params([theirs[i]], [gradient])
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_adamw_is_algorithm_2_of_its_paper():
    rng = np.random.default_rng(6)
    parameters = np.array([0.5, -0.3])  # one weight, one bias that is not decayed
    update, rate, decay, beta1, beta2, epsilon = adamw(parameters, 0.9, 0.99, 0.01), 0.1, 0.2, 0.9, 0.99, 0.01
    values, m, v = [0.5, -0.3], [0.0, 0.0], [0.0, 0.0]
    for t in range(1, 30):
        gradient = rng.normal(size=2)
        parameters *= [1 - rate * decay, 1]
        update(gradient, rate)
        for i, (g, lam) in enumerate(zip(gradient, [decay, 0.0], strict=True)):
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g * g
            m_hat, v_hat = m[i] / (1 - beta1**t), v[i] / (1 - beta2**t)
            values[i] -= rate * (m_hat / (v_hat**0.5 + epsilon) + lam * values[i])
    np.testing.assert_allclose(parameters, values, rtol=1e-12)


@pytest.mark.parametrize("momentum", [0.8, 0.9])
@pytest.mark.parametrize(("optimizer", "beta2"), [(sgd, []), (adamw, [0.9])])
def test_what_is_remembered_of_a_dead_weight_ends_at_zero_and_is_never_subnormal(optimizer, beta2, momentum):
    """Float32 holds 0.9ⁿ as a subnormal number from n = 829 on, and then for ever: the last bit times 0.9 is itself."""
    update = optimizer(np.ones(3, np.float32), momentum, *beta2)
    names = zip(update.__code__.co_freevars, update.__closure__ or (), strict=True)
    memories = [cell.cell_contents for name, cell in names if name in {"first", "second", "velocity"}]
    assert len(memories) == 1 + len(beta2)
    update(np.array([1, 0, 1], np.float32), 0.1)
    for _ in range(1000):
        update(np.array([0, 0, 1e-3], np.float32), 0.1)
        sizes = np.abs(memories)
        assert np.all((sizes == 0) | (sizes >= np.finfo(np.float32).tiny))
    assert np.array_equal(sizes == 0, [[True, True, False]] * len(memories))
