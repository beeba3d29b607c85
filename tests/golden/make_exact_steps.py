"""Writes exact_steps.json: what each room of exact training computes, so that a difference names its room.

Run by hand after a change of what exact training computes: `python tests/golden/make_exact_steps.py`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import zlib
from math import fsum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.artifacts import payloads_of
from digit_classifier.datasets.bundled import load_digits, load_iris
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.experiment import run_experiment
from digit_classifier.learning import batches
from digit_classifier.learning.augmentation import WORDS, jittered
from digit_classifier.learning.build import new_network
from digit_classifier.learning.convolution import Convolution
from digit_classifier.learning.network import Workspace, backward, forward, layer_views
from digit_classifier.learning.optimizers import OPTIMIZERS
from digit_classifier.learning.training import is_weight
from digit_classifier.numerics.arithmetic import exact_exp, exact_log
from digit_classifier.numerics.randomness import random_order, random_stream, random_words, unit_uniform
from digit_classifier.run import results_of
from digit_classifier.run.prepare import prepare, suited
from digit_classifier.run.strokes import prepared_strokes
from digit_classifier.settings.resolve import configure
from digit_classifier.settings.run_config import recorded

if TYPE_CHECKING:
    from digit_classifier.datasets.split import Split
    from digit_classifier.settings.run_config import RunConfig

HERE = Path(__file__).parent


def packed(values: Any) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(values).tobytes(), 9)).decode()


def digest(values: Any) -> str:
    """sha256 of float32 numbers in C order; −0 counts as 0."""
    return hashlib.sha256((np.ascontiguousarray(values, "<f4") + np.float32(0)).tobytes()).hexdigest()


def digest_of_ids(ids: Any) -> str:
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()


# Data


def invented(purpose: int, shape: tuple[int, ...], classes: int, **more: Any) -> Dataset:
    """Images in which each class has its own dark corner, under noise."""
    words = random_words(2026, purpose, int(np.prod(shape)))
    samples, labels = (words % np.uint64(256)).astype(np.uint8).reshape(shape), np.arange(shape[0]) % classes
    samples[..., 0, :] = samples[..., 0, :] // 8
    samples[np.arange(shape[0]), ..., labels % shape[-1]] = 255
    return Dataset.from_arrays(samples, labels, **more)


DATA = {
    "digits": load_digits(),
    "colours": invented(101, (96, 3, 9, 12), 4, name="colours"),
    "wide": invented(102, (90, 7, 15), 3, name="wide"),
    "groups": invented(103, (120, 5, 6), 3, name="groups", groups=(np.arange(120) * 7 // 50)),
    "given": invented(104, (80, 6, 5), 2, name="given", held_out=np.arange(80) >= 60),
    "iris": load_iris(),
    "rare": Dataset.from_arrays(
        np.arange(240, dtype=np.uint8).reshape(60, 2, 2), np.repeat([0, 1, 2], [50, 8, 2]), name="rare"
    ),
}


def described(name: str, data: Dataset) -> dict[str, Any]:
    shape = data.samples.shape[1:]
    groups = None if data.groups is None else data.groups.tolist()
    held_out = None if data.held_out is None else np.flatnonzero(data.held_out).tolist()
    image = None if data.is_table else dict(zip(("channels", "height", "width"), shape, strict=True))
    return {
        "values": packed(data.samples.astype("<f4") if data.is_table else data.samples),
        "labels": packed(data.labels.astype(np.uint8)),
        "classes": list(data.class_names),
        "image": image,
        "max_value": data.max_value,
        "groups": groups,
        "held_out": held_out,
    }


# Rooms


def numerics() -> dict[str, Any]:
    uniform = unit_uniform(random_words(7, 0, 4000))
    powers = np.concatenate(
        [-(100 * uniform[:1990]), [0, -1e-9, -86.5, -87.3, -87.6, -88, -89, -1e30, -0.3465, -0.3466]]
    )
    x = powers.astype(np.float32)
    exponentials = np.empty_like(x)
    exact_exp(x, exponentials)
    positive = (2.0 ** (250 * uniform[2000:3990] - 125)).astype(np.float32)
    positive = np.concatenate(
        [positive, np.float32([1, 0.5, 0.70710678, 0.7071068, 1.1754944e-38, 2, 3e38, 1e-9, 0.1, 10])]
    )
    tall = unit_uniform(random_words(7, 1, 100_000)).astype(np.float32) * np.float32(1e-3)
    hard = [
        [],
        [1e308, -1e308, 1],
        [1, 2**-53, 2**-106],
        [1, 2**-53, -(2**-106)],
        [1e16, 1, -1e16],
        [0.1] * 10,
        [2**53, 1, 2**-60],
        [2.0**-1074, 2.0**-1074, 1e-300, -1e-300],
        [(-1) ** i / (2 * i + 1) for i in range(200)],
        [float(value) * 10 ** (i % 31 - 15) for i, value in enumerate(uniform[:300])],
    ]
    return {
        "exp": [packed(x), packed(exponentials)],
        "log": [packed(positive), packed(exact_log(positive))],
        "roots": digest(np.sqrt(tall)),
        "sums": [[values, fsum(values)] for values in hard],
    }


def randomness() -> dict[str, Any]:
    seeds = [(0, 0), (42, 0), (42, 3), (1, 2), (2**32 - 1, 4)]
    return {
        "words": [[*seed, [str(word) for word in random_words(*seed, 9)]] for seed in seeds],
        "orders": [
            [count, digest_of_ids(random_order(random_stream(42, 2), count))] for count in (1, 2, 3, 64, 65, 1437)
        ],
    }


def augmentation() -> list[dict[str, Any]]:
    """Images moved, of every shape that could be mixed up."""
    found = []
    for channels, height, width, times, maps, pixels in (
        (1, 8, 8, 3, 64, 0.6),
        (3, 9, 12, 2, 64, 2.5),
        (1, 1, 7, 1, 64, 16),
    ):
        count = times * maps
        numbers = unit_uniform(random_words(5, height, channels * height * width * count)).astype(np.float32)
        images = numbers.reshape(count, channels, height, width)
        columns = images.transpose(1, 2, 3, 0).reshape(channels, height, width, times, maps)
        moved = jittered(np.ascontiguousarray(columns), random_words(5, 3, WORDS * maps), pixels)
        rows = moved.reshape(channels, height, width, count).transpose(3, 0, 1, 2)
        shape = {"channels": channels, "height": height, "width": width, "count": count, "maps": maps, "pixels": pixels}
        found.append({**shape, "digest": digest(rows)})
    return found


def optimizers() -> dict[str, Any]:
    """Parameters after each of some updates: three weights' gradients stop, and 50 updates later they are forgotten."""
    found = {}
    gradients = (unit_uniform(random_words(9, 0, 120 * 40)) - 0.5).astype(np.float32).reshape(120, 40)
    gradients[1:, :3] = 0
    for name, build in OPTIMIZERS.items():
        parameters = np.linspace(-1, 1, 40, dtype=np.float32)
        update = build(parameters, 0.3)
        states = []
        for gradient in gradients:
            update(gradient, 0.01)
            states.append(digest(parameters))
        found[name] = {str(number): states[number - 1] for number in (1, 2, 49, 50, 51, 100, 120)}
    return found


