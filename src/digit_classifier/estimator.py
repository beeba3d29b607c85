"""The network as a classifier of scikit-learn: in pipelines, searches, cross-validation and calibration.

It needs scikit-learn 1.6 or newer, which the rest of the package does not import.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from digit_classifier.datasets.dataset import Dataset, Examples
from digit_classifier.environment import one_blas_thread
from digit_classifier.errors import InputError, RunError, explain, option, show
from digit_classifier.experiment import record
from digit_classifier.learning.build import architecture_of
from digit_classifier.learning.training import Training
from digit_classifier.numerics.arithmetic import ORDINARY
from digit_classifier.settings.presets import Task
from digit_classifier.settings.resolve import configure, fitted

try:
    from sklearn.utils.validation import validate_data
except ImportError as error:
    raise ImportError(
        explain(
            "digit_classifier.estimator",
            "scikit-learn 1.6 or newer",
            sklearn.__version__,
            "pip install -U scikit-learn",
        )
    ) from error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from digit_classifier.run.stored import StoredRun
    from digit_classifier.settings.run_config import RunConfig
    from digit_classifier.text import AnyPath

LEVELS = 255  # of pixels that were given as numbers from 0 to 1, or from −1 to 1


class NetworkClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A network trained by this package, with the presets of its model where a setting is None.

    The parameters are the settings of the same names. `random_state=None` is 42: equal arguments give equal networks.

    Without `image_shape`, rows (n, features) are those of a table. With `image_shape=(height, width)` they are images,
    flattened by row, with three colours by channel first: whole pixels 0..255, or numbers 0..1 or −1..1. Images train
    with moved copies of themselves, and `model="cnn"` is for images only.

    There is no `partial_fit`: the number of epochs and the rate that falls over them belong to one `fit`.

    After `fit`: `classes_`, `n_features_in_`, `feature_names_in_` as in scikit-learn, `network_` the trained network,
    `history_` its epochs. `fit` shows nothing.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        channels: Sequence[int] | None = None,
        hidden_sizes: Sequence[int] | None = None,
        optimizer: str | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        lr_decay: float | None = None,
        momentum: float | None = None,
        weight_decay: float | None = None,
        label_smoothing: float | None = None,
        temperature: float | None = None,
        shift_pixels: float | None = None,
        exact: bool | None = None,
        scaling: str | None = None,
        random_state: int | None = None,
        image_shape: tuple[int, int] | None = None,
    ) -> None:
        self.model = model
        self.channels = channels
        self.hidden_sizes = hidden_sizes
        self.optimizer = optimizer
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.lr_decay = lr_decay
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.label_smoothing = label_smoothing
        self.temperature = temperature
        self.shift_pixels = shift_pixels
        self.exact = exact
        self.scaling = scaling
        self.random_state = random_state
        self.image_shape = image_shape

    def fit(self, X: Any, y: Any) -> NetworkClassifier:  # noqa: N803 - scikit-learn's name
        """Train on rows X (n, features) with labels y (n,); ValueError for what cannot be learned from."""
        X, y = validate_data(self, X, y, dtype=np.float32, ensure_min_samples=2)  # noqa: N806
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(explain("y", "at least two classes", f"1 class, {self.classes_[0]!r}", "other labels"))
        pixels = _pixels_of(X, self.image_shape)
        samples = X.copy() if pixels is None else pixels.samples(X)
        examples = Examples(samples, labels.astype(np.intp), len(self.classes_), pixels.largest if pixels else 1)
        given = {name: value for name, value in self.get_params().items() if name != "image_shape"}
        config = _config_of(given, examples, pixels)
        with one_blas_thread():
            training = Training(config, examples)
            for _ in training:
                pass
        if training.history.diverged:
            reason, rate = training.history.diverged.reason, config.learning_rate / 10
            raise RunError(explain("fit", "finite losses", reason, option("learning_rate", float(f"{rate:.3g}"))))
        self.network_, self.history_ = training.network, replace(training.history, snapshots=())
        self._learned = _Learned(given, pixels, examples)
        return self

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """The most probable class (n,) of each row."""
        most_probable = self.predict_proba(X).argmax(axis=1)
        found: NDArray[Any] = self.classes_[most_probable]
        return found

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Class probabilities (n, classes), computed in float64: the same whatever the other rows are."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float32)  # noqa: N806
        pixels = self._learned.pixels
        samples = X if pixels is None else pixels.samples(X)
        network = replace(self.network_, parameters=self.network_.parameters.astype(np.float64), arithmetic=ORDINARY)
        with one_blas_thread():
            found: NDArray[Any] = network.probabilities(samples)
        return found

    def record(
        self,
        root: AnyPath,
        X_holdout: Any,  # noqa: N803
        y_holdout: Any,
        *,
        name: str = "data",
        run_label: str | None = None,
    ) -> StoredRun:
        """Publish what was fitted as a run in an artifacts root, tested on a hold-out that it has not seen.

        It is trained once more, to the same bits, as its files hold the scores of the hold-out after each epoch.
        InputError where the hold-out lacks a class or the training data are gone: pickles do not keep them.
        """
        check_is_fitted(self)
        learned = self._learned
        if learned.examples is None:
            raise InputError(explain("record", "the data of fit", "none, as in every pickle", "fit again"))
        X, y = validate_data(self, X_holdout, y_holdout, reset=False, dtype=np.float32)  # noqa: N806
        if len(unknown := np.setdiff1d(y, self.classes_)):
            came = show(unknown.tolist()[0])
            raise InputError(explain("y_holdout", "only classes that were fitted", came, "rows of those classes"))
        if len(missing := np.setdiff1d(self.classes_, y)):
            came = f"none of {show(missing.tolist()[0])}"
            raise InputError(explain("y_holdout", "each class that was fitted", came, "a larger hold-out"))
        examples, pixels = learned.examples, learned.pixels
        images: dict[str, Any] = {} if pixels is None else {"max_value": pixels.largest, "note": pixels.note}
        names = getattr(self, "feature_names_in_", None)
        samples = np.concatenate([examples.samples, X if pixels is None else pixels.samples(X)])
        dataset = Dataset.from_arrays(
            samples[:, 0] if pixels and samples.shape[1] == 1 else samples,
            np.concatenate([examples.labels, np.searchsorted(self.classes_, y)]),
            class_names=_names_of(self.classes_),
            feature_names=None if pixels or names is None else names.tolist(),
            held_out=np.arange(len(examples) + len(y)) >= len(examples),
            name=name,
            **images,
        )
        count = min(16, len(y))
        places = {"artifacts_root": root, "run_label": run_label}
        return record(configure(**learned.given, split="given", sample_count=count, **places), dataset)

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle keeps: the network, but not the data that it was trained on."""
        state: dict[str, Any] = super().__getstate__()
        if "_learned" in state:
            state = {**state, "_learned": state["_learned"]._replace(examples=None)}
        return state


