"""A run on disk, to use: its numbers, its network to predict with, its pictures, and its page in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.artifacts.rules import from_base64
from digit_classifier.environment import one_blas_thread
from digit_classifier.errors import ArtifactError, InputError, explain, option, show, suggestion
from digit_classifier.figures import FIGURES
from digit_classifier.learning.convolution import Convolution
from digit_classifier.learning.layers import Dense, Layer
from digit_classifier.learning.network import Network, count_parameters
from digit_classifier.numerics.arithmetic import EXACT, ORDINARY, Floats
from digit_classifier.page.source import find_run
from digit_classifier.run.notebook import Figure, page_in_frame
from digit_classifier.run.samples import require_answers, samples_like
from digit_classifier.store.bundle import Bundle, entry_of_file
from digit_classifier.store.files import read_regular
from digit_classifier.store.inspection import read_bundle
from digit_classifier.store.layout import max_bytes
from digit_classifier.text import as_path
from digit_classifier.words.numbers import percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digit_classifier.artifacts import Payload
    from digit_classifier.text import AnyPath


@dataclass(frozen=True, repr=False)
class StoredRun(Bundle):
    """A run on disk: what `record` and `load_run` give. Its files are read once; in a notebook it shows its page."""

    @property
    def metrics(self) -> Payload:
        """What metrics.json holds: accuracy with its interval, F1, report and confusion matrix of the hold-out."""
        return self.payloads["metrics.json"]

    @property
    def summary(self) -> Payload:
        """What run_summary.json holds: settings, data set, split, model, times, versions."""
        return self.payloads["run_summary.json"]

    @property
    def history(self) -> Payload:
        """What loss_curve.json holds: losses and accuracies, a list of each with one value per epoch."""
        return self._payload("loss_curve.json")

    @property
    def predictions(self) -> Payload:
        """What predictions.json holds: a few samples of the hold-out with all their probabilities."""
        return self._payload("predictions.json")

    def _payload(self, name: str) -> Payload:
        """What a file holds that a synthetic run may lack."""
        if name not in self.payloads:
            raise InputError(explain(self.directory, f"a run with {name}", "one without", "another run"))
        return self.payloads[name]

    @cached_property
    def network(self) -> Network:
        """The trained network; it computes in float32, with NumPy only. InputError for a synthetic run, without one."""
        if "model.json" not in self.payloads:
            raise InputError(explain(self.directory, "a run with a network", "one without", "another run"))
        return network_of(self.payloads["model.json"], exact=bool(self.summary["config"].get("exact", False)))

    @property
    def classes(self) -> NDArray[Any]:
        """The classes (classes,) in the order of the probabilities: numbers where all names are numbers, else texts."""
        names = self.summary["dataset"]["class_names"]
        numbers = [int(name) for name in names if name.removeprefix("-").isdecimal() and len(name) < 18]
        return np.array(numbers if list(map(str, numbers)) == list(names) else names)

    def probabilities(self, samples: Any) -> NDArray[np.float32]:
        """Class probabilities (n, classes) of samples as the run's data set has them.

        Images are (n, h, w), with three colours (n, 3, h, w) or (n, h, w, 3), or flat (n, numbers), of whole pixels
        0..max_value; rows of a table are (n, features). InputError for anything else.
        """
        like = samples_like(samples, self.summary["dataset"])
        with one_blas_thread(), np.errstate(all="ignore"):
            found: NDArray[np.float32] = self.network.probabilities(like)
        require_answers(found)
        return found

    def predict(self, samples: Any) -> NDArray[Any]:
        """The most probable class (n,) of each sample, one of `classes`; samples as for `probabilities`."""
        found: NDArray[Any] = self.classes[self.probabilities(samples).argmax(axis=1)]
        return found

    def figure(self, name: str) -> Figure:
        """One of the run's pictures, which a notebook shows: `confusion_matrix`, `sample_gallery`, …

        InputError for a name that is none, or of a picture that this run was not asked for; ArtifactError where its
        file is not as it was published.
        """
        known = [each.removesuffix(".png") for each in FIGURES]
        short = name.removesuffix(".png") if isinstance(name, str) else show(name)
        if short not in known:
            raise InputError(explain("figure", "the name of a picture", show(short), suggestion(short, known)))
        file = f"{short}.png"
        if file in self.manifest["files"]:
            path = self.directory / file
            data = read_regular(path, max_bytes(file))
            if entry_of_file(data) != self.manifest["files"][file]:
                raise ArtifactError(explain(path, "the picture as it was published", "another", "load_run again"))
            return Figure(short, data)
        sources, draw = FIGURES[file]
        if sources[0] in self.payloads:
            return Figure(short, draw(*map(self.payloads.get, sources)))
        setting = ANALYTICS.get(short, short)
        raise InputError(explain("figure", "a picture of this run", show(short), f"a run with {option(setting, True)}"))

    def __repr__(self) -> str:
        summary, count = self.summary, self.summary["split"]["holdout"]
        what = f"{summary['model']['name']} on {summary['dataset']['name']}"
        right = f"{percent(self.metrics['accuracy'])} of {count:,} held-out samples right"
        if summary["diverged"]:
            right += f", diverged in epoch {summary['diverged']['epoch']}"
        return f"<StoredRun {self.manifest['run_id'] or 'flat'}: {what}, {right}; in {self.directory}>"

    def _repr_html_(self) -> str:
        """The page, in a frame; a notebook asks for it."""
        return page_in_frame(self.directory, repr(self).strip("<>"), self.figure)


ANALYTICS = {"roc_curves": "roc_per_class"}  # the picture → the setting, where its name is another


def load_run(path: AnyPath = "artifacts") -> StoredRun:
    """A run from its directory, or the latest run of an artifacts root.

    InputError where there is none, ArtifactError where a file is not as it was published, OSError of the disk.
    """
    bundle = read_bundle(find_run(as_path(path), "path", "record(configure()), or another path"))
    return StoredRun(bundle.directory, bundle.manifest, bundle.payloads)


def network_of(model: Payload, *, exact: bool = False) -> Network:
    """The network of a valid model.json; `exact` computes as the setting of that name says."""
    layers = tuple(_layer(each) for each in model["layers"])
    parameters = np.empty(count_parameters(layers), np.float32)
    offset, scale = (_floats(model[key], key) for key in ("offset", "scale"))
    network = Network(layers, parameters, offset, scale, EXACT if exact else ORDINARY)
    for matrix, each in zip(network.matrices, model["layers"], strict=True):
        matrix[:, :-1] = _floats(each["weights"], "weights").reshape(len(matrix), -1)
        matrix[:, -1] = _floats(each["bias"], "bias")
    return network


def _layer(stated: Payload) -> Layer:
    image, units = stated.get("convolution"), stated["units"]
    if image is None:
        return Dense(stated["inputs"], units)
    return Convolution(image["channels"], image["height"], image["width"], units, image["pooled"])


def _floats(encoded: str, name: str) -> Floats:
    values: Floats = np.frombuffer(from_base64(encoded, None, f"model.{name}"), "<f4").astype(np.float32)
    return values
