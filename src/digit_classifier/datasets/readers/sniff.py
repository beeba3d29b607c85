"""What a file or a folder is, by what is in it and not by its name."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

from digit_classifier.datasets.readers.files import GZIP, gzip_head, unreadable
from digit_classifier.datasets.readers.idx import is_idx, is_idx_name

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 4096  # bytes that are looked at
KNOWN = "NPZ, IDX, CSV or other text, MAT, Parquet, a folder of pictures, or a data set of a run"
AS_NPZ = "np.savez('data.npz', x=images, y=labels)"
UNPACK = "to unpack it"

# Which bytes a file begins with → what it is, and what to try instead.
PICTURES = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|BM.{4}\0\0\0\0|II\*\0|MM\0\*|RIFF.{4}WEBP|P[1-6]\s[\s\d#]", re.DOTALL
)
JSON_LINES = re.compile(rb"\}\s*\n\s*\{")
FOREIGN: list[tuple[re.Pattern[bytes], str, str]] = [
    (re.compile(rb"\x80[\x02-\x05].*\.", re.DOTALL), "a pickle, which can run code", AS_NPZ),
    (re.compile(rb"(\(dp?\d|\(lp?\d|c\w+(\.\w+)*\n\w+\n|ccopy_reg\n)"), "a pickle, which can run code", AS_NPZ),
    (re.compile(rb"MATLAB 7\.3"), "MATLAB 7.3, which is HDF5", "save -v7 in MATLAB"),
    (re.compile(rb"\x89HDF\r\n"), "HDF5", AS_NPZ),
    (re.compile(rb"(ARROW1|FEA1)\0"), "Arrow or Feather", "a Parquet or CSV file of it"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an Excel workbook", "to save it as CSV"),
    (re.compile(rb"BZh\d|\xfd7zXZ|\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!"), "a packed file", UNPACK),
    (re.compile(rb".{257}ustar", re.DOTALL), "a tar archive", UNPACK),
    (re.compile(rb"%PDF|SQLite format 3\0|\x7fELF|MZ[^\0]{,58}\0", re.DOTALL), "no data", "another file"),
    (re.compile(rb"version https://git-lfs"), "a pointer to a large file", "git lfs pull"),
    (re.compile(rb"\s*(<!doctype|<html|<\?xml|<svg)", re.IGNORECASE), "a page", "the file that it links to"),
    (re.compile(rb"\s*\[\s*[\[{\"\d]"), "JSON", AS_NPZ),
    (JSON_LINES, "JSON lines", "a CSV file of it"),
    (re.compile(rb"\s*[-+\d.]+(\s+\d+:[-+\d.e]+)+\s*\n"), "LIBSVM's sparse rows", "load_svmlight_file, and toarray()"),
    (re.compile(rb"\s*(%[^\n]*\n\s*)*@relation\s", re.IGNORECASE), "ARFF", "a CSV file of it"),
]


def format_of(path: Path) -> str:
    """The key of its reader; InputError where no reader is for it, and OSError where it cannot be opened."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        return _format_of_folder(path)
    if not stat.S_ISREG(mode):
        raise unreadable(path.name, "a file or a folder", "neither", "a file")
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(GZIP):
        head = gzip_head(head, HEAD)
        if not head:
            raise unreadable(path.name, "a file that gzip packed", "a broken one", "to download it again")
    if head.startswith(b"PK\x03\x04"):
        return _format_of_zip(path)
    return _format_of_bytes(head) or _text(head, path.name)


def _text(head: bytes, where: str) -> str:
    for sign, what, attempt in FOREIGN:
        if (sign.search if sign is JSON_LINES else sign.match)(head):
            raise unreadable(where, KNOWN, what, attempt)
    if not head:
        raise unreadable(where, KNOWN, "an empty file", "another")
    if b"\0" in head and not _is_utf16(head):
        raise unreadable(where, KNOWN, "bytes of another kind", AS_NPZ)
    return "text"


def _format_of_bytes(head: bytes) -> str | None:
    if is_idx(head):
        return "idx"
    for sign, kind in ((rb"\x93NUMPY", "npy"), (rb"PAR1(?![\t\r\n -~])", "parquet"), (rb"MATLAB 5\.0", "matlab")):
        if re.match(sign, head):
            return kind
    if PICTURES.match(head):
        return "picture"
    if re.match(rb'\s*\{\s*"', head):
        return None if JSON_LINES.search(head) else "stored"
    return "matlab" if _is_matlab4(head) else None


def _format_of_zip(path: Path) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise unreadable(path.name, "a whole zip archive, as NPZ is", "a broken one", "to download it again") from error
    if any(name.endswith(".npy") for name in names):
        return "npz"
    what, attempt = "an archive of other files", UNPACK
    if any(name.endswith(".pkl") for name in names):
        what, attempt = "a pickle of PyTorch, which can run code", AS_NPZ
    elif "[Content_Types].xml" in names:
        what, attempt = "an Office document", "to save it as CSV"
    raise unreadable(path.name, KNOWN, what, attempt)


def _format_of_folder(path: Path) -> str:
    for index, each in enumerate(path.iterdir()):
        if is_idx_name(each.name) and each.is_file():
            return "idx-folder"
        if index > HEAD:
            break
    return "pictures"


def _is_matlab4(head: bytes) -> bool:
    """A header of version 4 has no sign of its own: five numbers, and the name of the first variable."""
    if len(head) < 22:
        return False
    kind, rows, columns, imaginary, length = (int.from_bytes(head[at : at + 4], "little") for at in range(0, 20, 4))
    name = head[20 : 20 + length]
    fine = kind in {0, 10, 20, 30, 40, 50, 1, 51} and rows and columns and imaginary in {0, 1} and 1 < length <= 64
    return bool(fine) and re.fullmatch(rb"[A-Za-z]\w*\0", name) is not None


def _is_utf16(head: bytes) -> bool:
    """Text whose characters have two bytes: a mark at the start, or a zero in every second of them."""
    return head[:2] in {b"\xff\xfe", b"\xfe\xff"} or 0 in {sum(head[0::2]), sum(head[1::2])}
