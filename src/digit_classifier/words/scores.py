"""The scores of a run in sentences, with what they are to be compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digit_classifier.words import accuracy_sentence, say, thing_named_by
from digit_classifier.words.numbers import ends, fraction, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digit_classifier.artifacts import Payload

MODERATE = {"sgd": 2.0, "adamw": 0.05}  # learning rates that few networks of this size can use


def below_commonest(files: Mapping[str, Payload]) -> str | None:
    """One line with the likely cause, if the accuracy of a run is not above that of always naming one class."""
    summary, metrics = files["run_summary.json"], files["metrics.json"]
    if (baselines := metrics.get("baselines")) is None:
        return None
    constant = baselines["commonest_class"]
    if metrics["accuracy"] > constant["accuracy"]:
        return None
    config, learned = summary["config"], metrics["train_accuracy"]
    name = metrics["labels"][constant["label"]]
    below = say("below", share=percent(metrics["accuracy"]), constant=percent(constant["accuracy"]), name=name)
    optimizer, rate = config.get("optimizer"), config.get("learning_rate")
    if summary["diverged"]:
        return say("below.diverged", below=below)
    if learned > 2 * constant["accuracy"]:
        return say("below.unlike", below=below, trained=percent(learned))
    if optimizer in MODERATE and rate > MODERATE[optimizer]:
        return say("below.rate", below=below, rate=f"{rate}".removesuffix(".0"), optimizer=optimizer)
    return say("below.slow", below=below)


def split_remarks(summary: Payload) -> list[str]:
    """What to know of the two sides of the split, a sentence each; none for random rows of all classes."""
    config, split = summary["config"], summary["split"]
    kind, lines = config.get("split"), []
    if kind == "given":
        lines.append(say("split.given"))
    elif kind == "grouped" and "groups" in split:
        groups = split["groups"]
        held, total = groups["holdout"], groups["holdout"] + groups["training"]
        lines.append(say("split.grouped", held=f"{held:,}", all=f"{total:,}"))
    elif kind == "contiguous":
        lines.append(say("split.contiguous"))
    elif kind == "folds":
        lines.append(say("split.folds", folds=f"{round(1 / config['test_size']):,}"))
    if config.get("train_share", 1) < 1:
        lines.append(say("split.share", share=percent(config["train_share"])))
    if config.get("label_noise"):
        lines.append(say("split.noise", share=percent(config["label_noise"])))
    if config.get("leave_out"):
        lines.append(say("split.without", name=config["leave_out"]))
    return lines


def is_close_to_commonest(metrics: Payload) -> bool:
    """Whether the interval of the accuracy holds the accuracy of always naming one class, which is below it."""
    constant = metrics.get("baselines", {}).get("commonest_class")
    return constant is not None and metrics["accuracy_interval"]["low"] <= constant["accuracy"] < metrics["accuracy"]


def scores_of(files: Mapping[str, Payload]) -> list[str]:
    """The accuracy of a run with its interval; then what it is to be compared with, where that is recorded."""
    metrics = files["metrics.json"]
    matrix, names, interval = metrics["confusion_matrix"], metrics["labels"], metrics["accuracy_interval"]
    right, total = sum(row[index] for index, row in enumerate(matrix)), sum(map(sum, matrix))
    low, high = ends(interval["low"], interval["high"])
    accuracy = accuracy_sentence(
        right, total, thing_named_by(names, table="feature_names" in files["run_summary.json"]["dataset"])
    )
    lines = [f"{accuracy} ({say('interval', low=low, high=high)}), macro F1 {fraction(metrics['macro_f1'])}"]
    if baselines := metrics.get("baselines"):
        constant, neighbour = baselines["commonest_class"], baselines["nearest_neighbour"]
        parts = [say("commonest", name=names[constant["label"]], share=percent(constant["accuracy"]))]
        if neighbour["accuracy"] is not None:
            parts.append(say("neighbour", share=percent(neighbour["accuracy"])))
        lines.append(say("compare", others="; ".join(parts)))
    remarks = split_remarks(files["run_summary.json"])
    if is_close_to_commonest(metrics):
        remarks.append(say("close"))
    return [*lines, *(f"{remark}." for remark in remarks)]
