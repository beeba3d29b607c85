"""`serve`: the page, for this machine."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from digit_classifier.cli.arguments import Command, Defaults, Parser, add_root, root_of
from digit_classifier.cli.signals import stopped_by_signals
from digit_classifier.cli.terminal import is_watched
from digit_classifier.errors import InputError, explain, show
from digit_classifier.settings.kinds import whole

if TYPE_CHECKING:
    import argparse


def _arguments(parser: Parser, defaults: Defaults) -> None:
    add_root(parser, defaults, "artifacts root or run directory")
    parser.add_argument("--port", metavar="INT", default="0", help="an integer, 0..65535 (default: a free one)")
    parser.add_argument("--open", action="store_true", help="open the page in a browser")


def _serve(options: argparse.Namespace) -> int:
    from digit_classifier.page.serve import Server, place_of

    try:
        port = whole(0, 65535).parse(options.port)
    except ValueError:
        attempt = "leaving out --port: a free one is found"
        raise InputError(explain("--port", "an integer, 0..65535", show(options.port), attempt)) from None
    root, query = place_of(root_of(options))
    server = Server(root, port)
    with suppress(KeyboardInterrupt), server, stopped_by_signals():  # an interrupt is how it ends
        print(f"{server.url}{query}", flush=True)
        if is_watched():
            print("Only this machine can see it. Ctrl-C ends it.", file=sys.stderr)
        if options.open:  # beside us: a browser in the terminal ends only when its user leaves it
            threading.Thread(target=_open, args=(f"{server.url}{query}",), daemon=True).start()
        server.serve_forever()
    return 0


def _open(url: str) -> None:
    import webbrowser  # only with --open

    if not webbrowser.open(url) and sys.stderr:
        print("No browser was found to open it.", file=sys.stderr)


COMMAND = Command("serve", "show the page of an artifacts root, to this machine only", _arguments, _serve)
