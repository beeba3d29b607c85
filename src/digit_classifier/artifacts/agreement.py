"""Whether the files of one run agree: every rule recomputes or compares, from these files alone."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from digit_classifier.artifacts.architecture import LAYER
from digit_classifier.artifacts.dataset import plain_dataset, split_sha256
from digit_classifier.artifacts.epoch_snapshots import predictions_by_epoch
from digit_classifier.artifacts.metrics import build_metrics
from digit_classifier.artifacts.roc_curves import build_roc
from digit_classifier.artifacts.rules import IMAGE, Payload, differences, shape_of
from digit_classifier.artifacts.run_summary import results_digest
from digit_classifier.errors import ArtifactError, show
from digit_classifier.evaluation import commonest, confusion_matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROUNDING = 1e-12  # the curves' accuracies are rounded once more
SINGLE = 1e-5  # stored probabilities are float32
SHOWN = 5  # messages per rule; one broken file breaks many places


def contradictions(payloads: Mapping[str, Payload], about: str | None = None) -> list[str]:
    """One line per contradiction between the files of a run, each naming file and field; empty when they agree.

    `payloads` maps file names to payloads that each pass their own validator; the data set comes as dataset.json. With
    `about`, only the rules that this file takes part in. Rules are skipped where a file is missing.
    """
    found: list[str] = []
    for names, rule in RULES:
        if all(name in payloads for name in names) and (about is None or about in names):
            found += islice(rule(*(payloads[name] for name in names)), SHOWN)
    return found


def _metrics(holdout: Payload, metrics: Payload) -> Iterator[str]:
    names = metrics["labels"]
    if len(names) != len(holdout["probabilities"][0]):
        yield _differs("metrics.labels", len(holdout["probabilities"][0]), len(names), "holdout")
        return
    labels = holdout["true_labels"], holdout["predicted_labels"], holdout["probabilities"]
    rebuilt = build_metrics(*labels, names, metrics["train_accuracy"], metrics.get("baselines"))
    yield from differences(rebuilt, {key: metrics[key] for key in rebuilt}, "metrics")


def _predictions(holdout: Payload, metrics: Payload, predictions: Payload) -> Iterator[str]:
    yield from differences(metrics["labels"], predictions["labels"], "predictions.labels")
    rows = {sample_id: row for row, sample_id in enumerate(holdout["sample_ids"])}
    for index, sample in enumerate(predictions["samples"]):
        where = f"predictions.samples[{index}]"
        row = rows.get(sample["sample_id"])
        if row is None:
            yield f"{where}.sample_id: expected a sample of holdout.json, got {sample['sample_id']}"
            continue
        for key, many in (("true_label", "true_labels"), ("probabilities", "probabilities")):
            yield from differences(holdout[many][row], sample[key], f"{where}.{key}")


def _roc(holdout: Payload, metrics: Payload, roc: Payload) -> Iterator[str]:
    if len(metrics["labels"]) != len(holdout["probabilities"][0]):
        return  # reported by _metrics
    try:
        rebuilt = build_roc(holdout["true_labels"], holdout["probabilities"], metrics["labels"])
    except ArtifactError as error:
        yield f"roc_curves.classes: expected curves from holdout.json, got none: {error}"
        return
    yield from differences(rebuilt, roc, "roc_curves")


def _loss_curve(holdout: Payload, metrics: Payload, curve: Payload) -> Iterator[str]:
    if curve["diverged"]:
        return
    accuracy, loss = curve["holdout_accuracy"][-1], curve["holdout_loss"][-1]
    last = len(curve["epochs"]) - 1
    yield from differences(metrics["accuracy"], accuracy, f"loss_curve.holdout_accuracy[{last}]", ROUNDING)
    pairs = zip(holdout["true_labels"], holdout["probabilities"], strict=True)
    if all(row[label] > 1e-12 for label, row in pairs if label < len(row)):  # below, the metric clips
        yield from differences(metrics["log_loss"], loss, f"loss_curve.holdout_loss[{last}]", SINGLE)


def _snapshots(metrics: Payload, curve: Payload, snapshots: Payload) -> Iterator[str]:
    where, epochs, matrices = "epoch_snapshots", snapshots["epochs"], snapshots["confusion_matrices"]
    total = len(curve["epochs"])
    supports = [sum(row) for row in metrics["confusion_matrix"]]
    for index, (epoch, matrix) in enumerate(zip(epochs, matrices, strict=True)):
        if epoch > total:
            yield f"{where}.epochs[{index}]: expected an epoch of loss_curve.json, 1..{total}, got {epoch}"
            return
        if [sum(row) for row in matrix] != supports:
            yield f"{where}.confusion_matrices[{index}]: expected the supports of metrics.json, got other row sums"
            return
        right = sum(row[label] for label, row in enumerate(matrix)) / sum(supports)
        at = f"{where}.confusion_matrices[{index}]"
        accuracy = curve["holdout_accuracy"][epoch - 1]
        if accuracy is not None and abs(right - accuracy) > ROUNDING:
            yield f"{at}: expected the accuracy {show(accuracy)} of loss_curve.json, got {show(right)}"
    if not curve["diverged"]:
        if epochs[-1:] != [total]:
            yield f"{where}.epochs: expected the last to be {total}, got {show(epochs[-1] if epochs else None)}"
        elif matrices[-1] != metrics["confusion_matrix"]:
            yield f"{where}.confusion_matrices[{len(matrices) - 1}]: expected the matrix of metrics.json, got another"


def _snapshot_predictions(holdout: Payload, metrics: Payload, snapshots: Payload) -> Iterator[str]:
    true, classes = holdout["true_labels"], len(metrics["labels"])
    where, matrices = "epoch_snapshots.prediction_changes", snapshots["confusion_matrices"]
    if any(len(matrix) != classes for matrix in matrices) or max(true) >= classes:
        return  # reported by _snapshots and _metrics
    labels: list[int] = []
    for index, labels in enumerate(predictions_by_epoch(snapshots)):
        if len(labels) != len(true):
            yield _differs(f"{where} (how many samples)", len(true), len(labels), "holdout")
            return
        if confusion_matrix(true, labels, classes) != matrices[index]:
            yield f"{where}[{index - 1}]: expected labels that give the confusion matrix of the epoch, got others"
            return
    if labels and matrices[-1] == metrics["confusion_matrix"]:
        yield from differences(holdout["predicted_labels"], labels, "epoch_snapshots: the last predicted labels")


def _snapshot_weights(model: Payload, snapshots: Payload, curve: Payload) -> Iterator[str]:
    weights = snapshots["first_layer_weights"]
    where = "epoch_snapshots.first_layer_weights"
    if (weights is not None) != (len(model["layers"]) == 1):
        yield f"{where}: expected weights exactly for a network without hidden layers, got {show(weights)}"
    elif weights and len(weights[-1]) != len(model["layers"][0]["weights"]):
        yield f"{where}: expected as many numbers as model.json has in its layer, got others"
    elif weights and not curve["diverged"] and weights[-1] != model["layers"][0]["weights"]:
        yield f"{where}[{len(weights) - 1}]: expected the weights of model.json, got others"


def _timing(curve: Payload, timing: Payload) -> Iterator[str]:
    yield from differences(len(curve["epochs"]), len(timing["epoch_seconds"]), "timing_stats.epoch_seconds (how many)")


def _dynamics(curve: Payload, dynamics: Payload) -> Iterator[str]:
    yield from differences(curve["epochs"], dynamics["epochs"], "training_dynamics.epochs")
    yield from differences(curve["training_loss"], dynamics["losses"], "training_dynamics.losses")
    yield from differences(curve["diverged"], dynamics.get("diverged"), "training_dynamics.diverged")


def _model(summary: Payload, model: Payload) -> Iterator[str]:
    image, taken = (
        {key: value for key, value in shape_of(each).items() if key in IMAGE} for each in (summary["dataset"], model)
    )
    yield from differences(image, taken, "model")
    ours, stated = (
        [{key: layer.get(key) for key in LAYER} for layer in layers]
        for layers in (model["layers"], summary["model"]["layers"])
    )
    yield from differences(stated, ours, "model.layers")


def _summary(summary: Payload, metrics: Payload, holdout: Payload) -> Iterator[str]:
    yield from differences(summary["dataset"]["class_names"], metrics["labels"], "metrics.labels")
    split, stated = summary["split"], summary["dataset"]
    yield from differences(split["holdout"], len(holdout["sample_ids"]), "holdout.sample_ids (how many)")
    if "holdout_counts" in split and max(holdout["true_labels"]) < len(stated["class_names"]):
        counts = _counts(holdout["true_labels"], stated)
        yield from differences(counts, split["holdout_counts"], "run_summary.split.holdout_counts")
    if _trains_on_the_rest(summary):
        yield from differences(stated["samples"] - split["holdout"], split["training"], "run_summary.split.training")
    highest, samples = holdout["sample_ids"][-1], summary["dataset"]["samples"]
    if highest >= samples:
        yield f"holdout.sample_ids: expected 0..{samples - 1}, got {highest}"


def _split_digest(summary: Payload, holdout: Payload) -> Iterator[str]:
    if summary["config"].get("split") != "grouped":
        digest = split_sha256(summary["dataset"]["sha256"], holdout["sample_ids"])
        yield from differences(digest, summary["split"]["sha256"], "run_summary.split.sha256")


def _groups(summary: Payload, holdout: Payload, split: Payload) -> Iterator[str]:
    groups, ids, samples = split["groups"], holdout["sample_ids"], summary["dataset"]["samples"]
    if len(groups) != samples:
        yield f"split.groups: expected a list of {samples}, one per sample, got {len(groups)} numbers"
    elif ids[-1] < samples:
        digest = split_sha256(summary["dataset"]["sha256"], ids, groups)
        yield from differences(digest, summary["split"]["sha256"], "run_summary.split.sha256")
        held, rows = {groups[each] for each in ids}, set(ids)
        counts = {"training": len(set(groups) - held), "holdout": len(held)}
        yield from differences(counts, summary["split"].get("groups"), "run_summary.split.groups")
        torn = next((row for row, group in enumerate(groups) if group in held and row not in rows), None)
        if torn is not None:
            yield f"split.groups[{torn}]: expected a group that is not held out, got {groups[torn]}"


def _summary_samples(summary: Payload, predictions: Payload) -> Iterator[str]:
    stated = summary["dataset"]
    yield from differences(shape_of(stated), shape_of(predictions), "predictions")
    if "tone" in predictions:
        yield from differences(stated.get("tone", "ink"), predictions["tone"], "predictions.tone")


def _summary_curve(summary: Payload, curve: Payload) -> Iterator[str]:
    yield from differences(curve["diverged"], summary["diverged"], "run_summary.diverged")
    cut_short, epochs = summary.get("interrupted"), summary["config"].get("epochs")
    last = cut_short["epoch"] if cut_short else epochs
    if last is not None and not curve["diverged"]:
        yield from differences(last, len(curve["epochs"]), "loss_curve.epochs (how many)")


def _digest(summary: Payload, model: Payload, holdout: Payload, metrics: Payload) -> Iterator[str]:
    digest = results_digest(
        {"run_summary.json": summary, "model.json": model, "holdout.json": holdout, "metrics.json": metrics}
    )
    yield from differences(digest, summary["results_digest"], "run_summary.results_digest")


def _manifest(summary: Payload, manifest: Payload) -> Iterator[str]:
    for key in ("run_id", "results_digest"):
        yield from differences(summary[key], manifest[key], f"manifest.{key}")


def _dataset(summary: Payload, dataset: Payload) -> Iterator[str]:
    stated = summary["dataset"]
    for key in ("name", "sha256", "class_names"):
        yield from differences(dataset[key], stated[key], f"run_summary.dataset.{key}")
    yield from differences(shape_of(dataset), shape_of(stated), "run_summary.dataset")
    yield from differences(len(dataset["labels"]), stated["samples"], "run_summary.dataset.samples")


def _dataset_labels(dataset: Payload, holdout: Payload) -> Iterator[str]:
    labels = dataset["labels"]
    for index, (sample_id, label) in enumerate(zip(holdout["sample_ids"], holdout["true_labels"], strict=True)):
        if sample_id < len(labels):
            yield from differences(labels[sample_id], label, f"holdout.true_labels[{index}]")


def _baselines(summary: Payload, dataset: Payload, holdout: Payload, metrics: Payload) -> Iterator[str]:
    if "baselines" in metrics and _trains_on_the_rest(summary):
        held, where = set(holdout["sample_ids"]), "metrics.baselines.commonest_class.label"
        rest = [label for row, label in enumerate(dataset["labels"]) if row not in held]
        label = commonest(rest) if rest else None
        yield from differences(label, metrics["baselines"]["commonest_class"]["label"], where)


def _training_counts(summary: Payload, dataset: Payload, holdout: Payload) -> Iterator[str]:
    if "training_counts" in summary["split"] and _trains_on_the_rest(summary):
        held = set(holdout["sample_ids"])
        counts = _counts([label for row, label in enumerate(dataset["labels"]) if row not in held], dataset)
        yield from differences(counts, summary["split"]["training_counts"], "run_summary.split.training_counts")


def _trains_on_the_rest(summary: Payload) -> bool:
    """Whether all that is not held out trains, with its own labels."""
    return not summary["config"].keys() & {"train_share", "label_noise", "leave_out"}


def _counts(labels: Sequence[int], data: Payload) -> list[int]:
    """How many samples each class has."""
    found = Counter(labels)
    return [found[label] for label in range(len(data["class_names"]))]


def _dataset_samples(dataset: Payload, predictions: Payload) -> Iterator[str]:
    data = plain_dataset(dataset)
    key = "features" if "feature_names" in data.shape else "pixels"
    for index, sample in enumerate(predictions["samples"]):
        if sample["sample_id"] < len(data.labels):
            stored = data.sample(sample["sample_id"])
            yield from differences(stored, sample.get(key), f"predictions.samples[{index}].{key}")


def _differs(where: str, wanted: object, got: object, source: str) -> str:
    return f"{where}: expected {show(wanted)} as in {source}.json, got {show(got)}"


RULES: list[tuple[list[str], Callable[..., Iterator[str]]]] = [
    (["holdout.json", "metrics.json"], _metrics),
    (["holdout.json", "metrics.json", "predictions.json"], _predictions),
    (["holdout.json", "metrics.json", "roc_curves.json"], _roc),
    (["holdout.json", "metrics.json", "loss_curve.json"], _loss_curve),
    (["metrics.json", "loss_curve.json", "epoch_snapshots.json"], _snapshots),
    (["holdout.json", "metrics.json", "epoch_snapshots.json"], _snapshot_predictions),
    (["model.json", "epoch_snapshots.json", "loss_curve.json"], _snapshot_weights),
    (["loss_curve.json", "timing_stats.json"], _timing),
    (["loss_curve.json", "training_dynamics.json"], _dynamics),
    (["run_summary.json", "model.json"], _model),
    (["run_summary.json", "metrics.json", "holdout.json"], _summary),
    (["run_summary.json", "holdout.json"], _split_digest),
    (["run_summary.json", "holdout.json", "split.json"], _groups),
    (["run_summary.json", "predictions.json"], _summary_samples),
    (["run_summary.json", "loss_curve.json"], _summary_curve),
    (["run_summary.json", "model.json", "holdout.json", "metrics.json"], _digest),
    (["run_summary.json", "manifest.json"], _manifest),
    (["run_summary.json", "dataset.json"], _dataset),
    (["dataset.json", "holdout.json"], _dataset_labels),
    (["run_summary.json", "dataset.json", "holdout.json", "metrics.json"], _baselines),
    (["run_summary.json", "dataset.json", "holdout.json"], _training_counts),
    (["dataset.json", "predictions.json"], _dataset_samples),
]
