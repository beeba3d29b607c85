"""Exported files and folders: what is in them, and what they never replace."""

from __future__ import annotations

import base64
import errno
import gzip
import hashlib
import json
import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from digit_classifier.cli.main import main
from digit_classifier.errors import InputError
from digit_classifier.page.built import LANGUAGES, built_page, page_text
from digit_classifier.page.html import self_contained, write_html
from digit_classifier.page.site import write_site
from digit_classifier.page.source import shared_dataset
from digit_classifier.store.claim import claim
from digit_classifier.store.flat import publish_flat
from digit_classifier.store.inspection import inspect
from digit_classifier.store.json import encode, twin
from faults import count_operations, failing
from store_oracle import snapshot
from tiny_runs import CREATED, publish, shared_data, tiny_run

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, SECOND = "20261122-191612", "20261122-191612-2"
HOSTILE = "</script><script>alert(1)</script><!-- & \"'"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two runs, the second one the latest."""
    for label in ("first", HOSTILE):
        with claim(tmp_path / "artifacts", CREATED) as stage:
            publish(stage, label)
    return tmp_path / "artifacts"


class Document(HTMLParser):
    """A document as a browser's parser splits it: the attributes of every tag, and the text that follows it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[list[str]] = [["", ""]]
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.texts.append([tag, ""])

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser passes it
        self.texts.append(["", ""])

    def handle_data(self, data: str) -> None:
        self.texts[-1][1] += data

    def inside(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def exported(path: Path) -> tuple[Document, dict[str, Any]]:
    document = Document(path.read_text(encoding="utf-8"))
    return document, content_of(document)


def content_of(document: Document) -> dict[str, Any]:
    """The block of data, its files unpacked."""
    content = json.loads(document.inside("script")[0])
    return {**content, "files": json.loads(gzip.decompress(base64.b64decode(content["files"])))}


def test_one_file_holds_the_run_its_data_set_and_the_page(root: Path, tmp_path: Path) -> None:
    write_html(root / FIRST, tmp_path / "report.html")
    document, content = exported(tmp_path / "report.html")
    names = [path.name for path in (root / FIRST).glob("*.json")]
    paths = {f"artifacts/{FIRST}/{name}" for name in names} | {f"artifacts/datasets/{next(iter(shared_data()))}"}
    assert (content["start"], content["compared"]) == (f"artifacts/{FIRST}", None)
    assert content["files"].keys() == paths
    for path, text in content["files"].items():
        assert text == (root.parent / path).read_text(encoding="utf-8")
    assert [tag for tag, attributes in document.tags if {"src", "href"} & attributes.keys()] == ["link", "a"]
    assert "first" in document.inside("title")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_file_holds_the_words_of_its_language_and_no_others(root: Path, tmp_path: Path, language: str) -> None:
    report = tmp_path / "report.html"
    assert main(["export", "html", str(root), "-o", str(report), "--language", language]) == 0
    _, content = exported(report)
    assert content["language"] == language
    words = {path: text for path, text in content["files"].items() if path.startswith("words/")}
    assert words == {f"words/{language}.json": page_text(f"words/{language}.json")}
    assert report.stat().st_size <= 640_000


@pytest.mark.parametrize("language", ["it", "DE", "", "../de", "de "])
def test_an_unknown_language_is_refused_in_one_line(root: Path, tmp_path: Path, capsys: Any, language: str) -> None:
    report = tmp_path / "report.html"
    assert main(["export", "html", str(root), "-o", str(report), f"--language={language}"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: --language: expected en, de, es, fr or zh, got ")
    assert line.endswith("; try --language de")
    assert not report.exists()


def test_only_the_page_has_a_language(root: Path, tmp_path: Path, capsys: Any) -> None:
    assert main(["export", "site", str(root), "-o", str(tmp_path / "site"), "--language", "de"]) == 2
    assert "error: --language: expected the format html, got site" in capsys.readouterr().err


def test_the_policy_allows_those_scripts_and_that_style_and_nothing_else(root: Path, tmp_path: Path) -> None:
    write_html(root, tmp_path / "report.html")
    document, _ = exported(tmp_path / "report.html")
    policy = next(a["content"] for _, a in document.tags if a.get("http-equiv") == "Content-Security-Policy") or ""
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    for texts, rule in ((document.inside("style"), "style-src"), (document.inside("script")[1:], "script-src")):
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
        assert rules[rule] == " ".join(f"'sha256-{digest}'" for digest in digests)
    assert document.inside("script")[1:] == [
        page_text("dashboard.js"),
        page_text("panels.js"),
        page_text("runs.js"),
        page_text("lab.js"),
    ]
    assert rules["default-src"] == "'none'"
    assert "connect-src" not in rules
    assert "frame-src" not in rules


def test_no_text_of_a_run_ends_its_block_or_the_title() -> None:
    text = self_contained({"artifacts/x/a.json": HOSTILE}, start="artifacts/x", compared=None, title=HOSTILE)
    document = Document(text)
    assert [tag for tag, _ in document.tags].count("script") == 5
    assert document.inside("title") == [f"{HOSTILE} · digit classifier"]
    assert content_of(document)["files"] == {"artifacts/x/a.json": HOSTILE}


def test_a_second_run_comes_along_with_an_index_of_both(root: Path, tmp_path: Path) -> None:
    write_html(root / SECOND, tmp_path / "report.html", compare=root / FIRST)
    _, content = exported(tmp_path / "report.html")
    index = json.loads(content["files"]["artifacts/index.json"])
    assert [entry["run_id"] for entry in index["runs"]] == [SECOND, FIRST]
    assert content["compared"] == FIRST
    for entry in index["runs"]:
        manifest = content["files"][f"artifacts/{entry['run_id']}/manifest.json"]
        assert hashlib.sha256(manifest.encode()).hexdigest() == entry["manifest_sha256"]


def test_a_run_without_history_is_exported_with_its_own_data_set(tmp_path: Path) -> None:
    publish_flat(tmp_path / "flat", tiny_run(None))
    write_html(tmp_path / "flat", tmp_path / "report.html")
    _, content = exported(tmp_path / "report.html")
    assert content["start"] == "artifacts/run"
    assert "artifacts/run/dataset.json" in content["files"]


def test_the_latest_run_of_a_root_is_meant_where_none_is_named(root: Path, tmp_path: Path) -> None:
    assert main(["export", "--html", str(root), "-o", str(tmp_path / "report.html")]) == 0
    assert exported(tmp_path / "report.html")[1]["start"] == f"artifacts/{SECOND}"


def test_a_site_is_the_page_beside_runs_that_verify(root: Path, tmp_path: Path, capsys: Any) -> None:
    assert write_site(root, tmp_path / "site") == 2
    assert main(["verify", str(tmp_path / "site/artifacts" / FIRST)]) == 0
    names = ("dashboard.css", "dashboard.js", "panels.js", "runs.js", "lab.js", "reader.html", "reader.js")
    for name in (*names, *(f"words/{path.name}" for path in (built_page() / "words").iterdir())):
        assert (tmp_path / "site" / name).read_text(encoding="utf-8") == page_text(name)
    index = (tmp_path / "site/artifacts/index.json").read_bytes()
    assert (tmp_path / "site/artifacts/index.css").read_bytes() == twin(index)
    listed = json.loads(index)
    assert (listed["latest"], len(listed["runs"])) == (SECOND, 2)
    for run in (FIRST, SECOND):
        assert inspect(tmp_path / "site/artifacts" / run, shared_data="required").problems == []


def test_a_site_holds_the_chosen_runs_and_the_next_export_replaces_it(root: Path, tmp_path: Path) -> None:
    write_site(root, tmp_path / "site")
    write_site(root, tmp_path / "site", runs=[FIRST])
    assert not (tmp_path / "site/artifacts" / SECOND).exists()
    assert json.loads((tmp_path / "site/artifacts/index.json").read_text())["latest"] == FIRST
    assert sorted(path.name for path in tmp_path.iterdir()) == ["artifacts", "site"]


def test_an_earlier_export_is_replaced_and_anything_else_only_when_asked(
    root: Path, tmp_path: Path, capsys: Any
) -> None:
    report = tmp_path / "report.html"
    export = ["export", "--html", str(root), "-o", str(report)]
    assert main(export) == 0
    assert main(export) == 0
    report.write_text("<p>mine</p>")
    assert main(export) == 2
    assert report.read_text() == "<p>mine</p>"
    assert "--force" in capsys.readouterr().err
    assert main([*export, "--force"]) == 0
    assert exported(report)[1]["start"] == f"artifacts/{SECOND}"


@pytest.mark.parametrize(
    "mine",
    ["notes.txt", ".git/config", "artifacts/mine.json", "artifacts/datasets/mine.txt", "words/mine.json", "index.html"],
)
def test_a_folder_with_anything_of_the_users_is_left_alone(root: Path, tmp_path: Path, capsys: Any, mine: str) -> None:
    site = tmp_path / "site"
    write_site(root, site)
    (site / mine).parent.mkdir(exist_ok=True)
    (site / mine).write_text("mine")
    assert main(["export", "--site", str(root), "-o", str(site)]) == 2
    assert (site / mine).read_text() == "mine"
    assert (site / "artifacts" / SECOND).is_dir()
    assert "expected a new folder or an earlier export" in capsys.readouterr().err


def test_runs_without_a_page_of_ours_above_them_are_nobodys_export(root: Path, tmp_path: Path) -> None:
    write_site(root, tmp_path / "site")
    (tmp_path / "site/index.html").unlink()
    assert main(["export", "--site", str(root), "-o", str(tmp_path / "site")]) == 2
    assert (tmp_path / "site/artifacts" / SECOND / "manifest.json").exists()


def test_a_linked_folder_is_not_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "elsewhere")
    assert main(["export", "--site", str(root), "-o", str(tmp_path / "site")]) == 2
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("fault", [errno.EIO, KeyboardInterrupt])
@pytest.mark.parametrize("rename", [1, 2], ids=["old site aside", "new site in its place"])
def test_a_site_that_cannot_be_put_in_place_leaves_the_old_one(
    root: Path, tmp_path: Path, rename: int, fault: int | type[BaseException]
) -> None:
    site = tmp_path / "site"
    write_site(root, site, runs=[FIRST])
    steps = count_operations(tmp_path, lambda: write_site(root, site), reads=True)
    number = [place for place, name in enumerate(steps, 1) if name == "rename"][rename - 1]
    write_site(root, site, runs=[FIRST])
    before = snapshot(tmp_path)
    with failing(tmp_path, number, fault, sticky=False), pytest.raises((InputError, KeyboardInterrupt)):
        write_site(root, site)
    assert snapshot(tmp_path) == before


def test_a_damaged_run_is_not_exported(root: Path, tmp_path: Path, capsys: Any) -> None:
    (root / SECOND / "metrics.json").write_text("{}")
    assert main(["export", "--html", str(root / SECOND), "-o", str(tmp_path / "report.html")]) == 1
    assert main(["export", "--site", str(root), "-o", str(tmp_path / "site")]) == 1
    assert re.search("metrics.json: expected .* bytes", capsys.readouterr().err)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["artifacts"]


def test_the_data_set_of_another_run_is_not_taken_for_its_own(root: Path, tmp_path: Path) -> None:
    path = root / "datasets" / next(iter(shared_data()))
    path.write_bytes(encode(json.loads(path.read_bytes()) | {"sha256": "0" * 64}))
    assert main(["export", "--html", str(root), "-o", str(tmp_path / "report.html")]) == 1


def test_a_run_that_travelled_alone_is_exported_without_its_data_set(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / FIRST, tmp_path / FIRST)
    write_html(tmp_path / FIRST, tmp_path / "report.html")
    assert not [path for path in exported(tmp_path / "report.html")[1]["files"] if "datasets" in path]


def damage_data(root: Path, change: Callable[[bytes], bytes]) -> Path:
    path = root / "datasets" / next(iter(shared_data()))
    changed = change(path.read_bytes())
    assert changed != path.read_bytes()
    path.write_bytes(changed)
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b'"labels": [0,1,0,1]', b'"labels": [1,0,0,1]'),
        lambda text: text[:-20],
        lambda text: text.replace(b'"schema_version": 2', b'"schema_version": 9'),
    ],
    ids=["other labels", "cut off", "newer"],
)
def test_a_damaged_data_set_is_not_exported(
    root: Path, tmp_path: Path, capsys: Any, change: Callable[[bytes], bytes]
) -> None:
    """Also where its file still states the digest that the run does."""
    path = damage_data(root, change)
    for name, target in (("html", "report.html"), ("site", "site")):
        assert main(["export", name, str(root), "-o", str(tmp_path / target)]) == 1
        err = capsys.readouterr().err
        assert err.startswith(f"error: {path}: expected the data set of the run, got a damaged one (")
        assert err.count("\n") == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == ["artifacts"]


