"""The costs of a run and of an artifacts root as they grow by steps of ten, and their exponents.

Everything but one size stays as it is; an exponent of 1 says that ten times as much takes ten times as long, and one
below 1 that fixed costs still dominate. Each run is a whole process: synthetic data, training, every file, history.

    python -m benchmarks.growth [--quick]
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
import tempfile
import time
from functools import cache, partial
from math import log10
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import environment, measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from digit_classifier.store import Bundle

# what grows → its sizes; the last one is left out by --quick
STEPS: dict[str, tuple[int, ...]] = {
    "samples": (1_000, 10_000, 100_000),
    "features": (64, 640, 6_400),
    "classes": (10, 100, 1_000),
    "epochs": (10, 100, 1_000),
}
SHAPES = {64: (8, 8), 640: (16, 40), 6_400: (80, 80)}
RUNS = (10, 100, 1_000, 10_000)
LISTED = (10_000, 100_000, 1_000_000)


def train_synthetic(what: str, size: int, root: Path, label: str | None = None) -> Bundle:
    """One run of a synthetic data set, of which one thing is as large as asked."""
    import numpy as np

    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.experiment import record
    from digit_classifier.settings.kinds import as_text
    from digit_classifier.settings.resolve import Given, resolve

    of = {"samples": 2_000, "features": 64, "classes": 10, "epochs": 5} | {what: size}
    if what == "classes":
        of |= {"samples": 4_000, "epochs": 2}
    random, classes, shape = np.random.default_rng(0), of["classes"], SHAPES[of["features"]]
    templates = random.integers(0, 12, (classes, *shape), np.uint8)
    labels = np.arange(of["samples"]) % classes
    images = templates[labels] + random.integers(0, 5, (of["samples"], *shape), np.uint8)
    names = tuple(f"c{index}" for index in range(classes))
    dataset = Dataset("synthetic", "Synthetic", "random numbers", "made up", images[:, None], labels, names, 16)
    chosen = {"hidden_sizes": (32,), "epochs": of["epochs"], "artifacts_root": root}
    chosen |= {"shift_pixels": 0, "test_size": 0.25, "batch_size": 64}
    chosen |= {"run_label": label} if label else {}
    given = [Given(name, as_text(value), name, "argument") for name, value in chosen.items()]
    return record(resolve(given), dataset=dataset)


def work(what: str, size: int) -> None:
    """In a process of its own: one run, and what it says about itself as JSON."""
    with tempfile.TemporaryDirectory() as root:
        recorded = train_synthetic(what, size, Path(root))
        size_on_disk = sum(path.stat().st_size for path in recorded.directory.iterdir())
        timing = recorded.payloads["run_summary.json"]["timing"]
    print(json.dumps({"bytes": size_on_disk, "training": timing["training_seconds"]}))


def runs_that_grow(quick: bool) -> dict[str, Any]:
    """Wall, CPU and memory of whole processes, per size."""
    rows: dict[str, Any] = {}
    for what, sizes in STEPS.items():
        for size in sizes[:-1] if quick else sizes:
            command = [sys.executable, "-m", "benchmarks.growth", "--worker", what, str(size)]
            costs = [measure.process(command) for _ in range(1 if quick else 3)]
            said = measure.worker("benchmarks.growth", "--worker", what, size)
            rows.setdefault(what, {})[str(size)] = {
                "seconds": median(cost.wall for cost in costs),
                "memory": median(cost.memory for cost in costs),
                **said,
            }
            print(f"{what:10}{size:>9,}{rows[what][str(size)]['seconds']:8.2f} s", flush=True)
    return rows


def grow_history(root: Path, count: int) -> None:
    """Fill a root with small runs up to this many, each whole and valid, and list them."""
    from digit_classifier.store.bundle import seal
    from digit_classifier.store.root import update_index

    root.mkdir(exist_ok=True)
    for number in range(sum(path.is_dir() for path in root.glob("2*")), count):
        run_id = time.strftime("%Y%m%d-%H%M%S", time.gmtime(1_600_000_000 + number))
        (root / run_id).mkdir()
        for name, data in seal(*small_run(), run_id=run_id).files.items():
            (root / run_id / name).write_bytes(data)
    update_index(root)


@cache
def small_run() -> tuple[dict[str, Any], dict[str, bytes]]:
    """JSON files and pictures of a run of twenty samples, pictures of one pixel: only the number of runs counts."""
    import numpy as np
    from PIL import Image

    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.experiment import record
    from digit_classifier.settings.resolve import ARGUMENT, Given, resolve

    images, labels = np.arange(80, dtype=np.uint8).reshape(20, 2, 2) % 17, np.arange(20) % 2
    dataset = Dataset("small", "Small", "counting", "made up", images[:, None], labels, ("even", "odd"), 16)
    with tempfile.TemporaryDirectory() as root:
        chosen = {"model": "logistic", "epochs": "1", "sample_count": "1", "artifacts_root": root}
        bundle = record(resolve([Given(name, text, name, ARGUMENT) for name, text in chosen.items()]), dataset)
    pixel = io.BytesIO()
    Image.new("P", (1, 1)).save(pixel, "PNG")
    return dict(bundle.payloads), dict.fromkeys(("sample_gallery.png", "confusion_matrix.png"), pixel.getvalue())


def publish_one(root: Path) -> float:
    """Seconds to publish one more run, beside everything that is there."""
    from digit_classifier.store.claim import claim

    with claim(root, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())) as mine:
        started = time.perf_counter()
        mine.publish(*small_run())
        return time.perf_counter() - started


def wall(command: list[str]) -> float:
    """Seconds of a whole process."""
    return measure.process(command).wall


def history_that_grows(quick: bool) -> dict[str, Any]:
    """Publishing one more run, listing all of them and checking nothing else, per number of runs."""
    rows = {}
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "runs"
        for count in RUNS[:2] if quick else RUNS:
            grow_history(root, count)
            command = [sys.executable, "-m", "digit_classifier", "runs", f"{root}"]
            tasks = {"publish": partial(publish_one, root), "list": partial(wall, command)}
            taken = measure.in_turn(tasks, 2 if quick else 5)
            memory = measure.memory(command)
            row = {**{task: median(values) for task, values in taken.items()}, "memory": memory}
            rows[str(count)] = row
            shown = {task: f"{1000 * row[task]:.0f} ms" for task in tasks}
            print(f"{count:>7,} runs: publish one more {shown['publish']}, list {shown['list']}", flush=True)
    return rows


def lists_that_grow(quick: bool) -> dict[str, Any]:
    """CPU of publishing one more run and of listing the newest, beside a list of so many made-up runs.

    The list alone is that long: as long as no run comes or goes by hand, nothing else of them is looked at.
    """
    from digit_classifier.store.root import read_root
    from digit_classifier.store.segments import load_index, write_index
    from digit_classifier.store.watch import watching

    rows = {}
    for count in LISTED[:1] if quick else LISTED:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name) / "runs"
            publish_one(root)
            (entry,) = load_index(root)["runs"]
            names = (time.strftime("%Y%m%d-%H%M%S", time.gmtime(1_600_000_000 - number)) for number in range(count))
            write_index(root, 2, [entry, *({**entry, "run_id": each} for each in names)])
            for each in load_index(root)["runs"][1:]:  # the head's are looked at
                shutil.copytree(root / entry["run_id"], root / each["run_id"])
            with watching(root) as watch:
                watch.claims = frozenset()
            taken: dict[str, list[float]] = {"publish": [], "list": []}
            for _ in range(3 if quick else 15):
                taken["publish"].append(cpu(partial(publish_one, root)))
                taken["list"].append(cpu(partial(read_root, root, 100)))
            rows[str(count)] = {task: median(values) for task, values in taken.items()}
            shown = {task: f"{1000 * value:.1f} ms" for task, value in rows[str(count)].items()}
            print(f"{count:>9,} listed: publish {shown['publish']}, newest 100 {shown['list']} of CPU", flush=True)
    return rows


def cpu(task: Callable[[], object]) -> float:
    """Seconds of CPU of a task in this process."""
    started = time.process_time()
    task()
    return time.process_time() - started


def exponent(small: tuple[float, float], large: tuple[float, float]) -> float:
    """k of cost ~ sizeᵏ between two (size, cost)."""
    return log10(large[1] / small[1]) / log10(large[0] / small[0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="without the largest sizes")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.worker[0], int(options.worker[1]))
        return
    environment.enter("benchmarks.growth")
    rows = {"runs": runs_that_grow(options.quick), "history": history_that_grows(options.quick)}
    rows["lists"] = lists_that_grow(options.quick)
    measure.save("growth", rows, quick=options.quick)


if __name__ == "__main__":
    main()
