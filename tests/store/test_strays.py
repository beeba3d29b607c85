"""Files as people and other programs leave them: beside a run, in a root, and with other line ends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digit_classifier.cli import main as cli
from digit_classifier.page.site import write_site
from digit_classifier.store.claim import claim
from digit_classifier.store.inspection import inspect
from digit_classifier.store.layout import LITTER, known_names
from digit_classifier.store.root import read_root, repair
from digit_classifier.store.segments import load_index
from store_oracle import listed_in, snapshot
from tiny_runs import CREATED, RUN_ID, publish

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDER = Path(__file__).parents[2] / "examples" / "digit-classifier" / "web_demo" / "seed_sample_artifacts.py"
FILES = [
    "Thumbs.db",
    ".DS_Store",
    "desktop.ini",
    "._metrics.json",
    "metrics.json~",
    ".nfs000000000012a4f",
    ".directory",
]
FILES += [".metrics.json.swp", "notes.txt", "roc_curves.json", "metrics (1).json", "übrig.json"]
FOLDERS = ["@eaDir", ".Trash-1000", "lost+found", ".AppleDouble", "my folder"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for created in ("2026-11-22T10:00:00Z", CREATED):
        with claim(tmp_path / "root", created) as staged:
            publish(staged, None, created)
    return tmp_path / "root"


def litter(directory: Path) -> None:
    for name in FILES:
        (directory / name).write_text("left by another program")
    for name in FOLDERS:
        (directory / name).mkdir()
        (directory / name / "inside").write_text("left by another program")


def test_a_stray_beside_intact_files_is_a_remark_and_changes_nothing_else(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names, before = listed_in(snapshot(root)), snapshot(root)
    for place in (root, *(root / name for name in (*names, "latest"))):
        litter(place)
        os.utime(place, (2**31, 2**31))  # after the index, so that no look is spared
    assert cli.main(["verify", str(root)]) == 0
    out = capsys.readouterr().out
    assert "damaged" not in out
    for stray in (*FILES, *FOLDERS):
        assert f"remark: {root / names[0] / stray}: not one of the run's files" in out
        assert f"remark: {root / stray}: not a part of the artifacts root" in out
    view = read_root(root)
    assert ([entry["run_id"] for entry in view.entries], view.damaged) == (names, {})
    report = repair(root)
    assert (report.damaged, report.index.dropped, report.index.runs) == ({}, (), 2)
    assert cli.main(["runs", str(root)]) == 0
    assert "damaged" not in capsys.readouterr().out
    tree = snapshot(root)
    assert {path: data for path, data in tree.items() if path in before} == before
    assert {f"{names[0]}/{stray}" for stray in FILES} < set(tree)  # nothing of anybody's is deleted


def test_strays_are_not_exported_and_hinder_no_export(root: Path, tmp_path: Path) -> None:
    write_site(root, tmp_path / "clean")
    litter(root)
    litter(root / RUN_ID)
    write_site(root, tmp_path / "site")
    assert snapshot(tmp_path / "site") == snapshot(tmp_path / "clean")
    for name in ("Thumbs.db", ".DS_Store"):
        (tmp_path / "site" / name).touch()
        (tmp_path / "site" / "artifacts" / RUN_ID / name).touch()
    write_site(root, tmp_path / "site")
    assert snapshot(tmp_path / "site") == snapshot(tmp_path / "clean")
    assert cli.main(["export", "--html", str(root / RUN_ID), "-o", str(tmp_path / "report.html")]) == 0


@pytest.mark.parametrize("name", [f"{RUN_ID} (copy)", f"{RUN_ID} - Kopie", f"{RUN_ID}~", "20240101-000000-x (copy)"])
def test_a_copy_under_a_name_of_its_own_is_a_remark(name: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(root / RUN_ID, root / name)
    assert cli.main(["verify", str(root)]) == 0
    assert f"remark: {root / name}: not a part of the artifacts root; the name of a run is" in capsys.readouterr().out
    assert len(read_root(root).entries) == repair(root).index.runs == 2
    assert (root / name).is_dir()


def test_no_file_of_ours_is_taken_for_litter() -> None:
    ours = {
        *known_names(),
        "manifest.json",
        "index.json",
        "index.css",
        ".lock",
        "datasets",
        "latest",
        "replays",
        "notes",
        RUN_ID,
    }
    assert [name for name in ours if LITTER.fullmatch(name)] == []


def test_the_seeder_replaces_its_runs_though_a_file_manager_looked_at_them(tmp_path: Path) -> None:
    command = [sys.executable, "-I", str(SEEDER), "--artifacts-root", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    for name in listed_in(snapshot(tmp_path)):
        (tmp_path / name / "Thumbs.db").touch()
        (tmp_path / name / ".DS_Store").touch()
    subprocess.run(command, check=True, capture_output=True)
    assert len(listed_in(snapshot(tmp_path))) == 2
    assert not list(tmp_path.rglob("Thumbs.db"))


def crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def one_line(root: Path, name: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.main(["verify", str(root / name)]) == 1
    first, line = capsys.readouterr().out.splitlines()
    assert first == f"{name}: damaged"
    return line


def change(run: Path, how: Callable[[bytes], bytes], names: tuple[str, ...] = ()) -> None:
    for path in run.iterdir():
        if path.suffix != ".png" and (path.name in names or not names):
            path.write_bytes(how(path.read_bytes()))


def test_changed_line_ends_are_one_line_that_names_them(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(root / RUN_ID, crlf)
    line = one_line(root, RUN_ID, capsys)
    assert f"{root / RUN_ID}: expected the files as they were published, got Windows line ends (CRLF) in " in line
    assert "; try the line '* -text' in a .gitattributes file beside the runs" in line
    report = repair(root)
    assert list(report.damaged) == [RUN_ID]
    assert len(report.damaged[RUN_ID]) == 1
    change(root / RUN_ID, lambda data: data.replace(b"\r\n", b"\n"))
    assert inspect(root / RUN_ID).problems == []


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (lambda data: b"\xef\xbb\xbf" + data, "got a byte order mark in metrics.json, model.json"),
        (lambda data: b"\xef\xbb\xbf" + crlf(data), "got Windows line ends (CRLF) in metrics.json, model.json"),
        (lambda data: data + b"\n", "got another end of the last line in metrics.json, model.json"),
        (lambda data: data.rstrip(b"\n"), "got another end of the last line in metrics.json, model.json"),
        (lambda _: b"", "got no content in metrics.json, model.json"),
    ],
    ids=["mark", "mark and line ends", "line added", "line end removed", "emptied"],
)
def test_a_change_that_can_be_told_is_told(
    how: Callable[[bytes], bytes], said: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(root / RUN_ID, how, ("metrics.json", "model.json"))
    assert said in one_line(root, RUN_ID, capsys)


def test_a_real_change_is_not_taken_for_one_of_line_ends(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(root / RUN_ID, lambda data: crlf(data).replace(b"1", b"2", 1), ("metrics.json",))
    assert "sha256" in one_line(root, RUN_ID, capsys)


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_checkout_by_git_with_autocrlf_is_told_and_the_advice_mends_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def git(*words: str) -> None:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "core.autocrlf=true", *words]
        subprocess.run(command, cwd=root, check=True, capture_output=True)

    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    git("add", ".")
    git("commit", "-qm", "runs")
    before = snapshot(root / RUN_ID)
    shutil.rmtree(root / RUN_ID)
    git("checkout", "--", ".")
    assert snapshot(root / RUN_ID) != before
    assert "got Windows line ends (CRLF) in " in one_line(root, RUN_ID, capsys)
    (root / ".gitattributes").write_text("* -text\n")
    shutil.rmtree(root / RUN_ID)
    git("checkout", "--", ".")
    assert snapshot(root / RUN_ID) == before
    assert cli.main(["verify", str(root / RUN_ID)]) == 0
    assert json.loads((root / RUN_ID / "metrics.json").read_bytes())


def test_of_a_root_whose_latest_run_was_deleted_by_hand_repair_is_advised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for epochs in ("1", "2"):
        train = ["train", "--model", "logistic", "--epochs", epochs, "--artifacts-root", str(tmp_path)]
        assert cli.main(train) == 0
    latest = load_index(tmp_path)["latest"]
    shutil.rmtree(tmp_path / latest)
    for words in (["replay", str(tmp_path)], ["export", "html", str(tmp_path), "-o", str(tmp_path / "page.html")]):
        capsys.readouterr()
        assert cli.main(words) == 2
        err = capsys.readouterr().err
        assert f"whose latest run {latest} is gone; try " in err
        assert f"repair {tmp_path}" in err
    assert cli.main(["repair", str(tmp_path)]) == 0
    assert cli.main(["replay", str(tmp_path)]) == 0
