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


def test_a_followed_link_opens_the_page_and_nothing_else_does(page: Page, pages: Path, tmp_path: Path) -> None:
    elsewhere = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=tmp_path))
    with running(Server(pages / "artifacts")) as ours, running(elsewhere) as theirs:
        address = f"http://localhost:{ours}/"
        (tmp_path / "index.html").write_text(
            f"<!doctype html><link rel=icon href='data:,'><a href='{address}'>the run</a>"
            f"<script>fetch('{address}artifacts/index.json').then(() => document.title = 'read',"
            " () => document.title = 'refused')</script>",
            encoding="utf-8",
        )
        page.goto(f"http://127.0.0.1:{theirs}/index.html")
        wait_for(page, "document.title === 'refused'")
        frame = f"Object.assign(document.createElement('iframe'), {{src: '{address}'}})"
        page.evaluate(
            f"new Promise(done => document.body.append(Object.assign({frame}, {{onload: done}}))).then(() => 1)"
        )
        if page.name == "chromium":
            assert any("frame" in error for error in page.errors), page.errors
        page.errors.clear()
        arrive(page, "document.querySelector('a').click()", f"location.port === '{ours}' && {LOADED}")
        page.evaluate("window.before = true")
        arrive(page, "location.reload()", f"!window.before && {LOADED}")
        assert page.errors == []
