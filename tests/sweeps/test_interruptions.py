"""Workers, pools and coordinators are killed at any moment: nothing is lost, nothing is there twice."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import shlex
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import digit_classifier as dc
from digit_classifier.cli.main import main
from digit_classifier.errors import RunError
from digit_classifier.store.sweeps import SweepFolder, sweep_ids, sweep_problems
from digit_classifier.sweeps.compute import PointTask, answer_of, task_for
from digit_classifier.sweeps.coordinator import run_sweep
from digit_classifier.sweeps.engines import Pool
from digit_classifier.sweeps.plan import all_points
from sweep_tools import (
    QUICK,
    digests,
    finished,
    kill_group,
    lines_of,
    lines_written,
    newest,
    quick_plan,
    serial_digests,
    start,
    wait_for,
)

if TYPE_CHECKING:
    from collections.abc import Callable

POINTS = 30
FLAGS = ["--seeds", f"0:{POINTS}"]


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What an undisturbed loop computes."""
    found = serial_digests(tmp_path_factory.mktemp("serial"), POINTS)
    assert len(found) == POINTS
    return found


def require_whole(root: Path, serial: dict[str, str]) -> None:
    """All points once, each as the loop computed it; every run whole and listed."""
    directory = newest(root)
    assert len(lines_of(directory)) == POINTS
    assert digests(directory) == serial
    assert not sweep_problems(directory)
    runs = [path for path in root.iterdir() if path.name.startswith(directory.name)]
    assert len(runs) == POINTS
    assert main(["verify", str(root)]) == 0


def test_a_coordinator_killed_fifty_times_loses_and_doubles_nothing(tmp_path: Path, serial: dict[str, str]) -> None:
    rng, kills = random.Random(7), 0
    while kills < 50:
        child = os.fork()
        if child == 0:  # a coordinator without the start of an interpreter
            try:
                book, plan = quick_plan(tmp_path, POINTS)
                run_sweep(book, plan, root=tmp_path, jobs=1, progress=lambda *_: time.sleep(rng.random() * 0.004))
            finally:
                os._exit(0)
        before = lines_written(tmp_path)
        time.sleep(0.02 + rng.random() * 0.25)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1
        assert lines_written(tmp_path) >= before
    code, _, err = finished(tmp_path, *FLAGS, "--jobs", "1")
    assert (code, err) == (0, "")
    require_whole(tmp_path, serial)


def test_workers_end_with_a_coordinator_that_is_killed(tmp_path: Path, serial: dict[str, str]) -> None:
    process = start(tmp_path, *FLAGS, "--jobs", "2")
    wait_for(lambda: lines_written(tmp_path) >= 5)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) >= 2
    process.kill()
    process.communicate()
    wait_for(lambda: not any(_is_alive(child) for child in children))
    assert finished(tmp_path, *FLAGS, "--jobs", "2")[0] == 0
    require_whole(tmp_path, serial)


def _is_alive(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("count", "pause"),
    [
        pytest.param(1, 0.0, id="a worker"),
        pytest.param(2, 0.0, id="the pool"),
        pytest.param(2, 1.5, id="the pool, in the middle of an answer"),  # which is longer than what waits in a pipe
    ],
)
def test_killed_workers_are_replaced(count: int, pause: float, tmp_path: Path, serial: dict[str, str]) -> None:
    killed = []

    def listen(done: int, _: int) -> None:
        if done in (6, 18):
            time.sleep(pause)
            for child in multiprocessing.active_children()[:count]:
                os.kill(child.pid or 0, signal.SIGKILL)
                killed.append(child.pid)

    book, plan = quick_plan(tmp_path, POINTS)
    run_sweep(book, plan, root=tmp_path, jobs=2, progress=listen)
    assert len(killed) >= 2 * count
    require_whole(tmp_path, serial)


class Bomb:
    """Ends the process that reads it."""

    def __reduce__(self) -> tuple[Callable[[int], object], tuple[int]]:
        return os._exit, (9,)


def test_a_point_that_ends_its_worker_three_times_fails_and_takes_no_other_with_it(tmp_path: Path) -> None:
    book, plan = quick_plan(tmp_path, 12)
    points = list(all_points(book, [()]))
    tasks = [task_for(point.recipe, book.config_of(point), plan["created"], keep=False) for point in points]
    tasks.insert(5, PointTask("f" * 64, {"model": Bomb()}, {}, plan["created"], False))
    with Pool(book.data, 2) as pool:
        found = {task.recipe: came for task, came in pool.results(tasks)}
    failure = found.pop("f" * 64)
    assert failure == "a worker process ended 3 times while it was on its way"
    assert len(found) == 12
    for task in tasks:
        if task.recipe in found:
            assert answer_of(found[task.recipe], task)["result"]  # type: ignore[arg-type]


