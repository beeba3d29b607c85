"""The server against raw requests: what browsers, other pages, other names and odd clients send."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from digit_classifier.errors import InputError
from digit_classifier.page.built import page_text
from digit_classifier.page.serve import Server, place_of
from digit_classifier.store.claim import claim
from example_sweep import STARTS, example_sweep, sweep_folder
from tiny_runs import CREATED, picture, publish, shared_data

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN = "20261122-191612"
SWEEP = "20261126-200000-example"
SECRET = b"not for other eyes"
DATASET = next(iter(shared_data()))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifacts root with a run, and everything beside it that must stay private."""
    home = tmp_path_factory.mktemp("home")
    root = home / "artifacts"
    with claim(root, CREATED) as mine:
        publish(mine)
    (home / "outside.json").write_bytes(SECRET)
    sweep = sweep_folder(root, example_sweep(STARTS), picture())
    (sweep / "points.jsonl").write_bytes(SECRET)
    (sweep / "stray.json").write_bytes(SECRET)
    (root / "notes.json").write_bytes(SECRET)
    (root / ".hidden.json").write_bytes(SECRET)
    (root / RUN / "stray.json").write_bytes(SECRET)
    (root / RUN / "roc_curves.png").mkdir()
    (root / RUN / "roc_curves.json").symlink_to(home / "outside.json")
    (root / RUN / "timing_stats.json").symlink_to(root / RUN / "metrics.json")
    os.mkfifo(root / RUN / "timing_stats.png")
    (root / "20250101-000000").symlink_to(home)
    (home / "metrics.json").write_bytes(SECRET)
    (root / "20250101-000001").symlink_to(root / RUN)
    (root / "datasets" / "aside.txt").write_bytes(SECRET)
    (root / "datasets" / "linked.json").symlink_to(home / "outside.json")
    return root


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Server]:
    with Server(root) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def send(server: Server, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer; 0 when the connection ended without one."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return (int(status.split(" ")[1]) if status.startswith("HTTP/1.1 ") else 0), headers, body


def ask(
    server: Server, target: str = "/", *, method: str = "GET", host: str | None = "127.0.0.1:{port}", extra: str = ""
) -> tuple[int, dict[str, str], bytes]:
    lines = [f"{method} {target} HTTP/1.1", *([] if host is None else [f"Host: {host}"]), *filter(None, [extra])]
    return send(server, ("\r\n".join(lines).replace("{port}", str(server.port)) + "\r\n\r\n").encode("latin-1"))


FOUND = [
    ("/", "text/html; charset=utf-8", "no-store"),
    ("/?sample=3&vs=20261122-191612", "text/html; charset=utf-8", "no-store"),
    ("/index.html", "text/html; charset=utf-8", "no-store"),
    ("/index.html?artifacts=artifacts", "text/html; charset=utf-8", "no-store"),
    ("/dashboard.js", "text/javascript; charset=utf-8", "no-store"),
    ("/sweep.html", "text/html; charset=utf-8", "no-store"),
    (f"/sweep.html?sweep=artifacts/sweeps/{SWEEP}", "text/html; charset=utf-8", "no-store"),
    ("/sweep.js", "text/javascript; charset=utf-8", "no-store"),
    ("/sweep.css", "text/css; charset=utf-8", "no-store"),
    (f"/artifacts/sweeps/{SWEEP}/sweep.json", "application/json", "no-store"),
    (f"/artifacts/sweeps/{SWEEP}/sweep.png", "image/png", "no-store"),
    ("/words/de.json", "application/json", "no-store"),
    ("/words/zh.json", "application/json", "no-store"),
    ("/panels.js", "text/javascript; charset=utf-8", "no-store"),
    ("/runs.js", "text/javascript; charset=utf-8", "no-store"),
    ("/lab.js", "text/javascript; charset=utf-8", "no-store"),
    ("/dashboard.css", "text/css; charset=utf-8", "no-store"),
    ("/artifacts/index.json", "application/json", "no-store"),
    ("/artifacts/latest/metrics.json", "application/json", "no-store"),
    (f"/artifacts/{RUN}/manifest.json", "application/json", "max-age=31536000, immutable"),
    (f"/artifacts/{RUN}/metrics.json", "application/json", "max-age=31536000, immutable"),
    (f"/artifacts/{RUN}/bundle.css", "text/css; charset=utf-8", "max-age=31536000, immutable"),
    (f"/artifacts/{RUN}/confusion_matrix.png", "image/png", "max-age=31536000, immutable"),
    (f"/artifacts/datasets/{DATASET}", "application/json", "max-age=31536000, immutable"),
]


@pytest.mark.parametrize(("target", "kind", "caching"), FOUND)
def test_what_the_page_needs_is_there_with_every_guard(server: Server, target: str, kind: str, caching: str) -> None:
    status, headers, body = ask(server, target)
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, kind, caching)
    assert int(headers["Content-Length"]) == len(body) > 0
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Connection"] == "close"
    assert not [name for name in headers if name.startswith("Access-Control") or name == "Server"]
    without = ask(server, target, method="HEAD")
    assert without == (status, headers, b"")


