"""The same runs as each tracker's own store, and the server that shows them; all on this machine's loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from math import exp
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import environment, growth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EPOCHS = 100
PATIENCE = 240  # s
LABEL = "run-0000"
SCORES = {"accuracy": 0.97, "macro_f1": 0.96}


class Site(NamedTuple):
    """Something to open in a browser."""

    address: str
    command: list[str]  # of its server; empty when it is opened from disk


class NoServerError(Exception):
    """A server that did not come up."""


def losses(run: int) -> list[float]:
    """A loss curve that differs from run to run."""
    return [2.3 * exp(-epoch / (5 + run % 17)) for epoch in range(EPOCHS)]


def free_port() -> int:
    """A free port of the loopback."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def ours(directory: Path, runs: int, samples: int = 0) -> Site:
    """The page with a default run of `mlp`, or one of `samples` synthetic ones, as the latest of `runs` runs."""
    from digit_classifier.page.built import PAGE_NAMES, built_page

    directory.mkdir()
    for name in PAGE_NAMES:
        shutil.copy(built_page() / name, directory)
    shutil.copytree(built_page() / "words", directory / "words")
    root = directory / "artifacts"
    if runs > 1:
        growth.grow_history(root, runs - 1)
    if samples:
        growth.train_synthetic("samples", samples, root, LABEL)
    else:
        train = ["-m", "digit_classifier", "train", "--run-label", LABEL, "--artifacts-root", f"{root}"]
        subprocess.run([sys.executable, *train], env=environment.clean(), check=True, capture_output=True)
    port = free_port()
    server = [sys.executable, "-m", "http.server", f"{port}", "--bind", "127.0.0.1", "--directory", f"{directory}"]
    return Site(f"http://127.0.0.1:{port}/", server)


def tensorboard(directory: Path, runs: int) -> Site:
    """Event files written with tensorboardX."""
    from tensorboardX import SummaryWriter

    for run in range(runs):
        writer = SummaryWriter(str(directory / f"run-{run:04}"))
        for epoch, loss in enumerate(losses(run)):
            writer.add_scalar("loss", loss, epoch)
        for name, value in SCORES.items():
            writer.add_scalar(name, value, EPOCHS)
        writer.close()
    port = free_port()
    server = ["tensorboard.main", "--logdir", f"{directory}", "--host", "127.0.0.1", "--port", f"{port}"]
    return Site(f"http://127.0.0.1:{port}/", [sys.executable, "-m", *server])


def mlflow(directory: Path, runs: int) -> Site:
    """An SQLite store, filled in batches as its documentation advises for many values."""
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    directory.mkdir(parents=True)
    store = f"sqlite:///{directory}/mlflow.db"
    client = MlflowClient(store)
    experiment = client.create_experiment("digits", artifact_location=(directory / "files").as_uri())
    for number in range(runs):
        run = client.create_run(experiment, run_name=f"run-{number:04}").info.run_id
        values = [Metric("loss", loss, 0, epoch) for epoch, loss in enumerate(losses(number))]
        values += [Metric(name, value, 0, EPOCHS) for name, value in SCORES.items()]
        client.log_batch(run, values, [Param("model", "mlp")])
        client.set_terminated(run)
    port = free_port()
    server = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--workers", "1"]
    address = f"http://127.0.0.1:{port}/#/experiments/{experiment}/runs"
    return Site(address, [*server, "--host", "127.0.0.1", "--port", f"{port}"])


FILL_TRACKIO = """
import sys, trackio
from benchmarks.page_sites import SCORES, losses
for run in range(int(sys.argv[1])):
    trackio.init(project="digits", name=f"run-{run:04}", config={"model": "mlp"}, embed=False)
    for loss in losses(run):
        trackio.log({"loss": loss})
    trackio.log(SCORES)
    trackio.finish()
"""
SHOW_TRACKIO = """
import trackio
trackio.show(project="digits", open_browser=False, block_thread=True)
"""


def trackio(directory: Path, runs: int) -> Site:
    """Its local store; in processes of its own, because it reads its directory when imported."""
    variables = environment.clean(TRACKIO_DIR=str(directory))
    command = [sys.executable, "-c", FILL_TRACKIO, f"{runs}"]
    subprocess.run(command, env=variables, check=True, capture_output=True)
    port = free_port()
    server = ["env", f"TRACKIO_DIR={directory}", f"GRADIO_SERVER_PORT={port}", sys.executable, "-c", SHOW_TRACKIO]
    return Site(f"http://127.0.0.1:{port}/?project=digits", server)


@contextmanager
def served(site: Site) -> Iterator[float]:
    """Run the site's server; yields the seconds until it answered."""
    if not site.command:
        yield 0.0
        return
    started = time.perf_counter()
    with subprocess.Popen(
        site.command, env=environment.clean(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _wait(site.address.partition("#")[0], server)
            yield time.perf_counter() - started
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - a loopback address of ours
                return
        except OSError:
            time.sleep(0.05)
    raise NoServerError(f"no server at {address} within {PATIENCE} s")