# Splits


SPLITS: dict[str, tuple[str, dict[str, Any]]] = {
    **{f"random {seed}": ("digits", {"random_state": seed}) for seed in (0, 42, 2**32 - 1)},
    "thirds": ("digits", {"test_size": 0.07, "random_state": 3}),
    "contiguous": ("digits", {"split": "contiguous", "random_state": 4}),
    "contiguous, another state": ("digits", {"split": "contiguous", "split_state": 9}),
    **{f"fold {state}": ("digits", {"split": "folds", "split_state": state}) for state in (0, 4, 7)},
    "fewer": ("digits", {"train_share": 0.31}),
    "noise": ("digits", {"label_noise": 0.4, "split_state": 8}),
    "without 8": ("digits", {"leave_out": "8", "train_share": 0.5, "label_noise": 0.1}),
    "given": ("given", {"split": "given"}),
    "grouped": ("groups", {"split": "grouped", "random_state": 1}),
    "iris": ("iris", {"random_state": 5}),
    "few held out": ("iris", {"test_size": 0.02, "random_state": 5}),
    "rare classes": ("rare", {"test_size": 0.1, "shift_pixels": 0}),
}


def splits() -> dict[str, Any]:
    found = {}
    for name, (data, settings) in SPLITS.items():
        config, split = prepared(data, {"model": "logistic", "sample_count": 1, **settings})
        found[name] = {
            "data": data,
            "config": recorded(config),
            "training": digest_of_ids(split.training_ids),
            "holdout": digest_of_ids(split.holdout_ids),
            "labels": digest_of_ids(split.training.labels),
        }
    return found


def prepared(data: str, settings: dict[str, Any]) -> tuple[RunConfig, Split]:
    config = configure(exact=True, **settings)
    split = prepare(config, DATA[data])
    return suited(config, split), split


# One step, and whole trainings

STEPS: dict[str, tuple[str, dict[str, Any]]] = {
    "logistic": ("digits", {"model": "logistic"}),
    "mlp": ("digits", {}),
    "cnn": ("digits", {"model": "cnn"}),
    "colours": ("colours", {"model": "cnn", "channels": "4,5,6", "batch_size": 19}),
}
BEFORE = (0, 3)  # batches that were done before the one that is looked at
CHOSEN = ((0, 0), (1, 7), (-1, -1), (2, -1))  # weights of each layer: unit and column, the last of which is the bias


