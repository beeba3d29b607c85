"""A run in the formats of other tools: one module per format, and those that installed plugins bring.

An exporter is a function `(bundle, target) -> None` that writes the file or directory `target`, from the plain payloads
of a run only. The page's own formats, `html` and `site`, take more than a bundle and live in `page`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from digit_classifier.errors import DigitClassifierError, InputError, RunError, explain, option, show, suggestion
from digit_classifier.plugins import EXPORTERS, load_plugin, plugin_names
from digit_classifier.store.files import cannot_write

if TYPE_CHECKING:
    from collections.abc import Callable

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


def write_export(name: str, bundle: Bundle, target: Path, *, force: bool = False) -> None:
    """Write a run in a format; the target appears complete or not at all.

    InputError where there is no such format, or where something is in the place of the target and `force` is not given;
    RunError where the exporter fails.
    """
    export = find_exporter(name)
    if os.path.lexists(target) and not force:
        attempt = f"{option('force', True)} to replace it"
        raise InputError(explain(target, "a new file or folder", "one that is there", attempt))
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=".tmp", dir=target.parent))
    except OSError as error:
        raise cannot_write(target, error, option("output")) from error
    try:
        export(bundle, scratch / target.name)
        _replace(scratch / target.name, target)
    except DigitClassifierError:
        raise
    except Exception as error:  # a plugin may raise anything
        came = f"{type(error).__name__}: {show(str(error))}"
        raise RunError(
            explain(f"export {name}", "to write the run", came, "another version of the exporter")
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _replace(source: Path, target: Path) -> None:
    if target.is_dir() and not target.is_symlink():
        target.rename(source.parent / "replaced")
    source.replace(target)
