"""Readers and exporters that another package brings: installed, used, and only asked when a name is not ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.datasets import load_digits

HERE = Path(__file__).parents[1]
PRIVATE = "my secret place.csv"
MAIN = """
import sys
from digit_classifier.cli.main import main
try:
    code = main(sys.argv[1:])
except SystemExit as end:  # of --help
    code = end.code
"""


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory into which the toy plugin was installed, and one with faults."""
    top = tmp_path_factory.mktemp("plugin")
    sources = [str(shutil.copytree(HERE / "tests" / name, top / name)) for name in ("plugin", "plugin_faults")]
    site = top / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(site), *sources], check=True, capture_output=True)
    return site


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands run: a file with 100 zeros and ones."""
    digits, directory = load_digits(n_class=2), tmp_path_factory.mktemp("Daten und Läufe")
    rows = [[*map(int, image), ("zero", "one")[label]] for image, label in zip(digits.data, digits.target, strict=True)]
    text = "\n".join(",".join(map(str, row)) for row in rows[:100])
    (directory / PRIVATE).write_text(text, encoding="utf-8")
    return directory


def run(place: Path, site: Path | None, *words: str, probe: str = "") -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, with the plugin installed or not."""
    paths = [str(HERE / "src"), *([str(site)] if site else [])]
    code = f"{MAIN}\n{probe}\nsys.exit(code)"
    env = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.run([sys.executable, "-c", code, *words], cwd=place, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def trained(plugin: Path, place: Path) -> dict[str, object]:
    """The report of a run on the plugin's data."""
    words = ["--dataset", f"toy:{PRIVATE}", "--model", "logistic", "--epochs", "20", "--sample-count", "4"]
    done = run(place, plugin, "train", *words)
    assert (done.returncode, done.stderr) == (0, "")
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_the_data_of_a_reader_are_learned_and_the_run_verifies_without_it(
    trained: dict[str, object], place: Path
) -> None:
    assert float(str(trained["test_accuracy"])) == 1.0  # a zero is no one
    directory = place / str(trained["run_dir"])
    metrics = json.loads((directory / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["labels"] == ["one", "zero"]
    done = run(place, None, "verify", "artifacts")
    assert (done.returncode, done.stderr) == (0, "")


def test_where_the_data_lay_is_not_recorded(trained: dict[str, object], place: Path) -> None:
    summary = json.loads((place / str(trained["run_dir"]) / "run_summary.json").read_text(encoding="utf-8"))
    assert summary["config"]["dataset"] == "toy"
    for path in (place / str(trained["run_dir"])).iterdir():
        assert b"secret" not in path.read_bytes()


def test_an_exporter_writes_the_hold_out_as_the_run_has_it(
    trained: dict[str, object], plugin: Path, place: Path
) -> None:
    done = run(place, plugin, "export", "toy", str(trained["run_dir"]), "-o", "out.csv")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "out.csv: toy\n")
    lines = (place / "out.csv").read_text(encoding="utf-8").splitlines()
    holdout = json.loads((place / str(trained["run_dir"]) / "holdout.json").read_text(encoding="utf-8"))
    assert [int(line.split(",")[0]) for line in lines[1:]] == holdout["sample_ids"]
    again = run(place, plugin, "export", "toy", "-o", "out.csv")
    assert again.returncode == 2
    assert "try --force to replace it" in again.stderr
    assert run(place, plugin, "export", "toy", "-o", "out.csv", "--force").returncode == 0


def test_force_replaces_a_file_but_never_a_folder_and_a_failing_exporter_nothing(
    trained: dict[str, object], plugin: Path, place: Path, tmp_path: Path
) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_text("mine")
    for name in ("faulty-failing", "faulty-nothing"):
        assert run(place, plugin, "export", name, "-o", str(file), "--force").returncode == 1
    assert file.read_text() == "mine"
    for _ in range(2):
        done = run(place, plugin, "export", "faulty-folder", "-o", str(folder), "--force")
        assert done.returncode == (0 if _ == 0 else 2)
    assert run(place, plugin, "export", "faulty-folder", "-o", str(file), "--force").returncode == 0
    for written in (file, folder):
        assert (written / "labels.txt").read_text() == "one\nzero"
    assert sorted(tmp_path.iterdir()) == [file, folder]


def test_a_link_in_place_of_the_target_is_replaced_and_not_followed(
    trained: dict[str, object], plugin: Path, place: Path, tmp_path: Path
) -> None:
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "link").symlink_to("theirs")
    assert run(place, plugin, "export", "toy", "-o", str(tmp_path / "link")).returncode == 2
    assert run(place, plugin, "export", "toy", "-o", str(tmp_path / "link"), "--force").returncode == 0
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "theirs").read_text() == "theirs"


