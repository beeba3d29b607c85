"""Bad input of every kind: one line, exit 2, nothing written, nothing lost. (YAML contents: tests/settings.)"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from digit_classifier.cli import main as cli

DEMO = Path(__file__).parents[2] / "examples" / "digit-classifier" / "run_demo.py"

BAD_FLAGS = [
    ("--epochs ten", "--epochs: expected a whole number from 1 to 100000, got 'ten'; try --epochs "),
    ("--epochs 0", "got '0'"),
    ("--epochs -3", "got '-3'"),
    ("--epochs 1.5", "got '1.5'"),
    ("--epochs 1e3", "got '1e3'"),
    ("--epochs 007", "got '007'"),
    ("--epochs 100001", "got '100001'"),
    ("--epochs=", "got ''"),
    ("--epochs", "--epochs: expected"),
    ("--epochs \u0663", "--epochs: expected a whole number"),
    (
        "--epochs 9999999999999999999999999999999999999999999999999999999999999999999999999999999",
        r"100000, got '9{50,}.*\.\.\.",
    ),
    ("--learning-rate 0", "--learning-rate: expected a number above 0, up to 1000, got '0'"),
    ("--learning-rate nan", "got 'nan'"),
    ("--learning-rate inf", "got 'inf'"),
    ("--learning-rate -0.1", "got '-0.1'"),
    ("--learning-rate 1e400", "got '1e400'"),
    ("--learning-rate -1e-3", "--learning-rate: expected a number above 0, up to 1000, got '-1e-3'"),
    ("--learning-rate -.5e1", "got '-.5e1'"),
    ("--learning-rate -inf", "got '-inf'"),
    ("--learning-rate 1_0", "got '1_0'"),
    ("--hidden-sizes -1,2", "--hidden-sizes: expected up to 8 layer sizes of 1 to 4096 units, or none, got '-1,2'"),
    ("--learning-rate 0,1", "got '0,1'"),
    ("--lr-decay 1.1", "--lr-decay: expected a number from 0, up to 1, got '1.1'"),
    ("--lr-decay -1", "got '-1'"),
    ("--batch-size -1", "--batch-size: expected a whole number from 0"),
    ("--momentum 1", "--momentum: expected a number from 0, below 1, got '1'"),
    ("--weight-decay 11", "--weight-decay: expected a number from 0, up to 10"),
    ("--label-smoothing 1", "--label-smoothing: expected"),
    ("--shift-pixels 17", "--shift-pixels: expected"),
    ("--scaling minmax", "--scaling: expected one of standard, max, got 'minmax'"),
    ("--optimizer adam", "--optimizer: expected one of sgd, adamw, got 'adam'"),
    ("--model svm", "--model: expected one of mlp, cnn, logistic, got 'svm'; try --model mlp"),
    ("--model MLP", "got 'MLP'"),
    (
        "--dataset mnist",
        "--dataset: expected .*, got 'mnist'; try ",
    ),
    ("--model logistic --hidden-sizes 64", "logistic is the network without hidden layers"),
    ("--hidden-sizes 0", "--hidden-sizes: expected up to 8 layer sizes of 1 to 4096 units, or none, got '0'"),
    ("--hidden-sizes 64,", "got '64,'"),
    ("--hidden-sizes 64;32", "got '64;32'"),
    ("--hidden-sizes 5000", "got '5000'"),
    ("--hidden-sizes 1,1,1,1,1,1,1,1,1", "expected up to 8 layer sizes"),
    ("--test-size 0", "--test-size: expected a number above 0, below 1, got '0'"),
    ("--test-size 1", "got '1'"),
    ("--test-split 20%", "--test-split: expected a number above 0, below 1, got '20%'; try --test-split 0.2"),
    ("--test-size 0.001", "--test-size: expected a share that leaves every class on both sides, got 0.001"),
    ("--test-size 0.999", "expected a share that leaves every class on both sides"),
    ("--test-size 0.2 --test-split 0.3", "--test-split: expected the value of --test-size"),
    ("--seed 1 --random-state 2", "--random-state: expected the value of --seed"),
    ("--seed -1", "--seed: expected a whole number from 0 to 4294967295, got '-1'; try --seed 42"),
    ("--seed 4294967296", "got '4294967296'"),
    ("--sample-count 0", "--sample-count: expected a whole number from 1 to 400, got '0'"),
    (
        "--sample-count 400",
        "--sample-count: expected at most 360, the size of the hold-out, got 400; try --sample-count 16",
    ),
    ("--artifacts-root a --output-dir b", "--output-dir: expected no --artifacts-root beside it"),
    ("--epoch 3", "'--epoch': expected an argument of .*; try --epochs"),
    ("--timing-stat", "try --timing-stats"),
    ("--frobnicate", "'--frobnicate': expected an argument"),
    ("extra", "'extra': expected an argument"),
    ("--roc-per-class=yes", "--roc-per-class"),
    ("--config missing.yaml", r"--config: expected a readable YAML file, got 'missing.yaml' \(No such file"),
    ("--config .", r"--config: expected a readable YAML file, got '\.' \(Is a directory"),
    ("--artifacts-root file.txt", "file.txt"),
    ("--artifacts-root file.txt/below", "file.txt"),
    ("--output-dir file.txt", "file.txt"),
    ("--artifacts-root=", "--artifacts-root: expected a directory, got ''"),
    ("--artifacts-root " + "x" * 300, "File name too long"),
]


def run_bad(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert err[:-1].isprintable()
    return err


@pytest.mark.parametrize("words", [["runs", "--newest"], ["serve", "--port"], ["replay", "--max-seconds"]])
@pytest.mark.parametrize("value", ["9" * 5000, "-1e3", "1_0", "nan"])
def test_numbers_of_any_size_and_form_are_refused_in_one_line(
    words: list[str], value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, flag = words
    assert cli.main([command, str(tmp_path), flag, value]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert re.match(f"error: {flag}: expected an? .* got '{value[:50]}", err)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("precious")
    return tmp_path


@pytest.mark.parametrize(("line", "message"), BAD_FLAGS, ids=[line[:40] for line, _ in BAD_FLAGS])
def test_a_bad_flag_is_one_line_and_writes_nothing(
    workplace: Path, capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    import re

    error = run_bad(["train", *line.split(" ")], capsys)
    assert re.search(message, error), error
    assert [path.name for path in workplace.rglob("*")] == ["file.txt"]
    assert (workplace / "file.txt").read_text() == "precious"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected one of train, sweep, settings, runs, predict, note, verify, replay, repair"),
        (["trian"], "'trian'.*try .* train"),
        (["verify"], "RUN"),
        (["verify", "nowhere"], "'nowhere'"),
        (["verify", "file.txt"], "'file.txt'"),
        (["runs", "nowhere"], "ROOT: expected an artifacts root, got 'nowhere'"),
        (["runs", "--jsn"], "try --json"),
        (["repair", "nowhere"], "ROOT: expected an artifacts root, got 'nowhere'"),
        (["repair", "file.txt"], "ROOT: expected an artifacts root, got 'file.txt'"),
    ],
    ids=" ".join,
)
def test_a_bad_command_is_one_line(
    workplace: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    import re

    error = run_bad(arguments, capsys)
    assert re.search(message, error), error
    assert [path.name for path in workplace.rglob("*")] == ["file.txt"]


@pytest.mark.parametrize(
    "label", ["../../etc", "CON", "a\x1b[31m", "line\nbreak", "\u202eabc", "é" * 200, "😀", "/", "."]
)
def test_any_label_is_kept_as_clean_text_and_never_becomes_a_path(
    workplace: Path, capsys: pytest.CaptureFixture[str], label: str
) -> None:
    import json
    import re

    assert cli.main(["train", "--model", "logistic", "--epochs", "1", "--run-label", label]) == 0
    report = json.loads(capsys.readouterr().out)
    assert re.fullmatch(r"\d{8}-\d{6}(-[a-z0-9-]+)?", report["run_id"])
    assert Path(report["run_dir"]).parent == Path("artifacts")
    summary = json.loads((workplace / report["run_dir"] / "run_summary.json").read_text())
    assert summary["label"] is None or (summary["label"].isprintable() and len(summary["label"]) <= 80)


def demo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, DEMO, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_the_script_says_the_same_as_the_function(workplace: Path) -> None:
    result = demo("--epochs", "ten")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --epochs: expected a whole number")


def test_a_missing_library_is_named_with_the_command_that_brings_it(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise ModuleNotFoundError(\"No module named 'numpy'\", name='numpy')")
    result = demo("--artifacts-root", str(tmp_path / "runs"), PYTHONPATH=str(tmp_path))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "numpy" in result.stderr
    assert "pip install -r" in result.stderr


def old_pythons() -> list[str]:
    """Older interpreters on this machine; where there is none, the test below plays one."""
    import shutil

    return [path for minor in range(4, 11) if (path := shutil.which(f"python3.{minor}"))]


def test_an_older_python_is_told_what_is_missing(tmp_path: Path) -> None:
    play_older = "import sys, runpy; sys.version_info = (3, 10, 0); runpy.run_path(sys.argv[1], run_name='__main__')"
    for command in [[sys.executable, "-c", play_older], *([old] for old in old_pythons())]:
        result = subprocess.run([*command, str(DEMO)], capture_output=True, text=True, check=False)
        if "pyenv" in result.stderr and result.returncode == 127:  # a shim for a version that is not there
            continue
        assert result.returncode == 2, result.stderr
        assert result.stderr.startswith("error: python: expected 3.11 or newer, got 3.")
        assert result.stderr.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_configuration_that_is_a_pipe_is_refused_without_waiting_for_a_writer(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo("pipe.yaml")
    error = run_bad(["train", "--config", "pipe.yaml"], capsys)
    assert "--config: expected a readable YAML file, got 'pipe.yaml' (a pipe or device)" in error


@pytest.mark.parametrize("name", [".lock", "datasets", "latest"])
@pytest.mark.parametrize("kind", ["directory", "file", "link", "pipe"])
def test_a_root_whose_shared_files_are_of_the_wrong_kind_is_refused_before_the_training(
    workplace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    if kind == ("file" if name == ".lock" else "directory"):
        return  # the right one
    Path("root").mkdir()
    make = {"directory": Path.mkdir, "file": Path.touch, "pipe": os.mkfifo, "link": lambda path: path.symlink_to("x")}
    make[kind](Path("root", name))  # type: ignore[operator]
    monkeypatch.setattr("digit_classifier.experiment.run_experiment", None)  # would be called
    error = run_bad(["train", "--artifacts-root", "root"], capsys)
    assert f"root/{name}: expected a {'file' if name == '.lock' else 'directory'} of ours" in error
    assert sorted(path.name for path in Path("root").iterdir()) == [name]


@pytest.mark.skipif(os.name == "nt", reason="signals are of POSIX")
def test_ctrl_c_while_a_finished_process_ends_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    code = (
        "import atexit, os, signal, sys; sys.path.insert(0, sys.argv.pop(1))\n"
        "atexit.register(os.kill, os.getpid(), signal.SIGINT)\n"  # as late as Python code can run
        "from digit_classifier.cli.main import command; command()"
    )
    command = [sys.executable, "-c", code, str(DEMO.parents[2] / "src"), "runs", str(tmp_path / "root")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", ""],
        ["runs", ""],
        ["repair", "--remove", ""],
        ["replay", ""],
        ["serve", ""],
        ["note", "", "words"],
        ["export", "html", "", "-o", "x.html"],
        ["export", "--html", "", "-o", "x.html"],
        ["export", "html", "artifacts", "--compare", "", "-o", "x.html"],
        ["predict", "artifacts", "rows.csv", "--save-prepared", ""],
    ],
    ids=" ".join,
)
def test_a_path_that_is_empty_is_not_the_default(
    workplace: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """A script's variable was not set: the command must not do it to another root."""
    assert cli.main(["train", "--model", "logistic", "--epochs", "1"]) == 0
    (workplace / "rows.csv").write_text("\n".join(",".join(["0", "16"] * 32) for _ in range(2)))
    capsys.readouterr()
    before = {path: path.stat().st_mtime_ns for path in workplace.rglob("*")}
    assert "'': expected a path, got none" in run_bad(arguments, capsys)
    assert {path: path.stat().st_mtime_ns for path in workplace.rglob("*")} == before


