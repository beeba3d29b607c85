"""Hostile bundles in real browsers: nothing in them runs, nothing is requested elsewhere, nothing breaks the page."""

from __future__ import annotations

import functools
import http.server
import os
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import hostile_site
import pytest
from browsers import Page, wait_for
from servers import Handler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A run with all its sections, or one of the page's own sentences about why there is none.
SETTLED = """(() => {
  const count = (selector, fits = () => true) => [...document.querySelectorAll(selector)].filter(fits).length;
  const loaded = count('#workflow .step') === 5;
  return loaded || count('#state h1') ? {
    loaded,
    title: document.querySelector('#title, h1').textContent,
    text: document.querySelector('main').innerText,
    buttons: count('button'),
    hacked: window.hacked ?? {}.hacked ?? null,
    foreign: count('main :is(img, script, iframe, object, embed, link, style, form, base, meta)'),
    handlers: count('main *', each => each.getAttributeNames().some(name => name.startsWith('on'))),
    links: count('[href]', each => /^(javascript|vbscript):/i.test(each.getAttribute('href'))),
  } : null;
})()"""
ALL = bool(os.environ.get("SOAK"))


class Beacon:
    """A server that no page may send a request to."""

    def __init__(self) -> None:
        log: list[str] = []

        class Listener(http.server.BaseHTTPRequestHandler):
            def setup(self) -> None:  # a connection is too much already
                log.append("connected")
                super().setup()

            def do_GET(self) -> None:
                log.append(self.path)
                self.send_error(404)

            def log_message(self, *args: object) -> None:
                pass

        self.log = log
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def beacon() -> Iterator[Beacon]:
    found = Beacon()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, beacon: Beacon) -> Iterator[dict[str, object]]:
    directory = tmp_path_factory.mktemp("hostile") / "page"
    words, forms = hostile_site.build(directory, beacon.address)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=directory))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    addresses = {"file": f"{directory.as_uri()}/", "http": f"http://127.0.0.1:{server.server_address[1]}/"}
    yield {"words": words, "forms": forms, "directory": directory, **addresses}
    server.shutdown()
    server.server_close()


def open_root(page: Page, beacon: Beacon, home: str, root: str) -> dict[str, object]:
    """The text of the page once it has settled; nothing has run, nothing was requested elsewhere."""
    page.requests.clear()
    page.goto(f"{home}index.html?artifacts={root}")
    seen: dict[str, object] = wait_for(page, SETTLED)
    assert seen["hacked"] is None, root
    assert (seen["foreign"], seen["handlers"], seen["links"]) == (0, 0, 0), root
    here, listener = urlsplit(home)[:2], beacon.address  # Chromium also tells of requests that the policy stopped
    asked = [url for url in page.requests if urlsplit(url)[:2] != here and urlsplit(url).netloc != listener]
    assert [url for url in asked if not url.startswith("data:")] == [], root
    assert beacon.log == [], root
    assert seen["buttons"], root
    return seen


def dialogs_of(page: Page) -> list[str]:
    """Dialogs that were opened; in Firefox one would block the next command, and so the test."""
    found: list[str] = []
    if page.name == "chromium":
        page.page.on("dialog", lambda dialog: (found.append(dialog.message), dialog.dismiss()))  # type: ignore[attr-defined]
    return found


def part(found: list[Any], page: Page, place: str, of: int) -> list[Any]:
    """One of so many parts of a list: the ways in which a page is opened take turns. The soak takes all in each."""
    way = ("chromium", "firefox").index(page.name) + 2 * ("http", "file").index(place)
    return found if ALL else found[(way + way // of) % of :: of]


@pytest.mark.parametrize("place", ["http", "file"])
def test_words_are_shown_as_words_whatever_they_would_do_elsewhere(
    page: Page, site: dict[str, object], beacon: Beacon, place: str
) -> None:
    """Each bundle has one text in every field that takes text, and all of them among its settings."""
    words, dialogs = site["words"], dialogs_of(page)
    for number in part([*range(len(words))], page, place, 4):  # type: ignore[arg-type]
        seen = open_root(page, beacon, site[place], f"words-{number}")  # type: ignore[arg-type]
        assert seen["loaded"], (number, seen["text"])
        assert seen["title"] == hostile_site.line(words[number], 80)  # type: ignore[index]
    assert dialogs == []
    assert len(words) >= 60  # type: ignore[arg-type]


@pytest.mark.parametrize("place", ["http", "file"])
def test_a_hostile_form_is_refused_in_words_and_the_page_stays_usable(
    page: Page, site: dict[str, object], beacon: Beacon, place: str
) -> None:
    dialogs = dialogs_of(page)
    for name in part(site["forms"], page, place, 2):  # type: ignore[arg-type]
        if place == "http" and name.startswith(("sheet-", "index-")) and not name.endswith("ends"):
            continue  # over http no style sheet is read; two of them show it
        seen = open_root(page, beacon, site[place], name)  # type: ignore[arg-type]
        if place == "http" and name.startswith(("sheet-", "index-")):
            assert seen["loaded"], name
        elif name.startswith("metrics-"):
            assert seen["loaded"], (name, seen["text"])
            assert "metrics.json" in str(seen["text"]), name
        elif not seen["loaded"]:
            assert any(word in str(seen["text"]) for word in ("expected", "that can be read")), (name, seen["text"])
    assert dialogs == []


@pytest.mark.parametrize("place", ["http", "file"])
def test_messages_of_another_window_are_not_listened_to(
    page: Page, site: dict[str, object], beacon: Beacon, place: str
) -> None:
    directory: Path = site["directory"]  # type: ignore[assignment]
    script = "setInterval(() => document.querySelector('iframe').contentWindow.postMessage(['e30='], '*'), 1)"
    outer = f"<iframe src='index.html?artifacts=words-0'></iframe><script>{script}</script>"
    (directory / "outer.html").write_text(outer, encoding="utf-8")
    page.goto(f"{site[place]}outer.html")
    if page.name == "chromium":
        page.page.wait_for_timeout(0)  # type: ignore[attr-defined]
        inner = next(frame for frame in page.page.frames if "words-0" in frame.url)  # type: ignore[attr-defined]
        inner.wait_for_selector("#workflow .step >> nth=4", state="attached")
        title = inner.evaluate("document.querySelector('#title, h1').textContent")
    else:
        whole, tree = page.context, page.command("browsingContext.getTree")["contexts"][0]  # type: ignore[attr-defined]
        page.context = tree["children"][0]["context"]  # type: ignore[attr-defined]
        try:
            wait_for(page, SETTLED)
            title = page.evaluate("document.querySelector('#title, h1').textContent")
        finally:
            page.context = whole  # type: ignore[attr-defined]
    assert title == site["words"][0]  # type: ignore[index]
    assert beacon.log == []
