"""Accuracy of the presets and of scikit-learn's models: the same splits, the same core, one table.

    python benchmarks/accuracy.py                      # the reported numbers: split seeds 100..119
    python benchmarks/accuracy.py --splits 0:20        # the seeds the presets were chosen on
    python benchmarks/accuracy.py --no-peers

Random splits test on writers the model has seen. The rows come writer after writer, so five contiguous folds test
mostly on new ones: the harder question, which no preset was tuned on.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from statistics import fmean, stdev
from time import process_time
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from digit_classifier.config import PRESETS, configure
from digit_classifier.data import Dataset, Split, load_digits, stratified_split
from digit_classifier.training import train

CHOSEN, CONFIRMED, REPORTED = range(20), range(20, 40), range(100, 120)


class Score(NamedTuple):
    """One model on one split."""

    accuracy: float  # of the hold-out, in percent
    seconds: float  # CPU time of training
    parameters: int | None


Contestant = Callable[[Split, int], Score]  # (split, random state)


def preset(model: str) -> Contestant:
    """One of our presets as shipped."""

    def fit(split: Split, random_state: int) -> Score:
        start = process_time()
        network, history = train(configure(model=model, random_state=random_state), split)
        return Score(100 * history.epochs[-1].holdout_accuracy, process_time() - start, network.parameters.size)

    return fit


def peer(build: Callable[[int], Any]) -> Contestant:
    """A scikit-learn model built for a random state."""

    def fit(split: Split, random_state: int) -> Score:
        model = build(random_state)
        start = process_time()
        model.fit(flat(split.training_images), split.training_labels)
        seconds = process_time() - start
        accuracy = 100 * model.score(flat(split.holdout_images), split.holdout_labels)
        return Score(accuracy, seconds, parameter_count(model))

    return fit


def flat(images: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Images (samples, height, width) as rows (samples, pixels)."""
    return images.reshape(len(images), -1).astype(np.float64)


def sixteenths(pixels: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Pixels from 0 to 1."""
    return pixels / 16


def parameter_count(model: Any) -> int | None:
    """Weights and biases of a linear model or a network; None for models that keep their samples."""
    last = model[-1] if hasattr(model, "steps") else model
    if hasattr(last, "coefs_"):
        return int(sum(array.size for array in (*last.coefs_, *last.intercepts_)))
    return int(last.coef_.size + last.intercept_.size) if isinstance(last, LogisticRegression) else None


OURS: dict[str, Contestant] = {model: preset(model) for model in PRESETS}
PEERS: dict[str, Contestant] = {
    "LogisticRegression": peer(lambda _: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))),
    "MLPClassifier (128,64)": peer(
        lambda seed: make_pipeline(FunctionTransformer(sixteenths), MLPClassifier((128, 64), random_state=seed))
    ),
    "SVC RBF": peer(lambda _: SVC(gamma=0.001)),  # of scikit-learn's own digits example; better here than its default
    "KNN 3": peer(lambda _: KNeighborsClassifier(3)),
}


def contiguous_folds(dataset: Dataset, count: int = 5) -> Iterator[Split]:
    """Each fifth of the rows, in order, held out in turn."""
    rows = np.arange(len(dataset.labels))
    for holdout in np.array_split(rows, count):
        yield Split(dataset, np.setdiff1d(rows, holdout), holdout)


def table(dataset: Dataset, contestants: dict[str, Contestant], seeds: range) -> Iterator[str]:
    """One line per contestant, as soon as it is known."""
    yield f"{'':24}{'accuracy %':>14}{'worst':>8}{'new writers %':>15}{'seconds':>9}{'parameters':>12}"
    for name, fit in contestants.items():
        random = [fit(stratified_split(dataset, 0.2, seed), seed) for seed in seeds]
        folds = [fit(split, 0) for split in contiguous_folds(dataset)]
        accuracies = [score.accuracy for score in random]
        spread = stdev(accuracies) if len(accuracies) > 1 else 0.0
        yield (
            f"{name:24}{f'{fmean(accuracies):.2f} ± {spread:.2f}':>14}{min(accuracies):8.2f}"
            f"{fmean(score.accuracy for score in folds):15.2f}{fmean(score.seconds for score in random):9.3f}"
            f"{random[0].parameters or '–':>12}"
        )


def seed_range(text: str) -> range:
    """START:STOP as a range of split seeds."""
    start, stop = (int(part) for part in text.split(":"))
    if not 0 <= start < stop:
        raise ValueError(text)
    return range(start, stop)


def shown(seeds: range) -> str:
    """First and last seed."""
    return f"{seeds.start}..{seeds.stop - 1}"


def main(arguments: Iterable[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--splits", type=seed_range, default=REPORTED, metavar="START:STOP", help="seeds of the stratified 80/20 splits"
    )
    parser.add_argument("--no-peers", action="store_true", help="only our own presets")
    options = parser.parse_args(None if arguments is None else list(arguments))
    print(
        f"Presets chosen on split seeds {shown(CHOSEN)}, confirmed on {shown(CONFIRMED)}; reported: {shown(REPORTED)}."
    )
    print(f"Here: seeds {shown(options.splits)}, mean ± standard deviation; CPU seconds of training, one thread.\n")
    with threadpool_limits(limits=1):
        for line in table(load_digits(), OURS if options.no_peers else OURS | PEERS, options.splits):
            print(line, flush=True)


if __name__ == "__main__":
    main()
