"""Whole process, start to exit: a run of ours beside a scikit-learn script that writes the same default files.

Interleaved A B A B, medians and the median of the paired ratios; everything is measured in this one run.

    python benchmarks/whole_run.py [--repeats 9]
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
DEMO = HERE.parent / "examples" / "digit-classifier" / "run_demo.py"


def seconds(command: list[str]) -> float:
    """Wall time of one process; its output is thrown away, its failure is not."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def compare(model: str, repeats: int, directory: Path) -> tuple[list[float], list[float]]:
    """Seconds of our runs and of the peer's, taken in turn after one warm-up of each."""
    ours = [sys.executable, str(DEMO), "--model", model, "--artifacts-root", str(directory / "runs")]
    peer = [sys.executable, str(HERE / "sklearn_script.py"), model, str(directory / "peer")]
    pairs = [(seconds(ours), seconds(peer)) for _ in range(repeats + 1)][1:]
    return [ours for ours, _ in pairs], [peer for _, peer in pairs]


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    repeats: int = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as name:
        bare = median(seconds([sys.executable, "-c", "pass"]) for _ in range(repeats))
        helped = median(seconds([sys.executable, str(DEMO), "--help"]) for _ in range(repeats))
        print(f"Python {platform.python_version()}; {repeats} pairs after one warm-up; medians (min to max), seconds\n")
        print("| whole run | digit-classifier | scikit-learn script | ratio of the pairs |\n|---|--:|--:|--:|")
        for model in ("logistic", "mlp"):
            ours, peer = compare(model, repeats, Path(name))
            ratios = sorted(b / a for a, b in zip(ours, peer, strict=True))
            cells = [f"{median(x):.2f} ({min(x):.2f} to {max(x):.2f})" for x in (ours, peer)]
            print(
                f"| `{model}` | {cells[0]} | {cells[1]} | {median(ratios):.1f}× ({ratios[0]:.1f} to {ratios[-1]:.1f}) |"
            )
        print(f"\n`--help`: {helped * 1000:.0f} ms, {helped / bare:.1f}× `python -c pass` ({bare * 1000:.0f} ms)")


if __name__ == "__main__":
    main()
