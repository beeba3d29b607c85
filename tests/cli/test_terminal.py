"""What is shown on a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scipy.stats import binomtest

from digit_classifier.cli.terminal import summarise
from digit_classifier.store import Bundle
from example_payloads import example_run

if TYPE_CHECKING:
    import pytest


def test_the_summary_says_the_accuracy_of_the_hold_out_with_its_interval(capsys: pytest.CaptureFixture[str]) -> None:
    run = example_run()
    pairs = list(zip(run["holdout.json"]["true_labels"], run["holdout.json"]["predicted_labels"], strict=True))
    right = sum(true == predicted for true, predicted in pairs)
    interval = binomtest(right, len(pairs)).proportion_ci(method="wilson")
    assert run["metrics.json"]["train_accuracy"] != right / len(pairs)
    summarise(Bundle(Path("runs/x"), run["manifest.json"], run))
    first = " ".join(capsys.readouterr().err.split())
    assert first.startswith(
        f"{100 * right / len(pairs):.1f} % of {len(pairs)} held-out images are classified correctly"
    )
    assert f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %" in first
