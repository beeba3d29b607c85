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


def leave(page: Page, action: str) -> None:
    """Go to another page; what is evaluated while that happens would be lost."""
    page.evaluate(f"setTimeout(() => {action}), undefined")
    time.sleep(1)


def test_a_followed_link_opens_the_page_and_nothing_else_does(page: Page, pages: Path, tmp_path: Path) -> None:
    elsewhere = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=tmp_path))
    with running(Server(pages / "artifacts")) as ours, running(elsewhere) as theirs:
        address = f"http://localhost:{ours}/"
        (tmp_path / "index.html").write_text(
            f"<!doctype html><link rel=icon href='data:,'><a href='{address}'>the run</a>"
            f"<iframe src='{address}'></iframe>"
            f"<script>fetch('{address}artifacts/index.json').then(() => document.title = 'read',"
            " () => document.title = 'refused')</script>",
            encoding="utf-8",
        )
        page.goto(f"http://127.0.0.1:{theirs}/index.html")
        wait_for(page, "document.title === 'refused'")
        page.errors.clear()
        leave(page, "document.querySelector('a').click()")
        wait_for(page, f"location.port === '{ours}' && {LOADED}")
        page.evaluate("window.before = true")
        leave(page, "location.reload()")
        wait_for(page, f"!window.before && {LOADED}")
        assert page.errors == []
