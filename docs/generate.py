"""Write the generated parts of the documents: `make docs`.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`. In a table of keys the last column is written by
hand: it is read from the part as it is, and kept.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts import ARTIFACTS, SWEEP_ARTIFACTS
from digit_classifier.artifacts.schema import alternatives, expected
from digit_classifier.cli.arguments import Defaults, build_parser, preset_text
from digit_classifier.cli.main import COMMANDS
from digit_classifier.figures import FIGURES
from digit_classifier.settings.presets import PRESETS
from digit_classifier.settings.run_config import BY_MODEL, SETTINGS, flag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from digit_classifier.artifacts import Artifact
    from digit_classifier.artifacts.schema import Schema

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ROOT / "tests" / "plugin"
PART = re.compile(r"(<!-- generated: (?P<name>.+?) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)
FILES = ARTIFACTS | SWEEP_ARTIFACTS
WIDTH = 100  # of help texts, in characters


def documents() -> list[Path]:
    """Every document with generated parts."""
    return [path for path in sorted(ROOT.glob("docs/*.md")) if PART.search(path.read_text(encoding="utf-8"))]


def refreshed(text: str) -> str:
    """The text of a document with its generated parts as they should be."""
    return PART.sub(lambda part: f"{part[1]}\n{PARTS[part['name']](part['body'])}\n\n{part[4]}", text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


# docs/cli.md


class Formatter(argparse.RawDescriptionHelpFormatter):
    """One width, and one way to show flags: the value once, as argparse does from Python 3.13 on."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, **{**options, "width": WIDTH})

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return f"{', '.join(action.option_strings)} {value}"


def commands(_: str) -> str:
    """The help of the command line, and of each command."""
    parser = build_parser(COMMANDS, Defaults())
    subparsers = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    sections = []
    for name, each in (("", parser), *subparsers.choices.items()):
        each.formatter_class = Formatter
        heading = [f"## `{name}`"] if name else []
        sections += [*heading, f"```text\n{each.format_help().rstrip()}\n```"]
    return "\n\n".join(sections)


# docs/settings.md


def settings(_: str) -> str:
    """Every setting: its other name, what it accepts, its default for each model."""
    head = ["setting", "also called", "accepts", *(f"default: {model}" for model in PRESETS)]
    return table(head, (_setting(name) for name in SETTINGS))


def _setting(name: str) -> list[str]:
    item = SETTINGS[name]
    alias, kind = item.metadata["alias"], item.metadata["kind"]
    values = [PRESETS[model][name] if item.default is BY_MODEL else item.default for model in PRESETS]
    texts = ["unset" if v is None else preset_text(v) for v in values]
    return [f"`{name}`", f"`{alias}`" if alias else "", kind.expected, *texts]


# docs/artifacts.md


def keys(artifact: Artifact, body: str) -> str:
    """What a file holds: which versions, who checks it, and for every key the values that it may have."""
    versions = {each["properties"]["schema_version"]["const"]: each for each in alternatives(artifact.schema)}
    newest, file = max(versions), artifact.name.replace(".json", ".schema.json")
    parameters = ", ".join(inspect.signature(artifact.validate).parameters)
    facts = [
        f"[Schema](../src/digit_classifier/artifacts/schemas/{file}) version {newest}",
        *([f"versions {', '.join(map(str, sorted(versions)))} are read"] if len(versions) > 1 else []),
        f"checked by `{artifact.validate.__name__}({parameters})`",
        *([f"only with `{_asking(artifact)}`"] if artifact.setting else []),
    ]
    meanings = dict(_meanings(body))
    rows = [[f"`{key}`", words, meanings.get(key, "")] for key, words in _rows(versions[newest])]
    return f"{', '.join(facts)}.\n\n{table(['key', 'values', 'holds'], rows)}"


def _asking(artifact: Artifact) -> str:
    """The flag that asks for a file."""
    value = "" if artifact.value is True else f" {artifact.value}"
    return f"{flag(artifact.setting or '')}{value}"