ABSENT = [
    *("", "//", "///", "/.", "/..", "/../", "/../outside.json", "/./index.html", "//index.html", "/index.html/"),
    *("/INDEX.HTML", "/index%2ehtml", "/%69ndex.html", "/index.html#x", "/index.html%00", "/index.htm", "*"),
    *("/favicon.ico", "/reader.js", "/serve.py", "/dashboard.js?x", "/dashboard.js.map", "/__init__.py"),
    *("/words", "/words/", "/words/en.json", "/words/de.css", "/words/de.json?x", "/words/../index.html", "/de.json"),
    *("/artifacts", "/artifacts/", "/artifacts//index.json", "/artifacts/./index.json", "/artifacts/index.json/"),
    *("/artifacts/index.json?x=1", "/artifacts/index.json?", "/artifacts/../outside.json", "/artifacts/notes.json"),
    *("/artifacts/.hidden.json", "/artifacts/.lock", "/artifacts/..%2foutside.json", "/artifacts/%2e%2e/outside.json"),
    *("/artifacts/..\\outside.json", "/artifacts/index.json;x", "/artifacts/index.css", "/artifacts/datasets"),
    *("/artifacts/datasets/", "/artifacts/datasets/aside.txt", "/artifacts/datasets/linked.json"),
    *(
        "/artifacts/datasets/../index.json",
        "/artifacts/datasets/metrics.png",
        "/artifacts/latest",
        "/artifacts/latest/",
    ),
    *("/artifacts/sweeps", "/artifacts/sweeps/", f"/artifacts/sweeps/{SWEEP}", f"/artifacts/{SWEEP}/sweep.json"),
    *(f"/artifacts/sweeps/{SWEEP}/{name}" for name in ("points.jsonl", "stray.json", "plan.json", "manifest.json")),
    *("/artifacts/sweeps/sweep.json", f"/artifacts/sweeps/{SWEEP}/../../index.json", "/sweep.js?x", "/sweep"),
    *(f"/artifacts/sweeps/{RUN}/metrics.json", f"/artifacts/sweeps/{SWEEP}/sweep.css"),
    *("/artifacts/latest/latest/metrics.json", "/artifacts/Latest/metrics.json", "/artifacts/LATEST/METRICS.JSON"),
    *(f"/artifacts/{RUN}", f"/artifacts/{RUN}/", f"/artifacts/{RUN}//metrics.json", f"/artifacts/{RUN}/stray.json"),
    *(f"/artifacts/{RUN}/roc_curves.png", f"/artifacts/{RUN}/roc_curves.json", f"/artifacts/{RUN}/timing_stats.json"),
    *(f"/artifacts/{RUN}/timing_stats.png", f"/artifacts/{RUN}/metrics.json%00.png", f"/artifacts/{RUN}/metrics.jsonx"),
    *(f"/artifacts/{RUN}/../index.json", f"/artifacts/{RUN}/metrics%2ejson", f"/artifacts/x{RUN}/metrics.json"),
    *("/artifacts/20250101-000000/metrics.json", "/artifacts/20250101-000001/metrics.json"),
    *("/artifacts/20250101-000000/outside.json", "/artifacts/20990101-000000/metrics.json"),
    *("/artifacts/２０２６1122-191612/metrics.json".encode().decode("latin-1"), "/metrics.json", "/etc/passwd"),
    *("http://127.0.0.1:{port}/", "http://127.0.0.1:{port}/index.html", "https://evil.example/", "file:///etc/passwd"),
    *("127.0.0.1:{port}", "/artifacts/" + "a" * 3000 + ".json", f"/artifacts/{RUN}/" + "a" * 40 + ".json"),
]


@pytest.mark.parametrize("target", ABSENT)
def test_nothing_else_is_there(server: Server, target: str) -> None:
    status, headers, body = ask(server, target)
    assert status in (400, 404)
    assert headers["Cache-Control"] == "no-store"
    assert SECRET not in body
    assert len(body) < 40


