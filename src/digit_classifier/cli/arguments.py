"""What can be typed: a parser with this project's error texts, and every setting as a flag."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Sequence  # noqa: TC003 - NamedTuple and dataclass fields
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from digit_classifier.errors import InputError, explain, show, suggestion
from digit_classifier.settings.kinds import as_text
from digit_classifier.settings.presets import PRESETS
from digit_classifier.settings.resolve import Given
from digit_classifier.settings.run_config import PLACES, SETTINGS, flag
from digit_classifier.text import as_path


class Parser(argparse.ArgumentParser):
    """Argparse with this project's error texts and without guessing at shortened flags."""

    commands: Collection[str] = ()

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        """Raise InputError instead of printing usage and exiting."""
        where, _, problem = message.removeprefix("argument ").partition(": ")
        attempt = f"{self.prog} --help"
        if where == "the following arguments are required":
            raise InputError(explain(problem, "a value", "none", attempt))
        if problem.startswith("expected one argument"):
            raise InputError(explain(where, "a value", "none", attempt))
        if problem.startswith("ignored explicit argument"):
            raise InputError(explain(where, "no value", problem.partition("argument ")[2], f"only {where}"))
        raise InputError(explain(where, "other arguments", problem or "these", attempt))

    def parse_all(self, argv: Sequence[str] | None) -> argparse.Namespace:
        """Like `parse_args`, but an unknown word gets a suggestion."""
        words = sys.argv[1:] if argv is None else list(argv)
        if words and not words[0].startswith("-") and words[0] not in self.commands:
            raise InputError(explain(show(words[0]), "a command", "another word", suggestion(words[0], self.commands)))
        options, unknown = self.parse_known_args(words)
        if unknown:
            known = [word for action in options.parser._actions for word in action.option_strings]
            word = unknown[0].partition("=")[0]
            attempt = suggestion(word, known) if word.startswith("-") else f"{options.parser.prog} --help"
            raise InputError(explain(show(word), f"an argument of '{options.parser.prog}'", "another word", attempt))
        return options


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
                metavar="DIR" if name in PLACES else _metavar(item.type),
                help=text,
            )


def _metavar(annotation: Any) -> str:
    return {"int": "INT", "float": "FLOAT", "tuple[int, ...]": "SIZES", "str | None": "TEXT"}.get(annotation, "NAME")


def _default(name: str, artifacts_root: str) -> str:
    presets = {model: PRESETS[model].get(name) for model in PRESETS}
    if name in PRESETS["mlp"]:
        values = {model: "1 / epochs" if callable(value) else as_text(value) for model, value in presets.items()}
        return "default: " + ", ".join(f"{model} {text}" for model, text in values.items())
    default = file_name(artifacts_root) if name == "artifacts_root" else SETTINGS[name].default
    return "default: unset" if default is None else f"default: {as_text(default)}"


class Defaults(NamedTuple):
    """What a front end of the command line chooses: the installed command, or the example's script."""

    config_file: str | None = None
    artifacts_root: str = "artifacts"
    train_name: str = ""  # how `train` is typed there


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
        prog="digit-classifier",
        description="Train a compact NumPy network on handwritten digits and keep a run that can be verified.",
    )
    parser.add_argument("--version", action="version", version=f"digit-classifier {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", parser_class=Parser)
    for command in commands:
        about = command.about[0].upper() + command.about[1:] + "."
        sub: Parser = subparsers.add_parser(command.name, help=command.about, description=about)
        command.add_arguments(sub, defaults)
        sub.set_defaults(action=command.run, parser=sub)
    parser.commands = subparsers.choices
    parser.set_defaults(action=_no_command, parser=parser, given=None, artifacts_root=defaults.artifacts_root)
    return parser


def add_root(parser: Parser, about: str = "artifacts root (default: ./artifacts)") -> None:
    """Add the optional artifacts root."""
    parser.add_argument("root", nargs="?", default=None, metavar="ROOT", help=about)


def root_of(options: argparse.Namespace) -> Path:
    """The artifacts root that was named, or the default one; InputError when there is none."""
    root = as_path(options.root or options.artifacts_root)
    if not root.is_dir():
        attempt = "the directory given to --artifacts-root when training"
        raise InputError(explain("ROOT", "an artifacts root", show(str(root)), attempt))
    return root


def _no_command(options: argparse.Namespace) -> int:
    names = "one of " + ", ".join(options.parser.commands)
    raise InputError(explain("COMMAND", names, "none", f"{options.parser.prog} train"))


def file_name(path: str | None) -> str:
    """How help texts show a path: its last part."""
    return Path(path).name if path else "none"
