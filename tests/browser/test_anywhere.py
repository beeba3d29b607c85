"""The page where conveniences are refused: in frames, without history, clipboard or storage, at odd addresses."""

from __future__ import annotations

import functools
import html
import http.server
import json
import threading
from typing import TYPE_CHECKING

import pytest
from browsers import LOADED, Chromium, Frame, Page, text, wait_for
from servers import Handler

from digit_classifier.page.html import write_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CELL = "document.querySelector('td[data-cell=\"0\"]').click()"
CHIPS = "document.querySelectorAll('#chips .chip').length"
ESCAPE = "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}))"
# Everything that a page may be refused throws, from the start.
REFUSED = """
const refuse = () => { throw new DOMException("refused here", "SecurityError"); };
for (const method of ["pushState", "replaceState", "back"]) History.prototype[method] = refuse;
for (const [object, key] of [[History.prototype, "state"], [History.prototype, "scrollRestoration"],
    [window, "localStorage"], [Navigator.prototype, "clipboard"], [Document.prototype, "activeElement"]])
  Object.defineProperty(object, key, {get: refuse, set: refuse, configurable: true});
window.matchMedia = URL.createObjectURL = performance.mark = window.scrollTo = refuse;
Element.prototype.scrollIntoView = HTMLElement.prototype.focus = refuse;
"""


