"""How a text file writes its cells: characters, delimiter, names in the first line, decimal point or comma."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from digit_classifier.datasets import limits
from digit_classifier.datasets.readers.columns import check_width
from digit_classifier.datasets.readers.files import unreadable
from digit_classifier.errors import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

DELIMITERS = ("\t", ";", "|", ",", None)  # None: any number of blanks
GAPS = frozenset(("", "na", "n/a", "#na", "#n/a", "<na>", "nan", "null", "none", "?", "."))
SWITCHES = {"true": 1.0, "false": 0.0}
PIECE = 2**20  # bytes decoded at a time
LOOKED_AT = 200  # lines that show how the file is written, if they are not very wide
FEWEST, CELLS = 20, 2_000_000  # so many rows are looked at in any case, and more of so many cells in all
CELL = 100_000  # characters
COUNTED = 6  # so many whole numbers in order are the names of columns
SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)  # Excel's line that says what parts the cells
QUOTED = re.compile(r'"((?:[^"]|"")*)"|(\S+)')  # a cell between blanks
APART = re.compile(rb'[,;\t|] +"')  # NumPy takes such a quote for a part of the cell
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}([.,]\d{3})+")
COMMENT = re.compile(r"\s*[#%]+\s?")


@dataclass(frozen=True)
class Dialect:
    """How to read the rows of a file."""

    encoding: str
    delimiter: str | None
    names: list[str]  # of the columns: as in the first line, or 1, 2, …
    headed: bool  # whether the first line has names
    quoted: bool
    decimal_comma: bool
    apart: bool = False  # whether blanks stand between delimiters and quotes, or characters have several bytes
    skipped: int = 0  # lines before the first row
    end: bool = False  # whether a delimiter ends every row, and no cell follows it

    @property
    def width(self) -> int:
        """Columns."""
        return len(self.names)

    @property
    def slow(self) -> bool:
        """Whether numbers are written as NumPy does not read them."""
        return self.decimal_comma or (self.quoted and self.apart)

    def lines(self, data: bytes) -> Iterator[str]:
        """The lines of a file without those before its first row, their ends made one kind."""
        return islice(_lines(data, self.encoding), self.skipped, None)

    def rows(self, data: bytes, where: str) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of every row that is not blank; InputError for a row with other cells."""
        skipped = not self.headed
        for number, cells in _cells(self.lines(data), self.delimiter, where, self.skipped):
            if not any(cell.strip() for cell in cells):
                continue
            if not skipped:
                skipped = True
                continue
            if self.end and len(cells) == self.width + 1 and not cells[-1].strip():
                cells.pop()
            if len(cells) != self.width:
                expected, came = f"{self.width} cells, as in the first", f"{len(cells)}"
                raise unreadable(f"{where}: line {number}", expected, came, "a whole file, or another delimiter")
            yield number, cells


def dialect_of(data: bytes, where: str) -> Dialect:
    """How a file is written, judged by its first lines; InputError where it is no table."""
    encoding = _encoding(data, where)
    start = re.match(rb"\s*[^\r\n]*", data[: limits.LINE_BYTES])
    if start and len(start[0]) == limits.LINE_BYTES:
        raise unreadable(where, f"lines of at most {limits.LINE_BYTES // 2**20} MB", "a longer one", "another file")
    check_width(max(start[0].count(sign) for sign in (b",", b";", b"\t", b"|")) if start else 0, where)
    skipped, place, remark, given = _before(_lines(data, encoding))
    begin = next(islice(_lines(data, encoding), skipped, None), "")
    most = rows_of_cells(max(len(begin.split(sign)) for sign in DELIMITERS), LOOKED_AT)
    lines = [line for line in islice(_lines(data, encoding), skipped, skipped + 2 * most) if line.strip()][:most]
    if not lines:
        raise unreadable(where, "rows of data", "none", "another file")
    delimiter = given or _delimiter(lines)
    rows = [cells for _, cells in _cells(iter(lines), delimiter, where)]
    comma = delimiter in (";", "\t", None) and _has_decimal_commas([cell.strip() for row in rows for cell in row])
    named = _remarked_names(remark, delimiter, rows, where)
    if named:
        skipped, rows = place, [named, *rows]
    if len(rows) > 1 and len(rows[0]) == len(rows[1]) + 1 and not rows[0][-1].strip():  # a delimiter ends the names
        rows[0].pop()
    headed = bool(named) or _is_header(rows, decimal_comma=comma)
    first, end = _first_row([[cell.strip() for cell in row] for row in rows], headed=headed)
    places = range(1, len(first) + 1)
    if headed:  # the first may lack a name where it numbers the rows
        names = [name if name or at == 1 else f"column {at}" for name, at in zip(first, places, strict=True)]
    else:
        names = [str(at) for at in places]
    if len(names) < 2:
        raise unreadable(where, "columns between commas, semicolons, tabs or blanks", show(lines[0][:40]), "a CSV file")
    apart = encoding.startswith(("utf-16", "utf-32")) or APART.search(data) is not None
    return Dialect(encoding, delimiter, names, headed, b'"' in data, comma, apart, skipped, end)


