"""Whole process, start to exit: a run of ours beside a scikit-learn script that writes the same default files.

The script also runs with each of three trackers added. All in turn, wall time, CPU time and memory of every process.

    python -m benchmarks.whole_run [--repeats 7] [--no-trackers] [--quick]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import environment, measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Cost

OURS, AGAIN, SCRIPT = "digit-classifier", "digit-classifier, again", "scikit-learn script"
TRACKERS = {"mlflow": "script + MLflow autolog", "tensorboard": "script + TensorBoard", "trackio": "script + Trackio"}
DEMO = environment.ROOT / "examples" / "digit-classifier" / "run_demo.py"


def contestants(model: str, directory: Path, trackers: dict[str, str]) -> dict[str, Callable[[], Cost]]:
    """One process each; ours twice, to see how much the machine alone differs."""
    ours: list[str | Path] = [sys.executable, DEMO, "--model", model, "--artifacts-root", directory / "runs"]
    script: list[str | Path] = [sys.executable, "-m", "benchmarks.sklearn_script", model]
    commands = {OURS: ours, AGAIN: ours, SCRIPT: [*script, directory / "script"]}
    for tracker, name in trackers.items():
        commands[name] = [*script, directory / tracker, tracker]
    return {name: partial(measure.process, command) for name, command in commands.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--no-trackers", action="store_true", help="only ours and the script")
    parser.add_argument("--quick", action="store_true", help="once, for trying it")
    options = parser.parse_args()
    environment.enter("benchmarks.whole_run")
    repeats = 1 if options.quick else options.repeats
    trackers = {} if options.no_trackers else TRACKERS
    taken: dict[str, dict[str, list[Cost]]] = {}
    with tempfile.TemporaryDirectory() as name:
        plain, help_text = [sys.executable, "-c", "pass"], [sys.executable, f"{DEMO}", "--help"]
        taken["start-up"] = measure.in_turn(
            {"python -c pass": partial(measure.process, plain), "--help": partial(measure.process, help_text)},
            3 * repeats,
        )
        for model in ("logistic", "mlp"):
            taken[model] = measure.in_turn(contestants(model, Path(name) / model, trackers), repeats)
            report(model, taken[model])
    measure.save("whole_run", {"repeats": repeats, "costs": taken}, quick=options.quick)


def report(model: str, taken: dict[str, list[Cost]]) -> None:
    """Print one line per contestant."""
    ours = [cost.wall for cost in taken[OURS]]
    for name, costs in taken.items():
        walls = [cost.wall for cost in costs]
        middle = measure.spread(walls).middle
        print(f"{model:10}{name:28}{middle:8.2f} s  {measure.verdict(measure.ratios(ours, walls))}", flush=True)


if __name__ == "__main__":
    main()
