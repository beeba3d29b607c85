"""The network as a classifier of scikit-learn: its own checks, its tools, and the way into a run."""

from __future__ import annotations

import inspect
import json
import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits, load_iris
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import digit_classifier as dc
from digit_classifier.estimator import NetworkClassifier
from digit_classifier.settings.presets import Task
from digit_classifier.settings.resolve import fitted
from digit_classifier.settings.run_config import SETTINGS
from digit_classifier.store import inspect as inspect_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DIGITS, LABELS = load_digits(return_X_y=True)
TRAINING, HOLDOUT = slice(0, 400), slice(400, 600)
FLOWERS = load_iris(as_frame=True)
IRIS, SPECIES = FLOWERS.data, FLOWERS.target_names[FLOWERS.target]
CHECKS = """
import json, sys, warnings
warnings.simplefilter("error")
from sklearn.utils.estimator_checks import check_estimator
from digit_classifier.estimator import NetworkClassifier
found = check_estimator(NetworkClassifier(sys.argv[1]), on_fail=None, on_skip=None)
print(json.dumps([[each["check_name"], each["status"], str(each["exception"])[:300]] for each in found]))
"""


@pytest.mark.parametrize("model", ["mlp", "logistic"])
def test_it_passes_every_check_of_scikit_learn_and_skips_none(model: str) -> None:
    environment = {**os.environ, "SCIPY_ARRAY_API": "1"}  # without it, some checks are skipped
    command = [sys.executable, "-c", CHECKS, model]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert [each for each in found if each[1] != "passed"] == []
    assert len(found) >= 50
    assert done.stderr == ""


def test_its_parameters_are_the_settings_of_training() -> None:
    trained = {name for name, item in SETTINGS.items() if item.metadata["group"] in ("model", "training")}
    parameters = inspect.signature(NetworkClassifier).parameters
    assert parameters.keys() == trained | {"random_state", "image_shape"}
    assert {parameter.default for parameter in parameters.values()} == {None}


def test_what_is_none_follows_the_presets_for_these_data() -> None:
    for shape, data, labels in ((None, IRIS, SPECIES), ((8, 8), DIGITS[TRAINING], LABELS[TRAINING])):
        found = NetworkClassifier(epochs=3, image_shape=shape).fit(data, labels)
        task = Task(images=shape is not None, inputs=data.shape[1], samples=len(data))
        expected = fitted(dc.configure(epochs=3), task)
        assert found.history_.epochs[0].learning_rate == expected.learning_rate
        assert bool(found.network_.offset.any()) == (expected.scaling == "standard") == (shape is None)


@pytest.fixture(scope="module", params=["cnn", "mlp", "logistic"])
def images(request: pytest.FixtureRequest) -> NetworkClassifier:
    return NetworkClassifier(request.param, epochs=4, image_shape=(8, 8)).fit(DIGITS[TRAINING], LABELS[TRAINING])


def test_it_learns_images(images: NetworkClassifier) -> None:
    assert images.score(DIGITS[HOLDOUT], LABELS[HOLDOUT]) > 0.7
    assert images.classes_.tolist() == list(range(10))
    assert images.n_features_in_ == 64
    assert len(images.history_.epochs) == 4
    assert images.network_.classes == 10


def test_probabilities_do_not_depend_on_the_other_rows(images: NetworkClassifier) -> None:
    rows = DIGITS[HOLDOUT]
    found = images.predict_proba(rows)
    assert found.dtype == np.float64
    order = np.random.default_rng(5).permutation(len(rows))
    assert np.abs(images.predict_proba(rows[order]) - found[order]).max() <= 1e-9
    assert np.abs(np.concatenate([images.predict_proba(rows[[i]]) for i in range(20)]) - found[:20]).max() <= 1e-9
    assert np.abs(found.sum(axis=1) - 1).max() <= 1e-12


def test_equal_arguments_give_equal_networks() -> None:
    first, second = (NetworkClassifier(epochs=2).fit(IRIS, SPECIES) for _ in range(2))
    np.testing.assert_array_equal(first.network_.parameters, second.network_.parameters)
    other = NetworkClassifier(epochs=2, random_state=1).fit(IRIS, SPECIES)
    assert (first.network_.parameters != other.network_.parameters).any()


