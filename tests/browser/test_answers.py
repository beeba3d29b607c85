"""The answer where the question was: the first view, the tray of a cell, the epochs of a sample, and the phone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browsers import LOADED, Chromium, Page, text, wait_for

if TYPE_CHECKING:
    from pathlib import Path

IN_SIGHT = """(e => { const box = e.getBoundingClientRect();
  return box.height > 0 && box.top >= document.querySelector('.bar').getBoundingClientRect().bottom - 1
    && box.bottom <= innerHeight; })"""


def latest(pages: Path) -> Path:
    return pages / "artifacts" / json.loads((pages / "artifacts/index.json").read_text())["latest"]


def labels_over_epochs(run: Path) -> tuple[dict[str, Any], np.ndarray]:
    """The hold-out, and the predicted label by snapshot and row, from the files alone."""
    holdout = json.loads((run / "holdout.json").read_text())
    snapshots = json.loads((run / "epoch_snapshots.json").read_text())
    labels = np.array(snapshots["first_predictions"])
    found = [labels]
    for change in snapshots["prediction_changes"]:
        labels = labels.copy()
        labels[change["rows"]] = change["predicted"]
        found.append(labels)
    return holdout, np.array(found)


def test_image_answer_network_and_mistakes_stand_above_the_fold(chromium: Chromium, addresses: dict[str, str]) -> None:
    page: Any = chromium.page
    page.set_viewport_size({"width": 1440, "height": 900})
    chromium.goto(f"{addresses['http']}index.html")
    wait_for(chromium, LOADED)
    for part in ("h1", ".tile .number", ".ends", ".strip", ".big", ".verdict", ".look .bars", ".look .net"):
        assert page.evaluate(f"{IN_SIGHT}(document.querySelector({part!r}))"), part


@pytest.mark.parametrize("root", ["artifacts", "two", "large"])
def test_the_sentence_is_the_headline_and_accuracy_has_its_scale(
    page: Page, addresses: dict[str, str], root: str
) -> None:
    page.goto(f"{addresses['http']}index.html?artifacts={root}")
    wait_for(page, LOADED)
    assert page.evaluate("document.querySelectorAll('h1').length") == 1
    assert " learned from " in text(page, "h1")
    assert text(page, ".eyebrow").startswith(text(page, "#title"))
    ends = page.evaluate("[...document.querySelectorAll('.tile:first-child .ends span')].map(e => e.innerText)")
    assert ends[1] == "100 %"
    assert ends[0].endswith(" %")
    widths = page.evaluate("[...document.querySelectorAll('.tile')].map(e => e.offsetWidth)")
    assert widths[0] >= 2 * max(widths[1:])
    assert "Macro F1" not in text(page, ".tiles")
    assert "Macro F1" in text(page, ".classes ~ .reading")


@pytest.mark.parametrize("place", ["file", "http"])
def test_a_cell_unfolds_its_images_and_each_opens_the_inspector(
    page: Page, addresses: dict[str, str], pages: Path, place: str
) -> None:
    holdout, labels = labels_over_epochs(latest(pages))
    true = np.array(holdout["true_labels"])
    expected = np.array(holdout["sample_ids"])[(true == 4) & (labels[-1] == 4)]
    page.goto(f"{addresses[place]}index.html")
    wait_for(page, LOADED)
    assert page.evaluate("document.querySelector('.tray').hidden")
    page.evaluate("document.querySelector(\"td[data-cell='44']\").click()")
    ids = "[...document.querySelectorAll('.tray .near')].map(each => Number(each.dataset.sample))"
    assert len(page.evaluate(ids)) == min(24, len(expected))
    assert set(page.evaluate(ids)) <= set(expected.tolist())
    assert text(page, ".tray-head p").startswith(f"{len(expected)} images: true 4, read as 4")
    widths = page.evaluate("[...document.querySelectorAll('.tray canvas')].map(each => each.offsetWidth)")
    assert min(widths) >= 48
    assert max(widths) <= 96
    chosen = page.evaluate(f"{ids}[1]")
    page.evaluate("document.querySelectorAll('.tray .near')[1].click()")
    wait_for(page, f"document.querySelector('.sample-name').innerText.startsWith('Sample {chosen} ')")
    page.evaluate("history.back()")
    wait_for(page, "!location.search.includes('sample=')")
    page.evaluate("history.back()")
    wait_for(page, "document.querySelector('.tray').hidden")
    assert page.errors == []


def test_the_ribbon_is_what_the_snapshots_say(page: Page, addresses: dict[str, str], pages: Path) -> None:
    holdout, labels = labels_over_epochs(latest(pages))
    row = int(np.argmax((np.diff(labels, axis=0) != 0).sum(axis=0)))  # the one with most changes
    given = labels[:, row]
    starts = [0, *(np.flatnonzero(np.diff(given)) + 1)]
    page.goto(f"{addresses['http']}index.html?sample={holdout['sample_ids'][row]}")
    wait_for(page, LOADED)
    parts = page.evaluate("[...document.querySelectorAll('.ribbon i')].map(e => [Number(e.style.flexGrow), e.title])")
    assert [part for part, _ in parts] == np.diff([*starts, len(given)]).tolist()
    assert [title.split(": ")[1] for _, title in parts] == [str(given[start]) for start in starts]
    right = page.evaluate("[...document.querySelectorAll('.ribbon i')].map(each => each.className === 'truth')")
    assert right == [given[start] == holdout["true_labels"][row] for start in starts]
    assert f"after {len(starts) - 1} change" in text(page, ".then")


def test_learned_last_comes_first_and_tiles_tint_as_they_are_learned(
    page: Page, addresses: dict[str, str], pages: Path
) -> None:
    holdout, labels = labels_over_epochs(latest(pages))
    wrong = labels != np.array(holdout["true_labels"])
    learned = np.array([np.flatnonzero(each).max(initial=-1) + 1 for each in wrong.T])
    page.goto(f"{addresses['http']}index.html?order=learned&split=holdout")
    wait_for(page, LOADED)
    shown = page.evaluate(
        "[...document.querySelectorAll('.grid-layer button')].map(e => Number(e.ariaLabel.match(/\\d+/)[0]))"
    )
    place = {sample: learned[row] for row, sample in enumerate(holdout["sample_ids"])}
    order = [place[sample] for sample in shown]
    assert len(order) > 20
    assert order == sorted(order, reverse=True)
    assert order == sorted(learned.tolist(), reverse=True)[: len(order)]
    strip = "[...document.querySelectorAll('.strip .learned')].map(e => Number(e.ariaLabel.match(/sample (\\d+)/)[1]))"
    assert page.evaluate(strip) == []
    page.evaluate(
        "(e => { e.value = '2'; e.dispatchEvent(new Event('input')); })(document.querySelector('.scrubber input'))"
    )
    then = {sample for row, sample in enumerate(holdout["sample_ids"]) if not wrong[1, row]}
    tiles = page.evaluate(
        "[...document.querySelectorAll('.strip .miss-tile')].map(e => Number(e.ariaLabel.match(/sample (\\d+)/)[1]))"
    )
    assert page.evaluate(strip) == [sample for sample in tiles if sample in then]


def test_a_cell_that_nothing_fell_into_is_not_said_to_lack_images(
    chromium: Chromium, addresses: dict[str, str]
) -> None:
    chromium.goto(f"{addresses['http']}index.html")
    wait_for(chromium, LOADED)
    empty = "[...document.querySelectorAll('#insights td[data-cell]')].find(each => !each.innerText.trim())"
    chromium.evaluate(f"void {empty}.click()")
    wait_for(chromium, "!document.querySelector('.tray').hidden")
    assert text(chromium, ".tray").startswith("0 images: ")
    assert "is in the files" not in text(chromium, ".tray")
