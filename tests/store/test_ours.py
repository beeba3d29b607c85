"""A directory of somebody's own: what lies there under the names of an artifacts root is never replaced."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digit_classifier.cli import main as cli
from digit_classifier.errors import InputError
from digit_classifier.store.claim import claim
from digit_classifier.store.flat import publish_flat
from digit_classifier.store.index import derived_problems
from digit_classifier.store.json import encode
from digit_classifier.store.layout import MANIFEST_FILE
from digit_classifier.store.root import read_root, repair
from store_oracle import is_whole, leftovers, listed_in, runs_in, snapshot, violations
from tiny_runs import CREATED, smallest_files, tiny_run

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_VERSION = Path(__file__).parents[1] / "fixtures" / "first_version"
FOREIGN = {
    "latest/notes.txt": "mine",
    "latest/metrics.json": '{"accuracy": 0.9}',
    "latest/manifest.json": '{"name": "my web app"}',
    "latest/data/table.csv": "1,2",
    "index.css": "body { color: red }",
    "index.json": '{"pages": []}',
    ".lock": "4711\n",
}


def publish(root: Path, created: str = CREATED) -> str:
    with claim(root, created) as staged:
        return staged.publish(*smallest_files(created)).directory.name


def put(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_of_the_users_is_refused_before_the_training_and_stays(name: str, tmp_path: Path) -> None:
    put(tmp_path / name, FOREIGN[name])
    put(tmp_path / "thesis.txt", "mine")
    before = (tmp_path / name).read_bytes(), set(snapshot(tmp_path))
    with pytest.raises(InputError, match=r"of ours, got one of another origin; try another artifacts_root") as caught:
        publish(tmp_path)
    assert str(tmp_path / name.partition("/")[0]) in str(caught.value)
    assert ((tmp_path / name).read_bytes(), set(snapshot(tmp_path))) == before


def test_on_the_command_line_it_is_one_line_and_nothing_is_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in FOREIGN.items():
        put(tmp_path / name, text)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert cli.main(["train", "--epochs", "1", "--artifacts-root", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.endswith("got one of another origin; try another --artifacts-root\n")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_flat_run_in_the_place_of_the_copy_is_no_copy(tmp_path: Path) -> None:
    publish_flat(tmp_path / "latest", tiny_run(None))
    before = snapshot(tmp_path)
    with pytest.raises(InputError, match="latest: expected a directory of ours"):
        publish(tmp_path)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("name", ["latest/notes.txt", "index.css", "index.json"])
def test_repair_takes_folders_of_other_programs_for_no_root(name: str, tmp_path: Path) -> None:
    """Other programs name folders by the time, too."""
    put(tmp_path / "20260101-120000" / "manifest.json", '{"model": "theirs"}')
    put(tmp_path / name, FOREIGN[name])
    before = snapshot(tmp_path)
    with pytest.raises(InputError, match=r"got one of another origin; try another artifacts root"):
        repair(tmp_path)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("name", ["datasets/mine.csv", "latest/.DS_Store", "latest/Thumbs.db", "sweeps/mine.txt"])
def test_what_is_in_nobodys_way_hinders_no_training(name: str, tmp_path: Path) -> None:
    put(tmp_path / name, "mine")
    published = publish(tmp_path)
    assert listed_in(snapshot(tmp_path)) == [published]
    assert (tmp_path / name).read_text() == "mine"


def test_an_empty_copy_and_an_empty_lock_are_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    (tmp_path / ".lock").touch()
    name = publish(tmp_path)
    assert listed_in(snapshot(tmp_path)) == [name]


def without_dotfiles(root: Path) -> None:
    (root / ".lock").unlink()


def without_list(root: Path) -> None:
    without_dotfiles(root)
    for name in ("index.json", "index.css"):
        (root / name).unlink()


def only_runs(root: Path) -> None:
    without_list(root)
    shutil.rmtree(root / "latest")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "a list that is cut off": lambda root: put(root / "index.json", (root / "index.json").read_bytes()[:-40]),
    "a list of another program": lambda root: put(root / "index.json", FOREIGN["index.json"]),
    "another twin": lambda root: put(root / "index.css", FOREIGN["index.css"]),
    "a lock with another text": lambda root: put(root / ".lock", FOREIGN[".lock"]),
    "an emptied lock": lambda root: put(root / ".lock", b""),
    "a lock of zeros": lambda root: put(root / ".lock", bytes(60)),
    "a torn copy": lambda root: (root / "latest" / "manifest.json").unlink(),
    "a copy with a file that nobody knows": lambda root: put(root / "latest" / "notes.txt", "mine"),
    "no dotfiles": without_dotfiles,
    "no list": without_list,
    "nothing but runs": only_runs,
}


@pytest.mark.parametrize("action", ["publish", "repair"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_root_that_is_damaged_is_ours_all_the_same(damage: str, action: str, tmp_path: Path) -> None:
    names = {publish(tmp_path, "2026-11-22T10:00:00Z"), publish(tmp_path)}
    DAMAGE[damage](tmp_path)
    names |= {publish(tmp_path)} if action == "publish" else set()
    repair(tmp_path)
    tree = snapshot(tmp_path)
    assert set(listed_in(tree)) == runs_in(tree) == names
    assert tree.pop("latest/notes.txt", b"mine") == b"mine"
    assert violations(tree, names) == []
    assert derived_problems(tmp_path) == []


@pytest.mark.parametrize("damage", ["no dotfiles", "no list", "nothing but runs", "an emptied lock"])
def test_a_root_of_the_first_version_is_ours(damage: str, tmp_path: Path) -> None:
    root = Path(shutil.copytree(FIRST_VERSION, tmp_path / "root"))
    DAMAGE[damage](root)
    name = publish(root)
    assert set(listed_in(snapshot(root))) == runs_in(snapshot(root)) > {name}


def test_a_copy_of_a_run_loses_only_files_of_runs(tmp_path: Path) -> None:
    publish(tmp_path)
    put(tmp_path / "latest" / "notes.txt", "mine")
    put(tmp_path / "latest" / "mine" / "metrics.json", "mine")
    put(tmp_path / "latest" / ".cache.tmp", "mine")
    put(tmp_path / "latest" / "roc_curves.json", "of an earlier run")
    put(tmp_path / "latest" / ".roc_curves.json-0123abcd.tmp", "of a writer that died")
    publish(tmp_path)
    tree = snapshot(tmp_path)
    for mine in ("notes.txt", "mine/metrics.json", ".cache.tmp"):
        assert tree.pop(f"latest/{mine}") == b"mine"
    tree.pop("latest/mine/")
    assert is_whole(tree, "latest")
    before = (tmp_path / "latest" / MANIFEST_FILE).stat().st_ino
    repair(tmp_path)
    assert (tmp_path / "latest" / MANIFEST_FILE).stat().st_ino == before  # a copy with strays is not made again


FOREIGN_HIDDEN = [
    ".incoming-mail",
    ".incoming-20261122-2000",
    ".trash-old",
    ".trash-20261122-200000",
    ".trash-20261122-200000-abcd012",
    ".trash-20261122-200000-abcd0123.bak",
]
FOREIGN_FILES = [".cache.tmp", ".report.json.tmp", ".thesis.json-0123abcd.tmp", ".index.json-0123ABCD.tmp", ".tmp"]


def test_repair_removes_hidden_things_by_their_whole_names_only(tmp_path: Path) -> None:
    name = publish(tmp_path)
    for each in FOREIGN_HIDDEN:
        put(tmp_path / each / "mine.txt", "mine")
    for each in (*FOREIGN_FILES, ".incoming-mail.lock", "index-2026.json", "index-2026.css"):
        put(tmp_path / each, "mine")
    ours = [".index-0001.css-0123abcd.tmp", f".{name}.json-0123abcd.tmp", ".metrics.json-0123abcd.tmp"]
    ours += [".manifest.json-0123abcd.tmp", ".index.css-0123abcd.tmp"]
    for each in ours:
        put(tmp_path / each, "of a writer that died")
    put(tmp_path / "index-0007.json", encode({"schema_version": 1, "runs": []}))
    assert sorted(repair(tmp_path).removed) == sorted([*ours, "index-0007.json"])
    assert leftovers(snapshot(tmp_path)) == sorted([*FOREIGN_HIDDEN, *FOREIGN_FILES, ".incoming-mail.lock"])
    assert (tmp_path / "index-2026.json").read_text() == "mine"
    assert repair(tmp_path).removed == ()
    assert read_root(tmp_path).interrupted == ()


def test_a_hidden_folder_alone_makes_no_root(tmp_path: Path) -> None:
    put(tmp_path / ".trash-old" / "mine.txt", "mine")
    put(tmp_path / ".incoming-mail" / "mine.txt", "mine")
    with pytest.raises(InputError, match="a directory without runs"):
        repair(tmp_path)


def test_what_another_process_removes_meanwhile_is_no_error_of_repair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A training that begins tries out a renaming there, without the lock."""
    publish(tmp_path)
    trash = tmp_path / ".trash-20261122-200000-abcd0123"
    put(trash / "manifest.json", "")
    real = Path.iterdir

    def emptied(path: Path) -> object:
        found = list(real(path))
        if path == trash:
            shutil.rmtree(trash)
        return iter(found)

    monkeypatch.setattr(Path, "iterdir", emptied)
    repair(tmp_path)
    assert not trash.exists()
