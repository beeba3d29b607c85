"""A real Dask scheduler and four workers on loopback, each with a directory of its own; they are killed in between."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import digit_classifier as dc
from digit_classifier.cli.main import main
from digit_classifier.errors import InputError
from digit_classifier.store.sweeps import sweep_problems
from sweep_tools import (
    HERE,
    QUICK,
    digests,
    finished,
    kill_group,
    lines_of,
    lines_written,
    newest,
    serial_digests,
    start,
    wait_for,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

POINTS = 200
FLAGS = ["--seeds", f"0:{POINTS}"]


class LoopbackCluster:
    """`dask scheduler` and four times `dask worker`."""

    def __init__(self, home: Path, source: Path = HERE / "src") -> None:
        self.home = home
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ, "PYTHONPATH": str(source), "HOME": str(home),
            "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "spawn",
        }  # fmt: skip
        log = home / "scheduler.log"
        self.scheduler = self._start(["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"], log)
        wait_for(lambda: b"tcp://" in log.read_bytes())
        found = re.search(r"tcp://127\.0\.0\.1:\d+", log.read_text())
        assert found
        self.address = found[0]
        self.workers = [self._worker(number) for number in range(4)]
        logs = [home / f"worker-{number}.log" for number in range(4)]
        wait_for(lambda: all(b"Registered to" in path.read_bytes() for path in logs))

    def _worker(self, number: int) -> subprocess.Popen[bytes]:
        directory = self.home / f"worker-{number}"
        directory.mkdir()
        words = ["worker", self.address, "--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
        return self._start([*words, "--local-directory", str(directory)], self.home / f"worker-{number}.log", directory)

    def _start(self, words: list[str], log: Path, directory: Path | None = None) -> subprocess.Popen[bytes]:
        program = f"from distributed.cli.dask_{words[0]} import main; main({words[1:]!r})"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-c", program], stdout=stream, stderr=stream, env=self.environment,
                cwd=directory or self.home, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def stop(self) -> None:
        """Kill all of it."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()


@pytest.fixture
def cluster() -> Iterator[LoopbackCluster]:
    with tempfile.TemporaryDirectory() as home:
        found = LoopbackCluster(Path(home))
        try:
            yield found
        finally:
            found.stop()


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    found = serial_digests(tmp_path_factory.mktemp("serial"), POINTS)
    assert len(found) == POINTS
    return found


def require_whole(root: Path, serial: dict[str, str]) -> None:
    directory = newest(root)
    assert len(lines_of(directory)) == POINTS
    assert digests(directory) == serial
    assert not sweep_problems(directory)
    assert len([path for path in root.iterdir() if path.name.startswith(directory.name)]) == POINTS


def test_two_hundred_points_survive_the_death_of_workers(
    cluster: LoopbackCluster, tmp_path: Path, serial: dict[str, str]
) -> None:
    process = start(tmp_path, *FLAGS, "--cluster", cluster.address)
    wait_for(lambda: lines_written(tmp_path) >= 20)
    cluster.workers[0].send_signal(signal.SIGKILL)
    wait_for(lambda: lines_written(tmp_path) >= 80)
    for worker in cluster.workers[1:]:
        worker.send_signal(signal.SIGKILL)  # now nobody has the data, which must be sent again
    for number in (4, 5):
        cluster._worker(number)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, ""), err
    assert '"failed": 0' in out
    require_whole(tmp_path, serial)


def test_the_same_command_goes_on_after_scheduler_coordinator_and_ctrl_c(
    cluster: LoopbackCluster, tmp_path: Path, serial: dict[str, str]
) -> None:
    process = start(tmp_path, *FLAGS, "--cluster", cluster.address)
    wait_for(lambda: lines_written(tmp_path) >= 20)
    cluster.scheduler.send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (1, "")
    assert err.count("\n") == 1, err
    assert "the same command" in err
    with tempfile.TemporaryDirectory() as home:
        second = LoopbackCluster(Path(home))
        try:
            process = start(tmp_path, *FLAGS, "--cluster", second.address)
            goal = lines_written(tmp_path) + 30
            wait_for(lambda: lines_written(tmp_path) >= goal)
            kill_group(process, signal.SIGKILL)
            process.communicate()
            process = start(tmp_path, *FLAGS, "--cluster", second.address)
            goal = lines_written(tmp_path) + 20
            wait_for(lambda: lines_written(tmp_path) >= goal)
            kill_group(process, signal.SIGINT)
            _, err = process.communicate(timeout=60)
            assert process.returncode == 130, err
            assert err.count("\n") == 1, err
            code, _, err = finished(tmp_path, *FLAGS, "--cluster", second.address)
            assert (code, err) == (0, ""), err
        finally:
            second.stop()
    require_whole(tmp_path, serial)
    assert main(["sweep", "--model", "logistic", "--epochs", "2", *FLAGS, "--artifacts-root", str(tmp_path)]) == 0


def test_workers_write_nothing_into_their_directories(cluster: LoopbackCluster, tmp_path: Path) -> None:
    data = dc.Dataset.from_arrays([[[0, 1], [1, 0]], [[1, 0], [0, 1]]] * 20, [0, 1] * 20, name="mine")
    done = dc.sweep(
        dataset=data, model="mlp", epochs=2, seeds="0:12", cluster=cluster.address, artifacts_root=tmp_path / "far"
    )
    near = dc.sweep(dataset=data, model="mlp", epochs=2, seeds="0:12", jobs=1, artifacts_root=tmp_path / "near")
    assert digests(done.directory) == digests(near.directory)
    left = {
        path.name for number in range(4) for path in (cluster.home / f"worker-{number}").rglob("*") if path.is_file()
    }
    assert not {name for name in left if name.endswith((".json", ".png", ".css", ".jsonl"))}


def test_a_cluster_that_cannot_be_reached_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match="a Dask scheduler with workers"):
        dc.sweep(**QUICK, seeds="0:3", cluster="tcp://127.0.0.1:9", artifacts_root=tmp_path / "root")
    assert time.monotonic() - began < 60
    assert not (tmp_path / "root").exists()


def test_workers_of_another_version_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as home:
        found = LoopbackCluster(Path(home))
        try:
            monkeypatch.setattr("digit_classifier.sweeps.compute.__version__", "99.0")
            with pytest.raises(InputError, match=r"expected digit-classifier 99\.0 on every worker"):
                dc.sweep(**QUICK, seeds="0:3", cluster=found.address, artifacts_root=tmp_path / "root")
        finally:
            found.stop()
    assert not (tmp_path / "root").exists()
