"""What cannot be exported is one clear line, and nothing is written."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import sys
from contextlib import closing
from importlib.abc import MetaPathFinder
from pathlib import Path
from ssl import SSLCertVerificationError
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import pytest

from digit_classifier.cli.main import main
from digit_classifier.errors import InputError
from digit_classifier.exporters import FORMATS, TRACKERS
from digit_classifier.exporters.tracking_uri import store_at
from digit_classifier.exporters.write import write_export, write_tracked
from digit_classifier.store import publish, read_bundle
from store_oracle import snapshot
from tiny_runs import smallest_files

if TYPE_CHECKING:
    from exported_runs import Runs

LIBRARIES = {
    "onnx": ["onnx"],
    "safetensors": ["safetensors"],
    "tensorboard": ["tensorboardX"],
    "mlflow": ["mlflow", "onnx", "onnxruntime"],
}
TARGETS = {"onnx": "net.onnx", "safetensors": "net.safetensors", "tensorboard": "logs", "model-card": "README.md"}
TARGETS["mlflow"] = "sqlite:///{place}/mlflow.db"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a file, a folder, two databases that are not MLflow's, and a root without runs."""
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "theirs").write_text("theirs")
    (tmp_path / "empty root").mkdir()
    with closing(sqlite3.connect(tmp_path / "other.db")) as database, database:
        database.execute("CREATE TABLE experiments (mine TEXT)")
    return tmp_path


def refused(capsys: Any, place: Path, *words: str, code: int = 2) -> str:
    """The one line of a command that writes nothing."""
    before = snapshot(place)
    assert main(["export", *(word.format(place=place) for word in words)]) == code
    out, err = capsys.readouterr()
    assert snapshot(place) == before
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("error: ")
    assert "; try " in err
    return str(err)


NO_RUN = [
    (name, where, says)
    for name in TARGETS
    for where, says in (
        ("{place}/missing", "which is not there"),
        ("{place}/theirs", "which is no directory"),
        ("{place}/empty root", "none" if name in TRACKERS else "without runs"),
    )
]


@pytest.mark.parametrize(("name", "where", "says"), NO_RUN)
def test_a_run_that_is_not_there(name: str, where: str, says: str, place: Path, capsys: Any) -> None:
    err = refused(capsys, place, name, where, "-o", TARGETS[name] if name == "mlflow" else f"{{place}}/{TARGETS[name]}")
    assert err.startswith("error: RUN: expected a run")
    assert says in err


@pytest.mark.parametrize(
    ("name", "target", "says"),
    [
        *((name, "{place}/theirs", "try --force to replace it") for name in FORMATS),
        *((name, "{place}/folder", "expected a new file or folder, got a folder that is there") for name in FORMATS),
        *(
            (name, "{place}/missing/net", "expected a directory that can be written, got No such file")
            for name in FORMATS
        ),
        *((name, "", "expected a path, got none") for name in (*FORMATS, "tensorboard")),
        ("tensorboard", "{place}/theirs", "expected a directory that can be written, got Not a directory"),
        ("tensorboard", "s3://bucket/logs", "'s3://bucket/logs': expected a path, got an address"),
        ("mlflow", "mlruns", "'mlruns': expected a tracking URI, got a path; try --output sqlite:///mlflow.db"),
        ("mlflow", "file://{place}/mlruns", "expected a tracking URI, got a path"),
        ("mlflow", "", "'': expected a tracking URI, got a path"),
        ("mlflow", "sqlite:///{place}/missing/mlflow.db", "expected a file in a folder, got no such folder"),
        ("mlflow", "sqlite:///{place}/theirs", "expected a database of MLflow, got file is not a database"),
        ("mlflow", "sqlite:///{place}/folder", "expected a database of MLflow, got unable to open database file"),
        ("mlflow", "sqlite:///{place}/other.db", "expected a database of MLflow, got another database"),
        ("mlflow", "sqlite://", "a file of SQLite"),
        ("mlflow", "sqlite:///{place}/what?/mlflow.db", "expected the path of a file, got one with a question mark"),
        *((name, "-", "--output: expected a path to write, got -; try -o ") for name in TARGETS),
        *((name, "{place}/new/", "--output: expected a file to write, got '") for name in FORMATS),
        ("mlflow", "nonsense://x", "a store that takes the run"),
        ("mlflow", "http://me:secret@127.0.0.1:9", "expected a tracking server that answers, got [Errno"),
        ("mlflow", "http://", "expected a tracking server that answers"),
        ("mlflow", "http://a.invalid", "expected a tracking server that answers"),
    ],
)
def test_a_target_that_cannot_be_used(name: str, target: str, says: str, place: Path, runs: Runs, capsys: Any) -> None:
    code = 1 if says == "a store that takes the run" else 2
    err = refused(capsys, place, name, str(runs.directories["grey-mlp"]), "-o", target, code=code)
    assert says in err
    assert "secret" not in err


