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
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
Point = tuple[float, float]  # in the window
WINDOW = (1280, 900)
PATIENCE = 20.0  # seconds; a wait ends when its condition holds


class Page(Protocol):
    """What the tests need of a browser."""

    name: str
    errors: list[str]  # console errors and uncaught exceptions
    requests: list[str]  # addresses of all requests

    def goto(self, url: str) -> None: ...
    def evaluate(self, expression: str) -> Any: ...
    def screenshot(self, path: Path) -> None: ...
    def resize(self, width: int, height: int) -> None: ...
    def drag(self, points: Sequence[Point], *, touch: bool = False) -> None: ...


def wait_for(page: Page, condition: str) -> Any:
    """Poll until the JavaScript condition is true; the page's text and errors are in the message otherwise."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            value = page.evaluate(condition)
            if value:
                return value
            page.evaluate("new Promise(done => setTimeout(done, 30))")
        except Exception as error:  # of the driver of either browser
            if "navigation" not in str(error):  # a link was followed: the next page is asked
                raise
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

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def drag(self, points: Sequence[Point], *, touch: bool = False) -> None:
        """Down at the first point, over the others, and up: a click where there is one."""
        devtools = self.page.context.new_cdp_session(self.page)
        spots = [{"x": x, "y": y} for x, y in points]
        for kind, at in [("Start", spots[0]), *(("Move", spot) for spot in spots[1:]), ("End", None)]:
            if touch:
                found = [at] if at else []
                devtools.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": found})
                continue
            names = {"Start": "mousePressed", "Move": "mouseMoved", "End": "mouseReleased"}
            held = {"button": "left", "buttons": 0 if kind == "End" else 1, "clickCount": 1}
            devtools.send("Input.dispatchMouseEvent", {"type": names[kind], **(at or spots[-1]), **held})
        devtools.detach()


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

    def resize(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        self.command("browsingContext.setViewport", context=self.context, viewport=viewport)

    def drag(self, points: Sequence[Point], *, touch: bool = False) -> None:
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y)} for x, y in points]
        steps = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        kind = {"pointerType": "touch" if touch else "mouse"}
        hand = {"type": "pointer", "id": f"hand-{touch}", "parameters": kind, "actions": steps}
        self.command("input.performActions", context=self.context, actions=[hand])
        self.command("input.releaseActions", context=self.context)


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

    def resize(self, width: int, height: int) -> None:
        self.outer.resize(width, height)

    def drag(self, points: Sequence[Point], *, touch: bool = False) -> None:
        raise AssertionError(f"expected the outer page to drag from {points[0]}, {touch=}")

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