def steps() -> list[dict[str, Any]]:
    return [one_step(name, *spec, before) for name, spec in STEPS.items() for before in BEFORE]


def one_step(name: str, data: str, settings: dict[str, Any], before: int) -> dict[str, Any]:
    config, split = prepared(data, {"sample_count": 1, **settings})
    network, count = new_network(config, split.training), len(split.training)
    start = digest(network.parameters)
    batch = min(config.batch_size, count) or count
    gradient = np.empty_like(network.parameters)
    gradients = layer_views(gradient, network.architecture)
    update = OPTIMIZERS[config.optimizer](network.parameters, config.momentum)
    kept = 1 - config.learning_rate * (config.weight_decay * is_weight(network))
    feed, work = batches.passes(config, network, split.training, batch), Workspace.create(network, batch)
    probabilities, done = np.empty((network.classes, batch), np.float32), 0
    while True:
        labels, targets, blocks = next(feed)
        for columns, inputs in batches.batches(blocks, batch):
            if inputs.shape[1] < batch:
                raise ValueError("the batch that is looked at has to come before the last of an epoch")
            old = network.parameters.copy()
            forward(network, inputs, work, probabilities)
            backward(network, inputs, work, probabilities, targets[:, columns], gradients)
            np.multiply(network.parameters, kept, out=network.parameters)
            update(gradient, config.learning_rate)
            done += 1
            if done > before:
                outputs = [*(hidden[:-1] for hidden in work.hidden), probabilities]
                shapes = network.architecture
                views = [layer_views(each, shapes) for each in (old, gradient, network.parameters)]
                return {
                    "name": name,
                    "data": data,
                    "config": recorded(config),
                    "before": before,
                    "start": start,
                    "labels": digest_of_ids(labels[columns]),
                    "inputs": digest(inputs.T),
                    "outputs": [digest(each.T) for each in outputs],
                    "deltas": [digest(each.T) for each in work.deltas],
                    "gradients": [digest(each) for each in views[1]],
                    "parameters": [digest(each) for each in views[2]],
                    "weights": [chosen(layer, *matrices) for layer, matrices in enumerate(zip(*views, strict=True))],
                    "convolutions": [isinstance(layer, Convolution) for layer in shapes],
                }


def chosen(layer: int, old: Any, gradient: Any, new: Any) -> list[dict[str, Any]]:
    """Weights as they are shown: before, their gradient, after."""
    units, columns = old.shape
    places = sorted({(unit % units, column % columns) for unit, column in CHOSEN})
    return [
        {
            "layer": layer,
            "unit": unit,
            "column": column,
            "before": float(old[unit, column]),
            "gradient": float(gradient[unit, column]),
            "after": float(new[unit, column]),
        }
        for unit, column in places
    ]


SMALL = {"epochs": 2, "hidden_sizes": "12", "sample_count": 1}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "noise": ("digits", {**SMALL, "label_noise": 0.3}),
    "share": ("digits", {**SMALL, "train_share": 0.1, "split_state": 3}),
    "without 7": ("digits", {**SMALL, "leave_out": "7"}),
    "spoilt": ("digits", {**SMALL, "leave_out": "3", "train_share": 0.6, "label_noise": 0.2, "split_state": 1}),
    "fold": ("digits", {**SMALL, "split": "folds", "random_state": 7}),
    "writers": ("digits", {"model": "logistic", "split": "contiguous", "epochs": 20}),
    "cooled": ("digits", {**SMALL, "temperature": 0.3, "optimizer": "sgd", "learning_rate": 0.1}),
    "odd batches": ("digits", {**SMALL, "batch_size": 1000, "epochs": 3}),
    "large batch": ("digits", {**SMALL, "batch_size": 5000}),
    "steep": ("digits", {"model": "logistic", "learning_rate": 500, "epochs": 30}),
    "diverging": ("digits", {"model": "logistic", "learning_rate": 900, "weight_decay": 9, "epochs": 30}),
    "diverging at once": ("digits", {**SMALL, "optimizer": "sgd", "learning_rate": 900, "weight_decay": 9}),
    "without decay": ("digits", {"model": "logistic", "weight_decay": 0, "momentum": 0, "lr_decay": 0.4, "epochs": 4}),
    "colours": ("colours", {"model": "cnn", "channels": "4,6", "hidden_sizes": "8", "epochs": 3, "batch_size": 20}),
    "colours, standard": ("colours", {"model": "mlp", "scaling": "standard", "hidden_sizes": "9", "epochs": 3}),
    "wide": ("wide", {"model": "cnn", "channels": "3,4", "hidden_sizes": "", "epochs": 3, "batch_size": 10}),
    "still and wide": (
        "wide",
        {"model": "cnn", "channels": "3", "shift_pixels": 0, "scaling": "standard", "epochs": 2},
    ),
    "grouped": ("groups", {"split": "grouped", "random_state": 1, "epochs": 4, "hidden_sizes": "7"}),
    "given": ("given", {"epochs": 4, "hidden_sizes": "7", "batch_size": 7}),
    "iris": ("iris", {"epochs": 20, "batch_size": 16}),
    "iris, logistic": ("iris", {"model": "logistic", "epochs": 30}),
}


