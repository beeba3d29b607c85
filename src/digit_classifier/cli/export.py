"""`export`: a run in one file, a site, or the format of another tool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.cli.arguments import Command, Defaults, Parser
from digit_classifier.errors import InputError, explain
from digit_classifier.exporters import FORMATS, PAGE_FORMATS
from digit_classifier.text import as_path

if TYPE_CHECKING:
    import argparse
    from pathlib import Path


def _arguments(parser: Parser, defaults: Defaults) -> None:  # noqa: ARG001
    either = "(--html RUN [--compare RUN] [--force] | --site ROOT [--run RUN_ID ...] | FORMAT [RUN] [--force])"
    parser.usage = f"{parser.prog} {either} --output PATH"
    add = parser.add_argument
    known = ", ".join([*PAGE_FORMATS, *FORMATS])
    add("format", nargs="?", metavar="FORMAT", help=f"{known}, or a format that an installed plugin writes")
    add("path", nargs="?", metavar="RUN", help="a run directory or an artifacts root (default: ./artifacts)")
    add("--html", metavar="RUN", help="a run directory, or an artifacts root for its latest run: write one HTML file")
    add("--compare", metavar="RUN", help="a second run in the same file, to compare with")
    add("--site", metavar="ROOT", help="an artifacts root: write a folder for any static host")
    add("--run", metavar="RUN_ID", action="append", default=[], help="only this run in the folder; can be repeated")
    add("--output", "-o", metavar="PATH", help="the file or folder to write; an earlier export there is replaced")
    add("--force", action="store_true", help="replace a file that is not an export of ours")


def _export(options: argparse.Namespace) -> int:
    name, path = _what(options)
    allowed = {"html": ("--compare", "--force"), "site": ("--run",)}.get(name, ("--force",))
    for flag, value in (("--compare", options.compare), ("--force", options.force), ("--run", options.run)):
        if value and flag not in allowed:
            other = "--site" if flag == "--run" else "--html"
            raise InputError(explain(flag, f"{other} beside it", "none", f"leaving out {flag}"))
    if options.output is None:
        attempt = f"-o {'report.html' if name == 'html' else name}"
        raise InputError(explain("--output", "a path to write", "none", attempt))
    target = as_path(options.output)
    if name == "html":
        print(_html(path, target, options))
    elif name == "site":
        print(_site(path, target, options.run))
    else:
        print(_other(name, path, target, force=options.force))
    return 0


def _what(options: argparse.Namespace) -> tuple[str, Path]:
    """The format and where the run is, from either way to say it."""
    given = {"html": options.html, "site": options.site, options.format: options.path or options.artifacts_root}
    given = {name: path for name, path in given.items() if name is not None and path is not None}
    if len(given) != 1 or (options.format and (options.html or options.site)):
        came = "both" if given else "neither"
        attempt = "export --html RUN -o report.html"
        raise InputError(explain("export", "one of --html RUN and --site ROOT", came, attempt))
    ((name, path),) = given.items()
    return name, as_path(path)


def _html(path: Path, target: Path, options: argparse.Namespace) -> str:
    from digit_classifier.page.html import write_html

    compare = as_path(options.compare) if options.compare else None
    size = write_html(path, target, compare=compare, force=options.force)
    return f"{target}: {size / 1000:.0f} kB; needs nothing beside it, opens by double click"


def _site(path: Path, target: Path, runs: list[str]) -> str:
    from digit_classifier.page.site import write_site

    count = write_site(path, target, runs=runs)
    plural = "s" if count != 1 else ""
    return f"{target}: {count} run{plural}; open {target / 'index.html'}, or use any static host"


def _other(name: str, path: Path, target: Path, *, force: bool) -> str:
    from digit_classifier.exporters.write import write_export
    from digit_classifier.page.source import find_run
    from digit_classifier.store import read_bundle

    write_export(name, read_bundle(find_run(path)), target, force=force)
    return f"{target}: {name}"


COMMAND = Command(
    "export", "write a run as one HTML file, a site, or in the format of another tool", _arguments, _export
)
