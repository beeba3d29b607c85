"""Train a run again from its stored settings, in memory, and say how alike the results are."""

from __future__ import annotations

import base64
import time
from array import array
from contextlib import nullcontext
from math import comb, fsum, log, sqrt
from typing import TYPE_CHECKING, Any

from digit_classifier.artifacts.replay import (
    BIT_IDENTICAL,
    CAUSES,
    DIFFERENT,
    METRIC_IDENTICAL,
    WITHIN_NOISE,
    build_replay,
    environment_differences,
    promise,
)
from digit_classifier.artifacts.rules import differences
from digit_classifier.environment import environment
from digit_classifier.errors import ArtifactError, InputError, at, explain, show
from digit_classifier.experiment import created_now, result_payloads
from digit_classifier.run import prepare, run_experiment
from digit_classifier.settings.run_config import PLACES, SETTINGS, Given, as_text, resolve, suggestion
from digit_classifier.store.bundle import decode, encode, problems, read_bundle
from digit_classifier.store.index import glance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from digit_classifier.datasets.dataset import Split
    from digit_classifier.learning.training import Epoch
    from digit_classifier.run import Run
    from digit_classifier.settings.run_config import RunConfig
    from digit_classifier.store.bundle import Payload

    Progress = Callable[[int], AbstractContextManager[Callable[[Epoch], None] | None]]

MAX_SECONDS = 600.0  # a run that came by mail must not keep a machine busy without being told to
WARM = 2.0  # seconds before the time that an epoch takes is taken for typical
COMPARED = (  # every file of results; the others hold times and ids
    "metrics.json",
    "predictions.json",
    "loss_curve.json",
    "holdout.json",
    "model.json",
    "epoch_snapshots.json",
    "roc_curves.json",
    "training_dynamics.json",
)
NEEDED = ("run_summary.json", "metrics.json", "loss_curve.json", "holdout.json", "model.json")
FLOATS = frozenset(["offset", "scale", "weights", "bias", "first_layer_weights"])  # float32 in base64
DIGEST = "sha256"  # says that numbers differ, which the numbers say better
CHANCE = 0.05


class _EnoughEpochs(Exception):  # noqa: N818 - no error: an interrupted run ends here
    """Training has come to where the run was interrupted."""


def replay(
    directory: Path, *, max_seconds: float = MAX_SECONDS, progress: Progress = lambda _: nullcontext()
) -> Payload:
    """The outcome of training the run in `directory` again, as in replays/<run id>.json; writes nothing.

    `progress` makes the listener of a training of so many epochs, if any.

    ArtifactError when the run is damaged; InputError when it cannot be trained again here, or not in `max_seconds`.
    """
    for problem in problems(directory):
        raise ArtifactError(problem)
    stored = read_bundle(directory).payloads
    for name in NEEDED:
        if name not in stored:
            raise ArtifactError(explain(directory, f"a run with {name}", "one without", "the run as it was published"))
    summary = stored["run_summary.json"]
    if summary["synthetic"]:
        attempt = f"verify, or its own command: {summary['command']}"
        raise InputError(explain(directory, "a run of train", "a synthetic sample, made without it", attempt))
    config = stored_config(directory, summary["config"])
    split = stored_split(directory, summary, config)
    fresh = train_again(directory, config, split, summary, max_seconds, progress)
    found = [compare(name, stored[name], fresh.get(name, {})) for name in COMPARED if name in stored]
    facts = environment_differences(summary["environment"], environment())
    tier = tier_of(stored, fresh, equal=all(each["equal"] for each in found))
    return build_replay(
        summary["run_id"], glance(directory), created_now(), tier, promise(summary["config"], facts), facts, found
    )


