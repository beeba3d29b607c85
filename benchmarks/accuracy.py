"""Accuracy and seconds of one core: our presets, every classifier of scikit-learn, two PyTorch networks, same splits.

Random splits test on writers the model has seen. The rows come writer after writer, so five contiguous folds test
mostly on new ones: the harder question, asked of our presets with five random states. The accuracies of the presets are
those of two sweeps: `digit-classifier sweep --model NAME --seeds 100:120`, and `--folds 5 --split contiguous --seeds
0:5`. Iterative methods run at several
numbers of epochs, each with a schedule of that length, so that "seconds to 98.5 %" is the fastest training that gets
there.

    python -m benchmarks.accuracy                      # the reported numbers: split seeds 100..119
    python -m benchmarks.accuracy --splits 0:20        # the seeds the presets were chosen on
    python -m benchmarks.accuracy --only mlp --only "SVC RBF"
    python -m benchmarks.accuracy --presets            # the presets alone: nothing needs to be installed
    python -m benchmarks.accuracy --quick
"""

from __future__ import annotations

import argparse
import signal
import warnings
from contextlib import contextmanager
from functools import partial
from statistics import fmean, stdev
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks import environment, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.datasets.split import Split

CHOSEN, CONFIRMED, REPORTED = range(20), range(20, 40), range(100, 120)
BUDGET = 60.0  # CPU seconds per contestant; a slower one is measured on fewer splits, at least five
FOLDS = 5  # `--split contiguous --seed 0` to 4: together every row is held out
STATES = range(5)  # random states of our presets on the folds, of which one state says little; others have the first
TIMED = 5  # trainings of a preset whose seconds are averaged
LONGEST = 60  # seconds; a model whose one fit takes longer is left out, by name
LENGTHS = {"mlp": (0.05, 0.1, 0.2, 0.4, 2.0, 4.0)}  # times a preset's epochs
OTHER_LENGTHS = (0.25, 0.5, 2.0)


class Score(NamedTuple):
    """One model on one split."""

    accuracy: float  # of the hold-out, in percent
    seconds: float  # CPU time of training, and of predicting the hold-out once
    parameters: int | None = None
    averaged: float | None = None  # accuracy when the predictions for five shifts of an image are averaged
    loss: float | None = None  # mean log loss of the hold-out; None for what gives no probabilities
    calibration: float | None = None  # expected calibration error of the hold-out, 0..1


class Contestant(NamedTuple):
    """Something to train."""

    group: str
    fit: Callable[[Split, int], Score]  # (split, random state)


class TooSlowError(Exception):
    """A fit took too long."""


FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, TooSlowError)


def swept(model: str, seeds: range, *, quick: bool) -> Any:
    """Random splits and folds of a preset, by `sweep`; the seconds are those of trainings of their own.

    A sweep notes the time of a whole point. What a training takes is measured as for the other rows, in CPU time, on
    the first splits; each must be as accurate as the same point of the sweep.
    """
    import tempfile
    from pathlib import Path

    from digit_classifier import sweep
    from digit_classifier.datasets.bundled import load_digits
    from digit_classifier.datasets.split import stratified_split

    seeds, states = (seeds[:2], STATES[:1]) if quick else (seeds, STATES)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        random = sweep(model=model, seeds=seeds, keep="all", jobs=1, artifacts_root=root)
        folds = sweep(
            model=model, folds=FOLDS, split="contiguous", seeds=states, keep="all", jobs=1, artifacts_root=root
        )
        found = {
            kind: [_of_point(each, row) for row in range(len(each.table))]
            for kind, each in {"random": random, "folds": folds}.items()
        }
    timed = [preset(model, 1.0, stratified_split(load_digits(), 0.2, seed), seed) for seed in seeds[:TIMED]]
    if any(abs(own.accuracy - point.accuracy) > 1e-4 for own, point in zip(timed, found["random"], strict=False)):
        raise SystemExit(f"{model}: expected the accuracies of the sweep, got others")
    seconds = fmean(each.seconds for each in timed)
    return {kind: [each._replace(seconds=seconds) for each in scores] for kind, scores in found.items()}


