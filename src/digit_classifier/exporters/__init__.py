"""A run in the formats of other tools: one module per format, and those that installed plugins bring.

An exporter is a function `(bundle, target) -> None`: from the plain payloads of a run only, and nothing is written
where it raises. The page's own formats, `html` and `site`, take more than a bundle and live in `page`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from digit_classifier.errors import InputError, explain, show, suggestion
from digit_classifier.plugins import EXPORTERS, load_plugin, plugin_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digit_classifier.store import Bundle

PAGE_FORMATS = ("html", "site")
# Format → module with the function `export`; imported when it is asked for, because its library may be heavy.
FORMATS: dict[str, str] = {}


def find_exporter(name: str) -> Callable[[Bundle, Path], None]:
    """The exporter of a format, ours or a plugin's; InputError when there is none."""
    if name in FORMATS:
        exporter: Callable[[Bundle, Path], None] = import_module(FORMATS[name]).export
        return exporter
    try:
        plugin: Callable[[Bundle, Path], None] = load_plugin(EXPORTERS, name)
    except LookupError:
        known = [*PAGE_FORMATS, *FORMATS, *plugin_names(EXPORTERS)]
        raise InputError(explain("FORMAT", "a format", show(name), suggestion(name, known))) from None
    return plugin