def test_a_run_of_another_is_in_the_way_in_tensorboards_folder(place: Path, runs: Runs, capsys: Any) -> None:
    run = runs.directories["grey-mlp"]
    (place / "folder" / run.name).mkdir()
    (place / "folder" / run.name / "events.out.tfevents.1.theirs").write_bytes(b"theirs")
    before = snapshot(place)
    assert main(["export", "tensorboard", str(run), "-o", str(place / "folder")]) == 1
    out, err = capsys.readouterr()
    assert out.startswith(f"not exported: {run.name}: ")
    assert "expected a new folder, or this run, got other files; try another target" in out
    assert (err, snapshot(place)) == ("", before)


def test_a_folder_of_another_keeps_no_other_run_back(place: Path, runs: Runs, capsys: Any) -> None:
    names = sorted(path.name for path in runs.directories.values())
    target = place / "logs"
    (target / names[0]).mkdir(parents=True)
    (target / names[0] / "theirs.txt").write_text("theirs")
    assert main(["export", "tensorboard", str(runs.root), "-o", str(target)]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"not exported: {names[0]}: ")
    assert out.count("not exported") == 1
    assert sorted(path.name for path in target.iterdir()) == names
    assert [path.name for path in (target / names[0]).iterdir()] == ["theirs.txt"]


def test_litter_and_what_a_killed_export_left_are_in_nobodys_way(place: Path, runs: Runs, capsys: Any) -> None:
    run, target = runs.directories["grey-mlp"], place / "logs"
    command = ["export", "tensorboard", str(run), "-o", str(target)]
    assert main(command) == 0
    (events,) = (target / run.name).iterdir()
    data = events.read_bytes()
    hidden = events.with_name(f".{events.name}-0123abcd.tmp")
    for name in (".DS_Store", "Thumbs.db"):
        (events.with_name(name)).write_text("left by a file manager")
    hidden.write_bytes(data[:100])
    assert main(command) == 0
    assert capsys.readouterr().out.endswith("0 runs added, 1 already there\n")
    assert not hidden.exists()
    hidden.write_bytes(data[:100])
    events.unlink()
    assert main(command) == 0
    assert events.read_bytes() == data
    assert sorted(path.name for path in events.parent.iterdir()) == [".DS_Store", "Thumbs.db", events.name]


def test_force_replaces_a_file_of_others(place: Path, runs: Runs) -> None:
    target = str(place / "theirs")
    assert main(["export", "model-card", str(runs.directories["grey-mlp"]), "-o", target, "--force"]) == 0
    assert (place / "theirs").read_text().startswith("---\nlibrary_name: digit-classifier\n")


def test_a_card_is_never_replaced_without_being_asked(place: Path, runs: Runs, capsys: Any) -> None:
    """People go on writing it."""
    run, target = str(runs.directories["grey-mlp"]), str(place / "README.md")
    assert main(["export", "model-card", run, "-o", target]) == 0
    capsys.readouterr()
    assert "try --force" in refused(capsys, place, "model-card", run, "-o", target)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["onnx", "--run", "x"], "--run: expected one of site, tensorboard, mlflow, got onnx; try leaving out --run"),
        (["tensorboard", "--force"], "--force: expected a format of one file, got tensorboard"),
        (["mlflow", "--compare", "x"], "--compare: expected the format html, got mlflow"),
        (["tensorboard", "--run", "20000101-000000"], "--run: expected a run of {root}, got '20000101-000000'; try "),
        (["tensorboard", "--run", "x", "{run}"], "--run: expected an artifacts root, got {run}, which is a run; try "),
        (["onxx"], "FORMAT: expected a format, got 'onxx'; try onnx"),
        (["tensorbord"], "FORMAT: expected a format, got 'tensorbord'; try tensorboard"),
    ],
)
def test_what_does_not_go_together(words: list[str], says: str, place: Path, runs: Runs, capsys: Any) -> None:
    names = {"root": runs.root, "run": runs.directories["grey-mlp"]}
    first, *others = [word.format(**names) for word in words]
    source = others.pop() if "{run}" in words else str(runs.root)
    err = refused(capsys, place, first, source, "-o", "{place}/new", *others)
    assert says.format(**names) in err