def test_a_frame_and_texts_are_data() -> None:
    found = NetworkClassifier("logistic").fit(IRIS, SPECIES)
    assert found.feature_names_in_.tolist() == list(IRIS.columns)
    assert found.predict(IRIS.iloc[[0, 60, 140]]).tolist() == ["setosa", "versicolor", "virginica"]


@pytest.mark.parametrize("low", [0, -1])
def test_images_may_be_numbers_up_to_one(low: int) -> None:
    whole = NetworkClassifier(epochs=2, image_shape=(8, 8)).fit(DIGITS[TRAINING], LABELS[TRAINING])
    scaled = DIGITS / 16 if low == 0 else DIGITS / 8 - 1
    found = NetworkClassifier(epochs=2, image_shape=(8, 8)).fit(scaled[TRAINING], LABELS[TRAINING])
    near = np.abs(found.predict_proba(scaled[HOLDOUT]) - whole.predict_proba(DIGITS[HOLDOUT]))
    assert near.mean() < 0.01  # rounding to 255 steps is all that differs
    dark = np.zeros((1, 64))
    assert np.abs(found.predict_proba(dark + low) - whole.predict_proba(dark)).max() < 0.05


def test_it_learns_colours() -> None:
    colours = np.random.default_rng(1).integers(0, 100, (60, 3 * 4 * 4))
    labels = np.arange(60) % 2
    colours[labels == 1, :16] += 100  # red
    found = NetworkClassifier("cnn", epochs=12, image_shape=(4, 4), channels=(8,), shift_pixels=0).fit(colours, labels)
    assert found.network_.architecture[0].inputs == 48
    assert found.score(colours, labels) == 1


def test_it_works_in_the_tools_of_scikit_learn() -> None:
    few = NetworkClassifier(epochs=15)
    assert cross_val_score(make_pipeline(StandardScaler(), NetworkClassifier("logistic")), IRIS, SPECIES).mean() > 0.9
    grid = {"hidden_sizes": [(8,), [16]], "learning_rate": np.array([0.01, 0.03])}
    search = GridSearchCV(few, grid, cv=3).fit(IRIS, SPECIES)
    assert search.best_score_ > 0.8
    calibrated = CalibratedClassifierCV(few, cv=3).fit(IRIS, SPECIES)
    assert calibrated.score(IRIS, SPECIES) > 0.8
    bag = BaggingClassifier(few, n_estimators=3, random_state=0).fit(IRIS, SPECIES)
    assert bag.score(IRIS, SPECIES) > 0.8


def test_copies_predict_the_same_and_leave_the_data_behind(images: NetworkClassifier) -> None:
    packed = pickle.dumps(images)
    assert len(packed) < 4 * images.network_.parameters.size + 12_000
    again = pickle.loads(packed)
    np.testing.assert_array_equal(again.predict_proba(DIGITS[HOLDOUT]), images.predict_proba(DIGITS[HOLDOUT]))
    with pytest.raises(dc.InputError, match="expected the data of fit, got none, as in every pickle; try fit again"):
        again.record("nowhere", DIGITS[HOLDOUT], LABELS[HOLDOUT])
    assert clone(images).get_params() == images.get_params()
    assert not hasattr(clone(images), "network_")


def test_what_was_fitted_becomes_a_run(images: NetworkClassifier, tmp_path: Path) -> None:
    run = images.record(tmp_path / "root", DIGITS[HOLDOUT], LABELS[HOLDOUT], name="part", run_label="fitted")
    np.testing.assert_array_equal(run.network.parameters, images.network_.parameters)
    assert run.metrics["accuracy"] == images.score(DIGITS[HOLDOUT], LABELS[HOLDOUT])
    assert run.summary["split"]["training"] == 400
    assert run.summary["config"]["split"] == "given"
    assert run.summary["dataset"]["name"] == "part"
    assert len(run.history["holdout_loss"]) == 4
    assert np.abs(run.probabilities(DIGITS[HOLDOUT]) - images.predict_proba(DIGITS[HOLDOUT])).max() < 1e-5
    assert inspect_run(run.directory, shared_data="required").problems == []
    assert dc.load_run(tmp_path / "root").metrics == run.metrics


