"""Many runs: points per second beside other tools on the same cores, what a kill costs, and the page of 10,000 points.

Whole processes, start to exit, in turn. For the kill, the command and all its processes end in the middle and the same
command is started again; a line is written whenever a point begins, so that what is computed twice can be counted. A
point is lost when the second command ends without it.

    python -m benchmarks.sweeps [--repeats 4] [--quick]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import environment, measure
from benchmarks.sweep_peers import CONTESTANTS, FOLDS, LOG

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Cost

STARTS = {"logistic": 20, "mlp": 6}  # of each of the folds
QUICK_STARTS = {"logistic": 4, "mlp": 2}
KILLED_STARTS, QUICK_KILLED = 8, 4  # of mlp, where a kill is tried
PAGE_POINTS, QUICK_PAGE = 10_000, 500
PATIENCE = 600  # s
GOAL = 0.5  # s until the page of a large sweep is there


def command(name: str, network: str, starts: int, cores: int, place: Path) -> list[str | Path]:
    """One contestant as a process."""
    return [sys.executable, "-m", "benchmarks.sweep_peers", name, network, str(starts), str(cores), place]


def whole(name: str, network: str, starts: int, cores: int, place: Path) -> Cost:
    """One contestant from its start to its exit, in a directory that is new."""
    with tempfile.TemporaryDirectory(dir=place) as fresh:
        return measure.process(command(name, network, starts, cores, Path(fresh)))


def killed(name: str, starts: int, cores: int, place: Path) -> dict[str, Any]:
    """One contestant killed in the middle, and the same command once more."""
    log, points = place / "begun", FOLDS * starts
    words = command(name, "mlp", starts, cores, place / "kept")
    variables = environment.clean(**{LOG: str(log)})
    (place / "kept").mkdir()
    log.touch()
    options: dict[str, Any] = {"env": variables, "cwd": environment.ROOT, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, start_new_session=True, **options) as process:
        deadline = time.monotonic() + PATIENCE
        while (begun := len(log.read_text().splitlines())) < points // 2:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{name}: ended before it could be killed")
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
    time.sleep(3)  # until processes outside of the group have seen that it is gone
    begun = len(log.read_text().splitlines())
    started = time.perf_counter()
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True, timeout=PATIENCE, **options)
    seconds = time.perf_counter() - started
    found = json.loads(done.stdout.splitlines()[-1])["points"]
    lines = log.read_text().splitlines()
    return {
        "begun": begun,  # when it was killed
        "twice": len(lines) - len(set(lines)),
        "lost": points - found,
        "seconds": seconds,  # of the second command
    }


def shown(browser: Any, address: str) -> float:
    """Seconds until the page of a sweep has every panel."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.goto(address, wait_until="commit")
    page.wait_for_selector("body.settled", timeout=1000 * PATIENCE)
    seconds: float = page.evaluate("performance.getEntriesByName('loaded')[0].startTime") / 1000
    context.close()
    return seconds


def page_of(points: int, repeats: int, place: Path) -> dict[str, Any]:
    """The page of a sweep of so many points: five starts of each setting, as real trainings of one epoch."""
    from playwright.sync_api import sync_playwright

    import digit_classifier as dc
    from benchmarks import page_sites
    from digit_classifier.page.built import PAGE_NAMES, built_page

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        return {"failed": "no Chromium"}
    site = place / "site"
    site.mkdir()
    for name in PAGE_NAMES:
        shutil.copy(built_page() / name, site)
    rates = [f"{0.1 * 1.02**step:.4g}" for step in range(max(1, points // 5 // 40))]
    decays = [f"{0.001 * 1.1**step:.4g}" for step in range(40)]
    grid = {"learning_rate": rates, "weight_decay": decays}
    base: dict[str, Any] = {"model": "logistic", "epochs": 1, "keep": "none", "artifacts_root": site / "artifacts"}
    swept = dc.sweep(**base, grid=grid, seeds="0:5", yes=True)
    port = page_sites.free_port()
    server = [sys.executable, "-m", "http.server", f"{port}", "--bind", "127.0.0.1", "--directory", f"{site}"]
    address = f"http://127.0.0.1:{port}/sweep.html?sweep=artifacts/sweeps/{swept.directory.name}"
    with sync_playwright() as playwright, page_sites.served(page_sites.Site(address, server)):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        seconds = [shown(browser, address) for _ in range(repeats + 1)][1:]
        version = browser.version
        browser.close()
    size = (swept.directory / "sweep.json").stat().st_size
    row = {"points": len(swept.table), "seconds": median(seconds), "megabytes": size / 1e6, "goal": GOAL}
    return {**row, "browser": f"Chromium {version}"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=measure.FEWEST)
    parser.add_argument("--only", action="append", choices=CONTESTANTS, help="this one alone; may be repeated")
    parser.add_argument("--quick", action="store_true", help="few points, one round; nothing to be quoted")
    options = parser.parse_args()
    environment.enter("benchmarks.sweeps")
    from digit_classifier.sweeps.engines import available_cores

    quick, cores = options.quick, available_cores()
    names = options.only or list(CONTESTANTS)
    result: measure.Result = {"cores": cores, "tasks": {}, "kills": {}}
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for network, starts in (QUICK_STARTS if quick else STARTS).items():
            contestants: dict[str, Callable[[], Cost]] = {
                each: partial(whole, each, network, starts, cores, place) for each in names
            }
            taken = measure.in_turn(contestants, 1 if quick else options.repeats)
            result["tasks"][network] = {"points": FOLDS * starts, "costs": taken}
            for each, costs in taken.items():
                seconds = median(cost.wall for cost in costs)
                print(f"{network:10}{each:30}{seconds:8.2f} s{FOLDS * starts / seconds:8.1f} points/s", flush=True)
        for number, each in enumerate(names):
            apart = place / f"kill-{number}"
            apart.mkdir()
            result["kills"][each] = killed(each, QUICK_KILLED if quick else KILLED_STARTS, cores, apart)
            print(f"killed    {each:30}{result['kills'][each]}", flush=True)
        result["killed_points"] = FOLDS * (QUICK_KILLED if quick else KILLED_STARTS)
        result["page"] = page_of(QUICK_PAGE if quick else PAGE_POINTS, 1 if quick else 5, place)
        print(f"page      {result['page']}")
    if not options.only:
        measure.save("sweeps", result, quick=quick)


if __name__ == "__main__":
    main()
