"""What can be typed: a parser with this project's error texts, and every setting as a flag."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence  # noqa: TC003 - NamedTuple and dataclass fields
from contextlib import suppress
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from digit_classifier.errors import InputError, explain, nearest, show, typed_command
from digit_classifier.settings.kinds import DATASET, FILE, IMAGE_SHAPE, LABEL, PLACE, SIZES, Kind, as_text
from digit_classifier.settings.presets import PRESETS, Rule
from digit_classifier.settings.resolve import Given
from digit_classifier.settings.run_config import SETTINGS, flag
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from pathlib import Path


class Parser(argparse.ArgumentParser):
    """Argparse with this project's error texts and without guessing at shortened flags."""

    commands: Mapping[str, Parser] = {}
    later: tuple[Command, Defaults] | None = None  # whose arguments are still to be added

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)
        self._negative_number_matcher = re.compile(r"-(\.?[0-9]|inf|nan)")  # -1e-3 is a value: no flag begins so

    def whole(self) -> Parser:
        """With its arguments, added when they are first asked for: of all commands, one is typed."""
        if self.later:
            (command, defaults), self.later = self.later, None
            command.add_arguments(self, defaults)
        return self

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does."""
        self.whole()
        return super().parse_known_args(args, namespace)

    def format_help(self) -> str:
        """As argparse does."""
        self.whole()
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Raise InputError instead of printing usage and exiting."""
        where, _, problem = message.removeprefix("argument ").partition(": ")
        attempt = f"{self.prog} --help"
        if where == "the following arguments are required":
            raise InputError(explain(problem, "a value", "none", attempt))
        if problem.startswith(("expected one argument", "expected at least one argument")):
            raise InputError(explain(where, "a value", "none", attempt))
        if problem.startswith("ignored explicit argument"):
            value, switches = problem.partition("argument ")[2], where.split("/")
            off = value.strip("'").lower() in ("0", "false", "no", "off", "none") and len(switches) > 1
            raise InputError(explain(where, "no value", value, switches[off]))
        raise InputError(explain(where, "other arguments", problem or "these", attempt))

    def parse_all(self, argv: Sequence[str] | None) -> argparse.Namespace:
        """Like `parse_args`, but an unknown word gets a suggestion."""
        words = sys.argv[1:] if argv is None else list(argv)
        if words and words[0] not in {*self.commands, *_flags(self)}:
            flags = [word for sub in self.commands.values() for word in _flags(sub.whole())]
            meant = nearest(_plain(words[0]), [*self.commands, *flags, "--help", "--version"], 0.7)
            attempt = f"{self.prog} train {meant}" if meant in flags else f"{self.prog} {meant or '--help'}"
            raise InputError(explain(show(words[0]), "a command", "another word", attempt))
        options: argparse.Namespace
        options, unknown = self.parse_known_args(words)
        _fill_in(options, unknown)
        if unknown:
            parser = options.parser
            attempt = _meant(words, unknown, parser) or f"{parser.prog} --help"
            word = unknown[0].partition("=")[0]
            name = parser.prog.rpartition(" ")[2]
            raise InputError(explain(show(word), f"an argument of '{name}'", "another word", attempt))
        return options


def _fill_in(options: argparse.Namespace, unknown: list[str]) -> None:
    """Give optional arguments what stands after flags: before 3.13, argparse leaves `RUN` of `html -o TARGET RUN`."""
    actions = [each for each in options.parser._get_positional_actions() if each.nargs == "?"]
    for action in actions:
        if getattr(options, action.dest) is None and unknown and not unknown[0].startswith("-"):
            setattr(options, action.dest, unknown.pop(0))


def _flags(parser: argparse.ArgumentParser) -> list[str]:
    return [word for action in parser._actions for word in action.option_strings]


DASHES = re.compile("^[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+")


def _plain(word: str) -> str:
    """A flag as keyboards type it: word processors make one dash of two, and round quotes of straight ones."""
    name = word.partition("=")[0].strip("\u2018\u2019\u201c\u201d\u00a0'\"")
    return DASHES.sub("--", name).replace("_", "-") if DASHES.match(name) else name


def _meant(words: Sequence[str], unknown: Sequence[str], parser: argparse.ArgumentParser) -> str | None:
    """What the first unknown word probably means: another flag, or one value that is given as several words."""
    if DASHES.match(unknown[0].lstrip("\u201c\u201d\u00a0")):
        return nearest(_plain(unknown[0]), _flags(parser), 0.7)
    start = words.index(unknown[0])
    named = next((word for word in reversed(words[:start]) if word.startswith("--")), "")
    after = words[words.index(named) + 1 :] if named else []
    values = list(takewhile(lambda word: not word.startswith("-"), after))
    import shlex  # only for an error

    item = SETTINGS.get(named.removeprefix("--").replace("-", "_"))
    if item is None or isinstance(item.default, bool) or len(values) < 2:
        return None
    kind = item.metadata["kind"]
    joined = (",".join(value.strip(",") for value in values)) if kind is SIZES else " ".join(values)
    return shlex.join([named, joined]) if kind in (SIZES, LABEL, PLACE, FILE, DATASET) else None


