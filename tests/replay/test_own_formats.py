"""Runs on data of every format: published, verified, exported and trained again after their source was deleted."""

from __future__ import annotations

import csv
import gzip
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet
from scipy.io import savemat
from sklearn import datasets

from data_files import PENGUINS, write_idx, write_pictures
from digit_classifier.cli.main import main
from digit_classifier.replay.rerun import replay

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BUNCH = datasets.load_digits()
IMAGES, LABELS = BUNCH.images[:300].astype(np.uint8), BUNCH.target[:300]
CHINA, FLOWER = datasets.load_sample_images().images  # by Yann Forget and dany13, CC BY
WINE = datasets.load_wine()


def _npz(place: Path) -> list[str]:
    np.savez(place / "d.npz", x_train=IMAGES[:200], y_train=LABELS[:200], x_test=IMAGES[200:], y_test=LABELS[200:])
    return [str(place / "d.npz")]


def _idx(place: Path) -> list[str]:
    return [str(write_idx(place / "idx", IMAGES, LABELS, packed=True))]


def _text(place: Path) -> list[str]:
    with (place / "wine.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([*WINE.feature_names, "class"])
        writer.writerows(
            [*row, name] for row, name in zip(WINE.data.tolist(), WINE.target_names[WINE.target], strict=True)
        )
    return [str(place / "wine.csv")]


def _tabs(place: Path) -> list[str]:
    rows = np.column_stack([IMAGES.reshape(300, 64), LABELS])
    np.savetxt(place / "digits.tsv", rows, fmt="%d", delimiter="\t")
    (place / "digits.tsv.gz").write_bytes(gzip.compress((place / "digits.tsv").read_bytes()))
    (place / "digits.tsv").unlink()
    return [str(place / "digits.tsv.gz"), "--image-shape", "8,8"]


def _grouped(place: Path) -> list[str]:
    shutil.copy(PENGUINS, place / "penguins.csv")
    words = ["--label-column", "species", "--group-column", "year", "--split", "grouped", "--missing", "drop"]
    return [str(place / "penguins.csv"), *words]


def _photographs(place: Path) -> list[str]:
    for name, photograph in (("china", CHINA), ("flower", FLOWER)):
        (place / "photos" / name).mkdir(parents=True)
        for number in range(20):
            patch = photograph[20 * number : 20 * number + 20, 30:54]
            Image.fromarray(patch).save(place / "photos" / name / f"{number}.png")
    return [str(place / "photos"), "--image-size", "12", "--model", "cnn"]


def _grey(place: Path) -> list[str]:
    return [str(write_pictures(place / "pictures", IMAGES[:120], LABELS[:120]))]


def _matlab(place: Path) -> list[str]:
    savemat(place / "d.mat", {"X": np.moveaxis(IMAGES, 0, -1), "y": LABELS[:, None]}, do_compression=True)
    return [str(place / "d.mat")]


def _parquet(place: Path) -> list[str]:
    columns = {name: WINE.data[:, at] for at, name in enumerate(WINE.feature_names)}
    parquet.write_table(pa.table({**columns, "label": WINE.target}), place / "wine.parquet")
    return [str(place / "wine.parquet")]


def _bundled(place: Path) -> list[str]:
    return ["breast-cancer"]


def _stored(place: Path) -> list[str]:
    assert main(["train", "--dataset", "iris", "--epochs", "1", "--artifacts-root", str(place / "other")]) == 0
    (file,) = (place / "other" / "datasets").glob("iris-*.json")
    return [str(file)]


WRITERS = [_npz, _idx, _text, _tabs, _grouped, _photographs, _grey, _matlab, _parquet, _bundled, _stored]


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__[1:])
def test_a_run_needs_its_source_no_more(
    write: Callable[[Path], list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, root = tmp_path / "source", tmp_path / "runs"
    source.mkdir()
    dataset, *words = write(source)
    train = ["train", "--dataset", dataset, *words, "--epochs", "2", "--artifacts-root", str(root)]
    assert main(train) == 0
    shutil.rmtree(source)
    assert main(["verify", str(root)]) == 0
    assert replay(root / "latest")["tier"] == "bit-identical"
    assert main(["export", "html", str(root), "-o", str(tmp_path / "run.html")]) == 0
    assert (tmp_path / "run.html").stat().st_size < 2_000_000
    for path in root.rglob("*.json"):
        assert str(tmp_path) not in path.read_text(encoding="utf-8")
    assert capsys.readouterr().err == ""
