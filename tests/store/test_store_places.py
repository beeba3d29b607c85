"""The store in awkward places: planted links, long and foreign names, many runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digit_classifier.errors import DigitClassifierError
from digit_classifier.store.bundle import seal
from digit_classifier.store.claim import claim
from digit_classifier.store.inspection import inspect
from digit_classifier.store.root import read_root, repair, update_index
from faults import count_operations
from store_oracle import listed_in, snapshot, violations
from tiny_runs import CREATED, RUN_ID, shared_data, smallest_files

if TYPE_CHECKING:
    from pathlib import Path

DATA = next(iter(shared_data()))
# Where another user could put a link, relative to the root; what is behind it must stay as it is.
PLANTED = [
    *(".lock", "latest", "datasets", "index.json", "index.css"),
    *(f".incoming-{RUN_ID}", f".incoming-{RUN_ID}.lock", f".trash-{RUN_ID}-0123abcd", RUN_ID),
    *("latest/metrics.json", "latest/manifest.json", f"datasets/{DATA}", f"datasets/{DATA.replace('.json', '.css')}"),
    *(".index.json-0123abcd.tmp", f"{RUN_ID}-2"),
]


def publish(root: Path, created: str = CREATED) -> str:
    with claim(root, created) as staged:
        return staged.publish(*smallest_files(created)).directory.name


@pytest.mark.parametrize("kind", ["to a file", "to a directory", "to nothing"])
@pytest.mark.parametrize("planted", PLANTED)
def test_nothing_is_written_deleted_or_taken_through_a_planted_link(tmp_path: Path, planted: str, kind: str) -> None:
    root, victim = tmp_path / "root", tmp_path / "victim"
    (victim / "inside").mkdir(parents=True)
    (victim / "metrics.json").write_text("theirs")
    (root / planted).parent.mkdir(parents=True)
    target = {"to a file": victim / "metrics.json", "to a directory": victim, "to nothing": victim / "nothing"}[kind]
    (root / planted).symlink_to(target)
    before = snapshot(victim)
    published = set()
    for action in (lambda: published.add(publish(root)), lambda: repair(root), lambda: published.add(publish(root))):
        try:
            action()
        except DigitClassifierError as error:
            assert str(root) in str(error)
        assert snapshot(victim) == before
    for name in published:
        assert not (root / name).is_symlink()
        assert inspect(root / name, shared_data="if there").problems == []


@pytest.mark.parametrize(
    "name",
    [
        "with spaces  in it",
        "Künstliche Läufe 数字 🙂",
        "'quotes' \"and\" $HOME `x`",
        "-dash",
        "%41?#&",
        "e\u0301",
        "\u202e",
    ],
)
def test_a_root_may_have_any_name(tmp_path: Path, name: str) -> None:
    root = tmp_path / name / "deeper"
    published = publish(root)
    assert violations(snapshot(root), {published}) == []
    assert repair(root).damaged == {}


def test_a_root_may_have_as_long_a_name_as_the_file_system_allows(tmp_path: Path) -> None:
    root = tmp_path / ("x" * 240) / ("ä" * 120)
    published = publish(root)
    assert violations(snapshot(root), {published}) == []


def fill(root: Path, count: int) -> list[str]:
    """This many runs, unlisted; written without waiting for the disk, which is not measured here."""
    names = []
    publish(root)
    for number in range(count):
        created = f"2026-11-{1 + number // 86_400:02}T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        name = created.translate(str.maketrans({"-": None, ":": None, "T": "-", "Z": None}))
        (root / name).mkdir()
        for file, data in seal(*smallest_files(created), run_id=name).files.items():
            (root / name / file).write_bytes(data)
        names.append(name)
    return names


def check_many_runs(root: Path, count: int) -> None:
    """All are found and listed, in bounded size; one more costs as many file operations as the second did."""
    few = root.parent / "few"
    publish(few)
    usual = len(count_operations(few, lambda: publish(few, "2026-11-25T00:00:00Z"), reads=True))
    names = fill(root, count)
    assert len(update_index(root).restored) == count
    assert len((root / "index.json").read_bytes()) <= 450 * 200 + 200 * (1 + count // 100)
    last = "2026-11-25T00:00:00Z"
    one, other = (len(count_operations(root, lambda: publish(root, last), reads=True)) for _ in range(2))
    assert min(one, other) == usual  # one of them seals a segment
    assert max(one, other) < usual + 20
    listed = listed_in(snapshot(root))
    assert listed == ["20261125-000000-2", "20261125-000000", *sorted(names, reverse=True), RUN_ID]
    view = read_root(root)
    assert (len(view.entries), view.damaged, view.unlisted) == (count + 3, {}, ())


def test_one_run_among_a_thousand_costs_no_more_file_operations_than_the_second(tmp_path: Path) -> None:
    check_many_runs(tmp_path / "root", 1000)
    assert len(listed_in(snapshot(tmp_path / "root"))) == 1003
