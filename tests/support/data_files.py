"""Small data files in the layouts that people have, written by the libraries that define them."""

from __future__ import annotations

import csv
import gzip
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

PENGUINS = Path(__file__).parents[1] / "fixtures" / "penguins.csv"
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


def without_columns(path: Path, *names: str) -> str:
    """The text of a CSV file without some of its columns."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [name for name in rows[0] if name not in names], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def write_examples(place: Path) -> None:
    """The files that docs/data.md trains on, under their names there."""
    from digit_classifier.datasets import load_bundled

    digits = load_bundled("digits")
    images, labels = digits.samples[:400, 0], digits.labels[:400]
    rows = np.column_stack([images.reshape(400, 64), labels])
    np.savez(place / "mnist.npz", x_train=images[:300], y_train=labels[:300], x_test=images[300:], y_test=labels[300:])
    names = ",".join([*(f"pixel{number}" for number in range(64)), "label"])
    np.savetxt(place / "train.csv", rows, fmt="%d", delimiter=",", header=names, comments="")
    np.savetxt(place / "optdigits.tra", rows[:300], fmt="%d", delimiter=",")
    np.savetxt(place / "optdigits.tes", rows[300:], fmt="%d", delimiter=",")
    write_idx(place / "fashion-mnist", images[:300], labels[:300], packed=True)
    write_idx(place / "fashion-mnist", images[300:], labels[300:], "t10k", packed=True)
    write_pictures(place / "photos", images[:100], labels[:100])
    write_text(place / "penguins.csv", without_columns(PENGUINS, "island", "sex"))