def stored_config(where: object, config: Mapping[str, Any]) -> RunConfig:
    """The settings of a run, each through its own parser; InputError for one that this version lacks or refuses.

    A setting that the run's version did not have yet takes its default.
    """
    given = []
    for name, value in config.items():
        place = f"{where}: {at('run_summary.config', name)}"
        if name not in SETTINGS.keys() - PLACES:
            attempt = f"the version that wrote the run; near: {suggestion(name, SETTINGS.keys() - PLACES)}"
            raise InputError(explain(place, "a setting of this version", show(value), attempt))
        if value is not None:
            given.append(Given(name, as_text(value), place, "run"))
    return resolve(given).config


def stored_split(directory: Path, summary: Payload, config: RunConfig) -> Split:
    """The data of a run, split as it was; InputError when either is another here."""
    split = prepare(config)
    for what, wanted, got in (
        ("data set", summary["dataset"]["sha256"], split.dataset.sha256),
        ("split", summary["split"]["sha256"], split.sha256),
    ):
        if wanted != got:
            versions = ", ".join(f"{fact} {summary['environment'].get(fact)}" for fact in ("scikit_learn", "numpy"))
            came = f"{got[:12]}… here"
            raise InputError(explain(f"{directory}: {what}", f"sha256 {wanted[:12]}…", came, f"with {versions}"))
    return split


def train_again(
    directory: Path,
    config: RunConfig,
    split: Split,
    summary: Payload,
    max_seconds: float,
    progress: Progress,
) -> dict[str, Payload]:
    """The files of results, as they read back; of an interrupted run those after its last epoch."""
    interim: list[dict[str, Payload]] = []
    last = summary.get("interrupted", {}).get("epoch")
    began, planned = time.perf_counter(), last or config.epochs
    number, listen = 0, None

    def watch(epoch: Epoch) -> None:
        nonlocal number
        number = epoch.number
        if listen:
            listen(epoch)
        spent = time.perf_counter() - began
        seconds = spent / number * planned
        if seconds > max_seconds and spent > min(WARM, max_seconds):
            recorded = summary["timing"]["training_seconds"]
            came = f"{planned:,} epochs that take about {seconds:,.0f} s here (the run says: {recorded:,.1f} s)"
            raise InputError(explain(directory, f"at most {max_seconds:g} s of training", came, "--max-seconds"))

    def so_far(run: Callable[[], Run]) -> None:
        if number == last:
            interim.append(result_payloads(run()))
            raise _EnoughEpochs

    try:
        with progress(planned) as listen:
            payloads = result_payloads(run_experiment(config, split, watch, so_far))
    except _EnoughEpochs:
        (payloads,) = interim
    return {name: decode(encode(payloads[name]), name) for name in COMPARED if name in payloads}


# How alike two sets of files are


def tier_of(stored: Mapping[str, Payload], fresh: Mapping[str, Payload], *, equal: bool) -> str:
    """The best tier that two sets of results reach."""
    if equal:
        return BIT_IDENTICAL
    one, other = stored["holdout.json"], fresh["holdout.json"]
    if question(one) != question(other):
        return DIFFERENT
    scores = stored["metrics.json"], fresh["metrics.json"]
    same = one["predicted_labels"] == other["predicted_labels"]
    if same and next(differences(*scores, "metrics", 1e-9), None) is None:
        return METRIC_IDENTICAL
    ends = [files["loss_curve.json"]["diverged"] for files in (stored, fresh)]
    one_end, other_end = (end and end["epoch"] for end in ends)
    interval, learned = scores[0]["accuracy_interval"], [each["train_accuracy"] for each in scores]
    alike = one_end == other_end and abs(learned[0] - learned[1]) <= interval["high"] - interval["low"]
    return WITHIN_NOISE if alike and differ_by_chance(one, other) else DIFFERENT


def question(holdout: Payload) -> tuple[list[int], list[int], int]:
    """What a network was asked: which samples, what they are, among how many classes."""
    return holdout["sample_ids"], holdout["true_labels"], len(holdout["probabilities"][0])


