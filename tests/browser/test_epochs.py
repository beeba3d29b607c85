"""The epoch moves everything that has one: a cell of the matrix shows the images that were in it then."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import demo_site
import pytest
from browsers import LOADED, text, wait_for

if TYPE_CHECKING:
    from browsers import Page

EPOCH = 2
FIXTURE = Path(__file__).parents[1] / "fixtures" / "first_version"
IDS = """[...document.querySelectorAll('.grid-layer button')]
  .map(each => Number(each.ariaLabel.split(' ')[1].replace(',', '')))"""


def labels_at(run: Path, epoch: int) -> tuple[list[int], list[int], list[int], list[list[int]]]:
    """Sample ids, true labels, labels after the epoch, and its matrix, from the files alone."""
    load = lambda name: json.loads((run / name).read_text())  # noqa: E731
    holdout, snapshots = load("holdout.json"), load("epoch_snapshots.json")
    place = snapshots["epochs"].index(epoch)
    labels = list(snapshots["first_predictions"])
    for change in snapshots["prediction_changes"][:place]:
        for row, label in zip(change["rows"], change["predicted"], strict=True):
            labels[row] = label
    return holdout["sample_ids"], holdout["true_labels"], labels, snapshots["confusion_matrices"][place]


@pytest.fixture(params=["file", "http"])
def place(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_cell_shows_the_images_of_its_epoch(page: Page, pages: Path, addresses: dict[str, str], place: str) -> None:
    latest = json.loads((pages / "artifacts/index.json").read_text())["latest"]
    ids, true, labels, matrix = labels_at(pages / "artifacts" / latest, EPOCH)
    row, column = max(
        ((i, j) for i in range(10) for j in range(10) if i != j), key=lambda cell: matrix[cell[0]][cell[1]]
    )
    expected = {sample for sample, t, p in zip(ids, true, labels, strict=True) if (t, p) == (row, column)}
    assert len(expected) == matrix[row][column] > 0
    page.goto(f"{addresses[place]}index.html?epoch={EPOCH}")
    wait_for(page, LOADED)
    assert text(page, f"td[data-cell='{10 * row + column}']") == str(len(expected))
    page.evaluate(f"document.querySelector(\"td[data-cell='{10 * row + column}']\").click()")
    wait_for(page, f"document.getElementById('found').textContent.startsWith('{len(expected)} of')")
    assert set(page.evaluate(IDS)) == expected
    wait_for(page, f"location.search.includes('epoch={EPOCH}')")
    assert text(page, "#found").endswith(f", after epoch {EPOCH}")
    assert f"After epoch {EPOCH} it was" in text(page, ".then")
    assert text(page, ".sample-name").split()[1] in {str(sample) for sample in expected}
    assert page.errors == []


def test_an_epoch_that_was_not_kept_is_not_named(page: Page, pages: Path, addresses: dict[str, str]) -> None:
    root = pages / "many-epochs"
    if not root.exists():
        demo_site.train(root, "many epochs", model="logistic", epochs="130")
    kept = json.loads((root / "latest/epoch_snapshots.json").read_text())["epochs"]
    epoch = next(each for each in range(2, 130) if each not in kept)
    last = max(each for each in kept if each < epoch)
    held = json.loads((root / "latest/holdout.json").read_text())["sample_ids"][0]
    page.goto(f"{addresses['http']}index.html?artifacts={root.name}&sample={held}&epoch={epoch}")
    wait_for(page, LOADED)
    assert text(page, "#found").endswith(f", after epoch {last}")
    assert f"After epoch {last} it was" in text(page, ".then")
    assert f"after epoch {epoch}" not in text(page, "main").lower()


def test_a_run_that_kept_only_the_final_labels_says_so(page: Page, tmp_path: Path, pages: Path) -> None:
    for name in (
        "index.html",
        "dashboard.css",
        "dashboard.js",
        "panels.js",
        "runs.js",
        "lab.js",
        "reader.html",
        "reader.js",
    ):
        shutil.copy(pages / name, tmp_path / name)
    shutil.copytree(FIXTURE, tmp_path / "artifacts")
    run = next(path.name for path in (tmp_path / "artifacts").iterdir() if path.name.endswith("-ordinary"))
    page.goto(f"{tmp_path.as_uri()}/index.html?artifacts=artifacts/{run}&epoch=1")
    wait_for(page, LOADED)
    page.evaluate("document.querySelector(\"td[data-cell='11']\").click()")
    wait_for(page, "document.getElementById('found').textContent.endsWith('are of the final epoch')")
    wait_for(page, "location.search.includes('epoch=1')")
    assert page.errors == []
