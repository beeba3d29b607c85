"""A run as an object: the same from a training and from disk, for every preset and kind of data."""

from __future__ import annotations

import copy
import json
import pickle
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import digit_classifier as dc

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_VERSION = Path(__file__).parents[1] / "fixtures" / "first_version"
NUMBERS = np.random.default_rng(7)
LABELS = np.repeat(["fog", "ice", "sun"], 20)
MEANS = np.repeat([40, 90, 200], 20)


def colours() -> dc.Dataset:
    noise = NUMBERS.integers(0, 50, (60, 3, 6, 5))
    return dc.Dataset.from_arrays(noise + MEANS[:, None, None, None], LABELS, name="weather")


def table() -> dc.Dataset:
    rows = NUMBERS.normal(size=(60, 4)) + MEANS[:, None] / 20
    return dc.Dataset.from_arrays(rows, LABELS, feature_names=["a", "b", "c", "d"], name="measures")


CASES: dict[str, tuple[dict[str, Any], Callable[[], dc.Dataset] | None]] = {
    "mlp": ({"model": "mlp"}, None),
    "logistic": ({"model": "logistic"}, None),
    "cnn": ({"model": "cnn"}, None),
    "exact": ({"model": "mlp", "exact": True}, None),
    "colours": ({"model": "cnn"}, colours),
    "table": ({"model": "mlp"}, table),
}


@pytest.fixture(scope="module", params=CASES)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[dc.StoredRun, dc.Split]:
    settings, data = CASES[request.param]
    dataset = data and data()
    config = dc.configure(**settings, epochs=2, sample_count=5, artifacts_root=tmp_path_factory.mktemp("root"))
    return dc.record(config, dataset), dc.prepare(config, dataset)


def test_the_network_gives_the_stored_probabilities(pair: tuple[dc.StoredRun, dc.Split]) -> None:
    run, split = pair
    again = dc.load_run(run.directory)
    stored = json.loads((run.directory / "holdout.json").read_text())
    found = again.probabilities(split.holdout.samples)
    assert np.abs(found - np.array(stored["probabilities"])).max() <= 1e-6
    names = split.dataset.class_names
    assert [str(each) for each in again.predict(split.holdout.samples)] == [names[i] for i in found.argmax(axis=1)]
    assert float((found.argmax(axis=1) == split.holdout.labels).mean()) == run.metrics["accuracy"]
    chosen = run.predictions["samples"]
    rows = [split.holdout_ids.tolist().index(each["sample_id"]) for each in chosen]
    assert np.abs(found[rows] - np.array([each["probabilities"] for each in chosen])).max() <= 1e-6


def test_a_trained_and_a_loaded_run_are_equal(pair: tuple[dc.StoredRun, dc.Split]) -> None:
    run, split = pair
    loaded = [dc.load_run(path) for path in (run.directory, str(run.directory), run.directory.parent)]
    mirror = dc.load_run(run.directory.parent / "latest")
    for other in [*loaded, mirror, pickle.loads(pickle.dumps(run)), copy.deepcopy(run)]:
        assert type(other) is type(run) is dc.StoredRun
        for name in ("metrics", "summary", "history", "predictions"):
            assert getattr(other, name) == getattr(run, name)
        np.testing.assert_array_equal(other.network.parameters, run.network.parameters)
        np.testing.assert_array_equal(
            other.probabilities(split.holdout.samples), run.probabilities(split.holdout.samples)
        )
    assert len(run.history["epochs"]) == len(run.history["training_loss"]) == 2


def test_classes_are_numbers_where_the_labels_were(pair: tuple[dc.StoredRun, dc.Split]) -> None:
    run, split = pair
    if split.dataset.name == "digits":
        assert run.classes.tolist() == list(range(10))
        assert (run.predict(split.holdout.samples) == split.holdout.labels).mean() == run.metrics["accuracy"]
    else:
        assert run.classes.tolist() == ["fog", "ice", "sun"]


def test_a_copied_network_is_changed_alone(pair: tuple[dc.StoredRun, dc.Split]) -> None:
    run, split = pair
    assert len(run.network.matrices) == len(run.network.layers)
    for other in (pickle.loads(pickle.dumps(run.network)), copy.deepcopy(run.network)):
        other.parameters[:] = 0
        assert np.ptp(other.probabilities(split.holdout.samples)) == 0
        assert np.ptp(run.probabilities(split.holdout.samples)) > 0


@pytest.mark.parametrize("name", ["ordinary", "exact"])
def test_runs_of_the_first_version_predict(name: str) -> None:
    run = dc.load_run(next(FIRST_VERSION.glob(f"*-{name}")))
    stored = run.payloads["holdout.json"]
    digits = dc.prepare(dc.configure()).dataset.samples
    found = run.probabilities(digits[stored["sample_ids"]])
    assert np.abs(found - np.array(stored["probabilities"])).max() <= 1e-6


def test_a_figure_is_the_picture_of_the_run(pair: tuple[dc.StoredRun, dc.Split], tmp_path: Path) -> None:
    run, _ = pair
    for name in ("confusion_matrix", "sample_gallery", "confusion_matrix.png"):
        figure = run.figure(name)
        data = (run.directory / f"{figure.name}.png").read_bytes()
        assert figure._repr_png_() == figure.png == data
        assert figure.save(str(tmp_path / "picture.png")).read_bytes() == data
        assert repr(figure).startswith(f"<Figure {figure.name}: PNG of ")
    with pytest.raises(dc.InputError, match="path: expected a file to write, got a directory; try "):
        figure.save(tmp_path)
    with pytest.raises(dc.InputError, match="expected a directory that can be written"):
        figure.save(tmp_path / "picture.png" / "below.png")
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]


