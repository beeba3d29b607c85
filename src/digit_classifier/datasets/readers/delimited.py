"""Delimited text: comma, semicolon, tab, bar or blanks between cells; with names in the first line, or without."""

from __future__ import annotations

import warnings
from functools import cached_property
from itertools import islice
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
from digit_classifier.datasets.readers.dialect import (
    THOUSANDS,
    Dialect,
    dialect_of,
    is_gap_cell,
    is_number,
    number_of,
    rows_of_cells,
)
from digit_classifier.datasets.readers.files import read_content, readable_name, stem_of, unreadable
from digit_classifier.datasets.readers.unnamed import label_without_names, others_to_predict
from digit_classifier.errors import option, show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from digit_classifier.datasets.readers import Asked

HEAD = 1000  # rows that tell what a column holds, if they are not very wide
WHOLE = (np.uint8, np.int64)  # the first is by far the fastest, and fails at the first other cell


def read_delimited(path: Path, asked: Asked) -> Found:
    """A table of features, or of the pixels of images, with a column of labels."""
    content = read_content(path)
    rows = _rows_of(content.data, path.name)
    dialect = dialect_of(content.data, path.name)
    check_width(dialect.width, path.name)
    if min(rows, limits.SAMPLES) * dialect.width > 2 * limits.NUMBERS:
        came = f"{rows:,} rows of {dialect.width:,}"
        raise unreadable(path.name, f"at most {limits.NUMBERS:,} numbers", came, "a part of it")
    table = _Table(path.name, content.data, dialect, labels=asked.labels)
    if asked.size is not None and not dialect.headed:
        spare = dialect.width - len(_empty(table)) - asked.size
        label, group, taken = None, None, {*others_to_predict(table.head, table.texts, asked, spare, path.name)}
    else:
        label, group = _label(table, asked), column_asked(asked, "group_column", dialect.names, path.name)
        taken = {index for index in (label, group) if index is not None}
    indexes = [index for index in _indexes(table) if index not in taken]
    asked_for = asked_features(asked, dialect.names) if dialect.headed else None
    if asked_for is None:
        taken |= {*indexes}
        empty = [index for index in _empty(table) if index not in taken]
        of_text = [index for index in _texts(table) if index not in (*taken, *empty)]
        features = [index for index in range(dialect.width) if index not in (*taken, *empty, *of_text)]
    else:
        indexes, empty, of_text, features = [], [], [], asked_for
    if not features:
        raise _no_features(table, of_text)
    samples, texts = table.columns(features, [index for index in (label, group) if index is not None])
    found = Found(samples, name=stem_of(path), title=readable_name(stem_of(path)), files=[content.file])
    if label is not None:
        found.labels = plain_labels(texts[label], decimal_comma=dialect.decimal_comma)
        found.label_column = dialect.names[label] if dialect.headed else str(label + 1)
        found.label_gap = table.gap_words.get(label, "")
    if group is not None:
        found.groups = plain_labels(texts[group], decimal_comma=dialect.decimal_comma)
    found.sample_names = [f"{path.name} row {row}" for row in range(1, len(samples) + 1)]
    found.feature_names = [dialect.names[index] for index in features] if dialect.headed else None
    left_out = {"it numbers the rows": indexes, "it is text": of_text, "it is empty": empty}
    found.note = _note(dialect, label, left_out, guessed=asked.label_column is None)
    return as_images(found, asked, path.name, headed=dialect.headed)


