"""From the name of a data set to the data set: a bundled one, a file or a folder, or what an installed reader finds."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import BUNDLED, limits, load_bundled
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.judge import judge
from digit_classifier.datasets.judge.source import Source, gaps
from digit_classifier.datasets.readers import READERS, Asked, Found, read_file
from digit_classifier.datasets.readers.files import unreadable
from digit_classifier.datasets.readers.parts import joined
from digit_classifier.errors import InputError, explain, nearest, option, show
from digit_classifier.plugins import READERS as PLUGINS
from digit_classifier.plugins import load_plugin, plugin_names, raised
from digit_classifier.text import AnyPath, as_path, clean_text

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# NAME-DIGEST of a data set beside runs; `.` and 12 more digits say which test part or groups of it are meant.
STORED_NAME = re.compile(r"([a-z0-9][a-z0-9_-]{0,34}-[0-9a-f]{12})(?:\.([0-9a-f]{12}))?")
FILES = 20  # named in an origin
NOTHING_ASKED = Asked()


def load_dataset(
    name: AnyPath, asked: Asked = NOTHING_ASKED, *, root: AnyPath | None = None, test_data: AnyPath | None = None
) -> Dataset:
    """The data set of a name or a path; `test_data` is a second path, whose samples become its given test part.

    The names of bundled data sets win; what has a separator or a suffix, or exists, is a path; `NAME-DIGEST` is looked
    up beside the runs of `root`; `NAME` or `NAME:WHERE` is an installed reader. InputError when there is none, or when
    it cannot be read.
    """
    text = os.fspath(name)
    if isinstance(name, str) and text in BUNDLED:
        _refuse_settings(text, asked, test_data, f"the same without it, or ./{text} for a file")
        return load_bundled(text)
    path = _path_of(name, root)
    return _from_plugin(text, asked, test_data) if path is None else _from_files(path, asked, test_data)


def _refuse_settings(name: str, asked: Asked, test_data: AnyPath | None, attempt: str) -> None:
    """InputError for a setting that says how a file is read, where none is."""
    given = {**asked.given(), **({"test_data": test_data} if test_data is not None else {})}
    for setting, value in given.items():
        shown = option(setting, ",".join(map(str, value)) if isinstance(value, tuple) else str(value))
        expected = f"no {option(setting)}, which means nothing for it"
        raise InputError(explain(name, expected, shown, attempt))


def _path_of(name: AnyPath, root: AnyPath | None) -> Path | None:
    """The file or folder that was meant; None for a word that is not one."""
    text = os.fspath(name)
    path = as_path(name)
    if os.path.lexists(path):
        return path
    if isinstance(name, str) and root is not None and (stored := STORED_NAME.fullmatch(text)):
        files = sorted((as_path(root) / "datasets").glob(f"{stored[1]}*.json"))
        if files:
            return files[0]
        came, attempt = "none", "the path of the file"
        raise InputError(explain(option("dataset", text), f"it in {as_path(root) / 'datasets'}", came, attempt))
    windows = re.match(r"[A-Za-z]:[\\/]", text) is not None
    if isinstance(name, str) and not windows and re.fullmatch("[a-z0-9][a-z0-9_-]*(:.*)?", text, re.DOTALL):
        return None
    if isinstance(name, str) and not windows and os.sep not in text and "." not in text and "\\" not in text:
        return None
    near = _beside(path)
    raise InputError(explain(show(text), "a file or a folder", "none there", near))


def _beside(path: Path) -> str:
    """What to try in place of a path that is not there: a name like it, or where the path stops being right."""
    for place in path.parents:
        if place.is_dir():
            if place == path.parent:
                word = nearest(path.name, sorted(each.name for each in place.iterdir())[:2000])
                return str(place / word) if word else f"one that is in {place.absolute()}"
            return f"a path in {place.absolute()}"
    return "another path"


def _from_files(path: Path, asked: Asked, test_data: AnyPath | None) -> Dataset:
    kind, found = read_file(path, asked)
    source = Source(path.resolve().name if path.name in {"", ".."} else path.name, READERS[kind].settings)
    if test_data is not None:
        found = _with_test_data(kind, found, source, as_path(test_data), asked)
    found = _without_gaps(found, asked)
    files = [{**each, "name": clean_text(each["name"], limits.FILE_NAME) or "data"} for each in found.files[:FILES]]
    origin: dict[str, Any] = {"format": kind, "files": files, "options": _listed(asked)}
    dataset = judge(found, source, origin=origin)
    _require_whole(found, dataset, source)
    return dataset


def _require_whole(found: Found, dataset: Dataset, source: Source) -> None:
    """InputError where a file states another digest than its data have."""
    if found.sha256 is not None and dataset.sha256 != found.sha256:
        expected, came = f"data with the sha256 {found.sha256[:12]}, as it says", dataset.sha256[:12]
        raise unreadable(source.file, expected, came, "another copy of it")


def _listed(asked: Asked) -> dict[str, Any]:
    given = asked.given().items()
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in given}
    return {name: clean_text(value) if isinstance(value, str) else value for name, value in plain.items()}


def _with_test_data(kind: str, found: Found, source: Source, path: Path, asked: Asked) -> Found:
    if found.held_out is not None:
        expected, came = "data without a test part of its own", "one that has it"
        raise InputError(explain(option("test_data"), expected, came, f"the same without {option('test_data')}"))
    other, test = read_file(path, asked, beside=(kind, found))
    if test.held_out is not None:
        raise InputError(explain(option("test_data"), "one part", f"two in {path.name}", "the file of the test part"))
    for each, place in ((found, source), (test, Source(path.name, READERS[other].settings))):
        if each.sha256 is not None:  # what both make together has another
            _require_whole(each, judge(each, place), place)
    return joined(found, test, path.name)


def _without_gaps(found: Found, asked: Asked) -> Found:
    """Without the rows that lack a value, where that was asked."""
    if asked.missing != "drop":
        return found
    arrays: dict[str, NDArray[Any]] = {}
    for name in ("samples", "labels", "groups", "held_out"):
        if getattr(found, name) is not None:
            arrays[name] = np.asarray(getattr(found, name))
    if len({len(array) for array in arrays.values()}) > 1:
        return found  # the judge says so
    rows = np.any([gaps(array) for array in arrays.values()], axis=0)
    count = int(np.count_nonzero(rows))
    if not count:
        return found
    if count == len(rows):
        expected, came = "rows without gaps left to train on", "a gap in every row"
        raise InputError(explain(option("missing", "drop"), expected, came, "a file without that column"))
    kept: dict[str, Any] = {name: array[~rows] for name, array in arrays.items()}
    remark = f"{count:,} {'row' if count == 1 else 'rows'} with gaps dropped."
    return replace(found, **kept, note=f"{found.note} {remark}".strip(), sample_names=None)


def _from_plugin(text: str, asked: Asked, test_data: AnyPath | None) -> Dataset:
    reader, colon, where = text.partition(":")
    try:
        if reader in BUNDLED:  # the names of ours are not theirs
            raise LookupError(reader)
        read = load_plugin(PLUGINS, reader)
    except LookupError:
        known = [*BUNDLED, *(name for name in plugin_names(PLUGINS) if name not in BUNDLED)]
        expected = f"one of {', '.join(known)}, or a file or a folder"
        meant = nearest(reader, known)
        attempt = option("dataset", f"{meant}{colon}{where}" if meant and meant not in BUNDLED else meant or "digits")
        raise InputError(explain(option("dataset"), expected, show(text), attempt)) from None
    _refuse_settings(f"reader {reader}", asked, test_data, "the same without it")
    try:
        data = read(where)
    except (InputError, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        problem = explain(f"reader {reader}", f"to read {show(where)}", raised(error), "another file")
        raise InputError(problem) from error
    if not isinstance(data, Dataset):
        came = f"a {type(data).__name__}"
        raise InputError(explain(f"reader {reader}", "a digit_classifier.Dataset", came, "another version of it"))
    return _judged_again(data, reader)


def _judged_again(data: Dataset, reader: str) -> Dataset:
    """The data set of a plugin, which need not have come from `from_arrays`."""
    names = ("labels", "class_names", "feature_names", "groups", "held_out", "max_value")
    texts = ("name", "title", "source", "note")
    fields = {key: getattr(data, key) for key in (*names, *texts)}
    tone = None if data.is_table else data.tone
    found = Found(data.samples, **fields, tone=tone, channels="first")
    return judge(found, Source(f"reader {reader}"))
