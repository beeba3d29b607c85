"""What cannot be read is refused in one line, before any training, and without the memory that it asks for."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
import tracemalloc
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet
from scipy.io import savemat

from data_files import idx_bytes, png_bytes, write_idx, write_pictures, write_text
from digit_classifier.datasets import limits
from digit_classifier.datasets.load import load_dataset
from digit_classifier.datasets.readers import Asked, dialect
from digit_classifier.errors import InputError
from digit_classifier.run.predict import read_samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RNG = np.random.default_rng(5)
IMAGES = RNG.integers(0, 256, (40, 6, 6)).astype(np.uint8)
LABELS = np.arange(40) % 4
ROWS = [f"{n},{n + 0.5},{'ab'[n % 2]}" for n in range(20)]
MEMORY = 48 * 2**20  # bytes that a refusal may take


def refusal(path: Path | str, asked: Asked = Asked(), **options: Any) -> str:  # noqa: B008 - frozen
    """The text of the refusal: one line with its four parts, for little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError) as caught:
            load_dataset(path, asked, **options)
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 600
    assert all(part in text for part in (": expected ", ", got ", "; try "))
    return text


def table(*rows: str) -> Callable[[Path], Path]:
    return lambda place: write_text(place / "t.csv", "\n".join(rows))


def content(data: bytes, name: str = "data.bin") -> Callable[[Path], Path]:
    def write(place: Path) -> Path:
        (place / name).write_bytes(data)
        return place / name

    return write


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return stream.getvalue()


def npy(array: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), **options)
    return stream.getvalue()


def npz(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def lying_npy(shape: str, descr: str = "|u1") -> bytes:
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}".encode()
    return b"\x93NUMPY\x02\x00" + struct.pack("<I", len(head)) + head + b"12345678"


def zip_bomb() -> bytes:
    """1.5 GB of zeros."""
    stream = io.BytesIO()
    head = b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '|u1', 'fortran_order': False, 'shape': (2000000, 784)}"
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x.npy", "w") as file:
        file.write(head.ljust(128))
        for _ in range(1500):
            file.write(bytes(10**6))
    return stream.getvalue()


def huge_png(side: int) -> bytes:
    """A picture that says it has side × side pixels."""
    data = png_bytes(IMAGES[0])
    head = b"IHDR" + struct.pack(">II", side, side) + data[24:29]
    return data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:]


def pictures(change: Callable[[Path], object]) -> Callable[[Path], Path]:
    def write(place: Path) -> Path:
        folder = write_pictures(place / "photos", IMAGES, LABELS)
        change(folder)
        return folder

    return write


