"""What the formats take from a run: its network as arrays, and what its reader must know to use it."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from digit_classifier.artifacts.rules import from_base64, shape_of
from digit_classifier.artifacts.run_summary import UNRELATED
from digit_classifier.errors import InputError, explain
from digit_classifier.settings.kinds import as_text
from digit_classifier.text import markdown
from digit_classifier.words.scores import scores_of

CURVES = {
    "training_loss": "loss/training",
    "holdout_loss": "loss/holdout",
    "training_accuracy": "accuracy/training",
    "holdout_accuracy": "accuracy/holdout",
}
SCORES = ("test_accuracy", "train_accuracy", "macro_f1", "log_loss")

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from digit_classifier.artifacts import Payload
    from digit_classifier.store import Bundle

    Arrays = dict[str, NDArray[np.float32]]


class OneRunError(InputError):
    """What keeps a run from being exported, and no other run."""


class IncompleteError(OneRunError):
    """A run was published without a file that the format needs."""


def payload(bundle: Bundle, name: str) -> Payload:
    """What a file of the run holds; IncompleteError for a run that was published without it."""
    if name not in bundle.payloads:
        raise IncompleteError(explain(bundle.directory, f"a run with {name}", "one without it", "another run"))
    return bundle.payloads[name]


def run_name(bundle: Bundle) -> str:
    """The run's id; for a flat run, which has none, its time in the same form."""
    date, time = str(bundle.manifest["created"]).strip("Z").replace("-", "").replace(":", "").split("T")
    return str(bundle.manifest["run_id"] or f"{date}-{time}")


def sample_shape(dataset: Payload) -> tuple[int, ...]:
    """(channels, height, width) of an image, (features,) of a row of a table."""
    shape = shape_of(dataset)
    return (shape["channels"], *shape["image_shape"]) if "image_shape" in shape else (len(shape["feature_names"]),)


def arrays_of(bundle: Bundle) -> Arrays:
    """The network's numbers, float32, named and shaped as PyTorch does for a `layers` of Conv2d and Linear.

    `offset` and `scale` have the shape of a sample: the network takes (sample − offset) / scale.
    """
    model, shape = payload(bundle, "model.json"), sample_shape(payload(bundle, "run_summary.json")["dataset"])
    arrays = {key: _floats(model[key]).reshape(shape) for key in ("offset", "scale")}
    for index, layer in enumerate(model["layers"]):
        image = layer.get("convolution")
        weight = (layer["units"], image["channels"], 3, 3) if image else (layer["units"], layer["inputs"])
        arrays[f"layers.{index}.weight"] = _floats(layer["weights"]).reshape(weight)
        arrays[f"layers.{index}.bias"] = _floats(layer["bias"])
    return arrays


def _floats(encoded: str) -> NDArray[np.float32]:
    return np.frombuffer(from_base64(encoded, None, "model"), "<f4").astype(np.float32)


def input_of(dataset: Payload) -> str:
    """What the network takes, in a sentence."""
    shape = " × ".join(map(str, sample_shape(dataset)))
    if "feature_names" in dataset:
        return f"float32 rows of {shape} features in the order of feature_names, as in the data: scaling is inside"
    large = {"ink": "0 is paper, the largest is ink", "light": "0 is dark, the largest is light"}
    tone = large[dataset.get("tone", "ink")]
    pixels = f"pixels 0..{dataset['max_value']} as in the data: scaling is inside; {tone}"
    return f"float32 images of {shape} (channel, row, column), {pixels}"


def facts_of(bundle: Bundle) -> dict[str, Any]:
    """What a file of the network says of itself."""
    summary = payload(bundle, "run_summary.json")
    dataset = summary["dataset"]
    facts = {
        "class_names": dataset["class_names"],
        "input": input_of(dataset),
        "run": run_name(bundle),
        "label": summary["label"] or "",
        "dataset": dataset["name"],
        "dataset_sha256": dataset["sha256"],
        "model_sha256": payload(bundle, "model.json")["sha256"],
        "results_digest": bundle.manifest["results_digest"],
    }
    if "feature_names" in dataset:
        return facts | {"feature_names": dataset["feature_names"]}
    return facts | {"max_value": dataset["max_value"], "tone": dataset.get("tone", "ink")}


def settings_of(bundle: Bundle) -> dict[str, str | float | bool]:
    """The settings that decide the results; lists as they are typed."""
    config = payload(bundle, "run_summary.json")["config"]
    known = {key: value for key, value in config.items() if key not in UNRELATED and value is not None}
    return {key: as_text(tuple(value)) if isinstance(value, list) else value for key, value in known.items()}


def series_of(bundle: Bundle) -> dict[str, list[tuple[int, float, float]]]:
    """Name → (epoch, seconds since the start, value) of every curve, and of the scores at the end.

    Epochs without a value, in which training diverged, are left out.
    """
    curve, metrics = payload(bundle, "loss_curve.json"), payload(bundle, "metrics.json")
    last, whole = len(curve["epochs"]), payload(bundle, "run_summary.json")["timing"]["training_seconds"]
    even = {"epoch_seconds": [whole / max(last, 1)] * last}
    ends = [*accumulate(bundle.payloads.get("timing_stats.json", even)["epoch_seconds"])]
    curves = {tag: curve[key] for key, tag in CURVES.items()}
    if "training_dynamics.json" in bundle.payloads:
        curves["learning_rate"] = bundle.payloads["training_dynamics.json"]["learning_rates"]
    series = {
        name: [(epoch, ends[epoch - 1], value) for epoch, value in enumerate(values, 1) if value is not None]
        for name, values in curves.items()
    }
    return series | {key: [(last, whole, metrics[key])] for key in SCORES if metrics.get(key) is not None}


def about(bundle: Bundle) -> list[str]:
    """What a run is and how good, as paragraphs of Markdown; the last is the command that repeats it."""
    summary, epochs = payload(bundle, "run_summary.json"), len(payload(bundle, "loss_curve.json")["epochs"])
    dataset, split, model = summary["dataset"], summary["split"], summary["model"]
    warnings = {
        "synthetic": "This run is synthetic: made up as a sample, and not trained.",
        "diverged": "Training diverged: the network is the last one whose numbers were finite.",
        "interrupted": "Training was interrupted: the network is that of a checkpoint.",
    }
    sides = f"{split['training']:,} samples to learn from, {split['holdout']:,} held out"
    known = (
        ". ".join(filter(None, (dataset[key].rstrip(".") for key in ("title", "source", "note")))) or dataset["name"]
    )
    paragraphs = [
        *(f"**{text}**" for key, text in warnings.items() if summary.get(key)),
        *(markdown(f"{line}.") for line in scores_of(bundle.payloads)),
        f"Data: {markdown(known)}; {sides}, sha256 `{dataset['sha256'][:12]}`.",
        f"Model: `{model['name']}`, {model['parameters']:,} parameters, {epochs:,} epochs. Input: {input_of(dataset)}.",
    ]
    return [*paragraphs, f"    {summary['command']}"]