class _Pixels(NamedTuple):
    """How rows become images: (value + offset) · factor, rounded, is a pixel 0..largest."""

    shape: tuple[int, int, int]  # (channels, height, width)
    offset: float
    factor: float  # 1 where pixels are whole as they come
    largest: int
    note: str

    def samples(self, rows: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Images (n, channels, height, width) of rows (n, features); InputError for values of another kind."""
        values = (rows + self.offset) * self.factor
        pixels = np.rint(values)
        low, high = (values.min(), values.max()) if values.size else (0, 0)
        if low < 0 or high > self.largest or (self.factor == 1 and (pixels != values).any()):
            ends = -self.offset, self.largest / self.factor - self.offset
            kind = "whole pixels" if self.factor == 1 else "numbers"
            came = f"{rows.min():g} to {rows.max():g}" + (
                ", not whole" if self.factor == 1 and (pixels != values).any() else ""
            )
            raise InputError(
                explain("X", f"{kind} from {ends[0]:g} to {ends[1]:g}, as in fit", came, "the same scaling")
            )
        images: NDArray[np.uint8] = pixels.astype(np.uint8).reshape(-1, *self.shape)
        return images


class _Learned(NamedTuple):
    """What a fit used: the parameters that were given, how rows become images, and the examples."""

    given: dict[str, Any]
    pixels: _Pixels | None
    examples: Examples | None  # None in a copy that was pickled


def _config_of(given: dict[str, Any], examples: Examples, pixels: _Pixels | None) -> RunConfig:
    """The settings, checked, with the presets for these data."""
    config = configure(**given)
    if pixels is None:
        for_images = {
            "model": config.channels,
            "shift_pixels": given["shift_pixels"],
            "scaling": given["scaling"] == "max",
        }
        for name in (name for name, wrong in for_images.items() if wrong):
            came = f"none with {option(name, getattr(config, name))}"
            raise InputError(
                explain("image_shape", "(height, width), as this is for images", came, "image_shape=(8, 8)")
            )
    task = Task(images=pixels is not None, inputs=examples.samples[0].size, samples=len(examples))
    config = fitted(config, task)
    try:
        architecture_of(config, examples)
    except ValueError as error:
        came = f"{len(config.channels)} on images of which {error}"
        raise InputError(explain("channels", "fewer convolutions", came, "channels=(16,)")) from None
    return config


def _pixels_of(rows: NDArray[np.float32], image_shape: object) -> _Pixels | None:
    """What these rows are as images; None without a shape. InputError where they are no images of it."""
    shape = configure(image_shape=image_shape).image_shape
    if not shape:
        return None
    height, width = shape
    channels, rest = divmod(rows.shape[1], height * width)
    if rest or channels not in (1, 3):
        wanted = f"{height * width} features for {height} × {width} grey pixels, or {3 * height * width} for colour"
        raise InputError(explain("X", wanted, str(rows.shape[1]), "another image_shape"))
    low, high = float(rows.min()), float(rows.max())
    sides = (channels, height, width)
    if low >= 0 and high <= LEVELS and (rows == np.trunc(rows)).all():
        return _Pixels(sides, 0, 1, next(each for each in (1, 16, LEVELS) if high <= each), "")
    if low < -1 or high > 1:
        wanted = "whole pixels from 0 to 255, or numbers from 0 to 1 or −1 to 1"
        raise InputError(explain("X", wanted, f"{low:g} to {high:g}", "no scaling before it, or no image_shape"))
    start = "0" if low >= 0 else "−1"
    note = f"Pixels were given from {start} to 1 and rounded to {LEVELS} steps."
    return _Pixels(sides, 0 if low >= 0 else 1, LEVELS if low >= 0 else LEVELS / 2, LEVELS, note)


def _names_of(classes: NDArray[Any]) -> list[str]:
    """The classes as texts; a number without its decimals where all are whole."""
    values = classes.tolist()
    if classes.dtype.kind == "f" and all(value.is_integer() for value in values):
        values = [int(value) for value in values]
    return [str(value) for value in values]
