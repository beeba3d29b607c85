"""Write runs in a format: find its exporter, and put what it wrote in place, whole."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digit_classifier.errors import (
    ArtifactError,
    DigitClassifierError,
    InputError,
    RunError,
    explain,
    option,
    require_kind,
    show,
    suggestion,
)
from digit_classifier.exporters import FORMATS, PAGE_FORMATS, TRACKERS
from digit_classifier.plugins import EXPORTERS, load_plugin, plugin_names, raised
from digit_classifier.store.bundle import Bundle
from digit_classifier.store.files import cannot_write
from digit_classifier.store.inspection import read_bundle
from digit_classifier.text import as_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from digit_classifier.text import AnyPath

    Exporter = Callable[[Bundle, Path], None]


def find_exporter(name: str) -> Exporter:
    """The exporter of a format, ours or a plugin's; InputError when there is none."""
    if name in FORMATS:
        exporter: Exporter = import_module(FORMATS[name]).export
        return exporter
    if name in (*PAGE_FORMATS, *TRACKERS):
        other = "exporters.write.write_tracked" if name in TRACKERS else f"page.{name}.write_{name}"
        raise InputError(explain("FORMAT", "a format of one run", show(name), f"digit_classifier.{other}"))
    try:
        plugin: Exporter = load_plugin(EXPORTERS, name)
    except LookupError:
        known = {*FORMATS, *TRACKERS, *plugin_names(EXPORTERS)} - {*PAGE_FORMATS}
        attempt = suggestion(name, [*PAGE_FORMATS, *sorted(known)])
        raise InputError(explain("FORMAT", "a format", show(name), attempt)) from None
    return plugin


def write_export(name: str, bundle: Bundle, target: AnyPath, *, force: bool = False) -> None:
    """Write a run in a format; the target appears complete or not at all.

    An earlier export of a binary format is replaced. InputError where there is no such format, where its library is
    missing, or where something else is in the place of the target: with `force` a file is replaced, a directory never,
    because nobody could say what else is in it. RunError where the exporter fails.
    """
    require_kind("bundle", bundle, Bundle, "a run", "read_bundle('artifacts/latest')")
    export, target = find_exporter(name), as_path(target)
    _require_free(target, force, _home(name, "MARK"))
    try:
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=".tmp", dir=target.parent))
    except OSError as error:
        raise cannot_write(target, error, option("output")) from error
    try:
        with _guarded(name):
            export(bundle, scratch / target.name)
            _replace(scratch / target.name, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@dataclass(frozen=True)
class Tracked:
    """What became of runs that were to be added to a tracker."""

    added: tuple[str, ...]  # names of run directories
    known: tuple[str, ...]  # were there already, and stayed as they were
    damaged: Mapping[str, str]  # name → what is wrong, missing or in its place; not exported


def write_tracked(name: str, directories: Sequence[AnyPath], target: AnyPath) -> Tracked:
    """Add runs to a tracker, one after the other: "tensorboard" has a folder as its target, "mlflow" a tracking URI.

    A run that is there stays as it is; one that is damaged, lacks a file that is needed, or whose place holds files of
    others, is left out. InputError
    where the library is missing or the target cannot be used, before anything is written; RunError where the tracker
    fails, and what was added before stays there.
    """
    if name not in TRACKERS:
        raise InputError(explain("name", "a tracker", show(name), suggestion(str(name), TRACKERS)))
    if isinstance(directories, str | os.PathLike):
        raise InputError(explain("directories", "a list of run directories", show(str(directories)), "[run.directory]"))
    from digit_classifier.exporters.source import OneRunError  # which needs NumPy

    add = import_module(TRACKERS[name]).add
    done: dict[bool, list[str]] = {True: [], False: []}
    damaged = {}
    for directory in map(as_path, [*directories]):
        try:
            bundle = read_bundle(directory)
            with _guarded(name):
                done[add(bundle, os.fspath(target))].append(directory.name)
        except (ArtifactError, OneRunError) as error:
            damaged[directory.name] = str(error)
    return Tracked(tuple(done[True]), tuple(done[False]), damaged)


def _home(name: str, key: str) -> Any:
    """What a module of ours says of its format; None for a plugin."""
    home = {**FORMATS, **TRACKERS}.get(name)
    return getattr(import_module(home), key, None) if home else None


@contextmanager
def _guarded(name: str) -> Iterator[None]:
    """An exporter runs in here: libraries stay silent, and whatever it raises becomes one line."""
    level = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (DigitClassifierError, MemoryError):
        raise
    except (Exception, SystemExit) as error:  # a library or a plugin may raise anything
        raise _in_a_line(name, error) from error
    finally:
        logging.disable(level)


def _in_a_line(name: str, error: BaseException) -> DigitClassifierError:
    where, library = f"export {name}", _home(name, "LIBRARY")
    if library is None or (isinstance(error, OSError) and not isinstance(error, ImportError)):
        attempt = "another target" if name in {**FORMATS, **TRACKERS} else "another version of the exporter"
        return RunError(explain(where, "to write the run", raised(error), attempt))
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        if error.name == package:
            attempt = f"pip install 'digit-classifier[{name}]'"
            return InputError(explain(where, f"the package {package}", "none", attempt))
    from importlib.metadata import PackageNotFoundError, version

    try:
        package = f"{library} {version(library)}"
    except PackageNotFoundError:
        package = library
    attempt = f"pip install --upgrade {library}"
    return InputError(explain(where, f"{package} to write the run", raised(error), attempt))


def _require_free(target: Path, force: bool, mark: bytes | None) -> None:
    if target.is_dir() and not target.is_symlink():
        raise InputError(explain(target, "a new file or folder", "a folder that is there", "another name"))
    if os.path.lexists(target) and not force and not _is_ours(target, mark):
        attempt = f"{option('force', True)} to replace it"
        raise InputError(explain(target, "a new file or folder", "one that is there", attempt))


def _is_ours(target: Path, mark: bytes | None) -> bool:
    """Whether an export of this format, which people do not edit, is in the place of the target."""
    if mark is None or target.is_symlink() or not target.is_file():
        return False
    with target.open("rb") as file:
        return mark in file.read(100)


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
