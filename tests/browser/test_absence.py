"""What is not there: a run that was deleted, files that a host does not show, scripts that were left behind."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from browsers import LOADED, Chromium, Page, text, wait_for
from demo_site import PAGE
from servers import Handler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["file", "http"])
def place(request: pytest.FixtureRequest) -> str:
    return request.param


@contextmanager
def served(handler: type[Handler], directory: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=directory))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_a_deleted_run_is_named_and_the_newest_that_is_there_shown(
    page: Page, addresses: dict[str, str], pages: Path, place: str
) -> None:
    root = pages / "bereft"
    index = json.loads((pages / "artifacts/index.json").read_text())
    if not root.exists():
        shutil.copytree(pages / "artifacts", root)
        shutil.rmtree(root / index["latest"])
    page.goto(f"{addresses[place]}index.html?artifacts=bereft")
    wait_for(page, LOADED)
    assert text(page, "#title, h1") == "first"
    notice = text(page, ".notices")
    assert index["latest"] in notice
    assert "nothing that can be read is there" in notice
    assert "digit-classifier repair" in notice


@pytest.mark.parametrize(("kind", "said"), [("deleted", "its folder is gone"), ("misspelt", "lists no such run")])
def test_a_run_to_compare_with_that_is_not_there_is_named_in_place(
    page: Page, addresses: dict[str, str], pages: Path, place: str, kind: str, said: str
) -> None:
    root = pages / "alone-left"
    runs = [run["run_id"] for run in json.loads((pages / "artifacts/index.json").read_text())["runs"]]
    if not root.exists():
        shutil.copytree(pages / "artifacts", root)
        shutil.rmtree(root / runs[1])
    wanted = runs[1] if kind == "deleted" else "20200101-000000-nobody"
    page.goto(f"{addresses[place]}index.html?artifacts=alone-left&vs={wanted}")
    wait_for(page, LOADED)
    assert text(page, "#title, h1") == "baseline"
    for where in (".notices", ".card:has(#compare-picker) .notice"):
        assert f"Not compared with {wanted}." in text(page, where)
        assert said in text(page, where)
        assert bool(re.search(r"digit-classifier repair \S*alone-left", text(page, where))) == (kind == "deleted")
    assert text(page, "#toasts") == ""
    assert page.evaluate("document.querySelector('.beside .chip')") is None
    page.evaluate("document.querySelector('.card:has(#compare-picker) .quiet').click()")
    wait_for(page, "!location.search.includes('vs=') && !document.querySelector('.notice')")


def test_where_every_run_was_deleted_the_page_says_so(
    page: Page, addresses: dict[str, str], pages: Path, place: str
) -> None:
    root = pages / "all-bereft"
    if not root.exists():
        root.mkdir()
        for name in ("index.json", "index.css"):
            shutil.copy(pages / "artifacts" / name, root)
    page.goto(f"{addresses[place]}index.html?artifacts=all-bereft")
    wait_for(page, "document.querySelector('#title, h1')?.innerText === 'The runs are gone'")
    assert re.search(r"digit-classifier repair \S*all-bereft", text(page, "#state"))


@pytest.mark.parametrize("answer", [401, 403, 404, 410, 200, 302])
def test_a_run_copied_alone_opens_whatever_a_host_answers_for_the_rest(page: Page, pages: Path, answer: int) -> None:
    """Without its index, its data set and its replays, of which only a refusal, or a web page, is heard."""

    class Host(Handler):
        def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
            if (pages / self.path.split("?")[0].lstrip("/")).is_file() and "/index.json" not in self.path:
                super().do_GET()
                return
            body = b"<!doctype html><title>Welcome</title>"
            self.send_response(answer)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if answer == 302:
                self.send_header("Location", "/index.html")
            self.end_headers()
            self.wfile.write(body)

    latest = json.loads((pages / "artifacts/index.json").read_text())["latest"]
    if not (pages / "alone-run").exists():
        shutil.copytree(pages / "artifacts" / latest, pages / "alone-run" / latest)
    with served(Host, pages) as address:
        page.goto(f"{address}index.html?artifacts=alone-run/{latest}")
        wait_for(page, LOADED)
        assert text(page, "#title, h1") == "baseline"
        assert "is not beside this run" in text(page, "#data")
        assert "damaged" not in text(page, "#opening").lower()
        page.goto(f"{address}index.html?artifacts=elsewhere")
        wait_for(page, "document.querySelector('#title, h1')?.innerText === 'There is no run here'")


@pytest.mark.parametrize("left", [[], ["dashboard.css"]])
def test_the_page_without_its_script_says_what_is_missing(
    page: Page, tmp_path: Path, pages: Path, place: str, left: list[str]
) -> None:
    for name in ["index.html", *left]:
        shutil.copy(pages / name, tmp_path)
    with served(Handler, tmp_path) as address:
        page.goto((tmp_path.as_uri() + "/" if place == "file" else address) + "index.html")
        wait_for(page, "getComputedStyle(document.querySelector('#state p')).opacity === '1'")
        said = text(page, "#state")
        assert "dashboard.js" in said
        assert "has not started" in said
        height, top = page.evaluate(
            "(box => [box.height, box.top])(document.querySelector('#state p').getBoundingClientRect())"
        )
        assert height > 10
        assert top < 900


ONCE = """['.selector', '.selector-button', '#nav', '#tools', 'header.bar', 'footer', 'h1', '#state']
  .map(each => document.querySelectorAll(each).length)"""


def save(page: Page, directory: Path, files: str) -> None:
    """As Ctrl-S leaves it: the page as it was drawn, and beside it what it had loaded."""
    drawn: str = page.evaluate("document.documentElement.outerHTML")
    for name in ("dashboard.css", "dashboard.js", "panels.js", "runs.js", "lab.js", "reader.html"):
        assert f'"{name}"' in drawn or name == "reader.html"
        drawn = drawn.replace(f'"{name}"', f'"{files}{name}"')
    (directory / "saved.html").write_text(f"<!doctype html>{drawn}", encoding="utf-8")


def test_a_page_that_a_browser_saved_says_what_it_lacks_and_doubles_nothing(
    page: Page, addresses: dict[str, str], tmp_path: Path, pages: Path, place: str
) -> None:
    """As Ctrl-S leaves it: the page as it was drawn, and its scripts in a folder."""
    page.goto(addresses["file"] + "index.html?true=3")
    wait_for(page, LOADED)
    save(page, tmp_path, "saved_files/")
    (tmp_path / "saved_files").mkdir()
    for name in PAGE[1:]:
        shutil.copy(pages / name, tmp_path / "saved_files")
    with served(Handler, tmp_path) as address:
        target = (tmp_path.as_uri() + "/" if place == "file" else address) + "saved.html"
        if place == "file":  # as a link, since Firefox's driver takes a frame's absent file for the page's
            page.evaluate(f"setTimeout(() => {{ location.href = '{target}' }}), undefined")
            time.sleep(1)
        else:
            page.goto(target)
        wait_for(page, "document.querySelector('#title, h1')?.innerText === 'A saved copy without its run'")
        assert "digit-classifier export --html" in text(page, "#state")
        assert page.evaluate(ONCE) == [1] * 8
        assert page.evaluate("document.querySelectorAll('#nav a').length") == 5
        assert page.evaluate("document.querySelectorAll('#tools button').length") == 2


def test_a_page_saved_beside_its_runs_opens_them_once(
    page: Page, addresses: dict[str, str], pages: Path, place: str
) -> None:
    page.goto(addresses["file"] + "index.html")
    wait_for(page, LOADED)
    save(page, pages, "")
    page.goto(f"{addresses[place]}saved.html")
    wait_for(page, f"{LOADED} && document.body.classList.contains('settled')")
    assert page.evaluate(ONCE) == [1] * 8
    assert page.evaluate("document.querySelectorAll('#data-title, .matrix, .tiles').length") == 3
    assert page.evaluate("document.querySelectorAll('iframe').length") == (1 if place == "file" else 0)


@pytest.mark.parametrize("level", ["run", "root", "parent", "grandparent"])
def test_any_folder_around_a_run_can_be_opened(
    chromium: Chromium, addresses: dict[str, str], pages: Path, tmp_path: Path, level: str
) -> None:
    inner = tmp_path / "unpacked" / "classroom" / "artifacts"
    shutil.copytree(pages / "two", inner)
    latest = json.loads((inner / "index.json").read_text())["latest"]
    folder = {"run": inner / latest, "root": inner, "parent": inner.parent, "grandparent": inner.parent.parent}[level]
    chromium.goto(f"{addresses['file']}index.html?artifacts=gone")
    wait_for(chromium, "document.querySelector('#title, h1')?.innerText === 'There is no run here'")
    chromium.page.set_input_files("input[type=file]", folder)
    wait_for(chromium, LOADED)
    assert text(chromium, "#title, h1") == "two classes"


def test_a_folder_without_a_run_is_described(chromium: Chromium, addresses: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "beach.txt").write_text("sand")
    chromium.goto(f"{addresses['file']}index.html?artifacts=gone")
    wait_for(chromium, "document.querySelector('#title, h1')?.innerText === 'There is no run here'")
    chromium.page.set_input_files("input[type=file]", tmp_path / "holiday")
    wait_for(chromium, "document.querySelector('#title, h1')?.innerText === 'There is no run in this folder'")
    assert "holiday" in text(chromium, "#state")
    assert "beach.txt" in text(chromium, "#state")
