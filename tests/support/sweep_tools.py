"""What the tests of sweeps share: a quick sweep, and what its points computed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digit_classifier.settings.resolve import Given
from digit_classifier.store.layout import POINTS_FILE
from digit_classifier.store.sweeps import Points, sweep_ids
from digit_classifier.sweeps.api import ready
from digit_classifier.sweeps.compute import answer_of, task_for
from digit_classifier.sweeps.engines import Loop
from digit_classifier.sweeps.plan import all_points
from digit_classifier.sweeps.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parents[2]
QUICK = {"model": "logistic", "epochs": 2}
FLAGS = ["--model", "logistic", "--epochs", "2"]


def newest(root: Path) -> Path:
    """The directory of the newest sweep of a root."""
    return root / "sweeps" / sweep_ids(root)[0]


def lines_of(directory: Path) -> list[dict[str, Any]]:
    """The points of a sweep; each is there once, or this fails."""
    return list(Points(directory))


def digests(directory: Path) -> dict[str, str]:
    """What each point computed, by its recipe."""
    return {line["recipe_digest"]: line["result"]["results_digest"] for line in lines_of(directory)}


def quick_plan(root: Path, points: int, keep: str | None = None) -> tuple[Any, Any]:
    """Book and plan of so many seeds."""
    flags = [Given(name, str(value), name, "argument") for name, value in {**QUICK, "artifacts_root": root}.items()]
    return ready(Request(flags=flags, seeds=f"0:{points}", keep=keep), None, 1)


def serial_digests(root: Path, points: int) -> dict[str, str]:
    """What each point computes in an undisturbed loop that writes nothing."""
    book, plan = quick_plan(root, points)
    tasks = [
        task_for(point.recipe, book.config_of(point), plan["created"], keep=False) for point in all_points(book, [()])
    ]
    results = Loop(book.data).results(tasks)
    return {task.recipe: answer_of(came, task)["result"]["results_digest"] for task, came in results}  # type: ignore[arg-type]


def start(root: Path, *flags: str, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """The command in a process group of its own."""
    command = [sys.executable, "-m", "digit_classifier", "sweep", *FLAGS, *flags, "--artifacts-root", str(root)]
    env = {**os.environ, "PYTHONPATH": str(HERE / "src"), **(environment or {})}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, text=True, stdout=pipe, stderr=pipe, env=env, start_new_session=True)


def finished(root: Path, *flags: str) -> tuple[int, str, str]:
    """The command to its end: exit code, stdout, stderr."""
    process = start(root, *flags)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def kill_group(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    """Send a signal to a process and its workers."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def wait_for(fine: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not fine():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


def lines_written(root: Path) -> int:
    """Whole lines of the newest sweep's points, while it is being computed."""
    names = sweep_ids(root)
    path = root / "sweeps" / names[0] / POINTS_FILE if names else None
    return path.read_bytes().count(b'"recipe_digest"') if path and path.exists() else 0
