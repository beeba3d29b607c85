"""IDX, the format of MNIST: a file of images beside a file of labels, gzip or not; a folder with both parts."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.datasets.judge.arrays import check_size
from digit_classifier.datasets.judge.source import Source, times
from digit_classifier.datasets.readers import Found
from digit_classifier.datasets.readers.files import read_content, readable_name, stem_of, unreadable
from digit_classifier.datasets.readers.parts import TESTS, joined

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from digit_classifier.datasets.readers import Asked

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
NAME = re.compile(
    r"(?P<part>.*?)[-_.]?(?P<what>images?|labels?)[-_.]?(?P<end>idx\d?[-_.]?(ubyte)?|ubyte)?(\.gz)?", re.I
)


def is_idx(head: bytes) -> bool:
    """Whether bytes begin as an IDX file: two zeros, a type, one to four dimensions."""
    return len(head) >= 4 and head[:2] == b"\0\0" and head[2] in TYPES and 1 <= head[3] <= 4


def is_idx_name(name: str) -> bool:
    """Whether a file is called as the files of MNIST are."""
    match = NAME.fullmatch(name)
    return bool(match and match["end"])


def read_idx(path: Path, asked: Asked) -> Found:
    """The images of this file, and the labels of the file beside it."""
    match = NAME.fullmatch(path.name)
    labels = None
    if match and match["what"].lower().startswith("label"):
        raise unreadable(path.name, "a file of images", "one of labels", "the file of images beside it")
    if match and asked.labels:
        labels = _of_folder(path.parent).get(match["part"].lower(), {}).get("label")
    if labels is None and asked.labels:
        expected, attempt = "a file of labels beside it", "the folder that has both"
        raise unreadable(path.name, expected, "none", f"{attempt}, named like train-labels-idx1-ubyte")
    return _named(_pair(path, labels), path)


def read_idx_folder(path: Path, asked: Asked) -> Found:
    """The images and labels in a folder; `t10k` or `test` in their names says what the given test part is."""
    sets = {part: files for part, files in _of_folder(path).items() if "image" in files}
    if not sets:
        raise unreadable(path.name, "IDX files of images and of labels", "only labels", "both in one folder")
    tests = [part for part in sets if set(re.split("[^a-z0-9]+", part)) & {*TESTS, "t10k"}]
    others = [part for part in sets if part not in tests]
    if len(tests) > 1 or len(others) > 1:
        several = " and ".join(sorted(others if len(others) > 1 else tests)[:3])
        raise unreadable(path.name, "the files of one data set", f"those of {several}", "one of the files of images")
    found = []
    for part in [*others, *tests]:
        images, labels = sets[part]["image"], sets[part].get("label")
        if labels is None and asked.labels:
            raise unreadable(images.name, "a file of labels beside it", "none", images.name.replace("image", "label"))
        found.append(_pair(images, labels))
    whole = found[0] if len(found) == 1 else joined(found[0], found[1], labels=asked.labels)
    return _named(whole, path)


def _of_folder(folder: Path) -> dict[str, dict[str, Path]]:
    """Part (`train`) → what (`image`, `label`) → file; of a file that lies there packed as well, the plain one."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.iterdir(), key=lambda each: (each.name.endswith(".gz"), each.name)):
        match = NAME.fullmatch(path.name)
        if match and path.is_file() and not path.name.startswith("."):
            found.setdefault(match["part"].lower(), {}).setdefault(match["what"].lower().rstrip("s"), path)
    return found


def _named(found: Found, path: Path) -> Found:
    found.name = stem_of(path)
    found.title = readable_name(found.name)
    return found


def _pair(images: Path, labels: Path | None) -> Found:
    samples, file = _array(images)
    found = Found(samples, files=[file], tone="ink" if samples.ndim == 3 else None)
    found.sample_names = [f"{images.name} {number}" for number in range(1, len(samples) + 1)]
    if labels is not None:
        found.labels, other = _array(labels)
        found.files.append(other)
        if samples.ndim == 1 and found.labels.ndim > 1:
            raise unreadable(images.name, "images", "labels", f"to exchange it and {labels.name}")
    return found


def _array(path: Path) -> tuple[NDArray[Any], dict[str, Any]]:
    data, file = read_content(path)
    if not is_idx(data):
        raise unreadable(path.name, "an IDX file, 00 00 08 03 first", f"{data[:4].hex(' ') or 'nothing'}", "another")
    start = 4 + 4 * data[3]
    shape = tuple(int.from_bytes(data[at : at + 4], "big") for at in range(4, start, 4))
    dtype = np.dtype(TYPES[data[2]])
    if len(data) != start + prod(shape) * dtype.itemsize:
        came = f"{len(data) - start:,} bytes"
        raise unreadable(path.name, f"{times(shape)} values, as it says", came, "to download it again")
    if len(shape) > 1:
        check_size(shape, Source(path.name))
    return np.frombuffer(data, dtype, offset=start).reshape(shape), file