def differ_by_chance(one: Payload, other: Payload) -> bool:
    """Whether two networks may differ by chance alone, judged by what they say of the same hold-out (holdout.json).

    Right and wrong answers: McNemar's exact test (Psychometrika 12, 1947) finds nothing. Log loss: the means are within
    two standard errors of the first.
    """
    labels = one["true_labels"]
    right, also = ([p == t for p, t in zip(each["predicted_labels"], labels, strict=True)] for each in (one, other))
    only = sum(a and not b for a, b in zip(right, also, strict=True))
    lost = sum(b and not a for a, b in zip(right, also, strict=True))
    losses, others = (
        [-log(max(row[label], 1e-12)) for row, label in zip(each["probabilities"], labels, strict=True)]
        for each in (one, other)
    )
    count = len(labels)
    mean = fsum(losses) / count
    error = sqrt(fsum((loss - mean) ** 2 for loss in losses) / max(1, count - 1) / count)
    return mcnemar(only, lost) >= CHANCE and abs(fsum(others) / count - mean) <= 2 * error + 1e-9


def mcnemar(one: int, other: int) -> float:
    """Two-sided exact p-value of so many answers that only one of two networks got right."""
    total = one + other
    tail = sum(comb(total, count) for count in range(min(one, other) + 1))
    return min(1.0, 2 * tail / (1 << total))


def compare(name: str, stored: Payload, fresh: Payload) -> Payload:
    """Where two versions of a file differ: in how many places, where first, and by how much at most."""
    places, first, largest = 0, None, None
    for where, one, other in unequal(stored, fresh, name.removesuffix(".json")):
        places += 1
        first = first or f"{where}: {show(one)} in the run, {show(other)} here"[:300]
        if all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (one, other)):
            largest = max(largest or 0.0, abs(one - other))
    return {"file": name, "equal": places == 0, "places": places, "first": first, "largest": largest}


def unequal(one: Any, other: Any, where: str, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every place where two JSON values differ, with both."""
    if one == other or key == DIGEST:
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for name in [*one, *(name for name in other if name not in one)]:
            yield from unequal(one.get(name), other.get(name), at(where, name), name)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, pair in enumerate(zip(one, other, strict=True)):
            yield from unequal(*pair, f"{where}[{index}]", key)
    elif key in FLOATS and isinstance(one, str) and isinstance(other, str) and len(one) == len(other):
        yield from unequal(numbers(one), numbers(other), where)
    else:
        yield where, one, other


def numbers(encoded: str) -> list[float]:
    """The float32 numbers in base64; one processor wrote both sides, so that their order of bytes does not matter."""
    return array("f", base64.b64decode(encoded)).tolist()


# In words


def report(outcome: Payload) -> Iterator[str]:
    """The outcome for a person, line by line."""
    kept = "held" if outcome["held"] else "BROKEN"
    yield f"{outcome['run_id'] or 'run'}: {outcome['tier']}"
    yield f"promised: {outcome['promised']} ({kept})"
    for each in outcome["artifacts"]:
        yield f"  {each['file']:<22} {'equal' if each['equal'] else _difference(each)}"
    if outcome["environment"]:
        yield "environment, the likeliest cause first:"
    elif not outcome["held"]:
        yield "environment: nothing that is recorded differs; the code may have changed under the same version"
    for each in outcome["environment"]:
        one, other = _apart(each["run"], each["here"])
        yield f"  {each['fact']}: {one} in the run, {other} here; changes {CAUSES[each['fact']]}"


def _apart(*values: str | int | None) -> list[str]:
    """Two values of a fact; of two lists of words only what one has and the other has not."""
    words = [str(value).split() if value is not None else ["not recorded"] for value in values]
    if min(map(len, words)) < 5:
        return [" ".join(each) for each in words]
    return [" ".join(word for word in each if word not in other) or "less" for each, other in (words, words[::-1])]


def _difference(each: Payload) -> str:
    amount = "" if each["largest"] is None else f", by up to {each['largest']:.2g}"
    return f"differs in {each['places']:,} places{amount}; {each['first']}"
