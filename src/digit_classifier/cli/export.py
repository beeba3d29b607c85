"""`export`: a run in one file, a site, or the format of another tool."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from digit_classifier.cli.arguments import Command, Defaults, Parser, near, path_of
from digit_classifier.cli.terminal import printable
from digit_classifier.errors import InputError, explain, show, typed_command
from digit_classifier.exporters import EXAMPLES, FORMATS, PAGE_FORMATS, TRACKERS
from digit_classifier.page.built import ENGLISH, LANGUAGES
from digit_classifier.text import as_path, without_password

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

MANY = ", ".join(["site", *TRACKERS])


def _arguments(parser: Parser, defaults: Defaults) -> None:
    parser.usage = (
        f"{parser.prog} FORMAT [RUN or ROOT] -o TARGET [--compare RUN] [--run RUN_ID ...] [--images HOW]"
        " [--language LANG] [--force]"
    )
    add, root = parser.add_argument, near(defaults.artifacts_root)
    known = ", ".join([*PAGE_FORMATS, *FORMATS, *TRACKERS])
    add("format", nargs="?", metavar="FORMAT", help=f"{known}, or a format that an installed plugin writes")
    about = f"a run directory, or an artifacts root for its latest run; html also a sweep's; {MANY} take all of a root"
    add("path", nargs="?", metavar="RUN", help=f"{about} (default: {root})")
    target = "the file or folder to write; an earlier export there is replaced; mlflow: a tracking URI"
    add("--output", "-o", metavar="TARGET", help=f"{target}, such as {EXAMPLES['mlflow']}")
    add("--compare", metavar="RUN", help="html: a second run in the same file, to compare with")
    add("--run", metavar="RUN_ID", action="append", default=[], help=f"{MANY}: only this run; can be repeated")
    add("--images", metavar="HOW", help="html: some, of a large data set as many as fit into 4 MB (default), or all")
    spoken = ", ".join((ENGLISH, *LANGUAGES))
    add("--language", metavar="LANG", help=f"html: the language of the page, one of {spoken} (default: {ENGLISH})")
    add("--force", action="store_true", help="replace a file that is not an export of ours")
    add("--html", metavar="RUN", help="another way to say: export html RUN")
    add("--site", metavar="ROOT", help="another way to say: export site ROOT")


def _export(options: argparse.Namespace) -> int:
    name = _what(options)
    if options.output is None:
        raise InputError(explain("--output", "a path to write", "none", f"-o {EXAMPLES.get(name, name)}"))
    if options.output == "-":
        attempt = f"-o {EXAMPLES.get(name, name)}, or -o ./- for a file of that name"
        raise InputError(explain("--output", "a path to write", "-", attempt))
    if name in ("html", *FORMATS) and options.output.endswith(("/", os.sep)) and not as_path(options.output).is_dir():
        attempt = f"-o {as_path(options.output) / EXAMPLES[name]}"
        raise InputError(explain("--output", "a file to write", show(options.output), attempt))
    path = path_of(options)
    flags = {
        "html": ("--compare", "--force", "--images", "--language"),
        "site": ("--run",),
        **dict.fromkeys(TRACKERS, ("--run",)),
    }
    allowed = flags.get(name, ("--force",))
    for flag, value in (
        ("--compare", options.compare),
        ("--force", options.force),
        ("--run", options.run),
        ("--images", options.images),
        ("--language", options.language),
    ):
        if value and flag not in allowed:
            only = {
                "--compare": "the format html",
                "--images": "the format html",
                "--language": "the format html",
                "--run": f"one of {MANY}",
                "--force": "a format of one file",
            }
            raise InputError(explain(flag, only[flag], name, f"leaving out {flag}"))
    if name in TRACKERS:
        return _tracked(name, path, options.output, options.run)
    target = as_path(options.output)
    if name == "html":
        print(printable(_html(path, target, options)))
    elif name == "site":
        print(printable(_site(path, target, options.run)))
    else:
        print(printable(_other(name, path, target, force=options.force)))
    return 0


def _what(options: argparse.Namespace) -> str:
    """The format, from either way to say it; the run is then in `options.path`."""
    given = {"html": options.html, "site": options.site}
    example = typed_command("export", "html", "--output", "report.html")
    flags = {name: path for name, path in given.items() if path is not None}
    if len(flags) > 1 or (flags and options.format):
        raise InputError(explain("export", "one format", "more", example))
    for name, path in flags.items():
        options.path = path
        return name
    if options.format is None:
        raise InputError(explain("FORMAT", "a format", "none", example))
    if options.format not in (*PAGE_FORMATS, *FORMATS, *TRACKERS):
        from digit_classifier.exporters.write import find_exporter

        find_exporter(options.format)  # or is it no format at all?
    wanted: str = options.format
    return wanted


def _html(path: Path, target: Path, options: argparse.Namespace) -> str:
    from digit_classifier.page.html import write_html

    if options.images not in (None, "some", "all"):
        raise InputError(explain("--images", "some or all", show(options.images), "--images all"))
    compare = None if options.compare is None else as_path(options.compare)
    size = write_html(
        path,
        target,
        compare=compare,
        force=options.force,
        whole=options.images == "all",
        language=ENGLISH if options.language is None else options.language,
    )
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


def _tracked(name: str, path: Path, target: str, runs: list[str]) -> int:
    from digit_classifier.exporters.write import write_tracked
    from digit_classifier.page.source import find_runs

    done = write_tracked(name, find_runs(path, runs), target)
    for run, problem in done.damaged.items():
        print(printable(f"not exported: {run}: {problem}"))
    count, known = len(done.added), f", {len(done.known)} already there" if done.known else ""
    print(printable(f"{without_password(target)}: {count} run{'s' if count != 1 else ''} added{known}"))
    return 1 if done.damaged else 0


COMMAND = Command(
    "export", "write a run as one HTML file, a site, or in the format of another tool", _arguments, _export
)