class _Table:
    """The rows of a file, read as fast as what is in them allows."""

    def __init__(self, where: str, data: bytes, dialect: Dialect, *, labels: bool) -> None:
        self.where, self.data, self.dialect, self.labels = where, data, dialect, labels
        self.gap_words: dict[int, str] = {}  # of columns of texts: the first that says there is no value

    def columns(self, features: list[int], others: list[int]) -> tuple[NDArray[Any], dict[int, list[str | None]]]:
        """Features as numbers (n, features), NaN in gaps; other columns as texts, None in gaps."""
        samples = None if self.dialect.slow else self.fast(features)
        if samples is None:
            return self.cell_by_cell(features, others)
        texts = {}
        for column in others:
            values = self.fast([column])
            if values is not None and values.dtype.kind in "iu":
                texts[column] = [str(value) for value in values[:, 0].tolist()]
        if len(texts) == len(others) and all(len(each) == len(samples) for each in texts.values()):
            return samples, {column: list(values) for column, values in texts.items()}
        return samples, {**self.cell_by_cell([], others)[1]}

    def fast(self, columns: list[int]) -> NDArray[Any] | None:
        """Numbers without gaps by NumPy's own reader; None for anything else."""
        dialect = self.dialect
        if dialect.quoted and not self.rows:
            return None
        fractions = any("." in row[at] for row in self.head[:50] for at in columns)
        for dtype in (np.float64,) if fractions else WHOLE:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # some are only warned of: whole numbers written as 1.0
                try:
                    return np.loadtxt(
                        self.even_lines(),
                        dtype,
                        delimiter=dialect.delimiter,
                        comments=None,
                        quotechar='"' if dialect.quoted else None,
                        usecols=columns,
                        ndmin=2,
                    )
                except (ValueError, Warning, OverflowError):
                    continue
        return None

    def even_lines(self) -> Iterator[str]:
        """The lines of the rows; ValueError for one with other cells, of which NumPy would drop the last."""
        lines, mark, width = self.dialect.lines(self.data), self.dialect.delimiter, self.dialect.width
        if self.dialect.headed:
            next(lines)
        if self.dialect.quoted:  # its rows were counted
            yield from lines
        for line in lines:
            cells = line.count(mark) + 1 if mark else len(line.split())
            if cells != width and line.strip() and not (self.dialect.end and cells == width + 1):
                raise ValueError("a row with other cells")
            yield line

    def cell_by_cell(self, features: list[int], others: list[int]) -> tuple[NDArray[Any], dict[int, list[str | None]]]:
        """The same for any text; InputError names the cell that is no number, or the line that is no row."""
        parts: list[NDArray[Any]] = []
        texts: dict[int, list[str | None]] = {column: [] for column in others}
        for line, cells in self.dialect.rows(self.data, self.where):
            if features:
                parts.append(self.numbers(cells, features, line))
            for column, values in texts.items():
                word = cells[column].strip()
                values.append(None if is_gap_cell(word) else word)
                if values[-1] is None and word:
                    self.gap_words.setdefault(column, word)
        if features and not parts:
            raise unreadable(self.where, "rows of data", "none", "another file")
        return (np.stack(parts) if parts else np.empty((0, 0))), texts

    def numbers(self, cells: list[str], features: list[int], line: int) -> NDArray[Any]:
        row = [cells[at] for at in features]
        if not self.dialect.slow and "_" not in "".join(row):  # Python takes 1_000 for a number
            try:
                return np.array(list(map(float, row)))
            except ValueError:
                pass
        return np.array([self.number(cell, line, at) for cell, at in zip(row, features, strict=True)])

    def number(self, cell: str, line: int, column: int) -> float:
        if is_gap_cell(cell):
            return np.nan
        comma = self.dialect.decimal_comma
        value = number_of(cell, decimal_comma=comma)
        thousands = comma and "." in cell and THOUSANDS.fullmatch(cell.strip())
        if value is None or thousands:
            name = self.dialect.names[column]
            where = f"{self.where}: line {line}, column {show(name)}"
        if thousands:
            expected, came = "a number with a decimal comma", f"{show(cell.strip())}, which may be thousands"
            raise unreadable(where, expected, came, "numbers without points")
        if value is None:
            attempt = f"{option('label_column', name)} if that is the class, or a file without that column"
            attempt = attempt if self.labels else "a number there"
            raise unreadable(where, "a number", show(cell.strip()), attempt)
        return value

    @cached_property
    def head(self) -> list[list[str]]:
        """The first rows as texts, fewer of them where they are wide."""
        most = rows_of_cells(self.dialect.width, HEAD)
        return [cells for _, cells in islice(self.dialect.rows(self.data, self.where), most)]

    @cached_property
    def ends(self) -> list[tuple[str, str]]:
        """The first and the last cell of the first rows, however wide they are."""
        rows = islice(self.dialect.rows(self.data, self.where), HEAD)
        return [(cells[0], cells[-1]) for _, cells in rows]

    @cached_property
    def rows(self) -> int:
        """How many there are; InputError for one with other cells."""
        return sum(1 for _ in self.dialect.rows(self.data, self.where))

    @cached_property
    def texts(self) -> list[bool]:
        """Which columns have text there."""
        return [any(not is_number(row[at]) for row in self.head) for at in range(self.dialect.width)]


