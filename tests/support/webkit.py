"""WebKitGTK as a third engine, by Debian's WebKitWebDriver (W3C WebDriver over http) under Xvfb.

`apt-get install webkit2gtk-driver xvfb`. It is not one of the two browsers that the page is tested in: only exact
training is, whose bits must not depend on an engine.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

DRIVER, SCREEN = shutil.which("WebKitWebDriver"), shutil.which("xvfb-run")
BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))


def is_there() -> bool:
    return bool(DRIVER and SCREEN and BROWSERS)


class WebKit:
    """A page of it."""

    def __init__(self, address: str) -> None:
        self.address = address
        binary = {"binary": str(BROWSERS[-1]), "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": binary}}}
        found = self.command("POST", "/session", wanted)
        self.session = f"/session/{found['sessionId']}"
        self.version = f"{found['capabilities']['browserName']} {found['capabilities']['browserVersion']}"
        self.command("POST", f"{self.session}/timeouts", {"script": 300_000})

    def command(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=320) as answer:
            return json.loads(answer.read())["value"]

    def goto(self, url: str) -> None:
        self.command("POST", f"{self.session}/url", {"url": url})

    def evaluate(self, expression: str) -> Any:
        script = {"script": f"return ({expression})", "args": []}
        return self.command("POST", f"{self.session}/execute/sync", script)

    def wait_for(self, condition: str, seconds: float) -> Any:
        end = time.monotonic() + seconds
        while not (found := self.evaluate(condition)):
            assert time.monotonic() < end, f"{self.version}: expected {condition}"
            time.sleep(0.2)
        return found


@contextmanager
def webkit() -> Iterator[WebKit]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(SCREEN), "-a", str(DRIVER), "--host=127.0.0.1", f"--port={port}"]
    variables = {**os.environ, "WEBKIT_DISABLE_COMPOSITING_MODE": "1", "WEBKIT_DISABLE_DMABUF_RENDERER": "1"}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, env=variables, start_new_session=True)
    try:
        _until_it_answers(port, process)
        page = WebKit(f"http://127.0.0.1:{port}")
        yield page
        page.command("DELETE", page.session)
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=20)


def _until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("WebKitWebDriver did not start")
