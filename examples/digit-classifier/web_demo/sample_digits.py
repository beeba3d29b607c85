"""Synthetic digits and softmax regression on them, in plain Python: what the sample runs are made of."""

from __future__ import annotations

import struct
from math import exp, fsum, log
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

from digit_classifier.evaluation import argmax

if TYPE_CHECKING:
    import random

SIDE, INKED, PER_CLASS, HELD_OUT = 8, 16, 60, 12
CLASSES = range(10)

Image = list[int]
Rows = list[list[float]]

# Drawn for this file, 6 wide and 8 high, one hexadecimal digit pair per row from the top; bit 5 is the left edge.
GLYPHS = (
    "1e 33 21 21 21 21 33 1e",
    "0c 1c 2c 0c 0c 0c 0c 1e",
    "1e 33 01 03 0e 18 30 3f",
    "1e 33 01 0e 03 01 33 1e",
    "06 0e 1a 12 32 3f 02 02",
    "3f 20 20 3e 03 01 33 1e",
    "0e 18 30 3e 33 21 33 1e",
    "3f 01 03 06 0c 0c 18 18",
    "1e 33 21 1e 33 21 33 1e",
    "1e 33 21 33 1f 01 03 1c",
)


def draw_digits(generator: random.Random) -> tuple[list[int], list[Image]]:
    """Labels and 8 × 8 images (flat, 0..16) of synthetic digits, in a shuffled order."""
    labels = [digit for digit in CLASSES for _ in range(PER_CLASS)]
    generator.shuffle(labels)
    return labels, [draw_digit(label, generator) for label in labels]


def draw_digit(digit: int, generator: random.Random) -> Image:
    """A glyph moved by parts of a pixel, slanted, written with more or less pressure, with some dirt."""
    glyph = [[(int(row, 16) >> (5 - x)) & 1 for x in range(6)] for row in GLYPHS[digit].split()]
    right, down = generator.uniform(-0.2, 2.2), generator.uniform(-1.1, 1.1)
    slant, pressure, dirt = generator.uniform(-0.26, 0.26), generator.uniform(10, 19), generator.uniform(0.5, 6.0)

    def ink(y: int, x: int) -> int:
        return glyph[y][x] if 0 <= y < SIDE and 0 <= x < 6 else 0

    image = []
    for y in range(SIDE):
        for x in range(SIDE):
            from_y, from_x = y - down, x - right + slant * (y - 3.5)
            top, left = int(from_y // 1), int(from_x // 1)
            low, far = from_y - top, from_x - left
            upper = (1 - far) * ink(top, left) + far * ink(top, left + 1)
            lower = (1 - far) * ink(top + 1, left) + far * ink(top + 1, left + 1)
            value = pressure * ((1 - low) * upper + low * lower) + generator.uniform(-dirt, dirt)
            image.append(min(INKED, max(0, round(value))))
    return image


def hold_out(labels: list[int], generator: random.Random) -> list[int]:
    """Ascending sample ids: the same number of every class."""
    chosen: list[int] = []
    for digit in CLASSES:
        chosen += generator.sample([row for row, label in enumerate(labels) if label == digit], HELD_OUT)
    return sorted(chosen)


# --- network ----------------------------------------------------------------------------------------------------------


class Network(NamedTuple):
    """Softmax regression: one row of 64 weights and one bias per class; inputs are pixels / 16."""

    weights: Rows
    bias: list[float]

    def probabilities(self, pixels: list[float]) -> list[float]:
        """Probability of each class."""
        logits = [fsum(map(mul, row, pixels)) + bias for row, bias in zip(self.weights, self.bias, strict=True)]
        highest = max(logits)
        powers = [exp(logit - highest) for logit in logits]
        total = fsum(powers)
        return [power / total for power in powers]

    def rounded(self) -> Network:
        """As model.json keeps it: every number a float32."""
        return Network([float32(row) for row in self.weights], float32(self.bias))


def float32(values: list[float]) -> list[float]:
    """The nearest float32 of each; no −0.0."""
    return [value + 0.0 for value in struct.unpack(f"<{len(values)}f", struct.pack(f"<{len(values)}f", *values))]


def shortest(values: list[float]) -> list[float]:
    """Rounded to float32, in the fewest digits that read back to the same float32."""
    return [
        next(s for s in (float(f"{v:.{d}g}") for d in range(1, 10)) if float32([s]) == [v]) for v in float32(values)
    ]


class Epoch(NamedTuple):
    """The network after one epoch, and its scores."""

    network: Network  # rounded
    training_loss: float
    training_accuracy: float
    holdout: Rows  # probabilities


def train(
    inputs: Rows, labels: list[int], held: list[int], rates: list[float], generator: random.Random
) -> list[Epoch]:
    """Stochastic gradient descent, one sample at a time, in a new order and at its own rate each epoch."""
    held_out = set(held)
    order = [row for row in range(len(labels)) if row not in held_out]
    network = Network([[0.0] * len(inputs[0]) for _ in CLASSES], [0.0] * len(CLASSES))
    epochs = []
    for rate in rates:
        generator.shuffle(order)
        seen = [step(network, inputs[row], labels[row], rate) for row in order]
        loss = fsum(-log(max(row[label], 1e-12)) for row, label in seen) / len(seen)
        right = sum(argmax(row) == label for row, label in seen)
        rounded = network.rounded()
        outputs = [shortest(rounded.probabilities(inputs[row])) for row in held]
        epochs.append(Epoch(rounded, loss, right / len(seen), outputs))
    return epochs


def step(network: Network, pixels: list[float], label: int, rate: float) -> tuple[list[float], int]:
    """Learn from one sample; returns the probabilities before the step."""
    said = network.probabilities(pixels)
    for index, probability in enumerate(said):
        push = rate * (probability - (index == label))
        network.weights[index][:] = [weight - push * pixel for weight, pixel in zip(network.weights[index], pixels)]  # noqa: B905
        network.bias[index] -= push
    return said, label