HOSTS = [
    *(None, "", "evil.example", "evil.example:{port}", "localhost.evil.example:{port}", "127.0.0.1.nip.io:{port}"),
    *(
        "localhost:",
        "localhost:x",
        "localhost:80:80",
        "localhost:-1",
        "localhost:123456",
        "localhost:８０".encode().decode("latin-1"),
    ),
    *("localhost:{port}@evil.example", "evil.example#localhost", "localhost/", " localhost evil", "[::1%25lo]:{port}"),
    *("127.0.0.1.", "127.0.0.01:{port}", "0x7f000001:{port}", "[::ffff:127.0.0.1]:{port}", "ip6-localhost:{port}"),
    *("127.0.0.1:{port}.evil.example", "127.0.0.1:{port}@evil.example", "evil@127.0.0.1:{port}", "LOCALHOST:{port}"),
    *("0.0.0.0:{port}", "[::]:{port}", "127.0.0.2:{port}", "127.1:{port}", "2130706433:{port}", "localhost.:{port}"),
    *("127.0.0.1:{port}, evil.example", "127.0.0.1:{port}\r\nHost: evil.example", "127.0.0.1:{port}\r\n evil"),
    "127.0.0.1:{port}\r\nHost: 127.0.0.1:{port}",
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_request_addressed_to_another_name_is_misdirected(server: Server, host: str | None) -> None:
    assert ask(server, "/artifacts/index.json", host=host)[0] == 421


# Through a tunnel (`ssh -L 16006:localhost:PORT`, an editor's forwarding) the port is another; on 80 there is none.
NAMES = [
    "127.0.0.1:{port}",
    "localhost:{port}",
    "[::1]:{port}",
    "localhost:16006",
    "127.0.0.1:1",
    "[::1]:80",
    "localhost",
]


@pytest.mark.parametrize("host", NAMES)
def test_every_name_of_this_machine_is_ours_at_any_port(server: Server, host: str) -> None:
    origin = f"Origin: http://{host}\r\nSec-Fetch-Site: same-origin"
    assert ask(server, "/artifacts/index.json", host=host, extra=origin)[0] == 200


ELSEWHERE = [
    *("Origin: http://evil.example", "Origin: null", "Origin: ", "Origin: https://127.0.0.1:{port}"),
    *("Origin: http://localhost:{port}", "Origin: http://127.0.0.1", "Origin: http://127.0.0.1:1", "Origin: file://"),
    *("Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: ", "Sec-Fetch-Site: SAME-ORIGIN"),
    *("sec-fetch-site: cross-site", "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site"),
    "Origin: http://127.0.0.1:{port}\r\nOrigin: http://evil.example",
    "Origin: http://127.0.0.1:{port}\r\nSec-Fetch-Site: cross-site",
]


@pytest.mark.parametrize("extra", ELSEWHERE)
@pytest.mark.parametrize("target", ["/", "/artifacts/index.json"])
def test_a_request_from_another_page_is_refused(server: Server, extra: str, target: str) -> None:
    assert ask(server, target, extra=extra)[0] == 403


NAVIGATION = "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("more", ["", "\r\nSec-Fetch-User: ?1", "\r\nReferer: http://evil.example/"])
@pytest.mark.parametrize("target", ["/", "/index.html", "/?artifacts=artifacts", "/index.html?utm_source=mail"])
def test_a_link_of_another_page_leads_to_the_page(server: Server, site: str, more: str, target: str) -> None:
    status, headers, _ = ask(server, target, extra=f"Sec-Fetch-Site: {site}\r\n{NAVIGATION}{more}")
    assert status == 200
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"  # its opener cannot reach it
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def other(old: str, new: str) -> str:
    return f"Sec-Fetch-Site: cross-site\r\n{NAVIGATION}".replace(old, new)


NO_LINKS = [
    *(
        other("document", dest)
        for dest in ("iframe", "frame", "embed", "object", "script", "style", "image", "empty", "")
    ),
    *(other("navigate", mode) for mode in ("cors", "no-cors", "same-origin", "websocket", "NAVIGATE", "")),
    other("cross-site", "evil"),
    f"Origin: http://evil.example\r\n{other('', '')}",
    f"Origin: null\r\n{other('', '')}",
    f"{other('', '')}\r\nSec-Fetch-Dest: iframe",
    f"{other('', '')}\r\nSec-Fetch-Mode: cors",
    f"{other('', '')}\r\nSec-Fetch-Site: same-site",
    "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate",
    "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: document",
]


@pytest.mark.parametrize("extra", NO_LINKS)
def test_what_is_no_plain_link_is_refused(server: Server, extra: str) -> None:
    assert ask(server, "/", extra=extra)[0] == 403


@pytest.mark.parametrize(
    "target", ["/artifacts/index.json", "/dashboard.js", f"/artifacts/{RUN}/sample_gallery.png", "//", "/x"]
)
def test_a_link_leads_to_the_page_and_to_nothing_else(server: Server, target: str) -> None:
    link = f"Sec-Fetch-Site: cross-site\r\n{NAVIGATION}"
    assert ask(server, target, extra=link)[0] == 403
    assert ask(server, "/", method="POST", extra=f"{link}\r\nContent-Length: 0")[0] == 403
    assert ask(server, "/", host="evil.example", extra=link)[0] == 421


METHODS = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "G", "GETX", "__class__"]


