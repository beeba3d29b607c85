"""Files in every format, written by the libraries that define them, read back as the same data."""

from __future__ import annotations

import csv
import gzip
import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet
from scipy.io import savemat
from sklearn import datasets

from data_files import PENGUINS, idx_bytes, png_bytes, without_columns, write_idx, write_pictures, write_text
from digit_classifier.datasets.bundled import load_digits
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.load import load_dataset
from digit_classifier.datasets.readers import Asked
from digit_classifier.errors import InputError
from digit_classifier.run.predict import read_samples
from digit_classifier.settings.resolve import configure

if TYPE_CHECKING:
    from collections.abc import Callable

DIGITS = load_digits()
ORDER = np.argsort(DIGITS.labels, kind="stable")  # by class, as folders are
IMAGES, LABELS = datasets.load_digits().images.astype(np.uint8)[ORDER], datasets.load_digits().target[ORDER]
SHA256 = Dataset.from_arrays(IMAGES, LABELS).sha256
FLAT = IMAGES.reshape(-1, 64)
CHINA = datasets.load_sample_images().images[0]  # (427, 640, 3), by Yann Forget, CC BY


def test_the_digest_of_the_digits_is_that_of_the_first_version() -> None:
    assert DIGITS.sha256 == "a8076dba8d804092fe3fc46a11e59db62320dbb96a5ec3108e09f73e7c79a9c2"
    bunch = datasets.load_digits()
    assert Dataset.from_arrays(bunch.images, bunch.target).sha256 == DIGITS.sha256


@pytest.mark.parametrize(
    ("name", "load"),
    [("iris", datasets.load_iris), ("wine", datasets.load_wine), ("breast-cancer", datasets.load_breast_cancer)],
)
def test_bundled_tables_are_scikit_learns(name: str, load: Callable[[], Any]) -> None:
    data, bunch = load_dataset(name), load()
    assert np.array_equal(data.samples, bunch.data.astype(np.float32))
    assert np.array_equal(data.labels, bunch.target)
    assert data.class_names == tuple(map(str, bunch.target_names))
    assert data.feature_names == tuple(map(str, bunch.feature_names))
    assert data.name == name
    assert data.origin == {"format": "bundled", "files": [], "options": {}}


def _npz(place: Path) -> Path:
    np.savez(place / "d.npz", x=IMAGES, y=LABELS)
    return place / "d.npz"


def _npz_by_columns(place: Path) -> Path:
    np.savez_compressed(place / "d.npz", labels=LABELS.astype(">i2"), images=np.asfortranarray(IMAGES.astype(float)))
    return place / "d.npz"


def _npz_without_names(place: Path) -> Path:
    np.savez(place / "d.npz", LABELS, IMAGES)  # arr_0 holds the labels
    return place / "d.npz"


def _npz_one_hot(place: Path) -> Path:
    np.savez(place / "d.npz", np.eye(10)[LABELS], IMAGES)
    return place / "d.npz"


def _idx(place: Path) -> Path:
    return write_idx(place / "idx", IMAGES, LABELS)


def _idx_packed(place: Path) -> Path:
    return write_idx(place / "idx", IMAGES, LABELS, packed=True)


def _idx_file(place: Path) -> Path:
    return write_idx(place, IMAGES, LABELS) / "train-images-idx3-ubyte"


def _pictures(place: Path) -> Path:
    return write_pictures(place / "pictures", IMAGES, LABELS)


