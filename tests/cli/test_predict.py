"""`predict`: the stored predictions come out again, whatever file the samples are in; bad input is one line."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from data_files import idx_bytes, png_bytes
from digit_classifier.cli.main import main
from digit_classifier.datasets import limits
from digit_classifier.datasets.bundled import load_digits, load_iris, load_wine
from digit_classifier.datasets.dataset import Dataset
from digit_classifier.datasets.load import load_dataset
from digit_classifier.errors import InputError
from digit_classifier.experiment import record
from digit_classifier.run.data import find_data
from digit_classifier.settings.resolve import configure

if TYPE_CHECKING:
    from pathlib import Path

Lines = list[dict[str, Any]]


def predicted(capsys: pytest.CaptureFixture[str], *words: object) -> Lines:
    capsys.readouterr()
    assert main(["predict", *map(str, words)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    capsys.readouterr()
    assert main(["predict", *map(str, words)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def trained(root: Path, dataset: Dataset | None = None, **settings: Any) -> tuple[Path, dict[str, Any]]:
    bundle = record(configure(artifacts_root=str(root), epochs=3, **settings), dataset)
    return bundle.directory, dict(bundle.payloads["holdout.json"])


def assert_stored(lines: Lines, holdout: dict[str, Any], rows: list[int]) -> None:
    found = np.array([list(line["probabilities"].values()) for line in lines])
    expected = np.array(holdout["probabilities"])[rows]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    best = found.argmax(axis=1)
    assert [line["predicted"] for line in lines] == [list(lines[0]["probabilities"])[label] for label in best]
    assert [line["confidence"] for line in lines] == found.max(axis=1).tolist()


def test_digits_as_pictures_and_as_a_table_get_the_stored_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, holdout = trained(tmp_path / "runs")
    samples = load_digits().samples[holdout["sample_ids"][:7], 0]
    for number, image in enumerate(samples):
        Image.fromarray(np.rint(255 - image * (255 / 16)).astype(np.uint8)).save(tmp_path / f"{number}.png")
    pictures = sorted(tmp_path.glob("*.png"))
    assert_stored(predicted(capsys, run, *pictures, "--prepare", "none"), holdout, list(range(7)))
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"pixel{index}" for index in range(64)])
        writer.writerows(samples.reshape(7, 64).tolist())
    lines = predicted(capsys, run, tmp_path / "rows.csv")
    assert_stored(lines, holdout, list(range(7)))
    assert [line["file"] for line in lines] == [f"rows.csv row {row}" for row in range(1, 8)]


def test_what_the_network_saw_is_written_and_reads_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, holdout = trained(tmp_path / "runs")
    image = load_digits().samples[holdout["sample_ids"][0], 0]
    Image.fromarray(np.rint(255 - image * (255 / 16)).astype(np.uint8)).save(tmp_path / "one.png")
    saved = tmp_path / "seen"
    predicted(capsys, run, tmp_path / "one.png", "--prepare", "none", "--save-prepared", saved)
    (path,) = saved.iterdir()
    again = predicted(capsys, run, path, "--prepare", "none")
    assert_stored(again, holdout, [0])


def test_pictures_are_fitted_as_those_of_the_training_were(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    for label, name in enumerate(("dark", "light")):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(20):
            pixels = rng.integers(100 * label, 100 * label + 100, (30, 24, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pictures" / name / f"{number:02}.png")
    config = configure(
        artifacts_root=str(tmp_path / "runs"), dataset=str(tmp_path / "pictures"), image_size=8, epochs=3
    )
    bundle = record(config)
    holdout = bundle.payloads["holdout.json"]
    files = sorted((tmp_path / "pictures").glob("*/*.png"))
    lines = predicted(capsys, bundle.directory, *(files[row] for row in holdout["sample_ids"]))
    assert_stored(lines, dict(holdout), list(range(len(lines))))


def test_the_columns_of_a_table_are_found_by_their_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, holdout = trained(tmp_path / "runs", dataset=None, model="logistic")
    del run, holdout
    bundle = record(configure(artifacts_root=str(tmp_path / "runs"), dataset="iris"))
    stored, iris = dict(bundle.payloads["holdout.json"]), load_iris()
    names = list(iris.feature_names or ())
    with (tmp_path / "irises.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["species", *names[::-1]])
        for row in stored["sample_ids"]:
            values = [str(value) for value in iris.samples[row][::-1]]
            writer.writerow([iris.class_names[iris.labels[row]], *values])
    lines = predicted(capsys, bundle.directory, tmp_path / "irises.csv")
    assert_stored(lines, stored, list(range(len(stored["sample_ids"]))))
    for flag, value in (("--prepare", "fit"), ("--save-prepared", str(tmp_path / "saved"))):
        assert main(["predict", str(bundle.directory), str(tmp_path / "irises.csv"), flag, value]) == 2
        out, err = capsys.readouterr()
        assert (out, err.partition(": ")[2].startswith(flag)) == ("", True)
        assert err.endswith(": expected a run on images, got one on a table; try the same without it\n")
    (tmp_path / "few.csv").write_text("petal width (cm),a\n1,2\n2,3\n")
    assert "expected the run's feature 'sepal length (cm)'" in refused(capsys, bundle.directory, tmp_path / "few.csv")


def test_bad_input_is_one_line_and_nothing_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, _ = trained(tmp_path / "runs")
    good = tmp_path / "good.png"
    Image.fromarray(np.pad(np.zeros((20, 9), np.uint8), 9, constant_values=255)).save(good)
    (tmp_path / "bad.png").write_bytes(good.read_bytes()[:60])
    Image.new("L", (20, 20), 250).save(tmp_path / "blank.png")
    (tmp_path / "narrow.csv").write_text("a,b\n1,2\n3,4\n")
    assert len(predicted(capsys, run, good)) == 1
    assert "bad.png" in refused(capsys, run, good, tmp_path / "bad.png")
    assert "expected ink on paper, got one colour" in refused(capsys, run, tmp_path / "blank.png")
    assert "or as many columns, got rows of 2" in refused(capsys, run, tmp_path / "narrow.csv")
    assert "expected 8 × 8 pixels" in refused(capsys, run, good, "--prepare", "none")
    assert "--prepare: expected one of none, fit, uci, got 'ucy'; try --prepare uci" in refused(
        capsys, run, good, "--prepare", "ucy"
    )
    assert "nothing.png" in refused(capsys, run, tmp_path / "nothing.png")
    assert "RUN: expected a run directory" in refused(capsys, tmp_path / "no", good)


def test_help_says_what_the_runs_accuracy_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["predict", "--help"])
    assert "says nothing about such samples" in " ".join(capsys.readouterr().out.split())


def test_columns_are_those_of_the_run_whatever_they_are_called_and_the_label_may_be_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Features called y and id are otherwise taken for a label, and for numbers of the rows."""
    rows = [(n * 7 % 12, n * 5 % 12, n // 2, "ab"[n % 2]) for n in range(24)]
    names = ["x  (cm)", "y", "id", "kind"]
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, *rows])
    run, holdout = trained(tmp_path / "runs", load_dataset(tmp_path / "t.csv"))
    held = holdout["sample_ids"]
    for columns in ([0, 1, 2], [2, 1, 0], [3, 1, 0, 2]):
        with (tmp_path / "new.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([[row[at] for at in columns] for row in (names, *(rows[row] for row in held))])
        assert_stored(predicted(capsys, run, tmp_path / "new.csv"), holdout, list(range(len(held))))
    bare = [(a, b, c, "ab".index(kind)) for a, b, c, kind in rows]  # without names, the label last
    with (tmp_path / "bare.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([*bare, *bare])
    run, _ = trained(tmp_path / "bare", load_dataset(tmp_path / "bare.csv"))
    assert len(predicted(capsys, run, tmp_path / "bare.csv")) == 48


def trained_on(root: Path, path: Path, **settings: Any) -> tuple[Path, dict[str, Any], Any]:
    """A run on a file of the user, its hold-out, and its data."""
    run = record(configure(artifacts_root=str(root), epochs=3, dataset=str(path), **settings))
    data = find_data(configure(dataset=str(path), **settings))
    return run.directory, dict(run.payloads["holdout.json"]), data


def test_a_run_on_columns_of_pixels_takes_pictures_and_files_of_every_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """How the file of the training was read means nothing for files of other kinds."""
    digits = load_digits()
    rows = np.column_stack([digits.labels, digits.samples.reshape(-1, 64)])[:300]
    names = ",".join(["digit", *(f"pixel{n}" for n in range(64))])
    np.savetxt(tmp_path / "t.csv", rows, fmt="%d", delimiter=",", header=names, comments="")
    run, holdout, _ = trained_on(tmp_path / "runs", tmp_path / "t.csv", label_column="digit")
    held = holdout["sample_ids"]
    images = digits.samples[held, 0]
    np.savez(tmp_path / "x.npz", x=images)
    np.save(tmp_path / "x.npy", images)
    (tmp_path / "images-idx3-ubyte").write_bytes(idx_bytes(images))
    np.savetxt(tmp_path / "bare.csv", rows[held, 1:], fmt="%d", delimiter=",")
    for name in ("x.npz", "x.npy", "images-idx3-ubyte", "bare.csv"):
        assert_stored(predicted(capsys, run, tmp_path / name), holdout, list(range(len(held))))
    with (tmp_path / "one.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["id", *(f"pixel{n}" for n in range(64))], [7, *images[0].ravel().tolist()]])
    assert_stored(predicted(capsys, run, tmp_path / "one.csv"), holdout, [0])
    (stored,) = (tmp_path / "runs" / "datasets").glob("*.json")
    assert_stored([predicted(capsys, run, stored)[row] for row in held], holdout, list(range(len(held))))
    Image.fromarray(np.rint(images[0] * (255 / 16)).astype(np.uint8)).save(tmp_path / "one.png")
    assert_stored(predicted(capsys, run, tmp_path / "one.png"), holdout, [0])


@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize("asked", [True, False])
def test_rows_without_names_may_have_the_class_where_it_was_or_not_at_all(
    place: str, asked: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even one row: the class of a wine is no measure, wherever it stands."""
    wine = load_wine()
    parts = [wine.labels + 1, wine.samples.astype(np.float64)]
    rows = np.column_stack(parts if place == "first" else parts[::-1])
    np.savetxt(tmp_path / "wine.data", rows, fmt="%.9g", delimiter=",")
    run, holdout, data = trained_on(
        tmp_path / "runs", tmp_path / "wine.data", **{"label_column": place} if asked else {}
    )
    assert np.array_equal(data.samples, wine.samples)
    held = holdout["sample_ids"]
    np.savetxt(tmp_path / "bare.data", wine.samples[held].astype(np.float64), fmt="%.9g", delimiter=",")
    assert_stored(predicted(capsys, run, tmp_path / "bare.data"), holdout, list(range(len(held))))
    for count in (1, 3, len(held)):
        np.savetxt(tmp_path / "some.data", rows[held[:count]], fmt="%.9g", delimiter=",")
        assert_stored(predicted(capsys, run, tmp_path / "some.data"), holdout, list(range(count)))
    np.savetxt(tmp_path / "more.data", np.column_stack([rows, rows]), fmt="%.9g", delimiter=",")
    assert "expected 13, one per feature, got 28" in refused(capsys, run, tmp_path / "more.data")


def test_pixels_without_names_have_their_class_left_out_or_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digits = load_digits()
    rows = np.column_stack([digits.samples.reshape(-1, 64), digits.labels])
    np.savetxt(tmp_path / "optdigits.tra", rows, fmt="%d", delimiter=",")
    run, holdout, _ = trained_on(tmp_path / "runs", tmp_path / "optdigits.tra")
    held = holdout["sample_ids"]
    np.savetxt(tmp_path / "optdigits.tes", rows[held], fmt="%d", delimiter=",")
    assert_stored(predicted(capsys, run, tmp_path / "optdigits.tes"), holdout, list(range(len(held))))
    np.savetxt(tmp_path / "few.tes", rows[held[:2]], fmt="%d", delimiter=",")
    assert "numbers that may be classes in both; try a file without the classes" in refused(
        capsys, run, tmp_path / "few.tes"
    )


def test_samples_to_predict_may_lack_the_groups(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{n * 7 % 12},{n * 5 % 12},{'ab'[n % 2]},{n // 4}" for n in range(24)]
    (tmp_path / "t.csv").write_text("\n".join(["u,v,kind,who", *rows]))
    run, _, _ = trained_on(tmp_path / "runs", tmp_path / "t.csv", label_column="kind", group_column="who")
    (tmp_path / "new.csv").write_text("\n".join(["u,v", *(",".join(row.split(",")[:2]) for row in rows)]))
    whole = predicted(capsys, run, tmp_path / "t.csv")
    bare = predicted(capsys, run, tmp_path / "new.csv")
    assert [line["probabilities"] for line in bare] == [line["probabilities"] for line in whole]


def test_features_that_nobody_named_are_told_by_their_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    iris = load_iris()
    run, holdout = trained(tmp_path / "runs", Dataset.from_arrays(iris.samples, iris.labels))
    rows = iris.samples[holdout["sample_ids"]]
    np.savez(tmp_path / "x.npz", x=rows)
    np.savetxt(tmp_path / "x.csv", rows.astype(np.float64), fmt="%.9g", delimiter=",")
    for name in ("x.npz", "x.csv"):
        assert_stored(predicted(capsys, run, tmp_path / name), holdout, list(range(len(rows))))


def test_pictures_in_parquet_are_prepared_as_those_in_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of several sizes, some grey, some in colours."""
    rng = np.random.default_rng(0)
    pictures = []
    for number in range(40):
        shape = (10 + number % 3, 12, 3) if number % 5 else (10, 12)
        pictures.append(
            {"bytes": png_bytes(rng.integers(100 * (number % 2), 100 * (number % 2) + 100, shape, np.uint8))}
        )
    table = pa.table({"image": pictures, "label": [number % 2 for number in range(40)]})
    parquet.write_table(table, tmp_path / "t.parquet")
    run, holdout, _ = trained_on(tmp_path / "runs", tmp_path / "t.parquet", image_size=8)
    lines = predicted(capsys, run, tmp_path / "t.parquet")
    assert_stored([lines[row] for row in holdout["sample_ids"]], holdout, list(range(len(holdout["sample_ids"]))))


def test_zeros_and_ones_that_may_be_pixels_of_two_scales_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digits = load_digits()
    run, holdout = trained(tmp_path / "runs", Dataset.from_arrays(digits.samples[:, 0] / 16, digits.labels))
    held = digits.samples[holdout["sample_ids"], 0] / 16
    np.save(tmp_path / "x.npy", held[:5])
    assert_stored(predicted(capsys, run, tmp_path / "x.npy"), holdout, list(range(5)))
    np.save(tmp_path / "x.npy", np.rint(held[:5]))
    assert "got floats that are all 0 or 1, which may be either" in refused(capsys, run, tmp_path / "x.npy")
    np.save(tmp_path / "x.npy", np.rint(held[:5]).astype(np.uint8))
    assert len(predicted(capsys, run, tmp_path / "x.npy")) == 5


def test_what_to_try_can_be_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text("petal length (cm),kind\n1,a\nx,b\n2,a\n3,b\n")
    assert main(["train", "--dataset", str(tmp_path / "t.csv"), "--label-column", "kind"]) == 2
    assert "try --label-column 'petal length (cm)' if that is the class" in capsys.readouterr().err
    run, _ = trained(tmp_path / "runs", load_iris())
    (tmp_path / "n.csv").write_text(",".join(load_iris().feature_names or ()) + "\n1,2,3,x\n1,2,3,4\n")
    assert "column 'petal width (cm)': expected a number, got 'x'; try a number there" in refused(
        capsys, run, tmp_path / "n.csv"
    )


@pytest.mark.parametrize("cell", ["1e39", "-1e300", "inf"])
def test_numbers_that_overflow_are_refused_and_never_become_nan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    bundle = record(configure(artifacts_root=str(tmp_path / "runs"), dataset="iris", epochs=2))
    names = load_iris().feature_names or ()
    text = "\n".join([",".join(names), "5,3,1,0", f"5,{cell},1,0"])
    (tmp_path / "rows.csv").write_text(text)
    error = refused(capsys, bundle.directory, tmp_path / "rows.csv")
    assert "rows.csv: samples: expected numbers that a float32 holds, got " in error
    assert error.endswith("in row 2, column 'sepal width (cm)'; try numbers of another size\n")


def test_numbers_that_overflow_in_the_network_are_refused_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = record(configure(artifacts_root=str(tmp_path / "runs"), dataset="iris", epochs=2))
    (tmp_path / "rows.csv").write_text(",".join(load_iris().feature_names or ()) + "\n5,3,1,0\n5,1e38,1,0\n")
    expected = "samples: expected numbers of a size that the run learned from, got far larger ones in "
    assert f"error: {expected}rows.csv row 2; try" in refused(capsys, run.directory, tmp_path / "rows.csv")
    with pytest.raises(InputError, match=f"^{expected}row 1;"):
        run.predict([[5, 1e38, 1, 0]])


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_every_line_is_json_whatever_the_terminal_can_show(tmp_path: Path, encoding: str) -> None:
    images, labels = np.zeros((20, 4, 4), np.uint8), np.arange(20) % 2
    images[labels == 1] = 9
    data = Dataset.from_arrays(images, labels, class_names=["é", "\U0001f600"])
    run, _ = trained(tmp_path / "runs", data)
    np.save(tmp_path / "new.npy", images[:2])
    command = [sys.executable, "-m", "digit_classifier", "predict", run, tmp_path / "new.npy"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    assert done.stderr == b""
    lines = [json.loads(line) for line in done.stdout.decode(encoding).splitlines()]
    assert [list(line["probabilities"]) for line in lines] == [["é", "\U0001f600"]] * 2


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_columns_of_pixels_are_put_in_the_order_of_their_numbers(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As those of the training are: sorted as texts, pixel10 comes before pixel2."""
    digits = load_digits()
    run, holdout = trained(tmp_path / "runs", digits)
    names = [f"pixel{at}" for at in range(64)]
    held = digits.samples[holdout["sample_ids"][:9]].reshape(9, 64)
    order = sorted(range(64), key=names.__getitem__)
    if kind == "csv":
        rows = [[names[at] for at in order], *held[:, order].tolist()]
        (tmp_path / "new.csv").write_text("\n".join(",".join(map(str, row)) for row in rows))
    else:
        parquet.write_table(pa.table({names[at]: held[:, at] for at in order}), tmp_path / "new.parquet")
    assert_stored(predicted(capsys, run, tmp_path / f"new.{kind}"), holdout, list(range(9)))


def test_pixels_mean_what_those_of_the_run_meant_whatever_else_is_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(2)
    labels = np.arange(60) % 2
    pixels = (rng.uniform(-0.95, -0.05, (60, 6, 6)) + labels[:, None, None]).astype(np.float32)
    note = "About these images. " * 15  # as long as a note may be
    run, holdout = trained(tmp_path / "signed", Dataset.from_arrays(pixels, labels, note=note))
    held = pixels[holdout["sample_ids"]]
    bright = (held.min(axis=(1, 2)) >= 0).nonzero()[0].tolist()
    assert bright
    for rows in (list(range(len(held))), bright):
        np.save(tmp_path / "x.npy", held[rows])
        assert_stored(predicted(capsys, run, tmp_path / "x.npy"), holdout, rows)
    for name, value, pixel in (("a", 0.5, 191), ("b", -1, 0)):
        np.save(tmp_path / f"{name}.npy", np.full((1, 6, 6), value, np.float32))
        predicted(capsys, run, tmp_path / f"{name}.npy", "--save-prepared", tmp_path / name)
        (saved,) = (tmp_path / name).iterdir()
        assert set(np.asarray(Image.open(saved)).ravel().tolist()) == {255 - pixel}
    for others in ((pixels - pixels.min()) / 3, rng.integers(0, 256, (60, 6, 6))):
        run, _ = trained(tmp_path / "unit", Dataset.from_arrays(others, labels))
        image = np.full((1, 6, 6), 0.5)
        image[0, 0, 0] = -0.001
        np.save(tmp_path / "x.npy", image)
        error = refused(capsys, run, tmp_path / "x.npy")
        assert "samples: expected pixels from 0, as the data of the run had them, got -0.001; try to clip" in error


def test_a_pixel_above_the_scale_of_the_run_is_refused_in_the_words_of_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, _ = trained(tmp_path / "runs")
    np.save(tmp_path / "x.npy", np.full((1, 8, 8), 200, np.uint8))
    error = refused(capsys, run, tmp_path / "x.npy")
    assert "x.npy: samples: expected pixels from 0 to 16, got 200; try images of that scale" in error


@pytest.mark.parametrize("kind", ["folder", "parquet"])
def test_photographs_are_fitted_one_by_one_however_many_numbers_they_have(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    images = [rng.integers(100 * (n % 2), 100 * (n % 2) + 100, (40, 30 + n, 3), np.uint8) for n in range(20)]
    if kind == "folder":
        path = tmp_path / "photos"
        for number, pixels in enumerate(images):
            home = path / "ab"[number % 2]
            home.mkdir(parents=True, exist_ok=True)
            (home / f"{number:02}.png").write_bytes(png_bytes(pixels))
    else:
        path = tmp_path / "t.parquet"
        rows = [{"bytes": png_bytes(pixels)} for pixels in images]
        parquet.write_table(pa.table({"image": rows, "label": [n % 2 for n in range(20)]}), path)
    run, _, data = trained_on(tmp_path / "runs", path, image_size=8, sample_count=4)
    monkeypatch.setattr(limits, "NUMBERS", data.samples.size)
    assert len(predicted(capsys, run, path)) == 20
    error = refused(capsys, run, path, "--prepare", "none")
    assert "expected 8 × 8 pixels, as the run's data set, got 40 × 3" in error
    monkeypatch.setattr(limits, "NUMBERS", data.samples.size - 1)
    assert "numbers, got more; try a part of it\n" in refused(capsys, run, path)


def test_pictures_are_named_as_they_were_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, _ = trained(tmp_path / "runs")
    paths = [tmp_path / name / "1.png" for name in "ab"]
    for path in paths:
        path.parent.mkdir()
        Image.fromarray(np.pad(np.zeros((20, 9), np.uint8), 9, constant_values=255)).save(path)
    assert [line["file"] for line in predicted(capsys, run, *paths)] == list(map(str, paths))
    Image.new("L", (20, 20), 250).save(paths[1])
    assert refused(capsys, run, *paths).startswith(f"error: {paths[1]}: expected ink on paper")
