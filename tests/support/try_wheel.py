"""Use an installed package as its users do: train, list, verify, repeat, export, serve. Standard library only.

`python tests/support/try_wheel.py` with the Python that has it; the workflow does so with the wheel that it built, in
an environment with nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

PAGE = ("", "dashboard.css", "dashboard.js", "panels.js", "runs.js", "lab.js", "artifacts/index.json")


def run(place: Path, *words: str) -> str:
    """What a command prints; AssertionError unless it succeeds in silence."""
    command = [sys.executable, "-m", "digit_classifier", *words]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), (words, done.returncode, done.stderr)
    return done.stdout


def try_it(place: Path) -> None:
    """Every command once, in this directory."""
    report = json.loads(run(place, "train", "--model", "logistic", "--run-label", "wheel"))
    assert report["test_accuracy"] > 0.95, report
    assert report["run_id"] in run(place, "runs")
    assert run(place, "verify", "artifacts").count(": ok\n") == 2
    assert "bit-identical" in run(place, "replay", report["run_dir"])
    run(place, "export", "html", "-o", "report.html")
    assert report["run_id"] in (place / "report.html").read_text(encoding="utf-8")
    run(place, "export", "site", "-o", "site")
    assert (place / "site" / "lab.js").stat().st_size > 1000
    assert "1 runs listed" in run(place, "repair")
    server = subprocess.Popen(
        [sys.executable, "-m", "digit_classifier", "serve"], cwd=place, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        for name in PAGE:
            with urllib.request.urlopen(f"{address}{name}", timeout=30) as answer:
                assert len(answer.read()) > 300, name
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        try_it(Path(directory))
    sys.stdout.write("train, runs, verify, replay, export, repair, serve: fine\n")