def _of_point(done: Any, row: int) -> Score:
    """One point of a sweep, with what its run tells."""
    import numpy as np

    from digit_classifier.datasets.bundled import load_digits

    point, run = done.table[row], done.run(row)
    holdout, data = run.payloads["holdout.json"], load_digits()
    samples = data.samples[holdout["sample_ids"]]
    labels = np.array(holdout["true_labels"])
    rows = [run.network.probabilities(images) for images in shifted(samples)]
    averaged = float((sum(rows[1:], rows[0]).argmax(axis=1) == labels).mean())
    known = honesty(rows[0], labels)
    return Score(100 * point["accuracy"], 0.0, run.summary["model"]["parameters"], 100 * averaged, *known)


def preset(model: str, factor: float, split: Split, random_state: int) -> Score:
    """One of our presets, with its epochs times a factor."""
    from digit_classifier import configure
    from digit_classifier.learning.training import train

    epochs = max(1, round(configure(model=model).epochs * factor))
    start = process_time()
    network, _ = train(configure(model=model, random_state=random_state, epochs=epochs), split)
    seconds = process_time() - start
    rows = [network.probabilities(images) for images in shifted(split.holdout.samples)]
    correct, averaged = (
        (each.argmax(axis=1) == split.holdout.labels).mean() for each in (rows[0], sum(rows[1:], rows[0]))
    )
    parameters = network.parameters.size
    return Score(
        100 * float(correct), seconds, parameters, 100 * float(averaged), *honesty(rows[0], split.holdout.labels)
    )


def honesty(probabilities: Any, labels: Any) -> tuple[float, float]:
    """Log loss and expected calibration error of predictions (samples, classes).

    The calibration error compares, in ten equal bins of the confidence, its mean with the share that is right, weighted
    by the samples of the bin (Guo and others, 2017, arXiv:1706.04599).
    """
    import numpy as np
    from sklearn.metrics import log_loss

    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((10 * confidence).astype(int), 9)
    gaps = np.bincount(bins, confidence - right, minlength=10)  # per bin: samples × (mean confidence − share right)
    loss = log_loss(labels, probabilities.astype(float), labels=range(probabilities.shape[1]))
    return float(loss), float(np.abs(gaps).sum() / len(labels))


def shifted(images: Any) -> Iterator[Any]:
    """The images as they are, and moved by half a pixel up, down, left and right (bilinear)."""
    import numpy as np

    padded = np.pad(images.astype(np.float32), ((0, 0), (0, 0), (1, 1), (1, 1)))  # samples, channels, rows, columns
    middle = padded[..., 1:-1, 1:-1]
    yield middle
    for other in (padded[..., :-2, 1:-1], padded[..., 2:, 1:-1], padded[..., 1:-1, :-2], padded[..., 1:-1, 2:]):
        yield (middle + other) / 2


def scikit_learn(build: Callable[[int], Any], split: Split, random_state: int) -> Score:
    """A scikit-learn model built for a random state."""
    model = build(random_state)
    start = process_time()
    model.fit(flat(split.training.samples), split.training.labels)
    accuracy = 100 * model.score(flat(split.holdout.samples), split.holdout.labels)
    seconds = process_time() - start
    known: tuple[float, ...] = ()
    if hasattr(model, "predict_proba"):
        known = honesty(model.predict_proba(flat(split.holdout.samples)), split.holdout.labels)
    return Score(accuracy, seconds, parameter_count(model), None, *known)


def flat(images: Any) -> Any:
    """Images (samples, height, width) of 0..16 as rows (samples, pixels) from 0 to 1."""
    return images.reshape(len(images), -1) / 16