@pytest.fixture(scope="session")
def report(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_html(pages / "artifacts", path)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A directory and the address at which it is served."""
    directory = tmp_path_factory.mktemp("shelf")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=directory))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield directory, f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("place", ["file", "http"])
@pytest.mark.parametrize(
    "sandbox", ["", "sandbox", "sandbox='allow-scripts'", "sandbox='allow-scripts allow-same-origin'"]
)
def test_an_export_works_in_a_frame_made_of_text(
    page: Page, report: str, shelf: tuple[Path, str], sandbox: str, place: str
) -> None:
    directory, address = shelf
    frame = f"<iframe {sandbox} width=1200 height=800 srcdoc='{html.escape(report)}'></iframe>"
    head = "<!doctype html><meta charset=utf-8><link rel=icon href='data:,'>"
    # A name for each: http.server tells versions apart by whole seconds, so a browser keeps the one before.
    name = f"notebook-{''.join(filter(str.isalpha, sandbox))}.html"
    (directory / name).write_text(f"{head}{frame}", encoding="utf-8")
    page.goto((directory.as_uri() + "/" if place == "file" else address) + name)
    entries = page.evaluate("history.length")
    inner = Frame(page)
    if sandbox == "sandbox":  # no script may run: the page says what that means
        wait_for(inner, "document.readyState === 'complete'")
        assert "has not started" in str(inner.evaluate("document.getElementById('main').textContent"))
        return
    wait_for(inner, LOADED)
    before = inner.evaluate("document.getElementById('found').innerText")
    inner.evaluate(CELL)
    wait_for(inner, f"{CHIPS} === 2")
    shown = inner.evaluate("document.getElementById('found').innerText")
    assert shown != before
    inner.evaluate("document.querySelector('.nav-link').click()")  # a link inside the page stays inside it
    inner.evaluate("document.querySelectorAll('.class-chip')[1].click()")
    wait_for(inner, "document.querySelectorAll('.class-chip[aria-pressed=true]').length === 2")
    inner.evaluate(ESCAPE)
    wait_for(inner, "document.querySelectorAll('.class-chip[aria-pressed=true]').length === 1")
    inner.evaluate(ESCAPE)
    inner.evaluate(ESCAPE)
    wait_for(inner, f"{CHIPS} === 0")
    assert inner.evaluate("document.getElementById('found').innerText") == before
    assert page.evaluate("history.length") <= entries + 1  # of the page around it: nothing of this is left there
    assert page.errors == []


@pytest.mark.parametrize("place", ["file", "http"])
def test_whatever_is_refused_every_control_answers(
    page: Page, report: str, shelf: tuple[Path, str], place: str
) -> None:
    directory, address = shelf
    hostile = report.replace("script-src ", "script-src 'unsafe-inline' ", 1)
    hostile = re_hash_free(hostile).replace("<head>", f"<head><script>{REFUSED}</script>", 1)
    (directory / "refused.html").write_text(hostile, encoding="utf-8")
    page.goto((directory.as_uri() + "/" if place == "file" else address) + "refused.html")
    wait_for(page, LOADED)
    page.evaluate(CELL)
    wait_for(page, f"{CHIPS} === 2")
    for step in range(3):
        page.evaluate("document.querySelector('button[aria-label=\"One epoch back\"]').click()")
        wait_for(page, f"document.querySelector('output').innerText.startsWith('{29 - step} /')")
    page.evaluate("document.querySelector('button[aria-label=\"Copy a link to this view\"]').click()")
    wait_for(page, "document.querySelector('#toasts textarea') !== null")
    assert "did not allow copying" in text(page, "#toasts")
    assert page.evaluate("document.querySelector('#toasts textarea').value === location.href")
    theme = "document.documentElement.dataset.theme"
    page.evaluate("document.querySelector('button[aria-label^=Theme]').click()")
    wait_for(page, f"{theme} === 'light'")
    page.evaluate("document.querySelector('button[aria-label=\"Download as JSON\"]').click()")
    wait_for(page, "document.getElementById('toasts').innerText.includes('did not allow saving')")
    page.evaluate("document.querySelector('.nav-link').click()")
    page.evaluate("document.querySelector('.nav-link').click()")
    page.evaluate(ESCAPE)
    page.evaluate(ESCAPE)
    page.evaluate(ESCAPE)
    wait_for(page, f"{CHIPS} === 0")
    assert page.errors == []


def re_hash_free(document: str) -> str:
    """The same without the hashes of the policy, beside which 'unsafe-inline' would mean nothing."""
    import re

    head, rest = document.split("style-src", 1)
    return re.sub(r"'sha256-[^']*' ?", "", head) + "style-src" + rest


def test_scrubbing_for_long_stays_below_what_browsers_allow(chromium: Chromium, addresses: dict[str, str]) -> None:
    page = chromium  # the limit is ours; Safari's is the lowest
    page.goto(addresses["http"] + "index.html")
    wait_for(page, LOADED)
    page.evaluate(
        "void (window.calls = [], ['pushState', 'replaceState'].forEach(name => { const real = history[name]; "
        "history[name] = (...all) => { window.calls.push(performance.now()); return real.apply(history, all); }; }))"
    )
    page.evaluate(
        """(async () => {
          const range = document.querySelector('.scrubber input');
          for (let i = 0; i < 300; i++) {
            range.value = 1 + i % 29;
            range.dispatchEvent(new Event('input'));
            if (i % 20 === 0) await new Promise(done => setTimeout(done, 10));
          }
          range.value = 7;
          range.dispatchEvent(new Event('input'));
        })()"""
    )
    wait_for(page, "location.search === '?epoch=7'")  # the last one is what stays
    for cell in range(20, 120):
        page.evaluate(f"document.querySelector('td[data-cell=\"{cell % 100}\"]').click()")
    wait_for(page, f"{CHIPS} === 2")
    calls = page.evaluate("window.calls")
    assert max(sum(start <= call < start + 30_000 for call in calls) for start in calls) <= 80  # Safari stops at 100
    assert "true=1 " in text(page, "#chips").replace("true ", "true=").replace("\n", " ") or "true 1" in text(
        page, "#chips"
    )
    page.evaluate(ESCAPE)  # also acts that the browser has no entry for are undone, one by one
    wait_for(page, "document.getElementById('chips').innerText.includes('predicted 8')")
    assert page.errors == []


@pytest.mark.parametrize(
    "name", ["a b.html", "100% #1?.html", "ünï.html", "a:b.html", "..html", "%2e%2e.html", "a&b;c.html"]
)
def test_an_export_opens_under_any_name(page: Page, report: str, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(report, encoding="utf-8")
    page.goto((tmp_path / name).as_uri())
    wait_for(page, LOADED)
    page.evaluate(CELL)
    wait_for(page, f"{CHIPS} === 2")
    wait_for(page, "location.search === '?true=0&pred=0'")
    assert page.evaluate("location.pathname") == (tmp_path / name).as_uri().removeprefix("file://")
    assert page.errors == []


@pytest.mark.parametrize("kind", ["blob", "data"])
def test_an_export_works_as_a_blob_and_as_data(
    chromium: Page, report: str, addresses: dict[str, str], kind: str
) -> None:
    """In a frame, as tools embed it; browsers do not let a page go to such an address."""
    chromium.goto(addresses["http"] + "two/index.json")
    chromium.evaluate(
        f"""(async (text) => {{
          const frame = document.createElement('iframe');
          const file = new Blob([text], {{type: 'text/html'}});
          const data = () => new Promise(done => {{
            const reader = new FileReader();
            reader.onload = () => done(reader.result);
            reader.readAsDataURL(file);
          }});
          frame.src = '{kind}' === 'blob' ? URL.createObjectURL(file) : await data();
          document.body.append(frame);
          await new Promise(done => {{ frame.onload = done; }});
        }})({json.dumps(report)})"""
    )
    inner = Frame(chromium)
    wait_for(inner, LOADED)
    inner.evaluate(CELL)
    wait_for(inner, f"{CHIPS} === 2")
    assert [error for error in chromium.errors if "404" not in error] == []  # the browser looks for a favicon


@pytest.mark.parametrize("path", ["//index.html", "/./index.html", "/index.html?", "/%69ndex.html", "/?"])
def test_odd_addresses_of_the_page_are_left_as_they_are(page: Page, addresses: dict[str, str], path: str) -> None:
    page.goto(addresses["http"].rstrip("/") + path)
    wait_for(page, LOADED)
    was = page.evaluate("location.pathname")
    page.evaluate(CELL)
    wait_for(page, f"{CHIPS} === 2")
    wait_for(page, "location.search === '?true=0&pred=0'")
    assert page.evaluate("location.pathname") == was
    assert page.errors == []


def test_a_password_in_the_address_is_no_obstacle(page: Page, addresses: dict[str, str]) -> None:
    page.goto(addresses["http"].replace("//", "//user:secret@") + "index.html")
    wait_for(page, LOADED)
    page.evaluate(CELL)
    wait_for(page, f"{CHIPS} === 2")
    wait_for(page, "location.search === '?true=0&pred=0'")
    assert page.errors == []


def test_what_others_put_into_the_address_stays_there_without_a_word(page: Page, addresses: dict[str, str]) -> None:
    page.goto(addresses["http"] + "index.html?utm_source=a%20b&fbclid=x&flag&epoch=3&token=" + "x" * 3000)
    wait_for(page, LOADED)
    assert text(page, "#toasts") == ""
    assert text(page, "output").startswith("3 /")
    page.evaluate(CELL)
    wait_for(page, "location.search.startsWith('?true=0&pred=0&epoch=3&utm_source=a%20b&fbclid=x&flag&token=xxx')")
    assert page.evaluate("location.search.length") > 3000
    assert page.errors == []