def rows_of_cells(width: int, most: int) -> int:
    """How many rows of so many cells are looked at, at most: texts take fifty times the bytes that numbers take."""
    return max(FEWEST, min(most, CELLS // max(1, width)))


def _has_decimal_commas(cells: Sequence[str]) -> bool:
    """Whether numbers have commas for points: not where points are points, and each comma may part thousands."""
    commas = [cell for cell in cells if re.fullmatch(r"[-+]?\d+,\d+", cell)]
    points = any(re.fullmatch(r"[-+]?\d*\.\d+", cell) for cell in cells)
    return bool(commas) and not (points and all(THOUSANDS.fullmatch(cell) for cell in commas))


def _before(lines: Iterator[str]) -> tuple[int, int, str, str | None]:
    """How many lines stand before the rows, where the last remark among them is, its text, and a delimiter if named."""
    skipped, place, remark, given = 0, 0, "", None
    for line in islice(lines, LOOKED_AT):
        excel = SEPARATOR.fullmatch(line)
        if excel and given is None:
            given = excel[1]
        elif COMMENT.match(line):
            place, remark = skipped, line
        elif line.strip():
            break
        skipped += 1
    return skipped, place, remark, given


def _remarked_names(remark: str, delimiter: str | None, rows: Sequence[Sequence[str]], where: str) -> list[str]:
    """The names of columns in a remark before the rows, as NumPy writes them; empty where it has none.

    A mark before a delimiter is itself a name: `#,size,weight` numbers the rows. Words for gaps may be names, as `Na`.
    """
    rest = remark.lstrip().lstrip("#%")
    for text in (rest.lstrip(), rest):
        _, names = next(_cells(iter([text]), delimiter, where), (1, []))
        names = ["#", *names[1:]] if names and not names[0].strip() else names
        if len(names) == len(rows[0]) > 1 and all(name.strip() and number_of(name) is None for name in names):
            return names
    return []


def _first_row(rows: Sequence[list[str]], *, headed: bool) -> tuple[list[str], bool]:
    """The cells of the first row as the others have them, and whether a delimiter ends the rows.

    A delimiter may end the rows, the names, or both; R leaves out the name of the column that numbers the rows.
    """
    first, others = rows[0], rows[1:] if headed else rows
    widths = {len(row) for row in others}
    if len(widths) != 1 or not widths - {0, 1}:
        return first, False
    width = widths.pop()
    ended = all(not row[-1] for row in others)
    if ended and len(first) - width in ({-1, 0} if headed else {0}) and (len(first) < width or not first[-1]):
        return first[: width - 1], True
    if headed and len(first) == width - 1 and len({row[0] for row in others}) == len(others):
        return ["", *first], False
    return first, False


def _lines(data: bytes, encoding: str) -> Iterator[str]:
    return iter(io.TextIOWrapper(io.BytesIO(data), encoding, newline=None))


def is_gap_cell(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return cell.strip().lower() in GAPS


def number_of(cell: str, *, decimal_comma: bool = False) -> float | None:
    """The number in a cell; 1 and 0 for true and false; None for anything else."""
    text = cell.strip()
    if text.lower() in SWITCHES:
        return SWITCHES[text.lower()]
    try:
        return float((text.replace(",", ".") if decimal_comma else text) if "_" not in text else "no")
    except ValueError:
        return None


def is_number(cell: str) -> bool:
    """Whether a cell has a number, or says that there is none."""
    return is_gap_cell(cell) or number_of(cell, decimal_comma="," in cell) is not None


def _encoding(data: bytes, where: str) -> str:
    """Of the characters; InputError where they are of none."""
    if data[:4] in {codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE}:
        likely = ["utf-32"]
    elif data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        likely = ["utf-16"]
    elif b"\0" in data[:200]:
        likely = ["utf-16-be" if data[:1] == b"\0" else "utf-16-le"]
    else:
        likely = ["ascii"] if data.isascii() else ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in likely:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for first in range(0, len(data), PIECE):
                decoder.decode(data[first : first + PIECE], first + PIECE >= len(data))
        except UnicodeError:
            continue
        return encoding
    raise unreadable(where, "text of one encoding", f"something that is no {likely[0]}", "to save it as UTF-8")


def _cells(
    lines: Iterator[str], delimiter: str | None, where: str, skipped: int = 0
) -> Iterator[tuple[int, list[str]]]:
    if delimiter is None:
        for number, line in enumerate(lines, skipped + 1):
            words = QUOTED.finditer(line) if '"' in line else ()
            yield number, [word[2] or word[1].replace('""', '"') for word in words] if words else line.split()
        return
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    csv.field_size_limit(CELL)
    try:
        for cells in reader:
            yield skipped + reader.line_num, cells
    except csv.Error as error:
        place = f"{where}: line {skipped + reader.line_num}"
        raise unreadable(place, "cells of text", str(error)[:60], "a CSV file") from error


def _delimiter(lines: Sequence[str]) -> str | None:
    """The one that gives most lines the same number of cells, more than one; the first of equals."""
    best, most = DELIMITERS[-1], 0
    for delimiter in DELIMITERS:
        try:
            counts = Counter(len(cells) for _, cells in _cells(iter(lines), delimiter, ""))
        except ValueError:
            continue
        same = max((count for cells, count in counts.items() if cells > 1), default=0)
        if same > most:
            best, most = delimiter, same
    return best


def _is_header(rows: Sequence[Sequence[str]], *, decimal_comma: bool) -> bool:
    """Whether the first line has names: text over numbers, text that never comes again, or 0, 1, 2, …"""

    def numeric(cell: str) -> bool:
        return is_gap_cell(cell) or number_of(cell, decimal_comma=decimal_comma) is not None

    first, others = rows[0], [row for row in rows[1:] if len(row) == len(rows[0])]
    if not others:
        return not any(map(numeric, first))
    if _counts(first, others, numeric):
        return True
    for at, cell in enumerate(first):
        if not numeric(cell) and all(numeric(row[at]) for row in others):
            return True
    texts = [at for at, cell in enumerate(first) if not numeric(cell)]
    if len(texts) == len(first):
        return not any(first[at] == row[at] for row in others for at in texts)
    return False


def _counts(first: Sequence[str], others: Sequence[Sequence[str]], numeric: Callable[[str], bool]) -> bool:
    """Whether the first line counts 0, 1, 2, … or 1, 2, 3, … as pandas names columns, and is no row that does so.

    Before these names, pandas leaves that of its index blank; a gap may stand there, too.
    """
    few, certain = 1, False
    if not first[0].strip():
        index = [row[0].strip() for row in others]
        certain = index == [str(number) for number in range(len(index))]
        if not certain and (len(set(index)) < len(index) or not all(map(str.isdecimal, index))):
            return False
        few, first, others = 3, first[1:], [row[1:] for row in others]
    digits = [cell.strip() for cell in first if numeric(cell)]
    if len(digits) < max(2, len(first) - 1):
        return False
    if all(digits != [str(number) for number in range(start, start + len(digits))] for start in (0, 1)):
        return False
    if not certain and (len(others) < 2 or [cell.strip() for cell in others[0] if numeric(cell)] == digits):
        return False
    if len(digits) < len(first):
        at = next(at for at, cell in enumerate(first) if not numeric(cell))
        return all(row[at].strip() != first[at].strip() for row in others)
    pointed = len(first) >= few and any("." in cell for row in others for cell in row)
    return certain or pointed or len(first) >= COUNTED
