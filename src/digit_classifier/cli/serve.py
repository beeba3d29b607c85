"""`serve` and `export`: the page, for this machine or for others."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from digit_classifier.cli.runs import root_of
from digit_classifier.cli.signals import stopped_by_signals
from digit_classifier.cli.terminal import is_watched
from digit_classifier.errors import InputError, explain, show

if TYPE_CHECKING:
    import argparse


def serve(options: argparse.Namespace) -> int:
    """Show the page on an artifacts root to this machine, until interrupted."""
    from digit_classifier.page.serve import Server, place_of

    if not (options.port.isascii() and options.port.isdecimal() and int(options.port) <= 65535):
        raise InputError(
            explain("--port", "an integer, 0..65535", show(options.port), "no --port: a free one is found")
        )
    root, query = place_of(root_of(options))
    server = Server(root, int(options.port))
    with suppress(KeyboardInterrupt), server, stopped_by_signals():  # an interrupt is how it is meant to end
        print(f"{server.url}{query}", flush=True)
        if is_watched():
            print("Only this machine can see it. Ctrl-C ends it.", file=sys.stderr)
        if options.open and not _opened(f"{server.url}{query}"):
            print("No browser was found to open it.", file=sys.stderr)
        server.serve_forever()
    return 0


def _opened(url: str) -> bool:
    import webbrowser  # only for who wants one

    return webbrowser.open(url)


def export(options: argparse.Namespace) -> int:
    """Write one file with a run in it, or a site."""
    from digit_classifier.page.html import write_html, write_site

    if (options.html is None) == (options.site is None):
        came = "both" if options.html else "neither"
        raise InputError(
            explain("export", "one of --html RUN and --site ROOT", came, "export --html RUN -o report.html")
        )
    html_only, site_only = {"--compare": options.compare, "--force": options.force}, {"--run": options.run}
    for name, value in (html_only if options.site else site_only).items():
        if value:
            other = "--html" if options.site else "--site"
            raise InputError(explain(name, f"to stand beside {other}", "it without", f"leaving out {name}"))
    if options.output is None:
        raise InputError(
            explain("--output", "a path to write", "none", f"-o {'site' if options.site else 'report.html'}")
        )
    target = Path(options.output)
    if options.site:
        count = write_site(Path(options.site), target, runs=options.run)
        print(f"{target}: {count} run{'s' if count != 1 else ''}; open {target / 'index.html'}, or use any static host")
    else:
        compare = Path(options.compare) if options.compare else None
        size = write_html(Path(options.html), target, compare=compare, force=options.force)
        print(f"{target}: {size / 1000:.0f} kB; needs nothing beside it, opens by double click")
    return 0
