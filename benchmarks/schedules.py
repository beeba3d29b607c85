"""Which schedule of the learning rate, and which temperature: the study that the presets follow.

Every schedule is trained to the end at several lengths, on the random splits that the presets were chosen on and on
seven contiguous folds (new writers). The temperature changes no weight before the end, so one training answers for all.

    python -m benchmarks.schedules                # mlp: some minutes of one core
    python -m benchmarks.schedules --model cnn    # twenty minutes
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from math import cos, pi
from statistics import fmean
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from benchmarks import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digit_classifier.datasets.split import Split
    from digit_classifier.settings.run_config import RunConfig

LENGTHS = {"mlp": (5, 10, 20, 40, 100, 200), "cnn": (20, 40, 60)}
RATES = {"mlp": (0.01, 0.02), "cnn": (0.005, 0.01)}
SPLITS, FOLDS, STATES = {"mlp": 20, "cnn": 8}, 7, {"mlp": 3, "cnn": 2}
TEMPERATURES = (1.0, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)
WARM = 0.3  # share of one cycle in which its rate rises, from a tenth


def linear(done: float) -> float:
    """A line from 1 to 0; `done` is the share of the training that is over."""
    return 1 - done


def cosine(done: float) -> float:
    """Half a cosine (arXiv:1608.03983)."""
    return (1 + cos(pi * done)) / 2


def one_cycle(done: float) -> float:
    """Up a line and down a cosine (arXiv:1708.07120)."""
    return 0.1 + 0.9 * done / WARM if done < WARM else cosine((done - WARM) / (1 - WARM))


SCHEDULES: dict[str, Callable[[float], float]] = {"linear": linear, "cosine": cosine, "one cycle": one_cycle}


def train_with(schedule: Callable[[float], float], config: RunConfig, split: Split) -> Any:
    """Hold-out logits (samples, classes), up to a constant per row, of a training with this schedule."""
    import numpy as np

    from digit_classifier.learning import training

    def rate(config: RunConfig, number: int) -> float:
        return config.learning_rate * schedule((number - 1) / config.epochs)

    with patch.object(training, "learning_rate", rate):
        network, _ = training.train(replace(config, temperature=1.0), split)
    return np.log(np.maximum(network.probabilities(split.holdout.samples), np.finfo(np.float32).tiny))


def splits(model: str) -> Iterator[tuple[str, int, Split]]:
    """Kind, random state, split."""
    import numpy as np

    from digit_classifier.datasets.bundled import load_digits
    from digit_classifier.datasets.split import Split, stratified_split

    data = load_digits()
    for seed in range(SPLITS[model]):
        yield "random splits", seed, stratified_split(data, 0.2, seed)
    rows = np.arange(len(data.labels))
    for state in range(STATES[model]):
        for fold in np.array_split(rows, FOLDS):
            yield "new writers", state, Split(data, np.setdiff1d(rows, fold), fold)


def row(model: str, epochs: int, name: str, rate: float) -> Iterator[str]:
    """Two lines of the table: one per kind of split."""
    from scipy.special import softmax

    from benchmarks.accuracy import honesty
    from digit_classifier import configure

    found: dict[str, list[tuple[float, list[tuple[float, float]]]]] = {}
    for kind, seed, split in splits(model):
        config = configure(model=model, epochs=epochs, learning_rate=rate, random_state=seed)
        logits = train_with(SCHEDULES[name], config, split)
        right = 100 * float((logits.argmax(axis=1) == split.holdout.labels).mean())
        scores = [honesty(softmax(logits / temperature, axis=1), split.holdout.labels) for temperature in TEMPERATURES]
        found.setdefault(kind, []).append((right, scores))
    for kind, trainings in found.items():
        by_temperature = zip(*(scores for _, scores in trainings), strict=True)
        means = [[fmean(each) for each in zip(*scores, strict=True)] for scores in by_temperature]
        cells = [f"{loss:.3f}/{error:.3f}" for loss, error in means]
        head = f"{epochs:>4} epochs, {name} from {rate:g}"
        yield f"{head:34}{kind:16}{fmean(right for right, _ in trainings):7.2f}  {'  '.join(cells)}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=list(LENGTHS), default="mlp")
    options = parser.parse_args()
    environment.enter("benchmarks.schedules")
    from threadpoolctl import threadpool_limits

    print(f"{'accuracy in %, then log loss / calibration error at':59}{'  '.join(f'T = {t:<7}' for t in TEMPERATURES)}")
    with threadpool_limits(limits=1):
        for epochs in LENGTHS[options.model]:
            for name in SCHEDULES:
                for rate in RATES[options.model]:
                    for line in row(options.model, epochs, name, rate):
                        print(line, flush=True)


if __name__ == "__main__":
    main()
