from __future__ import annotations

import random
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from digit_classifier import artifacts as a
from digit_classifier.artifacts.agreement import RULES
from example_payloads import DATA, HOLDOUT, LABELS, NAMES, PROBABILITIES, SHAPE, example_run, summary
from mutations import GONE, edited

RUN, MLP = example_run(), example_run("mlp")
DIVERGED = example_run(diverged=(3, "the loss is no longer finite"))
LONGER = {"model": "logistic", "epochs": 4}
UNGROUPED = {"model": "logistic", "epochs": 3}
SOONER = {"epoch": 2, "planned": 4}
TRUE = [LABELS[row] for row in HOLDOUT]


def whole(payload: dict[str, Any]) -> dict[str, Any]:
    """A summary that does not say that its run was interrupted."""
    return {key: value for key, value in payload.items() if key != "interrupted"}


def renamed(run: dict[str, Any]) -> str:
    """The file of the data set under another name."""
    return "other" + str(run["run_summary.json"]["dataset"]["file"]).removeprefix("tiny")


ALONE = ("first_predictions", GONE, "prediction_changes", GONE)  # the matrices without the labels behind them
LAST = RUN["holdout.json"]["predicted_labels"]
SWAPPED = {"rows": [0, 1, 2, 3, 4], "predicted": sorted(LAST, key=lambda label: -LAST.count(label))}
# Each passes the validator of its own file: path, value, path, value, … and the contradiction after the file's name.
EDITS: dict[str, list[tuple[Any, ...]]] = {
    "metrics.json": [
        ("log_loss", 0.5, "log_loss: expected 0."),
        (
            "baselines:commonest_class",
            {"label": 1, "accuracy": 0.4},
            "baselines.commonest_class.label: expected 0, got 1",
        ),
    ],
    "holdout.json": [
        ("sample_ids:4", 99, "sample_ids: expected 0..11, got 99"),
    ],
    "predictions.json": [
        ("samples:0:sample_id", 0, "samples[0].sample_id: expected a sample of holdout.json, got 0"),
        ("samples:1:true_label", 1, "samples[1].true_label: expected 0, got 1"),
        ("samples:1:pixels:2", 0, "samples[1].pixels[2]: expected 2, got 0"),
        ("max_value", 4, "max_value: expected 3, got 4"),
        ("labels:1", "1", "labels[1]: expected 'one', got '1'"),
    ],
    "loss_curve.json": [
        ("holdout_accuracy:2", 0.6, "holdout_accuracy[2]: expected 0.4, got 0.6"),
        ("holdout_loss:2", 0.5, "holdout_loss[2]: expected 0."),
    ],
    "training_dynamics.json": [
        ("losses:0", 9.5, "losses[0]: expected 1.5, got 9.5"),
        ("diverged", {"epoch": 3, "reason": "inf"}, "diverged: expected null, got an object of 2"),
    ],
    "timing_stats.json": [
        ("epoch_seconds", [1.0], "average_epoch_seconds", 1.0, "epoch_seconds (how many): expected 3, got 1"),
    ],
    "epoch_snapshots.json": [
        ("epochs", [1, 2], "epochs: expected the last to be 3, got 2"),
        ("epochs", [3, 4], "epochs[1]: expected an epoch of loss_curve.json, 1..3, got 4"),
        (
            *ALONE,
            "confusion_matrices:0:0",
            [0, 1, 0],
            "confusion_matrices[0]: expected the accuracy 0.2 of loss_curve.json, got 0.0",
        ),
        (
            *ALONE,
            "confusion_matrices",
            [[[1, 1, 0], [1, 1, 0], [0, 0, 1]]] * 2,
            "confusion_matrices[0]: expected the supports",
        ),
        ("prediction_changes:0", SWAPPED, "prediction_changes[0]: expected labels that give the confusion matrix"),
        (
            *ALONE,
            "confusion_matrices:1:2",
            [2, 0, 0],
            "confusion_matrices[1]: expected the matrix of metrics.json, got another",
        ),
        (
            "first_layer_weights",
            None,
            "first_layer_reason",
            "none",
            "first_layer_weights: expected weights exactly for",
        ),
        ("first_layer_weights", ["AAAAAA=="] * 2, "first_layer_weights: expected as many numbers as model.json"),
        ("first_layer_weights:1", "A" * 64, "first_layer_weights[1]: expected the weights of model.json, got others"),
    ],
    "manifest.json": [
        ("run_id", "20261122-191612", "run_id: expected '20261122-191612-baseline', got '20261122-191612'"),
        ("results_digest", "0" * 64, "results_digest: expected '"),
    ],
    "split.json": [
        ("groups:0", 4, "groups[0]: expected a group that is not held out, got 4"),
        ("groups:1", 3, "run_summary.split.sha256: expected '"),
        ("groups", [0, 1], "groups: expected a list of 12, one per sample, got 2 numbers"),
    ],
    "run_summary.json": [
        ("split:sha256", "0" * 64, "split.sha256: expected '"),
        ("split:holdout_counts", [1, 1, 3], "split.holdout_counts[1]: expected 2, got 1"),
        ("split:training_counts", [1, 3, 3], "split.training_counts[0]: expected "),
        ("split:groups:holdout", 4, "split.groups.holdout: expected 3, got 4"),
        ("results_digest", "0" * 64, "results_digest: expected '"),
        ("config:momentum", 0.6, "results_digest: expected '"),
        ("dataset:max_value", 4, "dataset.max_value: expected 3, got 4"),
        ("dataset:name", "other", "dataset:file", renamed(RUN), "dataset.name: expected 'tiny', got 'other'"),
        ("diverged", {"epoch": 3, "reason": "inf"}, "diverged: expected null, got an object of 2"),
    ],
}
# The same with a whole other file.
FILES: list[tuple[str, Any, str]] = [
    ("metrics.json", a.build_metrics(TRUE, TRUE, PROBABILITIES, NAMES, 0.9), "metrics.accuracy: expected 0.4, got 1.0"),
    ("metrics.json", a.build_metrics([0, 1], [0, 0], [[0.5, 0.5]] * 2, ["a", "b"], 0.5), "metrics.labels: expected 3"),
    (
        "holdout.json",
        a.build_holdout(HOLDOUT, [1, 1, 1, 2, 2], PROBABILITIES),
        "metrics.accuracy: expected 0.2, got 0.4",
    ),
    (
        "holdout.json",
        a.build_holdout(HOLDOUT, [1, 1, 1, 2, 2], PROBABILITIES),
        "holdout.true_labels[1]: expected 0, got 1",
    ),
    (
        "holdout.json",
        a.build_holdout(HOLDOUT, [1, 1, 1, 2, 2], PROBABILITIES),
        "roc_curves.classes: expected curves from",
    ),
    ("roc_curves.json", a.build_roc([0, 1, 2, 0, 1], PROBABILITIES, NAMES), "roc_curves.classes['0'].fpr"),
    ("loss_curve.json", DIVERGED["loss_curve.json"], "run_summary.diverged: expected an object of 2, got null"),
    ("loss_curve.json", DIVERGED["loss_curve.json"], "training_dynamics.epochs: expected a list of 2, got a list of 3"),
    ("model.json", MLP["model.json"], "model.layers: expected a list of 1, got a list of 2"),
    (
        "run_summary.json",
        edited(
            summary(RUN, config=UNGROUPED, config_origin=dict.fromkeys(UNGROUPED, "flag"), groups=None),
            "split:sha256",
            "0" * 64,
        ),
        "run_summary.split.sha256: expected '",
    ),
    (
        "run_summary.json",
        whole(summary(RUN, config=LONGER, config_origin=dict.fromkeys(LONGER, "flag"))),
        "loss_curve.epochs (how",
    ),
    (
        "run_summary.json",
        summary(RUN, config=LONGER, config_origin=dict.fromkeys(LONGER, "flag")) | {"interrupted": SOONER},
        "loss_curve.epochs (how",
    ),
]