@pytest.mark.parametrize("name", ["onnx", "safetensors", "mlflow", "model-card", "tensorboard"])
def test_no_target_says_what_one_looks_like(name: str, place: Path, runs: Runs, capsys: Any) -> None:
    err = refused(capsys, place, name, str(runs.root))
    example = {"mlflow": "sqlite:///mlflow.db", "onnx": "network.onnx", "safetensors": "network.safetensors"}
    assert err.endswith(f"got none; try -o {example.get(name, TARGETS[name])}\n")


class Missing(MetaPathFinder):
    """No package of this name is installed."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, *_: object) -> None:
        if name == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def unload(package: str, patch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each == package or each.startswith(f"{package}.")]:
        patch.delitem(sys.modules, name)


@pytest.mark.parametrize(("name", "package"), [(name, each) for name, all_of in LIBRARIES.items() for each in all_of])
def test_a_missing_library_is_one_line_with_its_extra(
    name: str, package: str, place: Path, runs: Runs, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    unload(package, monkeypatch)
    monkeypatch.setattr(sys, "meta_path", [Missing(package), *sys.meta_path])
    target = TARGETS[name] if name == "mlflow" else f"{{place}}/{TARGETS[name]}"
    err = refused(capsys, place, name, str(runs.directories["grey-mlp"]), "-o", target)
    attempt = f"pip install 'digit-classifier[{name}]'"
    assert err == f"error: export {name}: expected the package {package}, got none; try {attempt}\n"


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_of_another_version_is_one_line(
    name: str, place: Path, runs: Runs, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It loads, and lacks what is needed."""
    library = LIBRARIES[name][0]
    unload(library, monkeypatch)
    monkeypatch.setitem(sys.modules, library, ModuleType(library))
    target = TARGETS[name] if name == "mlflow" else f"{{place}}/{TARGETS[name]}"
    err = refused(capsys, place, name, str(runs.directories["grey-mlp"]), "-o", target)
    assert err.startswith(f"error: export {name}: expected {library} ")
    assert "to write the run, got " in err
    assert err.endswith(f"; try pip install --upgrade {library}\n")