def test_the_data_set_of_many_runs_is_checked_once(root: Path, tmp_path: Path, monkeypatch: Any) -> None:
    looks: list[str] = []

    def look(place: Path, stated: Any) -> dict[str, bytes]:
        looks.append(stated["file"])
        return shared_dataset(place, stated)

    monkeypatch.setattr("digit_classifier.page.site.shared_dataset", look)
    assert write_site(root, tmp_path / "site") == 2
    assert looks == [next(iter(shared_data()))]


def test_a_site_has_the_runs_that_are_there_whatever_the_index_says(root: Path, tmp_path: Path, capsys: Any) -> None:
    other = tmp_path / "elsewhere"
    with claim(other, "2026-11-23T00:00:00Z") as stage:
        publish(stage, "copied", "2026-11-23T00:00:00Z")
    shutil.copytree(other / "20261123-000000", root / "20261123-000000")
    assert write_site(root, tmp_path / "site") == 3
    listed = json.loads((tmp_path / "site/artifacts/index.json").read_text())
    assert [run["run_id"] for run in listed["runs"]] == ["20261123-000000", SECOND, FIRST]  # as `runs` shows them
    assert write_site(root, tmp_path / "site", runs=["20261123-000000"]) == 1
    assert main(["export", "html", str(root), "-o", str(tmp_path / "report.html")]) == 0
    assert exported(tmp_path / "report.html")[1]["start"] == "artifacts/20261123-000000"
    (root / "index.json").unlink()
    assert write_site(root, tmp_path / "site") == 3
    assert main(["verify", str(tmp_path / "site/artifacts")]) == 1  # no latest/: a site has none
    assert "damaged" not in capsys.readouterr().out.partition("index and latest")[0]