def matrix(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    savemat(stream, arrays, do_compression=True)
    return stream.getvalue()


def parquet_of(**columns: Any) -> bytes:
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


NPZ = npz(x=IMAGES, y=LABELS)
CASES: dict[str, tuple[Callable[[Path], Path], Asked, str]] = {
    # Files that are something else
    "a pickle": (content(pickle.dumps({"x": 1})), Asked(), "got a pickle, which can run code; try np.savez"),
    "an old pickle": (content(pickle.dumps({"x": [1, 2]}, 0)), Asked(), "got a pickle"),
    "objects in NPZ": (content(npz(x=IMAGES, y=np.array([{}] * 40))), Asked(), "got pickled objects, which can run"),
    "a model of PyTorch": (content(zipped(archive__data_pkl=b"", **{"a/data.pkl": b""})), Asked(), "pickle of PyTorch"),
    "a workbook": (content(zipped(**{"[Content_Types].xml": b""})), Asked(), "try to save it as CSV"),
    "an archive of pictures": (content(zipped(**{"a/1.png": b""})), Asked(), "try to unpack it"),
    "HDF5": (content(b"\x89HDF\r\n\x1a\n" + bytes(60)), Asked(), "got HDF5"),
    "MATLAB 7.3": (content(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(128)), Asked(), "try save -v7 in MATLAB"),
    "a pointer to a large file": (content(b"version https://git-lfs.github.com/spec/v1\n"), Asked(), "git lfs pull"),
    "a page": (content(b"<!DOCTYPE html><title>Sign in</title>"), Asked(), "got a page"),
    "ARFF": (content(b"% iris\n@RELATION iris\n"), Asked(), "got ARFF; try a CSV file of it"),
    "an empty file": (content(b""), Asked(), "got an empty file"),
    "random bytes": (content(bytes(RNG.integers(0, 9, 500).astype("u1"))), Asked(), "got bytes of another kind"),
    "other JSON": (content(b'{"a": 1}'), Asked(), "expected the data set of a run, got schema_version null"),
    "a torn gzip file": (
        content(gzip.compress(RNG.bytes(9000).hex(",").encode())[:-50]),
        Asked(),
        "expected a whole file",
    ),
    # More than there may be
    "a zip bomb": (
        lambda place: content(zip_bomb())(place),
        Asked(),
        "expected at most 1,024 MiB, got 1,430 MiB unpacked",
    ),
    "a gzip bomb that says so": (
        content(gzip.compress(b"1,2\n" * 9999)[:-4] + struct.pack("<I", 2**31)),
        Asked(),
        "expected at most 1,024 MiB, got more unpacked; try a part of it",
    ),
    "a header of NPZ that lies": (
        content(zipped(**{"x.npy": lying_npy("(99999999999,)"), "y.npy": npy(LABELS)})),
        Asked(),
        "x: expected 99,999,999,999 bytes, as its header says, got 8 bytes",
    ),
    "a negative shape": (content(zipped(**{"x.npy": lying_npy("(-1, -8)")})), Asked(), "as its header says, got 8"),
    "a header that is code": (content(zipped(**{"x.npy": lying_npy("__import__('os')")})), Asked(), "that NumPy wrote"),
    "complex numbers": (content(npz(x=IMAGES + 1j, y=LABELS)), Asked(), "got one of 'complex128'"),
    "a header of IDX that lies": (
        content(struct.pack(">HBBIII", 0, 8, 3, 60000, 2**31, 28) + bytes(99), "a-images-idx3-ubyte"),
        Asked(labels=False),
        "expected 60,000 × 2,147,483,648 × 28 values, as it says, got 99 bytes; try to download it again",
    ),
    "a million columns": (content(b",".join([b"1"] * 1_000_000) + b"\n1", "w.csv"), Asked(), "at most 65,536 columns"),
    "a line without end": (content(b"1" * 9_000_000, "w.csv"), Asked(), "expected lines of at most 8 MB"),
    "a million rows": (content(b"1,2\n" * 1_000_000, "w.csv"), Asked(), "expected at most 200,000 rows"),
    "a picture of 900 megapixels": (
        pictures(lambda folder: (folder / "0" / "big.png").write_bytes(huge_png(30_000))),
        Asked(),
        "0/big.png: expected at most 16 megapixels, got many more",
    ),
    "6,000 columns of a table": (
        content((",".join(["1.5"] * 6000 + ["a"]) + "\n").encode() * 4, "w.csv"),
        Asked(),
        "expected at most 4,096 features, got 6,000; try image_shape='28,28' if they are pixels",
    ),
    "a picture of 25 megapixels": (
        pictures(lambda folder: (folder / "0" / "big.png").write_bytes(huge_png(5000))),
        Asked(),
        "0/big.png: expected at most 16 megapixels, got 5,000 × 5,000; try a smaller picture",
    ),
    # Rows and cells
    "text among the features": (
        table("size,island,species", "1,Dream,a", *(f"{n},{n},{'ab'[n % 2]}" for n in range(9))),
        Asked("species"),
        "t.csv: line 2, column 'island': expected a number, got 'Dream'; try label_column='island' if that",
    ),
    "a cell that is no number": (table(*ROWS, "7,8x,a"), Asked(), "line 21, column '2': expected a number, got '8x'"),
    "a number of Python": (table(*ROWS, "7,1_000,a"), Asked(), "line 21, column '2': expected a number, got '1_000'"),
    "a row with another number of cells": (
        table(*ROWS, "7,8"),
        Asked(),
        "t.csv: line 21: expected 3 cells, as in the first, got 2",
    ),
    "a comma in a number, whose row has more cells": (
        table("price,size,label", *(f"{n},{n % 5},{n % 2}" for n in range(1100)), "1,234,5,0"),
        Asked(),
        "t.csv: line 1102: expected 3 cells, as in the first, got 4",
    ),
    "the same beside quotes": (
        table('"price","size","label"', *(f"{n},{n % 5},{n % 2}" for n in range(1100)), "1,234,5,0"),
        Asked(),
        "t.csv: line 1102: expected 3 cells, as in the first, got 4",
    ),
    "the same between blanks": (
        table(*(f"{n} {n % 5} {n % 2}" for n in range(1100)), "1 234 5 0"),
        Asked(),
        "t.csv: line 1101: expected 3 cells, as in the first, got 4",
    ),
    "points that may part thousands": (
        table("price;size;label", *(f"{n},5;{n * 100};{n % 2}" for n in range(9)), "9,5;1.234;0"),
        Asked(),
        "t.csv: line 11, column 'size': expected a number with a decimal comma, got '1.234', which may be thousands",
    ),
    "commas that part thousands": (
        table("price;size;label", *(f"{n}.5;{n * 100};{n % 2}" for n in range(9)), "9.5;1,234;0"),
        Asked(),
        "t.csv: line 11, column 'size': expected a number, got '1,234'",
    ),
    "gaps": (
        table("u,v,label", "1,2,a", "3,?,b", "5,NA,a", ",1,b", "7,8,a", "7,8,b"),
        Asked(),
        "expected a value in each of 6 rows, got 3 with gaps, the first of them row 2; try missing='drop'",
    ),
    "a number that is too large": (
        table(*ROWS, "7,1e300,a"),
        Asked(),
        "numbers that a float32 holds, got 1e+300 in row",
    ),
    "an infinite number": (
        table(*ROWS, "7,inf,a"),
        Asked(),
        "numbers that a float32 holds, got inf in row 21, column 2",
    ),
    "names that come twice": (table("u,u,label", "1,2,a", "1,2,a", "3,4,b", "3,4,b"), Asked(), "got 'u' twice"),
    "one column": (table("1", "2"), Asked(), "expected columns between commas"),
    "a header alone": (table("u,v,label"), Asked(), "expected rows of data, got none"),
    # Labels
    "a label column that is not there": (
        table("u,v,kind", "1,2,a"),
        Asked("kinds"),
        "expected one of its 3 columns 'u', 'v', 'kind', got 'kinds'; try label_column='kind'",
    ),
    "no column that is called so": (
        table("u,v,w", "1,2,3", "4,5,6"),
        Asked(),
        "expected a column named label or class, got 'u', 'v', 'w'; try label_column='NAME'",
    ),
    "a label that is a measure": (table("u,label", "1,2.5", "2,3.5"), Asked(), "expected classes, got 2.5, a measure"),
    "a label that is a measure with decimal commas": (
        table("u;label", "1,5;2,5", "2;3,5", "3;2,5", "4;3,5"),
        Asked(),
        "expected classes, got 2.5, a measure",
    ),
    "one class": (
        table("u,label", "1,a", "2,a"),
        Asked(),
        "expected 2 to 1,000 classes, got only 'a'; try label_column",
    ),
    "thousands of classes": (
        table("u,label", *(f"1,c{n // 2}" for n in range(2002))),
        Asked(),
        "expected 2 to 1,000 classes, got 1,001; try label_column='NAME', if that is not the label",
    ),
    "a class of one sample": (table("u,label", "1,a", "2,a", "3,b"), Asked(), "samples of each class, got one of 'b'"),
    "no labels, as Kaggle's test.csv": (
        table(",".join(f"pixel{n}" for n in range(4)), "1,2,3,4", "1,2,3,4"),
        Asked(),
        "labels: expected a class for each sample, got none; try digit-classifier predict, which takes it",
    ),
    "pixels with a label first or last": (
        content(
            "\n".join(",".join([str(n % 3), *["7"] * 64, str(n % 5)][:65]) for n in range(60))
            .encode()
            .replace(b",7\n", b",1\n", 20),
            "p.csv",
        ),
        Asked("label"),
        "expected one of its 65 columns",
    ),
    "a shape that does not fit": (
        table(*ROWS),
        Asked(image_shape=(2, 2)),
        "expected 4 columns of pixels for 2 × 2, got 2; try image_shape='none'",
    ),
    "images and labels exchanged": (content(npz(x=LABELS, y=IMAGES)), Asked(), "samples first, then labels"),
    "more labels than samples": (content(npz(x=IMAGES, y=LABELS[:-1])), Asked(), "labels: expected 40, one for each"),
    "two arrays that may be samples": (content(npz(a=IMAGES, b=IMAGES)), Asked(), "expected an array x of samples"),
    "two arrays that may be labels": (
        content(npz(pics=IMAGES, u=LABELS, v=LABELS)),
        Asked(),
        "expected one array of labels, got 'u', 'v'; try label_column='u'",
    ),
    "pixels of 16 bits": (content(npz(x=IMAGES.astype("u2") * 257, y=LABELS)), Asked(), "whole from 0 to 255"),
    "an option that means nothing": (
        pictures(lambda _: None),
        Asked("label"),
        "photos: expected no label_column, which means nothing for pictures",
    ),
    # Folders
    "pictures of several sizes": (
        pictures(lambda folder: (folder / "3" / "x.png").write_bytes(png_bytes(np.zeros((5, 9), np.uint8)))),
        Asked(),
        "got 6 × 6 in 0/00000.png and 9 × 5 in 3/x.png; try image_size=32",
    ),
    "a link to a file": (
        pictures(lambda folder: (folder / "0" / "x.png").symlink_to("/etc/passwd")),
        Asked(),
        "photos/0/x.png: expected a file or a folder, got a symbolic link, which is never followed",
    ),
    "a link that goes around": (
        pictures(lambda folder: (folder / "around").symlink_to(folder)),
        Asked(),
        "photos/around: expected a file or a folder, got a symbolic link",
    ),
    "an empty class": (pictures(lambda folder: (folder / "9").mkdir()), Asked(), "photos/9: expected pictures of this"),
    "a broken picture": (
        pictures(lambda folder: (folder / "0" / "00000.png").write_bytes(png_bytes(IMAGES[0])[:60])),
        Asked(),
        "0/00000.png: expected a picture, got a broken one",
    ),
    "a picture that is text": (
        pictures(lambda folder: (folder / "0" / "x.jpg").write_text("hello")),
        Asked(),
        "0/x.jpg: expected a picture, got a broken one",
    ),
    "one picture": (
        content(png_bytes(IMAGES[0]), "a.png"),
        Asked(),
        "a folder with a folder of pictures for each class",
    ),
    # Other formats
    "a MAT file of objects": (content(matrix(x={"a": IMAGES})), Asked(), "expected an array x of samples"),
    "a torn MAT file": (content(matrix(X=IMAGES, y=LABELS)[:-200]), Asked(), "expected a whole MAT file"),
    "text in Parquet": (
        content(parquet_of(a=["x", "y"] * 9, b=["u", "v"] * 9, label=[0, 1] * 9)),
        Asked(),
        "expected columns of features beside the label, got none",
    ),
    "a torn Parquet file": (content(parquet_of(a=[1.5, 2], label=[0, 1])[:-9]), Asked(), "expected a whole Parquet"),
    "labels without images": (
        content(idx_bytes(LABELS), "train-labels-idx1-ubyte"),
        Asked(),
        "expected a file of images, got one of labels",
    ),
    "images without labels": (
        content(idx_bytes(IMAGES), "train-images-idx3-ubyte"),
        Asked(),
        "expected a file of labels beside it, got none",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_in_one_line_that_helps(case: str, tmp_path: Path) -> None:
    write, asked, says = CASES[case]
    assert says in refusal(write(tmp_path), asked)


def test_a_bomb_that_lies_about_its_size_takes_no_more_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 2**23)
    squeeze = zlib.compressobj(9, wbits=31)
    packed = b"".join(squeeze.compress(bytes(2**20)) for _ in range(60)) + squeeze.flush()
    (tmp_path / "bomb").write_bytes(packed[:-4] + struct.pack("<I", 1000))
    (tmp_path / "bomb").write_bytes(gzip.compress(b"1,2\n") + (tmp_path / "bomb").read_bytes())
    assert "expected at most 8 MiB, got more unpacked" in refusal(tmp_path / "bomb")
    (tmp_path / "x.mat").write_bytes(matrix(X=np.zeros((200, 2**16), np.uint8), y=LABELS))
    assert "expected at most 8 MiB, got more unpacked" in refusal(tmp_path / "x.mat")


def test_a_folder_without_classes_says_what_is_there(tmp_path: Path) -> None:
    home = tmp_path / "p"
    home.mkdir()
    assert "p: expected a folder of pictures for each class, got none" in refusal(home)
    (home / "a.png").write_bytes(png_bytes(IMAGES[0]))
    assert "got pictures without; try class/picture.png" in refusal(home)
    (home / "train.csv").write_text("1,2")
    assert f"got the file train.csv; try {home / 'train.csv'}" in refusal(home)


def test_files_of_two_data_sets_in_a_folder_are_named(tmp_path: Path) -> None:
    write_idx(tmp_path, IMAGES, LABELS, "emnist-letters-train")
    write_idx(tmp_path, IMAGES, LABELS, "emnist-digits-train")
    assert "expected the files of one data set, got those of emnist-digits-train and emnist-letters-train" in refusal(
        tmp_path
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"label": "c"}, "expected the classes of the part that trains, got 'c'"),
        ({"names": "u,w,label"}, "columns: expected 'v', as in the part that trains, got 'w'"),
        ({"cells": 3}, "expected samples of 2, as those that train, got samples of 3"),
    ],
)
def test_a_test_part_of_another_kind_is_refused(change: dict[str, Any], says: str, tmp_path: Path) -> None:
    train = write_text(tmp_path / "a.csv", "\n".join(["u,v,label", *(f"{n},1,{'ab'[n % 2]}" for n in range(9))]))
    names, label = change.get("names", "u,v,label"), change.get("label", "a")
    if "cells" in change:
        names = "u,v,w,label"
    row = ",".join(["1"] * (len(names.split(",")) - 1) + [label])
    test = write_text(tmp_path / "b.csv", "\n".join([names, row, row]))
    assert says in refusal(train, test_data=test)
    write_idx(tmp_path / "i", IMAGES, LABELS)
    write_idx(tmp_path / "i", IMAGES, LABELS, "t10k")
    assert "expected data without a test part of its own" in refusal(tmp_path / "i", test_data=test)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "iriss",
            "expected one of digits, iris, wine, breast-cancer, or a file or a folder, got 'iriss'; try dataset='iris'",
        ),
        ("flowers.cvs", "expected a file or a folder, got none there; try flowers.csv"),
        ("photos/", "expected a file or a folder, got none there"),
        ("C:\\data\\train.csv", "expected a file or a folder, got none there"),
        ("https://example.org/train.csv", "expected a path, got an address"),
        ("~nobody-here/x.csv", "expected the home of a user"),
        ("digits-0123456789ab", "dataset='digits-0123456789ab': expected it in "),
        ("fifo", "expected a file or a folder, got neither"),
    ],
)
def test_a_name_that_is_nothing_is_refused_with_what_was_meant(
    name: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flowers.csv").write_text("1")
    os.mkfifo(tmp_path / "fifo")
    assert says in refusal(name, root=tmp_path)


@pytest.mark.parametrize(
    "asked", [Asked("species"), Asked(image_shape=(2, 2)), Asked(image_size=9), Asked(missing="drop")]
)
def test_settings_that_mean_nothing_for_bundled_data_are_refused(asked: Asked) -> None:
    assert "iris: expected no " in refusal("iris", asked)


def test_a_test_part_for_bundled_data_is_refused(tmp_path: Path) -> None:
    assert "iris: expected no test_data, which means nothing for it" in refusal("iris", test_data=tmp_path)


def test_a_stored_data_set_that_was_changed_is_refused(tmp_path: Path) -> None:
    import json

    from digit_classifier.artifacts.dataset import build_dataset
    from digit_classifier.run.data import plain_of

    payload = build_dataset(plain_of(load_dataset("iris")))
    for change, says in (
        ({"labels": [1, *payload["labels"][1:]]}, "expected data with the sha256"),
        ({"labels": payload["labels"][1:]}, "bytes when unpacked, got others"),
        ({"samples": payload["samples"][:-4]}, "expected"),
        ({"samples": "?"}, "got samples that are no base64"),
        ({"labels": 5}, "got labels that are no list of whole numbers"),
        ({"schema_version": 3}, "got schema_version 3"),
    ):
        (tmp_path / "d.json").write_text(json.dumps({**payload, **change}))
        assert says in refusal(tmp_path / "d.json")


def test_samples_that_cannot_be_read_are_refused_for_a_prediction_too(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected pictures, got none"):
        read_samples(tmp_path)
    Image.fromarray(IMAGES[0]).save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:50])
    with pytest.raises(InputError, match=r"a.png: expected a picture, got a broken one"):
        read_samples(tmp_path / "a.png")


