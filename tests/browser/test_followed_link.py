"""A link on another page leads to the served page, and a reload stays there; what reads or frames it is refused."""

from __future__ import annotations

import functools
import http.server
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from browsers import LOADED, wait_for
from servers import Handler

from digit_classifier.page.serve import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browsers import Page


@contextmanager
def running(server: http.server.HTTPServer | Server) -> Iterator[int]:
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]  # type: ignore[misc]
        server.shutdown()


def arrive(page: Page, action: str, condition: str) -> None:
    """Go to another page; what is evaluated while that happens is lost."""
    page.evaluate(f"setTimeout(() => {action}), undefined")
    end = time.monotonic() + 30
    while True:
        try:
            if page.evaluate(condition):
                return
        except Exception:  # noqa: BLE001 - each browser has its own
            pass
        assert time.monotonic() < end, condition
        time.sleep(0.1)


@contextmanager
def pair(pages: Path, elsewhere: Path, text: str) -> Iterator[tuple[str, str]]:
    """Our address, and that of another site's page with the given text, in which {} stands for ours."""
    handler = functools.partial(Handler, directory=elsewhere)
    with (
        running(Server(pages / "artifacts")) as ours,
        running(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)) as theirs,
    ):
        address = f"http://localhost:{ours}/"
        (elsewhere / "index.html").write_text(
            f"<!doctype html><link rel=icon href='data:,'>{text.format(address)}", encoding="utf-8"
        )
        yield address, f"http://127.0.0.1:{theirs}/index.html"


def test_a_followed_link_opens_the_page_and_a_reload_stays(page: Page, pages: Path, tmp_path: Path) -> None:
    with pair(pages, tmp_path, "<a href='{}'>the run</a>") as (ours, theirs):
        page.goto(theirs)
        arrive(page, "document.querySelector('a').click()", f"location.href.startsWith('{ours}') && {LOADED}")
        page.evaluate("window.before = true")
        arrive(page, "location.reload()", f"!window.before && {LOADED}")
        assert page.errors == []


def test_another_site_neither_reads_nor_frames_the_page(page: Page, pages: Path, tmp_path: Path) -> None:
    reads = (
        "<script>fetch('{}artifacts/index.json').then(() => document.title = 'read',"
        " () => document.title = 'refused')</script>"
    )
    with pair(pages, tmp_path, reads) as (ours, theirs):
        page.goto(theirs)
        wait_for(page, "document.title === 'refused'")
        frame = f"Object.assign(document.createElement('iframe'), {{src: '{ours}'}})"
        page.evaluate(
            f"new Promise(done => document.body.append(Object.assign({frame}, {{onload: done}}))).then(() => 1)"
        )
        if page.name == "chromium":  # Firefox says it to nobody; either may say it later
            end = time.monotonic() + 30
            while not any("frame" in error for error in page.errors):
                assert time.monotonic() < end, page.errors
                page.evaluate("1")
                time.sleep(0.05)