class _Keep(argparse.Action):
    """Keep each use of a setting's flag, with the spelling used, for `resolve` to judge."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse passes it by position
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        option = option_string or ""
        text = values if isinstance(values, str) else as_text(not option.startswith("--no-"))
        spelling = option.removeprefix("--").removeprefix("" if isinstance(values, str) else "no-").replace("-", "_")
        namespace.given = [*(getattr(namespace, "given", None) or []), Given(spelling, text, option, option)]


def add_settings(parser: argparse.ArgumentParser, artifacts_root: str) -> None:
    """Add a flag for every setting, in the sections of its declaration; their uses end up in `given`, unparsed."""
    groups: dict[str, Any] = {}
    for name, item in SETTINGS.items():
        meta = item.metadata
        group = groups.setdefault(meta["group"], None) or parser.add_argument_group(meta["group"])
        groups[meta["group"]] = group
        spellings = [flag(spelling) for spelling in (name, meta["alias"]) if spelling]
        if isinstance(item.default, bool):
            group.add_argument(
                flag(name),
                flag("no_" + name),
                action=_Keep,
                nargs=0,
                dest="given",
                help=f"{meta['about']} (default: off)",
            )
        else:
            text = f"{meta['about']}; {meta['kind'].expected} ({_default(name, artifacts_root)})".replace("%", "%%")
            group.add_argument(
                *spellings,
                action=_Keep,
                dest="given",
                metavar=_metavar(meta["kind"], item.type),
                help=text,
            )


_METAVARS = {SIZES: "SIZES", IMAGE_SHAPE: "H,W", PLACE: "DIR", FILE: "PATH", DATASET: "DATA", LABEL: "TEXT"}


def _metavar(kind: Kind, annotation: Any) -> str:
    return _METAVARS.get(kind) or {"int": "INT", "float": "FLOAT"}.get(str(annotation).partition(" ")[0], "NAME")


def preset_text(value: Any) -> str:
    """A value of a preset as help shows it."""
    return value.words if isinstance(value, Rule) else as_text(value)


def _default(name: str, artifacts_root: str) -> str:
    presets = {model: PRESETS[model].get(name) for model in PRESETS}
    if name in PRESETS["mlp"]:
        return "default: " + "; ".join(f"{model} {preset_text(value)}" for model, value in presets.items())
    default = near(artifacts_root) if name == "artifacts_root" else SETTINGS[name].default
    return "default: unset" if default is None else f"default: {as_text(default)}"


class Defaults(NamedTuple):
    """What a front end of the command line chooses: the installed command, or the example's script."""

    config_file: str | None = None
    artifacts_root: str = "artifacts"
    program: tuple[str, ...] = ()  # how it was started: the words before a command
    page: str | None = None  # the page that shows the runs of that root, opened from disk


class Command(NamedTuple):
    """One command: its name, a line of help, its arguments, and the function that does it."""

    name: str
    about: str
    add_arguments: Callable[[Parser, Defaults], None]
    run: Callable[[argparse.Namespace], int]  # returns the exit code


def build_parser(commands: Sequence[Command], defaults: Defaults) -> Parser:
    """The whole command line; parsing leaves the command's function in `action`, settings as written in `given`."""
    from digit_classifier import __version__

    parser = Parser(
        prog=typed_command() if defaults.program else "digit-classifier",
        description="Train a compact NumPy network on handwritten digits and keep a run that can be verified.",
    )
    parser.add_argument("--version", action="version", version=f"digit-classifier {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", parser_class=Parser, prog=parser.prog)
    for each in commands:
        about = each.about[0].upper() + each.about[1:] + "."
        sub: Parser = subparsers.add_parser(each.name, help=each.about, description=about)
        sub.later = each, defaults
        sub.set_defaults(action=each.run, parser=sub)
    parser.commands = subparsers.choices
    parser.set_defaults(
        action=_no_command, parser=parser, given=None, artifacts_root=defaults.artifacts_root, page=defaults.page
    )
    return parser


def add_root(parser: Parser, defaults: Defaults, about: str = "artifacts root") -> None:
    """Add the optional artifacts root, or whatever else has runs."""
    text = f"{about} (default: {near(defaults.artifacts_root)})"
    parser.add_argument("root", nargs="?", default=None, metavar="ROOT", help=text)


def add_run(parser: Parser, defaults: Defaults, about: str) -> None:
    """Add an optional run directory or artifacts root."""
    text = f"{about} (default: {near(defaults.artifacts_root)})"
    parser.add_argument("path", nargs="?", default=None, metavar="RUN", help=text)


def path_of(options: argparse.Namespace) -> Path:
    """The run directory or artifacts root that was named, or the default root; InputError when it is not there."""
    path = as_path(options.artifacts_root if options.path is None else options.path)
    if not path.is_dir():
        came = f"{show(str(path))}, which is {'no directory' if path.exists() else 'not there'}"
        raise InputError(explain("RUN", "a run directory or an artifacts root", came, typed_command("train")))
    return path


def root_of(options: argparse.Namespace) -> Path:
    """The directory that was named, or the default artifacts root; InputError when there is none."""
    root = as_path(options.artifacts_root if options.root is None else options.root)
    if not root.is_dir():
        came = f"{show(str(root))}, which is {'no directory' if root.exists() else 'not there'}"
        place = ["--artifacts-root", options.root] if options.root else []
        attempt = f"{typed_command('train', *place)} for a first run there"
        raise InputError(explain("ROOT", "an artifacts root", came, attempt))
    return root


def _no_command(options: argparse.Namespace) -> int:
    names = "one of " + ", ".join(options.parser.commands)
    raise InputError(explain("COMMAND", names, "none", f"{options.parser.prog} train"))


def near(path: str | None) -> str:
    """How help texts show a path: as it is typed from here, if that is shorter."""
    if path is None:
        return "none"
    with suppress(OSError, ValueError):  # the working directory may be gone
        return min(path, os.path.relpath(path), key=len)
    return path
