"""Every path that is typed, pasted or passed is understood in one way, wherever it is given."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import digit_classifier as dc
from digit_classifier import store
from digit_classifier.cli import main as cli
from digit_classifier.errors import InputError
from digit_classifier.exporters.write import write_export
from digit_classifier.page.html import write_html
from digit_classifier.page.site import write_site
from digit_classifier.replay.rerun import replay
from digit_classifier.settings.resolve import Given, configure, resolve
from digit_classifier.store.root import record_replay, remove, update_index
from digit_classifier.text import as_path
from store_oracle import listed_in, runs_in, snapshot
from tiny_runs import tiny_files

if TYPE_CHECKING:
    from collections.abc import Callable

Q = ["--model", "logistic", "--epochs", "2"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, and a working directory in which nothing is to appear."""
    (tmp_path / "my home").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "my home"))
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "my home"


def forms(path: Path, home: Path) -> list[str]:
    """What people type and paste for a path in their home."""
    inside = path.relative_to(home)
    return [
        f"~/{inside}", f"~/{inside}/", f"  {path}\n", f"'{path}'", f'"{path}"', f" '~/{inside}' ", path.as_uri(),
        path.as_uri().replace("file://", "file://localhost"), path.as_uri() + "/", f"{path}/", str(path),
    ]  # fmt: skip


def test_every_form_is_the_same_path(home: Path) -> None:
    path = home / "Läufe & co" / "a b"
    for form in forms(path, home):
        assert as_path(form) == path, form
    assert as_path(Path("~/x")) == home / "x"
    assert as_path("x/$HOME/%USERPROFILE%") == Path("x/$HOME/%USERPROFILE%")  # variables are not expanded
    assert as_path("runs") == Path("runs")
    assert as_path("./~x") == Path("~x")


@pytest.mark.skipif(os.name == "nt", reason="needs pwd")
def test_the_home_of_another_user_is_found() -> None:
    import pwd

    user = pwd.getpwuid(0)
    assert as_path(f"~{user.pw_name}/runs") == Path(user.pw_dir) / "runs"


def test_what_exists_under_exactly_that_name_is_meant(home: Path) -> None:
    del home
    for name in ("'quoted'", " spaced ", "file:x", "~nobody-of-that-name", "http:"):
        Path(name).mkdir()
        assert as_path(name) == Path(name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a path, got none"),
        (" ", "expected a path, got none"),
        ("''", "expected a path, got none"),
        ("a\0b", "expected a path, got none"),
        ("\ud800", "expected a path, got none"),
        ("http://localhost:8000/artifacts", "expected a path, got an address"),
        ("s3://bucket/runs", "expected a path, got an address"),
        ("file://server/share/runs", "expected a path, got an address"),
        ("~nobody-of-that-name/runs", "expected the home of a user, got nobody of that name; try ./~nobody"),
    ],
)
def test_what_is_no_path_here_is_an_error_in_one_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        as_path(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_home_in_a_settings_file_is_a_home(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, line in enumerate(("artifacts_root: ~/runs", "artifacts_root: '~/runs'", 'output_dir: "~/flat"')):
        (home / f"{number}.yaml").write_text(f"{line}\nepochs: 2\nmodel: logistic\n")
        assert cli.main(["train", "--config", f"~/{number}.yaml"]) == 0
        assert str(home) in json.loads(capsys.readouterr().out)["run_dir"]
    assert len(runs_in(snapshot(home / "runs"))) == 2
    assert (home / "flat" / "metrics.json").exists()
    assert list(Path.cwd().iterdir()) == []


def test_every_argument_of_every_command_takes_every_form(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "settings.yaml").write_text("epochs: 2\nmodel: logistic\n")
    root, flat, report, site = (home / name for name in ("ru ns", "flat", "report.html", "site"))
    for config, artifacts, output in zip(
        *(forms(path, home) for path in (home / "settings.yaml", root, flat)), strict=True
    ):
        if not config.strip().endswith("/"):
            assert cli.main(["train", "--config", config, f"--artifacts-root={artifacts}"]) == 0
        assert cli.main(["train", *Q, f"--output-dir={output}"]) == 0
        assert cli.main(["runs", artifacts]) == 0
        assert cli.main(["repair", artifacts]) == 0
        assert cli.main(["verify", artifacts]) == 0
        assert cli.main(["verify", output]) == 0
    assert len(runs_in(snapshot(root))) == 8
    run, other = (root / name for name in listed_in(snapshot(root))[:2])
    for one, two, out, folder in zip(*(forms(path, home) for path in (run, other, report, site)), strict=True):
        if not out.strip().endswith("/"):
            assert cli.main(["export", "--html", one, "--compare", two, "-o", out]) == 0
        assert cli.main(["export", "--site", str(root), "-o", folder]) == 0
    assert cli.main(["replay", f"~/ru ns/{run.name}", "--no-record"]) == 0
    assert {path.name for path in home.iterdir()} == {"settings.yaml", "ru ns", "flat", "report.html", "site"}
    assert list(Path.cwd().iterdir()) == []
    capsys.readouterr()


def test_every_function_takes_text_and_paths(home: Path) -> None:
    run = store.publish("~/root", *tiny_files()).directory
    for kind in (str, Path):
        root, directory = kind("~/root"), kind(f"~/root/{run.name}")
        assert dc.read_bundle(directory).directory == run
        assert store.inspect(directory).problems == []
        calls: list[Callable[[], Any]] = [
            lambda root=root: len(store.read_root(root).entries) == 1,  # type: ignore[misc]
            lambda root=root: store.repair(root).index.runs == 1,  # type: ignore[misc]
            lambda root=root: update_index(root).runs == 1,  # type: ignore[misc]
            lambda d=directory, k=kind: write_html(d, k("~/page.html")) > 0,  # type: ignore[misc]
            lambda r=root, k=kind: write_site(r, k("~/site")) == 1,  # type: ignore[misc]
            lambda d=directory: record_replay(d, {"run_id": None}) is None,  # type: ignore[misc]
        ]
        assert all(call() for call in calls)
        with pytest.raises(InputError, match="synthetic sample"):
            replay(directory)
        with pytest.raises(InputError, match="FORMAT"):
            write_export("no-such-format", dc.read_bundle(directory), kind("~/x"))
        with store.place("2026-11-22T19:16:12Z", None, root=root) as place:
            place.publish(*tiny_files())
        remove(root, [listed_in(snapshot(home / "root"))[0]])
    assert configure(artifacts_root=Path("~/x")).artifacts_root == configure(artifacts_root="~/x").artifacts_root
    assert resolve([Given("output_dir", "~/flat", "--output-dir", "flag")]).output_dir == str(home / "flat")
    assert list(Path.cwd().iterdir()) == []


def test_a_shell_that_expands_nothing_after_an_equals_sign_makes_no_folder_called_tilde(home: Path) -> None:
    words = [sys.executable, "-m", "digit_classifier", "train", *Q]
    line = f"{shlex.join(words)} --artifacts-root=~/runs"
    subprocess.run(line, shell=True, check=True, capture_output=True, env={**os.environ, "HOME": str(home)})
    assert len(runs_in(snapshot(home / "runs"))) == 1
    assert list(Path.cwd().iterdir()) == []