@pytest.mark.usefixtures("trained")
def test_two_packages_that_bring_one_name_are_both_named(plugin: Path, place: Path, tmp_path: Path) -> None:
    second = tmp_path / "site"
    shutil.copytree(plugin, second)
    (about,) = second.glob("digit_classifier_toy-*.dist-info")
    about = about.rename(second / "other_toy-1.dist-info")
    metadata = about / "METADATA"
    metadata.write_text(metadata.read_text().replace("Name: digit-classifier-toy", "Name: other-toy"))
    done = run(place, second, "export", "toy", "-o", "out-of-two.csv")
    assert done.returncode == 0
    (place / "out-of-two.csv").unlink()
    entries = about / "entry_points.txt"
    entries.write_text(entries.read_text().replace("digit_classifier_toy:export\n", "digit_classifier_toy:read\n"))
    both = os.pathsep.join([str(second), str(plugin)])
    done = run(place, Path(both), "export", "toy", "-o", "x")
    assert done.returncode == 2
    assert "plugin toy: expected one package that brings it, got digit-classifier-toy and other-toy; try" in done.stderr


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (
            ["train", "--dataset", "faulty-broken"],
            2,
            "plugin faulty-broken: expected the package digit-classifier-faults to import",
        ),
        (
            ["train", "--dataset", "faulty-list:x"],
            2,
            "faulty-list: expected a digit_classifier.Dataset, got a list",
        ),
        (
            ["train", "--dataset", "toy:absent.csv"],
            2,
            "reader toy: expected to read 'absent.csv', got FileNotFoundError",
        ),
        (
            ["train", "--dataset", "toi:x"],
            2,
            "toy, or a file or a folder, got 'toi:x'; try --dataset toy:x",
        ),
        (["train", "--dataset", "digits:x"], 2, "got 'digits:x'; try --dataset digits"),
        (
            ["train", "--dataset", f"toy:{PRIVATE}", "--missing", "drop"],
            2,
            "reader toy: expected no --missing, which means nothing for it, got --missing drop; try the same",
        ),
        (
            ["train", "--dataset", "Odd name"],
            2,
            "--dataset: expected one of digits, iris, wine, breast-cancer, faulty-broken, ",
        ),
        (
            ["train", "--dataset", "faulty-lacking:x"],
            2,
            "plugin faulty-lacking: expected the package",
        ),
        (["train", "--dataset", f"faulty-range:{PRIVATE}"], 2, "labels: expected numbers 0 to 1, as there"),
        (
            ["train", "--dataset", f"faulty-floats:{PRIVATE}"],
            2,
            "reader faulty-floats: samples: expected pixels that are whole from 0 to 255, or numbers from 0 to 1",
        ),
        (
            ["train", "--dataset", "faulty-leaving:x"],
            2,
            "faulty-leaving: expected to read 'x', got SystemExit: ",
        ),
        (["export", "tou", "-o", "x"], 2, "FORMAT: expected a format, got 'tou'; try toy"),
        (["export", "faulty-nothing", "-o", "x"], 1, "export faulty-nothing: expected to write the run, got"),
        (["export", "toy", "-o", "."], 2, ".: expected a new file or folder, got a folder that is there; try another"),
        (["export", "faulty-failing", "-o", "x"], 1, "export faulty-failing: expected to write the run, got KeyError"),
        (
            ["export", "toy", "-o", "absent/x"],
            2,
            "absent/x: expected a directory that can be written, got No such file",
        ),
    ],
)
def test_what_goes_wrong_with_a_plugin_is_one_line(
    words: list[str], code: int, says: str, plugin: Path, place: Path
) -> None:
    before = sorted(place.iterdir())
    done = run(place, plugin, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert sorted(place.iterdir()) == before
    assert says in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("site", [True, False], ids=["installed", "not installed"])
@pytest.mark.parametrize("command", ["verify", "replay", "export", "runs"])
def test_a_run_never_decides_that_a_plugin_is_loaded(
    command: str, site: bool, trained: dict[str, object], plugin: Path, place: Path
) -> None:
    words = {"export": ["--html", str(trained["run_dir"]), "-o", "a.html"], "runs": ["artifacts"]}
    probe = "print('\\nasked', any(name in sys.modules for name in ('digit_classifier_toy', 'importlib.metadata')))"
    done = run(place, plugin if site else None, command, *words.get(command, [str(trained["run_dir"])]), probe=probe)
    assert done.stdout.endswith("asked False\n")
    assert done.returncode == 0  # replay takes the data that lie beside the run


@pytest.mark.parametrize(
    "words",
    [
        ["train", "--model", "logistic", "--epochs", "1"],
        ["train", "--dataset", "digits", "--model", "logistic", "--epochs", "1"],
        ["train", "--help"],
        ["runs"],
        ["verify", "artifacts"],
        ["export", "html", "-o", "page.html"],
        ["export", "site", "-o", "pages"],
    ],
)
@pytest.mark.usefixtures("trained")
def test_entry_points_are_not_even_listed_for_names_of_ours(words: list[str], plugin: Path, place: Path) -> None:
    """Though the plugin brings a reader called digits, and exporters called html and site."""
    done = run(place, plugin, *words, probe="print('\\nlisted', 'importlib.metadata' in sys.modules)")
    assert done.stdout.endswith("listed False\n")


def test_the_only_ways_to_a_plugin_are_the_data_set_and_the_format_that_were_typed() -> None:
    package = HERE / "src" / "digit_classifier"
    ways = [path for path in package.rglob("*.py") if "digit_classifier.plugins" in path.read_text(encoding="utf-8")]
    assert {str(path.relative_to(package)) for path in ways} == {
        str(Path(*name.split("/"))) for name in ("datasets/load.py", "exporters/write.py")
    }
