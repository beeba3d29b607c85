"""What changed between two runs, cell by cell; and the intervals of each class."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browsers import LOADED, Page, wait_for
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CELLS = """[...document.querySelectorAll('.difference td[data-cell]')].map(each =>
    Number(each.innerText.replace('−', '-').replace('+', '')) || 0)"""


def held(pages: Path, label: str) -> dict[str, list[int]]:
    run = next(path for path in (pages / "artifacts").glob("2*") if path.name.endswith(label))
    return {"run": run.name} | json.loads((run / "holdout.json").read_text())


def matrix_of(run: dict[str, list[int]]) -> NDArray[np.int64]:
    return confusion_matrix(run["true_labels"], run["predicted_labels"], labels=range(10))


@pytest.mark.parametrize("place", ["file", "http"])
def test_its_cells_are_the_difference_and_its_sums_the_lists(
    page: Page, addresses: dict[str, str], pages: Path, place: str
) -> None:
    now, was = held(pages, "baseline"), held(pages, "first")
    page.goto(f"{addresses[place]}index.html?artifacts=artifacts/{now['run']}&vs={was['run']}")
    wait_for(page, LOADED)
    wait_for(page, "document.querySelector('.difference') !== null")
    cells = np.array(page.evaluate(CELLS)).reshape(10, 10)
    assert (cells == matrix_of(now) - matrix_of(was)).all()
    heads = page.evaluate("[...document.querySelectorAll('.changed h4')].map(each => each.innerText)")
    fixed, broken = (int(head.rstrip(")").split("(")[1]) for head in heads)
    assert np.trace(cells) == fixed - broken
    assert cells.sum() == 0
    text = page.evaluate("document.querySelector('.card:has(.difference)').innerText")
    assert f"{fixed} fixed and {broken} broken make" in text
    assert fixed > 0
    truth = np.array(now["true_labels"])
    right = np.array(now["predicted_labels"]) == truth
    before = np.array(was["predicted_labels"]) == truth
    row = int(truth[right & ~before][0])
    page.evaluate(f"document.querySelectorAll('.difference td[data-cell]')[{11 * row}].click()")
    shown = page.evaluate(
        "[...document.querySelectorAll('.changed[aria-live] button')].map(each => each.getAttribute('aria-label'))"
    )
    ids = sorted(int(label.split("sample ")[1].split(",")[0]) for label in shown)
    wanted = np.array(now["sample_ids"])[(truth == row) & (right != before)]
    assert ids == sorted(wanted.tolist())
    assert page.errors == []


@pytest.mark.parametrize("root", ["artifacts", "many"])
def test_each_class_has_the_intervals_of_scipy_and_a_broken_axis_says_so(
    page: Page, addresses: dict[str, str], pages: Path, root: str
) -> None:
    page.goto(f"{addresses['http']}index.html?artifacts={root}")
    wait_for(page, LOADED)
    run = pages / root / json.loads((pages / root / "index.json").read_text())["latest"]
    matrix = np.array(json.loads((run / "metrics.json").read_text())["confusion_matrix"])
    words = page.evaluate("[...document.querySelectorAll('.dots tbody td[title]')].map(each => each.title)")
    for label, text in enumerate(words):
        for total, said in zip((matrix[:, label].sum(), matrix[label].sum()), text.split(", recall"), strict=True):
            if not total:
                assert "undefined" in said
                continue
            ends = binomtest(int(matrix[label, label]), int(total)).proportion_ci(0.95, method="wilson")
            low, high = said.split("interval ")[1].rstrip(")").replace("\u2060", "").replace("%", "").split("–")
            assert [float(low.strip("<> \u00a0")), float(high.strip("<> \u00a0"))] == pytest.approx(
                [100 * ends.low, 100 * ends.high], abs=0.051
            )
    start, broken = page.evaluate(
        "(axis => [axis.innerText, axis.querySelector('.break') !== null])(document.querySelector('.dots .axis span'))"
    )
    assert broken == (not start.startswith("0"))
