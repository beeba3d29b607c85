"""Whole processes on Fashion-MNIST: a run of ours beside equal scripts with PyTorch and scikit-learn.

All read the same files of Debian's package dataset-fashion-mnist, hold out 10,000 of the 60,000 training images, train
the same layers for as many epochs and write their results; ours writes the whole run, with the data set. The 10,000
test images are not read. Then, by `--presets`, one run of each model as `train --dataset FOLDER` makes it, with the
given split: these are the runs that read the test images, and nothing was chosen by them.

    python -m benchmarks.fashion [--repeats 5] [--quick]
    python -m benchmarks.fashion --presets      # some minutes for each model; keeps the other numbers
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import environment, measure
from benchmarks.fashion_script import BATCH, DECAY, FOLDER, RATE, SMOOTHING

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Cost

EPOCHS = {"mlp": 5, "cnn": 1}
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
    parser.add_argument("--quick", action="store_true", help="once, for trying it")
    parser.add_argument("--only", choices=tuple(EPOCHS), help="this model; the numbers of the other are kept")
    parser.add_argument("--presets", action="store_true", help="one run of each model with the given split")
    options = parser.parse_args()
    if not FOLDER.is_dir():
        raise SystemExit(f"{FOLDER}: expected the images, got none; try apt-get install dataset-fashion-mnist")
    environment.enter("benchmarks.fashion")
    before = measure.load("fashion", quick=options.quick) or {"models": {}, "presets": {}}
    models, presets = before["models"], before["presets"]
    for model in [options.only] if options.only else EPOCHS:
        with tempfile.TemporaryDirectory() as name:
            if options.presets:
                presets[model] = with_presets(model, Path(name), quick=options.quick)
            else:
                models[model] = beside_peers(model, Path(name), 1 if options.quick else options.repeats)
        measure.save("fashion", {"models": models, "presets": presets}, quick=options.quick)


def beside_peers(model: str, directory: Path, repeats: int) -> dict[str, Any]:
    """Costs and accuracies of each program."""
    programs = commands(model, EPOCHS[model], directory)
    runs: dict[str, Callable[[], Cost]] = {
        program: partial(measure.process, command) for program, command in programs.items()
    }
    costs = measure.in_turn(runs, repeats)
    report(model, costs)
    return {"repeats": repeats, "epochs": EPOCHS[model], "costs": costs, "accuracies": accuracies_in(directory)}


def with_presets(model: str, root: Path, *, quick: bool) -> dict[str, Any]:
    """One run of all 60,000 images, and what it says of the 10,000 test images."""
    fewer = ["--epochs", "1"] if quick else []
    command = [sys.executable, "-m", "digit_classifier", "train", "--model", model, *fewer]
    cost = measure.process([*command, "--dataset", FOLDER, "--artifacts-root", root])
    metrics, summary = (
        json.loads((root / "latest" / f"{name}.json").read_text()) for name in ("metrics", "run_summary")
    )
    trained = summary["timing"]["training_seconds"]
    print(
        f"{model:6}{metrics['accuracy']:8.2%} {cost.wall:8.1f} s, of it training {trained:.1f} s, {cost.memory:.0f} MiB"
    )
    return {
        **{name: metrics[name] for name in ("accuracy", "log_loss")},
        "wall": cost.wall,
        "memory": cost.memory,
        "training": trained,
        "split": summary["config"]["split"],
        "epochs": summary["config"]["epochs"],
    }


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
