"""The first page on the same runs: bytes, requests and time until it shows them, in one Chromium, caches empty.

Ours is one static page; TensorBoard, MLflow and Trackio have servers, which are started beforehand and whose start is
reported apart. A page counts as there when the name of a run is on the screen.

    python -m benchmarks.page [--repeats 5] [--quick]
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import environment, measure, page_sites

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.page_sites import Site

BUILDERS: dict[str, Callable[[Path, int], Site]] = {
    "digit-classifier": page_sites.ours,
    "TensorBoard": page_sites.tensorboard,
    "Trackio": page_sites.trackio,
    "MLflow": page_sites.mlflow,
}
A_RUN = re.compile(r"run-\d{4}")
PATIENCE = 60_000  # ms
QUIET = 1_000  # ms after the proof, in which late requests still count


def visit(browser: Any, address: str) -> dict[str, float]:
    """Open a page in a fresh context: seconds, requests and bytes on the wire."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    wire: list[float] = []
    session.on("Network.loadingFinished", lambda event: wire.append(event["encodedDataLength"]))
    page.goto(address, wait_until="commit")
    page.get_by_text(A_RUN).locator("visible=true").first.wait_for(timeout=PATIENCE)
    there = page.evaluate("performance.now()")
    page.wait_for_timeout(QUIET)
    painted = page.evaluate("(performance.getEntriesByName('first-contentful-paint')[0] || {startTime: 0}).startTime")
    filled = page.evaluate("(performance.getEntriesByName('interactive')[0] || {startTime: 0}).startTime")
    memory = page.evaluate("performance.memory ? performance.memory.usedJSHeapSize : 0")
    context.close()
    return {
        "shown": there / 1000,
        "painted": painted / 1000,
        "filled": filled / 1000,  # of ours: the first section with all its images; 0 where a page does not say
        "requests": len(wire),
        "kilobytes": sum(wire) / 1000,
        "heap": memory / 2**20,
    }


def measured(browser: Any, build: Callable[[Path], Site], repeats: int) -> dict[str, Any]:
    """Medians over several visits of one site."""
    with tempfile.TemporaryDirectory() as directory:
        site = build(Path(directory) / "site")
        with page_sites.served(site) as start:
            visits = [visit(browser, site.address) for _ in range(repeats + 1)][1:]
    row = {key: median(each[key] for each in visits) for key in visits[0]}
    return {**row, "server_start": start}


def sites(quick: bool) -> dict[str, dict[str, Callable[[Path], Site]]]:
    """Table → name → what to build."""
    counts = (3,) if quick else (10, 1_000)
    found: dict[str, dict[str, Callable[[Path], Site]]] = {
        f"{count:,} runs": {name: partial(_with_runs, build, count) for name, build in BUILDERS.items()}
        for count in counts
    }
    for samples in (1_000,) if quick else (1_000, 10_000):
        name = f"digit-classifier, {samples:,} samples"
        found.setdefault("samples", {})[name] = partial(_with_samples, samples)
    return found


def _with_runs(build: Callable[[Path, int], Site], count: int, directory: Path) -> Site:
    return build(directory, count)


def _with_samples(samples: int, directory: Path) -> Site:
    return page_sites.ours(directory, 1, samples)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="three runs, one visit")
    options = parser.parse_args()
    environment.enter("benchmarks.page")
    from playwright.sync_api import Error, sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("error: benchmarks.page: expected Chromium, got none; try apt-get install chromium")
    tables: dict[str, dict[str, Any]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for table, contestants in sites(options.quick).items():
            for name, build in contestants.items():
                try:
                    row = measured(browser, build, 1 if options.quick else options.repeats)
                except (Error, page_sites.NoServerError) as error:
                    row = {"failed": str(error).splitlines()[0]}
                tables.setdefault(table, {})[name] = row
                print(table, name, row, flush=True)
        version = browser.version
        browser.close()
    measure.save("page", {"browser": f"Chromium {version}", "tables": tables}, quick=options.quick)


if __name__ == "__main__":
    main()
