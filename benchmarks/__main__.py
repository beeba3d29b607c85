"""Measure every part, one after the other, and write docs/performance.md.

python -m benchmarks            # an hour and a half on two cores with nothing else to do
python -m benchmarks --quick    # a few minutes, to try it; writes build/benchmarks/
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from benchmarks import environment
from benchmarks.report import PARTS, write


def main() -> None:
    """Run the parts in processes of their own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds, small sizes; nothing to be quoted")
    quick = parser.parse_args().quick
    environment.enter("benchmarks")
    failed = []
    for part in PARTS:
        started = time.perf_counter()
        print(f"\n{part}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{part}", *(["--quick"] if quick else [])]
        if subprocess.run(command, env=environment.clean(), cwd=environment.ROOT, check=False).returncode:
            failed.append(part)  # its earlier numbers stay; hours of the other parts are not lost for it
        print(f"{part}: {time.perf_counter() - started:.0f} s", flush=True)
    write(quick=quick)
    if failed:
        raise SystemExit(f"not measured: {', '.join(failed)}")


if __name__ == "__main__":
    main()
