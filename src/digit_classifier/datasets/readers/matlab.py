"""MAT files of versions 4 to 7, by SciPy, from unpacked bytes whose number is known."""

from __future__ import annotations

import io
import warnings
import zlib
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import limits
from digit_classifier.datasets.judge.place import times
from digit_classifier.datasets.readers.files import read_content, readable_name, stem_of, unreadable
from digit_classifier.datasets.readers.roles import found_in
from digit_classifier.errors import loading, show

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from digit_classifier.datasets.readers import Asked, Found

HEADER = 128  # bytes of a file of version 5
COMPRESSED = 15
KINDS = {"cell", "char", "logical", "single", "double"} | {f"{u}int{n}" for u in ("", "u") for n in (8, 16, 32, 64)}
SAVE = "save('data.mat', 'X', 'y', '-v7') of arrays"


def read_matlab(path: Path, asked: Asked) -> Found:
    """Matrices called X and y and the like; the samples first or, as MATLAB has them, last."""
    content = read_content(path)
    with loading():
        from scipy import io as scipy_io
    data = _unpacked(content.data, path.name)

    def call(function: Any, **options: Any) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of names that come twice
                return function(io.BytesIO(data), **options)
        except MemoryError:
            raise
        except Exception as error:  # SciPy raises whatever it meets in a broken file
            came = show(f"{type(error).__name__}: {error}")
            raise unreadable(path.name, "a whole MAT file", came, SAVE) from error

    shapes = {name: shape for name, shape, kind in call(scipy_io.whosmat) if kind in KINDS}
    for name, shape in shapes.items():
        if any(side < 0 for side in shape) or prod(shape) > len(data):
            raise unreadable(f"{path.name}: {name}", f"{times(shape)} values, as it says", f"{len(data):,} bytes", SAVE)

    def read(name: str) -> NDArray[Any]:
        values = call(scipy_io.loadmat, variable_names=[name], chars_as_strings=True).get(name)
        if not isinstance(values, np.ndarray):
            raise unreadable(f"{path.name}: {name}", "a matrix", "something else", SAVE)
        return _texts(values) if values.dtype.kind == "O" else _trimmed(values)

    found = found_in(path, shapes, read, asked)
    found.name = stem_of(path)
    found.title, found.files = readable_name(found.name), [content.file]
    if found.labels is not None and found.labels.ndim == 2 and 1 in found.labels.shape:
        found.labels = found.labels.ravel()
    return found


def _trimmed(values: NDArray[Any]) -> NDArray[Any]:
    """Rows of characters have one length, and blanks at their ends."""
    return np.char.strip(values) if values.dtype.kind == "U" else values


def _texts(cells: NDArray[Any]) -> NDArray[Any]:
    """A cell array of texts as a flat array of them."""
    texts = np.empty(cells.size, object)
    texts[:] = [_text(cell) for cell in cells.ravel()]
    return texts


def _text(cell: Any) -> Any:
    return str(cell.ravel()[0]) if getattr(cell, "size", 0) == 1 else None


def _unpacked(data: bytes, where: str) -> bytes:
    """A file of version 5 with each packed element unpacked, in bounds; another as it is."""
    if not data.startswith(b"MATLAB 5.0") or len(data) < HEADER:
        return data
    order = "little" if data[126:128] == b"IM" else "big"
    parts, at, total = [data[:HEADER]], HEADER, 0
    while at + 8 <= len(data):
        kind, size = (int.from_bytes(data[here : here + 4], order) for here in (at, at + 4))  # type: ignore[arg-type]
        element = data[at : at + 8 + size]
        if kind == COMPRESSED:
            inflate = zlib.decompressobj()
            try:
                element = inflate.decompress(element[8:], limits.FILE_BYTES - total + 1)
            except zlib.error as error:
                raise unreadable(where, "a whole MAT file", show(str(error)), SAVE) from error
        total += len(element)
        if total > limits.FILE_BYTES:
            raise unreadable(where, f"at most {limits.FILE_BYTES // 2**20:,} MiB", "more unpacked", "a part of it")
        parts.append(element)
        at += 8 + size
    return b"".join(parts)
