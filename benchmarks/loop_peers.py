"""The same training as ours, written for NumPy, scikit-learn, PyTorch and JAX; and its matrix products alone.

Every function prepares its data and returns a function that trains once from the start and returns the loss of each
epoch. Softmax regression is full-batch gradient descent, the others use Adam and mini-batches in a new order per epoch.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
Trainer = Callable[[], list[float]]

RATE, MOMENTUM = 0.5, 0.9  # of gradient descent
ADAM, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8


class Task(NamedTuple):
    """What to train, and on what."""

    hidden: tuple[int, ...]
    epochs: int
    batch: int  # 0: all samples
    pixels: NDArray[np.uint8]  # (samples, inputs); making floats of them is part of the work
    labels: NDArray[np.intp]  # (samples,)
    classes: int = 10
    channels: tuple[int, ...] = ()  # of 3 × 3 convolutions before the hidden layers, the last one pooled

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of every layer, inputs first."""
        return (self.pixels.shape[1], *self.hidden, self.classes)

    def features(self) -> Floats:
        """Float32 from 0 to 1."""
        return np.divide(self.pixels, np.float32(self.pixels.max()), dtype=np.float32)

    def starts(self) -> list[tuple[Floats, Floats]]:
        """Weights (inputs, units) and bias (units,) per layer, by He's rule."""
        random = np.random.default_rng(0)
        return [
            (random.standard_normal((a, b)).astype(np.float32) * np.float32((2 / a) ** 0.5), np.zeros(b, np.float32))
            for a, b in pairwise(self.sizes)
        ]


def products(task: Task) -> Trainer:
    """Only the matrix products of forward and backward pass, in place, without a single other operation."""
    samples, sizes = len(task.labels), task.sizes
    batch = task.batch or samples
    random = np.random.default_rng(0)
    weights = [random.standard_normal((b, a + 1)).astype(np.float32) for a, b in pairwise(sizes)]
    gradients = [np.empty_like(matrix) for matrix in weights]
    widths = [size for size in (batch, samples % batch) if size]
    values = {size: [np.ones((a + 1, size), np.float32) for a in sizes[:-1]] for size in widths}
    errors = {size: [np.ones((b, size), np.float32) for b in sizes[1:]] for size in widths}

    def train() -> list[float]:
        for _ in range(task.epochs):
            for first in range(0, samples, batch):
                size = min(batch, samples - first)
                below, above = values[size], errors[size]
                for layer, matrix in enumerate(weights):
                    out = below[layer + 1][:-1] if layer + 1 < len(weights) else above[layer]
                    np.matmul(matrix, below[layer], out=out)
                for layer in reversed(range(len(weights))):
                    np.matmul(above[layer], below[layer].T, out=gradients[layer])
                    if layer:
                        np.matmul(weights[layer][:, :-1].T, above[layer], out=above[layer - 1])
        return []

    return train


def numpy_softmax(task: Task) -> Trainer:
    """Softmax regression as a textbook writes it: samples as rows, NumPy's default float64, new arrays."""
    count = len(task.labels)
    targets = np.eye(task.classes)[task.labels]

    def train() -> list[float]:
        features = task.pixels / task.pixels.max()
        weights, bias = np.zeros((features.shape[1], task.classes)), np.zeros(task.classes)
        speed_w, speed_b = np.zeros_like(weights), np.zeros_like(bias)
        losses = []
        for _ in range(task.epochs):
            logits = features @ weights + bias
            exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
            probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
            losses.append(float(-(targets * np.log(probabilities + 1e-12)).sum() / count))
            error = (probabilities - targets) / count
            speed_w = MOMENTUM * speed_w - RATE * (features.T @ error)
            speed_b = MOMENTUM * speed_b - RATE * error.sum(axis=0)
            weights, bias = weights + speed_w, bias + speed_b
        return losses

    return train


def numpy_network(task: Task) -> Trainer:
    """Back-propagation and Adam as a textbook writes them, in float32."""

    def train() -> list[float]:
        random, features = np.random.default_rng(0), task.features()
        layers = [part for layer in task.starts() for part in layer]
        means = [np.zeros_like(part) for part in layers]
        squares = [np.zeros_like(part) for part in layers]
        losses, step = [], 0
        for _ in range(task.epochs):
            total = 0.0
            for rows in batches(task, random):
                step += 1
                loss, gradients = numpy_gradients(layers, features[rows], task.labels[rows])
                total += loss * len(rows)
                for i, gradient in enumerate(gradients):
                    means[i] = BETA1 * means[i] + (1 - BETA1) * gradient
                    squares[i] = BETA2 * squares[i] + (1 - BETA2) * gradient**2
                    mean, square = means[i] / (1 - BETA1**step), squares[i] / (1 - BETA2**step)
                    layers[i] = layers[i] - ADAM * mean / (np.sqrt(square) + EPSILON)
            losses.append(total / len(task.labels))
        return losses

    return train


