"""The page over http, for this machine only.

`python -m http.server` binds every interface, answers to any name, follows links and lists directories. This one binds
to loopback and answers only what it knows: a request must be addressed to a name of this machine, come from our own
page or from no page (or be a followed link to the page itself), and name one of the page's files or a file that a run
can have, letter by letter; nothing is decoded.
"""

from __future__ import annotations

import os
import re
import socketserver
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digit_classifier.errors import ArtifactError, InputError, explain, option
from digit_classifier.page.built import ARTIFACTS_PATH, WORDS_NAMES, built_page, page_text
from digit_classifier.page.source import is_sweep
from digit_classifier.store.files import read_regular
from digit_classifier.store.layout import (
    DATASETS,
    FILE_NAME,
    INDEX_FILE,
    LATEST,
    MANIFEST_FILE,
    MAX_DATASET_BYTES,
    RUN_ID,
    SEGMENT_FILE,
    SHARED_DATASET,
    SWEEP_FILE,
    SWEEP_PICTURE,
    SWEEPS,
    known_names,
)

if TYPE_CHECKING:
    import socket

THREADS = 16
TIMEOUT = 10  # seconds that a connection may be silent
MAX_REQUEST_LINE = 8192  # bytes
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
}
# These may have a query: a page keeps its state there
PAGES = {"/": "index.html", "/index.html": "index.html", "/sweep.html": "sweep.html"}
SCRIPTS = {
    f"/{name}": name
    for name in (
        *("dashboard.css", "dashboard.js", "panels.js", "runs.js", "lab.js", "sweep.css", "sweep.js"),
        *(name for name in WORDS_NAMES if name.endswith(".json")),
    )
}
LOOPBACK = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?", re.ASCII)
PLACE = rf"{RUN_ID.pattern}|{SWEEPS}/{RUN_ID.pattern}|{DATASETS}|{LATEST}"
TARGET = re.compile(rf"/{ARTIFACTS_PATH}/(?:(?P<place>{PLACE})/)?(?P<name>{FILE_NAME.pattern})", re.ASCII)


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A socket on loopback, with at most 16 connections at a time.

    Not http.server's own class: that one asks the network for this machine's name when it binds.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name != "nt"  # there it would let another program take the port
    request_queue_size = 64

    def __init__(self, root: Path, port: int = 0) -> None:
        self.root = Path(os.path.realpath(root))
        self.policy = content_policy()
        self._free = threading.BoundedSemaphore(THREADS)
        try:
            super().__init__(("127.0.0.1", port), Handler)
        except OSError as error:
            came = error.strerror or str(error)
            raise InputError(
                explain(option("port"), f"{port} to be free", came, "leaving it out, for any free one")
            ) from error
        self.port = int(self.server_address[1])

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}/"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, when one of the 16 is free."""
        self._free.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and give the thread's place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:
        """Ignore dropped connections."""


def content_policy() -> str:
    """The policy of the page, with what only a header can say: no other page may frame it."""
    found = re.search(r'Content-Security-Policy" content="([^"]+)"', page_text("index.html"))
    own = found[1] if found else "default-src 'none'"
    return f"{own}; frame-ancestors 'none'"


