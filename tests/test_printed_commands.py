"""Every command that something prints is run where it is printed: in a folder with a space and an umlaut."""

from __future__ import annotations

import calendar
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from data_files import write_examples
from digit_classifier.settings.resolve import resolve
from digit_classifier.settings.run_config import SETTINGS
from digit_classifier.settings.yaml_file import read_yaml

Environment = dict[str, str]
CHECKOUT = Path(__file__).parents[1]
QUICK = "--model logistic --epochs 2"
DOCUMENTS = [Path("README.md"), *sorted(Path("docs").glob("*.md")), Path("examples/digit-classifier/README.md")]
DOCUMENTS = [
    path.relative_to(CHECKOUT)
    for name in ("*.md", "docs/*.md", "examples/*/*.md")
    for path in sorted(CHECKOUT.glob(name))
]
# Lines of documents that are not run here, and why.
LEFT_OUT = {
    r"make |pip |python -m venv|apt": "installs, or is what runs this test",
    r"python -m http\.server": "never ends",
    r"\.venv/bin/python -m (pytest|benchmarks)|python -m (pytest|benchmarks)|pytest|git |npm ": "for developers",
    r".*\btoy\b": "needs the toy plugin: tests/test_doors.py runs it",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, without runs."""
    home = tmp_path_factory.mktemp("ä b") / "digit classifier"
    unneeded = shutil.ignore_patterns("__pycache__", "artifacts-*")
    shutil.copytree(CHECKOUT / "src", home / "src", ignore=unneeded)
    shutil.copytree(CHECKOUT / "examples", home / "examples", ignore=unneeded)
    shutil.rmtree(home / "examples/digit-classifier/web_demo/artifacts", ignore_errors=True)
    return home


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The environment after `pip install -r requirements.txt`: the libraries, but no command digit-classifier."""
    folder = tmp_path_factory.mktemp("bin")
    return environment(folder)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The environment after `pip install .`, activated."""
    return environment(Path(sys.prefix) / "bin")


def environment(folder: Path) -> Environment:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "BROWSER", "DISPLAY"))}
    return kept | {"PATH": f"{folder}:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80", "TERM": "xterm"}


def shell(line: str, cwd: Path, env: Environment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line], cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def on_a_terminal(line: str, cwd: Path, env: Environment) -> str:
    """What a command shows on a terminal, without escapes."""
    main, terminal = pty.openpty()
    with subprocess.Popen(["bash", "-c", line], cwd=cwd, env=env, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        parts = []
        with suppress(OSError):  # Linux ends a terminal with EIO
            while data := os.read(main, 65536):
                parts.append(data)
        process.wait(60)
    os.close(main)
    text = b"".join(parts).decode("utf-8", "replace").replace("\r\n", "\n")
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


PYTHON = shlex.quote(sys.executable)
STARTS = {
    "digit-classifier": f"digit-classifier train {QUICK}",
    "module": f"{PYTHON} -m digit_classifier train {QUICK}",
    "script": f"{PYTHON} examples/digit-classifier/run_demo.py {QUICK}",
}


@pytest.mark.parametrize("start", STARTS)
def test_each_next_step_works(start: str, place: Path, bare: Environment, installed: Environment) -> None:
    env = bare if start == "script" else installed
    text = on_a_terminal(STARTS[start], place, env)
    steps = dict(re.findall(r"^(Look at it|Check it|Repeat it): +(.*)$", text, re.MULTILINE))
    assert list(steps) == ["Look at it", "Check it", "Repeat it"], text
    assert text.index("Run saved in") > text.index('"notes"')  # below the JSON, where it is seen
    if start == "script":
        page = re.fullmatch(r"open (.*) in a browser \(a double click will do\)", steps.pop("Look at it"))
        assert page
        assert (place / page[1]).name == "index.html"
        assert (place / page[1]).is_file()
    else:
        looked = serving(steps.pop("Look at it").replace(" --open", ""), place, env)
        assert looked.startswith("http://127.0.0.1:")
    for step in steps.values():
        assert shell(step, place, env).returncode == 0, step


def serving(line: str, cwd: Path, env: Environment) -> str:
    """The first line that a server prints; then it is ended."""
    with subprocess.Popen(
        ["bash", "-c", f"exec {line}"], cwd=cwd, env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
    return address


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_no_word_of_the_summary_is_cut(place: Path, installed: Environment, columns: int) -> None:
    line, env = f"stty cols {columns}; digit-classifier train {QUICK} >/dev/null", installed | {"COLUMNS": str(columns)}
    text = on_a_terminal(line, place, env)
    words = set(re.findall(r"[a-z]+", " ".join(text.split())))
    assert {"classified", "correctly", "interval", "parameters", "trained", "commonest"} <= words


# A mistake, and the line that a reader types after it: {} is what the error says to try.
FIRST = f"{{}} {QUICK}"  # a whole command
AGAIN = f"digit-classifier train {{}} {QUICK}"  # in the place of what was wrong
MISTAKES = {
    "": FIRST,
    "trian": FIRST,
    "—epochs 3": "{} 3 --model logistic",
    "--epochs 3": "{} 3 --model logistic",
    "runs": FIRST,
    "verify": FIRST,
    "replay": FIRST,
    "repair": FIRST,
    "serve": FIRST,
    "export html -o x": FIRST,
    "runs nowhere": FIRST,
    "verify 'no where'": FIRST,
    "export site 'no where' -o site": FIRST,
    "export": "digit-classifier train --model logistic --epochs 1; {}",
    "export html": "digit-classifier train --model logistic --epochs 1; digit-classifier export html {}",
    "export htlm -o x": "digit-classifier train --model logistic --epochs 1; digit-classifier export {} -o x",
    "runs --jsn": "digit-classifier train --model logistic --epochs 1; digit-classifier runs {}",
    "runs --newest -3": "digit-classifier train --model logistic --epochs 1; digit-classifier runs {}",
    "note nowhere words": FIRST,
    "replay --max-seconds x": "digit-classifier train --model logistic --epochs 1; digit-classifier replay {}",
    "train --config missing.yaml": "{} && digit-classifier train --config my-settings.yaml --epochs 1",
    "train —epochs 3": "digit-classifier train {} 3 --model logistic",
    "train –epochs 3": "digit-classifier train {} 3 --model logistic",
    "train “--epochs” 3": "digit-classifier train {} 3 --model logistic",
    "train -epochs 3": "digit-classifier train {} 3 --model logistic",
    "train --epoch 3": "digit-classifier train {} 3 --model logistic",
    "train --epochs": "{}",
    "train --epochs x": "digit-classifier train {} --model logistic",
    "train --epochs=": "digit-classifier train {} --model logistic",
    "train --learning_rate 1": "digit-classifier train {} 1 --model logistic --epochs 1",
    "train --hidden-sizes 64 32": "digit-classifier train {} --epochs 1",
    "train --hidden-sizes 64, 32": "digit-classifier train {} --epochs 1",
    "train --hidden-sizes 4096,4096": "digit-classifier train {} --epochs 1",
    "train --run-label my run": AGAIN,
    "train --exact=1": AGAIN,
    "train --exact=no": AGAIN,
    "train --no-such": "{}",
    "train extra": "{}",
    "train --model mlq": "digit-classifier train {} --epochs 1",
    "train --model logistic --hidden-sizes 64": "digit-classifier train {} --epochs 1",
    "train --model mlp --channels 2": "digit-classifier train {} --epochs 1",
    "train --channels 2,2,2,2,2,2,2 --model cnn": "digit-classifier train {} --model cnn --epochs 1",
    "train --test-size 2": AGAIN,
    "train --test-size 0.001": AGAIN,
    "train --sample-count 400": AGAIN,
    "train --dataset digit": AGAIN,
    "train --learning-rate 1000 --optimizer sgd --epochs 3": "digit-classifier train --optimizer sgd --epochs 3 {}",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_an_error_says_to_try_works(mistake: str, tmp_path: Path, installed: Environment) -> None:
    place = tmp_path / "ö x"
    place.mkdir()
    if mistake.startswith("runs --"):
        place.joinpath("artifacts").mkdir()
    failed = shell(f"digit-classifier {mistake}", place, installed)
    assert failed.returncode in (1, 2), failed
    assert failed.stderr.count("\n") == 1
    attempt = re.split(r" for a first run|\. ", failed.stderr.strip().rpartition("; try ")[2])[0]
    for choice in attempt.split(", or "):
        outcome = shell(MISTAKES[mistake].format(choice), place, installed)
        assert outcome.returncode == 0, (failed.stderr, outcome.args, outcome.stderr)


def blocks(document: Path) -> list[str]:
    """The lines of a document that a reader would type, in order."""
    text = (CHECKOUT / document).read_text(encoding="utf-8")
    found = re.findall(r"^```(?:sh|bash)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in found for line in block.splitlines()]
    commands = [
        line for line in lines if re.match(r"(digit-classifier|python|make|pip|git|npm|\.venv|curl|pytest) ?", line)
    ]
    return [line for line in commands if not any(re.match(pattern, line) for pattern in LEFT_OUT)]


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if blocks(path)], ids=str)
def test_every_command_of_a_document_works(document: Path, place: Path, installed: Environment) -> None:
    """The runs that documents name are there; so is the state that the lines before leave."""
    shutil.rmtree(place / "artifacts", ignore_errors=True)
    for created, label in (("20261120-080000", "softmax"), ("20261122-191612", "baseline")):
        seconds = calendar.timegm(time.strptime(created, "%Y%m%d-%H%M%S"))
        before = installed | {"SOURCE_DATE_EPOCH": str(seconds)}
        assert shell(f"digit-classifier train {QUICK} --run-label {label}", place, before).returncode == 0
    if document.name in ("README.md", "data.md"):
        write_examples(place)
    for line in blocks(document):
        if "serve" in line:
            assert serving(line.partition("#")[0], place, installed).startswith("http://127.0.0.1:")
            continue
        outcome = shell(quickly(line), place, installed)
        assert outcome.returncode == 0, (line, outcome.stderr)


def quickly(line: str) -> str:
    """A sweep as it is typed, with few points, epochs and samples."""
    if not line.startswith("digit-classifier sweep"):
        return line
    command = re.sub(r"(\d+):\d+", lambda found: f"{found[1]}:{int(found[1]) + 3}", line.partition("#")[0].rstrip())
    command = re.sub(r"--(random|trials) \d+", r"--\1 6", command)
    command += "" if "epochs" in command else " --epochs 9"
    return command if "--train-share" in command else f"{command} --train-share 0.1"


def test_what_make_demo_says_works(place: Path, bare: Environment) -> None:
    """In the checkout, with the interpreter that it installed."""
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    demo = makefile.partition("\ndemo:")[2].partition("\n\n")[0]
    said = re.findall(r'echo "[^:"]+: +([^"]+)"', demo)
    assert len(said) == 3
    values = {"$(BIN)": str(Path(sys.prefix) / "bin"), "$(DEMO)": "examples/digit-classifier"}
    for name, value in values.items():
        said = [text.replace(name, value) for text in said]
    assert shell(f"{PYTHON} examples/digit-classifier/run_demo.py {QUICK}", place, bare).returncode == 0
    look, folder, runs = said
    assert (place / look.split()[1]).is_file()
    assert (place / folder / "metrics.json").is_file()
    assert shell(runs, place, bare).returncode == 0


def test_the_printed_settings_change_nothing_and_each_of_their_lines_is_a_setting(
    tmp_path: Path, installed: Environment
) -> None:
    printed = shell("digit-classifier settings", tmp_path, installed).stdout
    path = tmp_path / "my settings.yaml"
    path.write_text(printed, encoding="utf-8")
    assert yaml.safe_load(printed) is None
    assert resolve((), read_yaml(path)) == resolve()
    lines = re.findall(r"^# ([a-z_]+: .*)$", printed, re.MULTILINE)
    assert {line.partition(":")[0] for line in lines} == SETTINGS.keys()
    for line in lines:
        path.write_text(printed.replace(f"\n# {line}\n", f"\n{line}\n"), encoding="utf-8")
        (given,) = read_yaml(path)
        assert (given.spelling, given.text) == tuple(line.split(": ", 1))
        if given.spelling not in ("channels",):  # for another model
            resolve((), [given])
    assert all(len(line) <= 120 for line in printed.splitlines())