def numpy_gradients(layers: list[Floats], inputs: Floats, labels: NDArray[np.intp]) -> tuple[float, list[Floats]]:
    """Loss and gradients of a network with ReLU; layers and gradients are weights and bias in turn."""
    values = [inputs]
    for i in range(0, len(layers) - 2, 2):
        values.append(np.maximum(values[-1] @ layers[i] + layers[i + 1], 0))
    logits = values[-1] @ layers[-2] + layers[-1]
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    loss = float(-np.log(probabilities[rows, labels] + 1e-12).mean())
    error = probabilities
    error[rows, labels] -= 1
    error = error / len(labels)
    gradients: list[Floats] = []
    for i in reversed(range(0, len(layers), 2)):
        gradients[:0] = [values[i // 2].T @ error, error.sum(axis=0)]
        if i:
            error = (error @ layers[i].T) * (values[i // 2] > 0)
    return loss, gradients


def batches(task: Task, random: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """The rows of every mini-batch of one epoch."""
    order = random.permutation(len(task.labels))
    for first in range(0, len(order), task.batch):
        yield order[first : first + task.batch]


def scikit_learn(task: Task) -> Trainer:
    """MLPClassifier, on float32 as the others."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    def train() -> list[float]:
        model = MLPClassifier(
            task.hidden, batch_size=task.batch, max_iter=task.epochs, n_iter_no_change=task.epochs, tol=0, alpha=0
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(task.features(), task.labels)
        return list(model.loss_curve_)

    return train


def pytorch(task: Task) -> Trainer:
    """PyTorch eager; the data is in memory as tensors, so no DataLoader is in the way."""
    import torch
    from torch import nn

    labels = torch.from_numpy(task.labels)
    batch = task.batch or len(labels)

    def train() -> list[float]:
        torch.manual_seed(0)
        features = torch.from_numpy(task.features())
        steps: list[Any] = []
        below, height = 1, int(task.pixels.shape[1] ** 0.5)
        for channels in task.channels:
            steps += [nn.Conv2d(below, channels, 3, padding=1), nn.ReLU()]
            below = channels
        if steps:
            steps = [nn.Unflatten(1, (1, height, height)), *steps, nn.MaxPool2d(2), nn.Flatten()]
        inputs = below * (height // 2) ** 2 if steps else task.pixels.shape[1]
        for a, b in pairwise((inputs, *task.hidden, task.classes)):
            steps += [nn.Linear(a, b), nn.ReLU()]
        model, measure = nn.Sequential(*steps[:-1]), nn.CrossEntropyLoss()
        optimizer: Any = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
        if task.batch:
            optimizer = torch.optim.Adam(model.parameters(), lr=ADAM)
        losses = []
        for _ in range(task.epochs):
            order = torch.randperm(len(labels)) if task.batch else None
            total = torch.zeros(())
            for first in range(0, len(labels), batch):
                rows = slice(None) if order is None else order[first : first + batch]
                inputs, targets = features[rows], labels[rows]
                optimizer.zero_grad()
                loss = measure(model(inputs), targets)
                loss.backward()
                optimizer.step()
                total += loss.detach() * len(targets)
            losses.append(float(total) / len(labels))
        return losses

    return train


def jax(task: Task) -> Trainer:
    """JAX: one compiled function per epoch, a scan over its mini-batches; compiled before anything is timed."""
    import jax as jx
    import jax.numpy as jnp

    labels = jnp.asarray(task.labels)
    batch, whole = task.batch or len(task.labels), len(task.labels) // (task.batch or len(task.labels))

    def loss_of(layers: Any, inputs: Any, targets: Any) -> Any:
        for weights, bias in layers[:-1]:
            inputs = jnp.maximum(inputs @ weights + bias, 0)
        logits = inputs @ layers[-1][0] + layers[-1][1]
        return -jnp.take_along_axis(jx.nn.log_softmax(logits), targets[:, None], axis=1).mean()

    def learn(features: Any, state: Any, rows: Any) -> Any:
        layers, first, second, step = state
        inputs, targets = (features, labels) if rows is None else (features[rows], labels[rows])
        loss, gradients = jx.value_and_grad(loss_of)(layers, inputs, targets)
        step = step + 1
        if task.batch:
            first = jx.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradients)
            second = jx.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradients)
            rate = ADAM * jnp.sqrt(1 - BETA2**step) / (1 - BETA1**step)
            layers = jx.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), layers, first, second)
        else:
            first = jx.tree.map(lambda m, g: MOMENTUM * m - RATE * g, first, gradients)
            layers = jx.tree.map(jnp.add, layers, first)
        return (layers, first, second, step), loss

    def epoch(features: Any, state: Any, order: Any) -> Any:
        if not task.batch:
            return learn(features, state, None)
        state, losses = jx.lax.scan(partial(learn, features), state, order[: whole * batch].reshape(whole, batch))
        total = losses.sum() * batch
        if len(order) % batch:
            state, loss = learn(features, state, order[whole * batch :])
            total = total + loss * (len(order) % batch)
        return state, total / len(order)

    compiled: Any = jx.jit(epoch)

    def train() -> list[float]:
        random, count = np.random.default_rng(0), len(task.labels)
        features = jnp.asarray(task.features())
        layers = jx.tree.map(jnp.asarray, task.starts())
        zeros = jx.tree.map(jnp.zeros_like, layers)
        state, losses = (layers, zeros, zeros, jnp.zeros(())), []
        for _ in range(task.epochs):
            state, loss = compiled(features, state, random.permutation(count) if task.batch else None)
            losses.append(loss)
        return [float(loss) for loss in losses]

    return train
