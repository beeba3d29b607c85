"""Browsers, a server and a site, each started once."""

from __future__ import annotations

import functools
import http.server
import importlib
import threading
from typing import TYPE_CHECKING

import browsers
import demo_site
import pytest
from servers import Handler, WindowsHandler

from shares import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = "test_hostile.py"  # which shares its forms among the four
WAYS = {("chromium", "http"), ("firefox", "file")}

INSTALL = "make test, or apt-get install chromium firefox-esr"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Two browsers from two places are four ways to the same page: most tests take the two that have all four in them.

    `make soak` takes every way, and so does `EVERY_WAY=1`.
    """
    if WHOLE:
        return
    left = [item for item in items if _is_taken(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(left)])
    items[:] = left


def _is_taken(item: pytest.Item) -> bool:
    if not hasattr(item, "callspec") or item.path.name == HOSTILE:
        return True
    values = [value for value in item.callspec.params.values() if isinstance(value, str)]
    way = tuple(
        next((each for each in of if each in values), None) for of in (("chromium", "firefox"), ("http", "file"))
    )
    return None in way or way in WAYS


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site") / "page"
    demo_site.build(directory)
    return directory


@pytest.fixture(scope="session")
def addresses(pages: Path) -> Iterator[dict[str, str]]:
    """Where the same page is opened from."""
    servers = {
        "http": http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=pages)),
        "windows": http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(WindowsHandler, directory=pages)
        ),
    }
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    found = {name: f"http://127.0.0.1:{server.server_address[1]}/" for name, server in servers.items()}
    yield {"file": f"{pages.as_uri()}/", **found}
    for server in servers.values():
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def playwright_browser() -> Iterator[object]:
    sync_api = importlib.import_module("playwright.sync_api")
    if browsers.CHROMIUM is None:
        pytest.fail(f"expected a browser, found none; try {INSTALL}")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def chromium(playwright_browser: object) -> Iterator[browsers.Chromium]:
    context = playwright_browser.new_context(viewport=dict(zip(("width", "height"), browsers.WINDOW, strict=True)))  # type: ignore[attr-defined]
    context.set_default_timeout(8000)
    yield browsers.Chromium(context.new_page())
    context.close()


@pytest.fixture(scope="session")
def one_firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browsers.Firefox]:
    if browsers.FIREFOX is None:
        pytest.fail(f"expected a browser, found none; try {INSTALL}")
    with browsers.firefox(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture(params=["chromium", "firefox"])
def page(request: pytest.FixtureRequest) -> browsers.Page:
    if request.param == "chromium":
        return request.getfixturevalue("chromium")
    driver: browsers.Firefox = request.getfixturevalue("one_firefox")
    driver.goto("about:blank")
    driver.resize(*browsers.WINDOW)
    driver.errors.clear()
    driver.requests.clear()
    return driver
