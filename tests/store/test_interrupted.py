"""Trainings that end too early: killed, failed, stopped by hand. Their checkpoints hold what they had learned."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digit_classifier import artifacts
from digit_classifier import experiment as flow
from digit_classifier.artifacts import contradictions, payloads_of
from digit_classifier.cli import main as cli
from digit_classifier.errors import typed_command
from digit_classifier.experiment import experiment, record, run_experiment
from digit_classifier.learning import training
from digit_classifier.run import results_of
from digit_classifier.run.prepare import prepare
from digit_classifier.settings.resolve import Given, configure, resolve
from digit_classifier.store.claim import claim
from digit_classifier.store.inspection import inspect, read_bundle
from digit_classifier.store.root import read_root, repair
from faults import count_operations, failing
from store_oracle import leftovers, snapshot
from tiny_runs import CREATED, smallest_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from digit_classifier.learning.training import Epoch
    from digit_classifier.store import Bundle

HERE = Path(__file__).parents[2]
PROGRAM = re.escape(typed_command())
SETTINGS = {"model": "mlp", "hidden_sizes": "8", "epochs": "30"}
SLOW = """
import sys
from digit_classifier.learning.training import Training
steps = Training.__iter__
def count(self):
    for epoch in steps(self):
        if epoch.number == 7:
            print("epoch 7", file=sys.stderr, flush=True)
        yield epoch
Training.__iter__ = count
from digit_classifier.cli.main import command
command()
"""
CHILD = """
import sys
from digit_classifier import experiment as flow
from digit_classifier.settings.resolve import Given, resolve
flow.FIRST_CHECKPOINT, flow.PAUSE = 0.0, 0
settings = dict(pair.split("=") for pair in sys.argv[1:])
given = [Given(name, text, name, "flag") for name, text in settings.items()]
from contextlib import nullcontext
flow.record(resolve(given), progress=lambda _: nullcontext(lambda epoch: print(epoch.number, flush=True)))
"""


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints after every epoch."""
    monkeypatch.setattr(flow, "FIRST_CHECKPOINT", 0.0)
    monkeypatch.setattr(flow, "PAUSE", 0)


def train(root: Path, listen: Callable[[Epoch], None] | None = None, **settings: str) -> Bundle:
    chosen = {**SETTINGS, **settings, "artifacts_root": str(root)}
    return record(
        resolve([Given(name, text, name, "flag") for name, text in chosen.items()]),
        progress=lambda _: nullcontext(listen),
    )


def state_after(epoch: int, **settings: str) -> dict[str, dict[str, Any]]:
    """The results of an undisturbed training of the same settings after an epoch."""
    config = configure(**SETTINGS | settings)
    with experiment(config, prepare(config)) as (training, run):
        next(each for each in training if each.number == epoch)
        return {name: json.loads(json.dumps(payload)) for name, payload in payloads_of(results_of(run())).items()}


