"""What can be typed: the commands, and every setting as a flag."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from digit_classifier.errors import InputError, explain, show
from digit_classifier.settings.run_config import PLACES, PRESETS, SETTINGS, Given, as_text, flag, suggestion


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
        raise InputError(explain(where, "other words", problem or "these", attempt))

    def parse_all(self, argv: Sequence[str] | None) -> argparse.Namespace:
        """Like `parse_args`, but an unknown word is answered with the word that was probably meant."""
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


def _add_settings(parser: argparse.ArgumentParser, artifacts_root: str) -> None:
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
    default = _name(artifacts_root) if name == "artifacts_root" else SETTINGS[name].default
    return "default: unset" if default is None else f"default: {as_text(default)}"


Action = Callable[[argparse.Namespace], int]


def build_parser(
    actions: Mapping[str, Action],
    config_file: str | None = None,
    artifacts_root: str = "artifacts",
    train_name: str = "",
) -> Parser:
    """The whole command line; parsing leaves the command's function in `action`, settings as written in `given`."""
    from digit_classifier import __version__

    parser = Parser(
        prog="digit-classifier",
        description="Train a compact NumPy network on handwritten digits and keep a run that can be verified.",
    )
    parser.add_argument("--version", action="version", version=f"digit-classifier {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=Parser)

    def command(name: str, about: str) -> Parser:
        sub: Parser = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
        sub.set_defaults(action=actions[name], parser=sub)
        return sub

    train = command("train", "train, evaluate and write a run")
    train.usage = f"{train_name or train.prog} [--config PATH] [--SETTING VALUE ...]"
    train.add_argument(
        "--config", metavar="PATH", default=config_file, help=f"YAML file with settings (default: {_name(config_file)})"
    )
    _add_settings(train, artifacts_root)
    runs = command("runs", "list the runs of an artifacts root, newest first")
    runs.add_argument("root", nargs="?", default=None, metavar="ROOT", help="artifacts root (default: ./artifacts)")
    runs.add_argument("--json", action="store_true", help="print JSON instead of a table")
    verify = command("verify", "check files, rules and metrics of a run, or of every run of a root")
    verify.add_argument("path", metavar="RUN", help="a run directory or an artifacts root")
    replay = command("replay", "train a run again, in memory, and say how alike the results are")
    replay.add_argument("path", metavar="RUN", help="a run directory")
    replay.add_argument("--json", action="store_true", help="print JSON instead of text")
    replay.add_argument("--no-record", action="store_true", help="do not keep the outcome beside the run")
    replay.add_argument(
        "--max-seconds", default="600", metavar="FLOAT", help="stop when training will take longer (default: 600)"
    )
    repair = command("repair", "rebuild index.json and latest/ from the run directories")
    repair.add_argument("root", nargs="?", default=None, metavar="ROOT", help="artifacts root (default: ./artifacts)")
    kept = repair.add_mutually_exclusive_group()
    for choice, about in (("adopt", "list interrupted runs, with their epochs so far"), ("remove", "delete them")):
        kept.add_argument(f"--{choice}", dest="interrupted", action="store_const", const=choice, help=about)
    repair.set_defaults(interrupted="leave")
    _add_serve(command("serve", "show the page of an artifacts root, to this machine only"))
    _add_export(command("export", "write the page with a run as one file, or with all runs as a folder"))
    parser.commands = commands.choices
    parser.set_defaults(action=_no_command, parser=parser, given=None, artifacts_root=artifacts_root)
    return parser


def _add_serve(serve: Parser) -> None:
    root = "artifacts root or run directory (default: ./artifacts)"
    serve.add_argument("root", nargs="?", default=None, metavar="ROOT", help=root)
    serve.add_argument("--port", metavar="INT", default="0", help="an integer, 0..65535 (default: a free one)")
    serve.add_argument("--open", action="store_true", help="open the page in a browser")


def _add_export(export: Parser) -> None:
    either = "(--html RUN [--compare RUN] [--force] | --site ROOT [--run RUN_ID ...])"
    export.usage = f"{export.prog} {either} --output PATH"
    add = export.add_argument
    add("--html", metavar="RUN", help="a run directory, or an artifacts root for its latest run: write one HTML file")
    add("--compare", metavar="RUN", help="a second run in the same file, to compare with")
    add("--site", metavar="ROOT", help="an artifacts root: write a folder for any static host")
    add("--run", metavar="RUN_ID", action="append", default=[], help="only this run in the folder; can be repeated")
    add("--output", "-o", metavar="PATH", help="the file or folder to write; an earlier export there is replaced")
    add("--force", action="store_true", help="with --html, replace a file that is no export")


def _no_command(options: argparse.Namespace) -> int:
    names = "one of " + ", ".join(options.parser.commands)
    raise InputError(explain("COMMAND", names, "none", f"{options.parser.prog} train"))


def _name(path: str | None) -> str:
    return Path(path).name if path else "none"
