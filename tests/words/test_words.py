"""Sentences and numbers, by the table that the page's tests read, too."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from digit_classifier import words
from digit_classifier.artifacts import build_metrics
from digit_classifier.cli.main import main
from digit_classifier.words import numbers, say
from digit_classifier.words.scores import below_commonest
from example_payloads import example_run

TABLE = json.loads((Path(__file__).parents[1] / "golden" / "words.json").read_text(encoding="utf-8"))
WORDS = json.loads(Path(words.__file__).with_name("en.json").read_text(encoding="utf-8"))
SOURCE = Path(words.__file__).parents[1]
PAGE = SOURCE.parents[1] / "frontend" / "src"


@pytest.mark.parametrize(("name", "arguments", "text"), TABLE)
def test_the_table_of_words(name: str, arguments: list[Any], text: str) -> None:
    assert (getattr(words, name, None) or getattr(numbers, name))(*arguments) == text


def test_no_number_claims_a_certainty_that_it_does_not_have() -> None:
    for value in [*(i / 1000 for i in range(1, 1000)), 1e-9, 1 - 1e-9, 0.00049, 0.9995, 0.99996]:
        shares, parts = (numbers.percent, numbers.certainty), (numbers.area, numbers.fraction)
        for most, texts in ((100, [write(value) for write in shares]), (1, [write(value) for write in parts])):
            for text in texts:
                assert text.startswith((">", "<")) or 0 < float(text.removesuffix(" %")) < most


def test_every_sentence_is_said_somewhere() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    said = set(re.findall(r'(?:say|_verdict)\(f?"([a-z.]+)', code)) | {
        "digit",
        "image",
        "sample",
    }  # what a sample is called
    page = "\n".join(path.read_text(encoding="utf-8") for path in PAGE.rglob("*.ts"))
    said |= set(re.findall(r'\bsay\(\s*"([a-z0-9_.]+)"', page)) | {"setting.", "tier."}  # from elsewhere
    starts = tuple(name if name.endswith(".") else f"{name}." for name in said)
    assert {key for key in WORDS if key not in said and not key.startswith(starts)} == set()


def test_the_help_of_every_setting_can_be_said() -> None:
    settings = json.loads((PAGE / "runs" / "settings.json").read_text(encoding="utf-8"))
    said = {key.removeprefix("setting."): text for key, text in WORDS.items() if key.startswith("setting.")}
    assert said == settings


def test_one_and_many() -> None:
    assert [say("mistakes", count) for count in (0, 1, 2, 1797)] == [
        *("0 mistakes", "1 mistake", "2 mistakes", "1,797 mistakes")
    ]


def below(accuracy_of: str, **config: Any) -> str | None:
    """What is said of a run of three samples in three classes, two of class 0."""
    run = example_run()
    true, right = [0, 0, 1], accuracy_of == "above"
    predicted = [0, 0, 1] if right else [2, 2, 1]
    rows = [[0.5, 0.25, 0.25]] * 3
    baselines = {
        "commonest_class": {"label": 0, "accuracy": 2 / 3},
        "nearest_neighbour": {"accuracy": None, "reason": "-"},
    }
    learned = {"unlike": 1.0}.get(accuracy_of, 0.3)
    if accuracy_of == "unlike":
        baselines["commonest_class"]["accuracy"] = 1 / 3
        baselines["commonest_class"]["label"] = 1
    metrics = build_metrics(true, predicted, rows, ["a", "b", "c"], learned, baselines)
    summary = run["run_summary.json"]
    return below_commonest(
        {"metrics.json": metrics, "run_summary.json": {**summary, "config": summary["config"] | config}}
    )


def test_a_network_no_better_than_naming_one_class_is_said_to_be_so_with_the_likely_cause() -> None:
    start = "The accuracy, 33.3 %, is not above 66.7 %, that of always naming the commonest class, a: "
    assert below("above") is None
    assert below("below", optimizer="adamw", learning_rate=0.5) == (
        start + "the learning rate, 0.5, is probably too high for adamw"
    )
    slow = "it did not learn its training samples either; probably too few epochs, or too low a learning rate"
    assert below("below", optimizer="adamw", learning_rate=0.01) == start + slow
    assert below("below", optimizer="sgd", learning_rate=0.5) == start + slow
    assert "the held-out ones are probably unlike them" in str(below("unlike", optimizer="sgd", learning_rate=0.5))
    assert below_commonest({"run_summary.json": {}, "metrics.json": {"schema_version": 1}}) is None


def test_a_run_that_learned_nothing_says_so_in_its_report(tmp_path: Path, capsys: Any) -> None:
    """The flags of a softmax regression, given to the network that is the default now."""
    flags = ["--epochs", "12", "--learning-rate", "0.5", "--lr-decay", "0.01", "--test-split", "0.25", "--seed", "7"]
    assert main(["train", *flags, "--artifacts-root", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    (note,) = json.loads(out)["notes"]
    assert note.endswith("the learning rate, 0.5, is probably too high for adamw")
    assert err == ""