@pytest.mark.parametrize(("model", "stop"), [("mlp", 2), ("mlp", 17), ("logistic", 7)])
def test_a_killed_training_is_adopted_with_what_it_knew_after_its_last_epoch(
    model: str, stop: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes, analytics = ("8", "false") if model == "mlp" else ("none", "true")
    settings = {**SETTINGS, "model": model, "hidden_sizes": sizes}
    settings |= {"roc_per_class": analytics, "learning_rate_trace": analytics, "timing_stats": analytics}
    words = [f"{name}={text}" for name, text in settings.items()]
    command = [sys.executable, "-c", CHILD, *words, f"artifacts_root={tmp_path}"]
    env = {**os.environ, "PYTHONPATH": str(HERE / "src")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == stop:
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    (kept,) = read_root(tmp_path).interrupted
    assert stop - 1 <= kept.epoch < 30
    assert kept.planned == 30
    assert cli.main(["runs", str(tmp_path)]) == 0
    assert f"interrupted: {kept.run_id}, checkpoint after epoch {kept.epoch} of 30; try" in capsys.readouterr().out
    assert cli.main(["runs", str(tmp_path), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["interrupted"]
    assert listed == [{"run_id": kept.run_id, "epoch": kept.epoch, "planned": 30}]
    assert cli.main(["repair", str(tmp_path)]) == 0
    assert "left as it is" in capsys.readouterr().out
    assert cli.main(["repair", str(tmp_path), "--adopt"]) == 0
    assert "now published as a run" in capsys.readouterr().out
    assert cli.main(["verify", str(tmp_path)]) == 0
    bundle = read_bundle(tmp_path / kept.run_id)
    assert bundle.payloads["run_summary.json"]["interrupted"] == {"epoch": kept.epoch, "planned": 30}
    names = {
        "metrics.json",
        "holdout.json",
        "model.json",
        "predictions.json",
        "loss_curve.json",
        "epoch_snapshots.json",
    }
    expected = state_after(kept.epoch, model=model, hidden_sizes=sizes, learning_rate_trace=analytics)
    for name in (*names, *(["training_dynamics.json"] if model == "logistic" else [])):
        assert bundle.payloads[name] == expected[name], name
    if model == "logistic":
        assert len(bundle.payloads["timing_stats.json"]["epoch_seconds"]) == kept.epoch
    capsys.readouterr()
    assert cli.main(["runs", str(tmp_path)]) == 0
    assert "(interrupted)" in capsys.readouterr().out


@pytest.mark.usefixtures("eager")
def test_checkpoints_change_nothing_of_the_run_and_leave_nothing_behind(tmp_path: Path) -> None:
    run = train(tmp_path / "often", epochs="9")
    calm = configure(**SETTINGS | {"epochs": "9"})
    expected = payloads_of(results_of(run_experiment(calm, prepare(calm))))
    for name in expected.keys() - {"timing_stats.json", "dataset.json"}:
        assert run.payloads[name] == expected[name]
    assert "interrupted" not in run.payloads["run_summary.json"]
    names = {path.name for path in (tmp_path / "often").iterdir()}
    assert names == {".lock", "datasets", "index.css", "index.json", "latest", run.directory.name}


def fail_at(number: int, error: type[BaseException]) -> Callable[[Epoch], None]:
    def listen(epoch: Epoch) -> None:
        if epoch.number == number:
            raise error("made to fail")

    return listen


@pytest.mark.usefixtures("eager")
def test_an_error_keeps_the_epochs_before_it_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(MemoryError) as caught:
        train(tmp_path, fail_at(5, MemoryError))
    (note,) = caught.value.__notes__
    assert re.fullmatch(
        rf"\d{{8}}-\d{{6}} is kept as a checkpoint after epoch 4; to publish it: "
        rf"{PROGRAM} repair --adopt {tmp_path}; to delete it: {PROGRAM} repair --remove {tmp_path}",
        note,
    )
    assert [kept.epoch for kept in repair(tmp_path, "adopt").interrupted] == [4]
    (entry,) = read_root(tmp_path).entries
    assert inspect(tmp_path / entry["run_id"], shared_data="required").problems == []


@pytest.mark.usefixtures("eager")
def test_the_command_line_prints_the_note_in_its_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = flow.record
    monkeypatch.setattr(
        flow, "record", lambda config, **_: real(config, progress=lambda _: nullcontext(fail_at(3, MemoryError)))
    )
    assert cli.main(["train", "--epochs", "9", "--hidden-sizes", "4", "--artifacts-root", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert "is kept as a checkpoint after epoch 2; to publish it: " in err
    assert " repair --adopt " in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("stop", [1, 5, 29])
def test_an_interrupt_keeps_what_was_learned_up_to_it_at_once(stop: int, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt) as caught:  # long before the first checkpoint is due
        train(tmp_path / "new", fail_at(stop, KeyboardInterrupt))
    (kept,) = read_root(tmp_path / "new").interrupted
    assert (kept.epoch, kept.planned) == (stop, 30)
    (note,) = caught.value.__notes__
    assert note.startswith(f"{kept.run_id} is kept as a checkpoint after epoch {stop}; to publish it: ")
    repair(tmp_path / "new", "adopt")
    expected = state_after(stop)
    bundle = read_bundle(tmp_path / "new" / kept.run_id)
    for name in ("model.json", "holdout.json", "metrics.json", "loss_curve.json", "epoch_snapshots.json"):
        assert bundle.payloads[name] == expected[name], name


@pytest.mark.parametrize("number", range(1, 5))
def test_an_interrupt_within_an_epoch_leaves_the_network_of_the_epoch_before(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever in its updates it comes: here, when the fourth epoch has done some of them."""
    real, calls = training.backward, [0]
    config = configure(**SETTINGS)
    per_epoch = -(-len(prepare(config).training) // config.batch_size)

    def backward(*arguments: Any) -> None:
        calls[0] += 1
        real(*arguments)
        if calls[0] == 3 * per_epoch + number:
            raise KeyboardInterrupt

    monkeypatch.setattr(training, "backward", backward)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path)
    monkeypatch.setattr(training, "backward", real)
    (kept,) = repair(tmp_path, "adopt").interrupted
    bundle, expected = read_bundle(tmp_path / kept.run_id), state_after(3)
    assert kept.epoch == 3
    assert bundle.payloads["model.json"] == expected["model.json"]


def test_an_interrupt_before_the_end_of_an_epoch_keeps_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "backward", stop)
    for flag, reason in (("--artifacts-root", "as no epoch was finished"), ("--output-dir", "as only runs of an")):
        assert cli.main(["train", "--epochs", "9", flag, str(tmp_path / "new")]) == 130
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"error: interrupted: nothing is kept, {reason}")
        assert err.count("\n") == 1
        assert not (tmp_path / "new").exists()


def test_a_second_interrupt_leaves_no_half_of_a_checkpoint(tmp_path: Path) -> None:
    """It may come at any operation of writing the checkpoint that the first one asked for."""
    root = tmp_path / "root"
    files = smallest_files(CREATED, 1, 3)

    def stopped_by_hand() -> None:
        with claim(root, CREATED) as staged:
            staged.keep(1, *files)
            raise KeyboardInterrupt

    total, kept = len(count_operations(root, lambda: suppressed(stopped_by_hand), reads=True)), set()
    for number in range(1, total + 1):
        shutil.rmtree(root, ignore_errors=True)
        with failing(root, number, KeyboardInterrupt, sticky=False) as failed:
            suppressed(stopped_by_hand)
        found = read_root(root).interrupted if root.exists() else ()
        kept.add(len(found))
        left = leftovers(snapshot(root)) if root.exists() else []
        assert left == [f".incoming-{each.run_id}" for each in found] or failed[0]
        for each in found:
            assert {path.name for path in each.directory.parent.iterdir()} == {*each.shared, "1"} or failed[0]
    assert kept == {0, 1}


def suppressed(action: Callable[[], None]) -> None:
    with suppress(KeyboardInterrupt):
        action()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_keeps_the_checkpoint_and_prints_the_commands_for_it(name: str, tmp_path: Path) -> None:
    root = tmp_path / "my runs"
    command = [sys.executable, "-c", SLOW, "train", "--hidden-sizes", "8", "--epochs", "100000"]
    command += ["--artifacts-root", str(root)]
    env = {**os.environ, "PYTHONPATH": str(HERE / "src")}
    number = getattr(signal, name)  # taken as usual, although this process may ignore it
    usual = partial(signal.signal, number, signal.SIG_DFL)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, env=env, preexec_fn=usual) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "epoch 7\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (out, process.returncode) == ("", 128 + number)
    (kept,) = read_root(root).interrupted
    said = re.fullmatch(
        rf"error: interrupted: {kept.run_id} is kept as a checkpoint after epoch {kept.epoch}; "
        r"to publish it: (.* repair --adopt .*); to delete it: (.* repair --remove .*)\n",
        err.splitlines(keepends=True)[-1],
    )
    assert said
    assert kept.epoch >= 7
    shutil.copytree(root, tmp_path / "copy")
    for line, runs in ((said[1], 1), (said[2], 0)):
        assert subprocess.run(shlex.split(line), env=env).returncode == 0
        assert len(read_root(root).entries) == runs
        assert read_root(root).interrupted == ()
        shutil.rmtree(root)
        shutil.copytree(tmp_path / "copy", root)


@pytest.mark.usefixtures("eager")
def test_what_is_removed_is_gone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError):
        train(tmp_path, fail_at(3, ZeroDivisionError))
    assert cli.main(["repair", str(tmp_path), "--remove"]) == 0
    assert "removed: .incoming-" in capsys.readouterr().out
    assert read_root(tmp_path).interrupted == ()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".incoming")]


@pytest.mark.usefixtures("eager")
def test_a_training_that_is_alive_is_not_interrupted(tmp_path: Path) -> None:
    seen = []
    look = lambda _: seen.append((read_root(tmp_path).interrupted, repair(tmp_path, "adopt").interrupted))  # noqa: E731
    train(tmp_path, look, epochs="5")
    assert set(seen) == {((), ())}


def test_checkpoints_wait_twenty_times_what_the_last_one_took(monkeypatch: pytest.MonkeyPatch) -> None:
    now, kept = [0.0], []

    class Claimed:
        checkpoint = None

        def keep(self, epoch: int, *_: object) -> None:
            kept.append((epoch, now[0]))
            now[0] += 0.25
            if epoch == 8:
                raise OSError

    monkeypatch.setattr(flow.time, "perf_counter", lambda: now[0])
    checkpoints = flow.Checkpoints(lambda: ({}, {}))
    for number in range(1, 20):
        now[0] += 1
        checkpoints.maybe(Claimed(), number)  # type: ignore[arg-type]
    assert kept == [(3, 3.0), (8, 8.25), (13, 13.5), (18, 18.75)]  # 5 s after each, which took a quarter of one


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epoch": 2, "planned": 3}, "run_summary.interrupted.planned: expected 30, as configured, got 3"),
        ({"epoch": 30, "planned": 30}, "run_summary.interrupted.epoch: expected 1..29, got 30"),
        ({"epoch": 0, "planned": 30}, "run_summary.interrupted.epoch: expected an integer ≥ 1, got 0"),
        ({"epoch": 4}, "run_summary.interrupted.planned: expected an integer ≥ 2, got nothing"),
    ],
)
@pytest.mark.usefixtures("eager")
def test_a_summary_that_contradicts_itself_is_refused(change: dict[str, int], message: str, tmp_path: Path) -> None:
    with pytest.raises(MemoryError):
        train(tmp_path, fail_at(4, MemoryError))
    repair(tmp_path, "adopt")
    bundle = read_bundle(tmp_path / read_root(tmp_path).entries[0]["run_id"])
    summary = bundle.payloads["run_summary.json"]
    with pytest.raises(ValueError, match="interrupted") as caught:
        artifacts.validate_run_summary_payload({**summary, "interrupted": change})
    assert str(caught.value) == message
    for lie in ({"interrupted": {"epoch": 2, "planned": 30}}, {}):
        other = {key: value for key, value in summary.items() if key != "interrupted"} | lie
        found = contradictions({**bundle.payloads, "run_summary.json": other})
        assert any(text.startswith("loss_curve.epochs (how many): expected ") for text in found)