def test_a_table_becomes_a_run_whatever_is_set_afterwards(tmp_path: Path) -> None:
    found = NetworkClassifier("logistic", epochs=5).fit(IRIS[::2], SPECIES[::2])
    found.set_params(epochs=50, model="mlp")
    run = found.record(tmp_path, IRIS[1::2], SPECIES[1::2], name="iris")
    np.testing.assert_array_equal(run.network.parameters, found.network_.parameters)
    assert run.summary["dataset"]["feature_names"] == list(IRIS.columns)
    assert run.summary["dataset"]["name"] == "iris-data"  # iris is the bundled one
    assert run.predict(IRIS[1::50]).tolist() == found.predict(IRIS[1::50]).tolist()


def test_fit_shows_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    NetworkClassifier(epochs=2).fit(IRIS, SPECIES).predict(IRIS)
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def refused(**settings: Any) -> Callable[[], object]:
    data = (DIGITS, LABELS) if "image_shape" in settings else (IRIS, SPECIES)
    return lambda: NetworkClassifier(**settings).fit(*data)


def half_known(path: str = "nowhere") -> NetworkClassifier:
    return NetworkClassifier("logistic", epochs=1).fit(IRIS, SPECIES)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (refused(model="svm"), "model: expected one of mlp, cnn, logistic, got 'svm'; try model='mlp'"),
        (refused(epochs=-3), "epochs: expected a whole number from 1 to 100000, got '-3'; try epochs=100"),
        (refused(model="cnn"), "image_shape: expected (height, width), as this is for images, got none with model="),
        (refused(shift_pixels=0.5), "got none with shift_pixels=0.5; try image_shape=(8, 8)"),
        (refused(scaling="max"), "got none with scaling='max'"),
        (refused(model="logistic", hidden_sizes=(8,)), "hidden_sizes: expected none (logistic is"),
        (refused(image_shape=8), "image_shape: expected height,width in pixels"),
        (refused(image_shape=(8, 9)), "X: expected 72 features for 8 × 9 grey pixels, or 216 for colour, got 64"),
        (
            refused(model="cnn", image_shape=(8, 8), channels=(4,) * 8),
            "channels: expected fewer convolutions, got 8 on images of which 1 × 1 pixels cannot be pooled again",
        ),
        (
            lambda: NetworkClassifier(image_shape=(8, 8)).fit(DIGITS - 8, LABELS),
            "X: expected whole pixels from 0 to 255, or numbers from 0 to 1 or −1 to 1, got -8 to 8",
        ),
        (
            lambda: NetworkClassifier(epochs=1, image_shape=(8, 8)).fit(DIGITS, LABELS).predict(DIGITS / 16),
            "X: expected whole pixels from 0 to 16, as in fit, got 0 to 1, not whole; try the same scaling",
        ),
        (lambda: NetworkClassifier().fit(IRIS, ["a"] * 150), "y: expected at least two classes, got 1 class, "),
        (lambda: half_known().record("nowhere", IRIS, ["x"] * 150), "only classes that were fitted, got 'x'"),
        (lambda: half_known().record("nowhere", IRIS[:9], SPECIES[:9]), "fitted, got none of 'versicolor'"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    action: Callable[[], object], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(dc.InputError) as error:
        action()
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_diverges_is_an_error() -> None:
    with pytest.raises(dc.RunError, match="fit: expected finite losses, got the training loss was nan; try learning_"):
        NetworkClassifier(optimizer="sgd", learning_rate=900).fit(IRIS * 1000, SPECIES)


def test_before_fit_there_is_nothing_to_predict_or_record() -> None:
    for use in (NetworkClassifier().predict, NetworkClassifier().predict_proba):
        with pytest.raises(NotFittedError):
            use(IRIS)
    with pytest.raises(NotFittedError):
        NetworkClassifier().record("nowhere", IRIS, SPECIES)
    assert not hasattr(NetworkClassifier, "partial_fit")


def test_an_older_scikit_learn_is_named_with_what_to_do() -> None:
    code = "import sklearn.utils.validation as v; del v.validate_data; import digit_classifier.estimator"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ImportError: digit_classifier.estimator: expected scikit-learn 1.6 or newer, got 1.")
    assert last.endswith("; try pip install -U scikit-learn")