def named(file: str, message: str) -> str:
    """The contradiction, whichever of the files it names."""
    return message if message.startswith("run_summary.") else f"{file.removesuffix('.json')}.{message}"


CASES = FILES + [
    (file, edited(RUN[file], *case[:-1]), named(file, case[-1])) for file, cases in EDITS.items() for case in cases
]


@pytest.mark.parametrize("run", [RUN, MLP, DIVERGED], ids=["logistic", "mlp", "diverged"])
def test_the_files_of_a_run_do_not_contradict_each_other(run: dict[str, Any]) -> None:
    assert a.contradictions(run) == []


@pytest.mark.parametrize(("file", "payload", "message"), CASES, ids=[case[2] for case in CASES])
def test_a_contradiction_is_named_by_file_and_field(file: str, payload: Any, message: str) -> None:
    a.ARTIFACTS[file].validate(payload)
    found = a.contradictions(RUN | {file: payload})
    assert [line for line in found if line.startswith(message)], found
    assert all(line.isprintable() for line in found)


@pytest.mark.parametrize(("names", "rule"), RULES, ids=[rule.__name__ for _, rule in RULES])
def test_every_rule_has_a_contradiction(names: list[str], rule: Any) -> None:
    runs = [RUN | {file: payload} for file, payload, _ in CASES]
    assert any(list(rule(*(run[name] for name in names))) for run in runs)


