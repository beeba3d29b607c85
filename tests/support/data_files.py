"""Small data files in the layouts that people have, written by the libraries that define them."""

from __future__ import annotations

import gzip
import io
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

IDX_TYPES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}


def idx_bytes(values: Any, kind: str = "u1") -> bytes:
    """An IDX file, as http://yann.lecun.com/exdb/mnist describes it."""
    array = np.asarray(values)
    head = struct.pack(">HBB", 0, IDX_TYPES[kind], array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(f">{kind}").tobytes()


def png_bytes(pixels: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.asarray(pixels)).save(stream, "PNG")
    return stream.getvalue()


def write_pictures(folder: Path, images: Any, labels: Any) -> Path:
    """class/picture.png; the order of the files in a class is that of the images."""
    for number, (pixels, label) in enumerate(zip(images, labels, strict=True)):
        home = folder / str(label)
        home.mkdir(parents=True, exist_ok=True)
        (home / f"{number:05}.png").write_bytes(png_bytes(pixels))
    return folder


def write_idx(folder: Path, images: Any, labels: Any, part: str = "train", *, packed: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for what, values in (("images-idx3", images), ("labels-idx1", labels)):
        data, name = idx_bytes(values), f"{part}-{what}-ubyte"
        (folder / (f"{name}.gz" if packed else name)).write_bytes(gzip.compress(data, mtime=0) if packed else data)
    return folder


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path
