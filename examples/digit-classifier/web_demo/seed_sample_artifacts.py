"""Write two synthetic sample runs, so that the page has something to show where nothing can be installed.

Needs Python 3.11 and this repository, no packages. It draws digits, trains softmax regression on them in plain Python
and publishes the results, so every number of a sample run follows from the others as in a real one.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this line is for those who have an older one
    sys.stderr.write("error: Python: expected 3.11 or newer, got %d.%d; try python3.11\n" % sys.version_info[:2])
    sys.exit(2)

import argparse
import io
import os
import random
from contextlib import suppress
from math import fsum, log
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "src")]

from sample_digits import HELD_OUT, INKED, PER_CLASS, SIDE, Image, Network, draw_digits, hold_out, train  # noqa: E402
from sample_pictures import gallery_picture, matrix_picture  # noqa: E402

from digit_classifier import artifacts, store  # noqa: E402
from digit_classifier.artifacts.results import Results  # noqa: E402
from digit_classifier.errors import ArtifactError, DigitClassifierError, InputError, speaking_flags  # noqa: E402
from digit_classifier.evaluation import argmax, confusion_matrix, hits  # noqa: E402
from digit_classifier.store.files import read_regular  # noqa: E402
from digit_classifier.store.index import run_directories  # noqa: E402
from digit_classifier.store.json import decode  # noqa: E402
from digit_classifier.store.layout import LITTER, MANIFEST_FILE, known_names, max_bytes  # noqa: E402
from digit_classifier.store.root import remove  # noqa: E402
from digit_classifier.text import as_path  # noqa: E402

DATASET = "synthetic-digits"
NAMES = [str(digit) for digit in range(10)]
SEED, SHOWN = 7, 16
SCRIPT = "examples/digit-classifier/web_demo/seed_sample_artifacts.py"

Payload = dict[str, Any]


class Recipe(NamedTuple):
    """One sample run. The time in its name is fixed: by it a later seeding finds its own runs."""

    created: str
    slug: str
    label: str
    epochs: int
    learning_rate: float
    lr_decay: float

    @property
    def run_id(self) -> str:
        """Name of the run directory, unless another run has it."""
        return "{}-{}-{}".format(self.created[:10].replace("-", ""), self.created[11:19].replace(":", ""), self.slug)


RECIPES = (  # the last one published is the latest
    Recipe("2024-03-05T20:58:32Z", "sample-experiment", "sample experiment", 8, 1.6, 0.0),
    Recipe("2024-03-05T21:04:55Z", "sample-baseline", "sample baseline", 16, 0.1, 0.05),
)


def main() -> int:
    """Write the sample runs and say where they are; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a path may have what the terminal's encoding lacks
    parser = Parser(description="Write two synthetic sample runs for the page.")
    parser.add_argument("--artifacts-root", default=str(HERE / "artifacts"), metavar="DIR")
    root = None
    try:
        root = as_path(parser.parse_args().artifacts_root)
        with speaking_flags():
            report = seed(root)
        if sys.stdout:  # None when it was closed before we started
            sys.stdout.write(report)
            sys.stdout.flush()
    except DigitClassifierError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2 if isinstance(error, InputError) else 1
    except OSError as error:
        sys.stderr.write(f"error: {error.filename or root}: {error.strerror or error}; try another --artifacts-root\n")
        with suppress(OSError, AttributeError):  # keep the interpreter from writing again what could not be written
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted: runs that were published stay\n")
        return 130
    return 0


class Parser(argparse.ArgumentParser):
    """Argparse that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage."""
        raise InputError(f"seed_sample_artifacts.py: {message}; try --help")


def seed(root: Path) -> str:
    """Train the sample runs, replace their earlier selves under `root`, and return a summary."""
    with store.place(RECIPES[0].created, None, root=root):
        pass  # what publishing needs is asked before the training, and before anything is removed
    labels, images = draw_digits(random.Random(SEED))  # noqa: S311
    trained, data = [payloads_of(recipe, labels, images) for recipe in RECIPES], data_of(labels, images)
    remove_own_runs(root)
    published = [store.publish(root, payloads, pictures_of(payloads), data) for payloads in trained]
    others = [entry for entry in store.read_root(root).entries if not entry["synthetic"]]
    return summary(root, published, others)


def pictures_of(payloads: dict[str, Payload]) -> dict[str, bytes]:
    """The two pictures that every run has, drawn with no library."""
    return {
        "confusion_matrix.png": matrix_picture(payloads["metrics.json"]),
        "sample_gallery.png": gallery_picture(payloads["predictions.json"]),
    }


def summary(root: Path, published: list[store.Bundle], others: list[Payload]) -> str:
    """What was written and how to look at it."""
    lines = [f"Two synthetic sample runs are in {root}", ""]
    for run in published:
        correct, total = hits(run.payloads["metrics.json"]["confusion_matrix"])
        name = run.directory.name
        lines.append(f"  {name:<36} {correct} of {total} held-out digits right ({correct / total:.1%})")
    if others:
        newest = others[0]["run_id"]
        lines += ["", f"Real runs here: {len(others)}, unchanged. latest/ mirrors {newest}, the newest of them."]
    else:
        lines += ["", f"latest/ mirrors {published[-1].directory.name} until the next run is published."]
    if root.resolve() == HERE / "artifacts" and (HERE / "index.html").exists():
        lines += ["", f"To look at them: open {HERE / 'index.html'} in a browser."]
    return "\n".join(lines) + "\n"


