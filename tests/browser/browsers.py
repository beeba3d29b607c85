"""Two real browsers behind one small interface: Chromium through Playwright, Firefox through WebDriver BiDi.

Playwright drives only its own build of Firefox, and geckodriver comes from a forge; Debian's Firefox speaks WebDriver
BiDi (w3c.github.io/webdriver-bidi) by itself, so a web socket is all it takes.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
PATIENCE = 20.0  # seconds; a wait ends when its condition holds


class Page(Protocol):
    """What the tests need of a browser."""

    name: str
    errors: list[str]  # console errors and uncaught exceptions
    requests: list[str]  # addresses of all requests

    def goto(self, url: str) -> None: ...
    def evaluate(self, expression: str) -> Any: ...
    def screenshot(self, path: Path) -> None: ...


def wait_for(page: Page, condition: str) -> Any:
    """Poll until the JavaScript condition is true; the page's text and errors are in the message otherwise."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = page.evaluate(condition)
        if value:
            return value
        page.evaluate("new Promise(done => setTimeout(done, 30))")
    text = page.evaluate("document.getElementById('main')?.innerText.slice(0, 400)")
    raise AssertionError(f"{page.name}: expected {condition}, got {text!r}; errors: {page.errors}")


class Chromium:
    """Debian's Chromium, with none of the switches that loosen file://."""

    name = "chromium"

    def __init__(self, page: Any) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def goto(self, url: str) -> None:
        self.page.goto(url)

    def evaluate(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def screenshot(self, path: Path) -> None:
        self.page.screenshot(path=str(path), full_page=True)


class Firefox:
    """A Firefox with a profile of its own, and with the strict origins of an ordinary one."""

    name = "firefox"

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._number = 0
        self.command("session.new", capabilities={})
        self.context = self.command("browsingContext.getTree")["contexts"][0]["context"]
        self.command("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def command(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        self.socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=120))
            if message.get("type") == "event":
                self._note(message["method"], message["params"])
            elif message.get("id") == self._number:
                if message["type"] == "error":
                    raise AssertionError(f"{method}: {message['message']}")
                return message["result"]

    def _note(self, event: str, details: Any) -> None:
        if event == "network.beforeRequestSent":
            self.requests.append(details["request"]["url"])
        elif event == "log.entryAdded" and details["level"] == "error":
            self.errors.append(details["text"])

    def goto(self, url: str) -> None:
        self.command("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        wrapped = f"Promise.resolve({expression}).then(value => JSON.stringify(value === undefined ? null : value))"
        target = {"context": self.context}
        result = self.command("script.evaluate", expression=wrapped, target=target, awaitPromise=True)
        if result["type"] == "exception":
            raise AssertionError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    def screenshot(self, path: Path) -> None:
        path.write_bytes(
            base64.b64decode(
                self.command("browsingContext.captureScreenshot", context=self.context, origin="document")["data"]
            )
        )


@contextmanager
def chromium(**context: Any) -> Iterator[Chromium]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield Chromium(browser.new_page(**context))
        finally:
            browser.close()


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    from websockets.sync.client import connect

    strict = 'user_pref("security.fileuri.strict_origin_policy", true);\n'  # as in an ordinary profile
    (profile / "user.js").write_text(strict + 'user_pref("remote.active-protocols", 1);\n', encoding="utf-8")
    arguments = [str(FIREFOX), "--headless", "--remote-debugging-port=0", "--no-remote", "--profile", str(profile)]
    process = subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        assert process.stderr is not None
        address = next(found for line in process.stderr if (found := re.search(r"BiDi listening on (ws://\S+)", line)))
        threading.Thread(target=process.stderr.read, daemon=True).start()  # a full pipe would stop it
        with connect(f"{address[1]}/session", max_size=None, compression=None) as socket:
            driver = Firefox(socket)
            yield driver
            driver.command("session.end")
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stderr.close() if process.stderr else None


class Frame:
    """The first frame inside a page, as a page of its own; errors and requests are those of the whole page."""

    def __init__(self, page: Page) -> None:
        self.name, self.errors, self.requests, self.outer = page.name, page.errors, page.requests, page

    def goto(self, url: str) -> None:
        raise AssertionError(f"expected the outer page to go to {url}")

    def evaluate(self, expression: str) -> Any:
        if isinstance(self.outer, Chromium):
            return self.outer.page.frames[1].evaluate(expression)
        assert isinstance(self.outer, Firefox)
        whole = self.outer.context
        tree = self.outer.command("browsingContext.getTree", root=whole)["contexts"][0]
        self.outer.context = tree["children"][0]["context"]
        try:
            return self.outer.evaluate(expression)
        finally:
            self.outer.context = whole

    def screenshot(self, path: Path) -> None:
        self.outer.screenshot(path)


LOADED = "document.querySelectorAll('#workflow .step').length === 5"


def text(page: Page, selector: str) -> str:
    """What the first element that matches shows as text."""
    found: str = page.evaluate(f"document.querySelector({selector!r})?.innerText ?? ''")
    return found
