"""Optimisers: functions that build the update of a flat vector of parameters, with its memory of past gradients."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from math import sqrt

import numpy as np

from digit_classifier.numerics.arithmetic import Floats

FORGET = 1e-30  # a remembered value below this no longer changes a parameter
OFTEN = 50  # updates between two checks: 0.8 to this power is 1e-5, so that float32 stays normal (> 1e-38)

Update = Callable[[Floats, float], None]  # (gradient, rate): changes the parameters in place


def sgd(parameters: Floats, momentum: float) -> Update:
    """Gradient descent with heavy-ball momentum (Polyak, 1964)."""
    velocity, step = np.zeros_like(parameters), np.empty_like(parameters)
    forget = forgetting(velocity)

    def update(gradient: Floats, rate: float) -> None:
        forget()
        np.multiply(velocity, momentum, out=velocity)
        np.add(velocity, gradient, out=velocity)
        np.subtract(parameters, np.multiply(velocity, rate, out=step), out=parameters)

    return update


def adamw(parameters: Floats, momentum: float, beta2: float = 0.999, epsilon: float = 1e-8) -> Update:
    """Adam (arXiv:1412.6980), with decoupled weight decay AdamW; `momentum` is its beta1.

    Keeps sums where the paper keeps averages, `first` = m / (1 − beta1) and `second` = v / (1 − beta2): the factors
    move into two scalars and save two passes over the parameters.
    """
    first, second, step = np.zeros_like(parameters), np.zeros_like(parameters), np.empty_like(parameters)
    power1 = power2 = 1.0  # momentum and beta2 to the number of updates
    forget = forgetting(first, second)

    def update(gradient: Floats, rate: float) -> None:
        nonlocal power1, power2
        forget()
        power1, power2 = power1 * momentum, power2 * beta2
        np.multiply(first, momentum, out=first)
        np.add(first, gradient, out=first)
        np.multiply(second, beta2, out=second)
        np.add(second, np.multiply(gradient, gradient, out=step), out=second)
        unbias1 = (1 - momentum) / (1 - power1)
        unbias2 = sqrt((1 - beta2) / (1 - power2))
        np.add(np.sqrt(second, out=step), epsilon / unbias2, out=step)
        np.divide(first, step, out=step)
        np.subtract(parameters, np.multiply(step, rate * unbias1 / unbias2, out=step), out=parameters)

    return update


def forgetting(*memories: Floats) -> Callable[[], None]:
    """Function to call before every update; in every 50th call it sets tiny remembered values to zero.

    The gradients of a dead weight are zero, its remembered ones decay to subnormal numbers, and processors are many
    times slower with those.
    """
    updates = count(1)

    def forget() -> None:
        if next(updates) % OFTEN == 0:
            for memory in memories:
                memory[np.abs(memory) < FORGET] = 0

    return forget


# By name: function of (parameters, momentum) that returns their update.
OPTIMIZERS: dict[str, Callable[[Floats, float], Update]] = {"sgd": sgd, "adamw": adamw}
