"""How sure, how right: the bins are scikit-learn's, and what is left if the network may decline to answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browsers import LOADED, Page, wait_for
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve

if TYPE_CHECKING:
    from pathlib import Path

CARD = "document.querySelector('.card:has(.sure)')"


def held_out(root: Path) -> tuple[np.ndarray, np.ndarray]:
    run = root / json.loads((root / "index.json").read_text())["latest"]
    held = json.loads((run / "holdout.json").read_text())
    given = np.array(held["probabilities"])
    labels = np.array(held["predicted_labels"])
    return given[np.arange(len(labels)), labels], labels == np.array(held["true_labels"])


@pytest.mark.parametrize("place", ["file", "http"])
@pytest.mark.parametrize("root", ["artifacts", "many", "large", "two"])
def test_the_bins_are_those_of_scikit_learn(
    page: Page, addresses: dict[str, str], pages: Path, place: str, root: str
) -> None:
    confidence, right = held_out(pages / root)
    shares, means = calibration_curve(right, confidence, n_bins=10)
    page.goto(f"{addresses[place]}index.html?artifacts={root}")
    wait_for(page, LOADED)
    page.evaluate(f"{CARD}.querySelector('summary').click()")
    rows = wait_for(
        page,
        f"(rows => rows.length && rows.map(row => [...row.cells].map(each => each.innerText)))"
        f"([...{CARD}.querySelectorAll('tbody tr')])",
    )
    assert [float(row[2].strip("<> %")) for row in rows] == pytest.approx(100 * means, abs=0.051)
    assert [float(row[3].strip("<> %")) for row in rows] == pytest.approx(100 * shares, abs=0.051)
    counts = [int(row[1].replace(",", "")) for row in rows]
    assert sum(counts) == len(right)
    for row, n, share in zip(rows, counts, shares, strict=True):
        ends = binomtest(round(share * n), n).proportion_ci(0.95, method="wilson")
        low, high = (float(end.strip("<> %\u00a0\u2060")) for end in row[4].split("–"))
        assert [low, high] == pytest.approx([100 * ends.low, 100 * ends.high], abs=0.051)
    assert page.evaluate(f"{CARD}.querySelectorAll('.point').length") == len(rows)


@pytest.mark.parametrize("least", [0, 60, 97, 100])
def test_declining_to_answer_trades_coverage_for_accuracy(
    page: Page, addresses: dict[str, str], pages: Path, least: int
) -> None:
    confidence, right = held_out(pages / "artifacts")
    page.goto(f"{addresses['http']}index.html")
    wait_for(page, LOADED)
    page.evaluate(
        f"(range => {{ range.value = {least}; range.dispatchEvent(new Event('input')) }})"
        f"({CARD}.querySelector('input[type=range]'))"
    )
    said = page.evaluate(f"{CARD}.querySelector('.declining .sentence').innerText").replace("\u00a0", " ")
    answered = 100 * confidence >= least
    if not answered.any():
        assert said == f"Answers none of {len(right)}."
        return
    assert said.startswith(
        f"Answers {answered.sum()} of {len(right)} ({100 * answered.mean():.1f} %".replace("100.0", "100")
    )
    share = f"{100 * right[answered].mean():.1f} %".replace("100.0", "100")
    assert said.endswith(f"; {share} of them are right.")