def payloads_of(recipe: Recipe, labels: list[int], images: list[Image]) -> dict[str, Payload]:
    """Every JSON file of a sample run but its manifest."""
    results = results_of(recipe, labels, images)
    payloads = artifacts.payloads_of(results)
    # No measured time and no machine, so that the sample files never differ on one.
    payloads["run_summary.json"] = artifacts.build_run_summary(
        payloads,
        results.data,
        run_id=None,
        label=recipe.label,
        created=recipe.created,
        synthetic=True,
        command=f"python {SCRIPT}",
        config=results.config,
        config_origin=dict.fromkeys(results.config, "sample seeder"),
        total_seconds=0.0,
        training_seconds=0.0,
        training_labels=results.training_labels,
        environment={"note": "synthetic sample; time and machine are left out, so that its files never differ"},
    )
    return payloads


def results_of(recipe: Recipe, labels: list[int], images: list[Image]) -> Results:
    """Train on the drawn digits; returns the results."""
    generator = random.Random(SEED)  # noqa: S311
    held = hold_out(labels, generator)
    inputs = [[pixel / INKED for pixel in image] for image in images]
    rates = [recipe.learning_rate * max(0.0, 1 - recipe.lr_decay * epoch) for epoch in range(recipe.epochs)]
    epochs = train(inputs, labels, held, rates, generator)
    truth, last = [labels[row] for row in held], epochs[-1]
    predicted = [[argmax(row) for row in epoch.holdout] for epoch in epochs]
    matrices = [confusion_matrix(truth, labels, len(NAMES)) for labels in predicted]
    losses = [fsum(-log(row[label]) for row, label in zip(epoch.holdout, truth, strict=True)) for epoch in epochs]
    rest = sorted(set(range(len(labels))) - set(held))
    correct = sum(argmax(last.network.probabilities(inputs[row])) == labels[row] for row in rest)
    return Results(
        config=config_of(recipe),
        data=data_of(labels, images),
        training_labels=[labels[row] for row in rest],
        sample_ids=held,
        probabilities=last.holdout,
        train_accuracy=correct / len(rest),
        training_loss=[epoch.training_loss for epoch in epochs],
        holdout_loss=[loss / len(truth) for loss in losses],
        training_accuracy=[epoch.training_accuracy for epoch in epochs],
        holdout_accuracy=[sum(row[i] for i, row in enumerate(matrix)) / len(truth) for matrix in matrices],
        learning_rates=rates,
        epoch_seconds=[0.0] * recipe.epochs,
        training_seconds=0.0,
        snapshot_epochs=range(1, recipe.epochs + 1),
        confusion_matrices=matrices,
        snapshot_predictions=predicted,
        first_layer_weights=[flat(epoch.network) for epoch in epochs],
        offset=[0.0] * SIDE**2,
        scale=[float(INKED)] * SIDE**2,
        layers=[({"inputs": SIDE**2, "units": len(NAMES)}, "softmax", flat(last.network), last.network.bias)],
    )


def data_of(labels: list[int], images: list[Image]) -> artifacts.PlainDataset:
    """The drawn digits as the data set of a run."""
    return artifacts.PlainDataset(
        name=DATASET,
        title="Synthetic digits, drawn by a program",
        source=SCRIPT,
        note="Not real data: nobody wrote these digits, and no accuracy on them says anything about handwriting.",
        shape={"image_shape": [SIDE, SIDE], "channels": 1, "max_value": INKED},
        class_names=NAMES,
        labels=labels,
        samples=bytes(pixel for image in images for pixel in image),
    )


def config_of(recipe: Recipe) -> Payload:
    """The settings of a sample run, as a real one would record them."""
    return {
        "model": "logistic",
        "hidden_sizes": [],
        "optimizer": "sgd",
        "epochs": recipe.epochs,
        "batch_size": 1,
        "learning_rate": recipe.learning_rate,
        "lr_decay": recipe.lr_decay,
        "scaling": "max",
        "dataset": DATASET,
        "test_size": HELD_OUT / PER_CLASS,
        "random_state": SEED,
        "sample_count": SHOWN,
        "run_label": recipe.label,
    }


def flat(network: Network) -> list[float]:
    """All weights, class after class."""
    return [weight for row in network.weights for weight in row]


def remove_own_runs(root: Path) -> None:
    """Remove the sample runs of an earlier time, and nothing that others made or added."""
    own = [name for name in sorted(run_directories(root)) if is_own(root / name)] if root.is_dir() else []
    if own:
        remove(root, own)


def is_own(directory: Path) -> bool:
    """Whether a run has one of our fixed names, says that it is synthetic, and holds only files of a run."""
    stems = [recipe.run_id for recipe in RECIPES]
    if not any(directory.name == stem or directory.name.removeprefix(f"{stem}-").isdecimal() for stem in stems):
        return False
    path = directory / "run_summary.json"
    try:
        found = decode(read_regular(path, max_bytes(path.name)), path)
        names = {each.name for each in directory.iterdir() if each.is_dir() or not LITTER.fullmatch(each.name)}
        synthetic = found["synthetic"] is True and found["dataset"]["name"] == DATASET
    except (OSError, ArtifactError, KeyError, TypeError):
        return False
    return synthetic and names <= {*known_names(), MANIFEST_FILE}


if __name__ == "__main__":
    sys.exit(main())