def test_an_edited_score_shows_even_when_its_own_file_was_made_to_fit() -> None:
    metrics = a.build_metrics(TRUE, TRUE, PROBABILITIES, NAMES, 0.9)
    run = RUN | {"metrics.json": metrics}
    run["run_summary.json"] = summary(run)  # with a new digest
    run["manifest.json"] = edited(RUN["manifest.json"], "results_digest", run["run_summary.json"]["results_digest"])
    assert a.contradictions(run)[0] == "metrics.accuracy: expected 0.4, got 1.0"


def test_files_that_are_not_there_are_not_missed() -> None:
    for file in RUN:
        assert a.contradictions({file: RUN[file]}) == []
        assert a.contradictions({name: payload for name, payload in RUN.items() if name != file}) == []


def test_the_results_digest_depends_on_results_and_on_nothing_else() -> None:
    digest = RUN["run_summary.json"]["results_digest"]
    config = {**RUN["run_summary.json"]["config"], "run_label": "other", "output_dir": "/elsewhere"}
    config |= {"timing_stats": False, "sample_count": 3}
    later = {"run_id": None, "label": None, "created": "2027-01-01T00:00:00Z", "command": "x", "total_seconds": 9}
    other = summary(RUN, config=config, **later)
    assert other["results_digest"] == digest
    assert other["dataset"]["file"] == "dataset.json"
    assert summary(RUN, config=config | {"epochs": 4})["results_digest"] != digest
    for file, key in (("model.json", "sha256"), ("holdout.json", "true_labels"), ("metrics.json", "log_loss")):
        assert a.results_digest(RUN | {file: edited(RUN[file], key, "other")}) != digest
    first = {key: value for key, value in RUN["metrics.json"].items() if key != "baselines"} | {"schema_version": 1}
    assert a.results_digest(RUN | {"metrics.json": first}) == digest  # as the first version wrote it


def test_the_results_digest_is_the_same_for_the_same_values_in_any_order() -> None:
    backwards = {name: dict(reversed(payload.items())) for name, payload in reversed(RUN.items())}
    assert a.results_digest(backwards) == RUN["run_summary.json"]["results_digest"]


def test_the_summary_cleans_the_texts_it_is_given() -> None:
    cleaned = summary(RUN, label=" \x1b[1mBase\nline\u202e ", command="train --run-label 'a\nb'")
    assert cleaned["label"] == "[1mBase line"
    assert cleaned["command"] == "train --run-label 'a b'"
    assert summary(RUN, label="\u200b")["label"] is None