@pytest.mark.parametrize("chosen", [[], ["--run", FIRST]])
def test_a_run_that_is_listed_and_gone_is_named_with_what_mends_it(
    root: Path, tmp_path: Path, capsys: Any, chosen: list[str]
) -> None:
    shutil.rmtree(root / FIRST)
    export = ["export", "site", str(root), "-o", str(tmp_path / "site"), *chosen]
    assert main(export) == 2
    err = capsys.readouterr().err
    assert f"error: {root}: expected the runs that its index lists, got none named {FIRST}; try " in err
    assert f" repair {root}" in err
    assert main([*export[:5], "--run", SECOND]) == 0  # which nobody misses
    assert main(["repair", str(root)]) == 0
    assert main(export[:5]) == 0


def test_a_damaged_run_that_repair_has_unlisted_keeps_no_other_back(root: Path, tmp_path: Path, capsys: Any) -> None:
    (root / FIRST / "metrics.json").write_text("{}")
    export = ["export", "site", str(root), "-o", str(tmp_path / "site")]
    assert main(export) == 1
    assert main(["repair", str(root)]) == 1
    assert main(export) == 0
    capsys.readouterr()
    assert main([*export, "--run", FIRST]) == 1
    assert re.search("metrics.json: expected .* bytes", capsys.readouterr().err)


