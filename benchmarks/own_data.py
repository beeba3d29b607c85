"""What the presets make of other data than the digits: accuracy, honest probabilities, time and memory.

Fashion-MNIST: 50,000 images of its training part train and 10,000 are kept back; its test part is not opened. Patches
of scikit-learn's two photographs, and three of its tables beside its logistic regression. "At T = 1" is what the same
trainings would say without the preset's temperature. Seconds are CPU time of one core; the memory is that of a process
which holds all the data and watches the held-out part after every epoch.

    apt-get install dataset-fashion-mnist   # or --fashion FOLDER, with the two files of the training part as published
    python -m benchmarks.own_data           # the reported numbers: half an hour, splits on which nothing was chosen
    python -m benchmarks.own_data --chosen  # the splits on which the presets were chosen
    python -m benchmarks.own_data --only iris --only photographs
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import sys
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks import accuracy, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.datasets.split import Split

OURS = ("logistic", "mlp", "cnn")
PEERS = ("LogisticRegression", "LogisticRegression, standardised")
TABLES = ("iris", "wine", "breast_cancer")
ROWS = {
    **dict.fromkeys(TABLES, ("logistic", "mlp", *PEERS)),
    "photographs": OURS,
    "fashion": OURS,
}
# Seeds of the splits: on which the presets were chosen, and the reported ones. Tables are cut into five folds, and five
# seeds together hold out every row once.
CHOSEN = {**dict.fromkeys(TABLES, range(75)), "photographs": range(6), "fashion": range(1)}
REPORTED = {**dict.fromkeys(TABLES, range(75, 125)), "photographs": range(6, 11), "fashion": range(1, 3)}
FASHION = Path("/usr/share/datasets/fashion-mnist")  # where Debian's package puts it
SIDE = 16  # pixels of a patch


# The data


def fashion(folder: Path) -> Dataset:
    """The 60,000 images of Fashion-MNIST's training part."""
    images, labels = (idx(folder / f"train-{name}-ubyte.gz") for name in ("images-idx3", "labels-idx1"))
    return dataset("fashion", images[:, None], labels, "0123456789", max_value=255)


