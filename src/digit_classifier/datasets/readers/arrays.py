"""NPZ and NPY, NumPy's own files: no pickles, and no memory for what a header only promises."""

from __future__ import annotations

import io
import zipfile
import zlib
from math import prod
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets import limits
from digit_classifier.datasets.readers import Found
from digit_classifier.datasets.readers.columns import as_images
from digit_classifier.datasets.readers.files import read_content, readable_name, stem_of, unreadable
from digit_classifier.datasets.readers.roles import found_in
from digit_classifier.errors import InputError, show

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from digit_classifier.datasets.readers import Asked

MEMBERS = 1000  # arrays in a file
AS_TEXT = "np.savez with arrays of numbers or texts, no objects"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OverflowError)


def read_npz(path: Path, asked: Asked) -> Found:
    """Arrays called x and y, x_train, y_train, x_test and y_test, and the like."""
    content = read_content(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
            members = _members(archive, path.name)
            arrays = {name: _header_of(archive, member, path.name) for name, member in members.items()}

            def read(name: str) -> NDArray[Any]:
                with archive.open(members[name]) as file:
                    return _read_npy(file, members[name].file_size, f"{path.name}: {name}")

            found = found_in(path, arrays, read, asked)
    except InputError:
        raise
    except BROKEN as error:
        raise unreadable(path.name, "a whole NPZ file", show(str(error)), "to save it again") from error
    return _named(found, path, content.file)


def read_npy(path: Path, asked: Asked) -> Found:
    """One array: samples without labels."""
    content = read_content(path)
    samples = _read_npy(io.BytesIO(content.data), len(content.data), path.name)
    if not samples.ndim:
        raise unreadable(path.name, "an array of samples", "a single number", AS_TEXT)
    found = Found(samples, sample_names=[f"{path.name} {number}" for number in range(1, len(samples) + 1)])
    if samples.ndim == 2 and samples.size:
        found = as_images(found, asked, path.name, headed=False)
    return _named(found, path, content.file)


def _named(found: Found, path: Path, file: dict[str, Any]) -> Found:
    found.name = stem_of(path)
    found.title, found.files = readable_name(found.name), [file]
    return found


def _members(archive: zipfile.ZipFile, where: str) -> dict[str, zipfile.ZipInfo]:
    """The arrays by their names; InputError where they would take more than 1 GiB, as the directory says."""
    members = {each.filename.removesuffix(".npy"): each for each in archive.infolist() if each.filename[-1:] != "/"}
    if len(members) > MEMBERS:
        raise unreadable(where, f"at most {MEMBERS:,} arrays", f"{len(members):,}", "one data set in a file")
    total = sum(each.file_size for each in members.values())
    if total > limits.FILE_BYTES:
        came = f"{total // 2**20:,} MiB unpacked"
        raise unreadable(where, f"at most {limits.FILE_BYTES // 2**20:,} MiB", came, "a part of it")
    return members


def _header_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> tuple[int, ...]:
    with archive.open(member) as file:
        return _read_header(file, member.file_size, f"{where}: {member.filename.removesuffix('.npy')}")[0]


def _read_header(file: IO[bytes], size: int, where: str) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Shape, whether by columns, type, and where the values begin; InputError where so many bytes cannot be that."""
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_columns, dtype = read(file)
    except Exception as error:  # NumPy evaluates the header, and raises whatever it meets there
        raise unreadable(where, "an array that NumPy wrote", show(str(error)), "to save it again") from error
    if dtype.hasobject:
        raise unreadable(where, "an array of numbers or texts", "pickled objects, which can run code", AS_TEXT)
    if dtype.kind not in "biufUS" or dtype.itemsize == 0:
        raise unreadable(where, "an array of numbers or texts", f"one of {show(str(dtype))}", AS_TEXT)
    start = file.tell()
    if any(side < 0 for side in shape) or prod(shape) * dtype.itemsize != size - start:
        came = f"{size - start:,} bytes"
        expected = f"{prod(shape) * dtype.itemsize:,} bytes, as its header says"
        raise unreadable(where, expected, came, "to save it again")
    return shape, by_columns, dtype, start


def _read_npy(file: IO[bytes], size: int, where: str) -> NDArray[Any]:
    shape, by_columns, dtype, start = _read_header(file, size, where)
    data = file.read(size - start + 1)
    if len(data) != size - start:
        raise unreadable(where, f"{size - start:,} bytes", f"{len(data):,}", "to save it again")
    if not data:
        return np.empty(shape, dtype)
    return np.frombuffer(data, dtype).reshape(shape, order="F" if by_columns else "C")
