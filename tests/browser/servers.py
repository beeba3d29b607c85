"""The servers that people put beside a static page."""

from __future__ import annotations

import http.server
from typing import ClassVar


class Handler(http.server.SimpleHTTPRequestHandler):
    """What `python -m http.server` does, without its log."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class WindowsHandler(Handler):
    """What it does on a Windows whose registry calls .js plain text."""

    extensions_map: ClassVar = {**Handler.extensions_map, ".js": "text/plain"}
