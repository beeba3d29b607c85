"""Write two synthetic sample runs, so that the page has something to show where nothing can be installed.

Needs Python 3.11 and this repository, no packages. It draws digits, trains softmax regression on them in plain Python
and publishes what came out, so every number of a sample run follows from the others as in a real one.
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

from sample_digits import HELD_OUT, INKED, PER_CLASS, SIDE, Epoch, Image, Network, draw_digits, hold_out, train  # noqa: E402
from sample_pictures import gallery_picture, matrix_picture  # noqa: E402

from digit_classifier import artifacts  # noqa: E402
from digit_classifier.errors import ArtifactError, DigitClassifierError, InputError  # noqa: E402
from digit_classifier.evaluation import argmax, confusion_matrix  # noqa: E402
from digit_classifier.store import bundle  # noqa: E402
from digit_classifier.store import root as history  # noqa: E402
from digit_classifier.store.files import read_regular  # noqa: E402
from digit_classifier.store.index import run_directories  # noqa: E402

DATASET = "synthetic-digits"
NAMES = [str(digit) for digit in range(10)]
SEED, SHOWN = 7, 16
SCRIPT = "examples/digit-classifier/web_demo/seed_sample_artifacts.py"

Payload = dict[str, Any]


class Recipe(NamedTuple):
    """One sample run. The time in its name is a fixed one: it is how we know our own runs again."""

    created: str
    slug: str
    label: str
    epochs: int
    learning_rate: float
    lr_decay: float

    @property
    def run_id(self) -> str:
        """Name of the run directory, unless somebody else's run has it."""
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
    parser.add_argument("--artifacts-root", type=Path, default=HERE / "artifacts", metavar="DIR")
    root = None
    try:
        root = parser.parse_args().artifacts_root
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
    labels, images = draw_digits(random.Random(SEED))  # noqa: S311
    trained = [(recipe, payloads_of(recipe, labels, images)) for recipe in RECIPES]
    remove_own_runs(root)
    published = [(publish(root, recipe, payloads), payloads["metrics.json"]) for recipe, payloads in trained]
    others = [entry for entry in history.read_history(root).entries if not entry["synthetic"]]
    return summary(root, published, others)


def summary(root: Path, published: list[tuple[Path, Payload]], others: list[Payload]) -> str:
    """What was written and how to look at it."""
    lines = [f"Two synthetic sample runs are in {root}", ""]
    for directory, metrics in published:
        total = sum(map(sum, metrics["confusion_matrix"]))
        right = sum(row[index] for index, row in enumerate(metrics["confusion_matrix"]))
        lines.append(f"  {directory.name:<36} {right} of {total} held-out digits right ({right / total:.1%})")
    lines += ["", f"latest/ mirrors {published[-1][0].name} until the next run is published."]
    if others:
        lines.append(
            f"Real runs here: {len(others)}, unchanged; choose them on the page. The newest is {others[0]['run_id']}."
        )
    if root.resolve() == HERE / "artifacts" and (HERE / "index.html").exists():
        lines += ["", f"To look at them: open {HERE / 'index.html'} in a browser."]
    return "\n".join(lines) + "\n"


def payloads_of(recipe: Recipe, labels: list[int], images: list[Image]) -> dict[str, Payload]:
    """Every JSON file of a sample run but summary and manifest."""
    generator = random.Random(SEED)  # noqa: S311
    held = hold_out(labels, generator)
    inputs = [[pixel / INKED for pixel in image] for image in images]
    rates = [recipe.learning_rate * max(0.0, 1 - recipe.lr_decay * epoch) for epoch in range(recipe.epochs)]
    epochs = train(inputs, labels, held, rates, generator)
    truth = [labels[row] for row in held]
    return {
        "dataset.json": dataset(labels, images),
        **results(epochs[-1], held, truth, labels, images),
        **curves(epochs, truth),
        "model.json": artifacts.build_model(
            [SIDE, SIDE], INKED, [0.0] * SIDE**2, [float(INKED)] * SIDE**2, [layer_of(epochs[-1].network)]
        ),
    }


def dataset(labels: list[int], images: list[Image]) -> Payload:
    """The drawn digits as a data set that says what it is."""
    return artifacts.build_dataset(
        DATASET,
        "Synthetic digits, drawn by a program",
        SCRIPT,
        "Not real data: nobody wrote these digits, and no accuracy on them says anything about handwriting.",
        [SIDE, SIDE],
        INKED,
        NAMES,
        labels,
        bytes(pixel for image in images for pixel in image),
    )


