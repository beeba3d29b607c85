"""The commands that the page shows, run as they stand, where the page is."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import demo_site
import pytest
from browsers import LOADED, Chromium, Page, text, wait_for

SHOWN = "[...document.querySelectorAll('#experiment .command code')].map(each => each.innerText)"


@pytest.fixture(scope="module")
def odd_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page and a run in a folder whose name a shell takes apart."""
    place = tmp_path_factory.mktemp("commands") / "Übung 1 (it's)"
    place.mkdir()
    for name in demo_site.PAGE:
        shutil.copy(demo_site.DEMO / name, place)
    demo_site.train(place / "artifacts", "a label, quoted", model="logistic", epochs="2")
    return place


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page where the repository has it, with nothing installed but the libraries."""
    place = tmp_path_factory.mktemp("checkout") / "mein repo"
    shutil.copytree(demo_site.ROOT / "src", place / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(
        demo_site.ROOT / "examples", place / "examples", ignore=shutil.ignore_patterns("artifacts", "__pycache__")
    )
    demo_site.train(
        place / "examples/digit-classifier/web_demo/artifacts", "in the checkout", model="logistic", epochs="2"
    )
    return place


def run(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """As typed into a shell, with the programs of this environment."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=cwd, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )


def test_the_commands_of_a_page_opened_from_a_file_work_from_any_folder(
    page: Page, odd_place: Path, tmp_path: Path
) -> None:
    page.goto(f"{odd_place.as_uri()}/index.html")
    wait_for(page, LOADED)
    train, replay, note = page.evaluate(SHOWN)
    done = run(f"{train} --artifacts-root again", tmp_path)
    assert done.returncode == 0, done.stderr
    again, recorded = json.loads(done.stdout), next((odd_place / "artifacts").glob("2*/run_summary.json"))
    assert again["config"]["run_label"] == "a label, quoted"
    digests = [
        json.loads(path.read_text())["results_digest"]
        for path in (recorded, next((tmp_path / "again").glob("2*/run_summary.json")))
    ]
    assert digests[0] == digests[1]
    for command in (replay, note):
        done = run(command, tmp_path)
        assert done.returncode == 0, done.stderr


def test_in_a_checkout_the_command_needs_nothing_installed(page: Page, checkout: Path, tmp_path: Path) -> None:
    page.goto(f"{(checkout / 'examples/digit-classifier/web_demo').as_uri()}/index.html")
    wait_for(page, LOADED)
    train, replay, note = page.evaluate(SHOWN)
    words = shlex.split(train)
    assert words[:2] == ["python", str(checkout / "examples/digit-classifier/run_demo.py")]
    done = run(f"{train} --output-dir here", tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "here/run_summary.json").read_text())["config"]["epochs"] == 2
    assert shlex.split(replay)[:3] == [*words[:2], "replay"]
    for command in (replay, note):
        done = run(command, tmp_path)
        assert done.returncode == 0, done.stderr


def test_a_copied_link_to_a_file_says_what_can_be_sent_instead(
    chromium: Chromium, odd_place: Path, tmp_path: Path
) -> None:
    page: Any = chromium.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chromium.goto(f"{odd_place.as_uri()}/index.html")
    wait_for(chromium, LOADED)
    page.click("button[aria-label='Copy a link to this view']")
    wait_for(chromium, "document.getElementById('toasts').innerText.includes('works on this computer')")
    command = page.inner_text("#toasts code")
    assert command.startswith("digit-classifier export html ")
    done = run(command, tmp_path)
    assert done.returncode == 0, done.stderr
    chromium.goto((tmp_path / "report.html").as_uri())
    wait_for(chromium, LOADED)
    assert page.inner_text("#title, #state h1") == "a label, quoted"
    page.click("button[aria-label='Copy a link to this view']")
    wait_for(chromium, "document.getElementById('toasts').innerText.includes('send this file')")


def test_settings_are_told_apart_by_who_chose_them(page: Page, odd_place: Path) -> None:
    page.goto(f"{odd_place.as_uri()}/index.html")
    wait_for(page, LOADED)
    groups = page.evaluate("""[...document.querySelectorAll('.settings')].map(each => [
      each.previousElementSibling.innerText, [...each.querySelectorAll('dt')].map(dt => dt.innerText)])""")
    assert groups[0] == ["Chosen for this run", ["model", "epochs", "run_label"]]
    assert [title for title, _ in groups[1:]] == ["From the preset of the model, or defaults"]


FIRST = "document.querySelector('#state .command code')?.innerText"


@pytest.mark.parametrize("kind", ["repository", "elsewhere"])
def test_the_command_of_an_empty_page_makes_the_run_that_it_then_shows(
    page: Page, tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    place = tmp_path_factory.mktemp("empty") / "neu & leer"
    if kind == "repository":
        shutil.copytree(demo_site.ROOT / "src", place / "src", ignore=shutil.ignore_patterns("__pycache__"))
        hidden = shutil.ignore_patterns("artifacts", "__pycache__")
        shutil.copytree(demo_site.ROOT / "examples", place / "examples", ignore=hidden)
        web = place / "examples/digit-classifier/web_demo"
    else:
        web = place
        web.mkdir()
        for name in demo_site.PAGE:
            shutil.copy(demo_site.DEMO / name, web)
    page.goto(f"{web.as_uri()}/index.html")
    wait_for(page, "document.querySelector('#title, h1')?.innerText === 'No runs yet'")
    command = page.evaluate(FIRST)
    assert ("run_demo.py" in command) is (kind == "repository")
    done = run(f"{command} --epochs 2", place.parent)
    assert done.returncode == 0, done.stderr
    page.goto(f"{web.as_uri()}/index.html")
    wait_for(page, LOADED)
    assert page.evaluate("document.querySelector('#title, h1').innerText") == "baseline"


def test_a_link_that_may_not_be_copied_says_the_same(page: Page, odd_place: Path) -> None:
    page.goto(f"{odd_place.as_uri()}/index.html")
    wait_for(page, LOADED)
    page.evaluate("void (Navigator.prototype.__defineGetter__('clipboard', () => undefined))")
    page.evaluate("document.querySelector('button[aria-label=\"Copy a link to this view\"]').click()")
    wait_for(page, "document.querySelector('#toasts textarea')?.value === location.href")
    said = text(page, "#toasts")
    assert "works on this computer" in said
    assert "digit-classifier export html " in said