def _label(table: _Table, asked: Asked) -> int | None:
    dialect = table.dialect
    asked_for = column_asked(asked, "label_column", dialect.names, table.where)
    if asked_for is not None:
        return asked_for
    if not table.head:
        raise unreadable(table.where, "rows of data", "none", "another file")
    if dialect.headed:
        found = named_label(dialect.names, lambda: table.texts, table.where)
        if found is None and asked.labels and not _are_pixels(dialect):
            shown = ", ".join(map(show, dialect.names[:8])) + (", …" if dialect.width > 8 else "")
            raise unreadable(table.where, "a column named label or class", shown, option("label_column", "NAME"))
        return found
    if not asked.labels:
        return next((at for at, is_text in enumerate(table.texts) if is_text), None)
    return label_without_names(table.ends, table.texts, table.where)


def _are_pixels(dialect: Dialect) -> bool:
    from digit_classifier.datasets.readers.columns import PIXEL

    return all(PIXEL.fullmatch(name) for name in dialect.names)


def _indexes(table: _Table) -> list[int]:
    dialect = table.dialect
    if not dialect.headed:
        return []
    return [at for at, name in enumerate(dialect.names) if is_index(at, name, [row[at] for row in table.head])]


def _texts(table: _Table) -> list[int]:
    """Columns with names that hold nothing but texts and gaps: no features, and no slips of the pen either."""
    dialect = table.dialect
    if not dialect.headed:
        return []
    return [
        at
        for at in range(dialect.width)
        if (cells := [row[at] for row in table.head if not is_gap_cell(row[at])])
        and all(number_of(cell, decimal_comma=dialect.decimal_comma) is None for cell in cells)
    ]


def _empty(table: _Table) -> list[int]:
    """Columns without any value, such as one that a delimiter at the end of the names makes."""
    head = table.head
    columns = [at for at in range(table.dialect.width) if head and all(is_gap_cell(row[at]) for row in head)]
    for _, cells in table.dialect.rows(table.data, table.where):
        if not columns:
            break
        columns = [at for at in columns if is_gap_cell(cells[at])]
    return columns


def _no_features(table: _Table, of_text: list[int]) -> Exception:
    names = ", ".join(show(table.dialect.names[at]) for at in of_text[:6])
    came = f"only text in {names}" if of_text else "none"
    attempt = "numbers in place of the texts" if of_text else "another file"
    return unreadable(table.where, "columns of numbers beside the label", came, attempt)


def _rows_of(data: bytes, where: str) -> int:
    """How many lines there are; some may be blank, and the judge counts what is left."""
    rows = data.count(b"\n" if b"\n" in data[: limits.LINE_BYTES] else b"\r")
    if rows > 4 * limits.SAMPLES:
        raise unreadable(where, f"at most {limits.SAMPLES:,} rows", f"{rows:,} lines", "a part of it")
    return rows


def _note(dialect: Dialect, label: int | None, left_out: dict[str, list[int]], *, guessed: bool) -> str:
    remarks = []
    if label is not None and guessed:
        which = show(dialect.names[label]) if dialect.headed else f"{label + 1} of {dialect.width}"
        remarks.append(f"The class is column {which}.")
    for why, columns in left_out.items():
        remarks.append(left_out_remark([dialect.names[at] for at in columns], why))
    if dialect.decimal_comma:
        remarks.append("Decimal commas were read as points.")
    if dialect.encoding not in {"ascii", "utf-8-sig"}:
        remarks.append(f"Read as {dialect.encoding}.")
    return " ".join(filter(None, remarks))
