"""The command line as scripts and terminals see it: streams, exit codes, JSON, interrupts."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from digit_classifier.cli import main as cli
from digit_classifier.settings.run_config import ABSENT, PRIVATE, SETTINGS
from digit_classifier.store import read_root

HERE = Path(__file__).parents[2]
DEMO = HERE / "examples" / "digit-classifier" / "run_demo.py"
QUICK = ("--model", "logistic", "--epochs", "3")


def demo(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, DEMO, *arguments], capture_output=True, text=True, check=False, **options)


def train(root: Path, *arguments: str, **options: Any) -> dict[str, Any]:
    result = demo(*QUICK, "--artifacts-root", str(root), *arguments, **options)
    assert (result.returncode, result.stderr) == (0, "")
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def test_success_prints_one_json_object_and_nothing_else(tmp_path: Path) -> None:
    report = train(tmp_path / "runs", "--run-label", "Baseline No. 1")
    assert list(report) == [
        "train_accuracy",
        "test_accuracy",
        "macro_f1",
        "run_id",
        "run_dir",
        "config",
        "artifacts",
        "notes",
    ]
    directory = Path(report["run_dir"])
    assert directory.parent == tmp_path / "runs"
    assert report["run_id"] == directory.name
    assert directory.name.endswith("-baseline-no-1")
    assert report["artifacts"] == sorted(path.name for path in directory.iterdir())
    assert report["config"].keys() == SETTINGS.keys() - PRIVATE - ABSENT.keys()  # all of these go without saying here
    assert report["config"]["epochs"] == 3
    assert report["notes"] == []
    metrics = json.loads((directory / "metrics.json").read_text())
    assert (report["test_accuracy"], report["train_accuracy"], report["macro_f1"]) == (
        metrics["accuracy"],
        metrics["train_accuracy"],
        metrics["macro_f1"],
    )
    summary = json.loads((directory / "run_summary.json").read_text())
    assert summary["label"] == "Baseline No. 1"


def test_the_summary_records_origins_and_a_command_that_repeats_the_run(tmp_path: Path) -> None:
    config = tmp_path / "mine.yaml"
    config.write_text("momentum: 0.8\nrun_label: -odd 'label'\n")
    first = train(tmp_path / "runs", "--seed", "7", "--config", str(config))
    summary = json.loads((Path(first["run_dir"]) / "run_summary.json").read_text())
    origin = summary["config_origin"]
    assert (origin["random_state"], origin["momentum"], origin["batch_size"], origin["test_size"]) == (
        "--seed",
        "mine.yaml",
        "preset logistic",
        "default",
    )
    words = shlex.split(summary["command"])
    assert words[:2] == ["digit-classifier", "train"]
    env = {**os.environ, "PYTHONPATH": str(HERE / "src")}
    again = subprocess.run(
        [sys.executable, "-m", "digit_classifier", *words[1:], "--artifacts-root", str(tmp_path / "again")],
        capture_output=True,
        text=True,
        check=True,
        env=env,
    )
    repeated = json.loads((Path(json.loads(again.stdout)["run_dir"]) / "run_summary.json").read_text())
    assert repeated["results_digest"] == summary["results_digest"]
    assert repeated["config"] == summary["config"]


def test_nothing_private_is_recorded(tmp_path: Path) -> None:
    secret = tmp_path / "secret-place"
    report = train(
        secret / "runs", "--config", str(DEMO.with_name("config.yaml")), env={**os.environ, "TOKEN": "s3cr3t"}
    )
    for name in ("run_summary.json", "manifest.json"):
        words = set(re.findall(r"[\w/.-]+", (Path(report["run_dir"]) / name).read_text()))
        private = {"secret-place", "s3cr3t", str(Path.home()), os.uname().nodename, str(secret), str(HERE)}
        assert not private & words
        assert not [word for word in words if "secret-place" in word or word.startswith(str(Path.home()))]


def relevant(directory: Path) -> dict[str, bytes]:
    """Every JSON file that the contract wants equal; times and ids are in the others."""
    changing = {"run_summary.json", "timing_stats.json", "manifest.json"}
    return {path.name: path.read_bytes() for path in sorted(directory.glob("*.json")) if path.name not in changing}


def test_the_same_configuration_gives_the_same_bytes_whatever_surrounds_it(tmp_path: Path) -> None:
    flags = ("--model", "mlp", "--epochs", "3", "--roc-per-class", "--learning-rate-trace")
    surroundings: list[dict[str, str]] = [
        {},
        {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "1"},
        {
            "OPENBLAS_NUM_THREADS": "4",
            "PYTHONHASHSEED": "2",
            "TZ": "Asia/Kathmandu",
            "LC_ALL": "C",
            "LANG": "tr_TR.UTF-8",
        },
    ]
    found = []
    for number, extra in enumerate(surroundings):
        place = tmp_path / str(number)
        place.mkdir()
        report = train(place / "runs", *flags, cwd=place, env={**os.environ, **extra})
        directory = Path(report["run_dir"])
        summary = json.loads((directory / "run_summary.json").read_text())
        found.append(
            (relevant(directory), summary["results_digest"], [p.read_bytes() for p in directory.glob("*.png")])
        )
    assert found[0] == found[1] == found[2]


def test_parallel_processes_give_the_same_bytes_and_keep_every_run(tmp_path: Path) -> None:
    command = [sys.executable, DEMO, *QUICK, "--artifacts-root", tmp_path / "runs", "--run-label", "twin"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    reports = [json.loads(process.communicate()[0]) for process in processes]
    directories = [Path(report["run_dir"]) for report in reports]
    assert len(set(directories)) == 4
    assert all(relevant(directory) == relevant(directories[0]) for directory in directories)
    index = json.loads((tmp_path / "runs" / "index.json").read_text())
    assert {run["run_id"] for run in index["runs"]} == {report["run_id"] for report in reports}


def test_flat_mode_writes_straight_into_the_directory_and_leaves_other_files_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for analytics in (["--timing-stats"], []):
        result = demo(*QUICK, "--output-dir", str(tmp_path), *analytics)
        assert (result.returncode, result.stderr) == (0, "")
    report = json.loads(result.stdout)
    assert (report["run_id"], report["run_dir"]) == (None, str(tmp_path))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {*report["artifacts"], "notes.txt"}
    assert cli.main(["verify", str(tmp_path)]) == 0


@pytest.mark.parametrize(
    "flags",
    [
        "--model mlp --optimizer sgd --learning-rate 1000 --epochs 30 --lr-decay 0 --hidden-sizes 64,64,64",
        "--model logistic --learning-rate 700",  # the weights of the last good epoch overflow, too
        "--model logistic --learning-rate 700 --exact",
    ],
)
def test_a_run_that_diverges_says_so_and_keeps_what_was_good(tmp_path: Path, flags: str) -> None:
    result = demo(*flags.split(), "--artifacts-root", str(tmp_path))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("error: training: expected finite losses, got epoch ")
    assert result.stderr.count("\n") == 1


# Every process below takes its signal as usual, although this one may ignore it, being in the background or nohup's.


def test_an_interrupt_exits_130_and_says_what_is_kept(tmp_path: Path) -> None:
    main, terminal = pty.openpty()  # a terminal sees the progress, and so do we
    command = [sys.executable, DEMO, "--epochs", "100000", "--lr-decay", "0", "--artifacts-root", tmp_path / "runs"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    os.close(terminal)
    seen = os.read(main, 65536)
    while b"hold-out" not in seen:
        seen += os.read(main, 65536)
    process.send_signal(signal.SIGINT)
    said = read_all(main)
    assert (process.communicate()[0], process.returncode) == ("", 130)
    (kept,) = read_root(tmp_path / "runs").interrupted
    told = f"error: interrupted: {kept.run_id} is kept as a checkpoint after epoch {kept.epoch}; to publish it: "
    assert told.encode() in said


def read_all(descriptor: int) -> bytes:
    """What comes from a terminal until its last writer is gone."""
    seen = b""
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # how Linux says that the other side is closed
            chunk = b""
        if not chunk:
            os.close(descriptor)
            return seen
        seen += chunk


def test_a_full_standard_output_is_said_and_loses_no_run(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, DEMO, *QUICK, "--artifacts-root", tmp_path]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode != 0
    assert len(json.loads((tmp_path / "index.json").read_text())["runs"]) == 1


def test_a_terminal_gets_progress_and_a_summary_on_stderr_while_stdout_stays_json(tmp_path: Path) -> None:
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, DEMO, *QUICK, "--artifacts-root", tmp_path], stdout=subprocess.PIPE, stderr=terminal, text=True
    )
    os.close(terminal)
    text = read_all(main).decode()
    assert json.loads(process.communicate()[0])["run_id"]
    assert "held-out digits are classified correctly" in text
    assert "run_demo.py verify" in text


def test_runs_lists_every_run_and_what_is_damaged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = train(tmp_path, "--run-label", "good")
    broken = train(tmp_path, "--run-label", "bad")
    (Path(broken["run_dir"]) / "manifest.json").write_text("{}")
    assert cli.main(["runs", str(tmp_path), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [run["run_id"] for run in listed["runs"]] == [kept["run_id"]]
    assert [run["run_id"] for run in listed["damaged"]] == [broken["run_id"]]
    assert cli.main(["runs", str(tmp_path)]) == 0
    table = capsys.readouterr().out
    assert kept["run_id"] in table
    assert f"damaged: {broken['run_id']}" in table


def test_verify_finds_a_better_number_even_with_a_matching_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = Path(train(tmp_path)["run_dir"])
    assert cli.main(["verify", str(tmp_path)]) == 0
    holdout = json.loads((directory / "holdout.json").read_text())
    pairs = zip(holdout["true_labels"], holdout["predicted_labels"], strict=True)
    wrong = next(row for row, (true, guess) in enumerate(pairs) if true != guess)
    holdout["true_labels"][wrong] = holdout["predicted_labels"][wrong]
    text = json.dumps(holdout).encode()
    (directory / "holdout.json").write_bytes(text)
    manifest = json.loads((directory / "manifest.json").read_text())
    manifest["files"]["holdout.json"] = {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
    (directory / "manifest.json").write_text(json.dumps(manifest))
    capsys.readouterr()
    assert cli.main(["verify", str(directory)]) == 1
    said = capsys.readouterr().out
    assert "metrics.accuracy: expected" in said
    assert "run_summary.results_digest: expected" in said


def test_repair_brings_back_index_and_latest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_id = train(tmp_path)["run_id"]
    (tmp_path / "index.json").write_text("not json")
    shutil.rmtree(tmp_path / "latest")
    assert cli.main(["repair", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "index.json").read_text())["latest"] == run_id
    assert (tmp_path / "latest" / "metrics.json").read_bytes() == (tmp_path / run_id / "metrics.json").read_bytes()
    assert "1 runs listed" in capsys.readouterr().out


def test_help_names_every_setting_with_both_spellings(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        cli.main(["train", "--help"])
    assert exited.value.code == 0
    text = capsys.readouterr().out
    for name, item in SETTINGS.items():
        assert "--" + name.replace("_", "-") in text
        if item.metadata["alias"]:
            assert "--" + item.metadata["alias"].replace("_", "-") in text
        if item.default is False:
            assert "--no-" + name.replace("_", "-") in text


def test_no_flag_switches_an_analytic_off_that_the_file_switches_on(tmp_path: Path) -> None:
    config = tmp_path / "on.yaml"
    config.write_text("timing_stats: true\n")
    report = train(tmp_path / "runs", "--config", str(config), "--no-timing-stats")
    assert "timing_stats.json" not in report["artifacts"]


def test_source_date_epoch_fixes_the_time_of_a_run(tmp_path: Path) -> None:
    report = train(tmp_path, env={**os.environ, "SOURCE_DATE_EPOCH": "1709672532"})
    assert report["run_id"] == "20240305-210212"
    result = demo(*QUICK, "--artifacts-root", str(tmp_path), env={**os.environ, "SOURCE_DATE_EPOCH": "9" * 30})
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: SOURCE_DATE_EPOCH: expected seconds since 1970, got ")


def test_a_run_that_diverges_at_once_is_still_a_whole_run(tmp_path: Path) -> None:
    flags = ["--model", "logistic", "--scaling", "max", "--learning-rate", "1000", "--batch-size", "1"]
    every = ["--roc-per-class", "--learning-rate-trace", "--timing-stats", "--artifacts-root", str(tmp_path)]
    momentum = ["--momentum", "0.999999", "--weight-decay", "10", "--epochs", "9"]
    result = demo(*flags, *momentum, *every)
    assert result.returncode == 1
    assert result.stderr.startswith("error: training: expected finite losses")
    assert result.stderr.count("\n") == 1
    assert cli.main(["verify", str(tmp_path)]) == 0


def test_verify_of_a_root_finds_what_is_derived_and_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train(tmp_path)
    assert cli.main(["verify", str(tmp_path)]) == 0
    for path, broken in (
        (tmp_path / "index.json", b"{}"),
        (tmp_path / "index.css", b":root{}"),
        (tmp_path / "latest" / "metrics.json", b"{}"),
        (next((tmp_path / "datasets").glob("*.json")), b"{}"),
    ):
        whole = path.read_bytes()
        path.write_bytes(broken)
        capsys.readouterr()
        assert cli.main(["verify", str(tmp_path)]) == 1, path
        assert path.name.removesuffix("metrics.json") in capsys.readouterr().out
        path.write_bytes(whole)
    shutil.rmtree(tmp_path / "datasets")
    assert cli.main(["verify", str(tmp_path)]) == 1


def test_an_empty_label_is_no_label_in_the_command_too(tmp_path: Path) -> None:
    report = train(tmp_path, "--run-label", "")
    summary = json.loads((Path(report["run_dir"]) / "run_summary.json").read_text())
    assert (summary["label"], "--run-label" in summary["command"]) == (None, False)


def test_a_terminal_without_unicode_and_a_closed_output_are_no_reason_to_fail(tmp_path: Path) -> None:
    ascii_only = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(HERE / "src")}
    train(tmp_path, "--run-label", "é漢", env=ascii_only)
    command = [sys.executable, "-m", "digit_classifier", "runs", str(tmp_path)]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, env=ascii_only)
    assert "\\xe9\\u6f22" in listed.stdout
    shell = f'exec "$0" "$1" {" ".join(QUICK)} --artifacts-root "$2" >&-'
    closed = subprocess.run(
        ["sh", "-c", shell, sys.executable, str(DEMO), str(tmp_path)], stderr=subprocess.PIPE, text=True, check=False
    )
    assert (closed.returncode, closed.stderr) == (0, "")
    assert len(json.loads((tmp_path / "index.json").read_text())["runs"]) == 2


@pytest.mark.parametrize("place", ["", "latest", "run"])
def test_flat_mode_never_replaces_a_run_of_a_history(tmp_path: Path, place: str) -> None:
    run = Path(train(tmp_path)["run_dir"])
    target = run if place == "run" else tmp_path / place
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    result = demo(*QUICK, "--output-dir", str(target))
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "expected an empty directory or an earlier run of --output-dir" in result.stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    nested = demo(*QUICK, "--artifacts-root", str(run))
    assert (nested.returncode, nested.stdout) == (2, "")


def test_flat_mode_never_replaces_somebody_elses_file(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text("precious")
    result = demo(*QUICK, "--output-dir", str(tmp_path))
    assert (result.returncode, result.stdout) == (2, "")
    assert "got metrics.json of another origin" in result.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("metrics.json", "precious")]


def test_a_network_too_large_for_its_file_is_refused_before_training(tmp_path: Path) -> None:
    result = demo("--epochs", "1", "--hidden-sizes", "2048,2048", "--artifacts-root", str(tmp_path / "runs"))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --hidden-sizes: expected at most 2,000,000 parameters in all, got 4,")
    assert not (tmp_path / "runs").exists()


def test_the_largest_network_that_is_allowed_can_be_verified(tmp_path: Path) -> None:
    train(tmp_path, "--model", "mlp", "--epochs", "1", "--hidden-sizes", "1400,1300")
    assert cli.main(["verify", str(tmp_path)]) == 0


def test_a_closed_standard_error_is_no_reason_to_fail(tmp_path: Path) -> None:
    shell = f'exec "$0" "$1" {" ".join(QUICK)} --artifacts-root "$2" 2>&-'
    command = ["sh", "-c", shell, sys.executable, str(DEMO), str(tmp_path)]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert (result.returncode, bool(json.loads(result.stdout)["run_id"])) == (0, True)


def test_a_report_nobody_takes_names_the_run_that_is_safe(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, DEMO, *QUICK, "--artifacts-root", tmp_path]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    run_id = json.loads((tmp_path / "index.json").read_text())["latest"]
    assert result.returncode == 1
    assert result.stderr.endswith(f"run_demo.py verify {tmp_path / run_id}; the run is saved\n")
    assert result.stderr.count("\n") == 1


def test_the_recorded_versions_are_those_that_are_installed(tmp_path: Path) -> None:
    from importlib.metadata import version

    summary = json.loads((Path(train(tmp_path)["run_dir"]) / "run_summary.json").read_text())
    facts = summary["environment"]
    assert (facts["pillow"], facts["scikit_learn"], facts["numpy"], facts["blas_threads"]) == (
        version("pillow"),
        version("scikit-learn"),
        version("numpy"),
        1,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_end_a_training_as_an_interrupt_does(tmp_path: Path, number: int) -> None:
    main, terminal = pty.openpty()
    command = [sys.executable, DEMO, "--epochs", "100000", "--lr-decay", "0", "--artifacts-root", tmp_path / "runs"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        preexec_fn=partial(signal.signal, number, signal.SIG_DFL),
    )
    os.close(terminal)
    seen = os.read(main, 65536)
    while b"hold-out" not in seen:
        seen += os.read(main, 65536)
    process.send_signal(number)
    read_all(main)
    assert (process.communicate()[0], process.returncode) == ("", 128 + number)
    assert len(read_root(tmp_path / "runs").interrupted) == 1


def test_repair_says_what_is_wrong_with_a_data_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train(tmp_path)
    (data,) = (tmp_path / "datasets").glob("*.json")
    data.write_text("{}")
    assert cli.main(["repair", str(tmp_path)]) == 1
    assert "data set: " in capsys.readouterr().out
    train(tmp_path)  # writes it anew
    assert cli.main(["repair", str(tmp_path)]) == 0
    assert cli.main(["verify", str(tmp_path)]) == 0


def test_repair_of_a_directory_without_runs_writes_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert cli.main(["repair", str(tmp_path)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_flat_run_that_replaces_another_says_which(tmp_path: Path) -> None:
    first = demo(*QUICK, "--output-dir", str(tmp_path / "flat"), "--run-label", "the first")
    assert json.loads(first.stdout)["notes"] == []
    created = json.loads((tmp_path / "flat" / "run_summary.json").read_text())["created"]
    second = demo(*QUICK, "--output-dir", str(tmp_path / "flat"))
    moment = f"{created[:10]} {created[11:19]} UTC"
    assert json.loads(second.stdout)["notes"] == [f"replaced the run of {moment} the first"]
    assert second.stderr == ""
    main, terminal = pty.openpty()
    command = [sys.executable, DEMO, *QUICK, "--output-dir", str(tmp_path / "flat")]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=terminal, check=True)
    os.close(terminal)
    assert b"Note: replaced the run of 2" in read_all(main)


def test_a_table_stays_one_where_no_image_shape_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sixty-four columns of bytes are images otherwise; the recorded settings train it again."""
    rows = [[(3 * row + column * (row % 2)) % 17 for column in range(64)] + [row % 2] for row in range(100)]
    (tmp_path / "pixels.csv").write_text("\n".join(",".join(map(str, row)) for row in rows))
    data = ["--dataset", str(tmp_path / "pixels.csv"), "--label-column", "last"]
    assert "feature_names" not in summary_of(train(tmp_path / "images", *data))["dataset"]
    report = train(tmp_path / "runs", *data, "--image-shape", "none")
    assert (report["config"]["image_shape"], "feature_names" in summary_of(report)["dataset"]) == ([], True)
    config = tmp_path / "table.yaml"
    config.write_text("image_shape: none\n")
    assert summary_of(train(tmp_path / "runs", *data, "--config", str(config)))["config"] == report["config"]
    assert cli.main(["verify", str(tmp_path / "runs")]) == 0
    assert cli.main(["replay", report["run_dir"]]) == 0
    assert "bit-identical" in capsys.readouterr().out


