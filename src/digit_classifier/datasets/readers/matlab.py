"""MAT files of versions 4 to 7: matrices of numbers and characters, and cell arrays of texts.

Read here and not by SciPy, whose reader takes what a file says of itself on trust: a broken one can end the process.
The format: MathWorks, MAT-File Format (R2023b).
"""

from __future__ import annotations

import zlib
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from digit_classifier.datasets import limits
from digit_classifier.datasets.readers.files import read_content, readable_name, stem_of, too_large, unreadable
from digit_classifier.datasets.readers.roles import found_in
from digit_classifier.errors import show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from digit_classifier.datasets.readers import Asked, Found

HEADER = 128  # bytes before the first element of version 5
MATRIX, PACKED = 14, 15  # types of elements that hold others
TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8", 16: "u1", 17: "u2"}
UTF8 = 16
CELL, CHAR, OPAQUE = 1, 4, 17  # classes of matrices; those of numbers are between, that of objects has no size
NUMBERS = range(6, 16)
TYPES4 = ("f8", "f4", "i4", "i2", "u2", "u1")  # of version 4
SAVE = "save('data.mat', 'X', 'y', '-v7') of arrays"


class _Element(NamedTuple):
    kind: int
    data: memoryview


class _TornError(ValueError):
    """What the file says of itself cannot be."""


def read_matlab(path: Path, asked: Asked) -> Found:
    """Matrices called X and y and the like; the samples first or, as MATLAB has them, last."""
    content = read_content(path)
    try:
        arrays = _version5(content.data) if content.data.startswith(b"MATLAB 5.0") else _version4(content.data)
    except (_TornError, zlib.error) as error:
        raise unreadable(path.name, "a whole MAT file", show(str(error)), SAVE) from error
    found = found_in(path, {name: array.shape for name, array in arrays.items()}, arrays.__getitem__, asked)
    found.name = stem_of(path)
    found.title, found.files = readable_name(found.name), [content.file]
    if found.labels is not None and found.labels.ndim == 2 and 1 in found.labels.shape:
        found.labels = found.labels.ravel()
    return found