def _meanings(body: str) -> Iterator[tuple[str, str]]:
    for line in body.splitlines():
        if row := re.fullmatch(r"\| `(.+?)` \| .* \| (.*) \|", line):
            yield row[1], row[2]


def _rows(schema: Schema, path: str = "") -> Iterator[tuple[str, str]]:
    """Path and values of every key, those inside objects after the object itself."""
    for key, inner in schema.get("properties", {}).items():
        if key != "schema_version":
            absent = "" if key in schema["required"] else "; may be absent"
            yield path + key, values(inner) + absent
            yield from _inside(inner, path + key)
    if others := schema.get("additionalProperties"):
        named = f"; each key {expected(schema['propertyNames'])}" if "propertyNames" in schema else ""
        yield f"{path}*", values(others) + named
        yield from _inside(others, f"{path}*")


def _inside(schema: Schema, path: str) -> Iterator[tuple[str, str]]:
    while "items" in schema:
        schema, path = schema["items"], f"{path}[]"
    yield from _rows(schema, f"{path}.")


def values(schema: Schema) -> str:
    """What a schema asks for, down to the items of a list."""
    words = "one of " * ("enum" in schema) + expected(schema)
    return words + (f", each {values(schema['items'])}" if "items" in schema and "description" not in schema else "")


def pictures(_: str) -> str:
    """Every picture: the files that it is drawn from, and when."""
    rows = []
    for name, (sources, _draw) in FIGURES.items():
        setting = ARTIFACTS[sources[0]].setting
        rows.append(
            [
                f"`{name}`",
                ", ".join(f"`{each}`" for each in sources),
                f"with `{flag(setting)}`" if setting else "always",
            ]
        )
    return table(["file", "drawn from", "when"], rows)


# docs/extending.md: the plugin that the tests install


def plugin_code(*functions: str) -> Callable[[str], str]:
    """A part with these functions of the toy plugin, after what the module imports."""

    def write(_: str) -> str:
        source = (PLUGIN / "digit_classifier_toy.py").read_text(encoding="utf-8")
        nodes = {getattr(node, "name", ""): node for node in ast.parse(source).body}
        found = [re.sub(r"  # noqa.*", "", ast.get_source_segment(source, nodes[name]) or "") for name in functions]
        head = source.partition('"""\n\n')[2].partition("\n\n\ndef ")[0]
        return "\n\n\n".join([f"```python\n{head}", *found]) + "\n```"

    return write


def plugin_project(_: str) -> str:
    """The `pyproject.toml` of the toy plugin."""
    return "\n".join(["```toml", *(PLUGIN / "pyproject.toml").read_text(encoding="utf-8").splitlines(), "```"])


# docs/glossary.md


def glossary(_: str) -> str:
    """Every term that the page explains, as it is called in its texts."""
    words = json.loads((ROOT / "src" / "digit_classifier" / "words" / "en.json").read_text(encoding="utf-8"))
    terms = [text.split(": ", 1) for key, text in words.items() if key.startswith("term.")]
    return table(["term", "means"], sorted(terms, key=lambda row: row[0].casefold()))


PARTS: dict[str, Callable[[str], str]] = {
    "commands": commands,
    "settings": settings,
    **{name: lambda body, artifact=artifact: keys(artifact, body) for name, artifact in FILES.items()},  # type: ignore[misc]
    "pictures": pictures,
    "plugin code": plugin_code("read", "export"),
    "plugin project": plugin_project,
    "glossary": glossary,
}
"""Name of a part → its text, given the text that stands there."""


def page_settings() -> str:
    """frontend/src/runs/settings.json: the line of help of every setting that a run records."""
    about = {name: each.metadata["about"] for name, each in SETTINGS.items()}
    return json.dumps(about, indent=2) + "\n"


PAGE_SETTINGS = ROOT / "frontend" / "src" / "runs" / "settings.json"

if __name__ == "__main__":
    PAGE_SETTINGS.write_text(page_settings(), encoding="utf-8", newline="\n")
    for path in documents():
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