@pytest.mark.parametrize("name", ["onnx", "model-card"])
def test_a_full_disk_is_not_blamed_on_a_library(
    name: str, place: Path, runs: Runs, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr(Path, "write_text", full)
    err = refused(capsys, place, name, str(runs.directories["grey-mlp"]), "-o", f"{{place}}/{TARGETS[name]}", code=1)
    assert "No space left on device" in err
    assert err.endswith("; try another target\n")


@pytest.fixture
def damaged(runs: Runs, tmp_path: Path) -> Path:
    """A root of three runs, the second of them with another number in its network."""
    kinds = ("grey-mlp", "colour-mlp", "table-mlp")
    for kind in kinds:
        shutil.copytree(runs.directories[kind], tmp_path / "root" / runs.directories[kind].name)
    file = tmp_path / "root" / runs.directories["colour-mlp"].name / "model.json"
    file.write_text(file.read_text().replace('"relu"', '"ReLU"'))
    return file.parent


@pytest.mark.parametrize("name", TARGETS)
def test_a_damaged_run_is_not_exported(name: str, damaged: Path, place: Path, capsys: Any) -> None:
    target = TARGETS[name].format(place=place) if name == "mlflow" else str(place / TARGETS[name])
    before = snapshot(place)
    assert main(["export", name, str(damaged), "-o", target]) == 1
    out, err = capsys.readouterr()
    assert "model.json: expected" in out + err
    assert (out + err).count("\n") == (2 if name in TRACKERS else 1)
    assert snapshot(place) == before


def test_one_damaged_run_does_not_keep_the_others_back(damaged: Path, place: Path, capsys: Any) -> None:
    target = place / "logs"
    assert main(["export", "tensorboard", str(damaged.parent), "-o", str(target)]) == 1
    out, err = capsys.readouterr()
    assert out.startswith(f"not exported: {damaged.name}: ")
    assert out.endswith(f"{target}: 2 runs added\n")
    assert err == ""
    names = {path.name for path in damaged.parent.iterdir()} - {damaged.name}
    assert {path.name for path in target.iterdir()} == names


@pytest.mark.filterwarnings("ignore")  # of MLflow's libraries
@pytest.mark.parametrize("name", TRACKERS)
def test_a_run_that_lacks_a_file_does_not_keep_the_others_back(
    name: str, place: Path, runs: Runs, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Third parties publish such runs. Its name puts it before the other, which is added all the same."""
    monkeypatch.chdir(place)
    lacking = publish(place / "artifacts", *smallest_files()).directory
    whole = runs.directories["grey-mlp"]
    shutil.copytree(whole, place / "artifacts" / whole.name)
    target = TARGETS[name].format(place=place)
    for added in ("1 run added", "0 runs added, 1 already there"):
        assert main(["export", name, str(lacking.parent), "-o", target]) == 1
        out, err = capsys.readouterr()
        first, last = out.splitlines()
        assert first.startswith(f"not exported: {lacking.name}: ")
        assert "expected a run with " in first
        assert last.endswith(added)
        assert err == ""
    if name == "mlflow":
        with closing(sqlite3.connect(place / "mlflow.db")) as database:
            assert database.execute("SELECT count(*) FROM runs").fetchone() == (1,)  # none that was begun and deleted


@pytest.mark.parametrize("name", FORMATS)
def test_a_run_without_what_is_needed_says_which_file(name: str, place: Path, capsys: Any) -> None:
    """Third parties publish such runs."""
    run = publish(place / "artifacts", *smallest_files()).directory
    err = refused(capsys, place, name, str(run), "-o", f"{{place}}/{TARGETS[name]}")
    assert "expected a run with " in err


@pytest.mark.parametrize("name", TARGETS)
def test_a_sweep_is_not_taken_for_a_run(name: str, place: Path, capsys: Any) -> None:
    """Its directory has a manifest, too."""
    sweep = place / "artifacts" / "sweeps" / "20260101-000000-seeds"
    sweep.mkdir(parents=True)
    for file in ("plan.json", "manifest.json"):
        (sweep / file).write_text("{}")
    target = TARGETS[name] if name == "mlflow" else f"{{place}}/{TARGETS[name]}"
    err = refused(capsys, place, name, str(sweep), "-o", target)
    assert ", which is a sweep; try one of its runs, or " in err


def test_a_server_whose_certificate_is_its_own_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow has settings that trust it."""

    def refuse(*_: object, **__: object) -> None:
        raise URLError(SSLCertVerificationError(1, "self-signed certificate"))

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    assert store_at("https://mlflow.example") == "https://mlflow.example"


def test_in_python_a_run_is_a_path_or_what_was_read_as_each_function_says(place: Path, runs: Runs) -> None:
    run = str(runs.directories["grey-mlp"])
    done = write_tracked("tensorboard", [run, run], place / "logs")
    assert (done.added, done.known) == ((Path(run).name,), (Path(run).name,))
    for action, says in (
        (lambda: write_tracked("tensorboard", run, place / "more"), "directories: expected a list of run directories"),
        (lambda: write_tracked("onnx", [run], place / "more"), "name: expected a tracker, got 'onnx'; try one of"),
        (lambda: write_export("onnx", run, place / "more"), "bundle: expected a run, got '"),
        (
            lambda: write_export("mlflow", read_bundle(run), place / "more"),
            "try digit_classifier.exporters.write.write",
        ),
        (lambda: write_export("html", read_bundle(run), place / "more"), "try digit_classifier.page.html.write_html"),
        (lambda: write_export("site", read_bundle(run), place / "more"), "try digit_classifier.page.site.write_site"),
    ):
        with pytest.raises(InputError) as error:
            action()
        assert says in str(error.value)
        assert "pip" not in str(error.value)
    assert not (place / "more").exists()


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_for_whoever_the_umask_lets_read_it(name: str, place: Path, runs: Runs) -> None:
    target = place / TARGETS[name]
    assert main(["export", name, str(runs.directories["grey-mlp"]), "-o", str(target)]) == 0
    assert target.stat().st_mode == (place / "theirs").stat().st_mode