def results(
    last: Epoch, held: list[int], truth: list[int], labels: list[int], images: list[Image]
) -> dict[str, Payload]:
    """What the trained network says."""
    said = last.holdout
    rest = sorted(set(range(len(labels))) - set(held))
    right = sum(argmax(last.network.probabilities([p / INKED for p in images[row]])) == labels[row] for row in rest)
    shown = [place * len(held) // SHOWN for place in range(SHOWN)]  # evenly spaced: mistakes are not picked out
    holdout = artifacts.build_holdout(held, truth, said)
    return {
        "holdout.json": holdout,
        "metrics.json": artifacts.build_metrics(truth, holdout["predicted_labels"], said, NAMES, right / len(rest)),
        "predictions.json": artifacts.build_predictions(
            [held[at] for at in shown],
            [images[held[at]] for at in shown],
            [truth[at] for at in shown],
            [said[at] for at in shown],
            NAMES,
            [SIDE, SIDE],
            INKED,
        ),
    }


def curves(epochs: list[Epoch], truth: list[int]) -> dict[str, Payload]:
    """How the network got there."""
    matrices = [confusion_matrix(truth, [argmax(row) for row in epoch.holdout], len(NAMES)) for epoch in epochs]
    losses = [fsum(-log(row[label]) for row, label in zip(epoch.holdout, truth, strict=True)) for epoch in epochs]
    return {
        "loss_curve.json": artifacts.build_loss_curve(
            [epoch.training_loss for epoch in epochs],
            [loss / len(truth) for loss in losses],
            [epoch.training_accuracy for epoch in epochs],
            [sum(row[index] for index, row in enumerate(matrix)) / len(truth) for matrix in matrices],
        ),
        "epoch_snapshots.json": artifacts.build_epoch_snapshots(
            range(1, len(epochs) + 1), matrices, [flat(epoch.network) for epoch in epochs]
        ),
    }


def flat(network: Network) -> list[float]:
    """All weights, class after class."""
    return [weight for row in network.weights for weight in row]


def layer_of(network: Network) -> tuple[Payload, str, list[float], list[float]]:
    """The one layer of the network, as model.json wants it."""
    return {"inputs": SIDE**2, "units": len(NAMES)}, "softmax", flat(network), network.bias


def describe(recipe: Recipe, run_id: str, payloads: dict[str, Payload]) -> Payload:
    """run_summary.json. It holds no measured time and no machine, so that the sample files never differ on one."""
    config: dict[str, Any] = {
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
    return artifacts.build_run_summary(
        payloads,
        run_id=run_id,
        label=recipe.label,
        created=recipe.created,
        synthetic=True,
        command=f"python {SCRIPT}",
        config=config,
        config_origin=dict.fromkeys(config, "sample seeder"),
        total_seconds=0.0,
        training_seconds=0.0,
        environment={"note": "synthetic sample; time and machine are left out, so that its files never differ"},
    )


def publish(root: Path, recipe: Recipe, payloads: dict[str, Payload]) -> Path:
    """Seal and publish one sample run; returns its directory."""
    with history.stage(root, recipe.created, recipe.slug) as stage:
        payloads = {**payloads, "run_summary.json": describe(recipe, stage.run_id, payloads)}
        for name, payload in payloads.items():
            artifacts.VALIDATORS[name](payload)
        files = {name: bundle.encode(payload) for name, payload in payloads.items()}
        files["confusion_matrix.png"] = matrix_picture(payloads["metrics.json"])
        files["sample_gallery.png"] = gallery_picture(payloads["predictions.json"])
        digest = payloads["run_summary.json"]["results_digest"]
        shared = {payloads["run_summary.json"]["dataset"]["file"]: files.pop("dataset.json")}
        return stage.publish(
            bundle.seal(files, run_id=stage.run_id, created=recipe.created, results_digest=digest), shared
        )


def remove_own_runs(root: Path) -> None:
    """Remove the sample runs of an earlier time, and nothing that anybody else made or added."""
    own = [name for name in sorted(run_directories(root)) if is_own(root / name)] if root.is_dir() else []
    if own:
        history.remove(root, own)


def is_own(directory: Path) -> bool:
    """Whether a run has one of our fixed names, says that it is synthetic, and holds only files of a run."""
    stems = [recipe.run_id for recipe in RECIPES]
    if not any(directory.name == stem or directory.name.removeprefix(f"{stem}-").isdecimal() for stem in stems):
        return False
    path = directory / "run_summary.json"
    try:
        found = bundle.decode(read_regular(path, bundle.MAX_BYTES[".json"]), path)
        names = {each.name for each in directory.iterdir()}
        synthetic = found["synthetic"] is True and found["dataset"]["name"] == DATASET
    except (OSError, ArtifactError, KeyError, TypeError):
        return False
    return synthetic and names <= {*bundle.known_names(), bundle.MANIFEST}


if __name__ == "__main__":
    sys.exit(main())