def parameter_count(model: Any) -> int | None:
    """Weights and biases of a linear model or a network; None for models that keep samples or trees."""
    last = model[-1] if hasattr(model, "steps") else model
    if hasattr(last, "coefs_"):
        return int(sum(array.size for array in (*last.coefs_, *last.intercepts_)))
    return int(last.coef_.size + last.intercept_.size) if type(last).__name__ == "LogisticRegression" else None


def pytorch(build: str, epochs: int, peak: float, split: Split, random_state: int) -> Score:
    """One of the two PyTorch networks."""
    import torch

    from benchmarks import torch_networks

    torch.set_num_threads(1)
    torch.manual_seed(random_state)
    model = getattr(torch_networks, build)()
    start = process_time()
    torch_networks.fit(model, split.training.samples, split.training.labels, epochs, peak)
    accuracy = 100 * torch_networks.accuracy(model, split.holdout.samples, split.holdout.labels)
    return Score(accuracy, process_time() - start, torch_networks.parameters(model))


def presets() -> dict[str, Contestant]:
    """Name → our presets at their full length."""
    from digit_classifier.settings.presets import PRESETS

    return {model: Contestant("digit-classifier", partial(preset, model, 1.0)) for model in PRESETS}


def contestants() -> dict[str, Contestant]:
    """Name → everything that is measured."""
    import torch  # noqa: F401 - here, so that no contestant pays for the import

    from digit_classifier import configure
    from digit_classifier.settings.presets import PRESETS

    found = presets()
    for model in PRESETS:
        config = configure(model=model)
        for factor in LENGTHS.get(model, OTHER_LENGTHS) if config.hidden_sizes else ():
            epochs = max(1, round(config.epochs * factor))
            found[f"{model}, {epochs} epochs"] = Contestant("digit-classifier", partial(preset, model, factor))
    for name, build in scikit_models().items():
        found[name] = Contestant("scikit-learn", partial(scikit_learn, build))
    for epochs in (5, 20, 80):
        found[f"PyTorch MLP, {epochs} epochs"] = Contestant("PyTorch", partial(pytorch, "mlp", epochs, 0.01))
    for epochs in (3, 10, 30):
        found[f"PyTorch CNN, {epochs} epochs"] = Contestant("PyTorch", partial(pytorch, "cnn", epochs, 0.01))
    return found