def _version4(data: bytes) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    at = 0
    while at < len(data):
        kind, rows, columns, imaginary, length = (_number(data, at + 4 * place, "little") for place in range(5))
        start = at + 20 + length
        if kind >= 60 or kind % 10 > 1 or length > 64:
            raise _TornError("a matrix of another kind")
        dtype = np.dtype("<" + TYPES4[kind // 10])
        size = rows * columns * dtype.itemsize
        values = _values(memoryview(data)[start : start + size], dtype, (rows, columns))
        name = data[at + 20 : start].rstrip(b"\0").decode("ascii", "replace")
        found[name] = _characters(values) if kind % 10 else values
        at = start + size * (2 if imaginary else 1)
    return found


def _version5(data: bytes) -> dict[str, NDArray[Any]]:
    order = "little" if data[126:128] == b"IM" else "big"
    found: dict[str, NDArray[Any]] = {}
    room = limits.FILE_BYTES
    for element in _elements(memoryview(data)[HEADER:], order):
        inner = element
        if element.kind == PACKED:
            unpacked = zlib.decompressobj().decompress(element.data, room + 1)
            room -= len(unpacked)
            if room < 0:
                raise too_large("a MAT file", "unpacked ")
            inner = next(_elements(memoryview(unpacked), order), element)
        if inner.kind == MATRIX:
            name, values = _matrix(inner.data, order)
            if values is not None:
                found[name] = values
    return found


def _elements(data: memoryview, order: Any) -> Iterator[_Element]:
    """The elements that follow each other; a small one has its size and its data in one word each."""
    at = 0
    while at + 8 <= len(data):
        kind, size = _number(data, at, order), _number(data, at + 4, order)
        start, room = at + 8, size if kind == PACKED else (size + 7) // 8 * 8
        if kind >> 16:
            kind, size, start, room = kind & 0xFFFF, kind >> 16, at + 4, 4
        if start + size > len(data):
            raise _TornError(f"{size:,} bytes promised, {len(data) - start:,} there")
        yield _Element(kind, data[start : start + size])
        at = start + room


def _matrix(data: memoryview, order: Any) -> tuple[str, NDArray[Any] | None]:
    """The name of a matrix, and its values if they are numbers or texts."""
    if not data:
        return "", np.empty((0, 0))
    parts = _elements(data, order)
    flags, sides, name = (next(parts, _Element(0, memoryview(b""))) for _ in range(3))
    if len(flags.data) >= 8 and _number(flags.data, 0, order) & 0xFF == OPAQUE:
        return "", None
    if len(flags.data) < 8 or len(sides.data) % 4 or sides.kind != 5:
        raise _TornError("a matrix without its size")
    shape = tuple(_number(sides.data, at, order) for at in range(0, len(sides.data), 4))
    kind, title = _number(flags.data, 0, order) & 0xFF, bytes(name.data).decode("ascii", "replace")
    if kind == CELL:
        return title, _cells(parts, shape, order)
    if kind != CHAR and kind not in NUMBERS:
        return title, None
    part = next(parts, None)
    if part is None or part.kind not in TYPES:
        raise _TornError("a matrix without values")
    dtype = np.dtype(TYPES[part.kind]).newbyteorder("<" if order == "little" else ">")
    if part.kind == UTF8 and not bytes(part.data).isascii():
        part, dtype = _Element(UTF8, _code_points(part.data)), np.dtype("<u4")
    values = _values(part.data, dtype, shape)
    return title, _characters(values) if kind == CHAR else values


def _cells(parts: Iterator[_Element], shape: tuple[int, ...], order: Any) -> NDArray[Any]:
    """A cell array of texts and numbers, as objects; what is neither is a gap."""
    cells: list[Any] = []
    for part in parts:
        values = _matrix(part.data, order)[1] if part.kind == MATRIX and not _holds_cells(part.data, order) else None
        cells.append(values.ravel()[0] if values is not None and values.size == 1 else None)
        if len(cells) > limits.NUMBERS:
            break
    if len(cells) != prod(shape):
        raise _TornError(f"{len(cells):,} cells, not {prod(shape):,}")
    texts = np.empty(len(cells), object)
    texts[:] = [str(cell) if isinstance(cell, np.str_) else cell for cell in cells]
    return texts.reshape(shape, order="F")


def _holds_cells(data: memoryview, order: Any) -> bool:
    """Whether it is a cell array again, which could go on without end."""
    return len(data) >= 12 and _number(data, 8, order) & 0xFF == CELL


def _values(data: memoryview, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if len(shape) > 8 or prod(shape) * dtype.itemsize != len(data):
        raise _TornError(f"{len(data):,} bytes for {prod(shape) * dtype.itemsize:,}")
    return np.frombuffer(data, dtype).reshape(shape, order="F")


def _code_points(data: memoryview) -> memoryview:
    """The characters of UTF-8, four bytes each."""
    try:
        return memoryview(bytes(data).decode("utf-8").encode("utf-32-le"))
    except UnicodeDecodeError as error:
        raise _TornError("characters of another encoding") from error


def _characters(codes: NDArray[Any]) -> NDArray[Any]:
    """Rows of characters as texts, without the blanks at their ends."""
    if codes.ndim != 2 or not codes.size or codes.shape[0] > limits.SAMPLES:
        return np.empty((0,), "U1")
    plain = codes.astype(np.float64)
    if not ((plain >= 0) & (plain < 0x110000) & ((plain < 0xD800) | (plain > 0xDFFF))).all():
        raise _TornError("characters of another encoding")
    texts = np.ascontiguousarray(plain.astype(np.uint32)).view(f"U{codes.shape[1]}")
    return np.char.strip(texts[:, 0])


def _number(data: bytes | memoryview, at: int, order: Any) -> int:
    return int.from_bytes(data[at : at + 4], order)