def relabelled(data: a.PlainDataset, names: list[str]) -> a.PlainDataset:
    return replace(data, class_names=names, labels=[label % len(names) for label in data.labels])


def of_other_shapes() -> list[dict[str, Any]]:
    """Files that are valid each by itself, of runs with other classes, samples and epochs than the example's."""
    two, row = ["a", "b"], [[0.75, 0.25]]
    few = relabelled(DATA, two)
    everything = list(range(len(few.labels)))
    layer = ({"inputs": 4, "units": 2}, "softmax", [0.5] * 8, [0.0] * 2)
    image = [[0, 1, 2, 3]]
    found = [
        {
            "dataset.json": a.build_dataset(few),
            "split.json": a.build_split([0] * 12),
            "holdout.json": a.build_holdout([0], [1], row),
            "metrics.json": a.build_metrics([1], [0], row, two, 0.5, a.build_baselines([1], [1], (None, "not made"))),
            "model.json": a.build_model(SHAPE, [0.0] * 4, [1.0] * 4, [layer]),
            "loss_curve.json": a.build_loss_curve([1.0], [0.5], [0.5], [0.0]),
            "predictions.json": a.build_predictions([0], image, [1], row, two, SHAPE),
            "epoch_snapshots.json": a.build_epoch_snapshots([1], [[[0, 0], [1, 0]]], None, "none", [[0]]),
        },
        {  # nothing is left to learn from
            "holdout.json": a.build_holdout(everything, few.labels, row * 12),
            "split.json": a.build_split([0, 1]),
            "epoch_snapshots.json": a.build_epoch_snapshots([], [], None, "none"),
            "loss_curve.json": a.build_loss_curve([], [], [], [], (1, "the loss is no longer finite")),
        },
        {
            "holdout.json": a.build_holdout([2, 90], [4, 0], [[0.1, 0.1, 0.1, 0.1, 0.6]] * 2),
            "dataset.json": a.build_dataset(relabelled(DATA, list("abcde"))),
            "epoch_snapshots.json": a.build_epoch_snapshots(
                [7], [[*[[0] * 5] * 4, [0, 0, 0, 0, 2]]], None, "x", [[4, 4]]
            ),
        },
        {"epoch_snapshots.json": {**RUN["epoch_snapshots.json"], "epochs": [5, 9]}},
    ]
    for each in found:
        if "model.json" in each:
            each["run_summary.json"] = plain_summary(each, few)
    return found


def plain_summary(run: dict[str, Any], data: a.PlainDataset) -> dict[str, Any]:
    return a.build_run_summary(
        run,
        data,
        run_id=None,
        label=None,
        created="2026-11-22T19:16:12Z",
        synthetic=True,
        command="",
        config={"model": "logistic", "epochs": 1},
        config_origin={"model": "flag", "epochs": "flag"},
        total_seconds=1.0,
        training_seconds=1.0,
        environment={},
        training_labels=[1],
    )


def test_files_of_different_runs_contradict_each_other_in_words() -> None:
    """Each is valid, so that only the rules between them stand before what they do not expect."""
    pool: dict[str, list[dict[str, Any]]] = {}
    for run in (RUN, MLP, DIVERGED, *of_other_shapes()):
        for name, payload in run.items():
            if name in a.ARTIFACTS and name not in ("index.json", "index_segment.json", "replay.json", "note.json"):
                a.ARTIFACTS[name].validate(payload)
                pool.setdefault(name, []).append(payload)
    for names, _ in RULES:
        for mixed in product(*(pool[name] for name in names)):
            found = a.contradictions(dict(zip(names, mixed, strict=True)))
            assert all(isinstance(line, str) and ": expected " in line for line in found)
    rng, agreed = random.Random(7), 0
    for _ in range(300):
        found = a.contradictions({name: rng.choice(payloads) for name, payloads in pool.items()})
        agreed += not found
    assert agreed < 3
