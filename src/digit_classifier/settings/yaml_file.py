"""Settings from a YAML file, kept as text: no alias, no nesting, no guessing of types, errors with line numbers."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Any

import yaml

from digit_classifier.errors import InputError, explain, option, show, suggestion, typed_command
from digit_classifier.settings.kinds import FILE, IMAGE_SHAPE, LABEL, PLACE, SIZES
from digit_classifier.settings.resolve import Given, example
from digit_classifier.settings.run_config import SETTINGS, SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # in C where PyYAML was built so: ten times as fast
LIMIT = 64 * 1024  # bytes; a file with every setting has about two thousand
ORIGINS = ("preset", "default", "argument", "flag", "--")  # what other origins of a value begin with


Others = dict[str, tuple[str, Any]]  # key → where it stands, and its value: texts in lists and dictionaries


def read_yaml(path: Path) -> list[Given]:
    """The settings in a YAML file, still as text; InputError names file, line, rule and fix."""
    return parse_yaml(*_bytes_of(path))


def read_yaml_with(path: Path, others: Collection[str]) -> tuple[list[Given], Others]:
    """The same with these other keys, whose values may be lists and dictionaries of texts and lists."""
    found: Others = {}
    return parse_yaml(*_bytes_of(path), others, found), found


def _bytes_of(path: Path) -> tuple[bytes, str]:
    try:
        with open(path, "rb", opener=_without_waiting) as stream:
            data = stream.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        came = f"{show(str(path))} ({reason})"
        attempt = f"{typed_command('settings')} > my-settings.yaml"
        raise InputError(explain(option("config"), "a readable YAML file", came, attempt)) from None
    name = show(path.name).strip("'")
    return data, f"./{name}" if name.startswith(ORIGINS) else name


def _without_waiting(path: str, flags: int) -> int:
    """Open a regular file; do not block on a FIFO."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind) or stat.S_ISDIR(kind):  # Python itself refuses to read a directory
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "a pipe or device")


def parse_yaml(data: bytes, label: str, others: Collection[str] = (), found: Others | None = None) -> list[Given]:
    """The settings in YAML text, still as text; InputError names `label`, line, rule and fix.

    The values of `others` are put into `found`.
    """
    if len(data) > LIMIT:
        raise InputError(explain(label, f"at most {LIMIT} bytes", "more", "a file with only settings"))
    try:
        text = data.decode("utf-8-sig")
        _refuse_nesting_and_aliases(label, text, 4 if others else 2)
        return list(_settings_of(label, yaml.compose(text, Loader=_LOADER), others, {} if found is None else found))
    except InputError:  # a ValueError, too
        raise
    except UnicodeDecodeError as error:
        came = f"byte {data[error.start]:#04x} at {error.start}"
        raise InputError(explain(label, "UTF-8 text", came, "saving it as UTF-8")) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = _line(label, mark) if mark else label
        came = show(getattr(error, "problem", None) or "unreadable text")
        raise InputError(explain(where, "YAML", came, "one 'key: value' per line")) from None
    except (ValueError, OverflowError):  # PyYAML gives chr() the number of any escape
        came = "an escape beyond Unicode's last character"
        raise InputError(explain(label, "YAML", came, "the character itself")) from None


def _line(label: str, mark: Any) -> str:
    return f"{label} line {mark.line + 1}" if mark else label


def _refuse_nesting_and_aliases(label: str, text: str, most: int) -> None:
    """Stop before `compose`, which recurses and expands; the stream of events does neither."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        where = _line(label, event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            raise InputError(explain(where, "plain values", "an alias", "writing the value out"))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > most:
            raise InputError(explain(where, "'key: value' lines", "nesting", "one setting per line"))


def _settings_of(label: str, node: yaml.Node | None, others: Collection[str], found: Others) -> Iterator[Given]:
    if node is None:  # an empty file, or only comments
        return
    if not isinstance(node, yaml.MappingNode):
        raise InputError(explain(label, "'key: value' lines", "something else", "'epochs: 100'"))
    seen: set[str] = set()
    for key, value in node.value:
        where = _line(label, key.start_mark)
        spelling = key.value if isinstance(key, yaml.ScalarNode) else ""
        if spelling not in SPELLINGS and spelling not in others:
            raise InputError(explain(where, "a setting", show(spelling), suggestion(spelling, [*SETTINGS, *others])))
        if spelling in seen:
            raise InputError(explain(where, f"{spelling} once", "it twice", "deleting one of the two lines"))
        seen.add(spelling)
        if spelling in others:
            if _is_null(value):
                continue
            found[spelling] = f"{where}, {spelling}", _plain_of(f"{where}, {spelling}", value)
            continue
        text = _text_of(f"{where}, {spelling}", spelling, value)
        if text is not None:
            yield Given(spelling, text, f"{where}, {spelling}", label)


def _is_null(node: yaml.Node) -> bool:
    """YAML's null: what it stands for keeps its default."""
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in {"", "~", "null"}


def _plain_of(where: str, node: yaml.Node) -> Any:
    """A node as texts, lists and dictionaries."""
    if isinstance(node, yaml.SequenceNode):
        return [_plain_of(where, item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        if not all(isinstance(key, yaml.ScalarNode) for key, _ in node.value):
            raise InputError(explain(where, "names of settings", "a nested key", "epochs: [20, 40]"))
        pairs = [(str(key.value), _plain_of(where, value)) for key, value in node.value]
        if len(dict(pairs)) < len(pairs):
            raise InputError(explain(where, "each key once", "one of them twice", "deleting one of the two lines"))
        return dict(pairs)
    return str(node.value)


def _text_of(where: str, spelling: str, node: yaml.Node) -> str | None:
    """A scalar's text, a list's items joined by commas, None for YAML's null (the setting keeps its default)."""
    name = SPELLINGS[spelling]
    kind = SETTINGS[name].metadata["kind"]
    if isinstance(node, yaml.SequenceNode) and kind in (SIZES, IMAGE_SHAPE):
        return ",".join(_text_of(where, spelling, item) or "null" for item in node.value)
    if not isinstance(node, yaml.ScalarNode):
        raise InputError(explain(where, kind.expected, "a nested value", f"{spelling}: {example(name)}"))
    if _is_null(node):
        return None
    quoted = bool(node.style)  # plain is None in Python, "" in C
    if quoted and not (kind.more or kind in (LABEL, PLACE, FILE, SIZES, IMAGE_SHAPE)):  # a number, or a switch
        attempt = f"{spelling}: {example(name)}, without quotes"
        raise InputError(explain(where, kind.expected, f"the text {show(node.value)}", attempt))
    return str(node.value)