@pytest.mark.parametrize("method", METHODS)
def test_only_reading_is_allowed(server: Server, method: str) -> None:
    status, headers, _ = ask(server, "/", method=method, extra="Content-Length: 0")
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


BROKEN = [
    (b"\r\n\r\n", 0),
    (b"GET\r\n\r\n", 400),
    (b"GET /\r\n\r\n", 421),
    (b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n", 505),
    (b"GET / HTTP/x\r\n\r\n", 400),
    (b"GET / evil HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % i for i in range(200)) + b"\r\n", 431),
    (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
]


@pytest.mark.parametrize(("request_bytes", "expected"), BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_request_is_refused_in_a_line(server: Server, request_bytes: bytes, expected: int) -> None:
    status, _, body = send(server, request_bytes)
    assert status == expected
    assert len(body) < 60


def test_one_connection_gets_one_answer(server: Server) -> None:
    host = f"Host: 127.0.0.1:{server.port}\r\nConnection: keep-alive"
    one = f"GET /artifacts/index.json HTTP/1.1\r\n{host}\r\n\r\n".encode()
    _, headers, body = send(server, one + one)
    assert len(body) == int(headers["Content-Length"])


def test_it_listens_on_loopback_only(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_port_in_use_is_said(server: Server, root: Path) -> None:
    with pytest.raises(InputError, match=f"port: expected {server.port} to be free"):
        Server(root, server.port)


def test_a_run_is_served_among_the_others_of_its_root(root: Path) -> None:
    assert place_of(root / RUN) == (root, f"?artifacts=artifacts/{RUN}")
    assert place_of(root / "latest") == (root, "")
    assert place_of(root) == (root, "")


def test_a_sweep_is_served_on_its_own_page_among_the_runs_of_its_root(root: Path) -> None:
    assert place_of(root / "sweeps" / SWEEP) == (root, f"sweep.html?sweep=artifacts/sweeps/{SWEEP}")
    assert page_policy("sweep.html") == page_policy("index.html")


def page_policy(name: str) -> str:
    found = re.search(r'Content-Security-Policy" content="([^"]+)"', page_text(name))
    assert found is not None
    return found[1]


def test_a_browser_in_the_terminal_is_answered_while_the_server_waits_for_nothing(root: Path, tmp_path: Path) -> None:
    """Like w3m: `webbrowser.open` returns only when it ends."""
    browser, page = tmp_path / "browser.py", tmp_path / "page.html"
    browser.write_text(
        "import sys, urllib.request, pathlib\n"
        f"pathlib.Path({str(page)!r}).write_bytes(urllib.request.urlopen(sys.argv[1], timeout=20).read())\n"
    )
    command = [sys.executable, "-m", "digit_classifier", "serve", str(root), "--open"]
    environment = os.environ | {"BROWSER": f"{sys.executable} {browser} %s"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        for _ in range(200):
            if page.exists() and page.read_bytes():
                break
            time.sleep(0.05)
        process.terminate()
        process.communicate(timeout=20)
    assert page.read_bytes() == ask_page(root)


def ask_page(root: Path) -> bytes:
    with Server(root) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        return ask(server)[2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(root: Path, number: int) -> None:
    command = [sys.executable, "-m", "digit_classifier", "serve", str(root)]
    pipes = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
        "preexec_fn": partial(signal.signal, number, signal.SIG_DFL),
    }
    with subprocess.Popen(command, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(number)
        assert process.communicate(timeout=20) == ("", "")
        assert process.returncode == 0