def idx(path: Path) -> Any:
    """The bytes of an IDX file as an array."""
    import numpy as np

    with gzip.open(path) as file:
        data = file.read()
    dimensions = data[3]
    shape = np.frombuffer(data, ">u4", dimensions, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def photographs() -> Dataset:
    """Patches of two photographs that do not overlap; the class says which half of which one a patch is from."""
    import numpy as np
    from sklearn.datasets import load_sample_images

    patches, labels = [], []
    for number, picture in enumerate(load_sample_images().images):
        rows, columns = (side // SIDE for side in picture.shape[:2])
        cut = picture[: rows * SIDE, : columns * SIDE].reshape(rows, SIDE, columns, SIDE, 3)
        patches.append(cut.transpose(0, 2, 4, 1, 3).reshape(-1, 3, SIDE, SIDE))
        second = np.indices((rows, columns))[number] >= (rows, columns)[number] // 2  # lower, and right half
        labels.append(2 * number + second.ravel())
    names = ("temple above", "temple below", "flower left", "flower right")
    return dataset("photographs", np.concatenate(patches), np.concatenate(labels), names, max_value=255, tone="light")


def table(name: str) -> Dataset:
    """One of scikit-learn's tables."""
    import numpy as np
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    features = tuple(map(str, bunch.feature_names))
    return dataset(name, bunch.data.astype(np.float32), bunch.target, bunch.target_names, feature_names=features)


def dataset(name: str, samples: Any, labels: Any, class_names: Any, **more: Any) -> Dataset:
    """A data set without the words that nobody reads here."""
    import numpy as np

    from digit_classifier.datasets.dataset import Dataset

    names = tuple(map(str, class_names))
    return Dataset(name, name, "", "", samples, labels.astype(np.intp), names, **more)


def splits(name: str, seeds: range, folder: Path) -> Iterator[tuple[int, Split]]:
    """Seed and split: a fifth is held out, of Fashion-MNIST a sixth."""
    from digit_classifier.datasets.split import fold_split, stratified_split

    if name in TABLES:
        data, split, share = table(name), fold_split, 0.2
    elif name == "photographs":
        data, split, share = photographs(), stratified_split, 0.2
    else:
        data, split, share = fashion(folder), stratified_split, 1 / 6
    for seed in seeds:
        yield seed, split(data, share, seed)


# The contestants


class Trained(NamedTuple):
    """What a contestant says of the samples that were held out."""

    logits: Any  # (samples, classes), up to a constant per row, at T = 1
    temperature: float
    epochs: int | None
    settings: str


def ours(model: str, split: Split, seed: int) -> Trained:
    """One of our presets."""
    import numpy as np

    from digit_classifier import configure
    from digit_classifier.learning.training import train
    from digit_classifier.settings.presets import Task
    from digit_classifier.settings.resolve import fitted

    samples = split.training.samples
    task = Task(images=not split.dataset.is_table, inputs=samples[0].size, samples=len(samples))
    config = fitted(configure(model=model, random_state=seed), task)
    network, history = train(replace(config, temperature=1.0), split)  # it changes no weight before the end
    logits = np.log(np.maximum(network.probabilities(split.holdout.samples), np.finfo(np.float32).tiny))
    settings = f"rate {config.learning_rate:g}, T = {config.temperature:g}"
    return Trained(logits.astype(float), config.temperature, len(history.epochs), settings)


def theirs(name: str, split: Split, seed: int) -> Trained:  # noqa: ARG001 - it is deterministic
    """Scikit-learn's logistic regression."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    scaling = [StandardScaler()] if name == PEERS[1] else []
    model = make_pipeline(*scaling, LogisticRegression(max_iter=5000))
    model.fit(split.training.samples, split.training.labels)
    return Trained(model.predict_log_proba(split.holdout.samples), 1.0, None, "")


def row(name: str, model: str, seeds: range, folder: Path) -> dict[str, Any]:
    """One line of the table: trained on every split, and scored on what they hold out, all together."""
    import numpy as np

    fit: Callable[[str, Split, int], Trained] = theirs if model in PEERS else ours
    found, seconds, labels = [], [], []
    for seed, split in splits(name, seeds, folder):
        start = process_time()
        found.append(fit(model, split, seed))
        seconds.append(process_time() - start)
        labels.append(split.holdout.labels)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    logits, true = np.concatenate([each.logits for each in found]), np.concatenate(labels)
    return {
        "accuracies": [
            100 * float((each.logits.argmax(axis=1) == right).mean()) for each, right in zip(found, labels, strict=True)
        ],
        "honesty": honesty(logits / found[0].temperature, true),
        "at_1": honesty(logits, true),
        "epochs": found[0].epochs,
        "settings": found[0].settings,
        "seconds": fmean(seconds),
        "memory": memory,
    }


def honesty(logits: Any, labels: Any) -> tuple[float, float]:
    """Log loss and expected calibration error over ten bins."""
    from scipy.special import softmax

    return accuracy.honesty(softmax(logits, axis=1), labels)


def line(name: str, model: str, found: dict[str, Any]) -> str:
    """As it is printed."""
    accuracies, epochs = found["accuracies"], found["epochs"]
    honest, at_1 = (f"{loss:.3f} / {error:.3f}" for loss, error in (found["honesty"], found["at_1"]))
    each = f"{found['seconds'] / epochs:.2f}" if epochs else ""
    return (
        f"{name:14}{model:33}{fmean(accuracies):8.2f}{len(accuracies):4}{honest:>16}{at_1:>16}"
        f"{epochs or '':>8}{found['seconds']:9.2f}{each:>7}{found['memory']:6.0f}  {found['settings']}"
    )


def main() -> None:
    """Print the table, each line from a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chosen", action="store_true", help="the splits on which the presets were chosen")
    parser.add_argument("--only", action="append", choices=ROWS, help="only these data; may be repeated")
    parser.add_argument("--fashion", type=Path, default=FASHION, metavar="FOLDER", help=f"default {FASHION}")
    parser.add_argument("--row", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    seeds = CHOSEN if options.chosen else REPORTED
    if options.row:
        name, model = options.row
        print(json.dumps(row(name, model, seeds[name], options.fashion)))
        return
    shown = ", ".join(f"{name} {accuracy.shown(each)}" for name, each in seeds.items())
    print(f"Seeds of the splits: {shown}.")
    print(
        f"{'':47}{'accuracy':>8}{'n':>4}{'log loss / ECE':>16}{'at T = 1':>16}"
        f"{'epochs':>8}{'seconds':>9}{'each':>7}{'MiB':>6}"
    )
    for name in options.only or ROWS:
        if name == "fashion" and not options.fashion.exists():
            print(f"{name:14}left out: no {options.fashion}; try apt-get install dataset-fashion-mnist, or --fashion")
            continue
        for model in ROWS[name]:
            flags = ["--fashion", options.fashion, *(["--chosen"] if options.chosen else [])]
            found = measure.worker("benchmarks.own_data", "--row", name, model, *flags, OPENBLAS_NUM_THREADS="1")
            print(line(name, model, found), flush=True)


if __name__ == "__main__":
    main()