class Handler(BaseHTTPRequestHandler):
    """One request, one answer, and the connection ends."""

    server: Server
    protocol_version = default_request_version = "HTTP/1.1"
    timeout = TIMEOUT

    def handle(self) -> None:
        """Read one request and answer it, whatever its method."""
        self.raw_requestline = self.rfile.readline(MAX_REQUEST_LINE + 1)
        self.command = ""
        if len(self.raw_requestline) > MAX_REQUEST_LINE:
            self.requestline, self.request_version = "", self.default_request_version
            self.refuse(HTTPStatus.REQUEST_URI_TOO_LONG)
        elif self.parse_request():
            self.answer()

    def answer(self) -> None:
        """Answer the request: a file, or the reason why not."""
        problem = self.problem()
        if problem is not None:
            self.refuse(problem)
            return
        words = self.requestline.split(" ")  # self.path is not what was sent: http.server shortens leading slashes
        found = self.find(words[1]) if len(words) == 3 else None
        if found is None:
            self.refuse(HTTPStatus.NOT_FOUND)
        else:
            self.reply(HTTPStatus.OK, *found)

    def problem(self) -> HTTPStatus | None:
        """Why a request is refused: addressed to another name, by another page, or to change something.

        A foreign name may resolve to 127.0.0.1 (DNS rebinding), and every page in the browser can send us requests,
        those of other ports of this machine included, which count as the same site. The port in Host may be another: a
        tunnel has its own, and only names protect from rebinding. What another page may do is lead here, as any link
        does: it gets nothing to read (Cross-Origin-Opener-Policy) and cannot frame the page.
        """
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or not LOOPBACK.fullmatch(hosts[0]):
            return HTTPStatus.MISDIRECTED_REQUEST
        if any(origin != f"http://{hosts[0]}" for origin in self.headers.get_all("Origin", [])):
            return HTTPStatus.FORBIDDEN
        sites = self.headers.get_all("Sec-Fetch-Site", [])
        if any(site not in ("same-origin", "none") for site in sites) and not self.is_followed_link(sites):
            return HTTPStatus.FORBIDDEN
        return None if self.command in ("GET", "HEAD") else HTTPStatus.METHOD_NOT_ALLOWED

    def is_followed_link(self, sites: list[str]) -> bool:
        """Whether a browser asks for the page itself, for a tab of its own, because a link elsewhere leads here."""
        asked = [self.headers.get_all(f"Sec-Fetch-{name}", []) for name in ("Mode", "Dest")]
        target = self.requestline.split(" ")[1].partition("?")[0]
        plain = sites in (["cross-site"], ["same-site"]) and asked == [["navigate"], ["document"]]
        return plain and target in PAGES and self.command == "GET" and "Origin" not in self.headers

    def find(self, target: str) -> tuple[bytes, str, str] | None:
        """Bytes, type and caching of what a target names."""
        if name := PAGES.get(target.partition("?")[0]) or SCRIPTS.get(target):
            return (built_page() / name).read_bytes(), TYPES[Path(name).suffix], "no-store"
        match = TARGET.fullmatch(target)
        if match is None:
            return None
        place, name = match["place"] or "", match["name"]
        if not _belongs(place, name):
            return None
        path = self.server.root / place / name
        try:
            if os.path.realpath(path) != str(path):  # a link on the way, wherever it leads
                return None
            data = read_regular(path, MAX_DATASET_BYTES)
        except (OSError, ArtifactError):
            return None
        lasting = bool(RUN_ID.fullmatch(place)) or place == DATASETS
        return data, TYPES[path.suffix], "max-age=31536000, immutable" if lasting else "no-store"

    def reply(self, status: HTTPStatus, body: bytes, kind: str, caching: str) -> None:
        """Send an answer, with everything that keeps other pages away from it."""
        self.close_connection = True
        self.send_response_only(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Cache-Control": caching,
            "Connection": "close",
            "Content-Security-Policy": self.server.policy,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: HTTPStatus) -> None:
        """Refuse in one line, without echoing the request."""
        self.reply(status, f"{status.value} {status.phrase}\n".encode(), "text/plain; charset=utf-8", "no-store")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What http.server itself refuses, in our words: its own would repeat the request."""
        self.refuse(HTTPStatus(code))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing: the terminal shows only the address."""


def _belongs(place: str, name: str) -> bool:
    """Whether the page may ask for a file of this name there."""
    if place == DATASETS:
        return bool(SHARED_DATASET.fullmatch(name))
    if place.startswith(f"{SWEEPS}/"):
        return name in (SWEEP_FILE, SWEEP_PICTURE)
    segment = SEGMENT_FILE.fullmatch(name)
    return name in known_names() | {MANIFEST_FILE, INDEX_FILE} or bool(segment and segment[2] == "json")


def place_of(path: Path) -> tuple[Path, str]:
    """The root to serve and the address below it of what was asked for: a run of a root is shown among the others."""
    if is_sweep(path):
        sweep = path.resolve()
        return sweep.parent.parent, f"sweep.html?sweep={ARTIFACTS_PATH}/{SWEEPS}/{sweep.name}"
    if (path / MANIFEST_FILE).is_file() and (path.resolve().parent / INDEX_FILE).is_file():
        run_id = path.resolve().name
        return path.resolve().parent, f"?artifacts={ARTIFACTS_PATH}/{run_id}" if RUN_ID.fullmatch(run_id) else ""
    return path, ""
