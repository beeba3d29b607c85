"""Files read whole and in bounds, unpacked where gzip packed them, with what is recorded of them."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from digit_classifier.datasets import limits
from digit_classifier.errors import InputError, explain, show

if TYPE_CHECKING:
    from pathlib import Path

GZIP = b"\x1f\x8b\x08"
PIECE = 2**24  # bytes unpacked at a time


class Content(NamedTuple):
    """What is in a file, unpacked, and the file as it lies there."""

    data: bytes
    file: dict[str, Any]  # name, bytes, sha256


def unreadable(where: object, expected: str, came: str, attempt: str) -> InputError:
    """The refusal of a file, to be raised."""
    return InputError(explain(where, expected, came, attempt))


def read_content(path: Path, where: str | None = None) -> Content:
    """A file, unpacked if gzip packed it; InputError for more than 1 GiB, or a torn one."""
    where = where or path.name
    data = read_bounded(path, where)
    file = {"name": path.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return Content(unpacked(data, where) if data.startswith(GZIP) else data, file)


def read_bounded(path: Path, where: str, most: int | None = None) -> bytes:
    """A file of at most 1 GiB, or of at most so many bytes."""
    most = limits.FILE_BYTES if most is None else most
    with path.open("rb") as file:
        data = file.read(min(most, path.stat().st_size) + 1)
    if len(data) > most:
        raise too_large(where, "")
    return data


def unpacked(packed: bytes, where: str) -> bytes:
    """What gzip packed, all members of it."""
    if int.from_bytes(packed[-4:], "little") > limits.FILE_BYTES:  # the size that it says it has
        raise too_large(where, "unpacked ")
    parts, size = [], 0
    while packed:
        inflate = zlib.decompressobj(wbits=31)
        while not inflate.eof:
            try:
                part = inflate.decompress(packed, PIECE)
            except zlib.error as error:
                raise _torn(where, str(error)) from error
            packed = inflate.unconsumed_tail
            if not part and not inflate.eof and not packed:
                raise _torn(where, "a torn end")
            parts.append(part)
            size += len(part)
            if size > limits.FILE_BYTES:
                raise too_large(where, "unpacked ")
        packed = inflate.unused_data.lstrip(b"\0")  # the padding of a tape
    return parts[0] if len(parts) == 1 else b"".join(parts)


def gzip_head(packed: bytes, size: int) -> bytes:
    """The first bytes of what gzip packed; empty where that is broken."""
    try:
        return zlib.decompressobj(wbits=31).decompress(packed, size)
    except zlib.error:
        return b""


def inflated(packed: bytes, size: int, where: str) -> bytes:
    """What zlib packed: so many bytes exactly."""
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(packed, size + 1)
    except zlib.error as error:
        raise _torn(where, str(error)) from error
    if len(data) != size or not inflate.eof or inflate.unused_data:
        raise unreadable(where, f"{size:,} bytes when unpacked", "others", "the file as it was published")
    return data


def readable_name(stem: str) -> str:
    """The title that a file's stem makes."""
    words = " ".join(stem.replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:]


def stem_of(path: Path) -> str:
    """The name of a file without its endings, of a folder as it is."""
    name = path.resolve().name if path.name in {"", ".", ".."} else path.name
    if path.is_dir():
        return name
    name = name[:-3] if name.lower().endswith(".gz") else name
    return name.rpartition(".")[0] or name


def too_large(where: str, how: str) -> InputError:
    """The refusal of a file that is larger than the limit, as it lies there or unpacked."""
    return unreadable(where, f"at most {limits.FILE_BYTES // 2**20:,} MiB", f"more {how}".strip(), "a part of it")


def _torn(where: str, reason: str) -> InputError:
    return unreadable(where, "a whole file that is packed by gzip or zlib", show(reason), "to download it again")