def test_a_pool_that_is_left_in_the_middle_is_left_quietly(tmp_path: Path) -> None:
    book, plan = quick_plan(tmp_path, 12)
    tasks = [
        task_for(point.recipe, book.config_of(point), plan["created"], keep=False) for point in all_points(book, [()])
    ]
    with Pool(book.data, 2) as pool:
        results = pool.results(tasks)
        next(results)
    results.close()  # as when an error of the coordinator is forgotten
    assert multiprocessing.active_children() == []


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(tmp_path: Path, serial: dict[str, str]) -> None:
    process = start(tmp_path, *FLAGS, "--jobs", "2")
    wait_for(lambda: lines_written(tmp_path) >= 5)
    kill_group(process, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert err.count("\n") == 1
    assert "points are kept; the same command continues" in err
    done = lines_written(tmp_path)
    assert 5 <= done < POINTS
    code, out, err = finished(tmp_path, *FLAGS, "--jobs", "2")
    assert (code, err) == (0, "")
    assert f"{done} points were there before" in out
    require_whole(tmp_path, serial)


def test_a_second_coordinator_is_refused_and_the_first_goes_on(tmp_path: Path, serial: dict[str, str]) -> None:
    process = start(tmp_path, *FLAGS, "--jobs", "1")
    wait_for(lambda: lines_written(tmp_path) >= 2)
    os.kill(process.pid, signal.SIGSTOP)
    try:
        code, out, err = finished(tmp_path, *FLAGS, "--jobs", "1")
        assert (code, out) == (1, "")
        assert "expected no other process, got another that computes it already, and goes on" in err
        assert main(["repair", str(tmp_path)]) == 0  # leaves it alone
    finally:
        os.kill(process.pid, signal.SIGCONT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    require_whole(tmp_path, serial)


def test_two_coordinators_that_begin_at_once_make_one_sweep(tmp_path: Path, serial: dict[str, str]) -> None:
    both = [start(tmp_path, *FLAGS, "--jobs", "1") for _ in range(2)]
    codes = []
    for process in both:
        process.communicate(timeout=120)
        codes.append(process.returncode)
    assert sorted(codes) in ([0, 1], [0, 0])  # the second may come when the first has ended
    assert len(list((tmp_path / "sweeps").glob("2*"))) == 1
    require_whole(tmp_path, serial)


def test_a_full_disk_stops_a_sweep_and_what_is_done_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serial: dict[str, str]
) -> None:
    append, written = SweepFolder.append, []

    def full(self: SweepFolder, lines: list[Any]) -> None:
        if len(written) == 7:
            os.write(self.descriptor, b'{"schema_version":1,"recipe_di')
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(lines)
        append(self, lines)

    with monkeypatch.context() as patch:
        patch.setattr(SweepFolder, "append", full)
        with pytest.raises(RunError, match="No space left on device; try the same command when that is solved"):
            dc.sweep(**QUICK, seeds=f"0:{POINTS}", jobs=1, artifacts_root=tmp_path)
    assert len(lines_of(newest(tmp_path))) == 7
    dc.sweep(**QUICK, seeds=f"0:{POINTS}", jobs=1, artifacts_root=tmp_path)
    require_whole(tmp_path, serial)


def test_a_program_without_a_guard_is_not_begun_again_by_its_workers(tmp_path: Path) -> None:
    import subprocess
    import sys

    program = tmp_path / "program.py"
    program.write_text(
        "import digit_classifier as dc\n"
        "print('begun')\n"
        f"root = {str(tmp_path / 'root')!r}\n"
        "done = dc.sweep(model='logistic', epochs=1, seeds=range(4), jobs=2, artifacts_root=root)\n"
        "print(len(done.table))\n"
    )
    src = str(Path(dc.__file__).parents[1])
    out = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": src},
        timeout=60,
    )
    assert (out.stdout, out.stderr) == ("begun\n4\n", "")


def test_an_interrupted_sweep_is_listed_with_a_command_that_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, data = tmp_path / "my runs", tmp_path / "rows.csv"
    data.write_text("\n".join(f"{row % 2},{row * 7 % 12},{row % 2}" for row in range(40)))
    with monkeypatch.context() as patch:
        patch.setattr("digit_classifier.cli.sweep._report", lambda _: 0)
        for words in ([], ["--dataset", str(data)]):
            flags = ["--seeds", "0:3", "--model", "logistic", "--epochs", "2", "--jobs", "1", *words]
            assert main(["sweep", *flags, "--artifacts-root", str(root)]) == 0
            folder = newest(root)
            lines = (folder / "points.jsonl").read_text().splitlines(keepends=True)
            (folder / "points.jsonl").write_text(lines[0])  # as a killed one leaves it
            for derived in ("sweep.json", "sweep.css", "sweep.png", "manifest.json"):
                (folder / derived).unlink()
    assert main(["runs", str(root)]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "was interrupted" in line]
    own = [line for line in told if line.endswith("to go on: the same command again, with this root")]
    (bundled,) = set(told) - set(own)
    assert len(own) == 1
    words = shlex.split(bundled.partition("to go on: ")[2])
    words = words[words.index("sweep") :]
    monkeypatch.chdir(tmp_path)
    assert main(words) == 0
    assert len(sweep_ids(root)) == 2
    assert [path.name for path in tmp_path.iterdir() if path.name == "artifacts"] == []