def summary_of(report: dict[str, Any]) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((Path(report["run_dir"]) / "run_summary.json").read_text())
    return summary


def test_a_network_without_hidden_layers_is_recorded_as_a_command_that_is_read(tmp_path: Path) -> None:
    words = shlex.split(summary_of(train(tmp_path, "--model", "mlp", "--hidden-sizes", ""))["command"])
    assert words[words.index("--hidden-sizes") + 1] == "none"


def test_a_run_may_be_named_after_the_flags_of_an_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = train(tmp_path / "runs")["run_dir"]
    for words in (
        ["html", "-o", "a.html", run],
        ["--force", "html", "-o", "a.html", run],
        ["-o", "a.html", "html", run],
    ):
        words = [str(tmp_path / word) if word == "a.html" else word for word in words]
        assert cli.main(["export", *words]) == 0, words
    capsys.readouterr()
    assert cli.main(["export", "html", "-o", str(tmp_path / "b.html"), run, "another"]) == 2
    assert "'another': expected an argument of 'export', got another word" in capsys.readouterr().err
    assert cli.main(["note", run, "--remove", "words"]) == 2
    assert "TEXT: expected none beside --remove" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["replay", "note", "export html -o x.html", "export onnx -o x.onnx"])
def test_a_latest_run_that_was_deleted_by_hand_is_named_with_what_finds_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    train(tmp_path / "artifacts", "--run-label", "kept")
    gone = train(tmp_path / "artifacts", "--run-label", "gone")
    shutil.rmtree(gone["run_dir"])
    words = [*command.split(), "artifacts"]
    assert cli.main(words) == 2
    error = capsys.readouterr().err
    assert f"whose latest run {gone['run_id']} is gone; try " in error
    assert "repair artifacts" in error
    assert cli.main(["repair", "artifacts"]) == 0
    if "onnx" not in command:  # its library is an extra
        assert cli.main(words) == 0
