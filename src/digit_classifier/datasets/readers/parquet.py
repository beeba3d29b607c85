"""Parquet, as Hugging Face exports data sets: columns of numbers, or of pictures, beside a column of labels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import limits
from digit_classifier.datasets.readers import Found
from digit_classifier.datasets.readers.columns import (
    as_images,
    asked_features,
    check_width,
    column_asked,
    is_index,
    left_out_remark,
    named_label,
    plain_labels,
)
from digit_classifier.datasets.readers.files import read_content, readable_name, stem_of, unreadable
from digit_classifier.datasets.readers.pictures import decode_picture, one_form
from digit_classifier.errors import InputError, explain, option, show

if TYPE_CHECKING:
    from pathlib import Path

    from digit_classifier.datasets.readers import Asked

INSTALL = "pip install 'digit-classifier[parquet]'"


def read_parquet(path: Path, asked: Asked) -> Found:
    """A table of features, or pictures in one column; the names of classes are those in the file's metadata."""
    content = read_content(path)
    table = _table(content.data, path.name)
    names = list(table.column_names)
    check_width(len(names), path.name)
    columns = [table.column(at) for at in range(len(names))]
    label = _label(names, columns, asked, path.name)
    group = column_asked(asked, "group_column", names, path.name)
    found = Found(None, name=stem_of(path), title=readable_name(stem_of(path)), files=[content.file])
    found.sample_names = [f"{path.name} row {row}" for row in range(1, table.num_rows + 1)]
    if label is not None and asked.labels:
        found.labels, found.label_column = _values(columns[label], names[label], path.name), names[label]
        found.class_names = _class_names(table.schema.metadata or {}, names[label])
    if group is not None and asked.labels:
        found.groups = _values(columns[group], names[group], path.name)
    needed = asked_features(asked, names)
    rest = [at for at in range(len(names)) if at not in (label, group)] if needed is None else needed
    pictures = [at for at in rest if _is_picture(columns[at].type)]
    if pictures:
        return _of_pictures(found, columns[pictures[0]], path.name, asked)
    return _of_numbers(found, names, columns, rest, asked, path.name)


def _table(data: bytes, where: str) -> Any:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise InputError(explain(where, "the package pyarrow, for Parquet", "none", INSTALL)) from error
    try:
        file = parquet.ParquetFile(pyarrow.BufferReader(data))
        about = file.metadata
        size = sum(about.row_group(at).total_byte_size for at in range(about.num_row_groups))
        if about.num_rows > limits.SAMPLES or size > limits.FILE_BYTES:
            came = f"{about.num_rows:,} rows, {size // 2**20:,} MiB unpacked"
            most = f"at most {limits.SAMPLES:,} rows and {limits.FILE_BYTES // 2**20:,} MiB"
            raise unreadable(where, most, came, "a part of it")
        return file.read()
    except (InputError, MemoryError):
        raise
    except Exception as error:  # Arrow raises whatever it meets in a broken file
        raise unreadable(where, "a whole Parquet file", show(str(error)), "to download it again") from error


def _label(names: list[str], columns: list[Any], asked: Asked, where: str) -> int | None:
    asked_for = column_asked(asked, "label_column", names, where)
    if asked_for is not None:
        return asked_for
    found = named_label(names, lambda: [_is_text(column.type) for column in columns], where)
    if found is None and asked.labels:
        shown = ", ".join(map(show, names[:8]))
        raise unreadable(where, "a column named label or class", shown, option("label_column", "NAME"))
    return found


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind))


def _is_picture(kind: Any) -> bool:
    from pyarrow import types

    if types.is_struct(kind):
        return any(kind.field(at).name == "bytes" for at in range(kind.num_fields))
    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _values(column: Any, name: str, where: str) -> Any:
    """One value of each row, or one list of as many numbers; InputError for lists of other kinds."""
    from pyarrow import types

    values = column.to_pylist()
    if any(isinstance(value, str) for value in values):
        return plain_labels([None if value is None else str(value) for value in values])
    try:
        array = np.array([np.nan if value is None else value for value in values])
    except ValueError:  # lists of several lengths
        array = np.empty(0, object)
    if types.is_nested(column.type) and array.dtype.kind not in "biuf":
        place = f"{where}: column {show(name)}"
        raise unreadable(place, "one value in each row", f"{column.type}"[:60], "another column")
    return array


def _class_names(metadata: dict[bytes, bytes], label: str) -> list[str] | None:
    """The names in Hugging Face's description of the features; none where there is no such thing."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"]
        names = features[label].get("names")
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return [str(name) for name in names] if isinstance(names, list) else None


def _of_pictures(found: Found, column: Any, where: str, asked: Asked) -> Found:
    pictures, total = [], 0
    for row, value in enumerate(column.to_pylist(), 1):
        data = value.get("bytes") if isinstance(value, dict) else value
        if not data:
            raise unreadable(f"{where}: row {row}", "a picture", "none", "a file with the pictures in it")
        pixels = decode_picture(data, f"{where}: row {row}", asked.image_size)
        pictures.append(pixels if asked.prepared is None else asked.prepared(pixels, f"{where} row {row}"))
        total += pictures[-1].size
        if total > limits.NUMBERS:
            raise unreadable(where, f"at most {limits.NUMBERS:,} numbers", "more", "a part of it")
    if not pictures:
        raise unreadable(where, "rows of data", "none", "another file")
    found.samples, found.tone = pictures, "light"
    if asked.labels:
        found.samples, remark = one_form(pictures, found.sample_names or [], where)
        found.channels = "last" if found.samples.ndim == 4 else None
        found.note = remark
    return found


def _of_numbers(found: Found, names: list[str], columns: list[Any], rest: list[int], asked: Asked, where: str) -> Found:
    from pyarrow import types

    values, kept = [], []
    of_text = [names[at] for at in rest if _is_text(columns[at].type)]
    found.note = f"{found.note} {left_out_remark(of_text, 'it is text')}".strip()
    for at in rest:
        kind = columns[at].type
        if names[at] in of_text:
            continue
        if columns[at].null_count == len(columns[at]) and asked.features is None:
            found.note = f"{found.note} {left_out_remark([names[at]], 'it is empty')}".strip()
            continue
        if not (types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_decimal(kind)):
            attempt = f"{option('label_column', names[at])} if that is the class, or a file without that column"
            raise unreadable(f"{where}: column {show(names[at])}", "numbers", f"{kind}"[:60], attempt)
        column = columns[at].to_numpy()
        if column.dtype == object:
            column = np.array([np.nan if each is None else float(each) for each in column])
        if asked.features is None and is_index(at, names[at], column):
            found.note = f"{found.note} {left_out_remark([names[at]], 'it numbers the rows')}".strip()
            continue
        values.append(column)
        kept.append(names[at])
    if not values:
        raise unreadable(where, "columns of features beside the label", "none", "another file")
    found.samples, found.feature_names = np.column_stack(values), kept
    return as_images(found, asked, where, headed=True)
