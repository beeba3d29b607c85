"""Ordinary servers of static pages."""

from __future__ import annotations

import http.server
from typing import ClassVar


class Handler(http.server.SimpleHTTPRequestHandler):
    """As `python -m http.server`, without its log."""

    def log_message(self, *args: object) -> None:
        """Log nothing."""


class WindowsHandler(Handler):
    """The same on a Windows whose registry calls .js plain text."""

    extensions_map: ClassVar = {**Handler.extensions_map, ".js": "text/plain"}
