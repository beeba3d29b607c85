"""Write a run in a format: find its exporter, and put what it wrote in place, whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from digit_classifier.errors import DigitClassifierError, InputError, RunError, explain, option, show, suggestion
from digit_classifier.exporters import FORMATS, PAGE_FORMATS
from digit_classifier.plugins import EXPORTERS, load_plugin, plugin_names, raised
from digit_classifier.store.files import cannot_write
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from digit_classifier.store import Bundle
    from digit_classifier.text import AnyPath

    Exporter = Callable[[Bundle, Path], None]


def find_exporter(name: str) -> Exporter:
    """The exporter of a format, ours or a plugin's; InputError when there is none."""
    if name in FORMATS:
        exporter: Exporter = import_module(FORMATS[name]).export
        return exporter
    try:
        if name in PAGE_FORMATS:
            raise LookupError(name)
        plugin: Exporter = load_plugin(EXPORTERS, name)
    except LookupError:
        known = {*FORMATS, *plugin_names(EXPORTERS)} - {*PAGE_FORMATS}
        attempt = suggestion(name, [*PAGE_FORMATS, *sorted(known)])
        raise InputError(explain("FORMAT", "a format", show(name), attempt)) from None
    return plugin


def write_export(name: str, bundle: Bundle, target: AnyPath, *, force: bool = False) -> None:
    """Write a run in a format; the target appears complete or not at all.

    InputError where there is no such format, or where something is in the place of the target: with `force` a file is
    replaced, a directory never, because nobody could say what else is in it. RunError where the exporter fails.
    """
    export, target = find_exporter(name), as_path(target)
    _require_free(target, force)
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=".tmp", dir=target.parent))
    except OSError as error:
        raise cannot_write(target, error, option("output")) from error
    try:
        export(bundle, scratch / target.name)
        _replace(scratch / target.name, target)
    except (DigitClassifierError, MemoryError):
        raise
    except (Exception, SystemExit) as error:  # a plugin may raise anything
        attempt = "another version of the exporter"
        raise RunError(explain(f"export {name}", "to write the run", raised(error), attempt)) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _require_free(target: Path, force: bool) -> None:
    if target.is_dir() and not target.is_symlink():
        raise InputError(explain(target, "a new file or folder", "a folder that is there", "another name"))
    if os.path.lexists(target) and not force:
        attempt = f"{option('force', True)} to replace it"
        raise InputError(explain(target, "a new file or folder", "one that is there", attempt))


def _replace(new: Path, target: Path) -> None:
    """Put what was written in its place: a file in one step, a folder after what is there went aside."""
    if not os.path.lexists(new):
        raise FileNotFoundError("it wrote nothing")
    aside = Path(f"{new}.old")
    if new.is_dir() and os.path.lexists(target):
        target.rename(aside)
    try:
        new.replace(target)
    except OSError as error:
        if os.path.lexists(aside):
            aside.rename(target)
        raise cannot_write(target, error, option("output")) from error
