"""Sweeps in one file and in a site: what is in them, and what is refused."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from digit_classifier.artifacts import plain_dataset
from digit_classifier.cli.main import main
from digit_classifier.errors import ArtifactError
from digit_classifier.page.built import page_text
from digit_classifier.page.html import write_html
from digit_classifier.page.site import write_site
from digit_classifier.store.claim import claim
from digit_classifier.store.json import twin
from example_sweep import MODELS, STARTS, example_sweep, sweep_folder
from tiny_runs import CREATED, dataset, picture, publish, shared_data

if TYPE_CHECKING:
    from pathlib import Path

SWEEP = "20261126-200000-example"
DATA_FILE, DATA = next(iter(shared_data().items()))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A run, and a sweep of the same data."""
    with claim(tmp_path / "artifacts", CREATED) as stage:
        publish(stage, "first")
    sweep_folder(tmp_path / "artifacts", sweep_of_tiny_data(), picture())
    return tmp_path / "artifacts"


def sweep_of_tiny_data() -> dict[str, Any]:
    """Four samples, of which the second is unstable."""
    stated = json.loads(DATA)
    described = {key: stated[key] for key in ("name", "sha256", "class_names", "image_shape", "channels", "max_value")}
    sweep = example_sweep(replace(STARTS, starts=2))
    sweep["dataset"] = {**described, "title": "Tiny", "file": DATA_FILE, "samples": len(plain_dataset(stated).labels)}
    sample = {"sample_id": [1], "held": [2], "wrong": [1], "right_point": [0], "wrong_point": [1]}
    sweep["stability"][0] |= {"unstable": sample, "never_right": {key: [] for key in sample}}
    sweep["stability"][0] |= {"unstable_in_all": 1, "never_right_in_all": 0}
    return sweep


def embedded(path: Path) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="embedded">(.*?)</script>', path.read_text(encoding="utf-8"))
    assert found is not None
    content: dict[str, Any] = json.loads(found[1])
    return {**content, "files": json.loads(gzip.decompress(base64.b64decode(content["files"])))}


def test_one_file_holds_the_sweep_its_data_set_and_its_page(root: Path, tmp_path: Path, capsys: Any) -> None:
    assert main(["export", "html", str(root / "sweeps" / SWEEP), "-o", str(tmp_path / "sweep.html")]) == 0
    assert "opens by double click" in capsys.readouterr().out
    content, text = embedded(tmp_path / "sweep.html"), (tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert content["start"] == f"artifacts/sweeps/{SWEEP}"
    assert json.loads(content["files"][f"artifacts/sweeps/{SWEEP}/sweep.json"]) == sweep_of_tiny_data()
    assert content["files"][f"artifacts/datasets/{DATA_FILE}"].encode() == DATA
    for part in (page_text("sweep.js"), page_text("sweep.css"), page_text("dashboard.css")):
        assert part in text
    assert not re.search(r"<(script|link)[^>]* (src|href)=\"(?!data:)", text)
    assert text.count("'sha256-") == 3
    write_html(root / "sweeps" / SWEEP, tmp_path / "sweep.html")  # an earlier export is replaced


def test_a_site_has_the_sweeps_of_its_runs_with_twins_and_pictures(root: Path, tmp_path: Path) -> None:
    for _ in range(2):  # the second takes the place of the first
        write_site(root, tmp_path / "site")
        folder = tmp_path / "site/artifacts/sweeps" / SWEEP
        assert {path.name for path in folder.iterdir()} == {"sweep.json", "sweep.css", "sweep.png"}
        text = (folder / "sweep.json").read_bytes()
        assert text == (root / "sweeps" / SWEEP / "sweep.json").read_bytes()
        assert (folder / "sweep.css").read_bytes() == twin(text)
        for name in ("sweep.html", "sweep.js", "sweep.css"):
            assert (tmp_path / "site" / name).read_text(encoding="utf-8") == page_text(name)


def test_a_sweep_that_has_not_ended_stays_behind(root: Path, tmp_path: Path) -> None:
    (root / "sweeps" / SWEEP / "manifest.json").unlink()
    write_site(root, tmp_path / "site")
    assert not (tmp_path / "site/artifacts/sweeps").exists()


def test_a_damaged_sweep_is_not_exported(root: Path, tmp_path: Path, capsys: Any) -> None:
    (root / "sweeps" / SWEEP / "sweep.json").write_text("{}")
    with pytest.raises(ArtifactError, match="expected the file as it was written"):
        write_html(root / "sweeps" / SWEEP, tmp_path / "sweep.html")
    assert main(["export", "site", str(root), "-o", str(tmp_path / "site")]) != 0
    assert capsys.readouterr().err.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"artifacts"}


def test_a_sweep_that_never_ended_has_no_page_yet(root: Path, tmp_path: Path, capsys: Any) -> None:
    (root / "sweeps" / SWEEP / "manifest.json").unlink()
    assert main(["export", "html", str(root / "sweeps" / SWEEP), "-o", str(tmp_path / "sweep.html")]) == 2
    assert "expected a sweep that has ended" in capsys.readouterr().err


def test_the_points_of_a_sweep_never_leave_with_it(root: Path, tmp_path: Path) -> None:
    (root / "sweeps" / SWEEP / "points.jsonl").write_text("{}\n")
    write_site(root, tmp_path / "site")
    write_html(root / "sweeps" / SWEEP, tmp_path / "sweep.html")
    assert not list((tmp_path / "site").rglob("p*.json*"))
    assert set(embedded(tmp_path / "sweep.html")["files"]) == {
        f"artifacts/sweeps/{SWEEP}/sweep.json",
        f"artifacts/datasets/{DATA_FILE}",
    }


def test_a_sweep_without_its_data_set_is_exported_all_the_same(root: Path, tmp_path: Path) -> None:
    (root / "datasets" / DATA_FILE).unlink()
    write_html(root / "sweeps" / SWEEP, tmp_path / "sweep.html")
    assert list(embedded(tmp_path / "sweep.html")["files"]) == [f"artifacts/sweeps/{SWEEP}/sweep.json"]


def test_any_sweep_of_many_samples_fits_a_mail(tmp_path: Path) -> None:
    sweep_folder(tmp_path / "artifacts", example_sweep(MODELS))
    assert write_html(tmp_path / "artifacts/sweeps" / SWEEP, tmp_path / "sweep.html") < 300_000
    assert dataset().class_names == ("a", "b")
