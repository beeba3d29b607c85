"""Folders of pictures: `class/picture.png`, or `train/class/picture.png` and `test/class/picture.png`."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digit_classifier.datasets import limits
from digit_classifier.datasets.judge.source import times
from digit_classifier.datasets.readers import Found
from digit_classifier.datasets.readers.columns import plain_labels
from digit_classifier.datasets.readers.files import read_bounded, readable_name, stem_of, unreadable
from digit_classifier.datasets.readers.parts import given_parts, part_of
from digit_classifier.datasets.readers.pictures import FORMATS, decode_picture, one_form
from digit_classifier.errors import option, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from digit_classifier.datasets.readers import Asked

PICTURE_NAME = re.compile(r".*\.(png|jpe?g|gif|bmp|tiff?|webp|p[bgp]m)", re.IGNORECASE)
JUNK = re.compile(
    r"\..*|thumbs\.db|desktop\.ini|__macosx|icon\r|@eadir|__pycache__|\$recycle\.bin|system volume information",
    re.IGNORECASE,
)
DATA_NAME = re.compile(r".*\.(csv|tsv|npz|npy|mat|parquet|data|txt|json)(\.gz)?", re.IGNORECASE)
FOREIGN_NAME = re.compile(r".*\.(heic|heif|avif|svg|jp2|jxl|tga|ico|psd|dng|cr2|nef|dcm)", re.IGNORECASE)
PICTURE_BYTES = 2**27  # of one file
WRAPPERS = 3  # folders around the one that is meant


def read_folder(path: Path, asked: Asked) -> Found:
    """Pictures in folders of classes; for a prediction, pictures anywhere in the folder."""
    if not asked.labels:
        return _of_pictures(path.name, _below(path, _walk(path, path)), asked)
    inner, folders = _unwrapped(path)
    parts = {part_of(name): folder for name, folder in folders.items()}
    if {"train", "test"} <= set(parts) and None in parts:
        other = next(name for name in folders if part_of(name) is None)
        expected, came = "folders of classes, or train, val and test alone", f"{show(other)} beside train and test"
        raise unreadable(path.name, expected, came, "to move that folder out")
    if folders and None not in parts:
        if len(parts) < len(folders):
            raise unreadable(path.name, "one part of each kind", " and ".join(folders), "to join two of them")
        found = given_parts({str(part): _of_classes(each, asked) for part, each in parts.items()}, path.name)
    else:
        found = _of_classes(inner, asked)
    found.name = stem_of(path)
    found.title = readable_name(found.name)
    digests = sorted(each["sha256"] for each in found.files)
    size, whole = sum(each["bytes"] for each in found.files), hashlib.sha256("\n".join(digests).encode())
    found.files = [{"name": path.resolve().name, "bytes": size, "sha256": whole.hexdigest()}]
    return found


def read_one_picture(path: Path, asked: Asked) -> Found:
    """A picture to predict; it has no label that could train."""
    if asked.labels:
        raise unreadable(path.name, "a folder with a folder of pictures for each class", "one picture", "its folder")
    return _of_pictures(path.name, {str(path): path}, asked)


def _unwrapped(path: Path) -> tuple[Path, dict[str, Path]]:
    """The folder that holds the classes or parts, and these: archives often have one more folder around them."""
    folders = _classes(path)
    for _ in range(WRAPPERS):
        if len(folders) != 1:
            break
        (inner,) = folders.values()
        below = _classes(inner)
        if len(below) < 2:
            break
        path, folders = inner, below
    return path, folders


def _classes(path: Path) -> dict[str, Path]:
    """The folders in a folder by their names, accents composed; InputError for a link."""
    found: dict[str, Path] = {}
    with os.scandir(path) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if JUNK.fullmatch(entry.name):
                continue
            _refuse_link(entry, path)
            if entry.is_dir(follow_symlinks=False):
                name = unicodedata.normalize("NFC", entry.name)
                if name in found:
                    expected, came = "one folder of each name", f"two that are called {name}"
                    raise unreadable(path.name, expected, came, "another name for one of them")
                found[name] = Path(entry.path)
            if len(found) > limits.CLASSES:
                expected, came = f"folders of at most {limits.CLASSES:,} classes", "more"
                raise unreadable(path.name, expected, came, "a part of it")
    return found


def _of_classes(path: Path, asked: Asked) -> Found:
    folders = _classes(path)
    if not folders:
        raise _no_classes(path)
    files, labels = [], []
    for name, folder in folders.items():
        inside = list(_walk(folder, path))
        if not inside:
            attempt = "to remove the folder, or to fill it"
            raise unreadable(f"{path.name}/{name}", "pictures of this class", "none", attempt)
        files += inside
        labels += [name] * len(inside)
        if len(files) > limits.SAMPLES:
            raise unreadable(path.name, f"at most {limits.SAMPLES:,} pictures", "more", "a part of it")
    found = _of_pictures(path.name, _below(path, files), asked)
    pixels, remark = one_form(found.samples, found.sample_names or [], path.name)
    found.samples, found.labels, found.tone = pixels, plain_labels(labels, are_names=True), "light"
    found.channels = "last" if pixels.ndim == 4 else None
    found.note = " ".join(filter(None, [found.note, remark]))
    return found


def _no_classes(path: Path) -> Exception:
    data = sorted(each.name for each in path.iterdir() if DATA_NAME.fullmatch(each.name))
    if data:
        return unreadable(path.name, "folders of classes, or IDX files", f"the file {data[0]}", f"{path / data[0]}")
    came = "pictures without" if any(_walk(path, path)) else "none"
    return unreadable(path.name, "a folder of pictures for each class", came, "class/picture.png")


def _walk(folder: Path, top: Path) -> Iterator[Path]:
    """The pictures in a folder and those below it, in the order of their names; links are refused, never followed."""
    pending = [folder]
    while pending:
        here = pending.pop()
        with os.scandir(here) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if JUNK.fullmatch(entry.name):
                    continue
                _refuse_link(entry, top)
                if entry.is_dir(follow_symlinks=False):
                    pending.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False) and _is_picture(Path(entry.path)):
                    yield Path(entry.path)


def _refuse_link(entry: os.DirEntry[str], top: Path) -> None:
    if entry.is_symlink():
        where = f"{top.name}/{os.path.relpath(entry.path, top)}"
        raise unreadable(where, "a file or a folder", "a symbolic link, which is never followed", "a copy of it")


def _is_picture(path: Path) -> bool:
    """By its first bytes, or by its name: a broken picture is refused, a list of them left alone."""
    from digit_classifier.datasets.readers.sniff import PICTURES

    if PICTURE_NAME.fullmatch(path.name):
        return True
    if FOREIGN_NAME.fullmatch(path.name):
        where = f"{path.parent.name}/{path.name}"
        raise unreadable(where, f"a picture in {', '.join(FORMATS)}", "one of another kind", "to save it as PNG")
    with path.open("rb") as file:
        return PICTURES.match(file.read(32)) is not None


def _below(top: Path, files: Iterable[Path]) -> dict[str, Path]:
    """The files by what they are called from there."""
    return {os.path.relpath(file, top): file for file in files}


def _of_pictures(where: str, files: Mapping[str, Path], asked: Asked) -> Found:
    """The pictures of these files by their names, or what a prediction makes of each."""
    if not files:
        raise unreadable(where, "pictures", "none", "another folder")
    pictures: list[NDArray[Any]] = []
    about, total = [], 0
    for name, file in files.items():
        data = read_bounded(file, name, PICTURE_BYTES)
        pixels = decode_picture(data, name, asked.image_size)
        pictures.append(pixels if asked.prepared is None else asked.prepared(pixels, name))
        total += pictures[-1].size
        if total > limits.NUMBERS:
            expected, attempt = f"at most {limits.NUMBERS:,} numbers", "a part of it"
            attempt += f", or {option('image_size', 32)}" if asked.labels else ""
            raise unreadable(where, expected, "more", attempt)
        about.append({"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    found = Found(pictures, files=about, sample_names=list(files))
    if asked.image_size is not None:
        found.note = f"Pictures were scaled and cut to {times((asked.image_size,) * 2)}."
    return found