def test_a_setting_that_is_varied_twice_is_not_half_forgotten(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = run_bad(["sweep", "--grid", "epochs", "1", "2", "--grid", "epochs", "3"], capsys)
    assert twice == "error: --grid epochs: expected each setting once, got it again; try --grid epochs 1 2 3\n"
    shares = run_bad(["sweep", "--grid", "train_share", "0.1", "--train-shares", "0.2"], capsys)
    assert "expected each setting once" in shares
    ranges = ["--random", "2", "--range", "momentum", "0.1", "0.2", "--range", "momentum", "0.3", "0.4"]
    assert "--range momentum: expected each setting once" in run_bad(["sweep", *ranges], capsys)
    assert [path.name for path in workplace.iterdir()] == ["file.txt"]


def test_an_error_never_goes_to_standard_output(tmp_path: Path) -> None:
    """Where standard error was closed before the start, there is nowhere to say it."""
    command = ["sh", "-c", 'exec "$0" "$1" --epochs ten --artifacts-root "$2" 2>&-', sys.executable, DEMO, tmp_path]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert (result.returncode, result.stdout) == (2, "")


def test_too_little_memory_is_said_in_words_of_the_command_line(
    workplace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("digit_classifier.experiment.prepare", none_left)
    assert cli.main(["train"]) == 1
    assert capsys.readouterr().err.endswith("got too little; try --hidden-sizes 32\n")
    assert [path.name for path in workplace.iterdir()] == ["file.txt"]