@pytest.mark.parametrize("earlier", [False, True], ids=["empty", "an earlier export"])
def test_a_site_can_be_where_one_is(root: Path, tmp_path: Path, monkeypatch: Any, *, earlier: bool) -> None:
    here = tmp_path / "site"
    write_site(root, tmp_path / "fresh")
    here.mkdir()
    if earlier:
        write_site(root, here, runs=[FIRST])
    monkeypatch.chdir(here)
    inode = here.stat().st_ino
    assert main(["export", "site", str(root), "-o", "."]) == 0
    assert here.stat().st_ino == inode  # or a shell would be left in a folder that is deleted
    assert snapshot(here) == snapshot(tmp_path / "fresh")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["artifacts", "fresh", "site"]


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EXDEV, errno.EACCES, errno.EPERM], ids=errno.errorcode.get)
def test_a_folder_that_cannot_be_renamed_is_filled_anew(
    root: Path, tmp_path: Path, monkeypatch: Any, number: int
) -> None:
    """It is mounted, or the folder above it is another's; across a mount no file can be renamed either."""
    site, real, mkdir = tmp_path / "above" / "site", os.rename, os.mkdir
    site.mkdir(parents=True)
    write_site(root, tmp_path / "fresh")

    def rename(source: Any, target: Any, **options: Any) -> None:
        if Path(source).parent == site.parent or Path(target).parent == site.parent:
            raise OSError(number, os.strerror(number), str(source))
        real(source, target, **options)

    def make(path: Any, *arguments: Any, **options: Any) -> None:
        if Path(path).parent == site.parent and number in (errno.EACCES, errno.EPERM):
            raise OSError(number, os.strerror(number), str(path))
        mkdir(path, *arguments, **options)

    monkeypatch.setattr(os, "rename", rename)
    monkeypatch.setattr(os, "mkdir", make)
    for runs in ([FIRST], []):
        write_site(root, site, runs=runs)
    assert snapshot(site) == snapshot(tmp_path / "fresh")
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_what_a_killed_export_left_inside_its_target_is_in_nobodys_way(root: Path, tmp_path: Path) -> None:
    left = tmp_path / "site" / ".site-0123abcd.tmp" / "artifacts"
    left.mkdir(parents=True)
    (left / "index.json").write_text("{}")
    write_site(root, tmp_path / "site")
    write_site(root, tmp_path / "fresh")
    assert snapshot(tmp_path / "site") == snapshot(tmp_path / "fresh")
    (tmp_path / "site" / ".other-0123abcd.tmp").mkdir()
    with pytest.raises(InputError, match=r"\.other-0123abcd\.tmp in it"):
        write_site(root, tmp_path / "site")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "FORMAT: expected a format, got none; try "),
        (["--html", "{root}", "--site", "{root}", "-o", "{new}"], "export: expected one format, got more; try "),
        (["--html", "{root}"], "--output: expected a path to write, got none"),
        (["--html", "{root}/gone", "-o", "{new}"], "RUN: expected a run directory or an artifacts root"),
        (["--html", "{root}", "-o", "{root}"], "expected a file to write, got a directory"),
        (
            ["--html", "{root}", "-o", "{new}", "--run", FIRST],
            "--run: expected one of site, tensorboard, mlflow, got html; try leaving out --run",
        ),
        (["--site", "{root}", "-o", "{new}", "--compare", "{root}"], "--compare: expected the format html, got site"),
        (["--site", "{root}", "-o", "{new}", "--force"], "--force: expected a format of one file, got site"),
        (["--site", "{root}", "-o", "{new}", "--run", "20250101-000000"], "--run: expected a run of"),
        (["site", "{root}/gone", "-o", "{new}"], "which is not there; try "),
        (
            ["--html", "{root}", "-o", "{new}", "--compare", "{root}"],
            "expected another run, with a run id, got the same",
        ),
        (["--html", "{root}", "-o", "{new}/deep/report.html"], "expected a directory that can be written"),
    ],
)
def test_what_cannot_be_exported_is_said_in_a_line(
    root: Path, tmp_path: Path, capsys: Any, arguments: list[str], says: str
) -> None:
    places = {"root": str(root), "new": str(tmp_path / "new")}
    assert main(["export", *(text.format(**places) for text in arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert err.count("\n") == 1
    assert not (tmp_path / "new").exists()