def cases() -> dict[str, Any]:
    return {name: trained(*spec) for name, spec in CASES.items()}


def trained(data: str, settings: dict[str, Any]) -> dict[str, Any]:
    config, split = prepared(data, {"sample_count": 1, **settings})
    run = run_experiment(config, split)
    payloads = payloads_of(results_of(run))
    epochs, diverged = run.history.epochs, run.history.diverged
    curve = [[each.training_loss, each.training_accuracy, each.holdout_loss, each.holdout_accuracy] for each in epochs]
    return {
        "data": data,
        "config": recorded(config),
        "weights": payloads["model.json"]["sha256"],
        "curve": curve if len(curve) < 5 else [*curve[:2], *curve[-2:]],
        "epochs": len(curve),
        "probabilities": digest(run.holdout_probabilities),
        "train_accuracy": run.training_accuracy,
        "diverged": diverged._asdict() if diverged else None,
    }


def whole() -> dict[str, Any]:
    """Settings of the trainings in exact.json, where their digests are."""
    sys.path.insert(0, str(HERE.parent / "numerics"))
    from test_exact import SMALL as SMALL_CASES
    from test_exact import WHOLE

    found: dict[str, Any] = {}
    for part, settings in (("whole", WHOLE), ("small", SMALL_CASES)):
        for name, each in settings.items():
            given = {key: value for key, value in each.items() if key != "scaled"}
            config, _ = prepared("digits", given)
            found[f"{part} {name}"] = {"config": recorded(config), "scaled": each.get("scaled")}
    return found


# Drawings


def drawings() -> dict[str, str]:
    """200 drawings of whole coordinates (an eighth of a unit each), and what became of them."""
    points, strokes, images, fields, upright = [], [], [], [], []
    for number, lines in enumerate(drawn()):
        made = prepared_strokes([[(x / 8, y / 8) for x, y in line] for line in lines])
        strokes += [(number, len(line)) for line in lines]
        points += [point for line in lines for point in line]
        images.append(made.image)
        fields.append(np.packbits(made.field))
        upright += [point for line in made.upright for point in line]
    return {
        "points": packed(np.array(points, "<i2")),
        "strokes": packed(np.array(strokes, "<i2")),  # drawing, points
        "images": packed(np.array(images)),
        "fields": packed(np.array(fields)),
        "upright": hashlib.sha256(np.array(upright, "<f8").tobytes()).hexdigest(),
    }


def drawn() -> list[list[list[tuple[int, int]]]]:
    """Dots, straight lines, a stroke drawn twice, and walks of one to four strokes of any size."""
    up, across = [(50, 0), (50, 999)], [(-300, 7), (900, 7)]
    found = [[[(3, 4)]], [up], [across], [up, across], [[(0, 0), (800, 800)]], [[(0, 0), (800, -800)]], [up, up]]
    found += [[[(0, 0)], [(5, 0)]], [[(1, 1), (1, 1)]], [[(0, 0), (9999, 1), (0, 2)]], [[(0, 0), (1, 9999), (2, 0)]]]
    words = iter(random_words(11, 0, 40_000).tolist())
    while len(found) < 200:
        size = 1 << next(words) % 11
        lines = []
        for _ in range(1 + next(words) % 4):
            x, y = next(words) % 800, next(words) % 800
            line = [(x, y)]
            for _ in range(next(words) % 20):
                x, y = x + next(words) % (2 * size + 1) - size, y + next(words) % (2 * size + 1) - size
                line.append((x, y))
            lines.append(line)
        found.append(lines)
    return found


def payload() -> dict[str, Any]:
    return {
        "data": {name: described(name, data) for name, data in DATA.items()},
        "numerics": numerics(),
        "randomness": randomness(),
        "augmentation": augmentation(),
        "optimizers": optimizers(),
        "splits": splits(),
        "steps": steps(),
        "cases": cases(),
        "golden": whole(),
        "drawings": drawings(),
    }


if __name__ == "__main__":
    (HERE / "exact_steps.json").write_text(json.dumps(payload(), separators=(",", ":")) + "\n")
