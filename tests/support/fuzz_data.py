"""Good files of every format that a data set is read from, for `fuzz` to break."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data_files import idx_bytes, png_bytes
from digit_classifier.datasets.load import load_dataset
from digit_classifier.run.predict import read_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Parts = tuple[Callable[[bytes], object], Sequence[bytes], Sequence[bytes]]  # reader, examples, words

IMAGES = (np.arange(12 * 4 * 4) * 7 % 17).astype(np.uint8).reshape(12, 4, 4)
LABELS = np.arange(12) % 3
NUMBERS = [bytes([high, *[0] * zeros]) for high in (1, 127, 128, 255) for zeros in (0, 1, 3, 7)]


def _reader(name: str, read: Callable[[Path], Any]) -> Callable[[bytes], object]:
    """Reads bytes as a file of this name; what is accepted is a data set that its own digest describes."""
    path = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)) / name

    def read_bytes(data: bytes) -> object:
        path.write_bytes(data)
        found = read(path)
        assert hasattr(found, "names") or len(found.sha256) == 64
        return found

    return read_bytes


def npz_parts() -> Parts:
    streams = [io.BytesIO() for _ in range(3)]
    np.savez(streams[0], x=IMAGES, y=LABELS)
    np.savez_compressed(streams[1], images=IMAGES, labels=np.array(list("abc"))[LABELS])
    np.savez(streams[2], x_train=IMAGES.reshape(12, 16) / 3, y_train=LABELS)
    words = [b"PK\x03\x04", b"PK\x01\x02", b"'|u1'", b"'|O'", b"'shape': (", b"(99999999,)", b"True", b"\x93NUMPY\x02"]
    return _reader("d.npz", load_dataset), [each.getvalue() for each in streams], [*words, *NUMBERS]


def idx_parts() -> Parts:
    read = _reader("images-idx3-ubyte", read_samples)
    images = [idx_bytes(IMAGES), idx_bytes(IMAGES[:3], "f4"), gzip.compress(idx_bytes(IMAGES), mtime=0)]
    return read, images, [b"\0\0\x08\x03", b"\0\0\x0d\x04", b"\x1f\x8b\x08", *NUMBERS]


def text_parts() -> Parts:
    rows = [",".join(map(str, [*row.ravel(), "abc"[label]])) for row, label in zip(IMAGES, LABELS, strict=True)]
    names = ",".join([*(f"pixel{number}" for number in range(16)), "label"])
    table = "\n".join(["id;height;label", *(f"{n};{n},5;{'xy'[n % 2]}" for n in range(9))])
    examples = ["\n".join(rows).encode(), "\r\n".join([names, *rows]).encode(), table.encode("utf-16"), table.encode()]
    words = b", ; | \" NaN ? 1e400 -1 0x1 1_0 \xff \xfe \0 \xef\xbb\xbf True '".split(b" ")
    return _reader("d.csv", load_dataset), examples, [*words, b"\n", b"\r", b"\t", b"\n\n", b" "]


def matlab_parts() -> Parts:
    from scipy.io import savemat

    streams = [io.BytesIO() for _ in range(3)]
    savemat(streams[0], {"X": np.moveaxis(IMAGES, 0, -1), "y": LABELS[:, None]})
    savemat(streams[1], {"X": IMAGES, "y": LABELS}, do_compression=True)
    savemat(streams[2], {"fea": IMAGES.reshape(12, 16).astype(float), "gnd": LABELS.astype(float)}, format="4")
    words = [b"MATLAB 5.0", b"IM", b"MI", b"\x0f\0\0\0", b"\x0e\0\0\0", b"\x05\0\0\0", *NUMBERS]
    return _reader("d.mat", load_dataset), [each.getvalue() for each in streams], words


def picture_parts() -> Parts:
    from PIL import Image

    examples = [png_bytes(IMAGES[0]), png_bytes(np.dstack([IMAGES[0]] * 4))]
    for kind in ("GIF", "BMP", "TIFF", "JPEG", "WEBP"):
        stream = io.BytesIO()
        Image.fromarray(np.dstack([IMAGES[0] * 9] * 3)).save(stream, kind)
        examples.append(stream.getvalue())
    words = [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"eXIf", b"\xff\xe1", b"\xff\xc0", b"GIF89a"]
    return _reader("d.png", read_samples), examples, [*words, *NUMBERS]


def stored_parts() -> Parts:
    from digit_classifier.artifacts.dataset import build_dataset
    from digit_classifier.datasets.dataset import Dataset
    from digit_classifier.run.data import plain_of

    table = Dataset.from_arrays(IMAGES.reshape(12, 16) / 7, LABELS)
    payloads = [build_dataset(plain_of(data)) for data in (Dataset.from_arrays(IMAGES, LABELS), table)]
    words = b'null true -1 1e999 NaN 9007199254740992 "" [] {} [[ ]] , : \\ \\ud800 "schema_version":1, "A" 5,'.split(
        b" "
    )
    return _reader("d.json", load_dataset), [json.dumps(payload).encode() for payload in payloads], words


DATA: dict[str, Callable[[], Parts]] = {
    "NPZ": npz_parts,
    "IDX": idx_parts,
    "delimited text": text_parts,
    "MAT": matlab_parts,
    "pictures": picture_parts,
    "stored data": stored_parts,
}
