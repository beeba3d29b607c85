"""What a person who watches is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scipy.stats import binomtest

from digit_classifier.recording import Recorded
from digit_classifier.terminal import summarise
from example_payloads import example_run

if TYPE_CHECKING:
    import pytest


def test_the_summary_says_the_accuracy_of_the_hold_out_with_its_interval(capsys: pytest.CaptureFixture[str]) -> None:
    run = example_run()
    pairs = list(zip(run["holdout.json"]["true_labels"], run["holdout.json"]["predicted_labels"], strict=True))
    right = sum(true == predicted for true, predicted in pairs)
    interval = binomtest(right, len(pairs)).proportion_ci(method="wilson")
    assert run["metrics.json"]["train_accuracy"] != right / len(pairs)
    summarise(Recorded(Path("runs/x"), tuple(run), run))
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith(f"{right / len(pairs):.2%} of {len(pairs)} held-out digits right")
    assert f"{interval.low:.1%} to {interval.high:.1%}" in first