def test_a_folder_beside_train_and_test_is_no_class(tmp_path: Path) -> None:
    for part in ("train", "test"):
        write_pictures(tmp_path / "p" / part, IMAGES, LABELS)
    (tmp_path / "p" / "models").mkdir()
    assert "expected folders of classes, or train, val and test alone, got 'models' beside" in refusal(tmp_path / "p")


def test_pictures_of_a_kind_that_is_not_read_are_refused_and_not_passed_over(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "p", IMAGES, LABELS)
    (folder / "0" / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    assert "0/IMG_1.HEIC: expected a picture in PNG, JPEG" in refusal(folder)


def test_a_test_part_without_labels_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", x_train=IMAGES, y_train=LABELS, x_test=IMAGES)
    says = "the test part: expected a class for each sample, as in the part that trains, got none"
    assert says in refusal(tmp_path / "d.npz")


@pytest.mark.parametrize("write", ["npz", "idx"])
def test_labels_of_the_other_part_are_refused_and_not_given_to_other_samples(write: str, tmp_path: Path) -> None:
    """As many in all, which the judge alone would count."""
    parts = {"x_train": IMAGES[:30], "y_train": LABELS[30:], "x_test": IMAGES[30:], "y_test": LABELS[:30]}
    if write == "npz":
        np.savez(tmp_path / "d.npz", **parts)
        path = tmp_path / "d.npz"
    else:
        path = tmp_path / "d"
        for part, name in (("train", "train"), ("test", "t10k")):
            write_idx(path, parts[f"x_{part}"], parts[f"y_{part}"], name)
    assert "the part that trains: labels: expected 30, one for each sample, got 10; try" in refusal(path)


def test_a_row_of_labels_one_column_of_them_and_one_hot_labels_are_of_their_samples(tmp_path: Path) -> None:
    for count in (4, 20):
        images = {"x_train": IMAGES[count:], "x_test": IMAGES[:count]}
        for shape in ((1, -1), (-1, 1), (-1,)):
            labels = {"y_train": LABELS[count:].reshape(shape), "y_test": LABELS[:count].reshape(shape)}
            savemat(tmp_path / "d.mat", {**images, **labels})
            data = load_dataset(tmp_path / "d.mat")
            assert np.array_equal(data.labels, [*LABELS[count:], *LABELS[:count]])
        hot = np.eye(4)[LABELS]
        np.savez(tmp_path / "d.npz", **images, y_train=hot[count:], y_test=hot[:count])
        assert np.array_equal(load_dataset(tmp_path / "d.npz").labels, data.labels)


@pytest.mark.parametrize(
    ("labels", "groups", "says"),
    [
        ([[1], [2, 3]] * 9, [1, 2] * 9, "column 'label': expected one value in each row, got list<"),
        ([{"a": 1}, {"a": 2}] * 9, [1, 2] * 9, "column 'label': expected one value in each row, got struct<"),
        ([0, 1] * 9, [[1], [2, 3]] * 9, "column 'who': expected one value in each row, got list<"),
    ],
)
def test_lists_in_the_place_of_labels_or_groups_are_refused(
    labels: Any, groups: Any, says: str, tmp_path: Path
) -> None:
    path = content(parquet_of(u=[float(n) for n in range(18)], label=labels, who=groups))(tmp_path)
    assert says in refusal(path, Asked(group_column="who"))


def test_a_single_number_is_no_array_of_samples(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", 3.0)
    np.savez(tmp_path / "x.npz", x=3.0)
    np.savez(tmp_path / "y.npz", x=IMAGES, y=3.0)
    assert "x.npy: expected an array of samples, got a single number; try" in refusal(tmp_path / "x.npy")
    assert "x.npz: expected an array x of samples and an array y of labels, got none" in refusal(tmp_path / "x.npz")
    assert "labels: expected a class for each sample, got none" in refusal(tmp_path / "y.npz", Asked(missing="drop"))
    for name in ("x.npy", "x.npz"):
        with pytest.raises(InputError, match=f"{name}: expected an array"):
            read_samples(tmp_path / name)


def test_a_word_for_a_gap_that_may_be_a_class_is_named(tmp_path: Path) -> None:
    rows = [f"{n},{('None', 'Insomnia', 'Apnea')[n % 3]}" for n in range(12)]
    path = write_text(tmp_path / "t.csv", "\n".join(["u,label", *rows]))
    says = "got 4 with gaps, the first of them row 1, where 'None' is a gap; try missing='drop', or another word for 'N"
    assert says in refusal(path)
    assert "where" not in refusal(write_text(tmp_path / "t.csv", "\n".join(["u,label", *rows]).replace("None", "")))


def test_a_larger_pixel_than_a_stored_scale_has_is_refused_in_the_words_of_files(tmp_path: Path) -> None:
    import json

    from digit_classifier.artifacts.dataset import build_dataset
    from digit_classifier.run.data import plain_of

    payload = build_dataset(plain_of(load_dataset("digits")))
    (tmp_path / "d.json").write_text(json.dumps({**payload, "max_value": 9}))
    assert "samples: expected pixels from 0 to 9, got 16; try images of that scale" in refusal(tmp_path / "d.json")


@pytest.mark.parametrize("headed", [True, False])
def test_wide_text_takes_little_more_memory_than_its_numbers(
    headed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As texts, all of its cells would take 20 MB."""
    monkeypatch.setattr(dialect, "CELLS", 20_000)
    names, row = ",".join(f"c{n}" for n in range(1024)), ",".join(["77"] * 1024)
    lines = [f"{names},label"] * headed + [f"{row},{n % 2}" for n in range(300)]
    path = write_text(tmp_path / "w.csv", "\n".join(lines))
    tracemalloc.start()
    try:
        data = load_dataset(path, Asked("last", image_shape=(32, 32)))
        assert tracemalloc.get_traced_memory()[1] < 12 * 2**20
    finally:
        tracemalloc.stop()
    assert (data.samples.shape, data.labels.tolist()) == ((300, 1, 32, 32), [0, 1] * 150)