def scikit_models() -> dict[str, Callable[[int], Any]]:
    """Every classifier that can be made without arguments, and four with better ones."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC
    from sklearn.utils import all_estimators

    models: dict[str, Callable[[int], Any]] = {
        "SVC RBF": lambda _: SVC(gamma=0.256),  # 0.001 on raw pixels, as in scikit-learn's own digits example
        "KNN 3": lambda _: KNeighborsClassifier(3),
        "MLPClassifier (128,64)": lambda seed: MLPClassifier((128, 64), random_state=seed),
        "LogisticRegression, standardised": lambda _: make_pipeline(
            StandardScaler(), LogisticRegression(max_iter=1000)
        ),
    }
    for name, build in all_estimators("classifier"):
        models[f"{name}()"] = partial(by_default, build)
    return models


def by_default(build: Callable[..., Any], random_state: int) -> Any:
    """The classifier with scikit-learn's defaults, and a random state where it takes one."""
    model = build()
    return model.set_params(random_state=random_state) if "random_state" in model.get_params() else model


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Give up with TooSlowError after this much CPU time."""

    def stop(*_: object) -> None:
        raise TooSlowError(f"one fit takes more than {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def scores(dataset: Dataset, fit: Callable[[Split, int], Score], seeds: range, *, quick: bool) -> Any:
    """Random splits and folds of one contestant: as many of the splits as the budget allows."""
    from digit_classifier.datasets.split import contiguous_split, stratified_split

    folds = [contiguous_split(dataset, 0.2, number) for number in range(1 if quick else FOLDS)]
    seeds = seeds[:2] if quick else seeds
    with at_most(2 if quick else LONGEST):
        random = [fit(stratified_split(dataset, 0.2, seeds[0]), seeds[0])]
    affordable = int(BUDGET / max(random[0].seconds, 1e-6)) - len(folds)
    for seed in seeds[1 : max(5, affordable)]:
        random.append(fit(stratified_split(dataset, 0.2, seed), seed))
    return {"random": random, "folds": [fit(split, STATES[0]) for split in folds]}


def line(name: str, found: Any) -> str:
    """One row of the table."""
    accuracies = [score.accuracy for score in found["random"]]
    spread = stdev(accuracies) if len(accuracies) > 1 else 0.0
    return (
        f"{name:34}{f'{fmean(accuracies):.2f} ± {spread:.2f}':>14}{len(accuracies):4}{min(accuracies):8.2f}"
        f"{fmean(score.accuracy for score in found['folds']):15.2f}"
        f"{honest(found['random']):>17}{honest(found['folds']):>17}"
        f"{fmean(score.seconds for score in found['random']):9.3f}{found['random'][0].parameters or '–':>12}"
    )


def honest(scores: list[Score]) -> str:
    """Mean log loss and calibration error."""
    known = [(score.loss, score.calibration) for score in scores if score.loss is not None]
    return " / ".join(f"{fmean(each):.4f}" for each in zip(*known, strict=True)) if known else "–"


def seed_range(text: str) -> range:
    """START:STOP as a range of split seeds."""
    start, stop = (int(part) for part in text.split(":"))
    if not 0 <= start < stop:
        raise ValueError(text)
    return range(start, stop)


def shown(seeds: range) -> str:
    """First and last seed."""
    return f"{seeds.start}..{seeds.stop - 1}"


def main() -> None:
    """Print the table and keep the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--splits", type=seed_range, default=REPORTED, metavar="START:STOP", help="seeds of the stratified 80/20 splits"
    )
    parser.add_argument("--only", action="append", help="measure this row of the table again; may be repeated")
    parser.add_argument("--presets", action="store_true", help="measure the presets again, and nothing else")
    parser.add_argument(
        "--quick", action="store_true", help="two splits and one fold, nothing that takes longer than two seconds"
    )
    options = parser.parse_args()
    if not options.presets:
        environment.enter("benchmarks.accuracy")
    from threadpoolctl import threadpool_limits

    from digit_classifier.datasets.bundled import load_digits
    from digit_classifier.settings.presets import PRESETS

    warnings.filterwarnings("ignore")
    print(
        f"Presets chosen on split seeds {shown(CHOSEN)}, confirmed on {shown(CONFIRMED)}; "
        f"here: {shown(options.splits)}."
    )
    print(
        f"{'':34}{'accuracy %':>14}{'n':>4}{'worst':>8}{'new writers %':>15}"
        f"{'log loss / ECE':>17}{'of new writers':>17}{'seconds':>9}{'parameters':>12}"
    )
    rows, skipped = {}, {}
    with threadpool_limits(limits=1):
        for name, contestant in (presets() if options.presets else contestants()).items():
            if options.only and name not in options.only:
                continue
            try:
                if name in PRESETS:
                    found = swept(name, options.splits, quick=options.quick)
                else:
                    found = scores(load_digits(), contestant.fit, options.splits, quick=options.quick)
            except FAILURES as error:
                if contestant.group != "scikit-learn" and not options.quick:
                    raise  # of its classifiers some cannot be used so; our presets and PyTorch's networks can
                skipped[name] = str(error).strip().splitlines()[0][:120]
                continue
            rows[name] = {"group": contestant.group, **found}
            print(line(name, found), flush=True)
    for name, reason in skipped.items():
        print(f"left out: {name}: {reason}")
    if options.quick or options.splits == REPORTED:
        if (options.only or options.presets) and (before := measure.load("accuracy", quick=options.quick)):
            rows, skipped = before["rows"] | rows, before["skipped"] | skipped
            skipped = {name: reason for name, reason in skipped.items() if name not in rows}
        measure.save(
            "accuracy", {"seeds": shown(options.splits), "rows": rows, "skipped": skipped}, quick=options.quick
        )


if __name__ == "__main__":
    main()
