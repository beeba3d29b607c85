"""A note beside a run: what is kept, what is refused, and that a crash leaves the old one or the new one."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digit_classifier.cli import main as cli
from digit_classifier.errors import ArtifactError
from digit_classifier.page.site import write_site
from digit_classifier.store.claim import claim
from digit_classifier.store.root import note_of, record_note, repair
from faults import count_operations, die_at
from store_oracle import leftovers, snapshot
from tiny_runs import CREATED, smallest_files

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD, NEW = "it reads a 4 as a 9", "a learning rate of 0.5 was too much"


@pytest.fixture
def run() -> Iterator[Path]:
    """In memory where there is any: the disk is not what is tested."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as place:
        with claim(Path(place) / "root", CREATED) as staged:
            directory = staged.publish(*smallest_files(CREATED)).directory
        yield directory


def listed(run: Path) -> list[str | None]:
    return [each.get("note") for each in json.loads((run.parent / "index.json").read_text())["runs"]]


def test_a_note_is_written_read_replaced_and_removed(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*words: object) -> str:
        capsys.readouterr()
        assert cli.main(["note", *map(str, words)]) == 0
        return capsys.readouterr().out.strip()

    before = snapshot(run)
    assert said(run).startswith("no note; try ")
    path = run.parent / "notes" / f"{run.name}.json"
    assert said(run, f" {OLD}\n") == f"noted in {path}"
    assert said(run.parent) == said(run.parent / "latest") == OLD
    assert said(run.parent / "latest", NEW) == f"noted in {path}"
    assert (said(run), listed(run), json.loads(path.read_text())["text"]) == (NEW, [NEW], NEW)
    assert cli.main(["runs", str(run.parent)]) == 0
    assert f"note: {NEW}" in capsys.readouterr().out
    assert said(run, "word " * 300) == f"noted in {path}"
    assert cli.main(["runs", str(run.parent)]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) < 200
    said(run, NEW)
    assert cli.main(["verify", str(run.parent)]) == 0
    assert snapshot(run) == before
    assert said(run, "--remove") == "removed"
    assert said(run, "--remove") == "no note to remove"
    assert (listed(run), path.exists(), note_of(run)) == ([None], False, None)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["\u200b\u202e"], "TEXT: expected 1 to 2,000 bytes of text, got none that can be shown"),
        (["\u00e9" * 1001], "TEXT: expected 1 to 2,000 bytes of text, got 2,002 bytes"),
        (["text", "--remove"], "TEXT: expected none beside --remove, got 'text'"),
    ],
)
def test_a_note_that_cannot_be_kept_is_refused(
    run: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["note", str(run), *words]) == 2
    assert message in capsys.readouterr().err
    assert not (run.parent / "notes").exists()


def test_a_run_that_stands_alone_keeps_no_note(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mailed = run.parent.parent / "mailed" / run.name
    shutil.copytree(run, mailed)
    assert cli.main(["note", str(mailed), OLD]) == 2
    assert "expected a run of an artifacts root, got one that stands alone" in capsys.readouterr().err
    (run.parent / "notes").symlink_to(run)
    assert cli.main(["note", str(run), OLD]) == 1
    assert "expected a directory, got a link" in capsys.readouterr().err


def test_repair_rebuilds_what_the_index_says_of_notes(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = record_note(run, OLD)
    assert path is not None
    text = path.read_text()
    (run.parent / "index.json").unlink()
    repair(run.parent)
    assert listed(run) == [OLD]
    other = json.loads(text) | {"manifest_sha256": "0" * 64}  # of another run that had this name
    for damaged in ("{", text.replace(OLD, "a\\u0007b"), json.dumps(other)):
        path.write_text(damaged)
        assert cli.main(["verify", str(run.parent)]) == 1
        assert f"expected what notes/ says of {run.name}, got another; try " in capsys.readouterr().out
        with pytest.raises(ArtifactError):
            note_of(run)
        repair(run.parent)
        assert listed(run) == [None]
        assert cli.main(["verify", str(run.parent)]) == 0
        path.write_text(text)
        repair(run.parent)
    assert listed(run) == [OLD]


def test_an_exported_folder_has_the_notes(run: Path, tmp_path: Path) -> None:
    record_note(run, OLD)
    write_site(run.parent, tmp_path / "site")
    index = json.loads((tmp_path / "site/artifacts/index.json").read_text())
    assert [each["note"] for each in index["runs"]] == [OLD]


@pytest.mark.parametrize(("before", "after"), [(None, NEW), (OLD, NEW), (OLD, None)])
def test_a_writer_killed_anywhere_leaves_the_old_note_or_the_new_one(
    run: Path, before: str | None, after: str | None
) -> None:
    root, model = run.parent, run.parent.parent / "model"
    if before:
        record_note(run, before)
    shutil.copytree(root, model)
    operations = count_operations(root, lambda: record_note(run, after))
    seen = set()
    points = [(number, False) for number in range(1, len(operations) + 2)]
    points += [(number, True) for number, name in enumerate(operations, 1) if name == "write"]
    for number, midway in points:
        shutil.rmtree(root)
        shutil.copytree(model, root)
        told = die_at(root, number, midway=midway, action=lambda: str(record_note(run, after)))
        repair(root)
        found = note_of(run)
        assert (found["text"] if found else None) in (before, after)
        assert listed(run) == [found["text"] if found else None]
        assert not leftovers(snapshot(root))
        if told:
            assert listed(run) == [after]
        seen.update(listed(run))
    assert seen == {before, after}
