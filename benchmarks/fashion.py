"""Whole processes on Fashion-MNIST: a run of ours beside equal scripts with PyTorch and scikit-learn.

All read the same files of Debian's package dataset-fashion-mnist, hold out 10,000 of the 60,000 training images, train
the same layers for as many epochs and write their results; ours writes the whole run, with the data set. The 10,000
test images are not read.

    python -m benchmarks.fashion [--repeats 5] [--epochs 5] [--quick]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import environment, measure
from benchmarks.fashion_script import BATCH, DECAY, FOLDER, RATE, SMOOTHING

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Cost

OURS, AGAIN = "digit-classifier", "digit-classifier, again"
TORCH, TORCH_TWO, SKLEARN = "PyTorch script", "PyTorch script, two threads", "scikit-learn script"


def commands(model: str, epochs: int, directory: Path) -> dict[str, list[str | Path]]:
    """One process each; ours twice, to see how much the machine alone differs."""
    settings: dict[str, float | str] = {
        "epochs": epochs,
        "batch-size": BATCH,
        "learning-rate": RATE,
        "weight-decay": DECAY,
        "shift-pixels": 0,
    }
    settings |= {"label-smoothing": SMOOTHING, "test-size": 1 / 6, "lr-decay": 1 / epochs, "model": model}
    flags = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    data = FOLDER / "train-images-idx3-ubyte.gz"
    ours: list[str | Path] = [sys.executable, "-m", "digit_classifier", "train", "--dataset", data, *flags]

    def script(*words: str) -> list[str | Path]:
        library, *threads = words
        return [
            sys.executable, "-m", "benchmarks.fashion_script",
            library, model, str(epochs), directory / "-".join(words), *threads,
        ]  # fmt: skip

    return {
        OURS: [*ours, "--artifacts-root", directory / "runs"],
        AGAIN: [*ours, "--artifacts-root", directory / "again"],
        TORCH: script("torch", "1"),
        TORCH_TWO: script("torch", "2"),
        **({SKLEARN: script("sklearn")} if model == "mlp" else {}),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="once, for trying it")
    options = parser.parse_args()
    if not FOLDER.is_dir():
        raise SystemExit(f"{FOLDER}: expected the images, got none; try apt-get install dataset-fashion-mnist")
    environment.enter("benchmarks.fashion")
    repeats, epochs = (1, 1) if options.quick else (options.repeats, options.epochs)
    taken: dict[str, dict[str, list[Cost]]] = {}
    accuracies: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        for model in ("mlp", "cnn"):
            directory = Path(name) / model
            programs = commands(model, epochs, directory)
            runs: dict[str, Callable[[], Cost]] = {
                program: partial(measure.process, command) for program, command in programs.items()
            }
            taken[model] = measure.in_turn(runs, repeats)
            accuracies[model] = accuracies_in(directory)
            report(model, taken[model])
    measure.save(
        "fashion", {"repeats": repeats, "epochs": epochs, "costs": taken, "accuracies": accuracies}, quick=options.quick
    )


def accuracies_in(directory: Path) -> dict[str, float]:
    """What each program says of the images that it held out."""
    found = sorted(directory.rglob("metrics.json"))
    return {str(path.parent.relative_to(directory)): json.loads(path.read_text())["accuracy"] for path in found}


def report(model: str, taken: dict[str, list[Cost]]) -> None:
    """Print one line per contestant."""
    ours = [cost.wall for cost in taken[OURS]]
    for name, costs in taken.items():
        walls = [cost.wall for cost in costs]
        middle, memory = measure.spread(walls).middle, measure.spread([cost.memory for cost in costs]).middle
        ratio = measure.verdict(measure.ratios(ours, walls))
        print(f"{model:6}{name:30}{middle:8.2f} s {memory:6.0f} MiB  {ratio}", flush=True)


if __name__ == "__main__":
    main()
