"""`settings`: every setting as a commented YAML file."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from digit_classifier.cli.arguments import Command, Defaults, Parser, preset_text
from digit_classifier.settings.presets import PRESETS
from digit_classifier.settings.resolve import example
from digit_classifier.settings.run_config import SETTINGS

if TYPE_CHECKING:
    import argparse

HEAD = """\
# Settings for train --config. Every line is commented out: this file changes nothing. Take away the "# " before a
# setting to choose its value; a flag on the command line overrides the line of the same name.
"""


def _arguments(parser: Parser, defaults: Defaults) -> None:
    parser.epilog = f"For example: {parser.prog} > my-settings.yaml"
    del defaults


def _settings(options: argparse.Namespace) -> int:  # noqa: ARG001
    print(HEAD)
    print("\n\n".join(_section(group, list(names)) for group, names in groupby(SETTINGS, _group)))
    return 0


def _group(name: str) -> str:
    group: str = SETTINGS[name].metadata["group"]
    return group


def _section(group: str, names: list[str]) -> str:
    return "\n\n".join([f"# --- {group}", *map(_lines, names)])


def _lines(name: str) -> str:
    """One setting: what it is, what it accepts, its defaults; then a line to uncomment."""
    meta = SETTINGS[name].metadata
    also = f" (also called {meta['alias']})" if meta["alias"] else ""
    about = textwrap.wrap(f"{meta['about']}{also}", 114)
    lines = [*(f"#   {line}" for line in about), f"#   {meta['kind'].expected}"]
    if name in PRESETS["mlp"]:
        presets = "; ".join(f"{model} {preset_text(PRESETS[model][name])}" for model in PRESETS)
        lines += [f"#   {line}" for line in textwrap.wrap(f"default: {presets}", 114)]
    return "\n".join([*lines, f"# {name}: {example(name)}"])


COMMAND = Command("settings", "print a commented YAML file of all settings, for train --config", _arguments, _settings)