def _csv(place: Path) -> Path:
    with (place / "d.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([*row, label] for row, label in zip(FLAT.tolist(), LABELS.tolist(), strict=True))
    return place / "d.csv"


def _csv_with_names(place: Path) -> Path:
    with (place / "d.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["label", *(f"pixel{number}" for number in range(64))])
        writer.writerows([label, *row] for row, label in zip(FLAT.tolist(), LABELS.tolist(), strict=True))
    return place / "d.csv"


def _csv_packed(place: Path) -> Path:
    packed = place / "d.csv.gz"
    packed.write_bytes(gzip.compress(_csv(place).read_bytes()))
    return packed


def _blanks(place: Path) -> Path:
    np.savetxt(place / "d.data", np.column_stack([FLAT, LABELS]))  # floats in scientific notation
    return place / "d.data"


def _tabs(place: Path) -> Path:
    np.savetxt(place / "d.txt", np.column_stack([FLAT, LABELS]), fmt="%d", delimiter="\t", newline="\r\n")
    return place / "d.txt"


def _matlab(place: Path) -> Path:
    savemat(place / "d.mat", {"X": np.moveaxis(IMAGES, 0, -1), "y": LABELS}, do_compression=True)
    return place / "d.mat"


def _matlab4(place: Path) -> Path:
    savemat(place / "d.mat", {"fea": FLAT.astype(float), "gnd": LABELS[:, None].astype(float)}, format="4")
    return place / "d.mat"


def _parquet(place: Path) -> Path:
    columns = {f"pixel{number}": FLAT[:, number] for number in range(64)}
    parquet.write_table(pa.table({**columns, "label": LABELS}), place / "d.parquet")
    return place / "d.parquet"


def _parquet_of_pictures(place: Path) -> Path:
    pictures = [{"bytes": png_bytes(pixels), "path": None} for pixels in IMAGES]
    about = {"info": {"features": {"label": {"names": list("0123456789"), "_type": "ClassLabel"}}}}
    table = pa.table({"image": pictures, "label": LABELS})
    parquet.write_table(table.replace_schema_metadata({"huggingface": json.dumps(about)}), place / "d.parquet")
    return place / "d.parquet"


WRITERS = [
    *(_npz, _npz_by_columns, _npz_without_names, _npz_one_hot, _idx, _idx_packed, _idx_file, _pictures, _csv),
    *(_csv_with_names, _csv_packed, _blanks, _tabs, _matlab, _matlab4, _parquet, _parquet_of_pictures),
]


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__[1:])
def test_the_same_pixels_are_the_same_data_from_every_format(write: Callable[[Path], Path], tmp_path: Path) -> None:
    path = write(tmp_path)
    data = load_dataset(path)
    assert data.sha256 == SHA256
    assert data.tone == ("light" if "pictures" in write.__name__ else "ink")
    (path.with_suffix(".xyz") if path.is_file() and write is not _idx_file else path).touch()
    if path.is_file() and write is not _idx_file:  # the name says nothing
        assert load_dataset(path.rename(tmp_path / "noname.xyz")).sha256 == SHA256


def test_what_was_read_is_recorded_without_directories(tmp_path: Path) -> None:
    import hashlib

    path = _csv_with_names(tmp_path)
    data = load_dataset(path, Asked(label_column="label"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    files = [{"name": "d.csv", "bytes": path.stat().st_size, "sha256": digest}]
    assert data.origin == {"format": "text", "files": files, "options": {"label_column": "label"}}
    folder = load_dataset(_pictures(tmp_path)).origin
    assert folder["files"][0]["name"] == "pictures"
    assert len(json.dumps(folder)) < 300
    assert str(tmp_path) not in json.dumps([data.origin, folder])
    assert (data.name, data.title) == ("d", "D")


def test_the_test_part_of_a_folder_of_idx_files_is_given(tmp_path: Path) -> None:
    write_idx(tmp_path / "mnist", IMAGES[::2], LABELS[::2])
    data = load_dataset(write_idx(tmp_path / "mnist", IMAGES[1::2], LABELS[1::2], "t10k", packed=True))
    assert np.array_equal(data.held_out, np.arange(1797) >= 899)
    assert np.array_equal(data.samples[899:, 0], IMAGES[1::2])


def test_training_and_test_folders_of_pictures(tmp_path: Path) -> None:
    write_pictures(tmp_path / "p" / "train", IMAGES[::3], LABELS[::3])
    write_pictures(tmp_path / "p" / "test", IMAGES[1::3], LABELS[1::3])
    data = load_dataset(tmp_path / "p")
    assert data.held_out.sum() == len(LABELS[1::3])
    assert np.array_equal(data.samples[data.held_out][:, 0], IMAGES[1::3])
    write_pictures(tmp_path / "p" / "val", IMAGES[2::3], LABELS[2::3])
    data = load_dataset(tmp_path / "p")
    assert (len(data.labels), data.held_out.sum()) == (1797, len(LABELS[1::3]))
    assert "validation part trains, too" in data.note


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (["1", "1.5", "2"], ("1", "1.5", "2")),
        (["1", "1.0", "2"], ("1", "1.0", "2")),
        (["2", "10", "9"], ("2", "9", "10")),
        (["v10", "v9"], ("v10", "v9")),
    ],
)
def test_the_name_of_a_folder_is_a_class_and_no_measure(
    names: list[str], classes: tuple[str, ...], tmp_path: Path
) -> None:
    data = load_dataset(write_pictures(tmp_path / "versions", IMAGES[:12], (names * 6)[:12]))
    assert data.class_names == classes


def test_keras_names_give_the_test_part(tmp_path: Path) -> None:
    parts = {"x_train": IMAGES[::2], "y_train": LABELS[::2], "x_test": IMAGES[1::2], "y_test": LABELS[1::2]}
    np.savez(tmp_path / "mnist.npz", **parts)
    data = load_dataset(tmp_path / "mnist.npz")
    assert np.array_equal(data.samples[data.held_out][:, 0], IMAGES[1::2])
    medical = {
        f"{part}_{what}": array
        for part in ("train", "val", "test")
        for what, array in (("images", IMAGES), ("labels", LABELS[:, None]))
    }
    np.savez(tmp_path / "medmnist.npz", **medical)
    data = load_dataset(tmp_path / "medmnist.npz")
    assert (len(data.labels), data.held_out.sum()) == (3 * 1797, 1797)


def test_a_second_file_becomes_the_test_part(tmp_path: Path) -> None:
    iris = datasets.load_iris()
    for name, rows in (("tra", slice(0, None, 2)), ("tes", slice(1, None, 2))):
        lines = [
            ",".join([*map(str, row), iris.target_names[label]])
            for row, label in zip(iris.data[rows], iris.target[rows], strict=True)
        ]
        write_text(tmp_path / f"iris.{name}", "\n".join(lines) + "\n\n")
    data = load_dataset(tmp_path / "iris.tra", test_data=tmp_path / "iris.tes")
    assert np.array_equal(data.samples, np.concatenate([iris.data[::2], iris.data[1::2]]).astype(np.float32))
    assert data.held_out.tolist() == [False] * 75 + [True] * 75
    assert data.class_names == ("setosa", "versicolor", "virginica")


def _iris_lines() -> list[list[str]]:
    iris = datasets.load_iris()
    return [
        [*map(str, row.tolist()), iris.target_names[label]] for row, label in zip(iris.data, iris.target, strict=True)
    ]


HEAD = ["sepal length", "sepal width", "petal length", "petal width", "species"]


@pytest.mark.parametrize(
    ("shape", "asked", "encoding"),
    [
        pytest.param(lambda rows: [",".join(row) for row in rows], Asked(), "utf-8", id="no header"),
        pytest.param(lambda rows: [",".join([row[-1], *row[:-1]]) for row in rows], Asked(), "utf-8", id="label first"),
        pytest.param(lambda rows: [",".join(row) for row in [HEAD, *rows]], Asked(), "utf-8-sig", id="header and BOM"),
        pytest.param(lambda rows: [",".join(row) for row in [HEAD, *rows]], Asked("species"), "utf-16", id="UTF-16"),
        pytest.param(lambda rows: ["\t".join(row) for row in [HEAD, *rows]], Asked("5"), "utf-16-le", id="no mark"),
        pytest.param(
            lambda rows: [";".join(row).replace(".", ",") for row in [HEAD, *rows]],
            Asked(),
            "latin-1",
            id="decimal comma",
        ),
        pytest.param(lambda rows: [" ".join(row) for row in rows], Asked("last"), "ascii", id="blanks"),
        pytest.param(lambda rows: ["|".join(row) for row in rows], Asked(), "ascii", id="bars"),
        pytest.param(
            lambda rows: [",".join(f'"{cell}"' for cell in row) for row in [HEAD, *rows]], Asked(), "ascii", id="quotes"
        ),
        pytest.param(
            lambda rows: [",".join(["", *HEAD]), *(",".join([str(n), *row]) for n, row in enumerate(rows))],
            Asked(),
            "ascii",
            id="row numbers of pandas",
        ),
        pytest.param(
            lambda rows: [",".join(["Id", *HEAD]), *(",".join([str(n), *row]) for n, row in enumerate(rows))],
            Asked(),
            "ascii",
            id="an id",
        ),
        pytest.param(lambda rows: [", ".join(row) for row in rows], Asked(), "ascii", id="blanks after commas"),
        pytest.param(
            lambda rows: [",".join(["0", "1", "2", "3", "class"]), *(",".join(row) for row in rows)],
            Asked("class"),
            "ascii",
            id="numbers for names",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_as_programs_write_them(
    shape: Callable[[list[list[str]]], list[str]], asked: Asked, encoding: str, end: str, tmp_path: Path
) -> None:
    iris = datasets.load_iris()
    path = write_text(tmp_path / "My Flowers (2).CSV", end.join([*shape(_iris_lines()), "", " ", ""]), encoding)
    data = load_dataset(path, asked)
    assert np.array_equal(data.samples, iris.data.astype(np.float32))
    assert [data.class_names[label] for label in data.labels] == [iris.target_names[label] for label in iris.target]
    assert (data.name, data.title) == ("my-flowers-2", "My Flowers (2)")


def test_the_first_column_is_the_label_where_the_last_is_a_measure(tmp_path: Path) -> None:
    """As UCI's wine.data: the class first, and whole numbers of proline last."""
    wine = datasets.load_wine()
    lines = [
        ",".join([str(label + 1), *(f"{value:g}" for value in row)])
        for row, label in zip(wine.data, wine.target, strict=True)
    ]
    data = load_dataset(write_text(tmp_path / "wine.data", "\n".join(lines)))
    assert np.array_equal(data.labels, wine.target)
    assert data.class_names == ("1", "2", "3")
    assert np.allclose(data.samples, wine.data)
    assert "The class is column 1 of 14" in data.note


def test_gaps_are_dropped_when_that_is_asked_and_booleans_are_numbers(tmp_path: Path) -> None:
    rows = ["a,b,c,label"]
    rows += ["1.5,TRUE,x,yes", "?,false,x,no", "2,True,x,no", "3,false,,yes", "NA,true,x,no", "4,true,x,", "5,,x,no"]
    rows += ["6,false,x,yes", "nan,true,x,no", "7,true,x,no"]
    text = "\n".join(row.replace(",x,", ",1,") for row in rows)
    data = load_dataset(write_text(tmp_path / "g.csv", text), Asked("label", missing="drop"))
    assert data.samples.tolist() == [[1.5, 1, 1], [2, 1, 1], [6, 0, 1], [7, 1, 1]]
    assert [data.class_names[label] for label in data.labels] == ["yes", "no", "yes", "no"]
    assert "6 rows with gaps dropped." in data.note


def test_columns_that_number_the_rows_are_the_first_without_a_name_or_are_called_so(tmp_path: Path) -> None:
    rows = [f"{n},{n * 2},{n * 3},{n * 5},{'ab'[n % 2]}" for n in range(12)]
    data = load_dataset(write_text(tmp_path / "n.csv", "\n".join([",id,ids,,label", *rows]).replace(",,", ",size,")))
    assert data.feature_names == ("ids", "size")
    assert "Left out, as it numbers the rows: '', 'id'." in data.note


def test_a_bunch_of_scikit_learn_is_read_with_its_names(tmp_path: Path) -> None:
    bunch = datasets.load_iris()
    names = {"feature_names": np.array(bunch.feature_names), "target_names": bunch.target_names}
    np.savez(tmp_path / "iris.npz", data=bunch.data, target=bunch.target, **names)
    assert load_dataset(tmp_path / "iris.npz").sha256 == load_dataset("iris").sha256


def test_numbers_with_leading_zeros_are_numbers_unless_two_would_be_one(tmp_path: Path) -> None:
    write_pictures(tmp_path / "both", IMAGES[:12], np.array(["1", "01"])[np.arange(12) % 2])
    assert load_dataset(tmp_path / "both").class_names == ("01", "1")
    write_pictures(tmp_path / "other", IMAGES[:12], np.array(["002", "010"])[np.arange(12) % 2])
    assert load_dataset(tmp_path / "other").class_names == ("2", "10")


def test_groups_are_of_the_column_that_was_named(tmp_path: Path) -> None:
    rows = ["x,who,label", *(f"{n},{'ab'[n % 2]}{n % 3},{n % 2}" for n in range(12))]
    data = load_dataset(write_text(tmp_path / "g.csv", "\n".join(rows)), Asked("label", "who"))
    assert data.feature_names == ("x",)
    names = [f"{'ab'[n % 2]}{n % 3}" for n in range(12)]
    assert [names.index(name) for name in names] == [data.groups.tolist().index(group) for group in data.groups]


def test_palmer_penguins_as_the_package_has_them(tmp_path: Path) -> None:
    """344 penguins, two of them without measures, and two columns of text."""
    data = load_dataset(PENGUINS, Asked("species", "year", missing="drop"))
    assert "'island', 'sex'" in data.note
    path = write_text(tmp_path / "penguins.csv", without_columns(PENGUINS, "island", "sex"))
    assert load_dataset(path, Asked("species", "year", missing="drop")).sha256 == data.sha256
    assert np.bincount(data.labels).tolist() == [151, 68, 123]
    assert data.class_names == ("Adelie", "Chinstrap", "Gentoo")
    assert data.feature_names == ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
    assert np.bincount(data.groups).tolist() == [109, 114, 119]  # 2007, 2008, 2009, without the two
    assert "2 rows with gaps dropped." in data.note


def test_columns_become_images_or_a_table_as_asked(tmp_path: Path) -> None:
    rows = np.column_stack([FLAT, LABELS])
    np.savetxt(tmp_path / "d.csv", rows, fmt="%d", delimiter=",")
    wide = load_dataset(tmp_path / "d.csv", Asked(image_shape=(4, 16)))
    assert np.array_equal(wide.samples[:, 0], FLAT.reshape(-1, 4, 16))
    table = load_dataset(tmp_path / "d.csv", Asked(image_shape="none"))
    assert np.array_equal(table.samples, FLAT)
    assert table.is_table
    np.savetxt(tmp_path / "floats.csv", np.column_stack([FLAT / 16, LABELS]), fmt="%.9g", delimiter=",")
    assert load_dataset(tmp_path / "floats.csv").is_table
    names = ",".join([*(f"pixel_{n // 8}_{n % 8}" for n in range(64)), "target"])
    np.savetxt(tmp_path / "s.csv", np.column_stack([FLAT / 16, LABELS]), "%.9g", ",", header=names, comments="")
    scaled = load_dataset(tmp_path / "s.csv")
    assert np.array_equal(scaled.samples[:, 0], np.rint(IMAGES / 16 * 255))
    assert "8 × 8 images from 64 columns" in scaled.note
    assert "rounded to 255 steps" in scaled.note


def test_pictures_of_every_kind_that_cameras_and_programs_make(tmp_path: Path) -> None:
    """A patch of a photograph, kept in nine ways; what is lossless comes back as it was."""
    patch = np.ascontiguousarray(CHINA[100:116, 200:224])
    image = Image.fromarray(patch)
    home = tmp_path / "photos" / "e\u0301te\u0301"  # accents apart, as macOS writes them
    other = tmp_path / "photos" / "Winter"
    for each in (home, other):
        each.mkdir(parents=True)
        for junk in (".DS_Store", "Thumbs.db", "desktop.ini", "._0.png"):
            (each / junk).write_bytes(b"\0junk")
    (tmp_path / "photos" / ".git").mkdir()
    (tmp_path / "photos" / "__MACOSX").mkdir()
    (tmp_path / "photos" / "readme.txt").write_text("hello")
    image.save(home / "0.png")
    image.save(home / "1.bmp")
    image.save(home / "2.tiff")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to the right to see it upright
    image.rotate(90, expand=True).save(home / "3.png", exif=exif)
    image.convert("RGBA").save(home / "4.webp", lossless=True)
    clear = np.dstack([patch, np.where(np.arange(24) < 12, 0, 255)[None].repeat(16, 0).astype(np.uint8)])
    Image.fromarray(clear, "RGBA").save(other / "0.png")
    grey = np.asarray(image.convert("L"))
    Image.fromarray(grey.astype(np.uint16) * 257).save(other / "1.png")
    image.quantize(16).save(other / "2.gif")
    Image.fromarray(grey).convert("1").save(other / "3.png")
    data = load_dataset(tmp_path / "photos")
    assert data.class_names == ("Winter", "été")
    assert data.samples.shape == (9, 3, 16, 24)
    assert data.tone == "light"
    winter, summer = (data.samples[data.labels == label].transpose(0, 2, 3, 1) for label in (0, 1))
    assert all(np.array_equal(each, patch) for each in summer)
    assert (winter[0][:, :12] == 255).all()
    assert np.array_equal(winter[0][:, 12:], patch[:, 12:])
    assert np.array_equal(winter[1], np.repeat(grey[..., None], 3, 2))
    assert np.array_equal(winter[2], np.asarray(image.quantize(16).convert("RGB")))
    assert np.array_equal(winter[3][..., 0], np.asarray(Image.fromarray(grey).convert("1").convert("L")))
    assert "Some of the pictures are grey" in data.note


def test_colour_pictures_that_are_grey_are_one_channel_and_numbers_are_classes(tmp_path: Path) -> None:
    pictures = np.repeat(IMAGES[::40, :, :, None], 3, 3)
    data = load_dataset(write_pictures(tmp_path / "p", pictures, LABELS[::40] + 2))  # 2 to 11
    assert data.samples.shape[1] == 1
    assert data.class_names == tuple(map(str, range(2, 12)))


def test_pictures_of_several_sizes_are_scaled_when_that_is_asked(tmp_path: Path) -> None:
    for number, side in enumerate((20, 30, 40, 50)):
        home = tmp_path / "p" / "ab"[number % 2]
        home.mkdir(parents=True, exist_ok=True)
        Image.fromarray(CHINA[:side, : side + 9]).save(home / f"{side}.png")
    data = load_dataset(tmp_path / "p", Asked(image_size=12))
    assert data.samples.shape == (4, 3, 12, 12)
    assert "scaled and cut to 12 × 12" in data.note


@pytest.mark.parametrize("packed", [True, False])
def test_labels_of_matlab_are_numbers_characters_or_cells(packed: bool, tmp_path: Path) -> None:
    words = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    cells = np.empty((1797, 1), object)
    cells[:, 0] = words[LABELS]
    for labels in (words[LABELS], cells):
        colours = np.repeat(IMAGES[:, :, :, None], 3, 3)
        other = {"note": "a text", "meta": {"a": 1}, "empty": np.empty((0, 0)), "t": np.arange(5.0)}
        arrays = {**other, "X": np.moveaxis(colours, 0, -1), "y": labels}  # as SVHN
        savemat(tmp_path / "d.mat", arrays, do_compression=packed)
        data = load_dataset(tmp_path / "d.mat")
        assert np.array_equal(data.samples, np.moveaxis(colours, 3, 1))
        assert [data.class_names[label] for label in data.labels] == words[LABELS].tolist()


@pytest.mark.parametrize("name", ["iris", "digits"])
def test_the_data_set_of_runs_is_a_file_like_any_other(name: str, tmp_path: Path) -> None:
    from digit_classifier.artifacts.dataset import build_dataset
    from digit_classifier.run.data import plain_of

    data = load_dataset(name)
    folder = tmp_path / "datasets"
    folder.mkdir()
    file = folder / f"{name}-{data.sha256[:12]}.json"
    file.write_text(json.dumps(build_dataset(plain_of(data))), encoding="utf-8")
    for again in (load_dataset(file), load_dataset(file.stem, root=tmp_path)):
        assert again.sha256 == data.sha256
        assert again.name == name
        assert again.feature_names == data.feature_names
        assert again.origin["format"] == "stored"


def test_the_data_set_of_a_run_of_the_first_version_is_read() -> None:
    roots = Path(__file__).parents[1] / "fixtures" / "first_version"
    (file,) = roots.glob("**/datasets/digits-*.json")
    assert load_dataset(file).sha256 == DIGITS.sha256


def test_samples_to_predict_need_no_labels(tmp_path: Path) -> None:
    Image.fromarray(CHINA[:50, :40]).save(tmp_path / "one.jpg")
    one = read_samples(tmp_path / "one.jpg")
    assert (one.names, one.samples[0].shape, one.format) == ([str(tmp_path / "one.jpg")], (50, 40, 3), "picture")
    deep = tmp_path / "many" / "deep"
    deep.mkdir(parents=True)
    Image.fromarray(CHINA[:9, :9]).save(deep / "b.png")
    Image.fromarray(IMAGES[0]).save(tmp_path / "many" / "a.png")
    many = read_samples(tmp_path / "many")
    assert sorted(zip(many.names, [each.shape for each in many.samples], strict=True)) == [
        ("a.png", (8, 8)),
        ("deep/b.png", (9, 9, 3)),
    ]
    header = ",".join(f"pixel{number}" for number in range(64))  # as Kaggle's test.csv
    np.savetxt(tmp_path / "test.csv", FLAT, fmt="%d", delimiter=",", header=header, comments="")
    assert np.array_equal(read_samples(tmp_path / "test.csv").samples, IMAGES)
    np.save(tmp_path / "x.npy", IMAGES)
    assert np.array_equal(read_samples(tmp_path / "x.npy").samples, IMAGES)
    (tmp_path / "images-idx3-ubyte").write_bytes(idx_bytes(IMAGES))
    assert np.array_equal(read_samples(tmp_path / "images-idx3-ubyte").samples, IMAGES)
    iris = write_text(tmp_path / "iris.csv", "\n".join(",".join(row) for row in [HEAD, *_iris_lines()]))
    found = read_samples(iris)
    assert found.feature_names == HEAD[:-1]
    assert found.samples.shape == (150, 4)


def test_one_more_folder_around_the_classes_is_looked_into(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "archive" / "digits", IMAGES[::9], LABELS[::9])
    (tmp_path / "archive" / "@eaDir").mkdir()
    data = load_dataset(tmp_path / "archive")
    assert (data.sha256, data.name) == (load_dataset(folder).sha256, "archive")
    write_pictures(tmp_path / "parts" / "images" / "train", IMAGES[::9], LABELS[::9])
    write_pictures(tmp_path / "parts" / "images" / "test", IMAGES[1::9], LABELS[1::9])
    assert load_dataset(tmp_path / "parts").held_out.sum() == len(LABELS[1::9])


def test_dark_pictures_of_16_bits_are_cut_as_bright_ones_are(tmp_path: Path) -> None:
    for kind in ("png", "tif"):
        for number, brightest in enumerate((200, 60_000, 600, 65_535)):
            home = tmp_path / kind / "ab"[number % 2]
            home.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.full((4, 4), brightest, np.uint16)).save(home / f"{number}.{kind}")
        data = load_dataset(tmp_path / kind)
        assert data.samples[:, 0, 0, 0].tolist() == [0, 600 // 257, 60_000 // 257, 255]


def test_names_that_begin_alike_are_cut_to_names_of_their_own() -> None:
    start = "n01440764 tench, Tinca tinca, of the family"
    names = [f"{start} {number}" for number in range(12)]
    data = Dataset.from_arrays(np.arange(24.0)[:, None], np.repeat(names, 2))
    assert len(set(data.class_names)) == 12
    assert max(map(len, data.class_names)) == 40
    assert data.class_names[:2] == (
        "n01440764 tench, Tinca tinca, of the fa…",
        "n01440764 tench, Tinca tinca, of the… 2",
    )


def test_the_index_of_a_frame_is_no_feature(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [3.5, 1, 2, 8], "label": ["u", "v", "u", "v"]}).iloc[[0, 2, 1, 3]]
    frame.to_parquet(tmp_path / "t.parquet")
    assert load_dataset(tmp_path / "t.parquet").feature_names == ("a",)


def test_texts_of_matlab_may_have_any_letters_and_objects_are_passed_over(tmp_path: Path) -> None:
    words = np.array(["Müller", "Ōe", "𝛼"])
    cells = np.empty((30, 1), object)
    cells[:, 0] = words[np.arange(30) % 3]
    for labels in (words[np.arange(30) % 3], cells):
        savemat(tmp_path / "d.mat", {"X": FLAT[:30], "y": labels})
        data = load_dataset(tmp_path / "d.mat")
        assert [data.class_names[label] for label in data.labels] == words[np.arange(30) % 3].tolist()
    # A string of MATLAB: the flags of an object, then its name and its class, and no size.
    parts = [
        struct.pack("<II8s", 6, 8, bytes([17])),
        *(struct.pack("<II8s", 1, 5, name) for name in (b"words", b"MCOS")),
    ]
    inner = b"".join(parts)
    whole = (tmp_path / "d.mat").read_bytes() + struct.pack("<II", 14, len(inner)) + inner
    (tmp_path / "d.mat").write_bytes(whole)
    assert load_dataset(tmp_path / "d.mat").sha256 == data.sha256


@pytest.mark.parametrize("grey", ["train", "test"])
def test_a_part_whose_pictures_are_all_grey_goes_with_one_of_colours(grey: str, tmp_path: Path) -> None:
    for part in ("train", "test"):
        pictures = np.repeat(IMAGES[::30, :, :, None], 3, 3)
        pictures[0, 0, 0] = (9, 9, 9 if part == grey else 200)
        write_pictures(tmp_path / "p" / part, pictures, LABELS[::30])
    data = load_dataset(tmp_path / "p")
    assert data.samples.shape == (120, 3, 8, 8)
    assert np.array_equal(data.samples[1], data.samples[61])
    assert np.array_equal(data.samples[1, 0], IMAGES[30])


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_columns_of_a_test_part_are_found_by_their_names(kind: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(20) / 2, "b": np.arange(20) % 3, "c": 1.5, "label": ["u", "v"] * 10})
    test = frame[["c", "b", "label", "a"]].iloc[:6]
    for name, part in (
        ("train", frame),
        ("test", test),
        ("more", test.assign(d=4.5)),
        ("less", test[["a", "c", "label"]]),
    ):
        path = tmp_path / f"{name}.{kind}"
        part.to_csv(path, index=False) if kind == "csv" else part.to_parquet(path, index=False)
    data = load_dataset(tmp_path / f"train.{kind}", test_data=tmp_path / f"test.{kind}")
    assert data.feature_names == ("a", "b", "c")
    assert np.array_equal(data.samples[20:], data.samples[:6])
    assert np.array_equal(data.labels[20:], data.labels[:6])
    for other in ("more", "less"):
        with pytest.raises(InputError, match=f"{other}.{kind}: expected samples of 3, as those that train, got"):
            load_dataset(tmp_path / f"train.{kind}", test_data=tmp_path / f"{other}.{kind}")


@pytest.mark.parametrize("spelling", ["pixel{}", "{}", "{0}x{1}", "px_{0}_{1}"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_columns_of_pixels_are_found_by_their_numbers(kind: str, spelling: str, tmp_path: Path) -> None:
    places = [divmod(at, 8) for at in range(64)]
    names = [spelling.format(*(place if "{1}" in spelling else [at])) for at, place in enumerate(places)]
    frame = pd.DataFrame(IMAGES[::30].reshape(60, 64), columns=names).assign(label=LABELS[::30])
    shuffled = frame[np.random.default_rng(3).permutation(frame.columns)]
    for name, part in (("rows", frame), ("texts", frame[sorted(frame.columns)]), ("shuffled", shuffled)):
        path = tmp_path / f"{name}.{kind}"
        part.to_csv(path, index=False) if kind == "csv" else part.to_parquet(path, index=False)
        data = load_dataset(path, Asked(label_column="label"))
        assert np.array_equal(data.samples[:, 0], IMAGES[::30]), name
        stand = [column for column in part.columns if column != "label"] == names
        assert ("in the order of their numbers" in data.note) == (not stand), name
    data = load_dataset(tmp_path / f"rows.{kind}", test_data=tmp_path / f"shuffled.{kind}")
    assert np.array_equal(data.samples[60:], data.samples[:60])


def test_columns_of_pixels_stay_where_their_numbers_do_not_tell(tmp_path: Path) -> None:
    pixels = IMAGES[::30].reshape(60, 64)
    by_column = [f"pixel_{at % 8}_{at // 8}" for at in range(64)]  # the row is the second number
    twice = [f"pixel{at % 32}" if at else "pixel_0" for at in range(64)]
    mixed = [f"pixel_{63 - at}" if at else "pixel_0_0" for at in range(64)]
    for names in (by_column, twice, mixed):
        text = "\n".join(",".join(map(str, row)) for row in ([*names, "label"], *np.c_[pixels, LABELS[::30]]))
        (tmp_path / "a.csv").write_text(text)
        assert np.array_equal(load_dataset(tmp_path / "a.csv").samples[:, 0], IMAGES[::30])


@pytest.mark.parametrize("spelling", ["p{}", "r{1}c{0}", "pixel_{1}_{0}"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_pixels_of_a_test_part_are_found_by_the_names_of_their_columns(
    kind: str, spelling: str, tmp_path: Path
) -> None:
    """Whether or not the names have numbers that tell an order."""
    names = [spelling.format(*([at % 8, at // 8] if "{1}" in spelling else [at])) for at in range(64)]
    frame = pd.DataFrame(IMAGES[::30].reshape(60, 64), columns=names).assign(label=LABELS[::30])
    by_column = frame[[*np.array(names).reshape(8, 8).T.ravel(), "label"]]
    renamed = frame.rename(columns={names[5]: "other"})
    for name, part in (("train", frame), ("test", by_column), ("renamed", renamed)):
        path = tmp_path / f"{name}.{kind}"
        part.to_csv(path, index=False) if kind == "csv" else part.to_parquet(path, index=False)
    asked = Asked("label", image_shape=(8, 8))
    data = load_dataset(tmp_path / f"train.{kind}", asked, test_data=tmp_path / f"test.{kind}")
    assert np.array_equal(data.samples[:60, 0], IMAGES[::30])
    assert np.array_equal(data.samples[60:], data.samples[:60])
    with pytest.raises(InputError, match=f"renamed.{kind}: columns: expected '{names[5]}', as in the part that trains"):
        load_dataset(tmp_path / f"train.{kind}", asked, test_data=tmp_path / f"renamed.{kind}")


def test_the_pixels_of_a_test_part_without_names_go_with_others_without_names(tmp_path: Path) -> None:
    rows = np.column_stack([IMAGES[::30].reshape(-1, 64), LABELS[::30]])
    np.savetxt(tmp_path / "bare.csv", rows, fmt="%d", delimiter=",")
    header = ",".join([*(f"pixel{at}" for at in range(64)), "65"])
    np.savetxt(tmp_path / "named.csv", rows, fmt="%d", delimiter=",", header=header, comments="")
    asked = Asked("65")
    data = load_dataset(tmp_path / "bare.csv", asked, test_data=tmp_path / "bare.csv")
    assert np.array_equal(data.samples[60:], data.samples[:60])
    with pytest.raises(InputError, match="expected names in both parts or in none, got names in one"):
        load_dataset(tmp_path / "named.csv", asked, test_data=tmp_path / "bare.csv")


def test_a_test_part_may_have_another_format(tmp_path: Path) -> None:
    """Its own labels, and nothing that was asked of the other format."""
    header = ",".join([*(f"pixel{at}" for at in range(64)), "digit"])
    rows = np.column_stack([IMAGES[::30].reshape(-1, 64), LABELS[::30]])
    np.savetxt(tmp_path / "d.csv", rows, fmt="%d", delimiter=",", header=header, comments="")
    np.savetxt(tmp_path / "label.csv", rows, fmt="%d", delimiter=",", header=header[:-5] + "label", comments="")
    np.savez(tmp_path / "d.npz", x_test=IMAGES[::30], y_test=LABELS[::30])
    parts = [
        write_idx(tmp_path / "idx", IMAGES[::30], LABELS[::30]),
        write_pictures(tmp_path / "p", IMAGES[::30], LABELS[::30]),
        stored(tmp_path, Dataset.from_arrays(IMAGES[::30], LABELS[::30])),
    ]
    for part in parts:
        data = load_dataset(tmp_path / "d.csv", Asked("digit"), test_data=part)
        assert np.array_equal(data.samples[60:, 0], IMAGES[::30])
        assert data.held_out.sum() == 60
    for one, other in (
        *((tmp_path / "label.csv", part) for part in parts),
        (tmp_path / "label.csv", tmp_path / "d.npz"),
    ):
        for data in (load_dataset(one, test_data=other), load_dataset(other, test_data=one)):
            assert np.array_equal(data.samples[60:], data.samples[:60])
            assert np.array_equal(data.labels, [*LABELS[::30], *LABELS[::30]])


def stored(folder: Path, data: Dataset) -> Path:
    from digit_classifier.artifacts.dataset import build_dataset
    from digit_classifier.run.data import plain_of

    path = folder / f"{data.name}-{data.sha256[:12]}.json"
    path.write_text(json.dumps(build_dataset(plain_of(data))), encoding="utf-8")
    return path


def test_two_stored_data_sets_are_one_with_a_test_part_and_each_must_be_whole(tmp_path: Path) -> None:
    first, second = (Dataset.from_arrays(IMAGES[at::30], LABELS[at::30], name="d") for at in (0, 1))
    paths = [stored(tmp_path, each) for each in (first, second)]
    data = load_dataset(paths[0], test_data=paths[1])
    assert np.array_equal(data.samples, np.concatenate([first.samples, second.samples]))
    assert data.held_out.tolist() == [False] * 60 + [True] * 60
    payload = json.loads(paths[1].read_text())
    paths[1].write_text(json.dumps({**payload, "labels": [*payload["labels"][:-1], 0]}))
    with pytest.raises(InputError, match=f"{paths[1].name}: expected data with the sha256 {second.sha256[:12]}"):
        load_dataset(paths[0], test_data=paths[1])
    coarse = stored(tmp_path, Dataset.from_arrays(IMAGES[::30] // 16, LABELS[::30], name="coarse"))
    with pytest.raises(InputError, match="expected pixels from 0 to 16, as in the part that trains, got 0 to 1"):
        load_dataset(paths[0], test_data=coarse)


def test_the_names_of_arrays_count_beside_a_label_that_is_asked_for(tmp_path: Path) -> None:
    other = np.zeros((1797, 3, 3))
    np.savez(tmp_path / "d.npz", x=IMAGES, other=other, y=LABELS, parity=LABELS % 2)
    data = load_dataset(tmp_path / "d.npz", Asked("parity"))
    assert np.array_equal(data.samples[:, 0], IMAGES)
    assert np.array_equal(data.labels, LABELS % 2)
    parts = {
        "x_train": IMAGES[::2],
        "coarse_train": LABELS[::2] % 2,
        "x_test": IMAGES[1::2],
        "y_test": LABELS[1::2] % 2,
    }
    np.savez(tmp_path / "p.npz", **parts)
    data = load_dataset(tmp_path / "p.npz", Asked("coarse_train"))
    assert np.array_equal(data.labels, np.concatenate([LABELS[::2], LABELS[1::2]]) % 2)
    savemat(tmp_path / "d.mat", {"X": np.moveaxis(IMAGES, 0, -1), "other": other, "y": LABELS, "parity": LABELS % 2})
    assert load_dataset(tmp_path / "d.mat", Asked("parity")).labels.tolist() == (LABELS % 2).tolist()


def test_the_arrays_of_a_test_part_have_names_of_their_own(tmp_path: Path) -> None:
    np.savez(tmp_path / "train.npz", x_train=IMAGES[::2], y_train=LABELS[::2])
    np.savez(tmp_path / "test.npz", x_test=IMAGES[1::2], y_test=LABELS[1::2])
    np.savez(tmp_path / "more.npz", images=IMAGES[1::2], labels=LABELS[1::2], other=np.zeros((899, 3, 3)))
    for name in ("test", "more"):
        data = load_dataset(tmp_path / "train.npz", test_data=tmp_path / f"{name}.npz")
        assert np.array_equal(data.samples[data.held_out][:, 0], IMAGES[1::2])
        assert np.array_equal(data.labels[data.held_out], LABELS[1::2])


def test_samples_of_several_parts_are_predicted_whether_or_not_all_have_labels(tmp_path: Path) -> None:
    np.savez(tmp_path / "test.npz", x_test=IMAGES)
    assert np.array_equal(read_samples(tmp_path / "test.npz").samples, IMAGES)
    np.savez(tmp_path / "both.npz", x_train=IMAGES[:9], y_train=LABELS[:9], x_test=IMAGES[9:])
    assert np.array_equal(read_samples(tmp_path / "both.npz").samples, IMAGES)
    write_idx(tmp_path / "idx", IMAGES[:9], LABELS[:9])
    (tmp_path / "idx" / "t10k-images-idx3-ubyte").write_bytes(idx_bytes(IMAGES[9:]))
    assert np.array_equal(read_samples(tmp_path / "idx").samples, IMAGES)
    assert len(read_samples(tmp_path / "idx").names) == 1797


def test_labels_that_a_prediction_does_not_need_may_be_of_any_kind(tmp_path: Path) -> None:
    table = pa.table({"u": [1.5, 2.5], "label": [[1], [2, 3]]})
    parquet.write_table(table, tmp_path / "t.parquet")
    assert read_samples(tmp_path / "t.parquet").samples.tolist() == [[1.5], [2.5]]


def test_a_path_is_no_name_of_a_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="expected a file or a folder, got none there"):
        load_dataset(Path("digits"))
    write_pictures(tmp_path / "digits", IMAGES[::30], LABELS[::30])
    for name in (Path("digits"), configure(dataset=Path("digits")).dataset):
        assert len(load_dataset(name).labels) == 60
    assert len(load_dataset("digits").labels) == len(load_dataset(configure(dataset="digits").dataset).labels) == 1797
    assert configure(dataset=tmp_path / "digits").dataset == str(tmp_path / "digits")