def test_a_figure_that_was_not_drawn_says_how_to_have_it(pair: tuple[dc.StoredRun, dc.Split]) -> None:
    run, _ = pair
    for name, hint in (
        ("confusion", "try confusion_matrix"),
        ("roc_curves", "try a run with roc_per_class=True"),
        ("timing_stats", "try a run with timing_stats=True"),
        (7, "expected the name of a picture"),
    ):
        with pytest.raises(dc.InputError, match=hint):
            run.figure(name)  # type: ignore[arg-type]


def test_a_picture_that_was_changed_is_not_shown(tmp_path: Path) -> None:
    root = tmp_path / "root"
    run = dc.record(dc.configure(model="logistic", epochs=1, artifacts_root=root))
    (run.directory / "confusion_matrix.png").write_bytes(run.figure("sample_gallery").png)
    with pytest.raises(dc.ArtifactError, match="expected the picture as it was published"):
        run.figure("confusion_matrix")
    with pytest.raises(dc.ArtifactError, match=r"confusion_matrix\.png"):
        dc.load_run(root)


def test_the_text_of_a_run_is_one_line(pair: tuple[dc.StoredRun, dc.Split]) -> None:
    run, split = pair
    assert repr(run).startswith(f"<StoredRun {run.directory.name}: {run.summary['model']['name']} on ")
    assert f"of {len(split.holdout)} held-out samples right" in repr(run)
    assert len(repr(run).replace(str(run.directory), "")) < 120


def test_a_run_that_diverged_says_so(tmp_path: Path) -> None:
    config = dc.configure(optimizer="sgd", learning_rate=900, epochs=9, shift_pixels=0, artifacts_root=tmp_path)
    with np.errstate(all="ignore"):
        run = dc.record(config)
    epoch = run.summary["diverged"]["epoch"]
    assert f"held-out samples right, diverged in epoch {epoch}; in " in repr(run)
    assert len(run.history["epochs"]) == epoch - 1


def test_a_synthetic_run_is_one_too() -> None:
    run = dc.load_run(next(FIRST_VERSION.glob("*-sample-baseline")))
    assert repr(run).startswith(f"<StoredRun {run.directory.name}: ")
    assert run.figure("confusion_matrix").png.startswith(b"\x89PNG")
    assert "<iframe" in run._repr_html_()
    if "model.json" in run.payloads:
        assert run.probabilities(np.zeros((1, *run.summary["dataset"]["image_shape"]))).shape == (1, len(run.classes))
    else:
        with pytest.raises(dc.InputError, match="expected a run with a network, got one without"):
            _ = run.network


def test_what_is_no_run_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    shutil.copytree(FIRST_VERSION, tmp_path / "none", ignore=lambda _, names: [each for each in names if "2" in each])
    index = json.loads((FIRST_VERSION / "index.json").read_text())
    (tmp_path / "none" / "index.json").write_text(json.dumps({**index, "latest": None, "runs": []}))
    for path, came in (
        ("nowhere", "'nowhere', which is not there"),
        ("file", "'file', which is a file"),
        ("empty", "'empty', which is a directory without runs"),
        (7, "expected a path, got 7"),
        ("", "expected a path, got none"),
        (None, "expected a path"),
    ):
        with pytest.raises(dc.InputError) as error:
            dc.load_run(path)  # type: ignore[arg-type]
        assert came in str(error.value)
        assert "--" not in str(error.value)
    with pytest.raises(dc.DigitClassifierError):
        dc.load_run("none")
    with pytest.raises(dc.InputError, match="'artifacts', which is not there"):
        dc.load_run()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file", "none"]


def test_runs_that_are_not_listed_or_gone_are_not_said_to_be_none(tmp_path: Path) -> None:
    shutil.copytree(FIRST_VERSION, root := tmp_path / "root")
    latest = dc.load_run(root).directory
    shutil.rmtree(latest)
    with pytest.raises(dc.InputError, match=rf"whose latest run {latest.name} is gone; try .* repair "):
        dc.load_run(root)
    (root / "index.json").unlink()
    with pytest.raises(dc.InputError, match=r"which lists no run; try .* repair "):
        dc.load_run(root)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({"epochs": 3},), "config: expected settings, got an object of 1; try configure(epochs=20)"),
        (("mlp",), "config: expected settings, got 'mlp'"),
        ((dc.configure(), ([[1]], [1])), "dataset: expected a data set, got Python's tuple; try Dataset.from_arrays"),
        ((replace(dc.configure(), epochs=-1),), "epochs: expected a whole number from 1 to 100000, got -1"),
        ((replace(dc.configure(), hidden_sizes="64"),), "hidden_sizes: expected up to 8 layer sizes"),  # type: ignore[arg-type]
        ((replace(dc.configure(), optimizer="adam"),), "optimizer: expected one of sgd, adamw, got 'adam'"),  # type: ignore[arg-type]
        ((replace(dc.configure(), exact=1),), "exact: expected true or false, got 1"),  # type: ignore[arg-type]
    ],
)
def test_record_takes_checked_settings_and_data_only(
    arguments: Any, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(dc.InputError) as error:
        dc.record(*arguments)
    assert message in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_settings_may_be_numbers_and_arrays_of_numpy() -> None:
    config = dc.configure(hidden_sizes=np.array([8, 4]), epochs=np.int64(3), exact=np.True_, momentum=np.float64(0.5))
    assert config == dc.configure(hidden_sizes=(8, 4), epochs=3, exact=True, momentum=0.5)
